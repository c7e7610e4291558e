package checkout_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/till"
	"paylink/web/checkout"
)

// acts is a till that knows one link and remembers what it was asked to do.
type acts struct {
	mu       sync.Mutex
	sight    till.Sight
	standing paylink.Standing // "": what the link says
	orders   []till.Order
	payment  paylink.Payment
	err      error
}

var now = time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)

func (a *acts) LookBack(ctx context.Context, address string) (till.Sight, error) {
	return a.Look(ctx, address)
}

func (a *acts) Look(_ context.Context, address string) (till.Sight, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if address != a.sight.Address.Value {
		return till.Sight{}, paylink.E(paylink.NotFound, "link_unknown", "no such link")
	}
	s := a.sight
	s.Now, s.Standing = now, s.Debt.Standing(s.Link.StandingAt(now))
	if a.standing != "" {
		s.Standing = a.standing
	}
	return s, nil
}

func (a *acts) Pay(_ context.Context, o till.Order) (paylink.Payment, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.orders = append(a.orders, o)
	p := a.payment
	p.Attempt = o.Attempt
	return p, a.err
}

func (a *acts) Back(_ context.Context, _, attempt string) (paylink.Payment, error) {
	if attempt != goodAttempt {
		return paylink.Payment{}, paylink.E(paylink.NotFound, "attempt_unknown", "no such attempt")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.payment
	p.Attempt = attempt
	return p, nil
}

func (a *acts) LastPaid(context.Context, paylink.Link) (paylink.Payment, error) {
	return a.payment, nil
}
func (a *acts) Gateway(paylink.Offer) (paylink.Gateway, error)     { return gateway{}, nil }
func (a *acts) AttemptFor(till.Sight) string                       { return goodAttempt }
func (a *acts) ReturnURL(l paylink.Link, _ paylink.Payment) string { return l.RedirectURL + "#told" }
func (a *acts) LinkURL(address string) string                      { return "https://pay.example/pay/" + address }
func (a *acts) AttemptURL(address, attempt string) string {
	return a.LinkURL(address) + "/" + attempt
}

type gateway struct{ paylink.Gateway }

func (gateway) Traits() paylink.Traits {
	return paylink.Traits{Name: "sandbox", Label: "Sandbox", FrameURL: "https://cards.example/frame", Origins: []string{"https://cards.example"}, Demo: true}
}

var goodAttempt = strings.Repeat("Ab1_", 11)

// documented is a link as FrontStream's documented request makes it.
func documented() paylink.Offer {
	return paylink.Offer{
		Link: paylink.Link{ID: "plk_01m3k5v7x9a1b2c3d4e5f6g7h8", Version: 1, State: paylink.LinkOpen,
			Price:       paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 2500}}},
			RedirectURL: "https://m.example/t?a=1#f", Dialect: "frontstream",
			Page: paylink.Page{Title: "Invoice", Button: "Donate <b>now</b>", Language: "en", Country: "US", PoweredBy: "Powered by Example", PoweredByURL: "https://powered.example/",
				Ask: paylink.Ask{Name: true, Email: true, Address: true, Phone: true}, Theme: ".EPF__body{background-color:rgb(0,0,0)}"}},
		Address:  paylink.Address{Kind: paylink.AddressToken, Value: "tok"},
		Merchant: paylink.Merchant{ID: "mer_1", Name: "Harbor Books", Email: "help@harborbooks.example", Country: "US"},
		Terminal: paylink.Terminal{Gateway: "sandbox", Currency: "USD", Methods: []paylink.Method{paylink.Card, paylink.Bank}},
	}
}

func good() url.Values {
	return url.Values{"attempt": {goodAttempt}, "first_name": {"Ada"}, "last_name": {"Lovelace"}, "email": {"ada@example.com"}, "country": {"US"},
		"street": {"12 St James Sq\r\nFlat 2"}, "city": {"Austin"}, "state": {"tx"}, "postal": {"78701"}, "phone": {"202-555-0125"},
		"method": {"card"}, "gateway_token": {"tok_123"}}
}

func site(t *testing.T, a *acts, change func(*checkout.Handler)) *http.ServeMux {
	t.Helper()
	mux := http.NewServeMux()
	h := &checkout.Handler{Acts: a, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Numbers: map[string][]checkout.TestNumber{"sandbox": {{Number: "4242 4242 4242 4242", Does: "Paid"}}}}
	if change != nil {
		change(h)
	}
	h.Mount(mux)
	return mux
}

