package checkout_test

import (
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// The second press of one form waits for what the first one learns.
func TestASecondPressGetsTheFirstOnesAnswer(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{State: paylink.Sending}}
	time.AfterFunc(200*time.Millisecond, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.payment.State, a.payment.ActionURL = paylink.RequiresAction, "https://cards.example/3ds/1"
	})
	if w := post(site(t, a, nil), good()); w.Code != 303 || w.Header().Get("Location") != "https://cards.example/3ds/1" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

// A payment that ended and of which money is said to have moved is being looked into:
// nobody is asked to pay again meanwhile.
func TestADoubtedDeclineAsksNobodyToPayAgain(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{ID: "pay_1", State: paylink.Declined, LookAt: now, CreatedAt: now,
		Amount: paylink.Money{Minor: 2500, Currency: "USD"}}}
	w := get(site(t, a, nil), "/pay/tok/"+goodAttempt)
	expect(t, w, 200, "Do not pay again.")
	lacks(t, w, "gateway_token")
}

// Behind a proxy that changes Host the form still comes from us.
func TestOurOwnFormIsTakenByItsOrigin(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{State: paylink.Captured}}
	mux := site(t, a, nil)
	origin := strings.TrimSuffix(a.LinkURL(""), "/pay/")
	if w := post(mux, good(), "Origin", origin); origin == "" || w.Code != 303 {
		t.Errorf("our own origin %q: %d", origin, w.Code)
	}
	expect(t, post(mux, good(), "Origin", "null"), 403, "forbidden")
}

func TestASlashAtTheEndIsForgiven(t *testing.T) {
	t.Parallel()
	if w := get(site(t, &acts{sight: till.Sight{Offer: documented()}}, nil), "/pay/tok/"); w.Code != 303 || w.Header().Get("Location") != "/pay/tok" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
}

// A merchant's text may be the very letters that stand for the attempt.
func TestAPrefilledMarkerIsNoAttempt(t *testing.T) {
	t.Parallel()
	const marker = "PAYLINK_ATTEMPT_PAYLINK_ATTEMPT_PAYLINK_ATTE"
	o := documented()
	o.Link.Page.Prefill.FirstName = marker
	w := get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok")
	expect(t, w, 200, `value="`+marker+`"`)
	lacks(t, w, `name="attempt" value="`+marker)
}

// Only who has paid goes to the merchant at once; everything else, and a receipt where
// there is no merchant to go to, is told on the attempt's own page.
func TestWhoHasNotPaidGoesToTheAttempt(t *testing.T) {
	t.Parallel()
	for _, state := range []paylink.PaymentState{paylink.Declined, paylink.Unknown, paylink.Sending, paylink.RequiresAction, paylink.Abandoned,
		paylink.Mismatch, paylink.Refunded, paylink.Captured} {
		a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{State: state}}
		if state == paylink.Captured {
			a.sight.Link.RedirectURL = ""
		}
		if w := post(site(t, a, nil), good()); w.Code != 303 || w.Header().Get("Location") != "/pay/tok/"+goodAttempt {
			t.Errorf("%s: %d %s", state, w.Code, w.Header().Get("Location"))
		}
	}
}
