package frontstream

import (
	"net/http"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// badLink is one answer for a link that does not exist, one that the caller may not
// touch, and one that was cancelled before (A9, A12).
var badLink = broken(CodeBadLink, "PayLinkId is not valid: no link of this id can be cancelled")

// cancel ends a link (DELETE /api/paylink). A body is ignored, and so is
// IntegrationSource: the owner is the token's partner with the link's merchant (A40).
func (h *Handler) cancel(w http.ResponseWriter, r *http.Request) {
	url, err := h.close(r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	dialect.WriteJSON(w, http.StatusOK, answer{PayLinkURL: url})
}

func (h *Handler) close(r *http.Request) (string, error) {
	token, err := accessToken(r.Header)
	if err != nil {
		return "", err
	}
	var row paylink.AccessToken
	err = h.Till.Read(r.Context(), func(rd paylink.Reader) (err error) {
		row, err = partner(rd, token)
		return err
	})
	if err != nil {
		return "", err
	}
	id, err := linkID(r)
	if err != nil {
		return "", err
	}
	c := till.Closing{Address: id, MerchantID: row.MerchantID, PartnerID: row.PartnerID, Reason: Name}
	if !h.ReusableTokens {
		c.Spend = token
	}
	_, url, err := h.Till.Close(r.Context(), c)
	switch paylink.KindOf(err) {
	case paylink.NotFound, paylink.Gone:
		return "", badLink
	case paylink.Unauthenticated:
		return "", badToken
	}
	return url, err
}

// linkID reads PayLinkId: the last segment of the link's URL, or the whole URL, of
// which what follows the last "/" or "=" counts (A10).
func linkID(r *http.Request) (string, error) {
	id, single := query(r, "PayLinkId")
	id = strings.TrimSpace(id)
	id = id[strings.LastIndexAny(id, "/=")+1:]
	switch {
	case !single:
		return "", broken(CodeBadLink, "PayLinkId must be given once")
	case id == "":
		return "", broken(CodeRequired, "PayLinkId is required")
	case len(id) > maxText || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "", badLink
	}
	return id, nil
}
