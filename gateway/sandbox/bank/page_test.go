package bank_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paylink/gateway/sandbox/bank"
)

// open fetches a page; form, when given, is posted.
func (b *testBank) open(target string, form url.Values) (int, string, http.Header) {
	b.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, target, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}

func card(number string) url.Values {
	return url.Values{"number": {number}, "expiry": {"12 / 39"}, "cvc": {"999"}}
}

func (b *testBank) wantReturn(status int, h http.Header) {
	b.t.Helper()
	if status != http.StatusSeeOther || h.Get("Location") != "http://127.0.0.1:1/return" {
		b.t.Fatalf("status %d to %q, wanted 303 to the shop", status, h.Get("Location"))
	}
}

func TestHostedPageTakesTheMoneyOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	q := hosted("k")
	q.Description, q.Language = "Order <b>7</b>", "fr-CA"
	c := b.charge(q)
	if c.State != bank.RequiresAction || !strings.HasPrefix(c.ActionURL, b.url+"/pay/") {
		t.Fatalf("%+v", c)
	}
	for range 2 { // opening it changes nothing
		status, page, h := b.open(c.ActionURL, nil)
		for _, want := range []string{`<html lang="fr">`, "Test Shop", "25,00", "USD", "Order &lt;b&gt;7&lt;/b&gt;", "cc-number", `href="http://127.0.0.1:1/return"`} {
			if status != http.StatusOK || !strings.Contains(page, want) {
				t.Fatalf("status %d, the page lacks %q", status, want)
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("CSP %q", csp)
		}
	}
	status, _, h := b.open(c.ActionURL, card("5454 5454-5454 5454"))
	b.wantReturn(status, h)
	status, _, h = b.open(c.ActionURL, card("5454545454545454")) // a double press
	b.wantReturn(status, h)
	if got := b.booked("k"); len(got) != 1 || got[0].State != bank.Captured || len(got[0].Movements) != 1 || got[0].Card.Last4 != "5454" {
		t.Fatalf("book: %+v", got)
	}
	if status, page, _ := b.open(c.ActionURL+"?lang=es", nil); status != http.StatusGone || !strings.Contains(page, "Este pago ha terminado") {
		t.Errorf("a used page: %d %s", status, page)
	}
	if status, _, _ := b.open(b.url+"/pay/nobodys", nil); status != http.StatusNotFound {
		t.Errorf("an unknown page: %d", status)
	}
}

func TestRealNumbersAreRefusedAndNeverKept(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	c := b.charge(hosted("k"))
	const real = "4539578763621486" // valid check digit, not published as a test number
	status, page, _ := b.open(c.ActionURL, card(real))
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Use a test card") || !strings.Contains(page, `aria-invalid="true"`) {
		t.Errorf("status %d", status)
	}
	status, answer := b.token(map[string]string{"method": "card", "number": real, "expiry": "12/39", "cvc": "123"}, b.url)
	if status != http.StatusUnprocessableEntity || !strings.Contains(answer, `"number":"use_test_card"`) {
		t.Errorf("token: %d %s", status, answer)
	}
	status, _, h := b.open(c.ActionURL, card("4242424242424242"))
	b.wantReturn(status, h)
	b.stop()
	files, err := filepath.Glob(b.path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal("no book to look into")
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, digits := range []string{real, "4242424242424242"} {
			if strings.Contains(page+answer+string(body), digits) {
				t.Errorf("%s or an answer holds the number %s", f, digits)
			}
		}
	}
}

func TestHostedPageSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	c := b.charge(hosted("k"))
	for name, f := range map[string]struct {
		form url.Values
		want string
	}{
		"nothing":     {url.Values{"number": {""}}, "Enter the card number."},
		"typing":      {card("4242424242424241"), "typing error"},
		"past":        {url.Values{"number": {"4242424242424242"}, "expiry": {"1/20"}, "cvc": {"123"}}, "expired"},
		"month":       {url.Values{"number": {"4242424242424242"}, "expiry": {"13/39"}, "cvc": {"123"}}, "month and year"},
		"amex's code": {url.Values{"number": {"378282246310005"}, "expiry": {"12/39"}, "cvc": {"123"}}, "4 on American Express"},
	} {
		status, page, _ := b.open(c.ActionURL, f.form)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, f.want) {
			t.Errorf("%s: %d, the page lacks %q", name, status, f.want)
		}
	}
	q := hosted("bank")
	q.Method = "bank"
	page := b.charge(q).ActionURL
	if status, text, _ := b.open(page, url.Values{"routing": {"110000000"}, "account": {"12345678"}, "holder": {"Ann"}}); status != http.StatusUnprocessableEntity || !strings.Contains(text, "Use a test account") || !strings.Contains(text, `value="Ann"`) {
		t.Errorf("bank: %d %s", status, text)
	}
	status, _, h := b.open(page, url.Values{"routing": {"110000000"}, "account": {"000123456789"}, "holder": {"Ann"}})
	b.wantReturn(status, h)
	if got := b.lookup("bank"); got.State != bank.Pending || got.Bank.Last4 != "6789" {
		t.Errorf("bank: %+v", got)
	}
}

func TestHostedPageClosesByTimeAndByCancelling(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	c := b.charge(hosted("cancelled"))
	b.must(http.StatusOK, "POST", "/v1/charges/cancelled/cancel", nil, nil)
	if status, page, _ := b.open(c.ActionURL, card("4242424242424242")); status != http.StatusGone || !strings.Contains(page, "cancelled") {
		t.Errorf("cancelled: %d", status)
	}
	late := b.charge(hosted("late"))
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 31 * 60_000}, nil)
	if status, page, _ := b.open(late.ActionURL, card("4242424242424242")); status != http.StatusGone || !strings.Contains(page, "expired") {
		t.Errorf("late: %d", status)
	}
	if got := b.wait("late", bank.Cancelled); got.Reason != "session_expired" {
		t.Errorf("late: %+v", got)
	}
	for _, key := range []string{"cancelled", "late"} {
		if got := b.booked(key); len(got) != 1 || len(got[0].Movements) != 0 {
			t.Errorf("%s: %+v", key, got)
		}
	}
}

func Test3DSecureAsksThePayer(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, c := range []struct {
		name, answer string
		state        bank.State
		reason       string
	}{
		{"3ds", "approve", bank.Captured, ""},
		{"3ds", "refuse", bank.Declined, "authentication_failed"},
		{"3ds", "", bank.Declined, "authentication_failed"},
		{"3ds_fails", "approve", bank.Declined, "do_not_honor"},
	} {
		for _, way := range []string{"token", "hosted"} {
			key := c.name + "_" + c.answer + "_" + way
			q := order(key, bank.TokenPrefix+c.name)
			if way == "hosted" {
				q = hosted(key)
			}
			at := b.charge(q).ActionURL
			if way == "hosted" {
				number := "4000000000003220"
				if c.name == "3ds_fails" {
					number = "4000008400001629"
				}
				status, _, h := b.open(at, card(number))
				if status != http.StatusSeeOther {
					t.Fatalf("%s: %d", key, status)
				}
				if again, _, to := b.open(at, nil); again != http.StatusSeeOther || to.Get("Location") != h.Get("Location") {
					t.Errorf("%s: the card page does not lead on", key)
				}
				at = h.Get("Location")
			}
			if status, page, _ := b.open(at, nil); status != http.StatusOK || !strings.Contains(page, "Test Shop") || !strings.Contains(page, "25.00") {
				t.Fatalf("%s: %d", key, status)
			}
			status, _, h := b.open(at, url.Values{"answer": {c.answer}})
			b.wantReturn(status, h)
			status, _, h = b.open(at, url.Values{"answer": {"approve"}}) // too late
			b.wantReturn(status, h)
			if got := b.lookup(key); got.State != c.state || got.Reason != c.reason {
				t.Errorf("%s: %s %s", key, got.State, got.Reason)
			}
		}
	}
	q := order("asked", "tok_test_visa")
	q.ThreeDS = "required"
	if c := b.charge(q); !strings.Contains(c.ActionURL, "/3ds/") {
		t.Errorf("required 3-D Secure: %+v", c)
	}
}

