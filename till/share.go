package till

import (
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"

	"paylink"
	"paylink/internal/fault"
)

// Bounds of one share. Texts are counted in characters.
const (
	MostRecipients = 50   // trust.md section 3, "Mail bombing"
	MostMessage    = 1024 // Payroc OpenAPI, maxLength
	MostName       = 200  // more than a mail program shows
)

// MailLimit is how many letters that share links may be queued in a span of time.
type MailLimit struct {
	Letters int
	In      time.Duration
}

// MailLimits are bounds against misuse: by one merchant, and to one address whoever
// writes to it. Copies to merchants and receipts do not count. A part that is empty
// bounds nothing.
type MailLimits struct {
	Merchant []MailLimit
	Address  []MailLimit
}

// UsualMailLimits keep a stolen API key from becoming a mail cannon, and let a shop
// send its day's invoices.
var UsualMailLimits = MailLimits{
	Merchant: []MailLimit{{500, time.Hour}, {2000, 24 * time.Hour}},
	Address:  []MailLimit{{10, time.Hour}, {30, 24 * time.Hour}},
}

// Sharing says which link to send to whom.
type Sharing struct {
	LinkID     string
	MerchantID string // who asks; a link of others looks unknown
	Recipients []paylink.Recipient
	Message    string
	Copy       bool // a letter to the merchant, too
}

// check judges what does not depend on the book. Fields are named by their path in
// our own words.
func (s Sharing) check() error {
	var f paylink.Faults
	switch n := len(s.Recipients); {
	case n == 0:
		f.Add("recipients", "required", "must name somebody")
	case n > MostRecipients:
		f.Add("recipients", "too_many", "must not be more than "+strconv.Itoa(MostRecipients)+" at a time")
	}
	for i, to := range s.Recipients[:min(len(s.Recipients), MostRecipients)] {
		at := "recipients[" + strconv.Itoa(i) + "]."
		switch err := paylink.CheckText(to.Name); {
		case err != nil:
			f.Add(at+"name", "text", err.Error())
		case strings.ContainsAny(to.Name, "\r\n\t"):
			f.Add(at+"name", "text", "must be one line")
		case len([]rune(to.Name)) > MostName:
			f.Add(at+"name", "too_long", "must not be longer than "+strconv.Itoa(MostName)+" characters")
		case paylink.HoldsCardNumber(to.Name): // trust.md H-49: kept nowhere
			f.Add(at+"name", "card_number", "must not hold a card number")
		}
		if err := paylink.CheckEmail(to.Email); err != nil {
			f.Add(at+"email", "email", err.Error())
		}
	}
	switch err := paylink.CheckText(s.Message); {
	case err != nil:
		f.Add("message", "text", err.Error())
	case len([]rune(s.Message)) > MostMessage:
		f.Add("message", "too_long", "must not be longer than "+strconv.Itoa(MostMessage)+" characters")
	case paylink.HoldsCardNumber(s.Message):
		f.Add("message", "card_number", "must not hold a card number")
	}
	return f.Err()
}

// Shares sends a link to people: the share, a letter to each, and the event are
// committed together; the letters leave by Mail. A link that can't be paid any more is
// a Conflict ("link_" and its standing: link_expired); too many letters are Limited;
// a till without a Post is Unavailable (mail_off).
func (t *Till) Shares(s Sharing) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		if t.Post == nil {
			return done, paylink.E(paylink.Unavailable, "mail_off", "this server sends no mail: its operator has to configure a mail server first")
		}
		if err := s.check(); err != nil {
			return done, err
		}
		l, err := tx.LockLink(s.LinkID)
		if err == nil && l.MerchantID != s.MerchantID {
			err = paylink.E(paylink.NotFound, "link_unknown", "no such link")
		}
		if err != nil {
			return done, err
		}
		var standing paylink.Standing
		if done.Link, done.URL, standing, err = t.offered(tx, l.ID); err != nil {
			return done, err
		}
		if err := sharable(standing); err != nil {
			return done, err
		}
		m, err := tx.LockMerchant(l.MerchantID)
		if err != nil {
			return done, err
		}
		if s.Copy && paylink.CheckEmail(m.Email) != nil {
			return done, paylink.E(paylink.Invalid, "merchant_email", "a copy can't be sent: the merchant has no e-mail address here")
		}
		if err := t.Post.limits().allow(tx, s); err != nil {
			return done, err
		}
		done.Share, done.Mails, err = t.share(tx, l, m, s)
		fault.Point("K03.before")
		return done, err
	}
}

