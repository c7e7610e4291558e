package frontstream

import (
	"net/http"

	"paylink"
	"paylink/dialect"
)

// verify tells once what became of the payment whose responseToken the redirect
// carried (A29). It needs no credentials: who has the token was sent it. The answer
// is a JSON string that must be parsed again, as FrontStream's demo does.
func (h *Handler) verify(w http.ResponseWriter, r *http.Request) {
	// FrontStream's demo is a page in the payer's browser that asks from the
	// merchant's origin.
	w.Header().Set("Access-Control-Allow-Origin", "*")
	code, single := query(r, "Code")
	if !single || code == "" {
		h.fail(w, r, broken(CodeRequired, "Code is required, once"))
		return
	}
	p, err := h.Till.Redeem(r.Context(), code)
	if paylink.KindOf(err) == paylink.NotFound {
		err = broken(CodeBadCode, "Code is unknown, used or expired")
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	result := Result(p)
	if err := h.Till.Read(r.Context(), func(rd paylink.Reader) error { return result.learn(rd, p) }); err != nil {
		// The token is used up: what is known of the payment is better than an error.
		h.tell(r, err)
	}
	dialect.WriteJSON(w, http.StatusOK, string(dialect.JSON(struct {
		PaymentResult PaymentResult `json:"PaymentResult"`
	}{result})))
}

// learn adds the names that other rows have.
func (p *PaymentResult) learn(r paylink.Reader, of paylink.Payment) error {
	term, err := r.Terminal(of.TerminalID)
	if err != nil {
		return err
	}
	p.ProcessorGUID = term.Foreign
	id := of.Saved
	if id == "" {
		id = of.Instrument
	}
	if id != "" {
		saved, err := r.Instrument(id)
		if err != nil {
			return err
		}
		p.TokenGUID = saved.Foreign
	}
	return nil
}