func get(mux http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func post(mux http.Handler, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/pay/tok", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func expect(t *testing.T, w *httptest.ResponseRecorder, status int, has ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, part := range has {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("the page lacks %q", part)
		}
	}
}

func lacks(t *testing.T, w *httptest.ResponseRecorder, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(w.Body.String(), part) {
			t.Errorf("the page has %q", part)
		}
	}
}

func TestThePageShowsTheOfferAndCarriesAnAttempt(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	mux := site(t, a, nil)
	w := get(mux, "/pay/tok")
	expect(t, w, 200, `<html lang="en"`, "Harbor Books", "$25.00", `name="attempt" value="`+goodAttempt+`"`, "Donate &lt;b&gt;now&lt;/b&gt;",
		`<a class="EPF__link__text" href="https://powered.example/"`, "Secure payment by Sandbox", "4242 4242 4242 4242", `/theme/`, `data-frame="https://cards.example/frame"`)
	lacks(t, w, "<b>now</b>", "<style", "style=", "onclick", `name="amount"`)
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"frame-src https://cards.example;", "form-action 'self' https:;", "frame-ancestors 'none'", "default-src 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %q: %s", want, csp)
		}
	}
	if w.Header().Get("Strict-Transport-Security") == "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
	if again := get(mux, "/pay/tok"); again.Body.String() != w.Body.String() {
		t.Error("the page from the cache differs")
	}
	if len(a.orders) != 0 {
		t.Error("looking at a page must not pay")
	}
}

func TestTheMerchantsThemeIsServedByItsHashAndChangesWithIt(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	mux := site(t, a, nil)
	page := get(mux, "/pay/tok").Body.String()
	i := strings.Index(page, "/pay/tok/theme/")
	path, _, _ := strings.Cut(page[i:], `"`)
	// A node that never rendered the page serves it as well.
	for _, m := range []*http.ServeMux{mux, site(t, a, nil)} {
		w := get(m, path)
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(w.Body.String(), ".EPF__body") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := get(site(t, a, nil), "/pay/tok/theme/00000000000000000000.css"); w.Code != 404 {
		t.Errorf("another hash answers %d", w.Code)
	}
}

func TestLanguageIsTheLinksThenThePayersChoice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ link, query, accept, want string }{
		{"", "", "", "en"}, {"", "", "fr-CA,en;q=0.5", "fr"}, {"fr", "", "en-US", "fr"}, {"zz", "", "fr", "en"}, {"fr", "?lang=es", "", "es"}, {"en", "?lang=xx", "", "en"},
	} {
		o := documented()
		o.Link.Page.Language = c.link
		w := get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok"+c.query, "Accept-Language", c.accept)
		expect(t, w, 200, `<html lang="`+c.want+`"`)
	}
	w := get(site(t, &acts{sight: till.Sight{Offer: documented()}}, nil), "/pay/tok", "Accept-Language", "en-CA")
	expect(t, w, 200, "US$25.00")
}

func TestPrefilledValuesAreShownAndTheMerchantsCountryChosen(t *testing.T) {
	t.Parallel()
	o := documented()
	o.Link.Page.Ask = paylink.Ask{}
	o.Link.Page.Prefill = paylink.Payer{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com", Street: "1 Main St", City: "Ottawa",
		Region: "ontario", Postal: "K1A 0B1", Country: "CA", Phone: "+12025550125"}
	w := get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok")
	expect(t, w, 200, `value="Ada"`, `value="Lovelace"`, `value="ada@example.com"`, "1 Main St</textarea>", `value="Ottawa"`, `value=ON selected`, `value=CA selected`, `value="K1A 0B1"`, `value="+12025550125"`)
	o.Link.Page.Prefill = paylink.Payer{}
	o.Link.Page.Ask.Address, o.Link.Page.Country = true, "AU"
	w = get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok")
	expect(t, w, 200, `value=AU selected`, "New South Wales", "Postcode")
	w = get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok?country=ca")
	expect(t, w, 200, `value=CA selected`, "Ontario")
}

func TestAReferenceIsShownAskedOrHidden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		show      bool
		reference string
		text      string
		has, not  string
	}{
		{true, "INV-1", "Invoice#:", ">INV-1<", `name="reference"`},
		{true, "", "Invoice#:", `name="reference"`, ">INV-1<"},
		{false, "INV-1", "Invoice#:", "Harbor Books", "INV-1"},
		{false, "", "Invoice#:", "Harbor Books", "Invoice#"},
	} {
		o := documented()
		o.Link.Reference, o.Link.Page.ShowReference, o.Link.Page.ReferenceText = c.reference, c.show, c.text
		w := get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok")
		expect(t, w, 200, c.has)
		lacks(t, w, c.not)
	}
}