func TestHostedPageLosesItsAnswerOnRequest(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for number, want := range map[string]bank.State{"4000000000070021": bank.Captured, "4000000000070039": bank.RequiresAction} {
		c := b.charge(hosted(number))
		status, page, _ := b.open(c.ActionURL, card(number))
		if status != http.StatusBadGateway || !strings.Contains(page, "Do not pay again") {
			t.Errorf("%s: %d", number, status)
		}
		if got := b.lookup(number); got.State != want {
			t.Errorf("%s: %s, wanted %s", number, got.State, want)
		}
	}
}

// token asks for a token as a browser page of the given origin would.
func (b *testBank) token(entry map[string]string, origin string) (int, string) {
	b.t.Helper()
	body, _ := json.Marshal(entry)
	req, err := http.NewRequest(http.MethodPost, b.url+"/v1/tokens", strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Origin", origin)
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

func TestTokenPaysForOneKeyOnly(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	entry := map[string]string{"method": "card", "number": "4242 4242 4242 4242", "expiry": "12/39", "cvc": "123"}
	if status, _ := b.token(entry, "https://elsewhere.example"); status != http.StatusForbidden {
		t.Errorf("another origin got %d", status)
	}
	status, text := b.token(entry, b.url)
	var got struct{ Token, Method string }
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK || got.Method != "card" {
		t.Fatalf("%d %s", status, text)
	}
	first := b.charge(order("k", got.Token))
	if first.State != bank.Captured || first.Card.ExpYear != 2039 {
		t.Fatalf("%+v", first)
	}
	b.wantError(http.StatusUnprocessableEntity, "token_used", "POST", "/v1/charges", order("other", got.Token))
	_, text = b.token(entry, b.url)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 31 * 60_000}, nil)
	b.wantError(http.StatusUnprocessableEntity, "token_unknown", "POST", "/v1/charges", order("lapsed", got.Token))
	used := order("k", "")
	used.Source.Token = got.Token
	b.wantError(http.StatusConflict, "key_reused", "POST", "/v1/charges", used)
}

func TestFrameOpensOnlyInAllowedPages(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(a *bank.Account) { a.Origins = []string{"https://pay.example"} })
	for parent, want := range map[string]int{
		"https://pay.example":                  200,
		"http://127.0.0.1:41001":               200,
		"http://localhost:8080":                200,
		"https://evil.example":                 403,
		"https://pay.example/":                 403,
		"https://pay.example https://evil.com": 403,
		"http://pay.example":                   403,
		"https://pay.example;script-src *":     403,
		"":                                     403,
		"null":                                 403,
	} {
		status, page, h := b.open(b.url+"/frame?lang=es&parent="+url.QueryEscape(parent), nil)
		csp := h.Get("Content-Security-Policy")
		if status != want {
			t.Errorf("%q: %d, wanted %d", parent, status, want)
		}
		if want == 200 && (!strings.HasSuffix(csp, "frame-ancestors "+parent) || strings.Contains(csp, "unsafe") || !strings.Contains(page, "Número de tarjeta")) {
			t.Errorf("%q: CSP %q", parent, csp)
		}
		if want == 403 && !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%q: CSP %q", parent, csp)
		}
		if strings.Contains(page, "<script>") || strings.Contains(page, "style=") {
			t.Errorf("%q: inline script or style", parent)
		}
	}
}

func TestBookIsReadPageByPage(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		b.charge(order(key, "tok_test_visa"))
	}
	var keys []string
	after := "0"
	for range 10 {
		var page bank.Page
		b.must(http.StatusOK, "GET", "/book?limit=2&after="+after, nil, &page)
		for _, c := range page.Charges {
			keys = append(keys, c.Key)
		}
		if page.Next == 0 {
			break
		}
		next, _ := json.Marshal(page.Next)
		after = string(next)
	}
	if strings.Join(keys, "") != "abcde" {
		t.Errorf("read %v", keys)
	}
	if status, page, _ := b.open(b.url+"/", nil); status != http.StatusOK || !strings.Contains(page, "5454 5454 5454 5454") || !strings.Contains(page, "captured") {
		t.Errorf("home: %d", status)
	}
}
