package payroc

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"paylink"
	"paylink/dialect"
)

// page is a page of a list (OpenAPI, paymentLinkPage). All members are always there:
// .NET's SDK throws without links or data.
type page struct {
	Limit   int           `json:"limit"`
	Count   int           `json:"count"`
	HasMore bool          `json:"hasMore"` // whether there is a next page
	Links   []pageLink    `json:"links"`
	Data    []paymentLink `json:"data"`
}

// pageLink leads to another page. Pagers follow Href as it is.
type pageLink struct {
	Rel    string `json:"rel"`
	Method string `json:"method"`
	Href   string `json:"href"`
}

// found is a link that a list takes.
type found struct {
	paylink.Link
	as paymentLink
}

// list gives the links of a terminal, oldest first.
func (h *Handler) list(c call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	out := page{Limit: q.limit, Links: []pageLink{}, Data: []paymentLink{}}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		t, err := c.terminal(r)
		if err != nil {
			return err
		}
		w := walk{r: r, q: q, filter: q.stored(c.merchant, t.ID)}
		rows, previous, next, err := c.page(w)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			url, err := h.Till.URLOf(r, row.ID)
			if err != nil {
				return err
			}
			out.Data = append(out.Data, row.as.shown(row.Link, url, r.Now()))
		}
		out.Count, out.HasMore = len(rows), next
		if next {
			out.Links = append(out.Links, h.pageLink(c, q, "next", "after", rows[len(rows)-1]))
		}
		if previous {
			out.Links = append(out.Links, h.pageLink(c, q, "previous", "before", rows[0]))
		}
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: dialect.JSON(out)}, nil
}

// page gives the rows that are asked for, and whether there are others before and
// after them.
func (c call) page(w walk) (rows []found, previous, next bool, err error) {
	from, err := c.cursor(w)
	if err != nil || w.q.nobody() {
		return nil, false, false, err
	}
	back := w.q.before != ""
	if rows, err = w.collect(from, back, w.q.limit+1); err != nil || len(rows) == 0 {
		return nil, false, false, err
	}
	beyond := len(rows) > w.q.limit
	rows = rows[:min(len(rows), w.q.limit)]
	if back {
		slices.Reverse(rows)
		past, err := w.collect(rows[len(rows)-1].ID, false, 1)
		return rows, beyond, len(past) > 0, err
	}
	if w.q.after == "" {
		return rows, false, beyond, nil
	}
	past, err := w.collect(rows[0].ID, true, 1)
	return rows, len(past) > 0, beyond, err
}

// cursor is our id of the link that the page lies before or after. It must be of
// this list's terminal; that it passes the filters is not asked, it may have changed.
func (c call) cursor(w walk) (string, error) {
	for name, id := range map[string]string{"before": w.q.before, "after": w.q.after} {
		if id == "" {
			continue
		}
		l, err := c.find(w.r, id, w.r.Link)
		if err != nil && !errors.Is(err, unknownLink) {
			return "", err
		}
		if err != nil || l.TerminalID != w.filter.TerminalID {
			return "", badRequest(fieldError{Parameter: name, Detail: "invalid value", Message: "'" + name + "' must be the paymentLinkId of a link in this list"})
		}
		return l.ID, nil
	}
	return "", nil
}

// pageLink is the way to the page beside a row: the same list with the same filters,
// under the address that we are known by.
func (h *Handler) pageLink(c call, q query, rel, cursor string, row found) pageLink {
	to := url.Values{"limit": {strconv.Itoa(q.limit)}, cursor: {row.as.PaymentLinkID}}
	for name, values := range q.filters {
		to[name] = values
	}
	path := "/v1/processing-terminals/" + url.PathEscape(c.PathValue("processingTerminalId")) + "/payment-links"
	return pageLink{Rel: rel, Method: "get", Href: h.Till.BaseURL + path + "?" + to.Encode()}
}

// walk reads links in the order of their making, and keeps those that a list takes.
type walk struct {
	r      paylink.Reader
	q      query
	filter paylink.LinkFilter
}

// stride is how many links are read at once (paylink.Paging: 200 at most).
const stride = 200

// collect gives up to most links on one side of an id: older ones from new to old, or
// newer ones from old to new. Without an id it begins at the oldest.
func (w walk) collect(from string, older bool, most int) (out []found, err error) {
	if from == "" {
		from = paylink.PrefixLink // in front of every id
	}
	for {
		f := w.filter
		f.Paging = paylink.Paging{After: from, Limit: stride}
		if older {
			f.Paging = paylink.Paging{Before: from, Limit: stride}
		}
		if len(w.q.filters) == 0 {
			f.Limit = most // most of them will be taken
		}
		rows, err := w.r.Links(f)
		if err != nil {
			return nil, err
		}
		if !older {
			slices.Reverse(rows) // stores give the newest first
		}
		for _, l := range rows {
			from = l.ID
			if l.Dialect != Name {
				continue
			}
			p, err := stored(l)
			if err != nil {
				return nil, err
			}
			if w.q.takes(l, p, w.r.Now()) {
				if out = append(out, found{l, p}); len(out) == most {
					return out, nil
				}
			}
		}
		if len(rows) < f.Limit {
			return out, nil
		}
	}
}
