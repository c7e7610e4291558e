package bank_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"paylink/gateway/sandbox/bank"
)

// TestTroubleOnRequest asks for each trouble of a charge and looks at both
// sides: what the caller gets and what the book says.
func TestTroubleOnRequest(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	sound := func(c bank.Charge) bool {
		return c.State == bank.Captured && c.Amount == 2500 && c.Currency == "USD" && c.Account == accountID
	}
	for _, c := range []struct {
		do     string
		status int // 0: no answer at all
		booked bool
		sound  bool // the answer is a true charge
	}{
		{"no_answer_booked", 0, true, false},
		{"no_answer_not_booked", 0, false, false},
		{"hang_booked", 0, true, false},
		{"hang_not_booked", 0, false, false},
		{"5xx_booked", 500, true, false},
		{"5xx_not_booked", 500, false, false},
		{"garbage", 200, true, false},
		{"html", 502, true, false},
		{"empty", 200, true, false},
		{"huge", 200, true, false},
		{"reset_half", 0, true, false},
		{"slow_ms:30", 200, true, true},
		{"wrong_amount", 200, true, false},
		{"wrong_currency", 200, true, false},
		{"other_account", 200, true, false},
		{"not_found", 404, true, false},
	} {
		t.Run(c.do, func(t *testing.T) {
			key := strings.ReplaceAll(c.do, ":", "_")
			b.trouble(bank.Rule{Op: "charge", Do: c.do, Match: bank.Match{Key: key}, Times: 1})
			hasty := *b
			if strings.HasPrefix(c.do, "hang") {
				hasty.client = &http.Client{Timeout: time.Second}
			}
			status, body, err := hasty.call("POST", "/v1/charges", apiKey, order(key, "tok_test_visa"))
			if c.status == 0 && err == nil || c.status != 0 && status != c.status {
				t.Errorf("status %d, error %v, body %.80s", status, err, body)
			}
			var got bank.Charge
			if (json.Unmarshal(body, &got) == nil && sound(got)) != c.sound {
				t.Errorf("answer %.200s", body)
			}
			n := len(b.booked(key))
			for range 3000 { // a hasty caller may be gone before the bank has booked
				if (n == 1) == c.booked {
					break
				}
				time.Sleep(10 * time.Millisecond)
				n = len(b.booked(key))
			}
			if (n == 1) != c.booked {
				t.Errorf("%d in the book", n)
			}
			if again := b.charge(order(key, "tok_test_visa")); !sound(again) {
				t.Errorf("sent again: %+v", again)
			}
			if n := len(b.booked(key)); n != 1 {
				t.Errorf("%d in the book at the end", n)
			}
		})
	}
}

func TestFirstLookupsDoNotFindWhatIsBooked(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	if _, _, err := b.call("POST", "/v1/charges", apiKey, order("k", "tok_test_not_found_lookups")); err == nil {
		t.Fatal("answered")
	}
	for range 3 {
		b.wantError(http.StatusNotFound, "not_found", "GET", "/v1/charges/k", nil)
	}
	if c := b.lookup("k"); c.State != bank.Captured {
		t.Fatalf("found %+v", c)
	}
}

func TestAmountsMakeTroubleWhereAllowed(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(a *bank.Account) { a.Traits.TroubleByAmount = true })
	calm := newBank(t)
	for _, m := range bank.Amounts {
		q := order(fmt.Sprintf("a%d", m.Ending), "tok_test_visa")
		q.Amount = 10_000 + m.Ending
		if c := calm.charge(q); c.State != bank.Captured {
			t.Errorf("%d makes trouble where it is not enabled: %+v", m.Ending, c)
		}
		reason, isDecline := strings.CutPrefix(m.Does, "decline:")
		if !isDecline {
			continue // other effects are shown by TestTroubleOnRequest; here it matters that endings reach them
		}
		if c := b.charge(q); c.State != bank.Declined || c.Reason != reason {
			t.Errorf("%d: %+v", m.Ending, c)
		}
	}
	q := order("lost", "tok_test_visa")
	q.Amount = 10_911
	if _, _, err := b.call("POST", "/v1/charges", apiKey, q); err == nil || len(b.booked("lost")) != 1 {
		t.Errorf("911: error %v, book %+v", err, b.booked("lost"))
	}
}

func TestRulesCountTheirCalls(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	b.trouble(bank.Rule{Op: "lookup", Do: "5xx_booked", Match: bank.Match{Key: "k", Nth: 2}},
		bank.Rule{Op: "lookup", Do: "wrong_amount", Match: bank.Match{Key: "k2"}, Times: 2})
	b.charge(order("k", "tok_test_visa"))
	b.charge(order("k2", "tok_test_visa"))
	for i, want := range []int{200, 500, 200} {
		if got, _, _ := b.call("GET", "/v1/charges/k", apiKey, nil); got != want {
			t.Errorf("lookup %d: %d, wanted %d", i+1, got, want)
		}
	}
	for i, want := range []int64{2501, 2501, 2500} {
		if got := b.lookup("k2").Amount; got != want {
			t.Errorf("lookup %d tells %d, wanted %d", i+1, got, want)
		}
	}
	for _, bad := range []bank.Rule{{Op: "charge", Do: "explode"}, {Op: "chant", Do: "empty"}, {Op: "charge"}, {Op: "charge", Do: "slow_ms"}, {Op: "charge", Do: "decline:mood"}} {
		if status, body, _ := b.call("POST", "/v1/trouble", adminKey, []bank.Rule{bad}); status != http.StatusUnprocessableEntity {
			t.Errorf("rule %+v was taken: %d %s", bad, status, body)
		}
	}
	if status, _, _ := b.call("POST", "/v1/trouble", apiKey, []bank.Rule{}); status != http.StatusUnauthorized {
		t.Errorf("an account's key made trouble: %d", status)
	}
	b.must(http.StatusNoContent, "DELETE", "/v1/trouble", nil, nil)
	var left []bank.Rule
	if b.must(http.StatusOK, "GET", "/v1/trouble", nil, &left); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestOutageAnswersNothingAndEnds(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	b.must(http.StatusOK, "POST", "/v1/outage", map[string]any{"on": true}, nil)
	if _, _, err := b.call("POST", "/v1/charges", apiKey, order("k", "tok_test_visa")); err == nil {
		t.Fatal("answered in an outage")
	}
	b.must(http.StatusOK, "POST", "/v1/outage", map[string]any{"on": true, "mode": "503"}, nil)
	b.wantError(http.StatusServiceUnavailable, "outage", "POST", "/v1/charges", order("k", "tok_test_visa"))
	if n := len(b.booked("k")); n != 0 {
		t.Fatalf("%d booked in an outage", n)
	}
	b.must(http.StatusOK, "POST", "/v1/outage", map[string]any{"on": false}, nil)
	b.charge(order("k", "tok_test_visa"))
}
