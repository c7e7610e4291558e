package till_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

func TestCallbacksInAnyOrderAndNumberEndInTheSameState(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	type end struct {
		state    paylink.PaymentState
		captured int64
		told     string
	}
	var want end
	for round := range 60 {
		p := r.pay(r.order(addr, id, "hold"))
		var calls []func() error
		for i, s := range []paylink.OutcomeStatus{paylink.OutcomeAuthorized, paylink.OutcomeProcessing, paylink.OutcomeCaptured,
			paylink.OutcomeDeclined, paylink.OutcomeAction} {
			o := paylink.Outcome{Status: s, Reference: "ref", Account: p.Account, Amount: p.Amount}
			ev := fmt.Sprintf("ev-%d-%d", round, i)
			calls = append(calls, func() error { return r.callback(ev, p, o) }, func() error { return r.callback(ev, p, o) })
		}
		r.gateway.says(p, paylink.OutcomeCaptured)
		calls = append(calls, func() error { _, err := r.Back(context.Background(), id, p.Attempt); return err })
		rand.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
		var wg sync.WaitGroup
		for _, call := range calls {
			if round%2 == 0 { // half the rounds all at once, half one by one
				wg.Add(1)
				go func() {
					defer wg.Done()
					if err := call(); err != nil {
						t.Error(err)
					}
				}()
			} else if err := call(); err != nil {
				t.Error(err)
			}
		}
		wg.Wait()
		after := r.payment(p.ID)
		got := end{after.State, after.Captured, fmt.Sprint(r.events(p.ID))}
		if round == 0 {
			want = end{paylink.Captured, 2500, fmt.Sprint([]string{paylink.EventPaymentHeld, paylink.EventPaymentSucceeded})}
		}
		if got != want {
			t.Fatalf("round %d ended in %+v, want %+v", round, got, want)
		}
	}
	r.whole()
}

func TestAForgedCallbackChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	p := r.pay(r.order(addr, id, "action"))
	err := r.Callback(t.Context(), "scripted", http.Header{"Signature": {"forged"}}, []byte(`{}`))
	if paylink.KindOf(err) != paylink.Unauthenticated {
		t.Errorf("got %v", err)
	}
	stranger := p
	stranger.Account = "acct_2"
	if err := r.callback("ev", stranger, paylink.Outcome{Status: paylink.OutcomeCaptured, Amount: p.Amount, Account: "acct_2"}); err != nil {
		t.Error(err)
	}
	unknown := p
	unknown.ID = "pay_00000000000000000000000000"
	if err := r.callback("ev2", unknown, paylink.Outcome{Status: paylink.OutcomeCaptured}); err != nil {
		t.Error(err)
	}
	if got := r.payment(p.ID); got.State != paylink.RequiresAction {
		t.Errorf("payment became %s", got.State)
	}
}

func TestALateSuccessNeedsTheGatewaysOwnWordToo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	first := r.pay(r.order(addr, id, "decline"))
	captured := paylink.Outcome{Status: paylink.OutcomeCaptured, Reference: "ref", Account: first.Account, Amount: first.Amount}
	if err := r.callback("ev1", first, captured); err != nil {
		t.Fatal(err)
	}
	if got := r.payment(first.ID); got.State != paylink.Declined {
		t.Fatalf("a callback alone made it %s", got.State)
	}
	r.gateway.says(first, paylink.OutcomeCaptured)
	if err := r.callback("ev2", first, captured); err != nil {
		t.Fatal(err)
	}
	if got := r.payment(first.ID); got.State != paylink.CapturedLate || got.Surplus {
		t.Errorf("it is %s, surplus %v", got.State, got.Surplus)
	}
	if l := r.link(id); l.Succeeded != 1 {
		t.Errorf("the link counts %d", l.Succeeded)
	}
	r.whole()
}

