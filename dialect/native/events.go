package native

import (
	"encoding/json"

	"paylink"
)

// eventTypes is what an endpoint can listen to, and what a list can be narrowed to.
var eventTypes = []string{paylink.EventLinkCreated, paylink.EventLinkUpdated, paylink.EventLinkClosed, paylink.EventLinkShared,
	paylink.EventShareFailed,
	paylink.EventPaymentHeld, paylink.EventPaymentPending,
	paylink.EventPaymentSucceeded, paylink.EventPaymentDeclined, paylink.EventPaymentReturned, paylink.EventPaymentVoided,
	paylink.EventPaymentRefunded, paylink.EventPaymentDisputed, paylink.EventPaymentReview, paylink.EventEndpointDisabled,
	paylink.EventProductCreated, paylink.EventProductUpdated, paylink.EventProductRemoved,
	paylink.EventTaxCreated, paylink.EventTaxUpdated, paylink.EventTaxRemoved,
	paylink.EventCustomerCreated, paylink.EventCustomerUpdated, paylink.EventCustomerRemoved,
	paylink.EventDebtCreated, paylink.EventDebtUpdated, paylink.EventDebtPaid, paylink.EventDebtCancelled}

// readEvent answers the very bytes that webhooks carry.
func (h *Handler) readEvent(c call) (answer, error) {
	var e paylink.Event
	err := h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		if e, err = r.Event(c.id()); err != nil || e.MerchantID != c.merchant {
			return theirs(err, "event")
		}
		return nil
	})
	return answer{status: 200, body: e.Body}, err
}

func (h *Handler) listEvents(c call) (answer, error) {
	q, err := c.query("type", "object")
	if err != nil {
		return answer{}, err
	}
	kind, err := q.one("type", eventTypes...)
	if err != nil {
		return answer{}, err
	}
	var out list[json.RawMessage]
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		all, err := r.Events(paylink.EventFilter{MerchantID: c.merchant, Type: kind, ObjectID: q.get("object"), Paging: q.paging()})
		all, more := trim(q, all)
		out = newList[json.RawMessage](more)
		for _, e := range all {
			out.Data = append(out.Data, e.Body)
		}
		return err
	})
	return ok(out), err
}
