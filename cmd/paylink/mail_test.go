package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paylink/internal/maildrop"
	"paylink/till"
)

// mailsOf is what the demo's mail server keeps, newest first.
func mailsOf(t testing.TB, r demoReady) (list []shownLetter) {
	t.Helper()
	_, body := get(t, r.BaseURL+"/demo/mails.json")
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatalf("the mails: %v in %s", err, body)
	}
	return list
}

func TestADemosReceiptArrivesInThePayersLanguage(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	for lang, want := range map[string]string{"en": "Your payment of $25.00 to Demo Store", "fr": "Votre paiement de 25,00\u00a0$US à Demo Store", "es": "Su pago de 25,00\u00a0US$ a Demo Store"} {
		to := lang + "@payer.example"
		pay(t, makeLink(t, r, "")+"?lang="+lang, "tok_test_visa", url.Values{"email": {to}, "country": {map[string]string{"en": "US", "fr": "CA", "es": "ES"}[lang]},
			"state": {map[string]string{"en": "IL", "fr": "QC", "es": "M"}[lang]}, "postal": {map[string]string{"en": "62701", "fr": "H2Y 1C6", "es": "28001"}[lang]}, "phone": {""}})
		var got shownLetter
		eventually(t, "the receipt of "+to, func() bool {
			for _, m := range mailsOf(t, r) {
				if strings.Contains(m.To, to) {
					got = m
					return true
				}
			}
			return false
		})
		if got.Subject != want || !strings.Contains(got.Text, "Visa •••• 4242") || strings.Contains(got.Text+got.HTML, "/pay/") || got.ReplyTo != `"Demo Store" <hello@demo-store.example>` ||
			got.From != `"Demo Store" <pay@demo.example>` {
			t.Errorf("%s: %q, from %s, answers to %s\n%s", lang, got.Subject, got.From, got.ReplyTo, got.Text)
		}
	}
	if n := len(mailsOf(t, r)); n != 3 {
		t.Errorf("%d letters", n)
	}
}

func TestADemoSharesALinkAndShowsTheLetter(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	link, token := payrocLink(t, r)
	body := `{"sharingMethod":"email","merchantCopy":true,"message":"Dear Sarah,\nplease.","recipients":[{"name":"Sarah","email":"sarah@example.com"}]}`
	status, text := postJSON(t, r.BaseURL+"/v1/payment-links/"+link+"/sharing-events", map[string]string{"Authorization": "Bearer " + token,
		"Idempotency-Key": "0b0c2b8e-6a0f-4a3f-9f2c-2d0b7f6d7a11"}, body)
	if status != http.StatusCreated {
		t.Fatalf("a share: %d %s", status, text)
	}
	eventually(t, "the letter and its copy", func() bool { return len(mailsOf(t, r)) == 2 })
	for _, m := range mailsOf(t, r) {
		status, page := get(t, fmt.Sprintf("%s/demo/mails/%d", r.BaseURL, m.N))
		if status != http.StatusOK || page != m.HTML || !strings.Contains(m.Text, "Dear Sarah,") || !strings.Contains(m.Text, r.BaseURL+"/pay/") {
			t.Errorf("%d, %s\n%s", status, m.Subject, m.Text)
		}
	}
	res, err := http.Get(r.BaseURL + "/demo/mails/0")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if p := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'") {
		t.Errorf("a letter is shown under %q", p)
	}
	if status, _ := get(t, r.BaseURL+"/demo/mails/7"); status != http.StatusNotFound {
		t.Errorf("a letter that is not there: %d", status)
	}
	_, page := get(t, r.BaseURL+"/demo/inbox")
	if !strings.Contains(page, "Demo Store has sent you a payment link") || !strings.Contains(page, `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title=`) {
		t.Error("the inbox's page shows no letter")
	}
}

// Of the limits against misuse a demo lifts that of a merchant, whom one machine plays for
// all; what one address gets is bounded as everywhere.
func TestADemoBoundsWhatOneAddressGets(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	link, token := payrocLink(t, r)
	share := func(n int, recipients string) int {
		status, _ := postJSON(t, r.BaseURL+"/v1/payment-links/"+link+"/sharing-events", map[string]string{"Authorization": "Bearer " + token,
			"Idempotency-Key": fmt.Sprintf("0b0c2b8e-6a0f-4a3f-9f2c-2d0b7f6d%04x", n)}, `{"sharingMethod":"email","recipients":[`+recipients+`]}`)
		return status
	}
	most := till.UsualMailLimits.Address[0].Letters
	for n := range most {
		if status := share(n, `{"name":"S","email":"s@example.com"}`); status != http.StatusCreated {
			t.Fatalf("letter %d to one address: %d", n+1, status)
		}
	}
	if status := share(most, `{"name":"S","email":"s@example.com"}`); status != http.StatusTooManyRequests {
		t.Errorf("one more: %d", status)
	}
	if status := share(most+1, `{"name":"T","email":"t@example.com"}`); status != http.StatusCreated {
		t.Errorf("another address: %d", status)
	}
}