func TestALateSuccessBesideAnotherIsOwedBackWhole(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	first := r.pay(r.order(addr, id, "decline"))
	r.pay(r.order(addr, id, "ok"))
	out := r.gateway.says(first, paylink.OutcomeCaptured)
	if err := r.callback("ev", first, out); err != nil {
		t.Fatal(err)
	}
	got := r.payment(first.ID)
	if got.State != paylink.CapturedLate || !got.Surplus {
		t.Errorf("it is %s, surplus %v", got.State, got.Surplus)
	}
	if l := r.link(id); l.Succeeded != 1 || l.Reserved != 0 {
		t.Errorf("the link counts %d used, %d held", l.Succeeded, l.Reserved)
	}
	r.whole()
}

func TestABankDebitIsPendingThenSettledOrReturned(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	p := r.pay(r.order(addr, id, "bank"))
	if p.State != paylink.Pending || p.Captured != 2500 {
		t.Fatalf("payment %s, captured %d", p.State, p.Captured)
	}
	r.gateway.says(p, paylink.OutcomeCaptured)
	r.pass(25 * time.Hour) // no callback came: the daily look finds it
	if got := r.payment(p.ID); got.State != paylink.Captured {
		t.Fatalf("it is %s", got.State)
	}
	if err := r.callback("ev", p, r.gateway.says(p, paylink.OutcomeReturned)); err != nil {
		t.Fatal(err)
	}
	if got := r.payment(p.ID); got.State != paylink.Returned || got.Captured != got.Refunded {
		t.Errorf("it is %s, captured %d, given back %d", got.State, got.Captured, got.Refunded)
	}
	if got := r.events(p.ID); !slices.Equal(got, []string{paylink.EventPaymentPending, paylink.EventPaymentSucceeded, paylink.EventPaymentReturned}) {
		t.Errorf("told %v", got)
	}
	if p := r.pay(r.order(addr, id, "ok")); p.State != paylink.Captured {
		t.Errorf("the link stayed used after the return: %s", p.State)
	}
	r.whole()
}

func TestRefundsAtTheGatewayAreBooked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	p := r.pay(r.order(addr, id, "ok"))
	for i, back := range []int64{1000, 1000, 2500, 2600} {
		o := paylink.Outcome{Status: paylink.OutcomeRefunded, Account: p.Account, Amount: p.Amount, Refunded: back}
		if err := r.callback(fmt.Sprint("ev", i), p, o); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.payment(p.ID); got.State != paylink.Refunded || got.Refunded != 2500 {
		t.Errorf("it is %s, given back %d", got.State, got.Refunded)
	}
	r.whole()
}

func TestAReturnFromTheGatewayIsNoEvidenceByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	p := r.pay(r.order(addr, id, "action"))
	if got, err := r.Back(t.Context(), id, p.Attempt); err != nil || got.State != paylink.RequiresAction {
		t.Errorf("%v %s", err, got.State)
	}
	r.gateway.says(p, paylink.OutcomeCaptured)
	if got, err := r.Back(t.Context(), id, p.Attempt); err != nil || got.State != paylink.Captured {
		t.Errorf("%v %s", err, got.State)
	}
	if _, err := r.Back(t.Context(), id, "forged"); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("a forged attempt: %v", err)
	}
}

func TestAResponseTokenIsReadOnceAndForAnHour(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(nil)
	p, q := r.pay(r.order(addr, id, "ok")), r.pay(r.order(addr, id, "ok"))
	declined := r.pay(r.order(addr, id, "decline"))
	if got, err := r.Redeem(t.Context(), r.ResponseToken(p)); err != nil || got.ID != p.ID {
		t.Fatal(got.ID, err)
	}
	if _, err := r.Redeem(t.Context(), r.ResponseToken(p)); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("read a second time: %v", err)
	}
	r.pass(61 * time.Minute)
	for name, token := range map[string]string{"expired": r.ResponseToken(q),
		"declined": r.ResponseToken(declined), "empty": "", "forged": r.ResponseToken(q)[:26] + "AAAAAAAAAAAAAAAAAAAAAA"} {
		if _, err := r.Redeem(t.Context(), token); paylink.KindOf(err) != paylink.NotFound {
			t.Errorf("%s token: %v", name, err)
		}
	}
}

