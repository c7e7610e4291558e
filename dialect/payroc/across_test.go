package payroc_test

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// issue makes a link as another API would.
func (r *rig) issue(dialect string, change func(*paylink.Link)) string {
	r.t.Helper()
	l := paylink.Link{MerchantID: r.made.Merchant.ID, TerminalID: r.made.Terminals[0].ID, Dialect: dialect, Foreign: `{"theirs":true}`,
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 100}}}}
	change(&l)
	a, err := r.till.Issue(context.Background(), till.Issuance{Link: l, Render: func(paylink.Link, string) (int, []byte) { return 201, nil }})
	if err != nil {
		r.t.Fatal(err)
	}
	return a.LinkID
}

// inMain reads a link of ours.
func (r *rig) inMain(id string) (l paylink.Link) {
	r.t.Helper()
	err := r.till.Read(context.Background(), func(rd paylink.Reader) (err error) {
		l, err = rd.Link(id)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// data are the links of a list.
func (a reply) data(t testing.TB) (out []map[string]any) {
	t.Helper()
	for _, one := range a.get(t, "data").([]any) {
		out = append(out, one.(map[string]any))
	}
	return out
}

// A link made through any API is in Payroc's list, whole in Payroc's words (each
// answer is held against Payroc's schema), and is called one thing from then on.
func TestLinksOfOtherAPIsAreToldInPayrocsWords(t *testing.T) {
	t.Parallel()
	for engine, dsn := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRigOn(t, dsn(t))
			long := strings.Repeat("é", 60)
			noon := time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)
			for _, c := range []struct {
				name   string
				change func(*paylink.Link)
				want   map[string]any // by path
			}{
				{"bare", func(*paylink.Link) {}, map[string]any{"type": "multiUse", "order.charge.type": "preset", "authType": "sale", "status": "active",
					"expiresOn": nil, "customLabels": nil, "credentialOnFile": nil, "order.orderId": nil, "order.description": nil}},
				{"an invoice, once", func(l *paylink.Link) { l.MaxUses, l.Reference, l.Page.Title = 1, "INV-42", "Invoice 42" },
					map[string]any{"type": "singleUse", "merchantReference": "INV-42", "order.orderId": "INV-42", "order.description": "Invoice 42", "expiresOn": "9999-12-31"}},
				{"three times", func(l *paylink.Link) { l.MaxUses = 3 }, map[string]any{"type": "multiUse"}},
				{"a long reference", func(l *paylink.Link) { l.MaxUses, l.Reference = 1, long }, map[string]any{"merchantReference": strings.Repeat("é", 48)}},
				{"several lines", func(l *paylink.Link) {
					l.Price.Lines = []paylink.Line{{Title: "Two tickets", Amount: 5000}, {Title: "Booking fee", Amount: 250}}
				}, map[string]any{"order.charge.type": "preset", "order.description": "Two tickets, Booking fee"}},
				{"a donation, monthly", func(l *paylink.Link) {
					l.Price.Lines = []paylink.Line{{Open: true, Min: 1, Max: 9999}}
					l.Schedule, l.Page.Button = &paylink.Schedule{Every: paylink.Monthly}, "Give what you can, please!"
				}, map[string]any{"order.charge.type": "prompt", "order.charge.amount": nil, "credentialOnFile.tokenize": true, "credentialOnFile.mitAgreement": "recurring"}},
				{"held until noon", func(l *paylink.Link) { l.Hold, l.ExpiresAt = true, noon }, map[string]any{"authType": "preAuthorization", "expiresOn": "2026-12-24"}},
				{"until midnight", func(l *paylink.Link) { l.ExpiresAt = noon.Add(12 * time.Hour) }, map[string]any{"expiresOn": "2026-12-24"}},
				{"long texts", func(l *paylink.Link) { l.Page.Description = strings.Repeat("ä", 2000) }, map[string]any{"order.description": strings.Repeat("ä", 1024)}},
			} {
				id := r.issue("native", c.change)
				l := r.inMain(id)
				listed := r.must(200, "GET", terminal+"?limit=100", "").data(t)
				last := listed[len(listed)-1]
				link := "/v1/payment-links/" + last["paymentLinkId"].(string)
				a := r.must(200, "GET", link, "")
				for at, want := range c.want {
					if got := a.get(t, at); got != want {
						t.Errorf("%s: %s is %v, want %v", c.name, at, got, want)
					}
				}
				if l.Reference == "" && a.text(t, "merchantReference") != id {
					t.Errorf("%s: without a reference it is %s, not our id", c.name, a.text(t, "merchantReference"))
				}
				if ref := a.text(t, "merchantReference"); len(r.must(200, "GET", terminal+"?merchantReference="+ref, "").data(t)) != 1 {
					t.Errorf("%s is not found by %s", c.name, ref)
				}
				if a.get(t, "order.orderId") == nil && l.MaxUses == 1 {
					t.Errorf("%s: no orderId", c.name)
				}
			}
			first, again := r.must(200, "GET", terminal, "").data(t), r.must(200, "GET", terminal, "").data(t)
			for i := range first {
				if first[i]["paymentLinkId"] != again[i]["paymentLinkId"] {
					t.Errorf("%v became %v", first[i]["paymentLinkId"], again[i]["paymentLinkId"])
				}
			}
		})
	}
}

