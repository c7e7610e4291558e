package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"paylink"
)

// tolerance is how old or how far ahead a callback's time stamp may be.
const tolerance = 5 * time.Minute

// ReadCallback verifies a callback ("Sandbox-Signature: t=…,v1=…" over t.body,
// HMAC-SHA256 with the account's secret) and reads it. Errors are of kind
// Unauthenticated for a signature that does not fit, Invalid for a body that
// can't be read.
func (g *Gateway) ReadCallback(h http.Header, body []byte, now time.Time) (paylink.Notice, error) {
	if len(body) > answerMost {
		return paylink.Notice{}, paylink.E(paylink.Invalid, "callback_too_long", "the callback is longer than 64 KiB")
	}
	var ev struct {
		ID     string `json:"id"`
		Charge charge `json:"charge"`
	}
	if err := decode(body, &ev); err != nil {
		return paylink.Notice{}, &paylink.Error{Kind: paylink.Invalid, Code: "callback_unreadable", Text: "the callback is not the JSON it should be", Err: err}
	}
	if g.c.RealTime {
		now = time.Now()
	}
	// The account that the body names decides whose secret must have signed it, so
	// nobody can speak for another account.
	s, ok := g.c.Accounts(ev.Charge.Account)
	if !ok || s.CallbackSecret == "" || !signed(h.Values("Sandbox-Signature"), s.CallbackSecret, body, now) {
		return paylink.Notice{}, paylink.E(paylink.Unauthenticated, "callback_signature", "the callback's signature does not fit, or it is too old")
	}
	out, err := g.outcome(ev.Charge, ev.Charge.Key)
	if err != nil || ev.ID == "" || ev.Charge.Key == "" {
		return paylink.Notice{}, &paylink.Error{Kind: paylink.Invalid, Code: "callback_unreadable", Text: "the callback says nothing that we understand", Err: err}
	}
	return paylink.Notice{EventID: ev.ID, Account: ev.Charge.Account, Key: ev.Charge.Key, Outcome: out}, nil
}

func signed(headers []string, secret string, body []byte, now time.Time) bool {
	if len(headers) != 1 {
		return false
	}
	t, v, ok := strings.Cut(headers[0], ",")
	stamp, isT := strings.CutPrefix(t, "t=")
	mark, isV := strings.CutPrefix(v, "v1=")
	if !ok || !isT || !isV {
		return false
	}
	unix, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(unix, 0)).Abs() > tolerance {
		return false
	}
	got, err := hex.DecodeString(mark)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return hmac.Equal(got, mac.Sum(nil))
}