// payrocLink makes a link as Payroc's clients do, and gives its id and a token.
func payrocLink(t testing.TB, r demoReady) (id, token string) {
	t.Helper()
	_, body := postJSON(t, r.BaseURL+"/authorize", map[string]string{"x-api-key": r.Payroc.APIKey}, "")
	var in struct {
		Token string `json:"access_token"`
		ID    string `json:"paymentLinkId"`
	}
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatalf("a token: %s", body)
	}
	_, body = postJSON(t, r.BaseURL+"/v1/processing-terminals/"+r.Payroc.TerminalID+"/payment-links", map[string]string{
		"Authorization": "Bearer " + in.Token, "Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"},
		`{"type":"multiUse","merchantReference":"Ref1","order":{"charge":{"type":"preset","amount":2500,"currency":"USD"}},"authType":"sale","paymentMethods":["card"]}`)
	if err := json.Unmarshal([]byte(body), &in); err != nil || in.ID == "" {
		t.Fatalf("a link: %s", body)
	}
	return in.ID, in.Token
}

func TestWithoutItsInboxADemoSendsNoMail(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir(), "--no-inbox")
	payWell(t, makeLink(t, r, ""))
	link, token := payrocLink(t, r)
	status, text := postJSON(t, r.BaseURL+"/v1/payment-links/"+link+"/sharing-events", map[string]string{"Authorization": "Bearer " + token,
		"Idempotency-Key": "0b0c2b8e-6a0f-4a3f-9f2c-2d0b7f6d7a11"}, `{"sharingMethod":"email","recipients":[{"name":"S","email":"s@example.com"}]}`)
	if status != http.StatusServiceUnavailable || !strings.Contains(text, "sends no mail") || len(mailsOf(t, r)) != 0 {
		t.Errorf("%d %s", status, text)
	}
}

func TestMailIsConfiguredWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	with := []string{"serve", "--database", filepath.Join(t.TempDir(), "a.db"), "--base-url", "https://pay.example", "--key-file", "y", "--print-config"}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--smtp-url", "smtp://mail.example"}, "--mail-from (PAYLINK_MAIL_FROM): is missing"},
		{[]string{"--mail-from", "pay@shop.example"}, "--smtp-url (PAYLINK_SMTP_URL): is missing"},
		{[]string{"--smtp-url", "mail.example:25", "--mail-from", "pay@shop.example"}, "must begin with smtp:// or smtps://"},
		{[]string{"--smtp-url", "smtp://mail.example", "--mail-from", "Shop <pay@shop.example>"}, "--mail-from (PAYLINK_MAIL_FROM): must"},
	} {
		out, errs, _ := run(t, append(with, c.args...)...)
		if !strings.Contains(out+errs, c.want) {
			t.Errorf("%v: %s%s", c.args, out, errs)
		}
	}
	file := filepath.Join(t.TempDir(), "smtp")
	if err := os.WriteFile(file, []byte("smtps://shop:hunter2hunter2@mail.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--smtp-url", "smtps://shop:hunter2hunter2@mail.example"}, {"--smtp-url-file", file}} {
		out, errs, _ := run(t, append(with, append(args, "--mail-from", "pay@shop.example")...)...)
		if strings.Contains(out+errs, "hunter2") || !strings.Contains(out, "mail.example") || strings.Contains(out, "smtp-url (") {
			t.Errorf("%v: %s%s", args, out, errs)
		}
	}
}

func TestAServerSendsByTheMailServerItWasGiven(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	drop := maildrop.Open(l, maildrop.Options{})
	defer drop.Close()
	var f faults
	m := mailFlags{SMTPURL: dsn("smtp://" + drop.Addr() + "?tls=none"), MailFrom: "pay@shop.example"}
	post := m.check(&f)
	if err := f.err(); err != nil || post == nil {
		t.Fatalf("%v, %v", post, err)
	}
	none := mailFlags{}
	if none.check(&f) != nil || f.err() != nil {
		t.Errorf("without a mail server: %v", f)
	}
}
