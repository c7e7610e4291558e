package bank_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"paylink/gateway/sandbox/bank"
)

// quick confirms transfers in no time.
func quick(a *bank.Account) { a.Traits.ConfirmAfterMS = 1 }

func inUSDC(q bank.ChargeRequest) bank.ChargeRequest {
	q.Currency, q.Method, q.Amount = "USDC", "stablecoin", 25_000_000
	return q
}

func send(what string) url.Values { return url.Values{"send": {what}} }

// wantWallet wants a charge whose transfers add up to what it took and gave back.
func (b *testBank) wantWallet(key string, state bank.State, received, sentBack int64) bank.Charge {
	b.t.Helper()
	got := b.booked(key)
	if len(got) != 1 || got[0].State != state || got[0].Wallet == nil {
		b.t.Fatalf("book: %+v", got)
	}
	c, in, out := got[0], int64(0), int64(0)
	for _, t := range c.Wallet.Transfers {
		if t.Kind == "in" {
			in += t.Amount
		} else {
			out += t.Amount
		}
	}
	if in != received || out != sentBack || c.Wallet.Received != in || c.Wallet.SentBack != out {
		b.t.Errorf("%d came in and %d went out, wanted %d and %d: %+v", in, out, received, sentBack, c.Wallet)
	}
	if state != bank.Pending && state != bank.RequiresAction && in-out != c.Captured-c.Refunded {
		b.t.Errorf("of %d less %d transferred the charge keeps %d less %d", in, out, c.Captured, c.Refunded)
	}
	return c
}

func TestATransferIsTakenWhenItIsConfirmed(t *testing.T) {
	t.Parallel()
	b := newBank(t, quick)
	c := b.charge(inUSDC(hosted("k")))
	status, page, _ := b.open(c.ActionURL, nil)
	for _, want := range []string{"25.00", "USDC", c.Wallet.Address, "Send exactly this amount"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("status %d, the page lacks %q", status, want)
		}
	}
	if !strings.HasPrefix(c.Wallet.Address, "SANDBOX-USDC-") {
		t.Errorf("the address %q could be taken for a real one", c.Wallet.Address)
	}
	status, _, h := b.open(c.ActionURL, send("exact"))
	b.wantReturn(status, h)
	b.wait("k", bank.Captured)
	if got := b.wantWallet("k", bank.Captured, 25_000_000, 0); got.Captured != 25_000_000 || len(got.Movements) != 1 || got.Wallet.Confirmations != 3 {
		t.Errorf("%+v", got)
	}
}

func TestOneTransferHoweverOftenItIsPressed(t *testing.T) {
	t.Parallel()
	b := newBank(t, quick)
	c := b.charge(inUSDC(hosted("k")))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { b.open(c.ActionURL, send("exact")) })
	}
	wg.Wait()
	b.wait("k", bank.Captured)
	b.wantWallet("k", bank.Captured, 25_000_000, 0)
}

func TestTooLittleWaitsForTheRest(t *testing.T) {
	t.Parallel()
	b := newBank(t, quick)
	c := b.charge(inUSDC(hosted("k")))
	status, _, h := b.open(c.ActionURL, send("less"))
	if status != http.StatusSeeOther || h.Get("Location") != c.ActionURL {
		t.Fatalf("%d to %s", status, h.Get("Location"))
	}
	b.wantWallet("k", bank.RequiresAction, 12_500_000, 0)
	if _, page, _ := b.open(c.ActionURL, nil); !strings.Contains(page, "Still missing") || !strings.Contains(page, "12.50\u00a0USDC") {
		t.Error("the page does not say what is missing")
	}
	b.open(c.ActionURL, send("less"))
	b.open(c.ActionURL, send("nonsense"))
	b.wantWallet("k", bank.RequiresAction, 18_750_000, 0)
	status, _, h = b.open(c.ActionURL, send("exact"))
	b.wantReturn(status, h)
	b.wait("k", bank.Captured)
	b.wantWallet("k", bank.Captured, 25_000_000, 0)
}

