package bank

import (
	"net/http"
	"strconv"
)

func (s *Server) getCharge(w http.ResponseWriter, r *http.Request, a *Account) {
	key := r.PathValue("key")
	e := s.troubles.of("lookup", a.ID, key, 0)
	s.pause(e.slow)
	got, found, err := s.look(a.ID, key)
	if err != nil {
		s.broken(w, err)
		return
	}
	if s.troubles.lookupHidden(a.ID, key) {
		found = false
	}
	if s.spoil(w, r, e.answer, got) {
		return
	}
	if !found {
		s.refuse(w, http.StatusNotFound, "not_found", "no charge has this key")
		return
	}
	s.writeJSON(w, http.StatusOK, falsified(got, e.falsify))
}

func (s *Server) look(account, key string) (Charge, bool, error) {
	c, err := byKey(s.book.reading, account, key)
	if err != nil {
		return Charge{}, false, err
	}
	if c == nil {
		dead, err := hasTombstone(s.book.reading, account, key)
		return cancelledCharge(account, key), dead, err
	}
	got, err := s.shown(s.book.reading, c)
	return got, true, err
}

// cancelledCharge is what stands for a key that was cancelled before any charge.
func cancelledCharge(account, key string) Charge {
	return Charge{Account: account, Key: key, State: Cancelled, Reason: "by_request", Version: 1}
}

func hasTombstone(r reader, account, key string) (bool, error) {
	dead := false
	err := each(r, func(scan func(...any) error) error {
		dead = true
		return nil
	}, `SELECT 1 FROM tombstones WHERE account=$1 AND key=$2`, account, key)
	return dead, err
}

func (t *tx) tombstone(account, key string) (bool, error) { return hasTombstone(t, account, key) }

// postCancel makes the key unusable for ever: a later or still queued request
// with it is refused. A charge with a definite result stays as it is, and the
// answer tells it; a payer's open page is closed.
func (s *Server) postCancel(w http.ResponseWriter, r *http.Request, a *Account) {
	key := r.PathValue("key")
	if len(key) > 128 {
		s.refuse(w, http.StatusUnprocessableEntity, "invalid", "key is longer than 128 characters")
		return
	}
	e := s.troubles.of("cancel", a.ID, key, 0)
	s.pause(e.slow)
	var got Charge
	if !e.notBooked {
		var err error
		if got, err = s.cancel(a, key); err != nil {
			s.broken(w, err)
			return
		}
	}
	if s.spoil(w, r, e.answer, got) {
		return
	}
	s.writeJSON(w, http.StatusOK, falsified(got, e.falsify))
}

func (s *Server) cancel(a *Account, key string) (got Charge, err error) {
	now := s.nowMS()
	var early []int64
	err = s.book.do(func(t *tx) error {
		early = nil
		if _, err := t.exec(`INSERT INTO tombstones (account, key, at) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING`, a.ID, key, now); err != nil {
			return err
		}
		c, err := byKey(t, a.ID, key)
		if err != nil {
			return err
		}
		if c == nil {
			got = cancelledCharge(a.ID, key)
			return nil
		}
		if c.state == RequiresAction {
			if early, err = s.closeSession(t, a, c, "by_request", now); err != nil {
				return err
			}
		}
		got, err = s.shown(t, c)
		return err
	})
	if err == nil {
		s.deliverNow(early)
	}
	return got, err
}

// underpaid is why a charge is declined that less arrived for in time than was asked.
const underpaid = "underpaid"

// closeSession ends a payer's open page: nothing was taken and nothing will be. What
// arrived from a wallet is sent back.
func (s *Server) closeSession(t *tx, a *Account, c *charge, reason string, now int64) ([]int64, error) {
	c.state, c.reason, c.due = Cancelled, reason, 0
	if reason == underpaid {
		c.state = Declined
	}
	c.release(now)
	c.version++
	if err := t.saveCharge(c); err != nil {
		return nil, err
	}
	return s.tell(t, a, c, now)
}

// Page is a part of the book.
type Page struct {
	Charges []Charge `json:"charges"`
	Next    int64    `json:"next,omitempty"` // give it as ?after= for the next part; absent at the end
}

const pageSize = 1000

// getBook shows every charge with its movements, oldest first: ?after=<seq>,
// ?limit=<n up to 1000>, ?account=<id>, ?key=<key>.
func (s *Server) getBook(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > pageSize {
		limit = pageSize
	}
	where, args := `WHERE seq > $1`, []any{after}
	for _, name := range []string{"account", "key"} {
		if v := q.Get(name); v != "" {
			args = append(args, v)
			where += ` AND ` + name + `=$` + strconv.Itoa(len(args))
		}
	}
	page, err := s.bookPage(where+` ORDER BY seq LIMIT `+strconv.Itoa(limit), limit, args)
	if err != nil {
		s.broken(w, err)
		return
	}
	s.writeJSON(w, http.StatusOK, page)
}

func (s *Server) bookPage(where string, limit int, args []any) (Page, error) {
	page := Page{Charges: []Charge{}}
	rows, err := charges(s.book.reading, where, args...)
	if err != nil {
		return page, err
	}
	for _, c := range rows {
		one, err := s.shown(s.book.reading, c)
		if err != nil {
			return page, err
		}
		err = each(s.book.reading, func(scan func(...any) error) error {
			var m Movement
			err := scan(&m.Seq, &m.Kind, &m.Amount, &m.Currency, &m.AtMS)
			one.Movements = append(one.Movements, m)
			return err
		}, `SELECT seq, kind, amount, currency, at FROM movements WHERE charge=$1 ORDER BY seq`, c.id)
		if err != nil {
			return page, err
		}
		page.Charges = append(page.Charges, one)
	}
	if len(rows) == limit {
		page.Next = rows[len(rows)-1].seq
	}
	return page, nil
}