// What Payroc's words can't say is not told wrongly: it is not there.
func TestLinksThatCantBeSaidAreLeftOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.issue("devdraft", func(l *paylink.Link) { l.Price.Currency = "USDC" })
	r.issue("native", func(l *paylink.Link) { l.Page.Methods = []paylink.Method{paylink.Bank}; l.Hold = true })
	r.make(donation)
	if data := r.must(200, "GET", terminal, "").data(t); len(data) != 1 {
		t.Errorf("%v", data)
	}
}

// Links of other APIs are changed and ended as Payroc's are; what else they have stays.
func TestLinksOfOtherAPIsAreChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.issue("native", func(l *paylink.Link) {
		l.MaxUses, l.Reference, l.RedirectURL = 1, "INV-42", "https://merchant.example/thanks"
		l.Page = paylink.Page{Title: "Invoice 42", Theme: "body{}", Ask: paylink.Ask{Phone: true}}
	})
	several := r.issue("native", func(l *paylink.Link) {
		l.MaxUses = 1
		l.Price.Lines = []paylink.Line{{Title: "Tickets", Amount: 5000}, {Title: "Fee", Amount: 250}}
	})
	listed := r.must(200, "GET", terminal, "").data(t)
	link := "/v1/payment-links/" + listed[0]["paymentLinkId"].(string)
	before := r.must(200, "GET", link, "")
	after := r.patch(200, link, `{"op":"replace","path":"/expiresOn","value":"2027-01-31"}`, `{"op":"replace","path":"/order/charge/amount","value":700}`,
		`{"op":"add","path":"/customLabels","value":[{"element":"paymentButton","label":"Settle"}]}`, `{"op":"replace","path":"/authType","value":"preAuthorization"}`)
	if after.text(t, "assets.paymentUrl") == before.text(t, "assets.paymentUrl") {
		t.Error("the URL stayed")
	}
	same(t, r.must(200, "GET", link, "").body, after.body)
	l := r.inMain(id)
	if l.Price.Lines[0].Amount != 700 || l.Page.Button != "Settle" || !l.Hold || !l.ExpiresAt.Equal(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("it became %+v", l)
	}
	if l.Dialect != "native" || l.Foreign != `{"theirs":true}` || l.RedirectURL == "" || l.Page.Theme == "" || !l.Page.Ask.Phone || l.Page.Title != "Invoice 42" ||
		l.Page.Description != "" || l.Reference != "INV-42" || l.Page.Methods != nil {
		t.Errorf("it lost something: %+v", l)
	}
	two := "/v1/payment-links/" + listed[1]["paymentLinkId"].(string)
	if got := r.patch(400, two, `{"op":"replace","path":"/order/charge/amount","value":700}`).parameters(t); len(got) != 1 || got[0] != "order.charge.amount" {
		t.Errorf("one amount for two lines: %v", got)
	}
	if got := r.patch(400, two, `{"op":"add","path":"/credentialOnFile","value":{"tokenize":true,"mitAgreement":"installment"}}`).parameters(t); len(got) != 1 {
		t.Errorf("an agreement that nobody keeps: %v", got)
	}
	r.patch(200, two, `{"op":"add","path":"/credentialOnFile","value":{"tokenize":true}}`)
	if l := r.inMain(several); !l.Save || len(l.Price.Lines) != 2 {
		t.Errorf("it became %+v", l)
	}
	r.must(200, "POST", two+"/deactivate", "")
	if l := r.inMain(several); l.State != paylink.LinkClosed {
		t.Errorf("it is %s", l.State)
	}
}

