package payroc

import (
	"net/url"
	"slices"
	"strconv"

	"paylink"
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

// pageOf is a page of things in Payroc's words, of which id gives Payroc's id. The
// pages beside it are the same list with the same filters, under the address that we
// are known by; path is escaped.
func pageOf[T any](base, path string, q query, told []T, previous, next bool, id func(T) string) page[T] {
	out := page[T]{Limit: q.limit, Count: len(told), HasMore: next, Links: []pageLink{}, Data: told}
	link := func(rel, cursor string, row T) {
		to := url.Values{"limit": {strconv.Itoa(q.limit)}, cursor: {id(row)}}
		for name, values := range q.filters {
			to[name] = values
		}
		out.Links = append(out.Links, pageLink{Rel: rel, Method: "get", Href: base + path + "?" + to.Encode()})
	}
	if next {
		link("next", "after", told[len(told)-1])
	}
	if previous {
		link("previous", "before", told[0])
	}
	return out
}

// walk reads rows in the order of their making, and keeps those that a list takes.
type walk[T any] struct {
	read   func(paylink.Paging) ([]T, error) // of the store, newest first
	takes  func(T) (bool, error)
	id     func(T) string // ours
	prefix string         // of ids: in front of every one
	choosy bool           // whether many rows are not taken
}

// stride is how many rows are read at once (paylink.Paging: 200 at most).
const stride = 200

// collect gives up to most rows on one side of an id: older ones from new to old, or
// newer ones from old to new. Without an id it begins at the oldest.
func (w walk[T]) collect(from string, older bool, most int) (out []T, err error) {
	if from == "" {
		from = w.prefix
	}
	for {
		p := paylink.Paging{After: from, Limit: stride}
		if older {
			p = paylink.Paging{Before: from, Limit: stride}
		}
		if !w.choosy {
			p.Limit = most
		}
		rows, err := w.read(p)
		if err != nil {
			return nil, err
		}
		if !older {
			slices.Reverse(rows) // stores give the newest first
		}
		for _, row := range rows {
			from = w.id(row)
			taken, err := w.takes(row)
			if err != nil {
				return nil, err
			}
			if taken {
				if out = append(out, row); len(out) == most {
					return out, nil
				}
			}
		}
		if len(rows) < p.Limit {
			return out, nil
		}
	}
}

// page gives at most limit rows after our id from, or before it, and whether there
// are others before and after them.
func (w walk[T]) page(from string, back bool, limit int) (rows []T, previous, next bool, err error) {
	if rows, err = w.collect(from, back, limit+1); err != nil || len(rows) == 0 {
		return nil, false, false, err
	}
	beyond := len(rows) > limit
	rows = rows[:min(len(rows), limit)]
	if back {
		slices.Reverse(rows)
		past, err := w.collect(w.id(rows[len(rows)-1]), false, 1)
		return rows, beyond, len(past) > 0, err
	}
	if from == "" {
		return rows, false, beyond, nil
	}
	past, err := w.collect(w.id(rows[0]), true, 1)
	return rows, len(past) > 0, beyond, err
}
