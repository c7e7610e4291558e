package native

import "paylink"

var paymentStates = []string{string(paylink.Reserved), string(paylink.Sending), string(paylink.RequiresAction),
	string(paylink.Unknown), string(paylink.Authorized), string(paylink.Pending), string(paylink.Captured),
	string(paylink.CapturedLate), string(paylink.Declined), string(paylink.Abandoned), string(paylink.Voided),
	string(paylink.AuthExpired), string(paylink.PartlyRefunded), string(paylink.Refunded), string(paylink.Returned),
	string(paylink.Disputed), string(paylink.DisputeWon), string(paylink.DisputeLost), string(paylink.Mismatch)}

// paymentAnswer is a payment, with its link in place of the link's id where that was
// asked for.
type paymentAnswer struct {
	paylink.PaymentView
	Link any `json:"link"` // its id, or the link
}

func (h *Handler) paymentWith(r paylink.Reader, p paylink.Payment, link bool) (v paymentAnswer, err error) {
	v = paymentAnswer{PaymentView: p.View(), Link: p.LinkID}
	if link {
		l, err := r.Link(p.LinkID)
		if err != nil {
			return v, err
		}
		v.Link, err = h.linkWith(r, l, false)
		return v, err
	}
	return v, nil
}

func (h *Handler) readPayment(c call) (answer, error) {
	more, err := c.expand("link")
	if err != nil {
		return answer{}, err
	}
	var v paymentAnswer
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		p, err := r.Payment(c.id())
		if err != nil || p.MerchantID != c.merchant {
			return theirs(err, "payment")
		}
		v, err = h.paymentWith(r, p, more["link"])
		return err
	})
	return ok(v), err
}

func (h *Handler) listPayments(c call) (answer, error) {
	q, err := c.query("link", "state", "reference", "created_from", "created_to", "expand")
	if err != nil {
		return answer{}, err
	}
	state, err := q.one("state", paymentStates...)
	if err != nil {
		return answer{}, err
	}
	more, err := q.expand("link")
	if err != nil {
		return answer{}, err
	}
	page, err := q.during(paylink.PrefixPayment)
	if err != nil {
		return answer{}, err
	}
	var out list[paymentAnswer]
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		all, err := r.Payments(paylink.PaymentFilter{MerchantID: c.merchant, LinkID: q.get("link"), Reference: q.get("reference"),
			State: paylink.PaymentState(state), Paging: page})
		if err != nil {
			return err
		}
		all, further := trim(q, all)
		out = newList[paymentAnswer](further)
		for _, p := range all {
			v, err := h.paymentWith(r, p, more["link"])
			if err != nil {
				return err
			}
			out.Data = append(out.Data, v)
		}
		return nil
	})
	return ok(out), err
}