// A debt is paid by one payment: no link of it may come to ask for less.
func TestALinkOfADebtCostsWhatIsOwed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.issue("native", func(l *paylink.Link) {
		l.MaxUses, l.Scope, l.Reference = 1, paylink.DebtScope(l.MerchantID), "INV-42"
		l.Price.Lines = []paylink.Line{{Title: "Invoice 42", Amount: 8000}}
	})
	link := "/v1/payment-links/" + r.must(200, "GET", terminal, "").data(t)[0]["paymentLinkId"].(string)
	if got := r.patch(400, link, `{"op":"replace","path":"/order/charge/amount","value":700}`).parameters(t); len(got) != 1 || got[0] != "order.charge.amount" {
		t.Errorf("another amount: %v", got)
	}
	r.patch(200, link, `{"op":"replace","path":"/expiresOn","value":"2027-01-31"}`)
	if l := r.inMain(id); l.Price.Lines[0].Amount != 8000 || l.ExpiresAt.IsZero() {
		t.Errorf("it became %+v", l)
	}
}

// A link that asks for all of a debt asks for what that is now; what it was is another
// amount as well.
func TestALinkOfADebtFollowsIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	do := func(c till.Change) (d paylink.Debt) {
		t.Helper()
		if _, err := r.till.Once(t.Context(), nil, c, func(done till.Changed) (int, string, []byte) {
			d = done.Debt
			return 200, "", nil
		}); err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := do(r.till.AddsDebt(paylink.Debt{MerchantID: r.made.Merchant.ID, Amount: paylink.Money{Minor: 8000, Currency: "USD"}}))
	r.issue("native", func(l *paylink.Link) {
		l.MaxUses, l.Scope, l.Reference, l.Price.Lines = 1, d.Scope, d.Reference, []paylink.Line{{Amount: 8000, Owed: true}}
	})
	link := "/v1/payment-links/" + r.must(200, "GET", terminal, "").data(t)[0]["paymentLinkId"].(string)
	do(r.till.ChangesDebt(d.MerchantID, d.ID, func(d *paylink.Debt) error { d.Amount.Minor = 9000; return nil }))
	amount := func(a reply) {
		t.Helper()
		if got := fmt.Sprint(a.get(t, "order.charge.amount")); got != "9000" {
			t.Errorf("it asks for %v", got)
		}
	}
	amount(r.must(200, "GET", link, ""))
	amount(r.patch(200, link, `{"op":"replace","path":"/expiresOn","value":"2027-01-31"}`))
	for _, other := range []string{"8000", "9001"} {
		if got := r.patch(400, link, `{"op":"replace","path":"/order/charge/amount","value":`+other+`}`).parameters(t); !slices.Equal(got, []string{"order.charge.amount"}) {
			t.Errorf("%s: %v", other, got)
		}
	}
	amount(r.must(200, "GET", link, ""))
}