func sharable(s paylink.Standing) error {
	why := map[paylink.Standing]string{
		paylink.Closed:     "the link was closed; make a new one",
		paylink.UsedUp:     "the link was paid as often as it may be; make a new one",
		paylink.Expired:    "the link has expired; make a new one, or let it live longer",
		paylink.Paused:     "the link is paused; let it go on first",
		paylink.OffSale:    "what the link sells is not sold at present",
		paylink.Settled:    "what the link asks for was paid already",
		paylink.WrittenOff: "what the link asks for was written off",
	}[s]
	return unless(why == "", paylink.E(paylink.Conflict, "link_"+string(s), why))
}

// share writes the rows.
func (t *Till) share(tx paylink.Tx, l paylink.Link, m paylink.Merchant, s Sharing) (paylink.Share, []paylink.Mail, error) {
	sh := paylink.Share{ID: paylink.NewID(paylink.PrefixShare, tx.Now()), LinkID: l.ID, MerchantID: l.MerchantID,
		Method: paylink.SharedByEmail, Recipients: s.Recipients, Message: s.Message, MerchantCopy: s.Copy, CreatedAt: tx.Now()}
	err := errors.New("no share yet")
	for err != nil { // 50 random bits: hardly ever a second time
		sh.Foreign = rand.Text()[:10]
		if err = tx.AddShare(sh); err != nil && paylink.CodeOf(err) != "share_taken" {
			return sh, nil, err
		}
	}
	letter := paylink.Mail{MerchantID: l.MerchantID, LinkID: l.ID, ShareID: sh.ID, Language: l.Page.Language}
	var mails []paylink.Mail
	queue := func(kind paylink.MailKind, to paylink.Recipient) error {
		one := letter
		one.Kind, one.To, one.Name = kind, to.Email, to.Name
		one, err := t.queue(tx, one)
		mails = append(mails, one)
		return err
	}
	for _, to := range s.Recipients {
		if err := queue(paylink.MailShare, to); err != nil {
			return sh, nil, err
		}
	}
	if s.Copy {
		if err := queue(paylink.MailShareCopy, paylink.Recipient{Name: m.Name, Email: m.Email}); err != nil {
			return sh, nil, err
		}
	}
	return sh, mails, addEvent(tx, sh.MerchantID, paylink.EventLinkShared, sh.ID, 1, sh.View(mails))
}

// allow judges the limits by the letters in the book. The merchant's row is held:
// nobody queues for the same merchant in between. Two merchants who write to one
// address at the same moment may pass its limit together, once.
func (m MailLimits) allow(r paylink.Reader, s Sharing) error {
	if err := within(r, m.Merchant, s.MerchantID, "", len(s.Recipients)); err != nil {
		return err
	}
	times := map[string]int{}
	for _, to := range s.Recipients {
		times[paylink.Mailbox(to.Email)]++
	}
	for to, n := range times {
		if err := within(r, m.Address, "", to, n); err != nil {
			return err
		}
	}
	return nil
}

// within judges n more letters. Of a limit of 10 the fourth newest must be old
// enough to leave room for 7 more.
func within(r paylink.Reader, limits []MailLimit, merchantID, to string, n int) error {
	for _, l := range limits {
		if n > l.Letters {
			return limited(to, l.In)
		}
		at, err := r.NthMail(paylink.MailShare, merchantID, to, l.Letters-n+1)
		if err != nil {
			return err
		}
		if wait := at.Add(l.In).Sub(r.Now()); !at.IsZero() && wait > 0 {
			return limited(to, wait)
		}
	}
	return nil
}

func limited(to string, wait time.Duration) error {
	whom := "by this merchant"
	if to != "" {
		whom = "to " + to
	}
	return &paylink.Error{Kind: paylink.Limited, Code: "mail_limit", After: wait,
		Text: "too many links were sent " + whom + " lately; try again in " + (wait.Truncate(time.Second) + time.Second).String()}
}
