package devdraft_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// What is not sent stays; null takes a value away.
func TestAChangeIsPartial(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		tee, v, c := r.product(nil), r.tax("10"), r.customer("ada@example.org")
		made := r.make(map[string]any{"description": "old", "coverImage": "https://example.com/a.jpg", "paymentForId": "sub_1", "customerId": c,
			"collectTax": true, "taxId": v, "customFields": map[string]any{"order": "77"}, "expiration_date": "2031-01-31", "maxPayments": 3})
		path := links + "/" + made.text(t, "id")
		was := r.must(200, "GET", path, "")
		r.at(day.Add(time.Hour))
		for _, c := range []struct {
			send string
			is   func(a reply, l paylink.Link) bool
		}{
			{`{}`, func(a reply, l paylink.Link) bool { return a.get(t, "description") == "old" && l.MaxUses == 3 }},
			{`{"title":"New plan"}`, func(a reply, l paylink.Link) bool { return l.Page.Title == "New plan" && l.Page.Description == "old" }},
			{`{"description":null,"coverImage":null,"paymentForId":null,"customerId":null,"customFields":null,"expiration_date":null,"maxPayments":null}`, func(a reply, l paylink.Link) bool {
				return a.get(t, "description") == nil && a.get(t, "customFields") == nil && l.CustomerID == "" && l.Page.Prefill == paylink.Payer{} && l.Reference == "" &&
					l.ExpiresAt.IsZero() && l.MaxUses == 0 && len(l.Metadata) == 0 && l.Price.Tax != nil
			}},
			{`{"amount":12}`, func(a reply, l paylink.Link) bool {
				return l.Price.Lines[0].Amount == 12_000_000 && l.Price.Tax.Percent == 100_000
			}},
			{`{"collectTax":false}`, func(a reply, l paylink.Link) bool { return l.Price.Tax == nil && a.text(t, "taxId") == v }},
			{`{"collectTax":true}`, func(a reply, l paylink.Link) bool { return l.Price.Tax != nil }},
			{`{"currency":"eurc"}`, func(a reply, l paylink.Link) bool {
				return l.TerminalID == r.made.Terminals[2].ID && l.Price.Currency == "EURC"
			}},
			{`{"currency":"usdc","paymentLinkProducts":[{"productId":"` + tee + `","quantity":2}],"amount":null}`, func(a reply, l paylink.Link) bool {
				return l.Price.Lines[0].Quantity == 2 && l.Price.Lines[0].Adjust != nil && a.get(t, "amount") == nil
			}},
			{`{"allowQuantityAdjustment":false}`, func(a reply, l paylink.Link) bool { return l.Price.Lines[0].Adjust == nil }},
			{`{"paymentLinkProducts":[],"amount":5}`, func(a reply, l paylink.Link) bool {
				return l.Price.Lines[0].Amount == 5_000_000 && l.Price.Lines[0].Product == ""
			}},
			{`{"recurringType":"WEEKLY","requirePhoneNumber":true,"collectAddress":true}`, func(a reply, l paylink.Link) bool {
				return l.Schedule.Every == paylink.Weekly && l.Page.Ask.Phone && l.Page.Ask.Address
			}},
			{`{"collectAddress":false}`, func(a reply, l paylink.Link) bool { return l.Page.Ask.Phone && !l.Page.Ask.Address }},
			{`{"status":"INACTIVE"}`, func(a reply, l paylink.Link) bool { return l.Paused && l.State == paylink.LinkOpen }},
			{`{"title":"Other plan"}`, func(a reply, l paylink.Link) bool { return l.Paused }},
			{`{"status":"ACTIVE"}`, func(a reply, l paylink.Link) bool { return !l.Paused && a.text(t, "status") == "ACTIVE" }},
		} {
			a := r.must(200, "PUT", path, c.send)
			if !c.is(a, r.link(a)) || a.text(t, "id") != made.text(t, "id") || a.text(t, "createdAt") != was.text(t, "createdAt") ||
				!strings.HasPrefix(a.text(t, "updatedAt"), "2026-11-20T13:00") {
				t.Errorf("%s: %s %+v", c.send, a.body, r.link(a))
			}
			// What was answered can be sent back whole, and changes nothing.
			if again := r.must(200, "PUT", path, r.must(200, "GET", path, "").body); golden(again.body) != golden(a.body) {
				t.Errorf("%s, then itself: %s, %s", c.send, a.body, again.body)
			}
		}
	})
}

