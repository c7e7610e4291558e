package letter_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/till"
	"paylink/web/letter"
	"paylink/web/look"
)

var (
	at   = time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)
	shop = paylink.Merchant{ID: "mer_1", Name: "Harbor Books", Email: "help@harborbooks.example", URL: "https://harborbooks.example/",
		Country: "US", Footer: "Harbor Books, 12 Quay Street\nPortland, Maine"}
	lines = []paylink.Line{{Title: "The Sea Around Us, first edition", Amount: 2150}, {Title: "Postage", Amount: 350}}
	order = paylink.Link{ID: "plk_01m3k5v7x97q4m2x", MerchantID: "mer_1", State: paylink.LinkOpen, ExpiresAt: at.Add(720 * time.Hour),
		Price: paylink.Price{Currency: "USD", Lines: lines},
		Page:  paylink.Page{Title: "Order 1042", Description: "Thank you for ordering with us.", ShowReference: true}}
	sent = paylink.Share{ID: "shr_1", Recipients: []paylink.Recipient{{Name: "Sarah Hazel Hopper", Email: "sarah.hopper@example.com"}, {Name: "Tom", Email: "tom@example.com"}},
		Message: "Dear Sarah,\n\nyou can pay for your order with the link below.\nIt was a pleasure.\n"}
	paid = paylink.Payment{ID: "pay_01m3k5v7x9", State: paylink.Captured, Amount: paylink.Money{Minor: 2500, Currency: "USD"}, Captured: 2500,
		Lines: lines, Method: paylink.Card, Brand: "visa", Last4: "4242", Reference: "INV-2291", CompletedAt: at,
		Payer: paylink.Payer{FirstName: "Sarah", LastName: "Hopper", Email: "sarah.hopper@example.com", Country: "US"}, Attempt: "attempt-token", LinkID: order.ID}
)

const url = "https://pay.example/pay/4mFq0v7ZtL2cXo9aB1nKdE"

func about(kind paylink.MailKind, language string) till.Letter {
	l := till.Letter{Merchant: shop, Link: order, Mail: paylink.Mail{ID: "mail_1", Kind: kind, To: "sarah.hopper@example.com", Name: "Sarah Hazel Hopper",
		Language: language, MessageID: "mail_1@pay.example", CreatedAt: at}}
	if kind == paylink.MailReceipt {
		l.Payment = paid
		return l
	}
	l.Share, l.URL = sent, url
	return l
}

