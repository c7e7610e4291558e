package payroc

import (
	"net/http"
	"time"

	"paylink/dialect"
)

// KindKey is the kind of the dialect's credentials.
const KindKey = "api_key"

// TokenLife is how long a token can be used, any number of times (Payroc's sample
// and documentation: expires_in 3600). SDKs fetch a new one two minutes before.
const TokenLife = time.Hour

// maxKey is longer than any key of ours.
const maxKey = 512

// token is the identity service's answer (OpenAPI overrides).
type token struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
	TokenType   string `json:"token_type"`
}

// authorize gives a token for an API key. A body and its type are not looked at: the
// Go SDK sends a dummy one.
func (h *Handler) authorize(w http.ResponseWriter, r *http.Request) {
	keys := r.Header.Values("X-Api-Key")
	if len(keys) != 1 || keys[0] == "" || len(keys[0]) > maxKey {
		h.fail(w, r, notAuthorized)
		return
	}
	c, err := h.Till.BySecret(r.Context(), Name, KindKey, keys[0])
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if c.MerchantID == "" { // terminals and links belong to merchants
		h.fail(w, r, notAuthorized)
		return
	}
	secret, _, err := h.Till.MintToken(r.Context(), c, TokenLife, false)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	dialect.Write(w, http.StatusOK, "application/json",
		dialect.JSON(token{AccessToken: secret, ExpiresIn: int(TokenLife / time.Second), Scope: "payment-links", TokenType: "Bearer"}))
}
