package checkout

import (
	"bytes"
	"context"
	"net/http"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// Preview renders what a payer who opened the link now would see, in the link's own
// language or English. The form in it is good for nothing: no attempt stands in it.
func (h *Handler) Preview(s till.Sight) (status int, html []byte, err error) {
	region := s.Link.Page.Country
	if region == "" {
		region = s.Merchant.Country
	}
	l := look.NewLocale(h.words("", "", s.Link.Page.Language, nil), region)
	var b bytes.Buffer
	if h.payable(s) {
		v := h.form(s, l, prefilled(s.Link.Page.Prefill), nil)
		v.Attempt = ""
		err = PayPage(v).Render(context.Background(), &b)
		return http.StatusOK, b.Bytes(), err
	}
	name := closedNames[s.Standing]
	if s.Standing == paylink.UsedUp && s.Link.MaxUses == 1 {
		name = "already_paid"
	}
	err = NoticePage(notice(h.shell(s.Offer, l, h.path(s.Offer)), name, "payee", s.Merchant.Name)).Render(context.Background(), &b)
	return states[name].status, b.Bytes(), err
}
