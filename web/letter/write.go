package letter

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// Write makes the text of a letter. It is pure: the same rows make the same letter.
func Write(l till.Letter) (paylink.Message, error) {
	v, err := viewOf(l)
	if err != nil {
		return paylink.Message{}, err
	}
	var page strings.Builder
	if err := letter(v).Render(context.Background(), &page); err != nil {
		return paylink.Message{}, err
	}
	m := paylink.Message{ID: l.Mail.MessageID, At: l.Mail.CreatedAt, Sender: l.Merchant.Name,
		To: paylink.Recipient{Name: l.Mail.Name, Email: l.Mail.To}, Language: v.Lang, Subject: v.Subject,
		Text: v.text(), HTML: page.String(), Automatic: l.Mail.Kind == paylink.MailReceipt}
	if l.Mail.Kind != paylink.MailShareCopy && paylink.CheckEmail(l.Merchant.Email) == nil {
		m.ReplyTo = paylink.Recipient{Name: l.Merchant.Name, Email: l.Merchant.Email}
	}
	return m, nil
}

func viewOf(l till.Letter) (view, error) {
	switch l.Mail.Kind {
	case paylink.MailShare:
		return shared(l), nil
	case paylink.MailShareCopy:
		return copied(l), nil
	case paylink.MailReceipt:
		return receipt(l), nil
	}
	return view{}, fmt.Errorf("there is no letter of the kind %q", l.Mail.Kind)
}

// base is what all letters have. countries are where its reader may live, the surest
// first.
func base(l till.Letter, countries ...string) view {
	words, _ := look.Speak(l.Mail.Language)
	region := ""
	for _, c := range append(countries, l.Link.Page.Country, l.Merchant.Country) {
		if region == "" {
			region = c
		}
	}
	v := view{Locale: look.NewLocale(words, region), Payee: l.Merchant.Name, Title: l.Link.Page.Title, Text: l.Link.Page.Description,
		Footer: l.Merchant.Footer}
	if l.Link.Page.Markdown {
		v.Text = plain(v.Text)
	}
	v.Greeting = v.T("mail.greeting_plain")
	if l.Mail.Name != "" {
		v.Greeting = v.T("mail.greeting", "name", l.Mail.Name)
	}
	return v
}

// what is the matter of a price: its lines and their sum. One line that only says the
// title again is left out.
func (v *view) what(price paylink.Price, sum paylink.Money) {
	lines := price.Lines
	if len(lines) == 0 || (len(lines) == 1 && lines[0].N() == 1 && (lines[0].Title == "" || lines[0].Title == v.Title)) {
		return
	}
	for i, line := range lines {
		title := line.Title
		if title == "" {
			title = v.T("lines.numbered", "n", strconv.Itoa(i+1))
		}
		if line.N() > 1 {
			title += ", " + v.T("lines.quantity", "quantity", strconv.FormatInt(line.N(), 10), "price", v.Money(price.Money(line.Amount)))
		}
		v.Lines = append(v.Lines, pair{title, v.Money(price.Sum(line))})
	}
	if len(lines) > 1 {
		v.Lines = append(v.Lines, pair{v.T("lines.total"), v.Money(sum)})
	}
}

// offer is what of a link can be said before it is paid. Where the payer has a say in
// it no sum is named.
func (v *view) offer(l paylink.Link) {
	if bill, err := l.Price.Bill(paylink.Choice{}); err == nil && !l.Price.Chosen() {
		v.Amount = v.Money(bill.Total)
		v.what(paylink.Price{Currency: l.Price.Currency, Lines: bill.Lines}, bill.Total)
	}
	if l.Schedule != nil {
		v.Period = v.T("period." + string(l.Schedule.Every))
	}
}

// submitWords is a dialect's default, no merchant's own label (contracts/frontstream.md,
// flow.button.default).
const submitWords = "Submit Payment"

