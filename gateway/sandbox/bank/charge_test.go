package bank_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink/gateway/sandbox/bank"
)

// TestEveryNumberDoesWhatItSays charges each test card by its ready-made token.
func TestEveryNumberDoesWhatItSays(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, n := range bank.Numbers {
		if n.Name == "slow" || n.Name == "queued" {
			continue // these take seconds; TestTroubleOnRequest shows slow_ms and queue_ms
		}
		t.Run(n.Name, func(t *testing.T) {
			status, body, err := b.call("POST", "/v1/charges", apiKey, order("num_"+n.Name, bank.TokenPrefix+n.Name))
			booked := b.booked("num_" + n.Name)
			answered := err == nil && status == http.StatusOK && !strings.Contains(string(body), "%%%")
			lost := strings.Contains(n.Does, "no_answer") || strings.Contains(n.Does, "5xx") || n.Does == "garbage"
			if answered == lost {
				t.Errorf("status %d, error %v, body %s", status, err, body)
			}
			if strings.Contains(n.Does, "not_booked") {
				if len(booked) != 0 {
					t.Errorf("booked: %+v", booked)
				}
				return
			}
			if len(booked) != 1 {
				t.Fatalf("%d charges in the book, wanted 1", len(booked))
			}
			want, reason := bank.Captured, ""
			switch {
			case strings.HasPrefix(n.Does, "3ds"):
				want = bank.RequiresAction
			case strings.HasPrefix(n.Does, "decline:"):
				want, reason = bank.Declined, strings.TrimPrefix(n.Does, "decline:")
			}
			c := booked[0]
			if c.State != want || c.Reason != reason || c.Card.Brand != n.Brand || c.Card.Funding != n.Funding || !strings.HasSuffix(n.Number, c.Card.Last4) {
				t.Errorf("got %+v card %+v, wanted %s %s", c, c.Card, want, reason)
			}
			if moved := len(c.Movements) == 1 && c.Movements[0].Amount == 2500 && c.Captured == 2500; moved != (want == bank.Captured) {
				t.Errorf("movements %+v, captured %d in state %s", c.Movements, c.Captured, c.State)
			}
		})
	}
}

func TestSameKeyChargesOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	var wg sync.WaitGroup
	ids := make([]string, 64)
	for i := range ids {
		wg.Go(func() {
			var c bank.Charge
			_, body, _ := b.call("POST", "/v1/charges", apiKey, order("k", "tok_test_visa"))
			_ = json.Unmarshal(body, &c) // an answer that is no charge leaves the id empty
			ids[i] = c.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("answers differ: %q and %q", ids[0], id)
		}
	}
	book := b.booked("k")
	if len(book) != 1 || book[0].Attempts != 64 || len(book[0].Movements) != 1 {
		t.Fatalf("book: %+v", book)
	}
	other := order("k", "tok_test_visa")
	other.Amount = 2501
	b.wantError(http.StatusConflict, "key_reused", "POST", "/v1/charges", other)
	b.wantError(http.StatusConflict, "key_reused", "POST", "/v1/charges", order("k", "tok_unheard_of"))
}

func TestKeysOfTwoAccountsNeverMeet(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	b.must(http.StatusOK, "POST", "/v1/accounts", bank.Account{ID: "other", Name: "Other", Key: "key_of_the_other_account"}, nil)
	mine := b.charge(order("same", "tok_test_visa"))
	status, body, err := b.call("GET", "/v1/charges/same", "key_of_the_other_account", nil)
	if err != nil || status != http.StatusNotFound {
		t.Fatalf("another account reads %d %s", status, body)
	}
	if _, body, _ = b.call("POST", "/v1/charges", "key_of_the_other_account", order("same", "tok_test_visa")); strings.Contains(string(body), mine.ID) {
		t.Fatal("another account got my charge")
	}
	if status, _, _ := b.call("GET", "/v1/charges/same", "key_of_nobody_at_all", nil); status != http.StatusUnauthorized {
		t.Fatalf("an unknown key got %d", status)
	}
}

