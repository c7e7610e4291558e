package gatewaytest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"paylink"
)

// Run tests a gateway.
func Run(t *testing.T, h Harness) {
	for name, test := range map[string]func(*testing.T, Harness){
		"a charge takes its amount once":             takesOnce,
		"the same key twice is one charge":           sameKey,
		"a decline is an outcome with a reason":      declined,
		"a page of the gateway is of its own origin": asked,
		"a key that was never used is not found":     neverUsed,
		"a lost charge that was not done":            lostCharge(NotDone),
		"a lost charge that was done":                lostCharge(Done),
		"a lost lookup is no answer":                 lostLookup,
		"nothing sent is said":                       nothingSent,
		"a saved instrument pays again":              instrument,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, h) })
	}
	if g, ok := h.Gateway.(paylink.KeyCanceller); ok {
		runCancel(t, h, g)
	}
	runActs(t, h)
	if h.Wallet != nil {
		runWallet(t, h)
	}
	if g, ok := h.Gateway.(paylink.CallbackReader); ok {
		t.Run("callbacks", func(t *testing.T) { t.Parallel(); callbacks(t, h, g) })
	}
}

func takesOnce(t *testing.T, h Harness) {
	k := key(t)
	h.wantSound(t, h.pay(t, h.charge(k, h.Token(t, Approved))), paylink.OutcomeCaptured)
	h.wantSound(t, h.look(t, k), paylink.OutcomeCaptured)
	h.wantBook(t, k, Book{Charges: 1, Taken: 2500})
}

func sameKey(t *testing.T, h Harness) {
	if !h.Gateway.Traits().Idempotent {
		return // not promised: the till must not send again
	}
	k := key(t)
	c := h.charge(k, h.Token(t, Approved))
	first := h.pay(t, c)
	var wg sync.WaitGroup
	outs := make([]paylink.Outcome, 8)
	errs := make([]error, 8)
	for i := range outs {
		wg.Go(func() { outs[i], errs[i] = h.Gateway.Charge(context.Background(), c) })
	}
	wg.Wait()
	for i, out := range outs {
		if errs[i] != nil || out.Reference != first.Reference {
			t.Errorf("sent again: %+v, %v; wanted %s", out, errs[i], first.Reference)
		}
	}
	h.wantBook(t, k, Book{Charges: 1, Taken: 2500})
}

func declined(t *testing.T, h Harness) {
	k := key(t)
	out := h.pay(t, h.charge(k, h.Token(t, Refused)))
	want(t, out, paylink.OutcomeDeclined)
	if out.Decline == "" || out.Account != h.Account {
		t.Errorf("no reason or another account: %+v", out)
	}
	want(t, h.look(t, k), paylink.OutcomeDeclined)
	h.wantBook(t, k, Book{})
}

func asked(t *testing.T, h Harness) {
	wantOwn := func(out paylink.Outcome) {
		t.Helper()
		want(t, out, paylink.OutcomeAction)
		for _, o := range h.Gateway.Traits().Origins {
			if strings.HasPrefix(out.ActionURL, o+"/") {
				return
			}
		}
		t.Errorf("%q is of none of the gateway's origins %v", out.ActionURL, h.Gateway.Traits().Origins)
	}
	k := key(t)
	wantOwn(h.pay(t, h.charge(k, h.Token(t, Asked))))
	wantOwn(h.look(t, k))
	h.wantBook(t, k, Book{})
	k = key(t)
	c := h.charge(k, "")
	c.Hosted = true
	wantOwn(h.pay(t, c))
	h.wantBook(t, k, Book{})
}

func neverUsed(t *testing.T, h Harness) { want(t, h.look(t, key(t)), paylink.OutcomeNotFound) }

// wantUnknown wants an error that promises nothing.
func wantUnknown(t *testing.T, out paylink.Outcome, err error) {
	t.Helper()
	if err == nil || errors.Is(err, paylink.ErrNotSent) {
		t.Fatalf("a lost call told %+v, error %v; wanted an error that leaves the outcome unknown", out, err)
	}
}

func lostCharge(f Fault) func(*testing.T, Harness) {
	return func(t *testing.T, h Harness) {
		k := key(t)
		c := h.charge(k, h.Token(t, Approved))
		h.Lose(t, Charge, k, f)
		out, err := h.Gateway.Charge(context.Background(), c)
		wantUnknown(t, out, err)
		if f == Done {
			h.wantBook(t, k, Book{Charges: 1, Taken: 2500})
			h.wantSound(t, h.look(t, k), paylink.OutcomeCaptured)
		} else {
			h.wantBook(t, k, Book{})
			want(t, h.look(t, k), paylink.OutcomeNotFound)
		}
		if h.Gateway.Traits().Idempotent {
			h.wantSound(t, h.pay(t, c), paylink.OutcomeCaptured)
			h.wantBook(t, k, Book{Charges: 1, Taken: 2500})
		}
	}
}

func lostLookup(t *testing.T, h Harness) {
	k := key(t)
	h.pay(t, h.charge(k, h.Token(t, Approved)))
	h.Lose(t, Lookup, k, Done)
	out, err := h.Gateway.Lookup(context.Background(), h.Account, k)
	if err != nil { // an adapter, or net/http, may ask again by itself: a lookup changes nothing
		wantUnknown(t, out, err)
		out = h.look(t, k)
	}
	h.wantSound(t, out, paylink.OutcomeCaptured)
}

func nothingSent(t *testing.T, h Harness) {
	if out, err := h.Unreachable.Charge(context.Background(), h.charge(key(t), h.Token(t, Approved))); !errors.Is(err, paylink.ErrNotSent) {
		t.Errorf("charge at a dead address: %+v, %v", out, err)
	}
	if out, err := h.Unreachable.Lookup(context.Background(), h.Account, key(t)); err == nil {
		t.Errorf("lookup at a dead address: %+v", out)
	}
}

func instrument(t *testing.T, h Harness) {
	c := h.charge(key(t), h.Token(t, Approved))
	c.Save = true
	out := h.pay(t, c)
	if out.Instrument == nil || out.Instrument.Token == "" || out.Instrument.Last4 != out.Last4 {
		t.Fatalf("nothing was saved: %+v", out)
	}
	c = h.charge(key(t), "")
	c.Instrument = out.Instrument.Token
	again := h.pay(t, c)
	h.wantSound(t, again, paylink.OutcomeCaptured)
	if again.Last4 != out.Last4 {
		t.Errorf("another card paid: %+v", again)
	}
}
