package dialect

import (
	"net/http"
	"strings"
)

// maxKey is the longest idempotency key (Stripe: 255 characters).
const maxKey = 255

// IdempotencyKey reads the Idempotency-Key header, bare or as the quoted string of
// the IETF draft (httpapi idempotency-key-header-07); "" where there is none. Two
// headers, an empty key, a longer one than 255 characters or one with other than
// visible ASCII is a *Refusal.
func IdempotencyKey(h http.Header) (string, error) {
	all := h.Values("Idempotency-Key")
	if len(all) == 0 {
		return "", nil
	}
	bad := refuse(http.StatusBadRequest, CodeKey, "send one Idempotency-Key header of 1 to 255 visible ASCII characters")
	if len(all) > 1 {
		return "", bad
	}
	key := strings.TrimSpace(all[0])
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	if key == "" || len(key) > maxKey {
		return "", bad
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' || key[i] == '"' || key[i] == '\\' {
			return "", bad
		}
	}
	return key, nil
}

// maxBearer is longer than any token of ours; the longest carry names.
const maxBearer = 2048

// Bearer reads the credential of one Authorization header of scheme Bearer (RFC
// 6750); false where there is none, or more than one.
func Bearer(h http.Header) (string, bool) {
	all := h.Values("Authorization")
	if len(all) != 1 {
		return "", false
	}
	scheme, secret, _ := strings.Cut(all[0], " ")
	secret = strings.TrimLeft(secret, " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" || len(secret) > maxBearer || strings.ContainsAny(secret, " \t,") {
		return "", false
	}
	return secret, true
}
