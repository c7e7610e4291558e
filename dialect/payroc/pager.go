package payroc

import (
	"net/url"
	"strconv"
)

// page is a page of a list (OpenAPI, paginatedList). All members are always there:
// .NET's SDK throws without links or data.
type page[T any] struct {
	Limit   int        `json:"limit"`
	Count   int        `json:"count"`
	HasMore bool       `json:"hasMore"` // whether there is a next page
	Links   []pageLink `json:"links"`
	Data    []T        `json:"data"`
}

// pageLink leads to another page. Pagers follow Href as it is.
type pageLink struct {
	Rel    string `json:"rel"`
	Method string `json:"method"`
	Href   string `json:"href"`
}

// around is a page of a list, with our ids of the rows that the pages beside it lie
// before and after; "" where there is none. They need not be rows of the page: one that
// ends early goes on from the last row that was looked at.
type around[T any] struct {
	rows          []T
	before, after string
}

// cursors are the ids that it takes to lead to the pages beside this one.
func (a around[T]) cursors() (ids []string) {
	for _, id := range []string{a.before, a.after} {
		if id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// pageOf is a page of things in Payroc's words; previous and next are Payroc's ids of
// the rows that the pages beside it lie before and after. They are the same list with
// the same filters, under the address that we are known by; path is escaped.
func pageOf[T any](base, path string, q query, told []T, previous, next string) page[T] {
	out := page[T]{Limit: q.limit, Count: len(told), HasMore: next != "", Links: []pageLink{}, Data: told}
	for _, to := range [][3]string{{"next", "after", next}, {"previous", "before", previous}} {
		if to[2] == "" {
			continue
		}
		query := url.Values{"limit": {strconv.Itoa(q.limit)}, to[1]: {to[2]}}
		for name, values := range q.filters {
			query[name] = values
		}
		out.Links = append(out.Links, pageLink{Rel: to[0], Method: "get", Href: base + path + "?" + query.Encode()})
	}
	return out
}