func write(t *testing.T, l till.Letter) paylink.Message {
	t.Helper()
	m, err := letter.Write(l)
	if err != nil {
		t.Fatal(err)
	}
	// PAYLINK_TEST_LETTERS names a directory where people can look at them.
	if dir := os.Getenv("PAYLINK_TEST_LETTERS"); dir != "" {
		name := filepath.Join(dir, strings.NewReplacer("/", "_", " ", "_").Replace(t.Name())+"_"+string(l.Mail.Kind))
		if err := os.WriteFile(name+".html", []byte(m.HTML), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name+".txt", []byte("Subject: "+m.Subject+"\n\n"+m.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// says looks in the text, and in the HTML as people read it.
func says(t *testing.T, m paylink.Message, all ...string) {
	t.Helper()
	read := regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m.HTML, " "), " ")
	for _, want := range all {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text does not say %q:\n%s", want, m.Text)
		}
		if !strings.Contains(read, strings.NewReplacer("&", "&amp;", "'", "&#39;").Replace(want)) {
			t.Errorf("the HTML does not say %q:\n%s", want, read)
		}
	}
}

func TestAShareSaysWhoWantsWhatForWhatAndWhere(t *testing.T) {
	t.Parallel()
	m := write(t, about(paylink.MailShare, ""))
	says(t, m, "Hello Sarah Hazel Hopper,", "Harbor Books", "$25.00", "Order 1042", "Postage", "Dear Sarah,", "It was a pleasure.",
		"Pay Now", url, "It can be paid until December 21, 2026, 14:05 UTC.", "Portland, Maine", "through paylink", "Reply to this mail")
	if m.Subject != "Harbor Books has sent you a payment link for $25.00" || m.ReplyTo.Email != shop.Email || m.Automatic || m.ID != "mail_1@pay.example" || !m.At.Equal(at) {
		t.Errorf("%q from %q, reply to %q, id %s at %s\n%s", m.Subject, m.Sender, m.ReplyTo.Email, m.ID, m.At, m.Text)
	}
	if !strings.Contains(m.HTML, `href="`+url+`"`) || !strings.Contains(m.HTML, "Dear Sarah, <br") && !strings.Contains(m.HTML, "Dear Sarah,<br") {
		t.Errorf("no button, or no line breaks:\n%s", m.HTML)
	}
	l := about(paylink.MailShare, "")
	l.Link.Page.Donation = true
	says(t, write(t, l), "Donate")
	l.Link.Page.Button, l.Link.Price.Lines, l.Merchant.Email = "Give here", []paylink.Line{{Open: true, Min: 1, Max: 99}}, ""
	m = write(t, l)
	says(t, m, "Give here", "Questions? Ask Harbor Books.")
	if m.Subject != "Harbor Books has sent you a payment link" || m.ReplyTo.Email != "" {
		t.Errorf("%q from %q, reply to %q, id %s at %s\n%s", m.Subject, m.Sender, m.ReplyTo.Email, m.ID, m.At, m.Text)
	}
}

func TestADescriptionInMarkdownIsToldInItsWords(t *testing.T) {
	t.Parallel()
	l := about(paylink.MailShare, "en")
	l.Link.Page.Markdown = true
	l.Link.Page.Description = "# Spring *order*\n\n- one & two\n- **three**\n\n[our shop](https://shop.example/) <b>bold</b>\n\n<script>alert(1)</script>\n\n    code\n"
	m := write(t, l)
	says(t, m, "one & two", "our shop bold", "code")
	for _, mark := range []string{"#", "**", "](", "<b>", "alert"} {
		if strings.Contains(m.Text, mark) {
			t.Errorf("the text holds %s:\n%s", mark, m.Text)
		}
	}
	if !strings.Contains(m.Text, "Spring order\none & two\nthree\n") {
		t.Errorf("the lines are lost:\n%s", m.Text)
	}
}

func TestAMerchantsCopySaysToWhom(t *testing.T) {
	t.Parallel()
	m := write(t, about(paylink.MailShareCopy, ""))
	says(t, m, "2 people", "Tom", "Order 1042", "Dear Sarah,", url)
	if !strings.Contains(m.Text, "Tom <tom@example.com>") || m.Subject != "Copy: Order 1042 was shared" || m.ReplyTo.Email != "" {
		t.Errorf("%q from %q, reply to %q, id %s at %s\n%s", m.Subject, m.Sender, m.ReplyTo.Email, m.ID, m.At, m.Text)
	}
}

func TestAReceiptInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ language, country, subject, amount, date, body string }{
		{"en", "US", "Your payment of $25.00 to Harbor Books", "$25.00", "November 21, 2026, 14:05 UTC", "has received your payment"},
		{"fr", "CA", "Votre paiement de 25,00\u00a0$US à Harbor Books", "25,00\u00a0$US", "21 novembre 2026", "a reçu votre paiement"},
		{"es", "ES", "Su pago de 25,00\u00a0US$ a Harbor Books", "25,00\u00a0US$", "21 de noviembre de 2026", "ha recibido su pago"},
		{"xx", "", "Your payment of $25.00 to Harbor Books", "$25.00", "November 21, 2026", "has received"},
	} {
		t.Run(one.language, func(t *testing.T) {
			t.Parallel()
			l := about(paylink.MailReceipt, one.language)
			l.Payment.Payer.Country = one.country
			m := write(t, l)
			says(t, m, one.amount, one.date, one.body, "Harbor Books", "Order 1042", "Postage", "Visa •••• 4242", "INV-2291", paid.ID, "https://harborbooks.example/")
			if m.Subject != one.subject || !m.Automatic || m.ReplyTo.Email != shop.Email {
				t.Errorf("%q, automatic %t, reply to %s", m.Subject, m.Automatic, m.ReplyTo.Email)
			}
		})
	}
}

func TestAReceiptSaysWhatIsTrue(t *testing.T) {
	t.Parallel()
	for state, want := range map[paylink.PaymentState][2]string{
		paylink.Authorized: {"Nothing is taken until they confirm", "$25.00 is held for Harbor Books"},
		paylink.Pending:    {"takes a few days to arrive", "Your payment of $25.00 to Harbor Books"},
		paylink.Refunded:   {"Given back", "Your payment of $25.00 to Harbor Books"},
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			l := about(paylink.MailReceipt, "en")
			l.Payment.State = state
			if state == paylink.Refunded {
				l.Payment.Refunded = 2500
			}
			m := write(t, l)
			says(t, m, want[0])
			if state == paylink.Refunded && strings.Contains(m.Text, "complete") {
				t.Errorf("what was given back is told as complete:\n%s", m.Text)
			}
			if m.Subject != want[1] || (state != paylink.Refunded && strings.Contains(m.Text, "has received")) {
				t.Errorf("%s: %s\n%s", state, m.Subject, m.Text)
			}
		})
	}
}

