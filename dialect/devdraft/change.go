package devdraft

import (
	"net/http"
	"reflect"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// updateLink changes what is sent of a link (DEV-update: partial). A whole link as it
// was answered can be sent back.
func (h *Handler) updateLink(c call) (answer, error) {
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	id, ok := linkID(c.PathValue("id"))
	if !ok {
		return answer{}, unknown("Payment link")
	}
	var t terms
	var m means
	return h.once(c, claim, func(tx paylink.Tx) (done till.Changed, err error) {
		l, err := tx.LockLink(id)
		if err != nil || l.MerchantID != c.merchant {
			return done, orElse(absent(err, "Payment link"), unknown("Payment link"))
		}
		l, standing, err := h.Till.Told(tx, l)
		if err != nil {
			return done, err
		}
		was, err := termsOf(l, standing)
		if err != nil {
			return done, err
		}
		url, err := h.Till.URLOf(tx, id)
		if err != nil {
			return done, err
		}
		if t, err = h.changed(c.body, was, url); err != nil {
			return done, err
		}
		if m, err = t.find(tx, c.merchant, was); err != nil {
			return done, err
		}
		if l.Dialect != Name && !reflect.DeepEqual(t, was.pausedAs(t)) {
			return done, problem(409, "another API made this payment link; its status can be changed here, the rest where it was made")
		}
		if done, err = h.Till.Amends(till.Amendment{LinkID: id, MerchantID: c.merchant, Edit: func(l *paylink.Link, _ paylink.Standing) error {
			if l.Dialect != Name {
				l.Paused = t.Paused
				return nil
			}
			if err := t.onto(l, m, was); err != nil {
				return err
			}
			if l.MaxUses > 0 && l.MaxUses < l.Reserved+l.Succeeded {
				return problem(400, []string{"maxPayments must not be less than the payments that were made or are under way"})
			}
			return nil
		}})(tx); err != nil {
			return done, err
		}
		_, standing, err = h.Till.Stands(tx, done.Link)
		t.Status = status(done.Link, standing)
		return done, err
	}, func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Link.ID, h.shown(d.Link, t, m, d.URL)
	})
}

// pausedAs is t with what another says of its status.
func (t terms) pausedAs(o terms) terms {
	t.Paused, t.Status = o.Paused, o.Status
	return t
}

// changed are terms with what a body asks for.
func (h *Handler) changed(body dialect.Value, was terms, url string) (terms, error) {
	r := &reader{Value: body}
	t := was
	slug := ""
	if v, _ := r.Member("url"); v.Text != url { // that of a link without a slug is no slug
		r.slug(&slug)
	}
	if slug != "" && !strings.EqualFold(slug, was.Slug) {
		r.wrong("url can't be changed")
	}
	r.word("linkType", &t.LinkType, invoice, productLink, collection, donation, subscription)
	if t.LinkType != was.LinkType {
		r.wrong("linkType can't be changed")
	}
	r.terms(&t)
	if was.Limit == nil && t.Limit != nil && *t.Limit == was.limited() && t.MaxPayments == was.MaxPayments {
		t.Limit = nil // it was answered, and is sent back
	}
	if r.word("status", &t.Status, active, idle, expired); r.has("status") && t.Status != expired {
		t.Paused = t.Status == idle
	}
	if t.Status == expired && was.Status != expired {
		r.wrong("status can be set to ACTIVE and INACTIVE; a link expires by its expiration_date")
	}
	if _, ours := currencies[t.Currency]; ours { // what others' links cost is not changed here
		r.rules(&t)
	}
	return t, r.err()
}
