package bank

import (
	"time"

	"paylink"
)

// sessionLife is how long a payer may take on our pages.
const sessionLife = 30 * time.Minute

// bookCharge writes a new charge with its result, or with the question to the payer.
func (s *Server) bookCharge(t *tx, a *Account, q ChargeRequest, src source, e effects, now int64, fp string) (*charge, error) {
	m := q.money()
	c := &charge{id: "ch_" + paylink.NewToken(), account: a.ID, key: q.Key, fingerprint: fp, amount: m,
		captured: paylink.Money{Currency: m.Currency}, refunded: paylink.Money{Currency: m.Currency}, version: 1, attempts: 1, created: now,
		rest: rest{Method: q.Method, Capture: q.Capture, Save: q.Save, ReturnURL: q.ReturnURL, Description: q.Description,
			Language: q.Language, Instrument: q.Source.Instrument, Callback: e.callback, LateMS: e.late.Milliseconds()}}
	if c.rest.Method == "" {
		c.rest.Method = "card"
	}
	if q.ThreeDS == "required" && q.Source.Instrument == "" {
		e.threeDS = true
	}
	if q.Source.Token != "" {
		if _, err := t.exec(`UPDATE tokens SET used_by=$1 WHERE id=$2`, a.ID+"\x00"+q.Key, q.Source.Token); err != nil {
			return nil, err
		}
	}
	var moved paylink.Money
	if q.Source.Hosted && e.decline == "" {
		c.ask("hosted", now)
		if c.rest.Method == walletMethod {
			c.openWallet()
		}
	} else {
		if q.Source.Hosted {
			src.Method = c.rest.Method
		}
		moved = c.decide(a, src, e, q.Source.Instrument != "", now)
	}
	if err := t.insertCharge(c); err != nil {
		return nil, err
	}
	return c, t.afterDecision(c, moved, now)
}

// ask sends the payer to one of our pages.
func (c *charge) ask(action string, now int64) {
	c.state, c.rest.Action, c.due = RequiresAction, action, now+sessionLife.Milliseconds()
	if c.session == "" {
		c.session = paylink.NewToken()
	}
}

// decide gives the charge its result and returns what was taken. authenticated
// says that the payer needs no 3-D Secure any more.
func (c *charge) decide(a *Account, src source, e effects, authenticated bool, now int64) paylink.Money {
	none := paylink.Money{Currency: c.amount.Currency}
	c.rest.Source, c.rest.Method, c.rest.Action, c.due = src, src.Method, "", 0
	if src.Method == "card" && e.threeDS && !authenticated {
		c.rest.Decline = e.decline
		c.ask("3ds", now)
		return none
	}
	switch {
	case e.decline != "":
		c.state, c.reason = Declined, e.decline
	case src.Method == walletMethod:
		c.ask("hosted", now) // for the rest, where less arrives
		if n, ok := walletByName(src.Name); ok {
			c.arrive(a, n.sends(c.amount.Minor), now)
		}
	case src.Method == "bank":
		c.state, c.due = Pending, now+a.Traits.settleAfter().Milliseconds()
		c.rest.Return, c.rest.ReturnLate = e.returned, e.returnLate
		if e.returned != "" && !e.returnLate {
			c.due = now + a.Traits.returnAfter().Milliseconds()
		}
	case c.rest.Capture:
		c.state, c.captured = Captured, c.amount
		return c.amount
	default:
		c.state, c.due = Authorized, now+a.Traits.authLife().Milliseconds()
	}
	return none
}

// afterDecision writes what a result brings with it: the movement of money and
// the saved instrument.
func (t *tx) afterDecision(c *charge, moved paylink.Money, now int64) error {
	if !moved.IsZero() {
		if err := t.move(c, "capture", moved, now); err != nil {
			return err
		}
	}
	paid := c.state == Captured || c.state == Authorized || c.state == Pending
	if !c.rest.Save || !paid || c.rest.Instrument != "" || c.rest.Method == walletMethod { // nobody can take from a wallet
		return nil
	}
	c.rest.Instrument = paylink.NewSecret("ins_")
	if err := t.saveInstrument(c.account, c.rest.Instrument, c.rest.Source, now); err != nil {
		return err
	}
	return t.saveCharge(c)
}

// finish is a payer's press on one of our pages: the charge gets its result,
// unless it has one already. It returns the charge as it stands and the
// callbacks to deliver at once.
func (s *Server) finish(a *Account, session string, src *source, authenticated bool, e effects) (c *charge, early []int64, err error) {
	now := s.nowMS()
	err = s.book.do(func(t *tx) error {
		early = nil
		var err error
		c, err = oneCharge(t, `WHERE session=$1`, session)
		if err != nil || c == nil || c.state != RequiresAction || c.due <= now {
			return err
		}
		if (src == nil) != (c.rest.Action == "3ds") {
			return nil // a press on a page that is no longer the one to press on
		}
		pays := c.rest.Source
		if src != nil {
			pays = *src
		} else if e.decline == "" {
			e.decline = c.rest.Decline
		}
		if e.callback != "" {
			c.rest.Callback, c.rest.LateMS = e.callback, e.late.Milliseconds()
		}
		moved := c.decide(a, pays, e, authenticated, now)
		c.version++
		if err := t.saveCharge(c); err != nil {
			return err
		}
		if err := t.afterDecision(c, moved, now); err != nil {
			return err
		}
		early, err = s.tell(t, a, c, now)
		return err
	})
	return c, early, err
}