func TestWhatAChangeMayNot(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	made := r.make(map[string]any{"url": "Here"})
	path := links + "/" + made.text(t, "id")
	for says, send := range map[string]string{
		"url can't be changed":               `{"url":"there"}`,
		"linkType can't be changed":          `{"linkType":"DONATION"}`,
		"linkType must be one":               `{"linkType":"X"}`,
		"status can be set":                  `{"status":"EXPIRED"}`,
		"status must be one":                 `{"status":"DELETED"}`,
		"title should not be empty":          `{"title":null}`,
		"title must be longer":               `{"title":"x"}`,
		"amount should not be empty":         `{"amount":null}`,
		"expiration_date must be in":         `{"expiration_date":"2020-01-01"}`,
		"maxPayments must not be less":       `{"maxPayments":0}`,
		"maxPayments should not be empty":    `{"limitPayments":true}`,
		"customerId must be a customer":      `{"customerId":"01a1fd43-54b2-7000-8ce2-0172b11ac70c"}`,
		"paymentLinkProducts.0.productId mu": `{"paymentLinkProducts":[{"productId":"01a1fd43-54b2-7000-8ce2-0172b11ac70c"}]}`,
	} {
		if all := r.must(400, "PUT", path, send).broken(t); !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, says) }) {
			t.Errorf("%s: %q", send, all)
		}
	}
	if now := r.must(200, "GET", path, ""); now.text(t, "updatedAt") != made.text(t, "updatedAt") {
		t.Errorf("a refused change left %s", now.body)
	}
	for _, same := range []string{`{"url":"here"}`, `{"url":"https://pay.example/c/Here","linkType":"PRODUCT","status":"ACTIVE"}`} {
		r.must(200, "PUT", path, same)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	status := func(path string) string { return r.must(200, "GET", path, "").text(t, "status") }
	once := links + "/" + r.make(map[string]any{"maxPayments": 1, "expiration_date": "2026-12-01"}).text(t, "id")
	r.paid(once)
	if s := status(once); s != "INACTIVE" {
		t.Errorf("used up: %s", s)
	}
	if a := r.must(200, "PUT", once, `{"status":"ACTIVE"}`); a.text(t, "status") != "INACTIVE" {
		t.Errorf("set to be active, with no use left: %s", a.body)
	}
	r.must(200, "PUT", once, `{"status":"INACTIVE","maxPayments":2}`)
	if s := status(once); s != "INACTIVE" {
		t.Errorf("with another use, and inactive for all that: %s", s)
	}
	r.must(200, "PUT", once, `{"status":"ACTIVE"}`)
	if s := status(once); s != "ACTIVE" {
		t.Errorf("with another use: %s", s)
	}
	r.paid(once)
	if a := r.must(400, "PUT", once, `{"maxPayments":1,"title":"Twice"}`); !strings.Contains(a.body, "payments that were made") {
		t.Errorf("fewer than were made: %s", a.body)
	}
	r.must(200, "PUT", once, `{"maxPayments":3}`)
	r.at(day.AddDate(0, 0, 30))
	if s := status(once); s != "EXPIRED" {
		t.Errorf("after its end: %s", s)
	}
	r.must(200, "PUT", once, `{"expiration_date":"2027-01-01"}`)
	if s := status(once); s != "ACTIVE" {
		t.Errorf("revived: %s", s)
	}
	if _, _, err := r.till.Close(context.Background(), till.Closing{LinkID: r.link(r.must(200, "GET", once, "")).ID, MerchantID: r.made.Merchant.ID}); err != nil {
		t.Fatal(err)
	}
	r.must(409, "PUT", once, `{"status":"ACTIVE"}`)
	if s := status(once); s != "INACTIVE" {
		t.Errorf("closed: %s", s)
	}
}

// A link follows its products while they change; what is gone stays in the answer.
func TestALinkFollowsItsProducts(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	tee := r.product(nil)
	path := links + "/" + r.make(map[string]any{"paymentLinkProducts": []any{map[string]any{"productId": tee}}}).text(t, "id")
	r.must(200, "PUT", "/api/v0/products/"+tee, `{"price":30,"name":"Shirt"}`)
	if l := r.link(r.must(200, "GET", path, "")); l.Price.Lines[0].Amount != 30_000_000 || l.Price.Lines[0].Title != "Shirt" {
		t.Errorf("the payer sees %+v", l.Price.Lines)
	}
	r.must(200, "DELETE", "/api/v0/products/"+tee, "")
	if a := r.must(200, "GET", path, ""); a.text(t, "status") != "INACTIVE" {
		t.Errorf("without its goods: %s", a.body)
	}
	if a := r.must(200, "PUT", path, `{"title":"Without goods"}`); !strings.Contains(a.body, `"name":"Shirt"`) {
		t.Errorf("told: %s", a.body)
	}
	r.must(400, "PUT", path, `{"allowQuantityAdjustment":false}`)
}
