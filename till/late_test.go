package till_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"paylink"
)

// A gateway whose lists lag behind its callbacks: the callback is not repeated, and
// the money is found all the same.
func TestALateSuccessThatTheGatewayConfirmsLaterIsNotLost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "decline"))
	out := r.gateway.says(p, paylink.OutcomeCaptured)
	r.gateway.hide = 1 // the first lookup finds nothing
	if err := r.callback("ev1", p, out); err != nil {
		t.Fatal(err)
	}
	if got := r.payment(p.ID); got.State != paylink.Declined || !got.Doubted() {
		t.Fatalf("one source made it %s, look %v", got.State, got.LookAt)
	}
	r.pass(time.Minute)
	if got := r.payment(p.ID); got.State != paylink.CapturedLate || got.Captured != 2500 || got.Doubted() {
		t.Errorf("it is %s with %d, look %v", got.State, got.Captured, got.LookAt)
	}
	if got := r.events(p.ID); !slices.Equal(got, []string{paylink.EventPaymentDeclined, paylink.EventPaymentSucceeded}) {
		t.Errorf("told %v", got)
	}
	if err := r.callback("ev1", p, out); err != nil {
		t.Error(err)
	}
	r.whole()
}

// saysTwice declines by callback (a first card) while the answer is on its way.
type saysTwice struct {
	*scripted
	r *rig
}

func (g saysTwice) Charge(ctx context.Context, c paylink.Charge) (paylink.Outcome, error) {
	p := g.r.payment(c.Key)
	if err := g.r.callback("ev-"+c.Key, p, paylink.Outcome{Status: paylink.OutcomeDeclined, Account: c.Account, Amount: c.Amount}); err != nil {
		return paylink.Outcome{}, err
	}
	return g.scripted.Charge(ctx, c)
}

func TestASuccessAnsweredAfterADeclineIsAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Gateways["scripted"] = saysTwice{r.gateway, r}
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "ok"))
	if !p.Doubted() {
		t.Errorf("the payer is told %s, as if it were sure", p.State)
	}
	r.pass(time.Minute)
	if got := r.payment(p.ID); got.State != paylink.CapturedLate || r.link(id).Succeeded != 1 {
		t.Errorf("it is %s, the link counts %d", got.State, r.link(id).Succeeded)
	}
	r.whole()
}

// What comes late and does not fit is for a person; it neither vanishes nor takes a
// slot that is somebody else's.
func TestALateSuccessOverAnotherAmountIsAMismatch(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		r := newRig(t)
		addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
		p := r.pay(r.order(addr, id, "decline"))
		if again {
			r.pay(r.order(addr, id, "ok"))
		}
		out := r.gateway.says(p, paylink.OutcomeCaptured)
		out.Amount.Minor = 2400
		r.gateway.charges[p.ID].Outcome = out
		if err := r.callback("ev1", p, out); err != nil {
			t.Fatal(err)
		}
		got, l := r.payment(p.ID), r.link(id)
		if got.State != paylink.Mismatch || got.Surplus != again {
			t.Errorf("it is %s, surplus %v", got.State, got.Surplus)
		}
		if want := map[bool]int{false: 1, true: 0}[again]; l.Reserved != want {
			t.Errorf("the link holds %d, want %d", l.Reserved, want)
		}
		if got := r.events(p.ID); !slices.Contains(got, paylink.EventPaymentReview) {
			t.Errorf("told %v", got)
		}
		if _, err := r.Decide(t.Context(), p.ID, false, "given back by hand"); err != nil {
			t.Error(err)
		}
		r.whole()
	}
}

func TestAChargeTakenLateAndGivenBackIsTwoSteps(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "decline"))
	out := r.gateway.says(p, paylink.OutcomeRefunded)
	out.Refunded = out.Amount.Minor
	r.gateway.charges[p.ID].Outcome = out
	if err := r.callback("ev1", p, out); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Minute)
	if got := r.payment(p.ID); got.State != paylink.Refunded || got.Captured != 2500 || got.Refunded != 2500 {
		t.Errorf("it is %s: taken %d, given back %d", got.State, got.Captured, got.Refunded)
	}
	r.whole()
}