func TestAccountWithoutIdempotencyChargesAgain(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(a *bank.Account) { a.Traits.NoIdempotency = true })
	b.charge(order("k", "tok_test_visa"))
	b.charge(order("k", "tok_test_visa"))
	if n := len(b.booked("k")); n != 2 {
		t.Fatalf("%d charges, wanted 2", n)
	}
}

func TestKeyIsForgottenAfterItsLife(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(a *bank.Account) { a.Traits.KeyLifeMS = 3_600_000 })
	first := b.charge(order("k", "tok_test_visa"))
	if again := b.charge(order("k", "tok_test_visa")); again.ID != first.ID {
		t.Fatal("charged again within the key's life")
	}
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 3_700_000}, nil)
	if again := b.charge(order("k", "tok_test_visa")); again.ID == first.ID {
		t.Fatal("the key still meant the old charge after its life")
	}
}

func TestCancelledKeyIsDeadForEver(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(a *bank.Account) { a.Traits.NoIdempotency = true })
	var c bank.Charge
	b.must(http.StatusOK, "POST", "/v1/charges/early/cancel", nil, &c)
	if c.State != bank.Cancelled {
		t.Fatalf("state %s", c.State)
	}
	b.wantError(http.StatusConflict, "key_cancelled", "POST", "/v1/charges", order("early", "tok_test_visa"))
	if got := b.lookup("early"); got.State != bank.Cancelled || got.Key != "early" {
		t.Fatalf("lookup: %+v", got)
	}
	if n := len(b.booked("early")); n != 0 {
		t.Fatalf("%d charges after cancelling", n)
	}

	b.charge(order("late", "tok_test_insufficient_funds"))
	b.must(http.StatusOK, "POST", "/v1/charges/late/cancel", nil, &c)
	if c.State != bank.Declined {
		t.Fatalf("a declined charge became %s", c.State)
	}
	if again := b.charge(order("late", "tok_test_insufficient_funds")); again.ID != c.ID {
		t.Fatal("a cancelled key made another charge")
	}

	b.charge(order("paid", "tok_test_visa"))
	b.must(http.StatusOK, "POST", "/v1/charges/paid/cancel", nil, &c)
	if c.State != bank.Captured || c.Captured != 2500 {
		t.Fatalf("a paid charge is told as %+v", c)
	}
}

func TestCancelBeatsAQueuedRequest(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	b.trouble(bank.Rule{Op: "charge", Do: "queue_ms:3600000"})
	for _, key := range []string{"queued", "comes"} {
		if _, _, err := b.call("POST", "/v1/charges", apiKey, order(key, "tok_test_visa")); err == nil {
			t.Errorf("%s was answered", key)
		}
	}
	b.wantError(http.StatusNotFound, "not_found", "GET", "/v1/charges/comes", nil)
	b.must(http.StatusOK, "POST", "/v1/charges/queued/cancel", nil, nil)
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 3_700_000}, nil)
	b.wait("comes", bank.Captured) // it was queued after the other
	if n := len(b.booked("queued")); n != 0 {
		t.Errorf("%d charges after cancelling", n)
	}
}

// TestCancelAndASlowRequestAgree: whichever comes first, the other is told so.
func TestCancelAndASlowRequestAgree(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	b.trouble(bank.Rule{Op: "charge", Do: "slow_ms:20"})
	for i := range 20 {
		key := fmt.Sprintf("k%d", i)
		var status int
		var wg sync.WaitGroup
		wg.Go(func() { status, _, _ = b.call("POST", "/v1/charges", apiKey, order(key, "tok_test_visa")) })
		time.Sleep(time.Duration(i) * 2 * time.Millisecond)
		var c bank.Charge
		b.must(http.StatusOK, "POST", "/v1/charges/"+key+"/cancel", nil, &c)
		wg.Wait()
		n := len(b.booked(key))
		if won := c.State == bank.Cancelled; won != (status == http.StatusConflict) || won != (n == 0) {
			t.Errorf("cancelling tells %s, the charge got %d, the book has %d", c.State, status, n)
		}
	}
}

