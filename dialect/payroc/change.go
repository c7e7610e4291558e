package payroc

import (
	"net/http"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// retrieve reads a link.
func (h *Handler) retrieve(c call) (answer, error) {
	var out paymentLink
	err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		l, err := c.find(r, c.PathValue("paymentLinkId"), r.Link)
		if err != nil {
			return err
		}
		out, err = h.show(r, l, c.PathValue("paymentLinkId"))
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: dialect.JSON(out)}, nil
}

// show is a link of ours as it is now.
func (h *Handler) show(r paylink.Reader, l paylink.Link, id string) (p paymentLink, err error) {
	t, err := r.Terminal(l.TerminalID)
	if err != nil {
		return p, err
	}
	if p, err = h.told(r, l, t, id); err != nil {
		return p, err
	}
	url, err := h.Till.URLOf(r, l.ID)
	return p.shown(l, url), err
}

// deactivate ends a link for ever. It takes no key and looks at no body. What is
// deactivated or completed can't be.
func (h *Handler) deactivate(c call) (answer, error) {
	return h.change(c, nil, func(tx paylink.Tx, l paylink.Link) (till.Changed, error) {
		return h.Till.Closes(till.Closing{LinkID: l.ID, MerchantID: c.merchant, Reason: Name})(tx)
	})
}

// patch changes a link by a JSON Patch. A singleUse link gets a new URL with every
// change, and the old one opens it no more (OpenAPI, partially-update).
func (h *Handler) patch(c call) (answer, error) {
	claim, err := c.claim()
	if err != nil {
		return answer{}, err
	}
	doc, err := readPatch(c.body)
	if err != nil {
		return answer{}, err
	}
	return h.change(c, claim, func(tx paylink.Tx, l paylink.Link) (done till.Changed, err error) {
		edit, err := h.patched(tx, l, c.PathValue("paymentLinkId"), doc)
		if err != nil {
			return done, err
		}
		if !doc.updates() {
			done.Link = l
			done.URL, err = h.Till.URLOf(tx, l.ID)
			return done, err
		}
		return h.Till.Amends(till.Amendment{LinkID: l.ID, MerchantID: c.merchant, Rotate: l.MaxUses == 1,
			Edit: func(l *paylink.Link, _ paylink.Standing) error { return edit(l) }})(tx)
	})
}

// patched is what a document does to a link, if it may.
func (h *Handler) patched(tx paylink.Tx, l paylink.Link, id string, doc patch) (edit func(*paylink.Link) error, err error) {
	was, err := h.show(tx, l, id)
	if err != nil {
		return nil, err
	}
	p, err := doc.apply(was)
	if err != nil {
		return nil, err
	}
	t, err := tx.Terminal(l.TerminalID)
	if err != nil {
		return nil, err
	}
	priced, _, err := h.Till.Stands(tx, l)
	if err != nil {
		return nil, err
	}
	return func(l *paylink.Link) error { return p.edit(l, priced.Price, t, was) }, p.fits(was, t, tx.Now())
}

// change does one thing to a link that is neither deactivated for ever nor completed, under
// the caller's key where the route takes one, and answers what became of the link.
func (h *Handler) change(c call, claim *paylink.Claim, do func(paylink.Tx, paylink.Link) (till.Changed, error)) (answer, error) {
	var p paymentLink
	id := c.PathValue("paymentLinkId")
	a, err := h.Till.Once(c.Context(), claim, func(tx paylink.Tx) (done till.Changed, err error) {
		l, err := c.find(tx, id, tx.LockLink)
		if err != nil {
			return done, err
		}
		_, standing, err := h.Till.Stands(tx, l)
		if err != nil {
			return done, err
		}
		if is := status(standing); is == "completed" || (is == "deactivated" && standing != paylink.Paused) {
			return done, cannotBeModified
		}
		if done, err = do(tx, l); err != nil {
			return done, err
		}
		t, err := tx.Terminal(l.TerminalID)
		if err != nil {
			return done, err
		}
		p, err = h.told(tx, done.Link, t, id)
		return done, err
	}, func(done till.Changed) (int, string, []byte) {
		return http.StatusOK, done.Link.ID, dialect.JSON(p.shown(done.Link, done.URL))
	})
	return answer{status: a.Status, body: a.Body}, err
}
