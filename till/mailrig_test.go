package till_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"paylink"
	"paylink/internal/maildrop"
	"paylink/internal/smtp"
	"paylink/till"
)

// mailRig is a rig with a mail server at the other end of the line.
type mailRig struct {
	*rig
	drop *maildrop.Drop
}

// mailOnBoth is onBoth with a mail server.
func mailOnBoth(t *testing.T, test func(t *testing.T, r *mailRig)) {
	onBoth(t, func(t *testing.T, r *rig) { test(t, withMail(t, r)) })
}

func newMailRig(t *testing.T) *mailRig {
	t.Helper()
	return withMail(t, newRig(t))
}

func withMail(t *testing.T, r *rig) *mailRig {
	t.Helper()
	m := &mailRig{rig: r}
	m.open("127.0.0.1:0")
	r.Post = &till.Post{Write: written}
	m.serve()
	return m
}

// open starts the mail server.
func (r *mailRig) open(address string) {
	r.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.drop = maildrop.Open(l, maildrop.Options{})
	r.t.Cleanup(func() { _ = r.drop.Close() })
}

// serve makes the till send to the mail server that runs.
func (r *mailRig) serve() {
	r.t.Helper()
	s, err := smtp.ParseURL("smtp://" + r.drop.Addr() + "?tls=none")
	if err != nil {
		r.t.Fatal(err)
	}
	r.Post.Postman = &smtp.Postman{Server: s, From: "pay@shop.example", Timeout: 5 * time.Second}
}

// written is a letter that says what it was made from; how real ones look is proven in
// web/letter.
func written(l till.Letter) (paylink.Message, error) {
	text := l.Share.Message + " " + l.URL
	if l.Mail.Kind == paylink.MailReceipt {
		text = string(l.Payment.State) + " " + l.Payment.Amount.String()
	}
	return paylink.Message{ID: l.Mail.MessageID, At: l.Mail.CreatedAt, Sender: l.Merchant.Name,
		To: paylink.Recipient{Name: l.Mail.Name, Email: l.Mail.To}, Subject: string(l.Mail.Kind), Text: text, HTML: "<p>" + text + "</p>"}, nil
}

// share sends a link to addresses.
func (r *mailRig) share(linkID string, to ...string) (paylink.Share, error) {
	s := till.Sharing{LinkID: linkID, MerchantID: r.merchant.ID, Message: "please"}
	for i, email := range to {
		s.Recipients = append(s.Recipients, paylink.Recipient{Name: fmt.Sprint("P", i), Email: email})
	}
	return r.shareAs(s)
}

func (r *mailRig) shareAs(s till.Sharing) (paylink.Share, error) {
	var made paylink.Share
	_, err := r.Once(context.Background(), nil, r.Shares(s), func(c till.Changed) (int, string, []byte) {
		made = c.Share
		return 201, c.Share.ID, nil
	})
	return made, err
}

// must is share that works.
func (r *mailRig) must(linkID string, to ...string) paylink.Share {
	r.t.Helper()
	s, err := r.share(linkID, to...)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// send sends all that is due.
func (r *mailRig) send() {
	r.t.Helper()
	for {
		n, err := r.Mail(context.Background(), 20)
		if err != nil {
			r.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// later moves the clock and sends.
func (r *mailRig) later(d time.Duration) {
	r.t.Helper()
	r.gateway.elapsed += d
	if err := r.db.SetClockOffset(context.Background(), r.gateway.elapsed); err != nil {
		r.t.Fatal(err)
	}
	r.send()
}

// mails are the letters in the book, oldest first.
func (r *mailRig) mails(f paylink.MailFilter) (out []paylink.Mail) {
	r.t.Helper()
	err := r.Read(context.Background(), func(rd paylink.Reader) error {
		list, err := rd.Mails(f)
		for i := range list {
			out = append(out, list[len(list)-1-i])
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// arrived are the letters that the mail server took: kind, address, Message-ID, text.
func (r *mailRig) arrived() (out [][4]string) {
	r.t.Helper()
	for _, l := range r.drop.Letters() {
		read, err := l.Open()
		if err != nil {
			r.t.Fatal(err)
		}
		out = append(out, [4]string{read.Subject, l.To[0], read.ID, read.Text})
	}
	return out
}
