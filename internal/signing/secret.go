package signing

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
)

const (
	prefix  = "whsec_"
	newSize = 32 // bytes of a secret of ours
	minSize = 24 // specification: 24 to 64 bytes
	maxSize = 64
)

// Secret is a signing key. The zero value signs and verifies nothing.
type Secret struct{ key []byte }

// NewSecret makes a secret of 32 random bytes.
func NewSecret() Secret {
	key := make([]byte, newSize)
	_, _ = rand.Read(key) // crypto/rand.Read never fails: it ends the process first
	return Secret{key}
}

// ParseSecret reads "whsec_" and base64 of 24 to 64 bytes. The error does not
// hold the text.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return Secret{}, errors.New("the webhook secret does not start with whsec_")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return Secret{}, errors.New("the webhook secret is not base64 after whsec_")
	}
	if len(key) < minSize || len(key) > maxSize {
		return Secret{}, errors.New("the webhook secret does not have 24 to 64 bytes")
	}
	return Secret{key}, nil
}

// Reveal is the secret as text, for its owner and for storage.
func (s Secret) Reveal() string { return prefix + base64.StdEncoding.EncodeToString(s.key) }

// String hides the secret, so that a log cannot hold one by accident.
func (s Secret) String() string { return prefix + "…" }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }
