package payroc

import (
	"slices"

	"paylink"
)

// stride is how many rows are read at once (paylink.Paging: 200 at most).
const stride = 200

// bounds are what one call may cost. Whoever asks for what hardly any row is gets short
// pages, each with a link that goes on: no call may take the database for long.
type bounds struct {
	window  int // rows that one statement may pass over
	windows int // of one call
	judged  int // rows of one call that are turned down here, where each costs questions
}

var usual = bounds{window: 5_000, windows: 10, judged: 2_500}

// walk reads rows in the order of their making, and keeps those that a list takes.
type walk[T any] struct {
	read  func(paylink.Paging) ([]T, error) // of the store, newest first
	takes func(T) (bool, error)
	// over, where rows are narrowed by what no index knows, reads the list without that:
	// it tells where a window ends.
	over func(paylink.Paging) ([]T, error)
	// beyond, where it is set, reports that neither a row nor any that was made after it
	// can be taken.
	beyond func(T) bool
	id     func(T) string // ours
	prefix string         // of ids: in front of every one
	since  string         // the list begins with this id
	choosy bool           // whether many rows are not taken

	most  bounds
	spent bounds // windows and judged of this call
}

// collect gives up to most rows on one side of an id: older ones from new to old, or
// newer ones from old to new. Without an id it begins at the oldest. Where it gives up,
// stopped is the row that it came to.
func (w *walk[T]) collect(from string, older bool, most int) (out []T, stopped string, err error) {
	if from == "" {
		from = w.prefix
	}
	for {
		p, end, last, err := w.ahead(from, older)
		if err != nil {
			return nil, "", err
		}
		if w.spent.windows > w.most.windows {
			return out, from, nil
		}
		for {
			if p.Limit = stride; !w.choosy {
				p.Limit = most
			}
			rows, err := w.read(p)
			if err != nil {
				return nil, "", err
			}
			if !older {
				slices.Reverse(rows) // stores give the newest first
			}
			for _, row := range rows {
				taken, err := w.takes(row)
				if err != nil {
					return nil, "", err
				}
				if taken {
					if out = append(out, row); len(out) == most {
						return out, "", nil
					}
				} else if w.spent.judged++; w.spent.judged >= w.most.judged {
					return out, w.id(row), nil
				}
				if p.After = w.id(row); older {
					p.Before, p.After = p.After, ""
				}
			}
			if len(rows) < p.Limit {
				break
			}
		}
		if last {
			return out, "", nil
		}
		from = end
	}
}

// ahead is the window beyond an id, the id of its last row, and whether nothing lies
// behind it.
func (w *walk[T]) ahead(from string, older bool) (p paylink.Paging, end string, last bool, err error) {
	p = paylink.Paging{After: from, Since: w.since}
	if older {
		p = paylink.Paging{Before: from, Since: w.since}
	}
	if w.over == nil {
		return p, "", true, nil
	}
	w.spent.windows++
	edge := p
	edge.Skip, edge.Limit = w.most.window-1, 1
	rows, err := w.over(edge)
	if err != nil || len(rows) == 0 {
		return p, "", true, err
	}
	if end = w.id(rows[0]); older {
		p.Since = end
	} else {
		p.Till = end + "0" // right behind it: ids have one length
		last = w.beyond != nil && w.beyond(rows[0])
	}
	return p, end, last, nil
}

// page gives at most limit rows after our id from, or before it, and where the pages
// beside it begin.
func (w *walk[T]) page(from string, back bool, limit int) (a around[T], err error) {
	rows, stopped, err := w.collect(from, back, limit+1)
	if err != nil || (len(rows) == 0 && stopped == "") {
		return a, err
	}
	more := len(rows) > limit
	a.rows = rows[:min(len(rows), limit)]
	if back {
		slices.Reverse(a.rows)
	}
	// One side was walked; on the other lies at least what was come from.
	ahead, behind := &a.after, &a.before
	if back {
		ahead, behind = behind, ahead
	}
	near := stopped
	if len(a.rows) > 0 {
		near = w.id(a.rows[0])
		far := w.id(a.rows[len(a.rows)-1])
		if back {
			near, far = far, near
		}
		if more {
			*ahead = far
		}
	}
	if stopped != "" {
		*ahead = stopped
	}
	if from == "" {
		return a, nil
	}
	past, unsure, err := w.collect(near, !back, 1)
	if len(past) > 0 || unsure != "" {
		*behind = near
	}
	return a, err
}