func TestTooMuchIsSentBack(t *testing.T) {
	t.Parallel()
	b := newBank(t, quick)
	c := b.charge(inUSDC(hosted("k")))
	b.open(c.ActionURL, send("more"))
	b.wait("k", bank.Captured)
	if got := b.wantWallet("k", bank.Captured, 27_500_000, 2_500_000); got.Captured != 25_000_000 || got.Refunded != 0 {
		t.Errorf("taken %d, given back %d", got.Captured, got.Refunded)
	}
}

func TestWhatIsTooLittleInTimeIsSentBackAndDeclined(t *testing.T) {
	t.Parallel()
	b := newBank(t, quick)
	c := b.charge(inUSDC(hosted("k")))
	b.open(c.ActionURL, send("less"))
	none := b.charge(inUSDC(hosted("none")))
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 31 * 60 * 1000}, nil)
	b.wait("k", bank.Declined)
	if got := b.wantWallet("k", bank.Declined, 12_500_000, 12_500_000); got.Reason != "underpaid" || len(got.Movements) != 0 {
		t.Errorf("%+v", got)
	}
	b.wait("none", bank.Cancelled)
	b.wantWallet("none", bank.Cancelled, 0, 0)
	for _, u := range []string{c.ActionURL, none.ActionURL} { // too late
		if status, _, _ := b.open(u, send("exact")); status == http.StatusOK {
			t.Errorf("%s still takes transfers", u)
		}
	}
	b.wantWallet("k", bank.Declined, 12_500_000, 12_500_000)
}

func TestACancelledKeyAVoidAndARefundSendBack(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(a *bank.Account) { a.Traits.ConfirmAfterMS = 60_000 })
	c := b.charge(inUSDC(hosted("cancelled")))
	b.open(c.ActionURL, send("less"))
	b.must(http.StatusOK, "POST", "/v1/charges/cancelled/cancel", struct{}{}, nil)
	b.wantWallet("cancelled", bank.Cancelled, 12_500_000, 12_500_000)

	b.charge(inUSDC(order("void", "tok_test_wallet_over")))
	b.must(http.StatusOK, "POST", "/v1/charges/void/void", map[string]string{"key": "v"}, nil)
	b.wantWallet("void", bank.Voided, 27_500_000, 27_500_000)

	b.charge(inUSDC(order("refund", "tok_test_wallet")))
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 10 * 60 * 1000}, nil)
	b.wait("refund", bank.Captured)
	b.must(http.StatusOK, "POST", "/v1/charges/refund/refund", map[string]any{"key": "r", "amount": 1_000_000}, nil)
	if got := b.wantWallet("refund", bank.Captured, 25_000_000, 1_000_000); got.Refunded != 1_000_000 {
		t.Errorf("given back %d", got.Refunded)
	}
}

func TestAPressThatIsLostIsOneTransferOrNone(t *testing.T) {
	t.Parallel()
	b := newBank(t, quick)
	done := b.charge(inUSDC(hosted("done")))
	not := b.charge(inUSDC(hosted("not")))
	b.trouble(bank.Rule{Op: "pay", Do: "no_answer_booked", Match: bank.Match{Key: "done"}, Times: 1},
		bank.Rule{Op: "pay", Do: "no_answer_not_booked", Match: bank.Match{Key: "not"}, Times: 1})
	for _, u := range []string{done.ActionURL, not.ActionURL} {
		if status, page, _ := b.open(u, send("exact")); status != http.StatusBadGateway || !strings.Contains(page, "Do not pay again") {
			t.Errorf("%s answers %d", u, status)
		}
	}
	b.wait("done", bank.Captured)
	b.wantWallet("done", bank.Captured, 25_000_000, 0)
	b.wantWallet("not", bank.RequiresAction, 0, 0)
}

func TestWalletsPayInStablecoinsOnlyAndHoldNothing(t *testing.T) {
	t.Parallel()
	b := newBank(t, quick)
	dollars := inUSDC(hosted("a"))
	dollars.Currency = "USD"
	hold := inUSDC(hosted("b"))
	hold.Capture = false
	card := inUSDC(order("c", "tok_test_visa"))
	method := order("d", "tok_test_wallet")
	for _, q := range []bank.ChargeRequest{dollars, hold, card, method} {
		b.wantError(http.StatusUnprocessableEntity, "invalid", "POST", "/v1/charges", q)
	}
}
