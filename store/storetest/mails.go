package storetest

import (
	"context"
	"testing"
	"time"

	"paylink"
)

func newShare(l paylink.Link, to ...paylink.Recipient) paylink.Share {
	return paylink.Share{ID: next(paylink.PrefixShare), LinkID: l.ID, MerchantID: l.MerchantID, Method: paylink.SharedByEmail,
		Recipients: to, Message: "Dear Sarah,\n\nhere it is.\n", MerchantCopy: true, Foreign: next("")[16:], CreatedAt: then}
}

func newMail(l paylink.Link, to string) paylink.Mail {
	return paylink.Mail{ID: next(paylink.PrefixMail), MerchantID: l.MerchantID, Kind: paylink.MailShare, LinkID: l.ID, ShareID: "shr_x",
		To: to, Name: "Zoë", Language: "fr", State: paylink.MailWaiting, Tries: 2, NextAt: then, LastError: "why",
		MessageID: next("m") + "@pay.example", CreatedAt: then, DoneAt: then.Add(time.Second)}
}

var sarah, tom = paylink.Recipient{Name: "Sarah Hazel Hopper", Email: "Sarah.Hopper@example.com"}, paylink.Recipient{Name: "Tom", Email: "tom@example.com"}

func sharesAndMails(t *testing.T, s store) {
	l := seedLink(t, s)
	share, bare, m := newShare(l, sarah, tom), newShare(l), newMail(l, sarah.Email)
	bare.Recipients, bare.Foreign, bare.MerchantCopy = nil, "", false
	other := bare
	other.ID = next(paylink.PrefixShare)
	update(t, s, func(tx paylink.Tx) error {
		for _, v := range []paylink.Share{share, bare, other} {
			if err := tx.AddShare(v); err != nil {
				return err
			}
		}
		same(t, "a letter is queued", true)(tx.AddMail(m))
		return nil
	})
	err := s.View(context.Background(), func(r paylink.Reader) error {
		same(t, "share", share)(r.Share(share.ID))
		same(t, "share by foreign id", share)(r.ShareByForeign(l.MerchantID, share.Foreign))
		same(t, "share of nobody", bare)(r.Share(bare.ID))
		same(t, "mail", m)(r.Mail(m.ID))
		for _, unknown := range []error{second(r.Share("shr_0")), second(r.ShareByForeign("mer_2", share.Foreign)),
			second(r.ShareByForeign(l.MerchantID, "")), second(r.Mail("mail_0"))} {
			kind(t, "an unknown one", unknown, paylink.NotFound, "")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	again := newShare(l)
	again.Foreign = share.Foreign
	err = s.Update(context.Background(), func(tx paylink.Tx) error { return tx.AddShare(again) })
	kind(t, "a foreign id twice", err, paylink.Conflict, "share_taken")
	m.State, m.Tries, m.NextAt, m.LeaseTill, m.LastError, m.DoneAt = paylink.MailFailed, 3, time.Time{}, then, "no", then
	update(t, s, func(tx paylink.Tx) error { return tx.SaveMail(m) })
	equal(t, "a letter that was saved", view(t, s, func(r paylink.Reader) (paylink.Mail, error) { return r.Mail(m.ID) }), m)
	m.ID = "mail_0"
	err = s.Update(context.Background(), func(tx paylink.Tx) error { return tx.SaveMail(m) })
	kind(t, "an unknown letter", err, paylink.NotFound, "")
}

func second[T any](_ T, err error) error { return err }

func sharedWith(t *testing.T, s store) {
	shown, hidden := seedLink(t, s), seedLink(t, s)
	stranger := seedLink(t, s, func(l *paylink.Link) { l.MerchantID = "mer_2" })
	one, two, theirs := newShare(shown, sarah, tom), newShare(shown, tom), newShare(stranger, sarah)
	m, receipt := newMail(shown, "a@example.com"), newMail(shown, "b@example.com")
	m.ShareID, receipt.ShareID, receipt.PaymentID, receipt.Kind = one.ID, "", "pay_1", paylink.MailReceipt
	update(t, s, func(tx paylink.Tx) error {
		for _, v := range []paylink.Share{one, two, theirs} {
			if err := tx.AddShare(v); err != nil {
				return err
			}
		}
		for _, v := range []paylink.Mail{m, receipt} {
			if _, err := tx.AddMail(v); err != nil {
				return err
			}
		}
		return nil
	})
	mine := merchant.ID
	err := s.View(context.Background(), func(r paylink.Reader) error {
		links := func(who paylink.Recipient) ([]paylink.Link, error) {
			return r.Links(paylink.LinkFilter{MerchantID: mine, Recipient: who})
		}
		shares := func(link string, who paylink.Recipient) ([]paylink.Share, error) {
			return r.Shares(paylink.ShareFilter{MerchantID: mine, LinkID: link, Recipient: who})
		}
		same(t, "links shared with an address", []paylink.Link{shown})(links(paylink.Recipient{Email: "SARAH.hopper@example.com"}))
		same(t, "links shared with a name", []paylink.Link{shown})(links(paylink.Recipient{Name: "Tom"}))
		same(t, "links shared with a person", []paylink.Link{shown})(links(tom))
		same(t, "names are compared whole", []paylink.Link(nil))(links(paylink.Recipient{Name: "Sarah"}))
		same(t, "one person has both", []paylink.Link(nil))(links(paylink.Recipient{Name: "Tom", Email: sarah.Email}))
		same(t, "shares of a link", []paylink.Share{two, one})(shares(shown.ID, paylink.Recipient{}))
		same(t, "shares of a link with a person", []paylink.Share{one})(shares(shown.ID, sarah))
		same(t, "shares with somebody", []paylink.Share{two, one})(shares("", paylink.Recipient{Email: tom.Email}))
		same(t, "shares of another link", []paylink.Share(nil))(shares(hidden.ID, tom))
		same(t, "letters of a share", []paylink.Mail{m})(r.Mails(paylink.MailFilter{ShareID: one.ID}))
		same(t, "letters of a payment", []paylink.Mail{receipt})(r.Mails(paylink.MailFilter{PaymentID: "pay_1"}))
		same(t, "letters of a link", []paylink.Mail{receipt, m})(r.Mails(paylink.MailFilter{MerchantID: mine, LinkID: shown.ID}))
		same(t, "letters of a merchant without any", []paylink.Mail(nil))(r.Mails(paylink.MailFilter{MerchantID: "mer_2"}))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func receiptOnce(t *testing.T, s store) {
	l := seedLink(t, s)
	won := together(t, s, 64, func(tx paylink.Tx) (bool, error) {
		m := newMail(l, "a@example.com")
		m.Kind, m.PaymentID = paylink.MailReceipt, "pay_1"
		return tx.AddMail(m)
	})
	equal(t, "receipts of one payment", won, 1)
}

func nthMail(t *testing.T, s store) {
	l := seedLink(t, s)
	update(t, s, func(tx paylink.Tx) error {
		for i, to := range []string{"a@example.com", "A+tag@example.com", "b@example.com"} {
			m := newMail(l, to)
			m.CreatedAt = then.Add(time.Duration(i) * time.Minute)
			if _, err := tx.AddMail(m); err != nil {
				return err
			}
		}
		return nil
	})
	nth := func(merchantID, to string, n int) time.Time {
		return view(t, s, func(r paylink.Reader) (time.Time, error) { return r.NthMail(paylink.MailShare, merchantID, to, n) })
	}
	equal(t, "the merchant's newest", nth(l.MerchantID, "", 1), then.Add(2*time.Minute))
	equal(t, "the merchant's third", nth(l.MerchantID, "", 3), then)
	equal(t, "the merchant's fourth", nth(l.MerchantID, "", 4), time.Time{})
	equal(t, "an address's second", nth("", "a+other@EXAMPLE.com", 2), then)
	equal(t, "an address's third", nth("", "a@example.com", 3), time.Time{})
}

func dueMailsOnce(t *testing.T, s store) {
	l := seedLink(t, s)
	update(t, s, func(tx paylink.Tx) error {
		later, done := newMail(l, "later@example.com"), newMail(l, "done@example.com")
		later.NextAt, done.NextAt = tx.Now().Add(time.Hour), time.Time{}
		for _, m := range []paylink.Mail{later, done} {
			if _, err := tx.AddMail(m); err != nil {
				return err
			}
		}
		for range 60 {
			if _, err := tx.AddMail(newMail(l, "a@example.com")); err != nil {
				return err
			}
		}
		return nil
	})
	seen := drain(t, s, func(tx paylink.Tx) (ids []string, err error) {
		list, err := tx.DueMails(7, time.Minute)
		if len(list) > 7 {
			t.Errorf("asked for 7 and got %d", len(list))
		}
		for _, m := range list {
			ids = append(ids, m.ID)
			if !m.LeaseTill.Equal(tx.Now().Add(time.Minute)) {
				t.Errorf("the lease is till %v at %v", m.LeaseTill, tx.Now())
			}
		}
		return ids, err
	})
	equal(t, "letters that were claimed", len(seen), 60)
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s was claimed %d times", id, times)
		}
	}
	if err := s.SetClockOffset(context.Background(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx paylink.Tx) error {
		list, err := tx.DueMails(100, time.Minute)
		equal(t, "letters whose lease is over", len(list), 60)
		return err
	})
}

func lockedMerchant(t *testing.T, s store) {
	l := seedLink(t, s)
	won := together(t, s, 16, func(tx paylink.Tx) (bool, error) {
		if _, err := tx.LockMerchant(l.MerchantID); err != nil {
			return false, err
		}
		if last, err := tx.NthMail(paylink.MailShare, l.MerchantID, "", 3); err != nil || !last.IsZero() {
			return false, err
		}
		return tx.AddMail(newMail(l, "a@example.com"))
	})
	equal(t, "letters under a limit of three", won, 3)
}
