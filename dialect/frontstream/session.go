package frontstream

import (
	"net/http"
	"strings"
	"time"

	"paylink"
	"paylink/dialect"
)

// TokenLife is how long an AccessToken lives if it is not used (FrontStream
// QuickStart: ExpirationDate is always 5 hours after the response).
const TokenLife = 5 * time.Hour

const maxClientSecret = 500 // QuickStart, ClientSecret

// session is what POST /api/ClientSession answers.
type session struct {
	Token          string `json:"Token"`
	ClientID       string `json:"ClientId"`
	ExpirationDate string `json:"ExpirationDate"`
}

// session gives a one-time AccessToken for ClientId and ClientSecret.
func (h *Handler) session(w http.ResponseWriter, r *http.Request) {
	id, secret, err := h.readClient(w, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	c, err := h.Till.Authenticate(r.Context(), Name, "client", lookupOf(id), secret)
	if paylink.KindOf(err) == paylink.Unauthenticated {
		err = broken(CodeBadClient, "ClientId or ClientSecret is not valid")
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	token, row, err := h.Till.MintToken(r.Context(), c, TokenLife, !h.ReusableTokens)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	dialect.WriteJSON(w, http.StatusOK, session{Token: token, ClientID: id,
		ExpirationDate: row.ExpiresAt.UTC().Format("2006-01-02T15:04:05.000Z")})
}

func (h *Handler) readClient(w http.ResponseWriter, r *http.Request) (id, secret string, err error) {
	v, err := dialect.Read(w, r, bodyLimit)
	if err != nil {
		return "", "", err
	}
	if v.Kind != dialect.Object {
		return "", "", broken(CodeBody, "the body must be a JSON object")
	}
	var rules brokenRules
	in := newReader(v, "", []string{"ClientId", "ClientSecret"}, h.Strict, &rules)
	for name, to := range map[string]*string{"ClientId": &id, "ClientSecret": &secret} {
		s, ok := in.raw(name, maxClientSecret)
		if ok && s == "" {
			in.required(name)
		}
		*to = s
	}
	return id, secret, rules.err()
}

// lookupOf is a ClientId as credentials keep it: a GUID in lower case.
func lookupOf(clientID string) string {
	if isGUID(clientID) {
		return strings.ToLower(clientID)
	}
	return clientID
}