func TestHoldCaptureVoidRefund(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	hold := func(key string) {
		q := order(key, "tok_test_visa")
		q.Capture = false
		if c := b.charge(q); c.State != bank.Authorized || c.Captured != 0 {
			t.Fatalf("hold: %+v", c)
		}
	}
	type act struct {
		Key    string `json:"key"`
		Amount int64  `json:"amount"`
	}
	hold("a")
	b.wantError(http.StatusConflict, "state", "POST", "/v1/charges/a/refund", act{"r0", 100})
	b.wantError(http.StatusUnprocessableEntity, "amount_too_large", "POST", "/v1/charges/a/capture", act{"c0", 2501})
	var c bank.Charge
	for range 2 { // the second is the same act, not another
		b.must(http.StatusOK, "POST", "/v1/charges/a/capture", act{"c1", 2000}, &c)
	}
	if c.State != bank.Captured || c.Captured != 2000 || len(c.Acts) != 1 {
		t.Fatalf("captured: %+v", c)
	}
	b.wantError(http.StatusConflict, "key_reused", "POST", "/v1/charges/a/capture", act{"c1", 1999})
	b.must(http.StatusOK, "POST", "/v1/charges/a/refund", act{"r1", 500}, &c)
	b.must(http.StatusOK, "POST", "/v1/charges/a/refund", act{"r1", 500}, &c)
	b.wantError(http.StatusUnprocessableEntity, "amount_too_large", "POST", "/v1/charges/a/refund", act{"r2", 1501})
	b.must(http.StatusOK, "POST", "/v1/charges/a/refund", act{"r3", 0}, &c)
	if c.Refunded != 2000 || len(c.Acts) != 3 || c.Acts[2].Amount != 1500 || c.Acts[2].Kind != "refund" || c.Acts[2].State != "done" {
		t.Fatalf("refunded: %+v", c)
	}
	if m := b.booked("a")[0].Movements; len(m) != 3 || m[0].Kind != "capture" || m[1].Amount != 500 || m[2].Amount != 1500 {
		t.Fatalf("movements: %+v", m)
	}
	hold("b")
	b.must(http.StatusOK, "POST", "/v1/charges/b/void", act{Key: "v1"}, &c)
	if c.State != bank.Voided || len(b.booked("b")[0].Movements) != 0 {
		t.Fatalf("voided: %+v", c)
	}
	b.wantError(http.StatusConflict, "state", "POST", "/v1/charges/b/capture", act{"c9", 1})
	b.trouble(bank.Rule{Op: "refund", Do: "decline:processing_error", Match: bank.Match{Key: "d"}})
	b.charge(order("d", "tok_test_visa"))
	b.must(http.StatusOK, "POST", "/v1/charges/d/refund", act{"r9", 10}, &c)
	if c.Refunded != 0 || c.Acts[0].State != "declined" || c.Acts[0].Reason != "processing_error" {
		t.Fatalf("declined refund: %+v", c)
	}
}

func TestAuthorizationLapses(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	q := order("a", "tok_test_visa")
	q.Capture = false
	b.charge(q)
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 8 * 24 * 3_600_000}, nil)
	b.wait("a", bank.Expired)
}

