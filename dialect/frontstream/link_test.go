package frontstream_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/frontstream"
)

// everything is an order with every optional member that may stand beside the others.
func everything(t *testing.T) map[string]any {
	theme, err := os.ReadFile("testdata/theme.css")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"ProcessorGuid": strings.ToUpper(guid), "IntegrationSource": " Acme ", "IpAddress": "192.0.2.7",
		"RedirectUrl":  "https://merchant.example/t?a=1#f",
		"PaymentLines": []map[string]any{{"Amount": "25.5", "Type": 1, "Recurring": 0, "ExternalLineId": "L-1"}, {"Amount": ".07", "Type": 4, "Recurring": 0}},
		"TranId":       " INV-1 ", "ShowTransactionId": "True", "TransactionIdText": "Invoice#:", "PoweredByText": "Powered by Acme",
		"PoweredByUrl": "https://acme.example/", "DonateButtonText": "Donate <now>", "Language": "fr", "DefaultCountryCode": "ca",
		"Theme": string(theme), "ThemeFonts": []any{"Open Sans:400,500 ", nil, "Roboto"}, "FirstName": "Ann", "LastName": "Lee",
		"Email": "ann@example.org", "Street": "1 Main St", "City": "Springfield", "Zip": "12345-6789", "State": "ny", "Country": "us",
		"Phone": "(123) 456-7890", "TokenizeCard": true, "ExternalEventId": "E1", "ExternalEventName": "Gala"}
}

func TestEveryMemberFindsItsPlaceInTheLink(t *testing.T) {
	t.Parallel()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engine)
			all := everything(t)
			l := r.link(r.make(all))
			partner, merchant := r.made.Partner.ID, r.made.Merchant.ID
			foreign := l.Foreign
			want := paylink.Link{ID: l.ID, MerchantID: merchant, TerminalID: r.made.Terminals[0].ID, PartnerID: partner,
				State: paylink.LinkOpen, Version: 1, Save: true, CreatedAt: l.CreatedAt, UpdatedAt: l.CreatedAt, Foreign: foreign, Dialect: "frontstream",
				Scope: "frontstream/" + partner + "/Acme", Reference: "INV-1", RedirectURL: "https://merchant.example/t?a=1#f",
				Metadata: l.Metadata,
				Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{
					{Title: "Donation", Amount: 2550, Kind: "1", Foreign: "L-1"}, {Title: "Ticket", Amount: 7, Kind: "4"}}},
				Page: paylink.Page{Language: "fr", Country: "CA", Button: "Donate <now>", PoweredBy: "Powered by Acme",
					PoweredByURL: "https://acme.example/", Theme: all["Theme"].(string), Fonts: []string{"Open Sans:400,500 ", "Roboto"},
					ShowReference: true, ReferenceText: "Invoice#:",
					Ask: paylink.Ask{Name: true, Email: true, Address: true, Phone: true},
					Prefill: paylink.Payer{FirstName: "Ann", LastName: "Lee", Email: "ann@example.org", Street: "1 Main St", City: "Springfield",
						Region: "ny", Postal: "12345-6789", Country: "US", Phone: "(123) 456-7890"}}}
			if !reflect.DeepEqual(l, want) {
				t.Errorf("got  %+v\nwant %+v", l, want)
			}
			if l.Scope != frontstream.ScopeName(partner, "Acme") {
				t.Errorf("scope %s", l.Scope)
			}
			var kept map[string]any
			if err := json.Unmarshal([]byte(foreign), &kept); err != nil {
				t.Fatal(err)
			}
			for name, v := range map[string]any{"IpAddress": "192.0.2.7", "IntegrationSource": "Acme", "ExternalEventId": "E1",
				"ExternalEventName": "Gala", "TranId": "INV-1", "ProcessorGuid": guid, "FirstName": "Ann", "TokenizeCard": true} {
				if kept[name] != v {
					t.Errorf("Foreign keeps %s as %v, want %v", name, kept[name], v)
				}
			}
		})
	}
}

func TestForeignKeepsNoSecretAndNothingUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	l := r.link(r.make(map[string]any{"Foo": "4111111111111111", "ExternalCardToken": "64415036"}))
	for _, secret := range []string{apiKey, "64415036", "4111", "Foo"} {
		if strings.Contains(l.Foreign, secret) {
			t.Errorf("Foreign holds %s: %s", secret, l.Foreign)
		}
	}
}

func TestALineWithoutAmountIsTypedByThePayer(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for name, amount := range map[string]any{"absent": nil, "empty": ""} {
		line := map[string]any{"Type": 12, "Recurring": 0}
		if amount != nil {
			line["Amount"] = amount
		}
		l := r.link(r.make(map[string]any{"PaymentLines": []any{line}}))
		if want := (paylink.Line{Open: true, Min: 1, Max: 9999999, Kind: "12"}); !l.Price.Open() || l.Price.Lines[0] != want {
			t.Errorf("%s: %+v", name, l.Price)
		}
	}
}

