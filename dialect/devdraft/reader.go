package devdraft

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"paylink"
	"paylink/dialect"
)

// reader walks a body and notes every broken rule, in the words of class-validator,
// which NestJS answers with. Members that it does not have are passed over: the two
// generations of SDKs send different ones.
type reader struct {
	dialect.Value
	broken []string
}

func (r *reader) wrong(text string) { r.broken = append(r.broken, text) }

func (r *reader) err() error {
	if len(r.broken) == 0 {
		return nil
	}
	return problem(400, r.broken)
}

// has reports whether a member is there with a value. null is as good as absent where
// something is made, and takes a value away where something is changed (see null).
func (r *reader) has(name string) bool {
	v, there := r.Member(name)
	return there && v.Kind != dialect.Null
}

// null reports whether a member is there and null.
func (r *reader) null(name string) bool {
	v, there := r.Member(name)
	return there && v.Kind == dialect.Null
}

// same reports that a change sends what was answered: it was judged before.
func same(v dialect.Value, was string) bool {
	return v.Kind == dialect.String && v.Text != "" && v.Text == was
}

// need demands a member.
func (r *reader) need(names ...string) {
	for _, name := range names {
		if !r.has(name) {
			r.wrong(name + " should not be empty")
		}
	}
}

// text reads a string of least to most characters into a place, "" for null.
func (r *reader) text(name string, least, most int, into *string) {
	if r.null(name) {
		*into = ""
		return
	}
	if !r.has(name) {
		return
	}
	v, _ := r.Member(name)
	if v.Kind != dialect.String {
		r.wrong(name + " must be a string")
		return
	}
	if same(v, *into) {
		return
	}
	n := utf8.RuneCountInString(v.Text)
	switch err := paylink.CheckText(v.Text); {
	case n < least:
		r.wrong(name + " must be longer than or equal to " + strconv.Itoa(least) + " characters")
	case n > most:
		r.wrong(name + " must be shorter than or equal to " + strconv.Itoa(most) + " characters")
	case err != nil:
		r.wrong(name + " " + err.Error())
	case paylink.HoldsCardNumber(v.Text): // trust.md H-49: kept nowhere
		r.wrong(name + " must not hold a card number")
	default:
		*into = v.Text
	}
}

// word reads a string that must be one of some.
func (r *reader) word(name string, into *string, words ...string) {
	if !r.has(name) {
		return
	}
	v, _ := r.Member(name)
	if v.Kind != dialect.String || !slices.Contains(words, v.Text) && !same(v, *into) {
		r.wrong(name + " must be one of the following values: " + strings.Join(words, ", "))
		return
	}
	*into = v.Text
}

// flag reads a boolean.
func (r *reader) flag(name string, into *bool) {
	if !r.has(name) {
		return
	}
	v, _ := r.Member(name)
	if v.Kind != dialect.Bool {
		r.wrong(name + " must be a boolean value")
		return
	}
	*into = v.Text == "true"
}

// number reads a number as it is written; "" for null.
func (r *reader) number(name string, into *string) {
	if r.null(name) {
		*into = ""
		return
	}
	if !r.has(name) {
		return
	}
	v, _ := r.Member(name)
	if v.Kind != dialect.Number {
		r.wrong(name + " must be a number conforming to the specified constraints")
		return
	}
	*into = v.Text
}

// whole reads an integer from least to most; some SDKs write it with a fraction of zeros.
func (r *reader) whole(path string, v dialect.Value, least, most int64) int64 {
	text, frac, _ := strings.Cut(v.Text, ".")
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case v.Kind != dialect.Number || err != nil || strings.Trim(frac, "0") != "":
		r.wrong(path + " must be an integer number")
	case n < least:
		r.wrong(path + " must not be less than " + strconv.FormatInt(least, 10))
	case n > most:
		r.wrong(path + " must not be greater than " + strconv.FormatInt(most, 10))
	default:
		return n
	}
	return least
}

// id reads a UUID as the id of ours with a prefix, "" for null.
func (r *reader) id(name, prefix string, into *string) {
	if r.null(name) {
		*into = ""
		return
	}
	if !r.has(name) {
		return
	}
	v, _ := r.Member(name)
	id, ok := fromUUID(prefix, v.Text)
	if v.Kind != dialect.String || !ok {
		r.wrong(name + " must be a UUID")
		return
	}
	*into = id
}

// forms of a moment that class-validator's IsDateString takes; a time without a zone
// is in UTC here.
var moments = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly}

// moment reads an ISO 8601 date and time, zero for null.
func (r *reader) moment(name string, into *time.Time) {
	if r.null(name) {
		*into = time.Time{}
		return
	}
	if !r.has(name) {
		return
	}
	v, _ := r.Member(name)
	if same(v, stamp(*into)) { // to the millisecond, as it was answered
		return
	}
	for _, form := range moments {
		if at, err := time.Parse(form, v.Text); v.Kind == dialect.String && err == nil && at.Year() > 1 {
			*into = at.UTC().Truncate(time.Microsecond)
			return
		}
	}
	r.wrong(name + " must be a valid ISO 8601 date string")
}

// link reads a https address that a payer's page or a server will ask for.
func (r *reader) link(name string, into *string) {
	text := *into
	if r.text(name, 0, maxURL, &text); text == "" || text == *into {
		*into = text
		return
	}
	if u, err := paylink.CheckURL(text); err != nil || u.Scheme != "https" {
		r.wrong(name + " must be a URL address that begins with https://")
		return
	}
	*into = text
}

// maxURL is the longest address that is kept.
const maxURL = 2000

// email reads an address without a display name.
func (r *reader) email(name string, into *string) {
	text := *into
	r.text(name, 0, 255, &text)
	if a, err := mail.ParseAddress(text); text != "" && (err != nil || a.Address != text || a.Name != "") {
		r.wrong(name + " must be an email")
		return
	}
	*into = text
}