func TestBankPaymentsSettleOrComeBack(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	const hour = int64(3_600_000)
	for _, n := range bank.BankNumbers {
		want := bank.Pending
		if n.Name == "bank_refused" {
			want = bank.Declined
		}
		if c := b.charge(order(n.Name, bank.TokenPrefix+n.Name)); c.State != want || c.Method != "bank" || c.Captured != 0 || !strings.HasSuffix(n.Account, c.Bank.Last4) {
			t.Fatalf("%s: %+v", n.Name, c)
		}
	}
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 25 * hour}, nil)
	if c := b.wait("bank_returned", bank.Returned); c.Reason != "insufficient_funds" || c.Captured != 0 {
		t.Fatalf("returned: %+v", c)
	}
	b.wait("bank_closed", bank.Returned)
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 49 * hour}, nil)
	if c := b.wait("bank", bank.Settled); c.Captured != 2500 {
		t.Fatalf("settled: %+v", c)
	}
	b.wait("bank_returned_late", bank.Settled)
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 80 * hour}, nil)
	b.wait("bank_returned_late", bank.Returned)
	if m := b.booked("bank_returned_late")[0].Movements; len(m) != 2 || m[0].Kind != "settle" || m[1].Kind != "return" || m[1].Amount != 2500 {
		t.Fatalf("movements: %+v", m)
	}
	if m := b.booked("bank")[0].Movements; len(m) != 1 || m[0].Kind != "settle" {
		t.Fatalf("movements: %+v", m)
	}
}

func TestInstrumentIsSavedAndPaysAgain(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	q := order("first", "tok_test_amex")
	q.Save = true
	saved := b.charge(q).Instrument
	if saved == nil || saved.Card.Last4 != "0005" {
		t.Fatalf("saved: %+v", saved)
	}
	if b.lookup("first").Instrument.ID != saved.ID {
		t.Fatal("a lookup tells another instrument")
	}
	again := order("second", "")
	again.Source.Instrument = saved.ID
	if c := b.charge(again); c.State != bank.Captured || c.Card.Brand != "amex" {
		t.Fatalf("second: %+v", c)
	}
	in := map[string]string{"id": "0c1e2bd4-5c8f-4f0a-9d0e-111111111111", "token": "tok_test_visa"}
	var i bank.Instrument
	b.must(http.StatusOK, "POST", "/v1/instruments", in, nil)
	b.must(http.StatusOK, "POST", "/v1/instruments", in, &i)
	b.must(http.StatusOK, "GET", "/v1/instruments/"+in["id"], nil, &i)
	if i.Card.Last4 != "4242" {
		t.Fatalf("seeded: %+v", i)
	}
	again = order("third", "")
	again.Source.Instrument = "nobody's"
	b.wantError(http.StatusUnprocessableEntity, "instrument_unknown", "POST", "/v1/charges", again)
	b.wantError(http.StatusNotFound, "not_found", "GET", "/v1/instruments/nobodys", nil)
}

func TestInvalidChargesAreRefused(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for name, change := range map[string]func(*bank.ChargeRequest){
		"no key":           func(q *bank.ChargeRequest) { q.Key = "" },
		"long key":         func(q *bank.ChargeRequest) { q.Key = strings.Repeat("k", 129) },
		"zero":             func(q *bank.ChargeRequest) { q.Amount = 0 },
		"negative":         func(q *bank.ChargeRequest) { q.Amount = -1 },
		"too large":        func(q *bank.ChargeRequest) { q.Amount = 1_000_000_000_000_000 },
		"currency":         func(q *bank.ChargeRequest) { q.Currency = "usd" },
		"no source":        func(q *bank.ChargeRequest) { q.Source.Token = "" },
		"two sources":      func(q *bank.ChargeRequest) { q.Source.Hosted = true },
		"javascript":       func(q *bank.ChargeRequest) { q.ReturnURL = "javascript:alert(1)" },
		"hosted no return": func(q *bank.ChargeRequest) { q.Source.Token, q.Source.Hosted, q.ReturnURL = "", true, "" },
	} {
		q := order("k", "tok_test_visa")
		change(&q)
		if status, body, err := b.call("POST", "/v1/charges", apiKey, q); err != nil || status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s %v", name, status, body, err)
		}
	}
	b.wantError(http.StatusUnprocessableEntity, "token_unknown", "POST", "/v1/charges", order("k", "tok_nobody"))
	b.wantError(http.StatusBadRequest, "invalid_json", "POST", "/v1/charges", map[string]any{"key": "k", "card_number": "4242"})
	if n := len(b.booked("k")); n != 0 {
		t.Errorf("%d charges were booked", n)
	}
}
