package payroc

import (
	"encoding/json"
	"net/http"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// create makes a link. A repeated call gets its first answer before anything is
// judged that depends on the moment.
func (h *Handler) create(c call) (answer, error) {
	claim, err := c.claim()
	if err != nil {
		return answer{}, err
	}
	p, err := readLink(c.body)
	if err != nil {
		return answer{}, err
	}
	a, err := h.Till.Answered(c.Context(), *claim)
	if paylink.KindOf(err) == paylink.NotFound {
		a, err = h.issue(c, p, claim)
	}
	if err != nil {
		return answer{}, err
	}
	var made struct {
		PaymentLinkID string `json:"paymentLinkId"`
	}
	if err := json.Unmarshal(a.Body, &made); err != nil {
		return answer{}, err
	}
	return answer{status: a.Status, body: a.Body, location: h.Till.BaseURL + "/v1/payment-links/" + made.PaymentLinkID}, nil
}

func (h *Handler) issue(c call, p paymentLink, claim *paylink.Claim) (a till.Answer, err error) {
	l := paylink.Link{MerchantID: c.merchant, Dialect: Name}
	p.Status = status(paylink.Payable)
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		t, err := c.terminal(r)
		if err != nil {
			return err
		}
		l.TerminalID = t.ID
		if err := p.fits(paymentLink{}, t, r.Now()); err != nil {
			return err
		}
		return p.can(t)
	})
	if err != nil {
		return a, err
	}
	// Two links that draw the same id are rare, and a third time is not.
	for range 3 {
		p.PaymentLinkID = drawID()
		p.onto(&l)
		a, err = h.Till.Issue(c.Context(), till.Issuance{Link: l, ForeignID: p.PaymentLinkID, Claim: claim,
			Render: func(l paylink.Link, url string) (int, []byte) {
				return http.StatusCreated, dialect.JSON(p.shown(l, url))
			}})
		if paylink.CodeOf(err) != "address_taken" {
			break
		}
	}
	return a, err
}
