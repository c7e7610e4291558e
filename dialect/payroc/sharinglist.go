package payroc

import (
	"net/http"

	"paylink"
	"paylink/dialect"
)

// sharingEvents lists a link's shares, oldest first.
func (h *Handler) sharingEvents(c call) (answer, error) {
	q, err := c.queryOf(recipientFilters)
	if err != nil {
		return answer{}, err
	}
	out := []sharingEvent{}
	previous, next := "", ""
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		out = out[:0]
		l, err := c.find(r, c.PathValue("paymentLinkId"), r.Link)
		if err != nil {
			return err
		}
		from, err := sharingCursor(r, q, l)
		if err != nil {
			return err
		}
		filter := paylink.ShareFilter{MerchantID: c.merchant, LinkID: l.ID, Recipient: q.recipient()}
		w := walk[paylink.Share]{most: usual, prefix: paylink.PrefixShare,
			id: func(s paylink.Share) string { return s.ID },
			read: func(p paylink.Paging) ([]paylink.Share, error) {
				filter.Paging = p
				return r.Shares(filter)
			},
			takes: func(paylink.Share) (bool, error) { return true, nil }}
		found, err := w.page(from, q.before != "", q.limit)
		for _, s := range found.rows {
			out = append(out, toldShare(s))
		}
		if previous, next = "", ""; len(out) > 0 { // whose own pages are never cut short
			if found.before != "" {
				previous = out[0].SharingEventID
			}
			if found.after != "" {
				next = out[len(out)-1].SharingEventID
			}
		}
		return err
	})
	if err != nil {
		return answer{}, err
	}
	path := "/v1/payment-links/" + c.PathValue("paymentLinkId") + "/sharing-events"
	return answer{status: http.StatusOK, body: dialect.JSON(pageOf(h.Till.BaseURL, path, q, out, previous, next))}, nil
}

// sharingCursor is our id of the share that the page lies before or after. It must be
// of this list's link.
func sharingCursor(r paylink.Reader, q query, l paylink.Link) (string, error) {
	for name, id := range map[string]string{"before": q.before, "after": q.after} {
		if id == "" {
			continue
		}
		s, err := r.ShareByForeign(l.MerchantID, id)
		if err != nil && paylink.KindOf(err) != paylink.NotFound {
			return "", err
		}
		if err != nil || s.LinkID != l.ID {
			return "", badRequest(fieldError{Parameter: name, Detail: "invalid value", Message: "'" + name + "' must be the sharingEventId of an event in this list"})
		}
		return s.ID, nil
	}
	return "", nil
}
