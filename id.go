package paylink

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"sync/atomic"
	"time"
)

// Prefixes of our ids: what a thing is can be read from its id.
const (
	PrefixMerchant   = "mer_"
	PrefixTerminal   = "ter_"
	PrefixPartner    = "par_"
	PrefixCredential = "cre_"
	PrefixLink       = "plk_"
	PrefixPayment    = "pay_"
	PrefixEvent      = "evt_"
	PrefixEndpoint   = "whe_"
	PrefixDelivery   = "whd_"
	PrefixInstrument = "ins_"
	PrefixEntry      = "txn_"
	PrefixProduct    = "prd_"
	PrefixTax        = "tax_"
	PrefixCustomer   = "cus_"
	PrefixFile       = "fil_"
	PrefixDebt       = "deb_"
	PrefixShare      = "shr_"
	PrefixMail       = "mail_"
)

// Lower-case Crockford base32 sorts as its bytes do, has no padding and no
// letters that people mistake for digits.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// lastStamp is the newest stamp that this process gave out.
var lastStamp atomic.Uint64

// stamp is 48 bits of milliseconds and 12 bits of counter, larger at every call:
// two events of one transaction sort in the order in which they were made.
func stamp(now time.Time) uint64 {
	for {
		last := lastStamp.Load()
		next := max(uint64(now.UnixMilli())<<12, last+1)
		if lastStamp.CompareAndSwap(last, next) {
			return next
		}
	}
}

// NewID makes an id that sorts by time, and within a process by the order of the
// calls: prefix, then the 16 bytes of a UUID of version 7 (RFC 9562, method 1 of 6.2)
// as 26 characters. APIs that prescribe another form of ids write the same bytes in
// theirs. Ids are names, not secrets; what must not be guessed is made by NewToken.
func NewID(prefix string, now time.Time) string {
	var b [16]byte
	n := stamp(now)
	binary.BigEndian.PutUint64(b[:8], n>>12<<16|7<<12|n&0xfff)
	_, _ = rand.Read(b[8:]) // never fails since Go 1.24: it crashes the program instead
	b[8] = b[8]&0x3f | 0x80
	return IDOf(prefix, b)
}

// IDOf is the id of 16 bytes.
func IDOf(prefix string, b [16]byte) string { return prefix + crockford.EncodeToString(b[:]) }

// IDBytes is the reverse of IDOf; false where the text is no id with this prefix.
func IDBytes(prefix, id string) (b [16]byte, ok bool) {
	text, ok := strings.CutPrefix(id, prefix)
	if !ok || len(text) != 26 {
		return b, false
	}
	raw, err := crockford.DecodeString(text)
	if err != nil || len(raw) != len(b) {
		return b, false
	}
	copy(b[:], raw)
	return b, IDOf(prefix, b) == id // the last character has two bits to spare
}

// IDAt is the least id of a prefix that can have been made at a moment: ids of
// before sort before it, those of then and later do not.
func IDAt(prefix string, moment time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(moment.UnixMilli())<<16)
	return prefix + crockford.EncodeToString(b[:])
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// NewToken makes an unguessable text of 22 base-62 characters: 131 bits, more
// than the 128 that ASVS 5.0 V11.5.1 asks of a reference that is a secret.
func NewToken() string {
	out := make([]byte, 0, 22)
	var buf [32]byte
	for len(out) < 22 {
		_, _ = rand.Read(buf[:])
		for _, b := range buf {
			// 248 is the largest multiple of 62 in a byte: above it letters would be uneven.
			if b < 248 && len(out) < 22 {
				out = append(out, base62[b%62])
			}
		}
	}
	return string(out)
}

// NewSecret makes a secret of 43 base-62 characters (256 bits) behind a prefix
// that tells scanners what they found ("sk_…").
func NewSecret(prefix string) string { return prefix + NewToken() + NewToken()[:21] }

// HashSecret is how secrets of 128 random bits and more are kept at rest: their
// SHA-256 in hex. They need no slow hash, because they can't be guessed.
func HashSecret(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
