package till

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"paylink"
)

// mac signs a text for one purpose; a signature made for one is worthless for another.
func (t *Till) mac(purpose string, parts ...string) string {
	h := hmac.New(sha256.New, t.Key)
	h.Write([]byte(purpose))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// KeyFor is a signing key of 32 bytes for one purpose, the same on all nodes; it tells
// nothing of Key, nor of another purpose's.
func (t *Till) KeyFor(purpose string) []byte {
	h := hmac.New(sha256.New, t.Key)
	h.Write([]byte("key\x00" + purpose))
	return h.Sum(nil)
}

// NewAttempt makes the token that a payment form carries: unguessable, bound to
// its link and to the version that the form shows, good for one payment. Making one
// stores nothing. For a link whose price names products use AttemptFor.
func (t *Till) NewAttempt(linkID string, version int) string {
	return t.newAttempt(linkID, version, "")
}

// AttemptFor is NewAttempt for what a form shows: bound to the prices of the
// merchant's products, too, where the link sells any.
func (t *Till) AttemptFor(s Sight) string {
	return t.newAttempt(s.Link.ID, s.Link.Version, s.Priced)
}

func (t *Till) newAttempt(linkID string, version int, priced string) string {
	n := paylink.NewToken()
	return n + t.mac("attempt", attemptParts(linkID, version, priced, n)...)
}

func attemptParts(linkID string, version int, priced, n string) []string {
	parts := []string{linkID, strconv.Itoa(version), n}
	if priced != "" {
		parts = append(parts, priced)
	}
	return parts
}

// checkAttempt refuses attempts that we did not make for this link as it stands: a
// foreign page can't submit a form of its own making, and nobody is charged another
// price than the form said. priced is the mark that resolve gives.
func (t *Till) checkAttempt(l paylink.Link, priced, attempt string) error {
	if len(attempt) == attemptLength && subtle.ConstantTimeCompare([]byte(attempt[22:]),
		[]byte(t.mac("attempt", attemptParts(l.ID, l.Version, priced, attempt[:22])...))) == 1 {
		return nil
	}
	if priced != "" {
		return paylink.E(paylink.Invalid, "price_changed", "what is asked for here has changed since the form was shown; open the link again")
	}
	return paylink.E(paylink.Invalid, "attempt", "the form is not one of this link's as it stands now; open the link again")
}

// attemptLength is that of every attempt, in characters.
const attemptLength = 44

// ResponseToken is what the redirect after a payment carries. It is derived from
// the payment, so a reloaded page gives the same one, and it redeems once.
func (t *Till) ResponseToken(p paylink.Payment) string {
	return p.ID[len(paylink.PrefixPayment):] + t.mac("response", p.ID)
}

// Redeem gives the payment behind a response token, the first time it is asked
// within ResponseLife of completion. Afterwards, and for tokens that were never
// ours, it answers NotFound; nothing tells the two apart.
func (t *Till) Redeem(ctx context.Context, token string) (paylink.Payment, error) {
	gone := paylink.E(paylink.NotFound, "response_token", "the response token is unknown, used or expired")
	if len(token) != 26+22 {
		return paylink.Payment{}, gone
	}
	id := paylink.PrefixPayment + strings.ToLower(token[:26])
	if subtle.ConstantTimeCompare([]byte(token[26:]), []byte(t.mac("response", id))) != 1 {
		return paylink.Payment{}, gone
	}
	life := t.ResponseLife
	if life == 0 {
		life = time.Hour
	}
	var p paylink.Payment
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		if p, err = tx.Payment(id); err != nil {
			return err
		}
		if !p.State.Paid() || tx.Now().After(p.CompletedAt.Add(life)) {
			return gone
		}
		first, err := tx.Redeem(id)
		if err == nil && !first {
			err = gone
		}
		return err
	})
	if paylink.CodeOf(err) == "commit_unknown" {
		// It may be marked as read: whoever is sent away now might never be told.
		err = nil
	}
	return p, err
}
