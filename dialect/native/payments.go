package native

import "paylink"

var paymentStates = []string{string(paylink.Reserved), string(paylink.Sending), string(paylink.RequiresAction),
	string(paylink.Unknown), string(paylink.Authorized), string(paylink.Pending), string(paylink.Captured),
	string(paylink.CapturedLate), string(paylink.Declined), string(paylink.Abandoned), string(paylink.Voided),
	string(paylink.AuthExpired), string(paylink.PartlyRefunded), string(paylink.Refunded), string(paylink.Returned),
	string(paylink.Disputed), string(paylink.DisputeWon), string(paylink.DisputeLost), string(paylink.Mismatch)}

func (h *Handler) readPayment(c call) (answer, error) {
	var p paylink.Payment
	err := h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		if p, err = r.Payment(c.id()); err != nil || p.MerchantID != c.merchant {
			return theirs(err, "payment")
		}
		return nil
	})
	return ok(p.View()), err
}

func (h *Handler) listPayments(c call) (answer, error) {
	q, err := c.query("link", "state")
	if err != nil {
		return answer{}, err
	}
	state, err := q.one("state", paymentStates...)
	if err != nil {
		return answer{}, err
	}
	var out list[paylink.PaymentView]
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		all, err := r.Payments(paylink.PaymentFilter{MerchantID: c.merchant, LinkID: q.get("link"),
			State: paylink.PaymentState(state), Paging: q.paging()})
		all, more := trim(q, all)
		out = newList[paylink.PaymentView](more)
		for _, p := range all {
			out.Data = append(out.Data, p.View())
		}
		return err
	})
	return ok(out), err
}
