package frontstream_test

import (
	"encoding/json"
	"testing"
	"time"

	"paylink"
	"paylink/dialect/frontstream"
)

func TestEveryStateHasItsIds(t *testing.T) {
	t.Parallel()
	type ids struct{ result, status, response int }
	for _, c := range []struct {
		name string
		p    paylink.Payment
		want ids
	}{
		{"captured", paylink.Payment{State: paylink.Captured}, ids{3, 4, 0}},
		{"captured late", paylink.Payment{State: paylink.CapturedLate}, ids{3, 4, 0}},
		{"captured, not needed", paylink.Payment{State: paylink.CapturedLate, Surplus: true}, ids{3, 6, 0}},
		{"held", paylink.Payment{State: paylink.Authorized}, ids{3, 2, 0}},
		{"bank, not settled", paylink.Payment{State: paylink.Pending}, ids{3, 2, 0}},
		{"refunded in part", paylink.Payment{State: paylink.PartlyRefunded}, ids{3, 4, 0}},
		{"refunded", paylink.Payment{State: paylink.Refunded}, ids{5, 8, 0}},
		{"voided", paylink.Payment{State: paylink.Voided}, ids{6, 8, 0}},
		{"returned", paylink.Payment{State: paylink.Returned}, ids{4, 5, 23}},
		{"declined", paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineGeneric}, ids{4, 5, 12}},
		{"stolen", paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineStolen}, ids{4, 5, 12}},
		{"funds", paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineFunds}, ids{4, 5, 50}},
		{"expired card", paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineExpired}, ids{4, 5, 24}},
		{"bank account", paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineAccount}, ids{4, 5, 23}},
		{"cancelled", paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineCancelled}, ids{4, 5, -100}},
		{"never sent", paylink.Payment{State: paylink.Abandoned}, ids{4, 1, -100}},
		{"unknown", paylink.Payment{State: paylink.Unknown}, ids{0, 2, -100}},
		{"under way", paylink.Payment{State: paylink.RequiresAction}, ids{0, 2, -100}},
	} {
		got := frontstream.Result(c.p)
		if (ids{got.PaymentResult, got.ProcessStatus, got.ResponseCode}) != c.want {
			t.Errorf("%s: %d/%d/%d, want %v", c.name, got.PaymentResult, got.ProcessStatus, got.ResponseCode, c.want)
		}
		if got.Successful != (c.want.result == 3) || got.Message == "" {
			t.Errorf("%s: successful %v, message %q", c.name, got.Successful, got.Message)
		}
	}
}

func TestARefusedDuplicateIsNotProcessed(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"duplicate_reference", "duplicate_running", "in_use", "closed"} {
		got := frontstream.ResultOfRefusal(paylink.E(paylink.Conflict, code, ""))
		if got.Successful || got.PaymentResult != 4 || got.ProcessStatus != 1 || got.ResponseCode != -100 || got.Message == "" {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

func TestTheAmountIsAnExactNumber(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]paylink.Money{"25.00": {Minor: 2500, Currency: "USD"}, "0.01": {Minor: 1, Currency: "USD"},
		"99999.99": {Minor: 9999999, Currency: "USD"}, "1500": {Minor: 1500, Currency: "JPY"}} {
		raw, err := json.Marshal(frontstream.Result(paylink.Payment{State: paylink.Captured, Amount: m}))
		var got map[string]json.RawMessage
		if err == nil {
			err = json.Unmarshal(raw, &got)
		}
		if err != nil || string(got["TotalAmount"]) != want {
			t.Errorf("%s is written %s (%v)", want, got["TotalAmount"], err)
		}
	}
}

func TestCardsAndFrequenciesHaveFrontStreamsNames(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 31, 23, 59, 0, 0, time.UTC)
	p := paylink.Payment{State: paylink.Captured, CompletedAt: at, Brand: "amex", Last4: "0005", Method: paylink.Card,
		Schedule: &paylink.Schedule{Every: paylink.Monthly}, Amount: paylink.Money{Minor: 1000, Currency: "USD"}}
	got := frontstream.Result(p)
	if got.CardType != "AmericanExpress" || got.PaymentMethodType != 1 || got.LastFour != "0005" || got.BillingFrequency != "Monthly" || got.NextBillDate != "2027-02-28" {
		t.Errorf("%+v", got)
	}
	p.Method, p.Brand, p.State = paylink.Bank, "", paylink.Declined
	if got := frontstream.Result(p); got.PaymentMethodType != 7 || got.CardType != "" || got.NextBillDate != "" {
		t.Errorf("a declined bank debit: %+v", got)
	}
}
