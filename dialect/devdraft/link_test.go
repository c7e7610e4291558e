package devdraft_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"paylink"
)

// onBoth runs a test on both engines.
func onBoth(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	t.Parallel()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			test(t, newRig(t, engine))
		})
	}
}

var (
	idForm    = regexp.MustCompile(`"id":"pl_[0-7][0-9A-HJKMNP-TV-Z]{25}"`)
	itemForm  = regexp.MustCompile(`"id":"plp_[0-7][0-9A-HJKMNP-TV-Z]{25}"`)
	appForm   = regexp.MustCompile(`"appId":"app_[0-7][0-9A-HJKMNP-TV-Z]{25}"`)
	stampForm = regexp.MustCompile(`"(created|updated)At":"2026-11-20T1[23]:\d\d:\d\d\.\d{3}Z"`)
)

// golden brings what is new in each answer to one form.
func golden(text string) string {
	text = idForm.ReplaceAllString(text, `"id":"pl_ID"`)
	text = itemForm.ReplaceAllString(text, `"id":"plp_ID"`)
	text = appForm.ReplaceAllString(text, `"appId":"app_ID"`)
	return stampForm.ReplaceAllString(text, `"${1}At":"NOW"`)
}

// The answer has all members in the order of DEV-create's example, and null for what is
// not set.
func TestALinkIsAnsweredAsDocumented(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		least := `{"id":"pl_ID","title":"Pro plan","url":"https://pay.example/c/SLUG","description":null,"coverImage":null,"linkType":"PRODUCT","status":"ACTIVE",` +
			`"amount":29.99,"paymentForId":null,"currency":"usdc","allowQuantityAdjustment":true,"allowMobilePayment":false,"collectTax":false,"collectAddress":false,` +
			`"limitPayments":false,"maxPayments":null,"customFields":null,"paymentLinkProducts":[],"isForAllProduct":false,"appId":"app_ID","customerId":null,"taxId":null,` +
			`"expiration_date":null,"createdAt":"NOW","updatedAt":"NOW"}`
		a := r.must(201, "POST", links, strings.Replace(plain(nil), `"url"`, `"colour":"red","description":null,"url"`, 1))
		path := links + "/" + a.text(t, "id")
		s := a.text(t, "url")[len("https://pay.example/c/"):]
		if got := strings.Replace(golden(a.body), s, "SLUG", 1); got != least {
			t.Errorf("got  %s\nwant %s", got, least)
		}
		one := strings.Replace(least, `"expiration_date"`, `"tax":null,"expiration_date"`, 1)
		if got := strings.Replace(golden(r.must(200, "GET", path, "").body), s, "SLUG", 1); got != one {
			t.Errorf("got  %s\nwant %s", got, one)
		}

		p, v, c := r.product(map[string]any{"price": 14.5}), r.tax("8.25"), r.customer("ada@example.org")
		a = r.make(map[string]any{"url": "Full", "linkType": "SUBSCRIPTION", "description": "**all**", "coverImage": "https://example.com/a.jpg", "amount": 10.10,
			"paymentForId": "sub_1", "customerId": c, "paymentLinkProducts": []any{map[string]any{"productId": p, "quantity": 2}}, "collectTax": true, "taxId": v,
			"collectAddress": true, "limitPayments": true, "maxPayments": 100, "customFields": map[string]any{"b": "x", "a": 1.50}, "currency": "usdc",
			"allowMobilePayment": true, "expiration_date": "2030-12-31T23:59:59Z", "recurringType": "QUARTERLY", "requirePhoneNumber": true,
			"allowBusinessTaxId": false, "confirmationPage": "REDIRECT", "createInvoicePdf": true, "walletId": "w", "allowCryptoPayment": true})
		full := `{"id":"pl_ID","title":"Pro plan","url":"https://pay.example/c/Full","description":"**all**","coverImage":"https://example.com/a.jpg","linkType":"SUBSCRIPTION",` +
			`"status":"ACTIVE","amount":10.1,"paymentForId":"sub_1","currency":"usdc","allowQuantityAdjustment":true,"allowMobilePayment":true,"collectTax":true,` +
			`"collectAddress":true,"limitPayments":true,"maxPayments":100,"customFields":{"a":1.5,"b":"x"},"paymentLinkProducts":[{"id":"plp_ID","productId":"` + p +
			`","quantity":2,"product":{"id":"` + p + `","name":"Tee","description":"of cotton","price":14.5,"currency":"USD","images":[]}}],"isForAllProduct":false,` +
			`"appId":"app_ID","customerId":"` + c + `","taxId":"` + v + `",TAX"expiration_date":"2030-12-31T23:59:59.000Z","createdAt":"NOW","updatedAt":"NOW",` +
			`"recurringType":"QUARTERLY","requirePhoneNumber":true,"allowBusinessTaxId":false,"confirmationPage":"REDIRECT","createInvoicePdf":true,"walletId":"w","allowCryptoPayment":true}`
		if got, want := golden(a.body), strings.Replace(full, "TAX", "", 1); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		tax := `"tax":{"id":"` + v + `","name":"Sales tax","percentage":8.25,"description":""},`
		if got, want := golden(r.must(200, "GET", links+"/"+a.text(t, "id"), "").body), strings.Replace(full, "TAX", tax, 1); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got, want := golden(r.must(200, "GET", links+"?take=1", "").body), "["+strings.Replace(full, "TAX", "", 1)+"]"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// What each type of link means to the payer.
func TestALinkIsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	tee, cap := r.product(nil), r.product(map[string]any{"name": "Cap", "price": 9.5, "currency": "USDC"})
	both := []any{map[string]any{"productId": tee}, map[string]any{"productId": cap, "quantity": 3}}
	v, c := r.tax("10"), r.customer("ada@example.org")
	for name, one := range map[string]struct {
		change map[string]any
		is     func(paylink.Link) bool
	}{
		"an amount": {nil, func(l paylink.Link) bool {
			return reflect.DeepEqual(l.Price, paylink.Price{Currency: "USDC", Lines: []paylink.Line{{Amount: 29_990_000}}}) && l.MaxUses == 0 && l.Schedule == nil &&
				l.Page.Markdown && l.Page.Ask == paylink.Ask{Name: true, Email: true} && l.Page.Title == "Pro plan"
		}},
		"a bundle": {map[string]any{"paymentLinkProducts": both}, func(l paylink.Link) bool {
			return len(l.Price.Lines) == 2 && l.Price.Lines[0].Title == "Tee" && l.Price.Lines[0].Amount == 25_000_000 && l.Price.Lines[0].Quantity == 1 &&
				l.Price.Lines[1].Amount == 9_500_000 && l.Price.Lines[1].Quantity == 3 && *l.Price.Lines[1].Adjust == paylink.Range{Least: 1, Most: 9999}
		}},
		"a fixed bundle": {map[string]any{"paymentLinkProducts": both, "allowQuantityAdjustment": false}, func(l paylink.Link) bool {
			b, err := l.Price.Bill(paylink.Choice{Quantities: []int64{9, 9}})
			return err == nil && b.Total.Minor == 53_500_000
		}},
		"a collection": {map[string]any{"linkType": "COLLECTION", "paymentLinkProducts": both}, func(l paylink.Link) bool {
			b, err := l.Price.Bill(paylink.Choice{Quantities: []int64{0, 2}})
			return err == nil && b.Total.Minor == 19_000_000
		}},
		"everything": {map[string]any{"isForAllProduct": true}, func(l paylink.Link) bool {
			return l.Price.Catalog && len(l.Price.Products()) == 2 // as the till looks at it
		}},
		"a gift": {map[string]any{"linkType": "DONATION", "amount": nil}, func(l paylink.Link) bool {
			return l.Price.Open() && l.Price.Lines[0].Min == 10_000 && l.Page.Donation
		}},
		"a fixed gift": {map[string]any{"linkType": "DONATION", "amount": 5}, func(l paylink.Link) bool { return !l.Price.Open() && l.Page.Donation }},
		"an invoice": {map[string]any{"linkType": "INVOICE", "customerId": c, "paymentForId": "INV-7"}, func(l paylink.Link) bool {
			return l.MaxUses == 1 && l.Reference == "INV-7" && l.Scope == "" && strings.HasPrefix(l.CustomerID, "cus_")
		}},
		// The slug can be guessed: nobody may read there who the customer is.
		"a customer": {map[string]any{"customerId": c, "requirePhoneNumber": true}, func(l paylink.Link) bool {
			return strings.HasPrefix(l.CustomerID, "cus_") && l.Page.Prefill == paylink.Payer{}
		}},
		"an invoice's goods":            {map[string]any{"linkType": "INVOICE", "paymentLinkProducts": both}, func(l paylink.Link) bool { return l.Price.Lines[0].Adjust == nil }},
		"an invoice of three":           {map[string]any{"linkType": "INVOICE", "limitPayments": true, "maxPayments": 3}, func(l paylink.Link) bool { return l.MaxUses == 3 }},
		"a subscription":                {map[string]any{"linkType": "SUBSCRIPTION"}, func(l paylink.Link) bool { return l.Schedule.Every == paylink.Monthly }},
		"of two weeks":                  {map[string]any{"linkType": "SUBSCRIPTION", "recurringType": "BI_WEEKLY"}, func(l paylink.Link) bool { return l.Schedule.Every == paylink.BiWeekly }},
		"charged once":                  {map[string]any{"linkType": "SUBSCRIPTION", "recurringType": "ONE_TIME"}, func(l paylink.Link) bool { return l.Schedule == nil }},
		"a yearly gift":                 {map[string]any{"linkType": "DONATION", "recurringType": "ANNUALLY"}, func(l paylink.Link) bool { return l.Schedule.Every == paylink.Annually }},
		"taxed":                         {map[string]any{"collectTax": true, "taxId": v}, func(l paylink.Link) bool { return l.Price.Tax.Percent == 100_000 && l.Price.Tax.Name == "Sales tax" }},
		"taxed by the only tax":         {map[string]any{"collectTax": true}, func(l paylink.Link) bool { return l.Price.Tax.Percent == 100_000 }},
		"a tax that is not collected":   {map[string]any{"taxId": v}, func(l paylink.Link) bool { return l.Price.Tax == nil }},
		"limited":                       {map[string]any{"limitPayments": true, "maxPayments": 100}, func(l paylink.Link) bool { return l.MaxUses == 100 }},
		"a number alone limits":         {map[string]any{"maxPayments": 2}, func(l paylink.Link) bool { return l.MaxUses == 2 }},
		"a number beside a false limit": {map[string]any{"maxPayments": 2, "limitPayments": false}, func(l paylink.Link) bool { return l.MaxUses == 0 }},
		"in euros":                      {map[string]any{"currency": "eurc"}, func(l paylink.Link) bool { return l.Price.Currency == "EURC" && l.TerminalID == r.made.Terminals[2].ID }},
		"no currency":                   {map[string]any{"currency": absent}, func(l paylink.Link) bool { return l.Price.Currency == "USDC" && l.TerminalID == r.made.Terminals[1].ID }},
		"asks":                          {map[string]any{"collectAddress": true, "requirePhoneNumber": true}, func(l paylink.Link) bool { return l.Page.Ask.Address && l.Page.Ask.Phone }},
		"a day": {map[string]any{"expiration_date": "2031-01-31"}, func(l paylink.Link) bool {
			return l.ExpiresAt.Equal(time.Date(2031, 1, 31, 0, 0, 0, 0, time.UTC))
		}},
		"a zone": {map[string]any{"expiration_date": "2031-01-31T12:00:00.123456789+02:00"}, func(l paylink.Link) bool {
			return l.ExpiresAt.Equal(time.Date(2031, 1, 31, 10, 0, 0, 123_456_000, time.UTC))
		}},
		"custom fields": {map[string]any{"customFields": map[string]any{"order": "77", "n": 1, "deep": map[string]any{"x": []any{true}}}}, func(l paylink.Link) bool {
			return reflect.DeepEqual(l.Metadata, map[string]string{"order": "77"})
		}},
		"a cover": {map[string]any{"coverImage": "https://example.com/a.jpg", "description": "# Hi"}, func(l paylink.Link) bool {
			return l.Page.Cover == "https://example.com/a.jpg" && l.Page.Description == "# Hi"
		}},
	} {
		if l := r.link(r.make(one.change)); l.Dialect != "devdraft" || !one.is(l) {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// Each broken rule is 400, named by its member, and makes nothing.
func TestWhatBreaksARuleIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	tee, pound, idle := r.product(nil), r.product(map[string]any{"currency": "GBP"}), r.product(map[string]any{"status": "INACTIVE"})
	r.tax("10")
	r.tax("20")
	const nobody = "01a1fd43-54b2-7000-8ce2-0172b11ac70c"
	item := func(id any) map[string]any {
		return map[string]any{"paymentLinkProducts": []any{map[string]any{"productId": id}}}
	}
	for says, change := range map[string]map[string]any{
		"title must be longer":                                 {"title": "ab"},
		"title must be shorter":                                {"title": strings.Repeat("é", 101)},
		"title should not be empty":                            {"title": nil},
		"title must be a string":                               {"title": 7},
		"title must not hold":                                  {"title": "4111 1111 1111 1111"},
		"url should not be empty":                              {"url": ""},
		"url must be a slug":                                   {"url": "a b"},
		"url must not hold the parts":                          {"url": "a/../b"},
		"url must not have the form":                           {"url": "PL_01arz3ndektsv4rrffq69g5fav"},
		"url must be shorter":                                  {"url": strings.Repeat("a", 256)},
		"linkType must be one":                                 {"linkType": "product"},
		"currency must be one":                                 {"currency": "USDC"},
		"amount must be a number of":                           {"amount": 0.1234567},
		"amount must be a number conforming":                   {"amount": "1"},
		"amount must not be less":                              {"amount": 0.001},
		"amount should not be empty":                           {"amount": nil},
		"allowQuantityAdjustment must be a boolean":            {"allowQuantityAdjustment": "true"},
		"description must be shorter":                          {"description": strings.Repeat("x", 501)},
		"coverImage must be a URL":                             {"coverImage": "http://example.com/a.jpg"},
		"customerId must be a UUID":                            {"customerId": "7"},
		"customerId must be a customer":                        {"customerId": nobody},
		"taxId must be an active":                              {"taxId": nobody},
		"taxId should not be empty":                            {"collectTax": true}, // there are two
		"paymentLinkProducts must be an array":                 {"paymentLinkProducts": "x"},
		"paymentLinkProducts.0.productId should":               {"paymentLinkProducts": []any{map[string]any{"quantity": 1}}},
		"paymentLinkProducts.0.productId must be a product":    item(nobody),
		"paymentLinkProducts.0.productId must be an active":    item(idle),
		"paymentLinkProducts.0.productId must be priced":       item(pound),
		"paymentLinkProducts.0.productId must be a UUID":       item(7),
		"paymentLinkProducts.0.quantity must not be less":      {"paymentLinkProducts": []any{map[string]any{"productId": tee, "quantity": 0}}},
		"paymentLinkProducts.0.quantity must be an integer":    {"paymentLinkProducts": []any{map[string]any{"productId": tee, "quantity": 1.5}}},
		"paymentLinkProducts.1.productId must not stand twice": {"paymentLinkProducts": []any{map[string]any{"productId": tee}, map[string]any{"productId": strings.ToUpper(tee)}}},
		"maxPayments must not be less":                         {"maxPayments": 0},
		"maxPayments should not be empty":                      {"limitPayments": true},
		"customFields must be an object":                       {"customFields": []any{}},
		"customFields must not hold":                           {"customFields": map[string]any{"a": []any{"4111111111111111"}}},
		"expiration_date must be a valid":                      {"expiration_date": "tomorrow"},
		"expiration_date must be in the future":                {"expiration_date": "2026-11-20T11:59:59Z"},
		"recurringType must be one":                            {"recurringType": "DAILY"},
		"confirmationPage must be one":                         {"confirmationPage": "show"},
	} {
		a := r.must(400, "POST", links, plain(change))
		if all := a.broken(t); !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, says) }) {
			t.Errorf("%v: %v, which does not say %q", change, all, says)
		}
	}
	// All that is wrong is told at once.
	if all := r.must(400, "POST", links, `{"amount":"x","collectTax":1}`).broken(t); len(all) != 5 {
		t.Errorf("told: %q", all)
	}
	for _, bad := range []string{"", "{", "[]", "null", `{"title":"abc","title":"abd"}`} {
		r.must(400, "POST", links, bad, "Content-Type: application/json")
	}
	r.must(415, "POST", links, plain(nil), "Content-Type: text/plain")
	r.must(413, "POST", links, `{"title":"`+strings.Repeat("x", 1<<17)+`"}`)
	if n := r.must(200, "GET", links, "").rows(t); len(n) != 0 {
		t.Errorf("%d links were made", len(n))
	}
	r.key, r.secret = "ck_poor", "poor"
	r.enrolPoor()
	if all := r.must(400, "POST", links, plain(nil)).broken(t); !strings.HasPrefix(all[0], "currency must be one that this app takes") {
		t.Errorf("without a wallet: %q", all)
	}
}

func TestAListGoesThroughAllLinksNewestFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		var want []string
		for i := range 13 {
			want = append([]string{r.make(map[string]any{"title": fmt.Sprintf("Link %d", i)}).text(t, "id")}, want...)
		}
		read := func(query string) (ids []string) {
			for _, one := range r.must(200, "GET", links+query, "").rows(t) {
				ids = append(ids, one["id"].(string))
			}
			return ids
		}
		for query, is := range map[string][]string{"": want[:10], "?skip=10": want[10:], "?skip=3&take=2": want[3:5], "?take=1000": want,
			"?skip=13": nil, "?skip=10000": nil, "?take=": want[:10], "?page=7": want[:10]} {
			if got := read(query); !slices.Equal(got, is) {
				t.Errorf("%s: %v, want %v", query, got, is)
			}
		}
		for _, bad := range []string{"?skip=-1", "?skip=x", "?take=0", "?take=1.5", "?skip=10001", "?take=1&take=2", "?skip=%zz"} {
			r.must(400, "GET", links+bad, "")
		}
	})
}

func TestSlugs(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		for given, at := range map[string]string{"Spring-Sale": "Spring-Sale", "/a/b.c_d/": "a/b.c_d", "https://checkout.devdraft.ai/pay/from-url?x=1#f": "from-url", "https://x.example/deep/slash/": "slash"} {
			a := r.make(map[string]any{"url": given})
			if want := "https://pay.example/c/" + at; a.text(t, "url") != want {
				t.Errorf("%s: %s, want %s", given, a.text(t, "url"), want)
			}
			id := a.text(t, "id")
			url, err := r.h.Open(t.Context(), at)
			for _, name := range []string{strings.ToUpper(at), at + "/", id, strings.ToLower(id)} {
				if again, err2 := r.h.Open(t.Context(), name); err != nil || err2 != nil || again != url || !strings.HasPrefix(url, "https://pay.example/pay/") {
					t.Errorf("%s leads to %s %v, %s to %s %v", at, url, err, name, again, err2)
				}
			}
			again := r.must(409, "POST", links, plain(map[string]any{"url": strings.ToUpper(at)}))
			if again.text(t, "message") != "Payment link with this url already exists" {
				t.Errorf("%s again: %s", at, again.body)
			}
		}
		for _, name := range []string{"", "nope", "a", "pl_01ARZ3NDEKTSV4RRFFQ69G5FAV", "../x"} {
			if url, err := r.h.Open(t.Context(), name); paylink.KindOf(err) != paylink.NotFound || err == nil {
				t.Errorf("%q leads to %q, %v", name, url, err)
			}
		}
	})
}