func TestAGoodFormBecomesAnOrder(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{State: paylink.Captured}}
	w := post(site(t, a, nil), good(), "Sec-Fetch-Site", "same-origin")
	if w.Code != 303 || w.Header().Get("Location") != "https://m.example/t?a=1#f#told" {
		t.Fatalf("%d %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	if head := w.Header(); head.Get("Cache-Control") != "no-store" || head.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("the redirect, which carries the response token, may be kept: %v", head)
	}
	o := a.orders[0]
	want := paylink.Payer{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com", Street: "12 St James Sq, Flat 2", City: "Austin",
		Region: "TX", Postal: "78701", Country: "US", Phone: "+12025550125"}
	if o.Payer != want || o.Method != paylink.Card || o.Token != "tok_123" || o.Attempt != goodAttempt || o.Address != "tok" || o.Typed != (paylink.Money{}) {
		t.Errorf("%+v", o)
	}
	form := good()
	form.Set("way", "hosted")
	post(site(t, a, nil), form)
	if a.orders[1].Token != "" {
		t.Error("the way over the gateway's page must leave the token aside")
	}
}

func TestATamperedAmountIsNotEvenRead(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{State: paylink.Captured}}
	form := good()
	form.Set("amount", "1.00")
	if w := post(site(t, a, nil), form); w.Code != 303 || a.orders[0].Typed != (paylink.Money{}) {
		t.Errorf("%d %+v", w.Code, a.orders)
	}
}

func TestATypedAmountIsHeldToItsRange(t *testing.T) {
	t.Parallel()
	o := documented()
	o.Link.Price.Lines = []paylink.Line{{Open: true, Min: 1, Max: 9999999}}
	for text, minor := range map[string]int64{"0.01": 1, "99999.99": 9999999, "99,999.99": 9999999, "25": 2500,
		"0": -1, "0.00": -1, "100000": -1, "-1": -1, "1.005": -1, "abc": -1, "": -1} {
		a := &acts{sight: till.Sight{Offer: o}, payment: paylink.Payment{State: paylink.Captured}}
		form := good()
		form.Set("amount", text)
		w := post(site(t, a, nil), form)
		if minor < 0 {
			expect(t, w, 422, "Enter an amount between $0.01 and $99,999.99", `aria-invalid="true"`)
			if len(a.orders) != 0 {
				t.Errorf("%q reached the till", text)
			}
		} else if w.Code != 303 || a.orders[0].Typed != (paylink.Money{Minor: minor, Currency: "USD"}) {
			t.Errorf("%q: %d %+v", text, w.Code, a.orders)
		}
	}
}

func TestWrongFieldsAreSaidAtOnceAndWhatWasTypedStays(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	w := post(site(t, a, nil), url.Values{"attempt": {goodAttempt}, "first_name": {"Ada"}, "email": {"ada@"}, "country": {"US"}, "state": {"ZZ"}, "postal": {"ABC"}, "phone": {"12"}, "method": {"cheque"}})
	expect(t, w, 422, `value="Ada"`, `value="ada@"`, `href="#f-last_name"`, "Enter an email address", `href="#f-street"`, `href="#f-city"`, "Choose your state", "Enter your ZIP code",
		"Enter a phone number", "Choose how you would like to pay", "form-field--invalid has-error", "EPF_form-element--error", "select--error", "<title>Error: ")
	if len(a.orders) != 0 {
		t.Error("nothing may be ordered with wrong fields")
	}
	form := good()
	form.Set("city", "4111 1111 1111 1111")
	form.Set("first_name", "a\u202eb")
	form.Set("last_name", strings.Repeat("x", 51))
	expect(t, post(site(t, a, nil), form), 422, "type a card number here", "can’t be printed", "Use at most 50 characters")
}

