package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of the specification. http.Header writes them as Webhook-Id and so
// on; header names have no letter case.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// Tolerance is how far a timestamp may lie from the receiver's clock. The
// specification names no number; the official libraries use five minutes.
const Tolerance = 5 * time.Minute

// Reasons for refusing a message.
var (
	ErrHeaders   = errors.New("webhook headers are missing or malformed")
	ErrTimestamp = errors.New("webhook timestamp is too far from now")
	ErrSignature = errors.New("no webhook signature matches")
)

// Sign sets the three headers of a message: its id, the attempt's time, and one
// signature for each secret. The id may not hold a dot, which parts what is
// signed, nor anything but visible ASCII.
func Sign(h http.Header, id string, at time.Time, body []byte, secrets ...Secret) error {
	if !plainID(id) {
		return fmt.Errorf("webhook id %q: it must be visible ASCII without a dot", id)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	var list []string
	for _, s := range secrets {
		if len(s.key) == 0 {
			return fmt.Errorf("webhook %s: a signing secret is empty", id)
		}
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(s.mac(id, stamp, body)))
	}
	if len(list) == 0 {
		return fmt.Errorf("webhook %s: there is no signing secret", id)
	}
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, strings.Join(list, " "))
	return nil
}

// Verify tells a receiver whether a message comes from whoever has one of the
// secrets and is at most Tolerance away from now. body is what was received,
// byte for byte. The error is one of ErrHeaders, ErrTimestamp and ErrSignature.
func Verify(h http.Header, body []byte, now time.Time, secrets ...Secret) error {
	id, stamp := h.Get(HeaderID), h.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" || stamp != strconv.FormatInt(seconds, 10) || h.Get(HeaderSignature) == "" {
		return ErrHeaders
	}
	if away := now.Sub(time.Unix(seconds, 0)); away > Tolerance || away < -Tolerance {
		return ErrTimestamp
	}
	for _, entry := range strings.Fields(h.Get(HeaderSignature)) {
		encoded, ok := strings.CutPrefix(entry, "v1,") // other versions are not ours to judge
		if !ok {
			continue
		}
		given, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			continue
		}
		for _, s := range secrets {
			if len(s.key) > 0 && hmac.Equal(given, s.mac(id, stamp, body)) {
				return nil
			}
		}
	}
	return ErrSignature
}

func (s Secret) mac(id, stamp string, body []byte) []byte {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(id + "." + stamp + "."))
	m.Write(body)
	return m.Sum(nil)
}

func plainID(id string) bool {
	for i := 0; i < len(id); i++ {
		if id[i] <= ' ' || id[i] >= 0x7f || id[i] == '.' {
			return false
		}
	}
	return id != ""
}
