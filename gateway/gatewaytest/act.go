package gatewaytest

import (
	"context"
	"testing"

	"paylink"
)

// runActs tests capture, void and refund: each done once under its own key, each
// lost before and after it was done.
func runActs(t *testing.T, h Harness) {
	money := func(minor int64) paylink.Money { return paylink.Money{Minor: minor, Currency: h.Currency} }
	if g, ok := h.Gateway.(paylink.Capturer); ok {
		runAct(t, h, anAct{call: Capture, hold: true, once: paylink.OutcomeCaptured, book: Book{Charges: 1, Taken: 2000},
			do: func(k, rk string) (paylink.Outcome, error) {
				return g.Capture(context.Background(), h.Account, k, rk, money(2000))
			}})
	}
	if g, ok := h.Gateway.(paylink.Voider); ok {
		runAct(t, h, anAct{call: Void, hold: true, once: paylink.OutcomeVoided, book: Book{},
			do: func(k, rk string) (paylink.Outcome, error) {
				return g.Void(context.Background(), h.Account, k, rk)
			}})
	}
	g, ok := h.Gateway.(paylink.Refunder)
	if !ok {
		return
	}
	runAct(t, h, anAct{call: Refund, once: paylink.OutcomeRefunded, book: Book{Charges: 1, Taken: 2500, Returned: 500},
		do: func(k, rk string) (paylink.Outcome, error) {
			return g.Refund(context.Background(), h.Account, k, rk, money(500))
		}})
	t.Run("refunds end at what was taken", func(t *testing.T) {
		t.Parallel()
		k := key(t)
		h.pay(t, h.charge(k, h.Token(t, Approved)))
		for _, step := range []struct {
			request  string
			minor    int64
			status   paylink.OutcomeStatus
			refunded int64
		}{
			{"_1", 1000, paylink.OutcomeRefunded, 1000},
			{"_2", 1501, paylink.OutcomeDeclined, 0},
			{"_3", 1500, paylink.OutcomeRefunded, 2500},
			{"_4", 1, paylink.OutcomeDeclined, 0},
		} {
			out, err := g.Refund(context.Background(), h.Account, k, k+step.request, money(step.minor))
			if err != nil || out.Status != step.status || (step.refunded != 0 && out.Refunded != step.refunded) {
				t.Fatalf("refund of %d: %+v, %v; wanted %s", step.minor, out, err, step.status)
			}
		}
		h.wantBook(t, k, Book{Charges: 1, Taken: 2500, Returned: 2500})
	})
}

type anAct struct {
	call Call
	hold bool // the charge only holds the money
	do   func(key, requestKey string) (paylink.Outcome, error)
	once paylink.OutcomeStatus // the charge after it was done once
	book Book                  // likewise
}

func runAct(t *testing.T, h Harness, a anAct) {
	before := Book{Charges: 1, Taken: 2500}
	if a.hold {
		before = Book{Charges: 1}
	}
	prepare := func(t *testing.T) string {
		t.Helper()
		k := key(t)
		c := h.charge(k, h.Token(t, Approved))
		c.Hold = a.hold
		h.pay(t, c)
		h.wantBook(t, k, before)
		return k
	}
	// twice does it with the same request key until it is done, and once more.
	twice := func(t *testing.T, k string) {
		t.Helper()
		for range 2 {
			out, err := a.do(k, k+"_r")
			if err != nil || out.Status != a.once {
				t.Fatalf("%s: %+v, %v; wanted %s", a.call, out, err, a.once)
			}
			h.wantBook(t, k, a.book)
		}
		want(t, h.look(t, k), a.once)
	}
	name := string(a.call)
	t.Run(name+" is done once under its own key", func(t *testing.T) {
		t.Parallel()
		twice(t, prepare(t))
	})
	for _, f := range []Fault{NotDone, Done} {
		suffix := map[Fault]string{NotDone: " that was not done", Done: " that was done"}[f]
		t.Run("a lost "+name+suffix, func(t *testing.T) {
			t.Parallel()
			k := prepare(t)
			h.Lose(t, a.call, k, f)
			out, err := a.do(k, k+"_r")
			wantUnknown(t, out, err)
			if f == Done {
				h.wantBook(t, k, a.book)
			} else {
				h.wantBook(t, k, before)
			}
			twice(t, k)
		})
	}
	t.Run(name+" of a key that was never used is not found", func(t *testing.T) {
		t.Parallel()
		k := key(t)
		if out, err := a.do(k, k+"_r"); err == nil && out.Status != paylink.OutcomeNotFound && out.Status != paylink.OutcomeDeclined {
			t.Fatalf("%s of nothing: %+v", a.call, out)
		}
		h.wantBook(t, k, Book{})
	})
}
