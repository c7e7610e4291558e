package till_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

func TestPaidIsSettledCountedBookedAndTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "ok"))
	if p.State != paylink.Captured || p.Captured != 2500 || p.Last4 != "4242" || p.CompletedAt.IsZero() {
		t.Fatalf("payment %+v", p)
	}
	if l := r.link(id); l.Succeeded != 1 || l.Reserved != 0 {
		t.Errorf("link counts %d used, %d held", l.Succeeded, l.Reserved)
	}
	if got := r.events(p.ID); !slices.Equal(got, []string{paylink.EventPaymentSucceeded}) {
		t.Errorf("told %v", got)
	}
	if _, err := r.Pay(t.Context(), r.order(addr, id, "ok")); paylink.KindOf(err) != paylink.Gone {
		t.Errorf("a used-up link took a second payment: %v", err)
	}
	r.whole()
}

func TestTheSameAttemptIsOnePaymentHoweverOftenItIsPressed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	o := r.order(addr, id, "ok")
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids := map[string]bool{}
	for range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			p, err := r.Pay(context.Background(), o)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			ids[p.ID] = true
		}()
	}
	wg.Wait()
	if len(ids) != 1 || r.gateway.calls != 1 {
		t.Errorf("%d payments, %d charges; want one of each", len(ids), r.gateway.calls)
	}
	r.whole()
}

func TestAnAttemptWithOtherContentIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) {
		l.Price.Lines = []paylink.Line{{Open: true, Min: 1, Max: 9999999}}
	})
	o := r.order(addr, id, "ok")
	o.Typed = paylink.Money{Minor: 100, Currency: "USD"}
	r.pay(o)
	o.Typed.Minor = 200
	if _, err := r.Pay(t.Context(), o); paylink.KindOf(err) != paylink.Reused {
		t.Errorf("got %v", err)
	}
	other, otherID := r.issue(nil)
	o2 := r.order(other, otherID, "ok")
	o2.Attempt = o.Attempt
	if _, err := r.Pay(t.Context(), o2); paylink.KindOf(err) != paylink.Invalid {
		t.Errorf("an attempt of another link was taken: %v", err)
	}
	forged := r.order(addr, id, "ok")
	forged.Attempt = "AAAAAAAAAAAAAAAAAAAAAA" + forged.Attempt[22:]
	if _, err := r.Pay(t.Context(), forged); paylink.KindOf(err) != paylink.Invalid {
		t.Errorf("a made-up attempt was taken: %v", err)
	}
}

func TestADeclineGivesTheSlotBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	if p := r.pay(r.order(addr, id, "decline")); p.State != paylink.Declined || p.Decline != paylink.DeclineFunds {
		t.Fatalf("payment %+v", p)
	}
	if p := r.pay(r.order(addr, id, "ok")); p.State != paylink.Captured {
		t.Fatalf("the second try is %s", p.State)
	}
	r.whole()
}

func TestADialThatWasRefusedTookNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	if p := r.pay(r.order(addr, id, "refused_dial")); p.State != paylink.Abandoned || p.Decline != "gateway_down" {
		t.Fatalf("payment %+v", p)
	}
	if p := r.pay(r.order(addr, id, "ok")); p.State != paylink.Captured {
		t.Fatalf("the link stayed blocked: %s", p.State)
	}
	r.whole()
}

func TestLostButDoneIsFoundAndNeverChargedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "lost_but_done"))
	if p.State != paylink.Unknown {
		t.Fatalf("payment is %s", p.State)
	}
	if _, err := r.Pay(t.Context(), r.order(addr, id, "ok")); paylink.CodeOf(err) != "in_use" {
		t.Errorf("a second payment started while one was unknown: %v", err)
	}
	r.pass(5 * time.Second)
	if got := r.payment(p.ID); got.State != paylink.Captured {
		t.Errorf("after a look it is %s", got.State)
	}
	if r.gateway.calls != 1 {
		t.Errorf("charged %d times", r.gateway.calls)
	}
	r.whole()
}

func TestLostAndNotDoneHoldsTheSlotUntilThereIsEvidence(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.gateway.horizon = time.Hour
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "lost_not_done"))
	r.pass(30 * time.Minute)
	if got := r.payment(p.ID); got.State != paylink.Unknown {
		t.Errorf("'not found' alone made it %s", got.State)
	}
	if _, err := r.Pay(t.Context(), r.order(addr, id, "ok")); paylink.CodeOf(err) != "in_use" {
		t.Errorf("the slot was given away: %v", err)
	}
	r.pass(2 * time.Hour)
	if got := r.payment(p.ID); got.State != paylink.Declined || got.Decline != paylink.DeclineNeverArrived {
		t.Errorf("past the horizon it is %s %s", got.State, got.Decline)
	}
	r.pay(r.order(addr, id, "ok"))
	r.whole()
}

func TestACancelledKeyIsEvidence(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.canCancel()
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "lost_not_done"))
	for range 4 {
		r.pass(time.Minute)
	}
	if got := r.payment(p.ID); got.State != paylink.Declined {
		t.Errorf("it is %s", got.State)
	}
	r.pay(r.order(addr, id, "ok"))
	r.whole()
}

func TestUnknownIsNeverGivenUpByTimeAloneAndAPersonIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "lost_not_done"))
	r.gateway.down = true
	for range 30 {
		r.pass(25 * time.Hour)
	}
	if got := r.payment(p.ID); got.State != paylink.Unknown {
		t.Fatalf("time made it %s", got.State)
	}
	if got := r.events(p.ID); !slices.Equal(got, []string{paylink.EventPaymentReview}) {
		t.Errorf("told %v", got)
	}
	if _, err := r.Decide(t.Context(), p.ID, true, ""); paylink.KindOf(err) != paylink.Invalid {
		t.Errorf("a decision without a reason was taken: %v", err)
	}
	if got, err := r.Decide(t.Context(), p.ID, true, "gateway says tx 123"); err != nil || got.State != paylink.Captured {
		t.Errorf("%v %s", err, got.State)
	}
	r.whole()
}

