package frontstream

import (
	"net/http"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// bodyLimit fits a Theme of 5,000 characters that are escaped as \uXXXX\uXXXX each,
// beside every other member at its longest.
const bodyLimit = 256 << 10

// answer is PayLinkResponse.
type answer struct {
	PayLinkURL string `json:"PayLinkUrl"`
}

// create makes a link (POST /api/paylink). Who calls is judged before what they
// send, so that nobody without a token learns what a body lacks.
func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	token, err := accessToken(r.Header)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	var o order
	v, unread := dialect.Read(w, r, bodyLimit)
	if cut, ok := dialect.AsRefusal(unread); ok && cut.Code == dialect.CodeCut {
		h.fail(w, r, unread) // who called is gone, and their context with them
		return
	}
	if unread == nil {
		o, unread = h.readOrder(v)
	}
	var is till.Issuance
	err = h.Till.Read(r.Context(), func(rd paylink.Reader) error {
		row, err := partner(rd, token)
		if err != nil {
			return err
		}
		if unread != nil {
			return unread
		}
		is, err = o.issuance(rd, row)
		return err
	})
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if !h.ReusableTokens {
		is.Spend = token
	}
	is.Render = func(_ paylink.Link, url string) (int, []byte) {
		return http.StatusOK, dialect.JSON(answer{PayLinkURL: url})
	}
	made, err := h.Till.Issue(r.Context(), is)
	if paylink.KindOf(err) == paylink.Unauthenticated {
		err = badToken // another call spent it since
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	dialect.Write(w, made.Status, dialect.JSONType, made.Body)
}
