package elevate

import (
	"math/big"
	"net/mail"
	"strconv"
	"unicode/utf8"

	"paylink"
	"paylink/dialect"
)

// reader walks a body and notes every broken rule. Members that the API does not have
// are passed over; null is as good as absent.
type reader struct {
	body   dialect.Value
	faults paylink.Faults
}

func (r *reader) broken(name, text string) { r.faults.Add(name, "invalid", text) }

func (r *reader) err() error {
	if r.body.Kind != dialect.Object {
		return as(400, "The body must be a JSON object")
	}
	return r.faults.Err()
}

// member gives a member that is there, of the kind that it must be.
func (r *reader) member(name string, k dialect.Kind, required bool) (dialect.Value, bool) {
	v, there := r.body.Member(name)
	switch {
	case !there || v.Kind == dialect.Null:
		if required {
			r.broken(name, "is required")
		}
		return v, false
	case v.Kind != k:
		r.broken(name, "must be of type "+k.String())
		return v, false
	}
	return v, true
}

// text reads a string of least to most characters.
func (r *reader) text(name string, least, most int, required bool) string {
	v, ok := r.member(name, dialect.String, required)
	if !ok {
		return ""
	}
	switch n, err := utf8.RuneCountInString(v.Text), paylink.CheckText(v.Text); {
	case n < least || n > most:
		r.broken(name, "must have "+strconv.Itoa(least)+" to "+strconv.Itoa(most)+" characters")
	case err != nil:
		r.broken(name, err.Error())
	default:
		return v.Text
	}
	return ""
}

// words is text that people will read: no card number may be in it (trust.md H-49).
func (r *reader) words(name string, least, most int, required bool) string {
	s := r.text(name, least, most, required)
	if paylink.HoldsCardNumber(s) {
		r.broken(name, "must not hold a card number")
		return ""
	}
	return s
}

// maxEmail is the longest address (RFC 5321 section 4.5.3.1.3, less the brackets).
const maxEmail = 254

func (r *reader) email(name string) string {
	s := r.words(name, 0, maxEmail, false)
	if s == "" {
		return ""
	}
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s || a.Name != "" {
		r.broken(name, "must be an e-mail address")
		return ""
	}
	return s
}

// whole reads an integer of so many bits, 0 where there is none. What is below 1
// names nothing, and is not known.
func (r *reader) whole(name string, bits int, required bool) int64 {
	v, ok := r.member(name, dialect.Number, required)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Text, 10, bits)
	if err != nil {
		r.broken(name, "must be an integer of "+strconv.Itoa(bits)+" bits")
		return 0
	}
	if n < 1 {
		return -1
	}
	return n
}

// The bounds of amountInMajorCurrency (Elevate).
var leastAmount, mostAmount = big.NewRat(1, 100), big.NewRat(100_000, 1)

// amount reads an amount in plain digits. A JSON number is its value, however it is
// written: 10.5, 10.50 and 1.05e1 are one.
func (r *reader) amount(name string) string {
	v, ok := r.member(name, dialect.Number, true)
	if !ok {
		return ""
	}
	plain, ok := dialect.Decimal(v.Text)
	n, read := new(big.Rat).SetString(plain)
	if !ok || !read || n.Cmp(leastAmount) < 0 || n.Cmp(mostAmount) > 0 {
		r.broken(name, "must be between 0.01 and 100000")
		return ""
	}
	return plain
}