func shared(l till.Letter) view {
	v := base(l)
	v.Heading = v.T("facts.to")
	v.offer(l.Link)
	v.Subject = v.T("mail.share.subject_open", "payee", v.Payee)
	if v.Amount != "" {
		v.Subject = v.T("mail.share.subject", "payee", v.Payee, "amount", v.Amount)
	}
	v.Intro = []string{v.Subject + "."}
	if l.Share.Message != "" {
		v.MessageHead, v.Message = v.T("mail.share.writes", "payee", v.Payee), l.Share.Message
	}
	switch page := l.Link.Page; {
	case page.Button != "" && page.Button != submitWords:
		v.Button = page.Button
	case page.Donation:
		v.Button = v.T("pay.donate")
	default:
		v.Button = v.T("mail.pay_now")
	}
	v.URL, v.URLHead = l.URL, v.T("mail.share.plain")
	if !l.Link.ExpiresAt.IsZero() {
		v.Notes = append(v.Notes, v.T("mail.share.until", "when", v.DateTime(l.Link.ExpiresAt)))
	}
	v.Notes = append(v.Notes, v.T("mail.share.unknown"))
	v.Why = []string{v.T("mail.share.why", "payee", v.Payee), v.reach(l.Merchant)}
	return v
}

func copied(l till.Letter) view {
	v := base(l)
	v.Heading = v.T("facts.to")
	v.offer(l.Link)
	what := v.Title
	if what == "" {
		what = v.T("mail.copy.link")
	}
	v.Subject = v.T("mail.copy.subject", "what", what)
	v.Intro = []string{v.N("mail.copy.body", len(l.Share.Recipients))}
	for _, to := range l.Share.Recipients {
		v.People = append(v.People, pair{to.Name, to.Email})
	}
	if l.Share.Message != "" {
		v.MessageHead, v.Message = v.T("mail.copy.message"), l.Share.Message
	}
	v.URL, v.URLHead = l.URL, v.T("mail.copy.address")
	return v
}

func receipt(l till.Letter) view {
	p := l.Payment
	v := base(l, p.Payer.Country)
	v.Heading, v.Amount = v.T("facts.paid_to"), v.Money(p.Amount)
	v.what(paylink.Price{Currency: p.Amount.Currency, Lines: p.Lines}, p.Amount)
	at := p.CompletedAt
	subject, state, body := "mail.receipt.subject", "paid", "mail.receipt.body"
	switch {
	case p.Surplus && p.State == paylink.Refunded:
		v.Heading = v.T("facts.to")
		subject, state, body = "mail.receipt.subject_back", "refunded", "mail.receipt.body_back"
	case p.Surplus:
		v.Heading = v.T("facts.to")
		subject, state, body = "mail.receipt.subject_surplus", "surplus", "mail.receipt.body_surplus"
	case p.State == paylink.Refunded:
		state = "refunded"
	case p.State == paylink.Authorized:
		v.Heading = v.T("facts.to")
		subject, state, body = "mail.receipt.subject_held", "held", "mail.receipt.body_held"
	case p.State == paylink.Pending:
		v.Heading = v.T("facts.to")
		state, body = "pending", "mail.receipt.body_pending"
	}
	v.Subject = v.T(subject, "amount", v.Amount, "payee", v.Payee)
	v.Intro = []string{v.T("state." + state + ".title"), v.T(body, "amount", v.Amount, "payee", v.Payee, "date", v.Date(at))}
	v.pair("receipt.date", v.DateTime(at))
	if p.Last4 != "" || p.Brand != "" {
		v.pair("receipt.method", v.Instrument(p.Method, p.Brand, p.Last4))
	}
	// A reference that the link hides stays hidden (contracts/frontstream.md, flow.tran.hidden).
	if p.Reference != "" && l.Link.Page.ShowReference {
		v.pair("receipt.reference", p.Reference)
	}
	if p.Refunded > 0 {
		v.pair("receipt.given_back", v.Money(paylink.Money{Minor: p.Refunded, Currency: p.Amount.Currency}))
	}
	v.pair("receipt.number", p.ID)
	v.Why = []string{v.T("mail.receipt.why"), v.reach(l.Merchant), v.T("foot.code") + " " + look.SupportCode(l.Link.ID)}
	if u, err := paylink.CheckURL(l.Merchant.URL); err == nil && u != nil {
		v.Site = l.Merchant.URL
	}
	return v
}

// reach says how to speak to the merchant.
func (v *view) reach(m paylink.Merchant) string {
	if paylink.CheckEmail(m.Email) == nil {
		return v.T("mail.reply", "payee", v.Payee)
	}
	return v.T("mail.ask", "payee", v.Payee)
}

func (v *view) pair(key, value string) { v.Pairs = append(v.Pairs, pair{v.T(key), value}) }
