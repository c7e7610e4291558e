package sqlstore

import (
	"slices"
	"time"

	"paylink"
)

const mailColumns = `id, merchant_id, kind, link_id, payment_id, share_id, recipient, name, language, state, tries, next_at,
	lease_till, last_error, message_id, created_at, done_at`

func mailDest(m *paylink.Mail) []any {
	return []any{&m.ID, &m.MerchantID, (*string)(&m.Kind), &m.LinkID, &m.PaymentID, &m.ShareID, &m.To, &m.Name, &m.Language,
		(*string)(&m.State), num(&m.Tries), at(&m.NextAt), at(&m.LeaseTill), &m.LastError, &m.MessageID, at(&m.CreatedAt), at(&m.DoneAt)}
}

func mailValues(m paylink.Mail) []any {
	return []any{m.ID, m.MerchantID, string(m.Kind), m.LinkID, m.PaymentID, m.ShareID, m.To, m.Name, m.Language,
		string(m.State), m.Tries, micros(m.NextAt), micros(m.LeaseTill), m.LastError, m.MessageID, micros(m.CreatedAt), micros(m.DoneAt)}
}

var (
	mailByID = selectFrom("mail", mailColumns, "WHERE id = $1")
	addMail  = insertInto("mail", mailColumns+", recipient_key") + " ON CONFLICT (payment_id, kind) WHERE payment_id <> '' DO NOTHING"
	saveMail = updateOf("mail", "state, tries, next_at, lease_till, last_error, done_at", "id = #1")
)

const (
	nthOfMerchant = "SELECT created_at FROM mail WHERE merchant_id = $1 AND kind = $2 ORDER BY created_at DESC LIMIT 1 OFFSET $3"
	nthOfAddress  = "SELECT created_at FROM mail WHERE recipient_key = $1 AND kind = $2 ORDER BY created_at DESC LIMIT 1 OFFSET $3"
)

// Mail implements paylink.Reader.
func (r *reader) Mail(id string) (paylink.Mail, error) {
	return find(r, "mail", id, mailDest, mailByID, id)
}

// Mails implements paylink.Reader.
func (r *reader) Mails(f paylink.MailFilter) ([]paylink.Mail, error) {
	filter := where(equals("merchant_id", f.MerchantID), equals("link_id", f.LinkID))
	if f.PaymentID != "" {
		filter = append(filter, literal("payment_id <> ''"), equals("payment_id", f.PaymentID))
	}
	if f.ShareID != "" {
		filter = append(filter, literal("share_id <> ''"), equals("share_id", f.ShareID))
	}
	return list(r, mailDest, "mail", mailColumns, f.Paging, filter)
}

// NthMail implements paylink.Reader.
func (r *reader) NthMail(kind paylink.MailKind, merchantID, to string, n int) (time.Time, error) {
	text, whose := nthOfMerchant, merchantID
	if merchantID == "" {
		text, whose = nthOfAddress, paylink.Mailbox(to)
	}
	stamp, err := scalar[int64](r, text, whose, string(kind), n-1)
	return fromMicros(stamp), err
}

// AddMail implements paylink.Tx.
func (t *tx) AddMail(m paylink.Mail) (bool, error) {
	added, err := t.did(addMail, append(mailValues(m), paylink.Mailbox(m.To))...)
	if added && !m.NextAt.IsZero() && !m.NextAt.After(t.Now()) {
		t.woke = true
	}
	return added, err
}

// SaveMail implements paylink.Tx. What a letter is about never changes.
func (t *tx) SaveMail(m paylink.Mail) error {
	saved, err := t.did(saveMail, string(m.State), m.Tries, micros(m.NextAt), micros(m.LeaseTill), m.LastError, micros(m.DoneAt), m.ID)
	if err == nil && !saved {
		err = notFound("mail", m.ID)
	}
	return err
}

func dueMails(e *engine) string {
	return `WITH due AS MATERIALIZED (
		SELECT id FROM mail WHERE next_at > 0 AND next_at <= $1 AND lease_till <= $1 ORDER BY next_at, id LIMIT $2` + e.skip + `)
	UPDATE mail SET lease_till = $3 WHERE id IN (SELECT id FROM due)
	RETURNING ` + mailColumns
}

// DueMails implements paylink.Tx; the longest overdue come first.
func (t *tx) DueMails(limit int, lease time.Duration) ([]paylink.Mail, error) {
	now := t.Now()
	list, err := claimed(t, mailDest, dueMails(t.engine), micros(now), limit, micros(now.Add(lease)))
	slices.SortFunc(list, func(a, b paylink.Mail) int { return a.NextAt.Compare(b.NextAt) })
	return list, err
}
