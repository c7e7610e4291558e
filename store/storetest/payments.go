package storetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"paylink"
)

func attemptOnce(t *testing.T, s store) {
	l := seedLink(t, s)
	won := together(t, s, 64, func(tx paylink.Tx) (bool, error) {
		p, step := newPayment(l)
		p.Attempt = "the attempt"
		return tx.AddPayment(p, step)
	})
	if won != 1 {
		t.Errorf("one attempt was inserted %d times", won)
	}
	list := view(t, s, func(r paylink.Reader) ([]paylink.Payment, error) {
		return r.Payments(paylink.PaymentFilter{LinkID: l.ID, Paging: paylink.Paging{Limit: 10}})
	})
	if len(list) != 1 {
		t.Fatalf("%d payments are there", len(list))
	}
	if steps := view(t, s, func(r paylink.Reader) ([]paylink.Step, error) { return r.Steps(list[0].ID) }); len(steps) != 1 {
		t.Errorf("it has %d steps", len(steps))
	}
}

// saved says how the store answers a change of a payment, which it must refuse
// whole or keep whole.
func saved(s store, p paylink.Payment, steps []paylink.Step, entries []paylink.Entry) error {
	return s.Update(context.Background(), func(tx paylink.Tx) error { return tx.SavePayment(p, steps, entries) })
}

