package elevate

import (
	"encoding/json"
	"net/http"
	"slices"

	"paylink"
)

// stride is how many things are read at once (paylink.Paging: 200 at most).
const stride = 200

// resource is what a list is made of.
type resource struct {
	columns []column
	filters []string // names of columns
	// walk gives the merchant's things, oldest first, until take says that it has enough.
	walk func(c call, r paylink.Reader, q *query, take func(record) (more bool)) error
}

// list gives a page of a resource as a bare array. Without a sort things come in the
// order in which they were made.
func (h *Handler) list(res resource) func(call) (answer, error) {
	return func(c call) (answer, error) {
		q, err := c.query(res.columns, res.filters...)
		if err != nil {
			return answer{}, err
		}
		rows, err := h.collect(c, res, &q)
		if err != nil {
			return answer{}, err
		}
		if len(q.sort) > 0 {
			if err := h.numbered(c, rows); err != nil {
				return answer{}, err
			}
			slices.SortStableFunc(rows, q.order)
			from := min(len(rows), (q.page-1)*q.size)
			rows = rows[from:min(len(rows), from+q.size)]
		}
		if err := h.numbered(c, rows); err != nil {
			return answer{}, err
		}
		columns := res.columns
		if len(q.fields) > 0 {
			columns = slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return !slices.Contains(q.fields, c.name) })
		}
		out := []json.RawMessage{}
		for _, one := range rows {
			out = append(out, one.shown(columns))
		}
		return answer{http.StatusOK, out}, nil
	}
}

// collect gives the rows of the page, or of the whole list where it must be sorted.
func (h *Handler) collect(c call, res resource, q *query) (rows []record, err error) {
	tooMany := false
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		rows, tooMany = nil, false
		if err := q.resolve(c, r); err != nil {
			return err
		}
		skip := (q.page - 1) * q.size
		return res.walk(c, r, q, func(one record) bool {
			switch {
			case !q.takes(one):
				return true
			case len(q.sort) > 0:
				rows = append(rows, one)
				tooMany = len(rows) > mostSorted
				return !tooMany
			case skip > 0:
				skip--
				return true
			}
			rows = append(rows, one)
			return len(rows) < q.size
		})
	})
	if err == nil && tooMany {
		err = as(http.StatusBadRequest, "Validation failed for field 'sort': there are too many to be sorted; narrow the list by its filters")
	}
	return rows, err
}

// order compares two records by the fields of a sort.
func (q *query) order(a, b record) int {
	for _, s := range q.sort {
		n := compare(a[s.name], b[s.name])
		if s.down {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

// oldestFirst walks a list of the store from its end.
func oldestFirst[T any](prefix string, read func(paylink.Paging) ([]T, error), id func(T) string, each func(T) (more bool, err error)) error {
	from := prefix // in front of every id
	for {
		rows, err := read(paylink.Paging{After: from, Limit: stride})
		if err != nil {
			return err
		}
		slices.Reverse(rows) // stores give the newest first
		for _, one := range rows {
			from = id(one)
			if more, err := each(one); err != nil || !more {
				return err
			}
		}
		if len(rows) < stride {
			return nil
		}
	}
}
