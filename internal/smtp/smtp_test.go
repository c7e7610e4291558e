package smtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/internal/maildrop"
	"paylink/internal/smtp"
)

func letter(to string) paylink.Message {
	return paylink.Message{ID: "mail_1@pay.example", At: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), Sender: "Harbor Books",
		To: paylink.Recipient{Name: "Ada", Email: to}, ReplyTo: paylink.Recipient{Name: "Harbor Books", Email: "help@harbor.example"},
		Language: "en", Subject: "Order 1042", Text: "Hello Ada,\n.\nfrom a line with a dot\n", HTML: "<p>Hello Ä</p>"}
}

// drop is a server and a postman who knows it.
func drop(t *testing.T, o maildrop.Options, query string) (*maildrop.Drop, *smtp.Postman) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := maildrop.Open(l, o)
	t.Cleanup(func() { _ = d.Close() })
	s, err := smtp.ParseURL(strings.Replace(query, "HOST", d.Addr(), 1))
	if err != nil {
		t.Fatal(err)
	}
	return d, &smtp.Postman{Server: s, From: "pay@shop.example", Timeout: 5 * time.Second}
}

const clear = "smtp://HOST?tls=none"

func send(t *testing.T, p *smtp.Postman, m paylink.Message) *paylink.Undelivered {
	t.Helper()
	err := p.Send(t.Context(), m)
	var u *paylink.Undelivered
	if err != nil && !errors.As(err, &u) {
		t.Fatalf("%v is no Undelivered", err)
	}
	return u
}