// A claim that the gateway denies is looked into for days, and then left.
func TestALateClaimThatIsNeverConfirmedChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "decline"))
	if err := r.callback("ev1", p, paylink.Outcome{Status: paylink.OutcomeCaptured, Account: p.Account, Amount: p.Amount}); err != nil {
		t.Fatal(err)
	}
	for range 40 {
		r.pass(24 * time.Hour)
	}
	if got := r.payment(p.ID); got.State != paylink.Declined || got.Doubted() {
		t.Errorf("it is %s, look %v", got.State, got.LookAt)
	}
	r.whole()
}

// Who presses pay for one reference leaves others' references alone.
func TestATakeoverIsOfTheSameDebtOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.canCancel()
	if err := r.Store.Update(t.Context(), func(tx paylink.Tx) error { return tx.PutScope(paylink.Scope{Name: "s", Once: true}) }); err != nil {
		t.Fatal(err)
	}
	addr, id := r.issue(func(l *paylink.Link) { l.Scope, l.Page.ShowReference = "s", true })
	of := func(reference, token string) (paylink.Payment, error) {
		o := r.order(addr, id, token)
		o.Reference = reference
		return r.Pay(t.Context(), o)
	}
	ada, _ := of("INV-1", "action")
	if bob, err := of("INV-2", "lost_not_done"); err != nil || bob.State != paylink.Unknown {
		t.Fatalf("%s %v", bob.State, err)
	}
	if _, err := of("INV-2", "ok"); paylink.CodeOf(err) != "duplicate_running" {
		t.Errorf("a second payment of a running one: %v", err)
	}
	if got := r.payment(ada.ID); got.State != paylink.RequiresAction {
		t.Errorf("another reference's payment became %s", got.State)
	}
	if again, err := of("INV-1", "ok"); err != nil || again.State != paylink.Captured {
		t.Errorf("the same reference's: %s %v", again.State, err)
	}
	r.whole()
}

// The debt is one over all links.
func TestADebtLeftBehindAtAnotherLinkCanBeTakenOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.canCancel()
	if err := r.Store.Update(t.Context(), func(tx paylink.Tx) error { return tx.PutScope(paylink.Scope{Name: "s", Once: true}) }); err != nil {
		t.Fatal(err)
	}
	debt := func(l *paylink.Link) { l.Scope, l.Reference = "s", "INV-1" }
	a1, i1 := r.issue(debt)
	a2, i2 := r.issue(debt)
	first := r.pay(r.order(a1, i1, "action"))
	if p, err := r.Pay(t.Context(), r.order(a2, i2, "ok")); err != nil || p.State != paylink.Captured {
		t.Errorf("over the second link: %s %v", p.State, err)
	}
	if got := r.payment(first.ID); got.State != paylink.Declined {
		t.Errorf("the one left behind is %s", got.State)
	}
	r.whole()
}

// lostCommit does what it is asked, and loses the answer of the commit.
type lostCommit struct{ paylink.Store }

func (s lostCommit) Update(ctx context.Context, f func(paylink.Tx) error) error {
	if err := s.Store.Update(ctx, f); err != nil {
		return err
	}
	return paylink.E(paylink.Unavailable, "commit_unknown", "the connection was lost")
}

// A response token whose reading may have been written down is answered: whoever is
// sent away could never ask again.
func TestAResponseTokenIsNotBurntByALostCommit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	p := r.pay(r.order(addr, id, "ok"))
	whole := r.Store
	r.Store = lostCommit{whole}
	got, err := r.Redeem(t.Context(), r.ResponseToken(p))
	r.Store = whole
	if err != nil || got.ID != p.ID {
		t.Errorf("%s %v", got.ID, err)
	}
	if _, err := r.Redeem(t.Context(), r.ResponseToken(p)); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("the second time: %v", err)
	}
}
