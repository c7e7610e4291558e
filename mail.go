package paylink

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"
)

// MailKind is what a letter is about.
type MailKind string

const (
	MailShare     MailKind = "share"      // a link, to somebody who may pay it
	MailShareCopy MailKind = "share_copy" // what was sent to whom, to the merchant
	MailReceipt   MailKind = "receipt"    // what was paid, to the payer
)

// MailState is where a letter is.
type MailState string

const (
	MailWaiting   MailState = "waiting"
	MailSent      MailState = "sent"      // a server has taken it on
	MailFailed    MailState = "failed"    // refused for good, or all tries used
	MailCancelled MailState = "cancelled" // no longer true when its turn came
)

// Mail is one letter to one person in the outbox. It names the rows that it tells of
// and holds no text: the text is written when the letter is sent, so that it never
// holds the URL of a link that got another one since, and a link that was paid in the
// meantime is not sent at all.
type Mail struct {
	ID         string
	MerchantID string
	Kind       MailKind
	LinkID     string
	PaymentID  string // of a receipt
	ShareID    string // of what was shared
	To         string // address, checked by CheckEmail
	Name       string // may be empty
	Language   string // BCP 47; empty: English
	State      MailState
	Tries      int
	NextAt     time.Time // zero once it is sent or given up
	LeaseTill  time.Time
	LastError  string // why the last try failed, or why it was given up; merchants read it
	// MessageID is the header of that name without its brackets, the same over all
	// tries: receivers know a letter that came twice by it (RFC 5322 section 3.6.4).
	MessageID string
	CreatedAt time.Time
	DoneAt    time.Time
}

// Unsent reports whether the letter came to its end without having been sent.
func (m Mail) Unsent() bool { return m.State == MailFailed || m.State == MailCancelled }

// MailFilter narrows a list of letters; empty fields do not.
type MailFilter struct {
	MerchantID string
	LinkID     string
	PaymentID  string
	ShareID    string
	Paging
}

// MailView is a letter in paylink's own words.
type MailView struct {
	ID        string     `json:"id"`
	Object    string     `json:"object"` // "mail"
	Kind      MailKind   `json:"kind"`
	Link      string     `json:"link"`
	Payment   string     `json:"payment,omitempty"`
	Share     string     `json:"share,omitempty"`
	To        string     `json:"to"`
	Name      string     `json:"name,omitempty"`
	State     MailState  `json:"state"`
	Tries     int        `json:"tries"`
	Reason    string     `json:"reason,omitempty"`
	MessageID string     `json:"message_id"`
	CreatedAt time.Time  `json:"created_at"`
	NextAt    *time.Time `json:"next_try_at,omitempty"`
	DoneAt    *time.Time `json:"done_at,omitempty"`
}

// View is the letter for the wire.
func (m Mail) View() MailView {
	return MailView{ID: m.ID, Object: "mail", Kind: m.Kind, Link: m.LinkID, Payment: m.PaymentID, Share: m.ShareID, To: m.To,
		Name: m.Name, State: m.State, Tries: m.Tries, Reason: m.LastError, MessageID: m.MessageID, CreatedAt: m.CreatedAt,
		NextAt: orNil(m.NextAt), DoneAt: orNil(m.DoneAt)}
}

// Message is a letter as it is handed to a Postman. Its texts are UTF-8 and of any
// content: whoever writes them into headers must encode them.
type Message struct {
	ID        string // Message-ID without its brackets
	At        time.Time
	Sender    string    // shown beside the server's own address: the merchant's name
	To        Recipient // Name may be empty
	ReplyTo   Recipient // Email empty: without one
	Language  string
	Subject   string
	Text      string
	HTML      string
	Automatic bool // answers an act of the recipient's, like a receipt (RFC 3834: auto-replied)
}

// Postman hands letters to whoever carries them.
type Postman interface {
	// Send gives nil once a server has taken the letter on, else an Undelivered. It ends
	// when ctx does.
	Send(ctx context.Context, m Message) error
}

// Undelivered says why a letter was not taken.
type Undelivered struct {
	// Permanent: it was refused for good; another try is of no use.
	Permanent bool
	// Ours: the server could not be reached or did not let us in. Why is for whoever runs
	// this program, not for merchants.
	Ours bool
	// Perhaps: the answer to its last byte was lost, and it may have been taken.
	Perhaps bool
	Err     error
}

func (u *Undelivered) Error() string { return u.Err.Error() }

func (u *Undelivered) Unwrap() error { return u.Err }

// Mailbox is what letters to an address are counted by: its small letters, without the
// tag behind a plus (RFC 5233), which most servers put into the same mailbox.
func Mailbox(address string) string {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	if untagged, _, _ := strings.Cut(local, "+"); untagged != "" {
		local = untagged
	}
	return local + "@" + domain
}

// CheckEmail judges an address that we shall write to: a local part and a domain
// (RFC 5321 section 4.5.3.1: 64 and 255 octets, 254 in all by erratum 1690), without
// a name, quotes or comments. Addresses that are not ASCII are refused: few servers
// on the way take them (RFC 6531), and a letter must not depend on luck.
func CheckEmail(s string) error {
	local, domain, _ := strings.Cut(s, "@")
	for _, r := range s {
		if r <= ' ' || r >= 0x7f {
			return errors.New("must be written in ASCII, without blanks; write the domain of an international address in its xn-- form")
		}
	}
	a, err := mail.ParseAddress(s)
	switch {
	case err != nil || a.Address != s || a.Name != "" || strings.ContainsAny(s, `"()<>,;:\[]`):
		return errors.New("must be an address like name@example.com")
	case len(local) > 64 || len(s) > 254:
		return errors.New("is too long for an address")
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label {
			return errors.New("must have a domain like example.com")
		}
		for _, r := range label {
			if r != '-' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') {
				return errors.New("must have a domain like example.com")
			}
		}
	}
	return nil
}