func TestEachRecurringNumberIsItsFrequency(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for n, want := range map[int]paylink.Frequency{1: paylink.Daily, 2: paylink.Weekly, 3: paylink.BiWeekly, 4: paylink.Monthly,
		5: paylink.BiMonthly, 6: paylink.Quarterly, 7: paylink.SemiAnnually, 8: paylink.Annually, 9: paylink.SemiMonthly} {
		l := r.link(r.make(map[string]any{"PaymentLines": []any{map[string]any{"Amount": "10.00", "Type": 12, "Recurring": n}}}))
		if l.Schedule == nil || l.Schedule.Every != want {
			t.Errorf("Recurring %d is %v, want %s", n, l.Schedule, want)
		}
	}
	if l := r.link(r.make(nil)); l.Schedule != nil {
		t.Errorf("Recurring 0 is %v", l.Schedule)
	}
}

func TestALinkIsBoundToTheTokenThatIsGiven(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for name, c := range map[string]struct {
		token  string
		method paylink.Method
		kept   string // the gateway's name for it
	}{"TokenGuid": {strings.ToUpper(guid), paylink.Card, "ins_bank_1"}, "ExternalCardToken": {"64415036", paylink.Card, "64415036"},
		"ExternalCheckToken": {"1102339", paylink.Bank, "1102339"}} {
		// TokenizeCard beside a token means nothing (A27).
		s, err := r.till.Look(t.Context(), r.make(map[string]any{name: c.token, "TokenizeCard": true}))
		if err != nil {
			t.Fatal(err)
		}
		if s.Saved == nil || s.Saved.Saved.Token != c.kept || s.Saved.Saved.Method != c.method || s.Saved.Account != "acct_1" ||
			s.Saved.MerchantID != r.made.Merchant.ID || s.Link.Save {
			t.Errorf("%s: %+v, save %v", name, s.Saved, s.Link.Save)
		}
		if (s.Link.Page.Ask != paylink.Ask{Email: true}) {
			t.Errorf("%s: the page asks for %+v", name, s.Link.Page.Ask)
		}
	}
}

func TestProcessorGuidChoosesTheTerminal(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for given, want := range map[any]string{nil: r.made.Terminals[0].ID, "3F2504E0-4F89-41D3-9A0C-0305E82C3302": r.made.Terminals[1].ID} {
		if l := r.link(r.make(map[string]any{"ProcessorGuid": given})); l.TerminalID != want {
			t.Errorf("%v: %s, want %s", given, l.TerminalID, want)
		}
	}
}

func TestStrictRefusesTheEightToleratedDeviations(t *testing.T) {
	t.Parallel()
	loose, strict := newRig(t, "sqlite"), newRig(t, "sqlite", func(h *frontstream.Handler) { h.Strict = true })
	for name, body := range map[string]string{
		"env.extra":             with(`"Foo":1`),
		"line.extra":            lineWith(`{"Amount":"25.00","Type":12,"Recurring":0,"Foo":1}`),
		"env.casing":            strings.Replace(with(`"TranId":"x"`), "ApiKey", "apiKey", 1),
		"amount.number":         lineWith(`{"Amount":25.5,"Type":12,"Recurring":0}`),
		"type.string.num":       lineWith(`{"Amount":"25.00","Type":"12","Recurring":0}`),
		"showtransactionid.str": with(`"ShowTransactionId":"True"`),
		"tokenizecard.str":      with(`"TokenizeCard":"true"`),
		"string.number":         with(`"FirstName":42`),
	} {
		if a := loose.call("POST", "/api/paylink", withToken(loose.token()), body); a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
		rules(t, strict.call("POST", "/api/paylink", withToken(strict.token()), body))
	}
	if a := strict.post(order(everythingStrict(t))); a.status != 200 {
		t.Errorf("strict refuses what the schema allows: %s", a.body)
	}
}

// everythingStrict is everything, by the letter of the schema.
func everythingStrict(t *testing.T) map[string]any {
	all := everything(t)
	all["ShowTransactionId"], all["ThemeFonts"] = true, []string{"Roboto"}
	return all
}

func TestAmountsFitTheTerminalsCurrency(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for currency, guid := range map[paylink.Currency]string{"JPY": "3f2504e0-4f89-41d3-9a0c-0305e82c33a0", "KWD": "3f2504e0-4f89-41d3-9a0c-0305e82c33a3"} {
		err := r.store.Update(t.Context(), func(tx paylink.Tx) error {
			return tx.PutTerminal(paylink.Terminal{ID: paylink.NewID(paylink.PrefixTerminal, tx.Now()), MerchantID: r.made.Merchant.ID, Name: string(currency),
				Gateway: "sandbox", Account: "acct_1", Currency: currency, Methods: []paylink.Method{paylink.Card}, Foreign: guid, CreatedAt: tx.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		price := func(amount string) answer {
			return r.post(order(map[string]any{"ProcessorGuid": guid, "PaymentLines": []any{map[string]any{"Amount": amount, "Type": 12, "Recurring": 0}}}))
		}
		want := map[paylink.Currency]int64{"JPY": 25, "KWD": 25000}[currency]
		if l := r.link(lastSegment(t, price("25.00"))); l.Price.Lines[0].Amount != want || l.Price.Currency != currency {
			t.Errorf("25.00 %s is %+v", currency, l.Price)
		}
		if a := price("25.50"); (a.status == 200) != (currency == "KWD") {
			t.Errorf("25.50 %s answers %d %s", currency, a.status, a.body)
		}
		open := r.link(lastSegment(t, price(""))).Price.Lines[0]
		if least := map[paylink.Currency]int64{"JPY": 1, "KWD": 10}[currency]; open.Min != least {
			t.Errorf("the least %s is %d", currency, open.Min)
		}
	}
}
