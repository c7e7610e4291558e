package paylink

import "time"

// SharedByEmail is the one way of sharing so far.
const SharedByEmail = "email"

// Share is a link sent to people at one time, with the same words to all of them.
type Share struct {
	ID         string
	LinkID     string
	MerchantID string
	Method     string // SharedByEmail
	Recipients []Recipient
	Message    string // the merchant's own words, plain text
	// MerchantCopy: the merchant got a letter, too, that says what was sent to whom.
	MerchantCopy bool
	// Foreign is a short name in the form that an API prescribes (Payroc: ten capitals
	// and digits); unique for a merchant.
	Foreign   string
	CreatedAt time.Time
}

// Recipient is whom a link is sent to.
type Recipient struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// ShareFilter narrows a list of shares; empty fields do not. Name and Email are of
// one recipient: the name whole, the address in whatever letter case.
type ShareFilter struct {
	MerchantID string
	LinkID     string
	Recipient  Recipient
	Paging
}

// ShareView is a share in paylink's own words: what webhooks carry.
type ShareView struct {
	ID           string          `json:"id"`
	Object       string          `json:"object"` // "share"
	Link         string          `json:"link"`
	Method       string          `json:"method"`
	Recipients   []RecipientView `json:"recipients"`
	Message      string          `json:"message,omitempty"`
	MerchantCopy bool            `json:"merchant_copy,omitempty"`
	Copy         *RecipientView  `json:"copy,omitempty"` // the letter to the merchant
	CreatedAt    time.Time       `json:"created_at"`
}

// RecipientView is whom a link was sent to, and what became of the letter.
type RecipientView struct {
	Name   string     `json:"name"`
	Email  string     `json:"email"`
	State  MailState  `json:"state"`
	Reason string     `json:"reason,omitempty"` // why it was not sent, or not yet
	SentAt *time.Time `json:"sent_at,omitempty"`
}

// View is the share for the wire, with what became of its letters.
func (s Share) View(mails []Mail) ShareView {
	v := ShareView{ID: s.ID, Object: "share", Link: s.LinkID, Method: s.Method, Recipients: []RecipientView{},
		Message: s.Message, MerchantCopy: s.MerchantCopy, CreatedAt: s.CreatedAt}
	for _, to := range s.Recipients {
		one := RecipientView{Name: to.Name, Email: to.Email, State: MailWaiting}
		for _, m := range mails {
			if m.Kind == MailShare && m.To == to.Email && m.Name == to.Name {
				one = m.recipient()
			}
		}
		v.Recipients = append(v.Recipients, one)
	}
	for _, m := range mails {
		if m.Kind == MailShareCopy {
			one := m.recipient()
			v.Copy = &one
		}
	}
	return v
}

// recipient is to whom a letter goes, with what became of it.
func (m Mail) recipient() RecipientView {
	v := RecipientView{Name: m.Name, Email: m.To, State: m.State, Reason: m.LastError}
	if m.State == MailSent {
		v.Reason, v.SentAt = "", orNil(m.DoneAt)
	}
	return v
}
