package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink/internal/pgtest"
)

// TestFlow plays the cases of FrontStream's flow that are about its API and the
// money rather than about the page, over HTTP, each under its name. The others are
// in chromium_flow_test.go.
func TestFlow(t *testing.T) { playFlow(t) }

// TestFlowOnPostgreSQL plays them on the other engine.
func TestFlowOnPostgreSQL(t *testing.T) { playFlow(t, Args("--database", pgtest.DSN(t))) }

func playFlow(t *testing.T, options ...Option) {
	t.Parallel()
	p := Start(t, options...)
	for id, run := range map[string]func(*buyer){
		"flow.redirect":     flowRedirect,
		"flow.verify":       flowVerify,
		"flow.reuse":        flowReuse,
		"flow.tokenize":     flowTokenize,
		"flow.token.pay":    flowTokenIsCharged,
		"flow.recurring":    flowNextBillDate,
		"flow.decline":      flowDeclineOverHTTP,
		"flow.dup":          flowDup,
		"flow.dup.declined": flowDupDeclined,
		"flow.dup.scope":    flowDupScope,
		"flow.dup.off":      flowDupOff,
		"flow.dup.race":     flowDupRace,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			run(&buyer{t: t, p: p, api: p.FrontStream(t), id: id})
		})
	}
}

// buyer is a merchant's program and a payer without a browser.
type buyer struct {
	t   *testing.T
	p   *Product
	api *FrontStream
	id  string
}