// Money that came late beside another payment's is told as what it is, before it was
// given back and after.
func TestAReceiptOfASurplusSaysThatItIsOwedBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, country string
		state             paylink.PaymentState
		refunded          int64
		subject           string
		says, never       []string
	}{
		{"en", "US", paylink.CapturedLate, 0, "Your payment of $25.00 to Harbor Books is owed back to you",
			[]string{"This payment is owed back to you", "$25.00 was taken on November 21, 2026", "Harbor Books owes you all of it back."}, []string{"Thank you. Your", "has received", "Given back"}},
		{"en", "US", paylink.PartlyRefunded, 1000, "Your payment of $25.00 to Harbor Books is owed back to you",
			[]string{"Harbor Books owes you all of it back.", "Given back", "$10.00"}, []string{"Thank you. Your", "has received"}},
		{"en", "US", paylink.Refunded, 2500, "Your payment of $25.00 to Harbor Books was given back",
			[]string{"This payment was given back", "$25.00 was taken on November 21, 2026", "All of it was given back"}, []string{"Thank you. Your", "has received", "owes"}},
		{"fr", "FR", paylink.CapturedLate, 0, "Votre paiement de 25,00\u00a0$US à Harbor Books doit vous être remboursé", []string{"Harbor Books doit vous les rembourser en entier."}, []string{"Merci", "a reçu"}},
		{"es", "ES", paylink.CapturedLate, 0, "Su pago de 25,00\u00a0US$ a Harbor Books se le debe devolver", []string{"Harbor Books debe devolvérselos por completo."}, []string{"Gracias", "ha recibido"}},
	} {
		t.Run(c.language+" "+string(c.state), func(t *testing.T) {
			t.Parallel()
			l := about(paylink.MailReceipt, c.language)
			l.Payment.State, l.Payment.Surplus, l.Payment.Refunded, l.Payment.Payer.Country = c.state, true, c.refunded, c.country
			l.Link.Page.Description = ""
			m := write(t, l)
			if says(t, m, append(c.says, "Visa •••• 4242", paid.ID)...); m.Subject != c.subject {
				t.Errorf("%q, want %q", m.Subject, c.subject)
			}
			for _, lie := range c.never {
				if strings.Contains(m.Text+m.HTML, lie) {
					t.Errorf("it says %q:\n%s", lie, m.Text)
				}
			}
		})
	}
}

func TestAReceiptHoldsNothingThatPays(t *testing.T) {
	t.Parallel()
	l := about(paylink.MailReceipt, "en")
	l.URL, l.Link.Page.ShowReference = url, false // URL: even if somebody gave it
	m := write(t, l)
	for _, secret := range []string{"/pay/", "attempt-token", "4mFq0v7ZtL2cXo9aB1nKdE", "INV-2291"} {
		if strings.Contains(m.HTML+m.Text+m.Subject, secret) {
			t.Errorf("it holds %s", secret)
		}
	}
}

func TestALetterLoadsNothingAndRunsNothing(t *testing.T) {
	t.Parallel()
	evil := `"><script>alert(1)</script><img src=//evil.example/x onerror=alert(1)> </style><a href="javascript:alert(1)">x</a>`
	for _, kind := range []paylink.MailKind{paylink.MailShare, paylink.MailShareCopy, paylink.MailReceipt} {
		l := about(kind, "en")
		l.Merchant.Name, l.Merchant.Footer, l.Merchant.URL = evil, evil, "javascript:alert(1)"
		l.Link.Page = paylink.Page{Title: evil, Description: evil, Button: evil, ShowReference: true}
		l.Link.Price.Lines, l.Payment.Lines = []paylink.Line{{Title: evil, Amount: 2500}}, []paylink.Line{{Title: evil, Amount: 2500}}
		l.Payment.Reference, l.Payment.Brand, l.Mail.Name = evil, evil, evil
		l.Share.Message, l.Share.Recipients = evil, []paylink.Recipient{{Name: evil, Email: "a@example.com"}}
		m := write(t, l)
		for _, tag := range []string{"<script", "<img", "<link", "<iframe", "<form", "onerror=alert(1)>", `href="javascript`, "url(", "@import", "src="} {
			if strings.Contains(strings.ReplaceAll(m.HTML, "src=//evil.example/x onerror=alert(1)&gt;", ""), tag) {
				t.Errorf("%s: the HTML holds %s:\n%s", kind, tag, m.HTML)
			}
		}
		for _, href := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(m.HTML, -1) {
			if href[1] != url {
				t.Errorf("%s leads to %s", kind, href[1])
			}
		}
	}
}

// The button's words are the reader's own, but for what the merchant wrote.
func TestAShareInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, w := range look.Languages() {
		m := write(t, about(paylink.MailShare, w.Lang))
		says(t, m, w.T("mail.pay_now"), w.T("mail.share.unknown"), url)
		if m.Language != w.Lang || strings.Contains(m.HTML+m.Text+m.Subject, "{") && strings.Contains(m.Text+m.Subject, "{") {
			t.Errorf("%s: %s\n%s", w.Lang, m.Subject, m.Text)
		}
	}
}

func TestThereIsNoLetterOfAnUnknownKind(t *testing.T) {
	t.Parallel()
	if _, err := letter.Write(about("dunning", "en")); err == nil {
		t.Error("it was written")
	}
}