func TestTheCountryButtonAdaptsTheFormWithoutScript(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	form := good()
	form.Set("act", "country")
	form.Set("country", "CA")
	w := post(site(t, a, nil), form)
	expect(t, w, 200, `value=CA selected`, "British Columbia", "Postal code", `value="Ada"`)
	if len(a.orders) != 0 {
		t.Error("the country button must not pay")
	}
}

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	mux := site(t, a, nil)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		expect(t, post(mux, good(), header...), 403, "forbidden")
	}
	if w := post(mux, good(), "Content-Type", "multipart/form-data; boundary=x"); w.Code != 415 {
		t.Errorf("multipart: %d", w.Code)
	}
	if w := post(mux, url.Values{"x": {strings.Repeat("y", 70<<10)}}); w.Code != 400 {
		t.Errorf("70 kB: %d", w.Code)
	}
	if len(a.orders) != 0 {
		t.Error("one of them reached the till")
	}
}

func TestEachRefusalOfTheTillHasItsPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
		has    string
	}{
		{paylink.E(paylink.Reused, "attempt_reused", ""), 409, "Nothing was taken with it"},
		{paylink.E(paylink.Invalid, "attempt", ""), 409, "Nothing was taken with it"},
		{paylink.E(paylink.Conflict, "duplicate_reference", ""), 409, "This reference has been paid already"},
		{paylink.E(paylink.Conflict, "in_use", ""), 409, "is being confirmed"},
		{paylink.E(paylink.Conflict, "duplicate_running", ""), 409, "is being confirmed"},
		{&paylink.Error{Kind: paylink.Invalid, Code: "invalid", Faults: []paylink.Fault{{Field: "city", Code: "card_number"}}}, 422, "type a card number here"},
		{paylink.E(paylink.Unavailable, "store", ""), 503, "Nothing was taken"},
		{paylink.E(paylink.Unavailable, "commit_unknown", ""), 500, "it tells what is known of your payment"},
		{io.ErrUnexpectedEOF, 500, "Nothing was taken"},
	} {
		a := &acts{sight: till.Sight{Offer: documented()}, err: c.err}
		expect(t, post(site(t, a, nil), good()), c.status, c.has)
	}
}

func TestAPayerIsSentToTheGatewayWhereItMustAct(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{State: paylink.RequiresAction, ActionURL: "https://cards.example/3ds/1", Amount: paylink.Money{Minor: 2500, Currency: "USD"}}}
	mux := site(t, a, nil)
	if w := post(mux, good()); w.Code != 303 || w.Header().Get("Location") != "https://cards.example/3ds/1" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	expect(t, get(mux, "/pay/tok/"+goodAttempt), 200, `href="https://cards.example/3ds/1"`, "Continue at Sandbox")
	a.payment.ActionURL = "javascript:alert(1)"
	lacks(t, get(mux, "/pay/tok/"+goodAttempt), "javascript:")
}

func TestSuccessRedirectsToWhereTheTillSays(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{ID: "pay_1", State: paylink.Captured, Amount: paylink.Money{Minor: 2500, Currency: "USD"}, CompletedAt: now, Brand: "visa", Last4: "4242", Method: paylink.Card, Reference: "INV-1"}}
	mux := site(t, a, nil)
	// How the URL is made is the till's: returnurl_test.go.
	for _, link := range []string{"https://m.example/t?a=1", "http://localhost:4200/thanks"} {
		a.sight.Link.RedirectURL = link
		if w := get(mux, "/pay/tok/"+goodAttempt); w.Code != 303 || w.Header().Get("Location") != link+"#told" {
			t.Errorf("%s: %d %s", link, w.Code, w.Header().Get("Location"))
		}
	}
	w := get(mux, "/pay/tok/"+goodAttempt+"?receipt")
	expect(t, w, 200, "$25.00", "Harbor Books", "Visa •••• 4242", "November 21, 2026, 14:05 UTC", "pay_1", "data-print")
	lacks(t, w, "INV-1") // the link hides its reference
	a.sight.Link.RedirectURL = ""
	expect(t, get(mux, "/pay/tok/"+goodAttempt), 200, "Thank you")
}

func TestEveryStateOfAnAttemptHasItsPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p      paylink.Payment
		status int
		has    string
	}{
		{paylink.Payment{State: paylink.Unknown, CreatedAt: now}, 200, "Do not pay again."},
		{paylink.Payment{State: paylink.Sending, CreatedAt: now}, 200, "Do not pay again."},
		{paylink.Payment{State: paylink.Mismatch, CreatedAt: now.Add(-time.Hour)}, 200, "Do not pay again."},
		{paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineFunds}, 200, "Your bank declined this payment. You have not been charged."},
		{paylink.Payment{State: paylink.Declined, Decline: paylink.DeclineAuthFailed}, 200, "could not confirm that it was you"},
		{paylink.Payment{State: paylink.Abandoned, Decline: "gateway_down"}, 503, "Nothing was taken"},
		{paylink.Payment{State: paylink.Abandoned}, 200, "Nothing was taken"},
		{paylink.Payment{State: paylink.Voided}, 200, "This payment was cancelled"},
		{paylink.Payment{State: paylink.AuthExpired}, 200, "The hold on your card has ended"},
		{paylink.Payment{State: paylink.Returned}, 200, "Your bank took this payment back"},
		{paylink.Payment{State: paylink.Refunded, Refunded: 2500}, 200, "This payment was given back"},
		{paylink.Payment{State: paylink.Refunded, Refunded: 2500, Surplus: true}, 200, "This payment was given back"},
		{paylink.Payment{State: paylink.CapturedLate, Surplus: true}, 200, "Harbor Books owes you all of it back."},
		{paylink.Payment{State: paylink.PartlyRefunded, Refunded: 1000, Surplus: true}, 200, "This payment is owed back to you"},
	} {
		c.p.Amount = paylink.Money{Minor: 2500, Currency: "USD"}
		a := &acts{sight: till.Sight{Offer: documented()}, payment: c.p}
		w := get(site(t, a, nil), "/pay/tok/"+goodAttempt)
		expect(t, w, c.status, c.has)
		if refresh := w.Header().Get("Refresh"); (refresh != "") != c.p.State.Open() {
			t.Errorf("%s: Refresh %q", c.p.State, refresh)
		}
	}
}