func TestALetterArrivesWhole(t *testing.T) {
	t.Parallel()
	d, p := drop(t, maildrop.Options{}, clear)
	if err := send(t, p, letter("ada@example.com")); err != nil {
		t.Fatal(err)
	}
	all := d.Letters()
	if len(all) != 1 || all[0].From != "pay@shop.example" || len(all[0].To) != 1 || all[0].To[0] != "ada@example.com" {
		t.Fatalf("%+v", all)
	}
	r, err := all[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	for what, is := range map[string][2]string{
		"From": {r.From, `"Harbor Books" <pay@shop.example>`}, "To": {r.To, `"Ada" <ada@example.com>`},
		"Reply-To": {r.ReplyTo, `"Harbor Books" <help@harbor.example>`}, "Subject": {r.Subject, "Order 1042"},
		"Message-ID": {r.ID, "<mail_1@pay.example>"}, "Text": {r.Text, "Hello Ada,\n.\nfrom a line with a dot\n"},
		"HTML": {r.HTML, "<p>Hello Ä</p>"}, "Auto-Submitted": {r.Header.Get("Auto-Submitted"), "auto-generated"},
		"Date": {r.Header.Get("Date"), "Sat, 21 Nov 2026 09:00:00 +0000"}, "Content-Language": {r.Header.Get("Content-Language"), "en"},
	} {
		if strings.TrimSuffix(is[0], "\n") != strings.TrimSuffix(is[1], "\n") {
			t.Errorf("%s: %q, want %q", what, is[0], is[1])
		}
	}
}

func TestRefusedForGoodAndPutOffAreToldApart(t *testing.T) {
	t.Parallel()
	d, p := drop(t, maildrop.Options{}, clear)
	if u := send(t, p, letter("refused@example.com")); u == nil || !u.Permanent || u.Perhaps || u.Ours || !strings.HasSuffix(u.Error(), `550 "5.1.1 no such mailbox"`) {
		t.Errorf("refused: %+v", u)
	}
	if u := send(t, p, letter("busy@example.com")); u == nil || u.Permanent || u.Perhaps || u.Ours {
		t.Errorf("busy: %+v", u)
	}
	if u := send(t, p, letter("busy@example.com")); u != nil || len(d.Letters()) != 1 {
		t.Errorf("busy, again: %+v, %d letters", u, len(d.Letters()))
	}
}

func TestALetterThatWasLostAndNotTaken(t *testing.T) {
	t.Parallel()
	d, p := drop(t, maildrop.Options{}, clear)
	if u := send(t, p, letter("cut@example.com")); u == nil || u.Permanent || !u.Ours {
		t.Errorf("%+v", u)
	}
	if n := len(d.Letters()); n != 0 {
		t.Errorf("%d letters", n)
	}
	if u := send(t, p, letter("cut@example.com")); u != nil || len(d.Letters()) != 1 {
		t.Errorf("again: %+v, %d letters", u, len(d.Letters()))
	}
}

func TestALetterWhoseAnswerWasLostMayHaveBeenTaken(t *testing.T) {
	t.Parallel()
	d, p := drop(t, maildrop.Options{}, clear)
	if u := send(t, p, letter("lost@example.com")); u == nil || u.Permanent || !u.Perhaps || !u.Ours {
		t.Errorf("%+v", u)
	}
	if u := send(t, p, letter("lost@example.com")); u != nil {
		t.Errorf("again: %+v", u)
	}
	var ids []string
	for _, l := range d.Letters() {
		r, err := l.Open()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("a receiver that knows letters by their Message-ID sees %v", ids)
	}
}

func TestAServerThatIsNotThereOrSaysNothing(t *testing.T) {
	t.Parallel()
	d, p := drop(t, maildrop.Options{}, clear)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if u := send(t, p, letter("ada@example.com")); u == nil || !u.Ours || u.Permanent || u.Perhaps {
		t.Errorf("closed: %+v", u)
	}
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	p.Server.Address = mute.Addr().String()
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	start := time.Now()
	if err := p.Send(ctx, letter("ada@example.com")); err == nil || time.Since(start) > 3*time.Second {
		t.Errorf("mute: %v after %v", err, time.Since(start))
	}
}

func TestNoTextBecomesAHeader(t *testing.T) {
	t.Parallel()
	d, p := drop(t, maildrop.Options{}, clear)
	m := letter("ada@example.com")
	long := strings.Repeat("Ünïted Lighthouse Friends ", 60)
	m.Sender = "Evil\r\nBcc: victim@example.com\r\n\r\n, \"Inc\" <x@y.example>"
	m.To.Name, m.Subject = "Ada\nX-Evil: 1, "+long, "Hi\r\nBcc: victim@example.com\u2028"+long
	m.ReplyTo = paylink.Recipient{Name: "a\rb", Email: "bad\r\nBcc: v@example.com"}
	if u := send(t, p, m); u != nil {
		t.Fatal(u)
	}
	l := d.Letters()[0]
	r, err := l.Open()
	if err != nil || len(l.To) != 1 {
		t.Fatalf("%v, %v", err, l.To)
	}
	for name := range r.Header {
		if name == "Bcc" || name == "X-Evil" || name == "Reply-To" {
			t.Errorf("header %s was made: %q", name, r.Header.Get(name))
		}
	}
	if list, err := r.Header.AddressList("From"); err != nil || len(list) != 1 || list[0].Address != "pay@shop.example" {
		t.Errorf("From: %v, %v", list, err)
	}
	if list, err := r.Header.AddressList("To"); err != nil || len(list) != 1 || list[0].Address != "ada@example.com" {
		t.Errorf("To: %v, %v", list, err)
	}
	for line := range strings.SplitSeq(string(l.Raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	for _, to := range []string{"ada@example.com\r\nRCPT TO:<v@example.com>", "ada@exämple.com", "a b@example.com", ""} {
		if u := send(t, p, letter(to)); u == nil || !u.Permanent || u.Ours {
			t.Errorf("%q: %+v", to, u)
		}
	}
	if n := len(d.Letters()); n != 1 {
		t.Errorf("%d letters", n)
	}
}

func TestNothingIsSentWithoutTheEncryptionThatWasAskedFor(t *testing.T) {
	t.Parallel()
	d, p := drop(t, maildrop.Options{}, "smtp://HOST")
	if u := send(t, p, letter("ada@example.com")); u == nil || !u.Ours || u.Permanent || len(d.Letters()) != 0 {
		t.Errorf("a server without STARTTLS: %+v, %d letters", u, len(d.Letters()))
	}
	cert, roots := certificate(t)
	o := maildrop.Options{TLS: cert, User: "shop", Password: "s3cret of the shop"}
	for _, implicit := range []bool{false, true} {
		o.Implicit = implicit
		scheme := map[bool]string{false: "smtp", true: "smtps"}[implicit]
		d, p := drop(t, o, scheme+"://shop:s3cret%20of%20the%20shop@HOST")
		if u := send(t, p, letter("ada@example.com")); u == nil || !u.Ours || u.Permanent || len(d.Letters()) != 0 {
			t.Errorf("%s, a certificate of nobody's: %+v", scheme, u)
		}
		p.TLS = roots
		if u := send(t, p, letter("ada@example.com")); u != nil || len(d.Letters()) != 1 {
			t.Errorf("%s: %+v, %d letters", scheme, u, len(d.Letters()))
		}
		p.Server.Password = "another"
		if u := send(t, p, letter("ada@example.com")); u == nil || !u.Ours || u.Permanent {
			t.Errorf("%s, a wrong password is no fault of the letter's: %+v", scheme, u)
		}
		p.Server.User = ""
		if u := send(t, p, letter("ada@example.com")); u == nil || !u.Ours || u.Permanent {
			t.Errorf("%s, no password is no fault of the letter's: %+v", scheme, u)
		}
	}
}

// certificate makes one for 127.0.0.1, and a client's trust in it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}, &tls.Config{RootCAs: roots}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]smtp.Server{
		"smtp://mail.example":                  {Address: "mail.example:587", Host: "mail.example"},
		"smtps://u:p%40ss@mail.example":        {Address: "mail.example:465", Host: "mail.example", Implicit: true, User: "u", Password: "p@ss"},
		"smtp://127.0.0.1:2525?tls=none":       {Address: "127.0.0.1:2525", Host: "127.0.0.1", Clear: true},
		"smtp://u:p@localhost:2525?tls=none":   {Address: "localhost:2525", Host: "localhost", Clear: true, User: "u", Password: "p"},
		"smtp://u:p@[2001:db8::1]:25/":         {Address: "[2001:db8::1]:25", Host: "2001:db8::1", User: "u", Password: "p"},
		"mail.example:25":                      {},
		"smtp://":                              {},
		"http://mail.example":                  {},
		"smtp://mail.example/x":                {},
		"smtp://mail.example?tls=maybe":        {},
		"smtps://mail.example?tls=none":        {},
		"smtp://u:p@mail.example:25?tls=none":  {},
		"smtp://mail.example?tls=none&port=25": {},
		"smtp://u:p%zz@mail.example":           {},
		"smtp://u:12?p%25zz@mail.example":      {}, // a password that was not escaped
	} {
		got, err := smtp.ParseURL(raw)
		if (err != nil) != (want == smtp.Server{}) || (err == nil && got != want) {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "%zz") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