func TestAnAmountCurrencyOrPayeeThatDiffersIsForAPerson(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"less", "other_account", "other_currency"} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
			p := r.pay(r.order(addr, id, token))
			if p.State != paylink.Mismatch || p.Captured != 0 {
				t.Errorf("payment is %s, captured %d", p.State, p.Captured)
			}
			if l := r.link(id); l.Succeeded != 0 {
				t.Error("the link counts as paid")
			}
			if got := r.events(p.ID); !slices.Equal(got, []string{paylink.EventPaymentReview}) {
				t.Errorf("told %v", got)
			}
		})
	}
}

func TestAClosedLinkIsRefusedAndTheGatewayNotCalled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	o := r.order(addr, id, "ok") // the payer has the page open
	if _, _, err := r.Close(t.Context(), till.Closing{Address: addr, MerchantID: r.merchant.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Pay(t.Context(), o); paylink.KindOf(err) != paylink.Gone || r.gateway.calls != 0 {
		t.Errorf("got %v after %d charges", err, r.gateway.calls)
	}
	if _, _, err := r.Close(t.Context(), till.Closing{Address: addr, MerchantID: r.merchant.ID}); paylink.KindOf(err) != paylink.Gone {
		t.Errorf("closing twice: %v", err)
	}
	if _, _, err := r.Close(t.Context(), till.Closing{LinkID: id, MerchantID: "mer_other"}); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("a stranger's link: %v", err)
	}
}

func TestAReferenceIsPaidOnceWhereItsScopeSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.Enrol(t.Context(), till.Enrolment{Scopes: []paylink.Scope{{Name: "once", Once: true}}}); err != nil {
		t.Fatal(err)
	}
	make := func(scope string) (string, string) {
		return r.issue(func(l *paylink.Link) { l.Scope, l.Reference = scope, "INV-1" })
	}
	a, aID := make("once")
	b, bID := make("once")
	c, cID := make("other")
	r.pay(r.order(a, aID, "decline"))
	if p := r.pay(r.order(a, aID, "ok")); p.State != paylink.Captured {
		t.Fatalf("a declined prior counted: %s", p.State)
	}
	before := r.gateway.calls
	if _, err := r.Pay(t.Context(), r.order(b, bID, "ok")); paylink.CodeOf(err) != "duplicate_reference" || r.gateway.calls != before {
		t.Errorf("second payment of one reference: %v", err)
	}
	r.pay(r.order(c, cID, "ok"))
	r.pay(r.order(c, cID, "ok"))
	r.whole()
}

func TestOneReferenceOnTwoLinksAtOnceIsChargedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.Enrol(t.Context(), till.Enrolment{Scopes: []paylink.Scope{{Name: "once", Once: true}}}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 16 {
		addr, id := r.issue(func(l *paylink.Link) { l.Scope, l.Reference = "once", "INV-7" })
		o := r.order(addr, id, "ok")
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, _ = r.Pay(context.Background(), o)
		}()
	}
	wg.Wait()
	if r.gateway.calls != 1 {
		t.Errorf("%d charges for one reference", r.gateway.calls)
	}
	r.whole()
}

func TestAPageLeftBehindAtTheGatewayCanBeTakenOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.canCancel()
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	first := r.pay(r.order(addr, id, "action"))
	if first.State != paylink.RequiresAction || first.ActionURL == "" {
		t.Fatalf("payment %+v", first)
	}
	second := r.pay(r.order(addr, id, "ok"))
	if second.State != paylink.Captured || r.payment(first.ID).State != paylink.Declined {
		t.Errorf("second %s, first %s", second.State, r.payment(first.ID).State)
	}
	r.whole()
}

func TestReserveWithoutSendIsGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	saved := r.Gateways["scripted"]
	delete(r.Gateways, "scripted") // the node loses its gateway between reserve and send
	p := r.pay(r.order(addr, id, "ok"))
	r.Gateways["scripted"] = saved
	if p.State != paylink.Reserved {
		t.Fatalf("payment is %s", p.State)
	}
	r.pass(time.Minute)
	if got := r.payment(p.ID); got.State != paylink.Abandoned {
		t.Errorf("it is %s", got.State)
	}
	r.pay(r.order(addr, id, "ok"))
	r.whole()
}

func TestATamperedAmountIsChargedAsTheLinkSays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	o := r.order(addr, id, "ok")
	o.Typed = paylink.Money{Minor: 1, Currency: "USD"}
	if p := r.pay(o); p.Amount.Minor != 2500 || r.gateway.charges[p.ID].Amount.Minor != 2500 {
		t.Errorf("charged %s", p.Amount)
	}
}

// A bank's debit can't be held: where a link says that money is only held, it is not offered.
func TestAHoldIsPlacedOnCardsOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	address, id := r.issue(func(l *paylink.Link) { l.Hold = true })
	o := r.order(address, id, "bank")
	o.Method = paylink.Bank
	if p, err := r.Pay(t.Context(), o); paylink.KindOf(err) != paylink.Invalid {
		t.Errorf("the payment is %s, %v", p.State, err)
	}
	if got := r.look(address).Methods(); !slices.Equal(got, []paylink.Method{paylink.Card}) {
		t.Errorf("offered: %v", got)
	}
	r.whole()
}