// Whoever knows a link's URL can't take its place by a slug of the same letters.
func TestASlugIsNoLinksToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	l := r.link(r.make(nil))
	err := r.store.Update(t.Context(), func(tx paylink.Tx) error {
		return tx.AddAddress(paylink.Address{Kind: paylink.AddressToken, Value: "abcdefghijklmnopqrstuv", LinkID: l.ID, CreatedAt: tx.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	r.must(409, "POST", links, plain(map[string]any{"url": "ABCDEFGHIJKLMNOPQRSTUV"}))
	r.make(map[string]any{"url": "abcdefghijklmnopqrstuw"})
}

// A link that another API made is told in these words, and can be paused here.
func TestLinksOfOtherAPIs(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		l := paylink.Link{MerchantID: r.made.Merchant.ID, TerminalID: r.made.Terminals[0].ID, Dialect: "native", Foreign: "{}"}
		for want, one := range map[string]func(l paylink.Link) paylink.Link{
			"PRODUCT usd 12.5 Two seats": func(l paylink.Link) paylink.Link {
				l.Price.Lines = []paylink.Line{{Title: "Seat", Amount: 1000}, {Title: "Fee", Amount: 250}}
				l.Page.Title = "Two seats"
				return l
			},
			"DONATION usd <nil> Payment link": func(l paylink.Link) paylink.Link {
				l.Price.Lines = []paylink.Line{{Open: true, Min: 100, Max: 500}}
				return l
			},
			"SUBSCRIPTION usd 5 Gym": func(l paylink.Link) paylink.Link {
				l.Price.Lines, l.Schedule = []paylink.Line{{Title: "Gym", Amount: 500}}, &paylink.Schedule{Every: paylink.Daily}
				return l
			},
			"INVOICE usd 5 INV-1": func(l paylink.Link) paylink.Link {
				l.Price.Lines, l.MaxUses, l.Reference = []paylink.Line{{Amount: 500}}, 1, "INV-1"
				return l
			},
		} {
			l := l
			l.Price.Currency = "USD"
			url := r.issue(one(l))
			a := r.must(200, "GET", links+"?take=1", "")
			row := a.rows(t)[0]
			if got := fmt.Sprint(row["linkType"], row["currency"], row["amount"], row["title"]); got != strings.ReplaceAll(want, " ", "") && strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
				t.Errorf("got %s, want %s", got, want)
			}
			if row["url"] != url {
				t.Errorf("url %v, want %s", row["url"], url)
			}
			path := links + "/" + row["id"].(string)
			// A whole link can be sent back, with another status.
			row["status"] = "INACTIVE"
			raw, _ := json.Marshal(row)
			if a := r.must(200, "PUT", path, string(raw)); a.text(t, "status") != "INACTIVE" {
				t.Errorf("paused: %s", a.body)
			}
			r.must(409, "PUT", path, `{"title":"Another"}`)
			r.must(409, "PUT", path, `{"status":"ACTIVE","customFields":{"a":"b"}}`)
			if a := r.must(200, "PUT", path, `{"status":"ACTIVE"}`); a.text(t, "status") != "ACTIVE" {
				t.Errorf("goes on: %s", a.body)
			}
		}
	})
}