var buyers = &http.Client{Timeout: Patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

var attemptField = regexp.MustCompile(`name="attempt" value="([^"]+)"`)

// bought is how a press of "pay" ended.
type bought struct {
	status   int    // of the answer to the form
	page     string // that the payer ended on, where there was no redirect
	redirect *url.URL
}

// page gets a page without following where it leads.
func (b *buyer) page(address string) (status int, location, body string) {
	b.t.Helper()
	res, err := buyers.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.read(res)
}

func (b *buyer) read(res *http.Response) (status int, location, body string) {
	b.t.Helper()
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(text)
}

// open gives the attempt that a fresh page carries.
func (b *buyer) open(link string) string {
	b.t.Helper()
	status, _, body := b.page(link)
	m := attemptField.FindStringSubmatch(body)
	if status != http.StatusOK || m == nil {
		b.t.Fatalf("%s shows no form: %d\n%.2000s", link, status, body)
	}
	return m[1]
}

// pay opens a link and pays it with a token of the bank's card fields; "" pays with
// what the link is bound to.
func (b *buyer) pay(link, card string) bought {
	b.t.Helper()
	method := "card"
	if card == "" {
		method = "saved"
	}
	form := url.Values{"attempt": {b.open(link)}, "lang": {"en"}, "method": {method}, "gateway_token": {card},
		"first_name": {"Ada"}, "last_name": {"Lovelace"}, "email": {"ada@payer.example"}, "phone": {"+1 202 456 1111"},
		"country": {"US"}, "street": {"1600 Pennsylvania Avenue NW"}, "city": {"Washington"}, "state": {"DC"}, "postal": {"20500"}}
	res, err := buyers.PostForm(link, form)
	if err != nil {
		b.t.Fatal(err)
	}
	var out bought
	var next string
	out.status, next, out.page = b.read(res)
	// The page of the attempt redirects to the merchant, or says what happened.
	for range 5 {
		if next == "" {
			return out
		}
		u, err := url.Parse(b.p.Ready.BaseURL)
		if err == nil {
			u, err = u.Parse(next)
		}
		if err != nil {
			b.t.Fatal(err)
		}
		if !strings.HasPrefix(u.String(), b.p.Ready.BaseURL) {
			out.redirect = u
			return out
		}
		_, next, out.page = b.page(u.String())
	}
	b.t.Fatalf("%s leads round in a circle", link)
	return out
}

// mustPay pays and gives the responseToken.
func (b *buyer) mustPay(link, card string) string {
	b.t.Helper()
	got := b.pay(link, card)
	if got.redirect == nil || got.redirect.Query().Get("responseToken") == "" {
		b.t.Fatalf("the payment did not lead to the merchant: %d\n%.3000s", got.status, got.page)
	}
	return got.redirect.Query().Get("responseToken")
}

// result is what VerifyAuthToken tells of a payment.
type result struct {
	Successful                                          bool
	TotalAmount                                         json.Number
	EmailAddress, TranId, TokenGuid, LastFour, CardType string
	PaymentId, BillingFrequency, NextBillDate, AuthCode string
	PaymentResult, ProcessStatus, ResponseCode          int
}

// verify reads a payment's result as FrontStream's demo does: a JSON string that is
// parsed again.
func (b *buyer) verify(responseToken string) result {
	b.t.Helper()
	answer := b.api.Verify(responseToken)
	if answer.Status != http.StatusOK {
		b.t.Fatalf("VerifyAuthToken answered %d %s", answer.Status, answer.Body)
	}
	var out struct{ PaymentResult *result }
	if err := json.Unmarshal([]byte(JSON[string](b.t, answer)), &out); err != nil || out.PaymentResult == nil {
		b.t.Fatalf("VerifyAuthToken told %s: %v", answer.Body, err)
	}
	return *out.PaymentResult
}

// price is one line of an amount.
func price(amount string, recurring int) []map[string]any {
	return []map[string]any{{"Amount": amount, "Type": 12, "Recurring": recurring}}
}

const (
	visa    = "tok_test_visa"
	noFunds = "tok_test_insufficient_funds"
)

func flowRedirect(b *buyer) {
	link := b.api.Link(map[string]any{"RedirectUrl": "https://m.example/t?a=1#f"})
	got := b.pay(link, visa)
	if got.redirect == nil || !regexp.MustCompile(`^https://m\.example/t\?a=1&responseToken=[A-Za-z0-9_-]+#f$`).MatchString(got.redirect.String()) {
		b.t.Errorf("the payer was sent to %v", got.redirect)
	}
}

func flowVerify(b *buyer) {
	token := b.mustPay(b.api.Link(map[string]any{"TranId": "V-1", "PaymentLines": price("12.34", 0)}), visa)
	got := b.verify(token)
	if got.TotalAmount != "12.34" || got.EmailAddress != "ada@payer.example" || !got.Successful || got.TranId != "V-1" ||
		got.PaymentResult != 3 || got.ProcessStatus != 4 || got.ResponseCode != 0 || got.LastFour != "4242" || got.CardType != "Visa" {
		b.t.Errorf("the result is %+v", got)
	}
	for name, code := range map[string]string{"the second time": token, "a token changed": strings.ToUpper(token), "none": ""} {
		answer := b.api.Verify(code)
		rules := JSON[[]struct{ ErrorCode int }](b.t, answer)
		if answer.Status != http.StatusBadRequest || len(rules) != 1 {
			b.t.Errorf("%s: answered %d %s", name, answer.Status, answer.Body)
		}
	}
}

func flowReuse(b *buyer) {
	link := b.api.Link(nil)
	one, two := b.verify(b.mustPay(link, visa)), b.verify(b.mustPay(link, visa))
	if one.PaymentId == two.PaymentId || one.PaymentId == "" {
		b.t.Errorf("two payments of a link are %q and %q", one.PaymentId, two.PaymentId)
	}
	if answer := b.api.Delete(link); answer.Status != http.StatusOK {
		b.t.Fatalf("after it was paid a link can't be deleted: %d %s", answer.Status, answer.Body)
	}
	if status, _, body := b.page(link); status != http.StatusGone || attemptField.MatchString(body) {
		b.t.Errorf("a deleted link shows status %d", status)
	}
}

func flowTokenize(b *buyer) {
	first := b.verify(b.mustPay(b.api.Link(map[string]any{"TokenizeCard": true}), visa))
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(first.TokenGuid) {
		b.t.Fatalf("the result carries the TokenGuid %q", first.TokenGuid)
	}
	later := b.verify(b.mustPay(b.api.Link(map[string]any{"TokenGuid": first.TokenGuid, "PaymentLines": price("3.21", 0)}), ""))
	if later.TotalAmount != "3.21" || later.LastFour != first.LastFour || later.TokenGuid != first.TokenGuid {
		b.t.Errorf("the saved card %+v paid %+v", first, later)
	}
	if plain := b.verify(b.mustPay(b.api.Link(nil), visa)); plain.TokenGuid != "" {
		b.t.Errorf("without TokenizeCard a token was kept: %s", plain.TokenGuid)
	}
}

func flowTokenIsCharged(b *buyer) {
	got := b.verify(b.mustPay(b.api.Link(map[string]any{"TokenGuid": b.p.Ready.FrontStream.TokenGUID, "PaymentLines": price("7.77", 0)}), ""))
	if got.TotalAmount != "7.77" || !got.Successful || got.EmailAddress != "ada@payer.example" {
		b.t.Errorf("the saved card paid %+v", got)
	}
	// A token that the gateway does not know is its to decline, not ours to guess.
	for _, name := range []string{"ExternalCardToken", "ExternalCheckToken"} {
		if got := b.pay(b.api.Link(map[string]any{name: "64415036"}), ""); got.redirect != nil || !strings.Contains(got.page, "not been charged") {
			b.t.Errorf("%s: a token that nobody knows led to %v\n%.2000s", name, got.redirect, got.page)
		}
	}
}

func flowNextBillDate(b *buyer) {
	before := time.Now().UTC()
	got := b.verify(b.mustPay(b.api.Link(map[string]any{"PaymentLines": price("10.00", 4)}), visa))
	after := time.Now().UTC()
	if got.TotalAmount != "10.00" || got.BillingFrequency != "Monthly" || (got.NextBillDate != monthOn(before) && got.NextBillDate != monthOn(after)) {
		b.t.Errorf("the contract is %+v, want monthly, next on %s", got, monthOn(after))
	}
}

// monthOn is the same day a month later, or that month's last.
func monthOn(t time.Time) string {
	first := time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1)
	return first.AddDate(0, 0, min(t.Day(), last.Day())-1).Format("2006-01-02")
}

