package gatewaytest

import (
	"context"
	"testing"

	"paylink"
)

func runCancel(t *testing.T, h Harness, g paylink.KeyCanceller) {
	cancel := func(t *testing.T, k string) paylink.Outcome {
		t.Helper()
		out, err := g.CancelKey(context.Background(), h.Account, k)
		if err != nil {
			t.Fatalf("cancel %s: %v", k, err)
		}
		return out
	}
	// dead wants that no charge can come to be under the key.
	dead := func(t *testing.T, k string) {
		t.Helper()
		if out := h.pay(t, h.charge(k, h.Token(t, Approved))); out.Status != paylink.OutcomeCancelled {
			t.Fatalf("a cancelled key was used: %+v", out)
		}
		want(t, h.look(t, k), paylink.OutcomeCancelled)
		h.wantBook(t, k, Book{})
	}
	for name, test := range map[string]func(*testing.T){
		"a cancelled key can't be used any more": func(t *testing.T) {
			k := key(t)
			want(t, cancel(t, k), paylink.OutcomeCancelled)
			dead(t, k)
		},
		"cancelling a paid key tells that it is paid": func(t *testing.T) {
			k := key(t)
			h.pay(t, h.charge(k, h.Token(t, Approved)))
			h.wantSound(t, cancel(t, k), paylink.OutcomeCaptured)
			h.wantBook(t, k, Book{Charges: 1, Taken: 2500})
		},
		"cancelling a declined key tells that it is declined": func(t *testing.T) {
			k := key(t)
			h.pay(t, h.charge(k, h.Token(t, Refused)))
			want(t, cancel(t, k), paylink.OutcomeDeclined)
		},
		"cancelling ends what waits for the payer": func(t *testing.T) {
			k := key(t)
			want(t, h.pay(t, h.charge(k, h.Token(t, Asked))), paylink.OutcomeAction)
			want(t, cancel(t, k), paylink.OutcomeCancelled)
			want(t, h.look(t, k), paylink.OutcomeCancelled)
			h.wantBook(t, k, Book{})
		},
		"a lost cancel that was not done": func(t *testing.T) {
			k := key(t)
			h.Lose(t, Cancel, k, NotDone)
			out, err := g.CancelKey(context.Background(), h.Account, k)
			wantUnknown(t, out, err)
			want(t, h.look(t, k), paylink.OutcomeNotFound)
			want(t, cancel(t, k), paylink.OutcomeCancelled)
			dead(t, k)
		},
		"a lost cancel that was done": func(t *testing.T) {
			k := key(t)
			h.Lose(t, Cancel, k, Done)
			out, err := g.CancelKey(context.Background(), h.Account, k)
			wantUnknown(t, out, err)
			dead(t, k)
			want(t, cancel(t, k), paylink.OutcomeCancelled)
		},
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t) })
	}
}