// What belongs to another app gets the answer of what does not exist.
func TestForeignThingsLookUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	tee, v, c := r.product(nil), r.tax("10"), r.customer("ada@example.org")
	hook := r.must(201, "POST", "/api/v0/webhooks", `{"name":"Mine","url":"https://example.com/hook"}`).text(t, "id")
	mine := r.make(nil).text(t, "id")
	r.enrol("Other", "ck_other", "other")
	r.key, r.secret = "ck_other", "other"
	const nobody, no = "01a1fd43-54b2-7000-8ce2-0172b11ac70c", "pl_01ARZ3NDEKTSV4RRFFQ69G5FAV"
	for path, unknown := range map[string]string{links + "/" + mine: links + "/" + no, "/api/v0/products/" + tee: "/api/v0/products/" + nobody,
		"/api/v0/taxes/" + v: "/api/v0/taxes/" + nobody, "/api/v0/customers/" + c: "/api/v0/customers/" + nobody, "/api/v0/webhooks/" + hook: "/api/v0/webhooks/" + nobody} {
		change := "PUT"
		if strings.Contains(path, "customers") || strings.Contains(path, "webhooks") {
			change = "PATCH"
		}
		for _, call := range [][2]string{{"GET", ""}, {change, `{"name":"Another","title":"Another"}`}, {"DELETE", ""}} {
			a, b := r.send(call[0], path, call[1]), r.send(call[0], unknown, call[1])
			if a.status != 404 || b.status != 404 || a.body != strings.ReplaceAll(b.body, unknown, path) {
				t.Errorf("%s %s: %d %s, unknown: %d %s", call[0], path, a.status, a.body, b.status, b.body)
			}
		}
		if n := r.must(200, "GET", path[:strings.LastIndex(path, "/")], "").rows(t); len(n) != 0 {
			t.Errorf("another app's list of %s: %v", path, n)
		}
	}
	for member, id := range map[string]string{"customerId": c, "taxId": v} {
		r.must(400, "POST", links, plain(map[string]any{member: id}))
	}
	r.must(400, "POST", links, plain(map[string]any{"paymentLinkProducts": []any{map[string]any{"productId": tee}}}))
	for _, odd := range []string{"x", "pl_", no[3:], "..", "%00"} {
		r.must(404, "GET", links+"/"+odd, "")
	}
	r.must(400, "GET", "/api/v0/taxes/7", "")
	r.must(400, "GET", "/api/v0/customers/7", "")
}