func move(t *testing.T, p *paylink.Payment, to paylink.PaymentState, c paylink.Cause, ev paylink.EvidenceKind) paylink.Step {
	t.Helper()
	step, err := p.Move(to, c, ev, "", then)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func forbiddenStep(t *testing.T, s store) {
	p := seedPayment(t, s)
	for what, step := range map[string]paylink.Step{
		"no such edge":  {PaymentID: p.ID, N: 2, From: paylink.Reserved, To: paylink.Captured, Cause: paylink.CauseOutcome, Evidence: paylink.EvidenceResponse, At: then},
		"no such cause": {PaymentID: p.ID, N: 2, From: paylink.Reserved, To: paylink.Sending, Cause: "because", At: then},
		"other payment": {PaymentID: "pay_x", N: 2, From: paylink.Reserved, To: paylink.Sending, Cause: paylink.CauseSend, At: then},
	} {
		changed := p
		changed.State, changed.Version = step.To, 2
		kind(t, what, saved(s, changed, []paylink.Step{step}, nil), paylink.Internal, "step")
	}
	// A change of state without a step is the same crime.
	changed := p
	changed.State = paylink.Captured
	kind(t, "no step", saved(s, changed, nil, nil), paylink.Conflict, "stale_payment")
	bad, step := newPayment(newLink())
	step.To, bad.State = paylink.Captured, paylink.Captured
	err := s.Update(context.Background(), func(tx paylink.Tx) error { _, err := tx.AddPayment(bad, step); return err })
	kind(t, "a first step that is not", err, paylink.Internal, "step")
	equal(t, "payment", view(t, s, func(r paylink.Reader) (paylink.Payment, error) { return r.Payment(p.ID) }), p)
}

func stepNumbers(t *testing.T, s store) {
	p := seedPayment(t, s)
	changed := p
	first := move(t, &changed, paylink.Sending, paylink.CauseSend, "")
	second := move(t, &changed, paylink.Captured, paylink.CauseOutcome, paylink.EvidenceResponse)
	kind(t, "a gap", saved(s, changed, []paylink.Step{second}, nil), paylink.Conflict, "stale_payment")
	wide := second
	wide.N = 4
	kind(t, "a wide step", saved(s, changed, []paylink.Step{first, wide}, nil), paylink.Internal, "step")
	if err := saved(s, changed, []paylink.Step{first, second}, nil); err != nil {
		t.Fatal(err)
	}
	equal(t, "payment", view(t, s, func(r paylink.Reader) (paylink.Payment, error) { return r.Payment(p.ID) }), changed)
	steps := view(t, s, func(r paylink.Reader) ([]paylink.Step, error) { return r.Steps(p.ID) })
	equal(t, "later steps", steps[1:], []paylink.Step{first, second})
}

func stalePayment(t *testing.T, s store) {
	p := seedPayment(t, s)
	mine, theirs := p, p
	mineStep := move(t, &mine, paylink.Sending, paylink.CauseSend, "")
	theirStep := move(t, &theirs, paylink.Abandoned, paylink.CauseGiveUp, "")
	if err := saved(s, mine, []paylink.Step{mineStep}, nil); err != nil {
		t.Fatal(err)
	}
	kind(t, "a change of what was read before", saved(s, theirs, []paylink.Step{theirStep}, nil), paylink.Conflict, "stale_payment")
	// What belongs to no step is saved at the version it was read at.
	mine.Looks, mine.LookAt = 7, then
	if err := saved(s, mine, nil, nil); err != nil {
		t.Error(err)
	}
	equal(t, "payment", view(t, s, func(r paylink.Reader) (paylink.Payment, error) { return r.Payment(p.ID) }), mine)
}

func fixedAmount(t *testing.T, s store) {
	p := seedPayment(t, s)
	for what, change := range map[string]func(*paylink.Payment){
		"amount":   func(p *paylink.Payment) { p.Amount.Minor++ },
		"currency": func(p *paylink.Payment) { p.Amount.Currency = "EUR" },
		"merchant": func(p *paylink.Payment) { p.MerchantID = "mer_2" },
		"link":     func(p *paylink.Payment) { p.LinkID = "plk_2" },
		"attempt":  func(p *paylink.Payment) { p.Attempt = "other" },
	} {
		changed := p
		change(&changed)
		kind(t, what, saved(s, changed, nil, nil), paylink.Conflict, "stale_payment")
	}
}

func unbalanced(t *testing.T, s store) {
	p := seedPayment(t, s)
	good := paylink.Post(p, paylink.AccountPayable, paylink.AccountClearing, 2500, then)
	change := func(f func([]paylink.Entry)) []paylink.Entry {
		list := append([]paylink.Entry{}, good...)
		f(list)
		return list
	}
	for what, entries := range map[string][]paylink.Entry{
		"one side":         good[:1],
		"unequal":          change(func(e []paylink.Entry) { e[0].Amount.Minor++ }),
		"two currencies":   change(func(e []paylink.Entry) { e[0].Amount.Currency = "EUR" }),
		"two postings":     change(func(e []paylink.Entry) { e[0].Posting = "txn_other" }),
		"another payment":  change(func(e []paylink.Entry) { e[0].PaymentID = "pay_x" }),
		"another merchant": change(func(e []paylink.Entry) { e[0].MerchantID = "mer_x" }),
	} {
		kind(t, what, saved(s, p, nil, entries), paylink.Internal, "entry")
	}
	if err := saved(s, p, nil, good); err != nil {
		t.Fatal(err)
	}
	kind(t, "the same posting twice", saved(s, p, nil, good), paylink.Conflict, "exists")
	equal(t, "entries", view(t, s, func(r paylink.Reader) ([]paylink.Entry, error) { return r.Entries(p.ID) }), good)
}

// drain claims with several callers at once until nothing is due, and counts how
// often each id was handed out.
func drain(t *testing.T, s store, claim func(paylink.Tx) ([]string, error)) map[string]int {
	t.Helper()
	var mu sync.Mutex
	seen := make(map[string]int)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for empty := 0; empty < 3; {
				var got []string
				err := s.Update(context.Background(), func(tx paylink.Tx) (err error) {
					got, err = claim(tx)
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				if len(got) == 0 {
					empty++
				}
				mu.Lock()
				for _, id := range got {
					seen[id]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return seen
}

func duePaymentsOnce(t *testing.T, s store) {
	l := seedLink(t, s)
	const n = 60
	update(t, s, func(tx paylink.Tx) error {
		for i := range n + 2 {
			p, step := newPayment(l)
			switch i {
			case n: // never
				p.LookAt = time.Time{}
			case n + 1: // not yet
				p.LookAt = tx.Now().Add(time.Hour)
			default:
				p.LookAt = tx.Now().Add(-time.Duration(i) * time.Second)
			}
			p.LeaseTill = time.Time{}
			if _, err := tx.AddPayment(p, step); err != nil {
				return err
			}
		}
		return nil
	})
	seen := drain(t, s, func(tx paylink.Tx) (ids []string, err error) {
		list, err := tx.DuePayments(7, time.Hour)
		if len(list) > 7 {
			t.Errorf("asked for 7 and got %d", len(list))
		}
		for i, p := range list {
			ids = append(ids, p.ID)
			if !p.LeaseTill.Equal(tx.Now().Add(time.Hour)) {
				t.Errorf("the lease is till %v at %v", p.LeaseTill, tx.Now())
			}
			if i > 0 && p.LookAt.Before(list[i-1].LookAt) {
				t.Error("the longest overdue does not come first")
			}
		}
		return ids, err
	})
	if len(seen) != n {
		t.Errorf("%d of %d due payments were claimed", len(seen), n)
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s was claimed %d times", id, times)
		}
	}
}

func leaseOver(t *testing.T, s store) {
	seedPayment(t, s, func(p *paylink.Payment) { p.LookAt, p.LeaseTill = then.Add(-time.Hour), time.Time{} })
	claim := func() (n int) {
		update(t, s, func(tx paylink.Tx) error {
			list, err := tx.DuePayments(10, time.Minute)
			n = len(list)
			return err
		})
		return n
	}
	equal(t, "first claim", claim(), 1)
	equal(t, "within the lease", claim(), 0)
	if err := s.SetClockOffset(context.Background(), time.Minute+time.Second); err != nil {
		t.Fatal(err)
	}
	equal(t, "after the lease", claim(), 1)

}
