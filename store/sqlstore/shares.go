package sqlstore

import (
	"strings"

	"paylink"
)

const shareColumns = "id, link_id, merchant_id, method, recipients, message, merchant_copy, foreign_id, created_at"

func shareDest(s *paylink.Share) []any {
	return []any{&s.ID, &s.LinkID, &s.MerchantID, &s.Method, document{&s.Recipients}, &s.Message, &s.MerchantCopy, &s.Foreign,
		at(&s.CreatedAt)}
}

var (
	shareByID      = selectFrom("share", shareColumns, "WHERE id = $1")
	shareByForeign = selectFrom("share", shareColumns, "WHERE merchant_id = $1 AND foreign_id = $2 AND foreign_id <> ''")
	addShare       = insertInto("share", shareColumns) + " ON CONFLICT (merchant_id, foreign_id) WHERE foreign_id <> '' DO NOTHING"
	addRecipient   = insertInto("share_recipient", "share_id, n, link_id, merchant_id, name, email")
)

// Share implements paylink.Reader.
func (r *reader) Share(id string) (paylink.Share, error) {
	return find(r, "share", id, shareDest, shareByID, id)
}

// ShareByForeign implements paylink.Reader.
func (r *reader) ShareByForeign(merchantID, foreign string) (paylink.Share, error) {
	return find(r, "share", foreign, shareDest, shareByForeign, merchantID, foreign)
}

// Shares implements paylink.Reader.
func (r *reader) Shares(f paylink.ShareFilter) ([]paylink.Share, error) {
	filter := where(equals("merchant_id", f.MerchantID), equals("link_id", f.LinkID))
	return list(r, shareDest, "share", shareColumns, f.Paging, append(filter, sharedWith("id", "share_id", f.MerchantID, f.Recipient)...))
}

// sharedWith asks that a column is among those of the rows of share_recipient that
// are about somebody; nothing where nobody is named.
func sharedWith(column, among, merchantID string, who paylink.Recipient) []condition {
	if who == (paylink.Recipient{}) {
		return nil
	}
	return []condition{{made: func(arg func(any) string) string {
		text := column + " IN (SELECT " + among + " FROM share_recipient WHERE merchant_id = " + arg(merchantID)
		if who.Email != "" {
			text += " AND email = " + arg(strings.ToLower(who.Email))
		}
		if who.Name != "" {
			text += " AND name = " + arg(who.Name)
		}
		return text + ")"
	}}}
}

// AddShare implements paylink.Tx.
func (t *tx) AddShare(s paylink.Share) error {
	added, err := t.did(addShare, s.ID, s.LinkID, s.MerchantID, s.Method, encode(s.Recipients), s.Message, truth(s.MerchantCopy),
		s.Foreign, micros(s.CreatedAt))
	if err == nil && !added {
		err = conflict("share_taken", "the merchant has a share of the id "+s.Foreign+"; choose another")
	}
	if err != nil {
		return err
	}
	for i, to := range s.Recipients {
		if err := t.put(addRecipient, s.ID, i, s.LinkID, s.MerchantID, to.Name, strings.ToLower(to.Email)); err != nil {
			return err
		}
	}
	return nil
}

// LockMerchant implements paylink.Tx.
func (t *tx) LockMerchant(id string) (paylink.Merchant, error) {
	defer t.waited()
	return find(&t.reader, "merchant", id, merchantDest, merchantByID+t.engine.lock, id)
}