func flowDeclineOverHTTP(b *buyer) {
	link := b.api.Link(nil)
	if got := b.pay(link, noFunds); got.redirect != nil || !strings.Contains(got.page, "not been charged") || !attemptField.MatchString(got.page) {
		b.t.Errorf("a declined payer came to %v\n%.2000s", got.redirect, got.page)
	}
	b.mustPay(link, visa)
}

// charged counts the charges of an amount that took money in the bank's own book.
// Tests that count use an amount that no other test does.
func (b *buyer) charged(minor int64) (n int) {
	b.t.Helper()
	for after := int64(0); ; {
		res, err := buyers.Get(fmt.Sprintf("%s/book?after=%d&limit=200", b.p.Ready.GatewayURL, after))
		if err != nil {
			b.t.Fatal(err)
		}
		_, _, body := b.read(res)
		var page struct {
			Charges []struct {
				Seq              int64
				Amount, Captured int64
			}
			Next int64
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			b.t.Fatal(err)
		}
		for _, c := range page.Charges {
			if c.Amount == minor && c.Captured == minor {
				n++
			}
		}
		if page.Next == 0 || len(page.Charges) == 0 {
			return n
		}
		after = page.Next
	}
}

// refusedAsPaid pays a link whose TranId was paid, and must be refused before the
// gateway hears of it.
func (b *buyer) refusedAsPaid(what, link string) {
	b.t.Helper()
	got := b.pay(link, visa)
	if got.redirect != nil || got.status != http.StatusConflict || !strings.Contains(got.page, "has been paid already") {
		b.t.Errorf("%s: a TranId that was paid led to %d %v\n%.2000s", what, got.status, got.redirect, got.page)
	}
}

// with is an order for an amount under a TranId, from a source.
func (b *buyer) with(amount, tranID, source string) string {
	b.t.Helper()
	return b.api.Link(map[string]any{"PaymentLines": price(amount, 0), "TranId": tranID, "IntegrationSource": source})
}

func flowDup(b *buyer) {
	checked := b.p.Ready.FrontStream.IntegrationSource
	first, second := b.with("31.01", "INV-PAID", checked), b.with("31.01", " INV-PAID ", checked)
	b.mustPay(first, visa)
	b.refusedAsPaid("the same link", first)
	b.refusedAsPaid("another link", second)
	if n := b.charged(3101); n != 1 {
		b.t.Errorf("the bank took the amount %d times", n)
	}
	b.mustPay(b.with("31.02", "inv-paid", checked), visa) // letter case counts (A32)
}

func flowDupDeclined(b *buyer) {
	link := b.with("32.01", "INV-2", b.p.Ready.FrontStream.IntegrationSource)
	if got := b.pay(link, noFunds); got.redirect != nil {
		b.t.Fatalf("a card without funds paid: %v", got.redirect)
	}
	b.mustPay(link, visa)
	b.refusedAsPaid("after it was paid", link)
}

func flowDupScope(b *buyer) {
	checked := b.p.Ready.FrontStream.IntegrationSource
	b.mustPay(b.with("33.01", "INV-3", checked), visa)
	b.mustPay(b.with("33.02", "INV-3", checked+"-other"), visa)
	b.refusedAsPaid("the first source", b.with("33.03", "INV-3", checked))
}

func flowDupOff(b *buyer) {
	for range 2 {
		b.mustPay(b.with("34.01", "INV-4", "source-without-check"), visa)
	}
	for range 2 { // no source: the partner's default one, which has no check either
		b.mustPay(b.api.Link(map[string]any{"PaymentLines": price("34.02", 0), "TranId": "INV-4"}), visa)
	}
}

func flowDupRace(b *buyer) {
	checked := b.p.Ready.FrontStream.IntegrationSource
	links := []string{b.with("35.01", "INV-5", checked), b.with("35.01", "INV-5", checked)}
	var paid atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if got := b.pay(links[i%2], visa); got.redirect != nil {
				paid.Add(1)
			} else if got.status != http.StatusConflict {
				b.t.Errorf("the loser was answered %d\n%.2000s", got.status, got.page)
			}
		})
	}
	all.Wait()
	if n := b.charged(3501); n != 1 || paid.Load() != 1 {
		b.t.Errorf("%d payers were told that they paid, the bank took the amount %d times", paid.Load(), n)
	}
}
