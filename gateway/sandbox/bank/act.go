package bank

import (
	"net/http"

	"paylink"
)

type actRequest struct {
	Key    string `json:"key"`    // the act's own
	Amount int64  `json:"amount"` // minor units; 0 is all that is left
}

// act answers a capture, a void or a refund of the charge in the path. The
// answer is the charge; its acts say how this one ended.
func (s *Server) act(kind string) func(http.ResponseWriter, *http.Request, *Account) {
	return func(w http.ResponseWriter, r *http.Request, a *Account) {
		var q actRequest
		if !s.readJSON(w, r, &q) {
			return
		}
		if q.Key == "" || len(q.Key) > 128 || q.Amount < 0 || q.Amount > paylink.MaxMinor {
			s.refuse(w, http.StatusUnprocessableEntity, "invalid", "key needs 1 to 128 characters, amount must not be negative")
			return
		}
		key := r.PathValue("key")
		e := s.troubles.of(kind, a.ID, key, q.Amount)
		s.pause(e.slow)
		var got Charge
		var no *refusal
		if !e.notBooked {
			var err error
			if got, no, err = s.doAct(a, key, kind, q, e); err != nil {
				s.broken(w, err)
				return
			}
		}
		if s.spoil(w, r, e.answer, got) {
			return
		}
		if no != nil {
			s.refuse(w, no.status, no.code, no.message)
			return
		}
		s.writeJSON(w, http.StatusOK, falsified(got, e.falsify))
	}
}

func (s *Server) doAct(a *Account, key, kind string, q actRequest, e effects) (got Charge, no *refusal, err error) {
	now := s.nowMS()
	var early []int64
	err = s.book.do(func(t *tx) error {
		got, no, early = Charge{}, nil, nil
		c, err := byKey(t, a.ID, key)
		if err != nil {
			return err
		}
		if c == nil {
			no = &refusal{http.StatusNotFound, "not_found", "no charge has this key"}
			return nil
		}
		known, err := t.knownAct(a.ID, c.id, kind, q)
		if err != nil {
			return err
		}
		switch known {
		case actOther:
			no = &refusal{http.StatusConflict, "key_reused", "this key was used before with another request"}
			return nil
		case actNew:
			var m paylink.Money
			if m, no = c.allows(kind, q.Amount); no != nil {
				return nil
			}
			if early, err = s.applyAct(t, a, c, kind, q.Key, m, e, now); err != nil {
				return err
			}
		}
		got, err = s.shown(t, c)
		return err
	})
	if err == nil && no == nil {
		s.deliverNow(early)
	}
	return got, no, err
}

const (
	actNew = iota
	actSame
	actOther
)

func (t *tx) knownAct(account, chargeID, kind string, q actRequest) (int, error) {
	known := actNew
	err := each(t, func(scan func(...any) error) error {
		var c, k string
		var amount int64
		if err := scan(&c, &k, &amount); err != nil {
			return err
		}
		known = actOther
		if c == chargeID && k == kind && (q.Amount == 0 || q.Amount == amount) {
			known = actSame
		}
		return nil
	}, `SELECT charge, kind, amount FROM acts WHERE account=$1 AND key=$2`, account, q.Key)
	return known, err
}

// allows says how much the act moves, or why it can't be done.
func (c *charge) allows(kind string, minor int64) (paylink.Money, *refusal) {
	m := paylink.Money{Minor: minor, Currency: c.amount.Currency}
	most := c.amount.Minor
	var states []State
	switch kind {
	case "capture":
		states = []State{Authorized}
	case "void":
		states = []State{Authorized, Pending}
		m.Minor = most
	case "refund":
		states = []State{Captured, Settled}
		most = c.captured.Minor - c.refunded.Minor
	}
	fits := false
	for _, st := range states {
		fits = fits || c.state == st
	}
	if !fits {
		return m, &refusal{http.StatusConflict, "state", "the charge is " + string(c.state) + ", which excludes a " + kind}
	}
	if m.Minor == 0 {
		m.Minor = most
	}
	if m.Minor > most || most == 0 {
		return m, &refusal{http.StatusUnprocessableEntity, "amount_too_large", "the amount is more than what is left"}
	}
	return m, nil
}

func (s *Server) applyAct(t *tx, a *Account, c *charge, kind, key string, m paylink.Money, e effects, now int64) ([]int64, error) {
	state := "done"
	if e.decline != "" {
		state = "declined"
	}
	_, err := t.exec(`INSERT INTO acts (account, key, charge, kind, amount, state, reason, created) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		a.ID, key, c.id, kind, m.Minor, state, e.decline, now)
	if err != nil {
		return nil, err
	}
	c.version++
	if state == "done" {
		switch kind {
		case "capture":
			c.state, c.captured, c.due = Captured, m, 0
		case "void":
			c.state, c.due = Voided, 0
			c.release(now)
		case "refund":
			if c.rest.Wallet != nil {
				c.rest.Wallet.sendBack(m.Minor, now)
			}
			if c.refunded, err = c.refunded.Plus(m); err != nil {
				return nil, err
			}
		}
		if kind != "void" {
			if err := t.move(c, kind, m, now); err != nil {
				return nil, err
			}
		}
	}
	if err := t.saveCharge(c); err != nil {
		return nil, err
	}
	if e.callback != "" {
		c.rest.Callback, c.rest.LateMS = e.callback, e.late.Milliseconds()
	}
	return s.tell(t, a, c, now)
}
