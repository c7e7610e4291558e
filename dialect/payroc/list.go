package payroc

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"

	"paylink"
	"paylink/dialect"
)

// list gives the links of a terminal, oldest first, whichever API made them.
func (h *Handler) list(c call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	var rows []paylink.Link
	var t paylink.Terminal
	var previous, next bool
	err = h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		if t, err = c.terminal(r); err != nil {
			return err
		}
		filter := q.stored(c.merchant, t.ID)
		from, err := c.cursor(r, q, t)
		if err != nil {
			return err
		}
		w := walk[paylink.Link]{prefix: paylink.PrefixLink, choosy: len(q.filters) > 0,
			id: func(l paylink.Link) string { return l.ID },
			read: func(p paylink.Paging) ([]paylink.Link, error) {
				filter.Paging = p
				return r.Links(filter)
			},
			takes: func(l paylink.Link) (bool, error) {
				p, err := h.told(r, l, t, "")
				if errors.Is(err, unknownLink) {
					return false, nil
				}
				return err == nil && q.takes(l, p), err
			}}
		rows, previous, next, err = w.page(from, q.before != "", q.limit)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	out, err := h.shownAll(c, rows, t)
	if err != nil {
		return answer{}, err
	}
	path := "/v1/processing-terminals/" + url.PathEscape(c.PathValue("processingTerminalId")) + "/payment-links"
	return answer{status: http.StatusOK, body: dialect.JSON(pageOf(h.Till.BaseURL, path, q, out, previous, next,
		func(p paymentLink) string { return p.PaymentLinkID }))}, nil
}

// drawID makes an id of Payroc's form: ten capitals and digits, 50 random bits. They
// are names, not secrets.
func drawID() string { return rand.Text()[:10] }

// shownAll is links of a terminal in Payroc's words. Those that other APIs made get
// their ids here, when they are first seen.
func (h *Handler) shownAll(c call, rows []paylink.Link, t paylink.Terminal) ([]paymentLink, error) {
	out, objects := []paymentLink{}, make([]string, 0, len(rows))
	for _, l := range rows {
		objects = append(objects, l.ID)
	}
	ids, err := h.Till.ForeignIDs(c.Context(), Name, paylink.PrefixLink, objects, drawID)
	if err != nil {
		return nil, err
	}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		for _, l := range rows {
			p, err := h.told(r, l, t, ids[l.ID])
			if err != nil {
				return err
			}
			url, err := h.Till.URLOf(r, l.ID)
			if err != nil {
				return err
			}
			out = append(out, p.shown(l, url))
		}
		return nil
	})
	return out, err
}

// cursor is our id of the link that the page lies before or after. It must be of
// this list's terminal; that it passes the filters is not asked, it may have changed.
func (c call) cursor(r paylink.Reader, q query, t paylink.Terminal) (string, error) {
	for name, id := range map[string]string{"before": q.before, "after": q.after} {
		if id == "" {
			continue
		}
		l, err := c.find(r, id, r.Link)
		if err != nil && !errors.Is(err, unknownLink) {
			return "", err
		}
		if err != nil || l.TerminalID != t.ID {
			return "", badRequest(fieldError{Parameter: name, Detail: "invalid value", Message: "'" + name + "' must be the paymentLinkId of a link in this list"})
		}
		return l.ID, nil
	}
	return "", nil
}
