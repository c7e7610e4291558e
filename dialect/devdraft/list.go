package devdraft

import (
	"paylink"
	"paylink/dialect"
)

// listLinks gives the app's links, newest first, whatever API made them: a bare array.
func (h *Handler) listLinks(c call) (answer, error) {
	w, _, err := c.window()
	if err != nil {
		return answer{}, err
	}
	out := []paymentLink{}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		rows, _, err := walk(w, false, func(p paylink.Paging) ([]paylink.Link, error) {
			return r.Links(paylink.LinkFilter{MerchantID: c.merchant, Paging: p})
		}, func(l paylink.Link) string { return l.ID }, nil)
		m := means{products: map[string]paylink.Product{}}
		for _, l := range rows {
			v, _, err := h.look(r, l, m)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return err
	})
	return ok(out), err
}

// readLink gives one link, with its tax.
func (h *Handler) readLink(c call) (answer, error) {
	id, known := linkID(c.PathValue("id"))
	if !known {
		return answer{}, unknown("Payment link")
	}
	var v paymentLink
	err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		l, err := r.Link(id)
		if err != nil || l.MerchantID != c.merchant {
			return orElse(absent(err, "Payment link"), unknown("Payment link"))
		}
		var t terms
		if v, t, err = h.look(r, l, means{products: map[string]paylink.Product{}}); err != nil {
			return err
		}
		v.Tax, err = taxOf(r, l, t)
		return err
	})
	return ok(v), err
}

// look is a link as it is answered; m remembers products from one to the next.
func (h *Handler) look(r paylink.Reader, l paylink.Link, m means) (v paymentLink, t terms, err error) {
	l, standing, err := h.Till.Told(r, l)
	if err == nil {
		t, err = termsOf(l, standing)
	}
	if err != nil {
		return v, t, err
	}
	for _, it := range t.Items {
		if _, had := m.products[it.productID]; !had {
			if m.products[it.productID], err = r.Product(it.productID); err != nil {
				return v, t, err
			}
		}
	}
	url := ""
	if t.Slug == "" {
		url, err = h.Till.URLOf(r, l.ID)
	}
	return h.shown(l, t, m, url), t, err
}

// taxOf is the tax at the rate that the link has it, null without.
func taxOf(r paylink.Reader, l paylink.Link, t terms) ([]byte, error) {
	if t.TaxID == "" {
		return []byte("null"), nil
	}
	v, err := r.Tax(t.TaxID)
	if err != nil {
		return nil, err
	}
	if levy := l.Price.Tax; levy != nil {
		v.Name, v.Percent = levy.Name, levy.Percent
	}
	return dialect.JSON(linkTax{UUID(paylink.PrefixTax, v.ID), v.Name, percentage(v.Percent), v.Description}), nil
}
