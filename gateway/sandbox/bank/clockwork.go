package bank

import (
	"encoding/json"
	"time"

	"paylink"
)

// work is what the bank does by itself: settle and return bank payments, let
// authorizations and pages lapse, book queued requests.
func (s *Server) work() {
	s.loop(s.woken, func(now int64) {
		// A failure is left for the next turn: the rows are still due.
		_ = s.bookQueued(now)
		for more := true; more; {
			more, _ = s.chargesDue(now)
		}
	}, `SELECT min(due) FROM charges WHERE due > $1 UNION ALL SELECT min(due) FROM queued WHERE due > $1`)
}

// deliver sends callbacks. It has a loop of its own, because a slow receiver
// must hold back callbacks only.
func (s *Server) deliver() {
	s.loop(s.told, func(now int64) {
		for more := true; more; {
			more, _ = s.sendDue(now)
		}
	}, `SELECT min(due) FROM callbacks WHERE due > $1`)
}

// loop takes a turn when woken and when the next row is due.
func (s *Server) loop(woken chan struct{}, turn func(now int64), next string) {
	defer s.loops.Done()
	for {
		wait := latest
		if s.troubles.out() == "" {
			now := s.nowMS()
			turn(now)
			wait = s.untilNext(next, now)
		}
		timer := time.NewTimer(wait)
		select {
		case <-s.stop:
			timer.Stop()
			return
		case <-woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (s *Server) wake() {
	for _, c := range []chan struct{}{s.woken, s.told} {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

const (
	soonest = 5 * time.Millisecond
	latest  = time.Second
)

// untilNext is the time until the next due row, at most a second: an injected
// clock may jump without waking anybody.
func (s *Server) untilNext(query string, now int64) time.Duration {
	next := now + latest.Milliseconds()
	err := each(s.book.reading, func(scan func(...any) error) error {
		var due *int64
		err := scan(&due)
		if due != nil {
			next = min(next, *due)
		}
		return err
	}, query, now)
	if err != nil {
		return latest
	}
	return max(soonest, time.Duration(next-s.nowMS())*time.Millisecond)
}

// chargesDue changes the charges whose time has come and reports whether there
// may be more of them.
func (s *Server) chargesDue(now int64) (more bool, err error) {
	due, err := charges(s.book.reading, `WHERE due IS NOT NULL AND due<=$1 ORDER BY due LIMIT 256`, now)
	if err != nil || len(due) == 0 {
		return false, err
	}
	err = s.book.do(func(t *tx) error {
		for _, c := range due {
			if err := s.chargeDue(t, s.account(c.account), c.seq, now); err != nil {
				return err
			}
		}
		return nil
	})
	return err == nil && len(due) == 256, err
}

// chargeDue changes a charge whose time has come, if it still has.
func (s *Server) chargeDue(t *tx, a *Account, seq, now int64) error {
	c, err := oneCharge(t, `WHERE seq=$1`, seq)
	if err != nil || c == nil || c.due == 0 || c.due > now {
		return err
	}
	if c.state == RequiresAction {
		reason := "session_expired"
		if c.rest.Wallet != nil && c.rest.Wallet.Received > 0 {
			reason = underpaid
		}
		_, err := s.closeSession(t, a, c, reason, now)
		return err
	}
	moved, kind := paylink.Money{}, ""
	switch c.state {
	case Authorized:
		c.state, c.due = Expired, 0
	case Pending:
		if c.rest.Wallet != nil {
			taken, done := c.confirm(a, now)
			if !done {
				return t.saveCharge(c)
			}
			moved, kind = taken, "capture"
			break
		}
		if c.rest.Return != "" && !c.rest.ReturnLate {
			c.state, c.reason, c.due = Returned, c.rest.Return, 0
			break
		}
		c.state, c.captured, c.due = Settled, c.amount, 0
		moved, kind = c.amount, "settle"
		if c.rest.Return != "" {
			c.due = now + a.Traits.returnAfter().Milliseconds()
		}
	case Settled:
		// What was given back already does not come back twice.
		back, err := c.captured.Plus(c.refunded.Negate())
		if err != nil {
			return err
		}
		c.state, c.reason, c.due = Returned, c.rest.Return, 0
		moved, kind = back, "return"
	default:
		c.due = 0
	}
	c.version++
	if err := t.saveCharge(c); err != nil {
		return err
	}
	if !moved.IsZero() {
		if err := t.move(c, kind, moved, now); err != nil {
			return err
		}
	}
	_, err = s.tell(t, a, c, now)
	return err
}

// enqueue keeps a request that will be booked later: "still queued inside the gateway".
func (s *Server) enqueue(a *Account, q ChargeRequest, delay time.Duration) error {
	body, err := json.Marshal(q)
	if err != nil {
		return err
	}
	due := s.nowMS() + delay.Milliseconds()
	err = s.book.do(func(t *tx) error {
		_, err := t.exec(`INSERT INTO queued (account, body, due) VALUES ($1,$2,$3)`, a.ID, string(body), due)
		return err
	})
	s.wake()
	return err
}

func (s *Server) bookQueued(now int64) error {
	type waiting struct {
		seq           int64
		account, body string
	}
	var due []waiting
	err := each(s.book.reading, func(scan func(...any) error) error {
		var q waiting
		err := scan(&q.seq, &q.account, &q.body)
		due = append(due, q)
		return err
	}, `SELECT seq, account, body FROM queued WHERE due<=$1 ORDER BY due LIMIT 256`, now)
	if err != nil {
		return err
	}
	for _, w := range due {
		if err := s.bookOne(w.seq, w.account, w.body, now); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) bookOne(seq int64, account, body string, now int64) error {
	var q ChargeRequest
	if err := json.Unmarshal([]byte(body), &q); err != nil {
		return err
	}
	a := s.account(account)
	src, _, err := s.resolve(s.book.reading, a, q)
	if err != nil {
		return err
	}
	e := effects{decline: src.does().decline, threeDS: src.does().threeDS}
	return s.book.do(func(t *tx) error {
		if _, err := t.exec(`DELETE FROM queued WHERE seq=$1`, seq); err != nil {
			return err
		}
		c, fresh, _, err := s.findOrBook(t, a, q, e, now) // a refusal ends the request: nobody waits for it
		if err != nil || !fresh || c == nil {
			return err
		}
		_, err = s.tell(t, a, c, now)
		return err
	})
}
