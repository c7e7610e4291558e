package devdraft

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/google/uuid"

	"paylink"
)

// Ids need no table: they are the 16 bytes of our own in another form, a UUID for
// products, customers, taxes and webhooks, a ULID behind a prefix for links and apps.
const (
	prefixLink    = "pl_"
	prefixProduct = "plp_"
	prefixApp     = "app_"
)

// ulidLetters are Crockford's, in capitals (ulid/spec).
const ulidLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ulidSize is 130 bits, of which the first two are zero.
const ulidSize = 26

// ulid writes 16 bytes as a ULID.
func ulid(b [16]byte) string {
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var out [ulidSize]byte
	for i := ulidSize - 1; i >= 0; i-- {
		out[i] = ulidLetters[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}

// unulid is the reverse of ulid. Letters of either case are read.
func unulid(text string) (b [16]byte, ok bool) {
	if len(text) != ulidSize || text[0] > '7' {
		return b, false
	}
	var hi, lo uint64
	for i := range ulidSize {
		n := strings.IndexByte(ulidLetters, upper(text[i]))
		if n < 0 {
			return b, false
		}
		hi = hi<<5 | lo>>59
		lo = lo<<5 | uint64(n)
	}
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	return b, true
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// linkID is our id of a link by Devdraft's; false where it could be none.
func linkID(text string) (string, bool) {
	rest, ok := strings.CutPrefix(text, prefixLink)
	if !ok {
		return "", false
	}
	b, ok := unulid(rest)
	return paylink.IDOf(paylink.PrefixLink, b), ok
}

func showLinkID(id string) string { return prefixLink + showULID(paylink.PrefixLink, id) }
func showAppID(id string) string  { return prefixApp + showULID(paylink.PrefixMerchant, id) }

func showULID(prefix, id string) string {
	b, _ := paylink.IDBytes(prefix, id) // ids of ours always have the form
	return ulid(b)
}

// showProductID names a product's place in a link.
func showProductID(link, product string) string {
	sum := sha256.Sum256([]byte(link + " " + product))
	return prefixProduct + ulid([16]byte(sum[:16]))
}

// UUID is one of our ids as a UUID, "" for none.
func UUID(prefix, id string) string {
	b, ok := paylink.IDBytes(prefix, id)
	if !ok {
		return ""
	}
	return uuid.UUID(b).String()
}

// fromUUID is our id by its UUID form; false where the text is no UUID.
func fromUUID(prefix, text string) (string, bool) {
	if len(text) != 36 { // Parse reads other forms, too
		return "", false
	}
	u, err := uuid.Parse(text)
	return paylink.IDOf(prefix, u), err == nil
}
