package payroc

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"time"

	"paylink"
	"paylink/dialect"
)

// list gives the links of a terminal, oldest first, whichever API made them.
func (h *Handler) list(c call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	var found around[paylink.Link]
	var t paylink.Terminal
	err = h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		if t, err = c.terminal(r); err != nil {
			return err
		}
		from, err := c.cursor(r, q, t)
		if err != nil {
			return err
		}
		list, narrowed := q.stored(c.merchant, t.ID)
		w := walk[paylink.Link]{most: h.bounds(), prefix: paylink.PrefixLink, choosy: len(q.filters) > 0, id: linkID,
			read: linksOf(r, narrowed),
			takes: func(l paylink.Link) (bool, error) {
				p, err := h.told(r, l, t, "")
				if errors.Is(err, unknownLink) {
					return false, nil
				}
				return err == nil && q.takes(l, p), err
			}}
		if len(q.filters) > 0 {
			w.over = linksOf(r, list)
		}
		if !narrowed.CreatedFrom.IsZero() {
			w.since = paylink.IDAt(paylink.PrefixLink, narrowed.CreatedFrom)
			w.beyond = func(l paylink.Link) bool { return l.CreatedAt.After(narrowed.CreatedTill.Add(clocksDiffer)) }
		}
		found, err = w.page(from, q.before != "", q.limit)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	out, ids, err := h.shownAll(c, found.rows, t, found.cursors()...)
	if err != nil {
		return answer{}, err
	}
	path := "/v1/processing-terminals/" + url.PathEscape(c.PathValue("processingTerminalId")) + "/payment-links"
	return answer{status: http.StatusOK, body: dialect.JSON(pageOf(h.Till.BaseURL, path, q, out, ids[found.before], ids[found.after]))}, nil
}

// clocksDiffer is by how much the order of ids, which nodes make by their own clocks, may
// differ from that of times.
const clocksDiffer = time.Hour

func linkID(l paylink.Link) string { return l.ID }

func linksOf(r paylink.Reader, f paylink.LinkFilter) func(paylink.Paging) ([]paylink.Link, error) {
	return func(p paylink.Paging) ([]paylink.Link, error) {
		f.Paging = p
		return r.Links(f)
	}
}

// drawID makes an id of Payroc's form: ten capitals and digits, 50 random bits. They
// are names, not secrets.
func drawID() string { return rand.Text()[:10] }

// shownAll is links of a terminal in Payroc's words, with Payroc's ids of them and of
// others. Those that other APIs made get their ids here, when they are first seen.
func (h *Handler) shownAll(c call, rows []paylink.Link, t paylink.Terminal, others ...string) ([]paymentLink, map[string]string, error) {
	out, objects := []paymentLink{}, others
	for _, l := range rows {
		objects = append(objects, l.ID)
	}
	ids, err := h.Till.ForeignIDs(c.Context(), Name, paylink.PrefixLink, objects, drawID)
	if err != nil {
		return nil, nil, err
	}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		out = out[:0]
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
	return out, ids, err
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
