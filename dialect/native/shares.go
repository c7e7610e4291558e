package native

import (
	"fmt"
	"net/http"

	"paylink"
	"paylink/till"
)

const (
	maxRecipient = 100
	maxMessage   = 1024
)

// shareLink sends a link to people by mail.
func (h *Handler) shareLink(c call) (answer, error) {
	// A link that is not the caller's is unknown, whatever else is wrong.
	change := func(tx paylink.Tx) (till.Changed, error) {
		l, err := tx.Link(c.id())
		if _, err = owned(l, err, l.MerchantID == c.merchant); err != nil {
			return till.Changed{}, err
		}
		s, err := c.sharing()
		if err != nil {
			return till.Changed{}, err
		}
		return h.Till.Shares(s)(tx)
	}
	return h.once(c, "link", change, func(d till.Changed) (int, string, any) {
		return http.StatusCreated, d.Share.ID, d.Share.View(d.Mails)
	})
}

func (c call) sharing() (till.Sharing, error) {
	e := c.begin(true, "recipients", "message", "merchant_copy")
	s := till.Sharing{LinkID: c.id(), MerchantID: c.merchant, Copy: e.flag(c.body, "", "merchant_copy")}
	e.line("message", &s.Message, maxMessage)
	if _, given := member(c.body, "recipients"); !given {
		e.fault("recipients", "required", "say whom to send it to")
	}
	for i, item := range e.items(c.body, "", "recipients", till.MostRecipients) {
		path := fmt.Sprintf("recipients[%d]", i)
		if !e.object(path, item, "name", "email") {
			continue
		}
		to := paylink.Recipient{Name: e.text(item, path, "name", maxRecipient), Email: e.text(item, path, "email", maxEmail)}
		if to.Email == "" {
			if _, given := member(item, "email"); !given {
				e.fault(path+".email", "required", "a letter needs an address")
			}
		}
		s.Recipients = append(s.Recipients, to)
	}
	return s, e.faults.Err()
}

// viewShare is a share with what became of its letters.
func viewShare(r paylink.Reader, s paylink.Share) (any, error) {
	mails, err := r.Mails(paylink.MailFilter{MerchantID: s.MerchantID, ShareID: s.ID, Paging: paylink.Paging{Limit: till.MostRecipients + 1}})
	return s.View(mails), err
}

func (h *Handler) listShares(c call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	a, err := listed(h, c, q, func(r paylink.Reader, p paylink.Paging) ([]paylink.Share, error) {
		l, err := r.Link(c.id())
		if _, err = owned(l, err, l.MerchantID == c.merchant); err != nil {
			return nil, err
		}
		return r.Shares(paylink.ShareFilter{MerchantID: c.merchant, LinkID: l.ID, Paging: p})
	}, viewShare)
	if paylink.KindOf(err) == paylink.NotFound {
		err = unknown("link")
	}
	return a, err
}

func (h *Handler) readShare(c call) (answer, error) {
	return h.readOne(c, "share", func(r paylink.Reader) (any, error) {
		s, err := r.Share(c.id())
		if s, err = owned(s, err, s.MerchantID == c.merchant); err != nil {
			return nil, err
		}
		return viewShare(r, s)
	})
}
