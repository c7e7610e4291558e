package till

import (
	"context"
	"errors"
	"sync"
	"time"

	"paylink"
	"paylink/internal/fault"
)

// looks is the resolver's plan: how long after the look before it asks again. The
// last step repeats for ever: an unknown outcome is never given up by time alone.
var looks = []time.Duration{3 * time.Second, 10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute,
	time.Hour, 6 * time.Hour, 24 * time.Hour}

const (
	reviewAfter    = 12 // looks without an answer: a person is told (about five days)
	reconcileLease = time.Minute
	workers        = 8
)

// Reconcile takes up to limit payments that are due for a look, finds out about
// each at its gateway, and settles. It gives how many it took; zero says that
// nothing is due. Nodes may call it at the same time: each payment is claimed by a
// lease, and what a late node finds out is judged like any other evidence.
func (t *Till) Reconcile(ctx context.Context, limit int) (int, error) {
	var due []paylink.Payment
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		due, err = tx.DuePayments(limit, reconcileLease)
		fault.Point("K12.before")
		return err
	})
	fault.Point("K12.after")
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	slots := make(chan struct{}, workers)
	for _, p := range due {
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; wg.Done() }()
			if err := alone(func() error { return t.resolve(ctx, p) }); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return len(due), errors.Join(errs...)
}

// resolve does the one thing that a payment's state asks for.
func (t *Till) resolve(ctx context.Context, p paylink.Payment) error {
	switch p.State {
	case paylink.Reserved:
		_, err := t.step(ctx, p.ID, "K13", func(tx paylink.Tx, p *paylink.Payment) ([]paylink.Step, error) {
			if p.State != paylink.Reserved {
				return nil, nil
			}
			s, err := p.Move(paylink.Abandoned, paylink.CauseGiveUp, paylink.NoEvidence, "never sent", tx.Now())
			p.LookAt = time.Time{}
			return []paylink.Step{s}, err
		})
		return err
	case paylink.Sending:
		// Whoever was sending is gone, or its answer will find the payment unknown.
		var err error
		p, err = t.step(ctx, p.ID, "K13", func(tx paylink.Tx, p *paylink.Payment) ([]paylink.Step, error) {
			if p.State != paylink.Sending {
				return nil, nil
			}
			s, err := p.Move(paylink.Unknown, paylink.CauseSilence, paylink.NoEvidence, "no answer was written down", tx.Now())
			return []paylink.Step{s}, err
		})
		if err != nil {
			return err
		}
	}
	return t.inquire(ctx, p)
}

// inquire asks the gateway about a payment that was sent, and plans the next look
// where no definite answer came.
func (t *Till) inquire(ctx context.Context, p paylink.Payment) error {
	g, err := t.gateway(p.Gateway)
	if err != nil {
		return t.later(ctx, p, err)
	}
	cctx, stop := context.WithTimeout(ctx, callLimit)
	o, err := g.Lookup(cctx, p.Account, p.ID)
	stop()
	if err != nil {
		return t.later(ctx, p, err)
	}
	ev := Evidence{Kind: paylink.EvidenceQuery, Outcome: o}
	switch {
	case p.Doubted():
		ev.Kind = paylink.EvidenceBoth // somebody said so first: see lookAgain
	case o.Status == paylink.OutcomeNotFound:
		return t.missing(ctx, g, p)
	}
	after, err := t.Settle(ctx, p.ID, ev)
	if err != nil || after.Version == p.Version {
		return t.later(ctx, p, err)
	}
	return nil
}