func TestADeclinedPayerFindsTheFormWithWhatTheyTyped(t *testing.T) {
	t.Parallel()
	o := documented()
	o.Link.Price.Lines = []paylink.Line{{Open: true, Min: 1, Max: 9999999}}
	a := &acts{sight: till.Sight{Offer: o}, payment: paylink.Payment{State: paylink.Declined, Amount: paylink.Money{Minor: 1999, Currency: "USD"}, Lines: []paylink.Line{{Amount: 1999, Open: true}}, Method: paylink.Bank,
		Payer: paylink.Payer{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com", Country: "US", Region: "TX"}}}
	w := get(site(t, a, nil), "/pay/tok/"+goodAttempt)
	expect(t, w, 200, `value="19.99"`, `value="ada@example.com"`, `value=TX selected`, `action="/pay/tok"`, `value="bank" checked`, `data-start="2"`, `name="attempt" value="`+goodAttempt+`"`)
	a.sight.Link.State = paylink.LinkClosed
	w = get(site(t, a, nil), "/pay/tok/"+goodAttempt)
	expect(t, w, 410, "This link is closed")
	lacks(t, w, "<form", "ada@example.com")
}

func TestLinksThatCantBePaidSaySoAndShowNoAmount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*paylink.Link)
		has    string
	}{
		{func(l *paylink.Link) { l.State = paylink.LinkClosed }, "This link is closed"},
		{func(l *paylink.Link) { l.ExpiresAt = now.Add(-time.Second) }, "This link has expired"},
		{func(l *paylink.Link) { l.MaxUses, l.Succeeded = 5, 5 }, "This link has been used"},
		{func(l *paylink.Link) { l.MaxUses, l.Succeeded = 1, 1 }, "This has been paid already"},
	} {
		o := documented()
		c.change(&o.Link)
		mux := site(t, &acts{sight: till.Sight{Offer: o}, payment: paylink.Payment{CompletedAt: now}}, nil)
		w := get(mux, "/pay/tok")
		expect(t, w, 410, c.has)
		lacks(t, w, "$25.00", "<form", "Invoice")
	}
	for has, debt := range map[string]paylink.Debt{
		"This has been paid already": {ID: "deb_1", Paid: 1}, "This link is closed": {ID: "deb_1", CancelledAt: now}} {
		mux := site(t, &acts{sight: till.Sight{Offer: documented(), Debt: debt}, payment: paylink.Payment{CompletedAt: now},
			err: paylink.E(paylink.Gone, "debt_"+string(debt.State()), "")}, nil)
		// Whoever had the form open when the debt was paid over another link reads the same.
		for _, w := range []*httptest.ResponseRecorder{get(mux, "/pay/tok"), post(mux, good())} {
			expect(t, w, 410, has)
			lacks(t, w, "$25.00", "<form", "Invoice")
		}
	}
	o := documented()
	o.Link.MaxUses, o.Link.Reserved = 1, 1
	expect(t, get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok"), 200, "<form")
}

func TestUnknownLinksAndAttempts(t *testing.T) {
	t.Parallel()
	mux := site(t, &acts{sight: till.Sight{Offer: documented()}}, nil)
	for _, path := range []string{"/pay/other", "/pay/", "/pay/%27%20OR%201=1--", "/pay/other/" + goodAttempt, "/pay/tok/a/b/c"} {
		w := get(mux, path, "Accept-Language", "es")
		expect(t, w, 404, "No conocemos este enlace", ">unknown<")
		lacks(t, w, "<form")
		if w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no policy", path)
		}
	}
	if w := get(mux, "/pay/tok/"+strings.Repeat("x", 44)); w.Code != 303 || w.Header().Get("Location") != "/pay/tok" {
		t.Errorf("an unknown attempt: %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestASavedWayToPayNeedsNoFields(t *testing.T) {
	t.Parallel()
	o := documented()
	o.Link.Instrument, o.Link.Page.Button = "ins_1", ""
	saved := &paylink.Instrument{ID: "ins_1", Saved: paylink.SavedInstrument{Method: paylink.Card, Brand: "visa", Last4: "4242"}}
	a := &acts{sight: till.Sight{Offer: o, Saved: saved}, payment: paylink.Payment{State: paylink.Captured}}
	mux := site(t, a, nil)
	w := get(mux, "/pay/tok")
	expect(t, w, 200, "Pay with Visa •••• 4242", "gpay-card-info-container", `value="saved"`)
	lacks(t, w, "data-frame", `value="bank"`, `value="hosted"`)
	form := good()
	form.Set("method", "saved")
	if post(mux, form); !a.orders[0].Saved || a.orders[0].Method != paylink.Card {
		t.Errorf("%+v", a.orders[0])
	}
}

func TestRecurringPaymentsSayWhatIsTakenNowAndLater(t *testing.T) {
	t.Parallel()
	o := documented()
	o.Link.Schedule, o.Link.Page.Button = &paylink.Schedule{Every: paylink.Monthly}, "Submit Payment"
	w := get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok")
	expect(t, w, 200, "Today you pay $25.00. After that Harbor Books takes $25.00 every month, next on December 21, 2026.", ">a month<", "help@harborbooks.example", ">Submit Payment<")
	expect(t, get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok?lang=fr"), 200, ">Envoyer le paiement<", "par mois")
}

func TestManyLinesAreListedWithTheirTotal(t *testing.T) {
	t.Parallel()
	o := documented()
	o.Link.Price.Lines = []paylink.Line{{Title: "Ticket", Amount: 1010}, {Amount: 2020}, {Amount: 30}}
	w := get(site(t, &acts{sight: till.Sight{Offer: o}}, nil), "/pay/tok")
	expect(t, w, 200, "Ticket", "Item 2", "$10.10", "$20.20", "$0.30", "$30.60", "Total")
	lacks(t, w, `name="amount"`)
}

func TestTooManyTriesSayHowLongToWait(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	w := post(site(t, a, func(h *checkout.Handler) {
		h.Wait = func(*http.Request, string) time.Duration { return 90 * time.Second }
	}), good())
	expect(t, w, 429, "Try again in 2 minutes.")
	if w.Header().Get("Retry-After") != "91" || len(a.orders) != 0 {
		t.Errorf("Retry-After %s, %d orders", w.Header().Get("Retry-After"), len(a.orders))
	}
}

func TestPagesAreServedCompressedToWhoTakesIt(t *testing.T) {
	t.Parallel()
	mux := site(t, &acts{sight: till.Sight{Offer: documented()}}, nil)
	w := get(mux, "/pay/tok", "Accept-Encoding", "gzip, br")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 7<<10 {
		t.Errorf("%q, %d bytes", w.Header().Get("Content-Encoding"), w.Body.Len())
	}
}

// A readable address leads to the link's own, and nowhere else.
func TestANameLeadsToItsLink(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}}
	mux := site(t, a, func(h *checkout.Handler) {
		h.Open = func(_ context.Context, name string) (string, error) {
			if name != "spring/sale" {
				return "", paylink.E(paylink.NotFound, "unknown", "no such name")
			}
			return "https://pay.example/pay/tok", nil
		}
	})
	if w := get(mux, "/c/spring/sale"); w.Code != http.StatusFound || w.Header().Get("Location") != "https://pay.example/pay/tok" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, where := range []http.Handler{mux, site(t, a, nil)} {
		if w := get(where, "/c/nope"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "know this link") {
			t.Errorf("an unknown name: %d", w.Code)
		}
	}
}