func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	before := r.link(id)
	for range 200 {
		s, err := r.Look(t.Context(), addr)
		if err != nil || s.Standing != paylink.Payable {
			t.Fatal(s.Standing, err)
		}
		r.NewAttempt(s.Link.ID, s.Link.Version)
	}
	if after := r.link(id); after.Version != before.Version || after.Reserved != 0 {
		t.Errorf("looking changed the link: %+v", after)
	}
	if got := r.events(id); len(got) != 1 {
		t.Errorf("looking told %v", got)
	}
	if _, err := r.Look(t.Context(), "unknown"); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("an unknown address: %v", err)
	}
}

func TestAKeyMakesOneLinkAndOneAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	l := paylink.Link{MerchantID: r.merchant.ID, TerminalID: r.terminal.ID, Dialect: "native", Foreign: "{}",
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 1}}}}
	issue := func(scope, print string) (till.Answer, error) {
		return r.Issue(context.Background(), till.Issuance{Link: l, Claim: &paylink.Claim{Scope: scope, Key: "k", Fingerprint: print},
			Render: func(l paylink.Link, url string) (int, []byte) { return 201, []byte(l.ID + url) }})
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	bodies, fresh := map[string]int{}, 0
	for range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			a, err := issue("a", "same")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			bodies[string(a.Body)]++
			if !a.Replayed {
				fresh++
			}
		}()
	}
	wg.Wait()
	if len(bodies) != 1 || fresh != 1 {
		t.Errorf("%d answers, %d of them fresh; want one", len(bodies), fresh)
	}
	if _, err := issue("a", "other"); paylink.KindOf(err) != paylink.Reused {
		t.Errorf("same key, other content: %v", err)
	}
	if a, err := issue("b", "same"); err != nil || a.Replayed {
		t.Errorf("another scope: %v replayed %v", err, a.Replayed)
	}
	r.pass(24*time.Hour + time.Second)
	if a, err := issue("a", "other"); err != nil || a.Replayed {
		t.Errorf("after 24 hours: %v replayed %v", err, a.Replayed)
	}
}

func TestAOneTimeTokenIsSpentBySuccessOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	client := paylink.Credential{ID: "cre_1", Dialect: "frontstream", MerchantID: r.merchant.ID}
	if err := r.Store.Update(t.Context(), func(tx paylink.Tx) error { return tx.PutCredential(client) }); err != nil {
		t.Fatal(err)
	}
	token, _, err := r.MintToken(t.Context(), client, 5*time.Hour, true)
	if err != nil {
		t.Fatal(err)
	}
	is := till.Issuance{Spend: token, Link: paylink.Link{MerchantID: r.merchant.ID, TerminalID: r.terminal.ID, Foreign: "{}"},
		Render: func(paylink.Link, string) (int, []byte) { return 200, nil }}
	if _, err := r.Issue(t.Context(), is); paylink.KindOf(err) != paylink.Invalid {
		t.Fatalf("a link without a price: %v", err)
	}
	if _, err := r.CheckToken(t.Context(), "frontstream", token); err != nil {
		t.Errorf("the failed call spent the token: %v", err)
	}
	is.Link.Price = paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 1}}}
	var wg sync.WaitGroup
	var mu sync.Mutex
	good := 0
	for range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := r.Issue(context.Background(), is); err == nil {
				mu.Lock()
				good++
				mu.Unlock()
			} else if paylink.KindOf(err) != paylink.Unauthenticated {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	if good != 1 {
		t.Errorf("one token made %d links", good)
	}
	if _, err := r.CheckToken(t.Context(), "native", token); err == nil {
		t.Error("a token was taken by another dialect")
	}
}
