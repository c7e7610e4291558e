package frontstream_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/dialect/frontstream"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
	"paylink/till"
)

// newShop is a rig whose terminals are accounts at a sandbox bank.
func newShop(t *testing.T, engine string) *rig {
	t.Helper()
	r := newRig(t, engine)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	origin := "http://" + l.Addr().String()
	b, err := bank.Open(bank.Options{Path: filepath.Join(t.TempDir(), "bank.db"), BaseURL: origin, AdminKey: "key_of_the_tests_admin",
		Accounts: []bank.Account{{ID: "acct_1", Name: "shop", Key: "key_of_the_shops_account"}}})
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: b.Handler()}
	go func() { _ = web.Serve(l) }()
	g, err := sandbox.New(sandbox.Config{URL: origin, Accounts: func(string) (sandbox.Secrets, bool) {
		return sandbox.Secrets{Key: "key_of_the_shops_account", CallbackSecret: "unused"}, true
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		g.Close()
		_ = web.Close()
		_ = b.Close()
	})
	r.till.Gateways = map[string]paylink.Gateway{"sandbox": g}
	return r
}

// order is what a payer at a link wants; token "" is the saved way to pay.
func (r *rig) orderOf(address, token string) till.Order {
	return till.Order{Address: address, Attempt: r.till.NewAttempt(r.link(address).ID, 1), Method: paylink.Card, Token: token, Saved: token == "",
		Payer: paylink.Payer{FirstName: "Ada", Email: "ada@payer.example"}}
}

func (r *rig) pay(address, token string) paylink.Payment {
	r.t.Helper()
	p, err := r.till.Pay(r.t.Context(), r.orderOf(address, token))
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// verify asks for the result that the redirect's token stands for.
func (r *rig) verify(p paylink.Payment) (answer, frontstream.PaymentResult) {
	r.t.Helper()
	u, err := url.Parse(r.till.ReturnURL(paylink.Link{RedirectURL: "https://m.example/t?a=1#f"}, p))
	if err != nil {
		r.t.Fatal(err)
	}
	a := r.call("GET", "/API/Verification/verifyAuthToken?code="+url.QueryEscape(u.Query().Get("responseToken")), nil, nil)
	var out struct{ PaymentResult frontstream.PaymentResult }
	var text string
	if a.status == 200 {
		if err := json.Unmarshal([]byte(a.body), &text); err != nil {
			r.t.Fatalf("%s is no JSON string: %v", a.body, err)
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			r.t.Fatalf("%s holds no JSON: %v", text, err)
		}
	}
	return a, out.PaymentResult
}

// inShops runs a test over both engines.
func inShops(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Parallel()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, newShop(t, engine))
		})
	}
}

func TestAResultIsToldOnceAndForAnHour(t *testing.T) {
	inShops(t, func(t *testing.T, r *rig) {
		link := r.make(map[string]any{"TranId": "INV-1", "PaymentLines": []any{map[string]any{"Amount": "10.00", "Type": 1, "Recurring": 4}}})
		first, second, third := r.pay(link, "tok_test_visa"), r.pay(link, "tok_test_amex"), r.pay(link, "tok_test_visa")
		a, got := r.verify(first)
		if a.status != 200 || got.TotalAmount != "10.00" || got.EmailAddress != "ada@payer.example" || !got.Successful || got.TranID != "INV-1" ||
			got.ProcessorGUID != guid || got.CardType != "Visa" || got.BillingFrequency != "Monthly" ||
			got.NextBillDate != (paylink.Schedule{Every: paylink.Monthly}).Next(first.CompletedAt, 1).Format("2006-01-02") {
			t.Errorf("%d %s\n%+v", a.status, a.body, got)
		}
		if codes, _ := rules(t, must(r.verify(first))); codes[0] != frontstream.CodeBadCode {
			t.Errorf("the second time: %v", codes)
		}
		if err := r.store.SetClockOffset(t.Context(), 59*time.Minute); err != nil {
			t.Fatal(err)
		}
		if a, _ := r.verify(second); a.status != 200 {
			t.Errorf("after 59 minutes: %d %s", a.status, a.body)
		}
		if err := r.store.SetClockOffset(t.Context(), 61*time.Minute); err != nil {
			t.Fatal(err)
		}
		if codes, _ := rules(t, must(r.verify(third))); codes[0] != frontstream.CodeBadCode {
			t.Errorf("after 61 minutes: %v", codes)
		}
	})
}