// What is bound to a bank account would be debited, and can't become a hold.
func TestALinkThatIsBoundToABankAccountIsNotHeld(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	made, err := r.till.Enrol(t.Context(), till.Enrolment{Merchant: &paylink.Merchant{ID: r.made.Merchant.ID}, Instruments: []paylink.Instrument{
		{Gateway: "sandbox", Account: "acct_1", Saved: paylink.SavedInstrument{Token: "a", Method: paylink.Bank}},
		{Gateway: "sandbox", Account: "acct_1", Saved: paylink.SavedInstrument{Token: "b", Method: paylink.Card}}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{400, 200} {
		id := r.issue("frontstream", func(l *paylink.Link) { l.MaxUses, l.Instrument = 1, made.Instruments[i].ID })
		link := "/v1/payment-links/" + r.must(200, "GET", terminal, "").data(t)[i]["paymentLinkId"].(string)
		a := r.patch(want, link, `{"op":"replace","path":"/authType","value":"preAuthorization"}`)
		if want == 400 && !slices.Equal(a.parameters(t), []string{"authType"}) {
			t.Errorf("%s", a.body)
		}
		if l := r.inMain(id); l.Hold != (want == 200) {
			t.Errorf("after %d it is %+v", want, l)
		}
	}
}

// What another API changes of a link of Payroc's is told as it is then.
func TestALinkOfPayrocsIsToldAsOthersLeftIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(strings.Replace(pizza, `"authType"`, `"customLabels":[{"element":"paymentButton","label":"Eat"}],"authType"`, 1))
	before := r.must(200, "GET", link, "")
	l, err := r.link(before)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = r.till.Amend(t.Context(), till.Amendment{Dialect: "payroc", ForeignID: path.Base(link), MerchantID: r.made.Merchant.ID, Edit: func(l *paylink.Link, _ paylink.Standing) error {
		l.Price.Lines = []paylink.Line{{Amount: 1}, {Amount: 2}}
		l.Page.Button, l.Page.Description, l.Page.Methods = "", "Salad", []paylink.Method{paylink.Bank}
		l.ExpiresAt, l.Reference = time.Time{}, "other"
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	a := r.must(200, "GET", link, "")
	if a.get(t, "order.charge.amount") == before.get(t, "order.charge.amount") || a.get(t, "customLabels") != nil || a.text(t, "order.description") != "Salad" ||
		a.text(t, "expiresOn") != "9999-12-31" || a.text(t, "merchantReference") != "other" || a.text(t, "order.orderId") != "OrderRef7654" ||
		len(a.get(t, "paymentMethods").([]any)) != 1 {
		t.Errorf("%s: %s", l.ID, a.body)
	}
}

// Terminals go by the id that Payroc's clients know, by another API's, and by ours.
func TestATerminalHasSeveralNames(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.make(donation)
	id := r.made.Terminals[0].ID
	if err := r.till.Name(t.Context(), "payroc", paylink.PrefixTerminal, id, "5678001"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"1234001", "5678001", id} {
		if data := r.must(200, "GET", strings.Replace(terminal, "1234001", name, 1), "").data(t); len(data) != 1 {
			t.Errorf("%s: %v", name, data)
		}
	}
	r.must(404, "GET", strings.Replace(terminal, "1234001", "ter_unknown", 1), "")
}

// What stands behind a link is told with it: products as they are sold now, a pause,
// a debt that was paid over another link.
func TestWhatStandsBehindALinkIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	merchant := r.made.Merchant.ID
	product := paylink.Product{ID: "prd_1", MerchantID: merchant, Name: "Mug", Price: paylink.Money{Minor: 1200, Currency: "USD"}, Active: true}
	debt := paylink.Debt{Scope: paylink.DebtScope(merchant), Reference: "INV-7", ID: "deb_1", MerchantID: merchant, Amount: paylink.Money{Minor: 100, Currency: "USD"}}
	put := func(change func()) {
		t.Helper()
		change()
		err := r.store.Update(t.Context(), func(tx paylink.Tx) error {
			if err := tx.PutProduct(product); err != nil {
				return err
			}
			if _, err := tx.LockDebt(debt.Scope, debt.Reference); err != nil {
				return err
			}
			return tx.SaveDebt(debt)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(func() {})
	r.issue("devdraft", func(l *paylink.Link) {
		l.MaxUses = 1
		l.Price.Lines = []paylink.Line{{Product: "prd_1", Title: "Cup", Amount: 1000, Quantity: 2}}
		l.Price.Tax = &paylink.Levy{Name: "VAT", Percent: 200_000}
	})
	r.issue("devdraft", func(l *paylink.Link) { l.Price.Lines, l.Price.Catalog = nil, true })
	r.issue("elevate", func(l *paylink.Link) { l.Scope, l.Reference = debt.Scope, debt.Reference })
	r.issue("devdraft", func(l *paylink.Link) { l.Paused = true })
	told := func() (links []string, words []any) {
		for _, l := range r.must(200, "GET", terminal, "").data(t) {
			charge := l["order"].(map[string]any)["charge"].(map[string]any)
			links = append(links, "/v1/payment-links/"+l["paymentLinkId"].(string))
			words = append(words, l["status"], charge["type"], charge["amount"])
		}
		return links, words
	}
	check := func(want string) {
		t.Helper()
		if _, words := told(); fmt.Sprint(words) != want {
			t.Errorf("got  %v\nwant %s", words, want)
		}
	}
	links, _ := told()
	check("[active preset 2880 active prompt <nil> active preset 100 deactivated preset 100]")
	if got := r.must(200, "GET", links[0], "").text(t, "order.description"); got != "Mug" {
		t.Errorf("what is sold: %s", got)
	}
	if got := r.patch(400, links[0], `{"op":"replace","path":"/order/charge/amount","value":700}`).parameters(t); len(got) != 1 || got[0] != "order.charge.amount" {
		t.Errorf("an amount for a product: %v", got)
	}
	put(func() { product.Price.Minor, debt.Paid = 1500, 1 })
	check("[active preset 3600 active prompt <nil> completed preset 100 deactivated preset 100]")
	if n := len(r.must(200, "GET", terminal+"?status=deactivated", "").data(t)); n != 1 {
		t.Errorf("%d are deactivated", n)
	}
	put(func() { product.Active = false })
	check("[active preset 2400 active prompt <nil> completed preset 100 deactivated preset 100]") // as it was stored
	r.patch(409, links[2], `{"op":"replace","path":"/expiresOn","value":"2031-01-31"}`)
	r.patch(200, links[3], `{"op":"replace","path":"/expiresOn","value":"2031-01-31"}`)
	r.must(200, "POST", links[3]+"/deactivate", "")
	r.must(409, "POST", links[3]+"/deactivate", "")
}

// A payment and the link that it paid have the same orderId, so that they can be
// matched.
func TestAPaymentHasTheOrderOfItsLink(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, reference := range []string{"", "INV-42", strings.Repeat("x", 60)} {
		id := r.issue("native", func(l *paylink.Link) { l.MaxUses, l.Reference = 1, reference })
		all := r.must(200, "GET", terminal, "").data(t)
		link := all[len(all)-1]
		r.payment(id, nil, paylink.Captured)
		paid := r.must(200, "GET", "/v1/payments?paymentLinkId="+link["paymentLinkId"].(string), "").data(t)
		order := link["order"].(map[string]any)["orderId"]
		if len(paid) != 1 || paid[0]["order"].(map[string]any)["orderId"] != order {
			t.Errorf("%q: %v, paid by %v", reference, order, paid)
		}
		if n := len(r.must(200, "GET", fmt.Sprint("/v1/payments?orderId=", order), "").data(t)); n != 1 {
			t.Errorf("%q: %d payments by %v", reference, n, order)
		}
	}
}

// Nodes that list the same links for the first time at once call them the same.
func TestNodesThatSeeALinkFirstAgreeOnItsID(t *testing.T) {
	t.Parallel()
	for engine, dsn := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRigOn(t, dsn(t))
			for range 20 {
				r.issue("native", func(*paylink.Link) {})
			}
			all := []*rig{r}
			for len(all) < nodes[engine] {
				other := *r
				other.open()
				all = append(all, &other)
			}
			lists := make([]string, 8)
			var ready sync.WaitGroup
			for i := range lists {
				ready.Go(func() { lists[i] = all[i%len(all)].call("GET", terminal+"?limit=100", "", "").Body })
			}
			ready.Wait()
			for _, list := range lists {
				if list != lists[0] || strings.Count(list, "paymentLinkId") != 20 {
					t.Fatalf("two lists:\n%s\n%s", lists[0], list)
				}
			}
		})
	}
}
