package elevate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

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
	tooMany, passed := false, 0
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		rows, tooMany, passed = nil, false, 0
		if err := q.resolve(c, r); err != nil {
			return err
		}
		q.skip, q.reach = (q.page-1)*q.size, h.reaches()
		return res.walk(c, r, q, func(one record) bool {
			switch {
			case !q.takes(one):
				passed++
				return passed <= mostPassed
			case len(q.sort) > 0:
				rows = append(rows, one)
				tooMany = len(rows) > mostSorted
				return !tooMany
			case q.skip > 0:
				q.skip--
				return true
			}
			rows = append(rows, one)
			return len(rows) < q.size
		})
	})
	if err == nil && tooMany {
		err = as(http.StatusBadRequest, "Validation failed for field 'sort': there are too many to be sorted; narrow the list by its filters")
	}
	if err == nil && passed > mostPassed {
		err = as(http.StatusBadRequest, "There are more than "+strconv.Itoa(mostPassed)+" that the filters turn down; narrow the list by others")
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

// errFar is the answer where more would have to be looked through than one call may.
var errFar = as(http.StatusBadRequest, "Too many would have to be looked through; narrow the list by other filters")

// sought walks a list that filters narrow like oldestFirst, n.most rows far and no
// farther: over reads the list without the filters that no index knows, and tells where
// that is. What hardly any row is must not take the database for as long as there are
// rows, nor, but where rows are skipped, one statement for more than n.near of them.
func sought[T any](n narrowing, prefix string, over, read func(paylink.Paging) ([]T, error), id func(T) string, each func(T) (more bool, err error)) error {
	from, skip, stopped := prefix, n.jump(), false
	if len(n.tests) == 0 && skip == 0 {
		return oldestFirst(prefix, 0, read, id, each)
	}
	step := n.near
	if skip > 0 {
		step = n.most
	}
	for range (n.most + step - 1) / step {
		edge, err := over(paylink.Paging{After: from, Skip: step - 1, Limit: 1})
		if err != nil {
			return err
		}
		till := ""
		if len(edge) > 0 {
			till = id(edge[0]) + "0" // right behind it: ids have one length
		}
		err = oldestFirst(from, skip, func(p paylink.Paging) ([]T, error) {
			p.Till = till
			return read(p)
		}, id, func(one T) (bool, error) {
			more, err := each(one)
			stopped = stopped || !more
			return more, err
		})
		if err != nil || stopped || till == "" {
			return err
		}
		from = id(edge[0])
	}
	return errFar
}

// oldestFirst walks a list of the store from its end, beyond the rows that are skipped.
func oldestFirst[T any](from string, skip int, read func(paylink.Paging) ([]T, error), id func(T) string, each func(T) (more bool, err error)) error {
	for { // the prefix of ids is in front of every one
		rows, err := read(paylink.Paging{After: from, Skip: skip, Limit: stride})
		if err != nil {
			return err
		}
		skip = 0
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