// missing is called when a gateway does not find a key. That alone is no evidence:
// the request may still be queued. It becomes evidence when the gateway promises
// that the key can't be used any more, or when its documented horizon has passed.
func (t *Till) missing(ctx context.Context, g paylink.Gateway, p paylink.Payment) error {
	now, err := t.now(ctx)
	if err != nil {
		return err
	}
	traits := g.Traits()
	if _, can := g.(paylink.KeyCanceller); can && p.Looks >= 1 {
		after, err := t.cancelKey(ctx, p)
		if err != nil || after.Version == p.Version {
			return t.later(ctx, p, err)
		}
		return nil
	}
	if traits.Horizon > 0 && !p.SentAt.IsZero() && now.Sub(p.SentAt) > traits.Horizon {
		_, err := t.Settle(ctx, p.ID, Evidence{Kind: paylink.EvidenceQuery,
			Outcome: paylink.Outcome{Status: paylink.OutcomeDeclined, Decline: paylink.DeclineNeverArrived}})
		return err
	}
	return t.later(ctx, p, nil)
}

// later plans the next look. After reviewAfter looks the merchant is told once that
// a person is needed; the asking goes on.
func (t *Till) later(ctx context.Context, was paylink.Payment, cause error) error {
	err := t.Store.Update(ctx, func(tx paylink.Tx) error {
		p, err := tx.LockPayment(was.ID)
		if err != nil || p.LookAt.IsZero() || p.Version != was.Version {
			return err
		}
		wait := looks[min(p.Looks+1, len(looks)-1)]
		if (p.State == paylink.Authorized || p.State == paylink.Pending) && !confirming(p) {
			wait = 24 * time.Hour
		}
		p.Looks++
		p.LookAt, p.LeaseTill = tx.Now().Add(wait), time.Time{}
		if p.State.Ended() && p.Looks >= reviewAfter {
			p.LookAt = time.Time{} // nothing came of what was said
		}
		if err := tx.SavePayment(p, nil, nil); err != nil {
			return err
		}
		if p.State == paylink.Unknown && p.Looks == reviewAfter {
			return addEvent(tx, p.MerchantID, paylink.EventPaymentReview, p.ID, p.Version, p.View())
		}
		return nil
	})
	return errors.Join(err, cause)
}

// Decide is an operator's word on a payment whose outcome nobody else can tell: it
// was charged, or it was not, and how they know. It is for Unknown and Mismatch only.
func (t *Till) Decide(ctx context.Context, id string, charged bool, reason string) (paylink.Payment, error) {
	if reason == "" {
		return paylink.Payment{}, paylink.E(paylink.Invalid, "reason", "say how you know: the gateway's transaction id, or a reason")
	}
	var p paylink.Payment
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		if p, err = tx.LockPayment(id); err != nil {
			return err
		}
		before, to := p, paylink.Declined
		if charged {
			to = paylink.Captured
		}
		s, err := p.Move(to, paylink.CauseDecide, paylink.EvidenceOperator, reason, tx.Now())
		if err != nil {
			return err
		}
		p.LookAt = time.Time{}
		if charged {
			p.Captured, p.CompletedAt = p.Amount.Minor, tx.Now()
		}
		if err := recount(tx, before, &p); err != nil {
			return err
		}
		entries, err := clearSuspense(tx, p)
		if err != nil {
			return err
		}
		entries = append(entries, book(before, p, paylink.Outcome{}, tx.Now())...)
		if err := tx.SavePayment(p, []paylink.Step{s}, entries); err != nil {
			return err
		}
		if err := t.queueReceipt(tx, before, p); err != nil {
			return err
		}
		return addEvent(tx, p.MerchantID, eventOf(p.State), p.ID, p.Version, p.View())
	})
	return p, err
}

// clearSuspense takes back what was put into suspense while a payment was a mismatch:
// from now on the books say what was decided.
func clearSuspense(tx paylink.Tx, p paylink.Payment) ([]paylink.Entry, error) {
	all, err := tx.Entries(p.ID)
	waiting := int64(0)
	for _, e := range all {
		if e.Account == paylink.AccountSuspense {
			waiting -= e.Amount.Minor // a credit: negative
		}
	}
	return paylink.Post(p, paylink.AccountClearing+":"+p.Gateway, paylink.AccountSuspense, waiting, tx.Now()), err
}
