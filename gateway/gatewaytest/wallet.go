package gatewaytest

import (
	"context"
	"testing"
	"time"

	"paylink"
)

// Wallet is what the tests of transfers need; nil where the gateway takes none.
type Wallet struct {
	Currency paylink.Currency
	// Token gives a token of a wallet that sends what is asked, or too much.
	Token func(t *testing.T, tooMuch bool) string
}

// patience is how long a test waits for a network to confirm.
const patience = 10 * time.Second

func runWallet(t *testing.T, h Harness) {
	w := h.Wallet
	h.Currency = w.Currency
	for name, test := range map[string]func(*testing.T, Harness){
		"a transfer is seen, and taken when it is confirmed": func(t *testing.T, h Harness) { transfer(t, h, false) },
		"of a transfer of too much what was asked is taken":  func(t *testing.T, h Harness) { transfer(t, h, true) },
		"a lost transfer that was not done":                  lostTransfer(NotDone),
		"a lost transfer that was done":                      lostTransfer(Done),
		"a page of the gateway shows where to send to":       address,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, h) })
	}
}

func (h Harness) transfer(t *testing.T, key string, tooMuch bool) paylink.Charge {
	c := h.charge(key, h.Wallet.Token(t, tooMuch))
	c.Method = paylink.Stablecoin
	return c
}

// confirmed waits until the transfer is taken.
func (h Harness) confirmed(t *testing.T, key string) paylink.Outcome {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		out := h.look(t, key)
		if out.Status == paylink.OutcomeCaptured || time.Now().After(end) {
			return out
		}
		want(t, out, paylink.OutcomePending)
	}
}

func transfer(t *testing.T, h Harness, tooMuch bool) {
	k := key(t)
	h.wantSound(t, h.pay(t, h.transfer(t, k, tooMuch)), paylink.OutcomePending)
	out := h.confirmed(t, k)
	h.wantSound(t, out, paylink.OutcomeCaptured)
	if (out.Detail != "") != tooMuch {
		t.Errorf("what was too much is told as %q", out.Detail)
	}
	h.wantBook(t, k, Book{Charges: 1, Taken: 2500})
}

func lostTransfer(f Fault) func(*testing.T, Harness) {
	return func(t *testing.T, h Harness) {
		k := key(t)
		c := h.transfer(t, k, false)
		h.Lose(t, Charge, k, f)
		out, err := h.Gateway.Charge(context.Background(), c)
		wantUnknown(t, out, err)
		if f == NotDone {
			want(t, h.look(t, k), paylink.OutcomeNotFound)
			if !h.Gateway.Traits().Idempotent {
				return
			}
			h.wantSound(t, h.pay(t, c), paylink.OutcomePending)
		}
		h.wantSound(t, h.confirmed(t, k), paylink.OutcomeCaptured)
		h.wantBook(t, k, Book{Charges: 1, Taken: 2500})
	}
}

func address(t *testing.T, h Harness) {
	k := key(t)
	c := h.transfer(t, k, false)
	c.Token, c.Hosted = "", true
	out := h.pay(t, c)
	want(t, out, paylink.OutcomeAction)
	if out.ActionURL == "" {
		t.Error("there is no page")
	}
	h.wantBook(t, k, Book{})
}