func TestWhoCallsAndWhat(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	for _, c := range [][2]string{{"", ""}, {clientKey, ""}, {"", clientSecret}, {clientKey, "x"}, {"x", clientSecret}, {clientKey, strings.Repeat("x", 600)}, {clientSecret, clientKey}} {
		r.key, r.secret = c[0], c[1]
		if a := r.must(401, "POST", links, "no json"); a.text(t, "message") != "Client key or secret is invalid or missing" {
			t.Errorf("%q: %s", c, a.body)
		}
	}
	r.must(200, "GET", "/api/v0/health/public", "")
	r.must(401, "GET", "/api/v0/health", "")
	r.key, r.secret = clientKey, clientSecret
	if a := r.must(200, "GET", "/api/v0/health", ""); a.get(t, "authenticated") != true || a.text(t, "database") != "connected" || a.text(t, "timestamp")[:10] != "2026-11-20" {
		t.Errorf("health: %s", a.body)
	}
	for _, c := range [][2]string{{"DELETE", links + "/pl_1"}, {"PATCH", links + "/pl_1"}, {"GET", "/api/v0/invoices"}, {"POST", "/api/v0/test-payment"}} {
		if a := r.must(404, c[0], c[1], ""); a.text(t, "message") != "Cannot "+c[0]+" "+c[1] {
			t.Errorf("%s %s: %s", c[0], c[1], a.body)
		}
	}
	if err := r.till.Revoke(t.Context(), r.made.Credentials[0]); err != nil {
		t.Fatal(err)
	}
	r.must(401, "GET", links, "")
}

// A header may hold bytes that one of the engines takes for no text.
func TestAKeyThatIsNoTextIsUnknown(t *testing.T) {
	t.Parallel()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			newRig(t, engine).must(401, "GET", links, "", "X-Client-Key: ck_\xff")
		})
	}
}