func must(a answer, _ frontstream.PaymentResult) answer { return a }

func TestADeclineIsRecordedAndToldToNobody(t *testing.T) {
	inShops(t, func(t *testing.T, r *rig) {
		link := r.make(nil)
		p := r.pay(link, "tok_test_insufficient_funds")
		if got := frontstream.Result(p); got.PaymentResult != 4 || got.ProcessStatus != 5 || got.ResponseCode != 50 {
			t.Errorf("%+v", got)
		}
		rules(t, must(r.verify(p)))
		if got := frontstream.Result(r.pay(link, "tok_test_visa")); !got.Successful {
			t.Errorf("after a decline the link gives %+v", got)
		}
	})
}

func TestATranIdIsPaidOnceWhereItsSourceSaysSo(t *testing.T) {
	inShops(t, func(t *testing.T, r *rig) {
		checked := frontstream.ScopeName(r.made.Partner.ID, "Acme")
		r.enrol(till.Enrolment{Merchant: &r.made.Merchant, Scopes: []paylink.Scope{{Name: checked, Once: true}}})
		acme := map[string]any{"TranId": "INV-1", "IntegrationSource": "Acme"}
		// Declined ones do not count, and neither do other sources.
		one, two := r.make(acme), r.make(acme)
		r.pay(one, "tok_test_do_not_honor")
		for _, source := range []any{"Other", nil} {
			link := r.make(map[string]any{"TranId": "INV-1", "IntegrationSource": source})
			r.pay(link, "tok_test_visa")
			r.pay(link, "tok_test_visa") // no check there
		}
		r.pay(one, "tok_test_visa")
		for name, link := range map[string]string{"the same link": one, "another": two, "made afterwards": r.make(acme)} {
			before := r.payments()
			_, err := r.till.Pay(t.Context(), r.orderOf(link, "tok_test_visa"))
			got := frontstream.ResultOfRefusal(err)
			if paylink.CodeOf(err) != "duplicate_reference" || got.ProcessStatus != 1 || got.ResponseCode != -100 || !strings.Contains(got.Message, "TranId") {
				t.Errorf("%s: %v, %+v", name, err, got)
			}
			if r.payments() != before {
				t.Errorf("%s: a payment was written for the gateway", name)
			}
		}
	})
}

func (r *rig) payments() (n int) {
	r.t.Helper()
	err := r.till.Read(r.t.Context(), func(rd paylink.Reader) error {
		list, err := rd.Payments(paylink.PaymentFilter{MerchantID: r.made.Merchant.ID, Paging: paylink.Paging{Limit: 200}})
		n = len(list)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestASavedCardPaysLaterLinks(t *testing.T) {
	inShops(t, func(t *testing.T, r *rig) {
		first := r.pay(r.make(map[string]any{"TokenizeCard": true}), "tok_test_visa")
		_, result := r.verify(first)
		later := r.pay(r.make(map[string]any{"TokenGuid": result.TokenGUID}), "")
		if _, got := r.verify(later); !got.Successful || got.TokenGUID != result.TokenGUID || got.LastFour != "4242" || later.Saved != "" {
			t.Errorf("%+v paid %+v", result, got)
		}
		// The gateway's own name for it, brought along as an external token.
		var saved paylink.Instrument
		if err := r.till.Read(t.Context(), func(rd paylink.Reader) (err error) { saved, err = rd.Instrument(first.Saved); return err }); err != nil {
			t.Fatal(err)
		}
		if got := frontstream.Result(r.pay(r.make(map[string]any{"ExternalCardToken": saved.Saved.Token}), "")); !got.Successful {
			t.Errorf("an external token that the gateway knows: %+v", got)
		}
		for _, name := range []string{"ExternalCardToken", "ExternalCheckToken"} {
			if p := r.pay(r.make(map[string]any{name: "64415036"}), ""); p.State != paylink.Declined {
				t.Errorf("%s that the gateway does not know: the payment is %s", name, p.State)
			}
		}
	})
}
