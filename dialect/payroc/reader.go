package payroc

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"paylink"
	"paylink/dialect"
)

// Short reasons of broken rules. The first two stand in Payroc's own answers.
const (
	notPopulated  = "Required field not populated"
	invalidFormat = "Invalid format"
	invalidValue  = "Invalid value"
)

// reader walks a body and notes every broken rule under the path of its field.
// Members that the API does not have are passed over, as its schemas allow.
type reader struct{ errors []fieldError }

func (r *reader) broken(path, detail, message string) {
	r.errors = append(r.errors, fieldError{Parameter: path, Detail: detail, Message: "'" + path + "' " + message})
}

func (r *reader) err() error {
	if len(r.errors) == 0 {
		return nil
	}
	return badRequest(r.errors...)
}

// object is one object of a body with the path in front of its members.
type object struct {
	*reader
	dialect.Value
	path string
}

func (o object) join(name string) string { return o.path + name }

// member gives a member that is there, of the kind that it must be. null is as good
// as absent: it can't be what the schema demands either.
func (o object) member(name string, kind dialect.Kind, required bool) (dialect.Value, bool) {
	v, there := o.Member(name)
	switch {
	case !there || v.Kind == dialect.Null:
		if required {
			o.broken(o.join(name), notPopulated, "must not be empty.")
		}
		return v, false
	case v.Kind != kind:
		o.broken(o.join(name), invalidFormat, "must be of type "+kind.String())
		return v, false
	}
	return v, true
}

// object gives a member that is an object.
func (o object) object(name string, required bool) (object, bool) {
	v, ok := o.member(name, dialect.Object, required)
	return object{o.reader, v, o.join(name) + "."}, ok
}

// text reads a string of at most most characters, and of one at least where required.
func (o object) text(name string, most int, required bool) string {
	v, ok := o.member(name, dialect.String, required)
	if !ok {
		return ""
	}
	if required && v.Text == "" {
		o.broken(o.join(name), notPopulated, "must not be empty.")
		return ""
	}
	return o.check(o.join(name), v.Text, most)
}

// check judges a text that people will read.
func (r *reader) check(path, text string, most int) string {
	switch err := paylink.CheckText(text); {
	case utf8.RuneCountInString(text) > most:
		r.broken(path, invalidFormat, "must not be longer than "+strconv.Itoa(most)+" characters")
	case err != nil:
		r.broken(path, invalidFormat, err.Error())
	case paylink.HoldsCardNumber(text): // trust.md H-49: kept nowhere
		r.broken(path, invalidValue, "must not hold a card number")
	default:
		return text
	}
	return ""
}

// word reads a string that must be one of some.
func (o object) word(name string, required bool, words ...string) string {
	v, ok := o.member(name, dialect.String, required)
	if !ok {
		return ""
	}
	return o.oneOf(o.join(name), v.Text, words)
}

func (r *reader) oneOf(path, text string, words []string) string {
	if !slices.Contains(words, text) {
		r.broken(path, invalidValue, "must be one of "+strings.Join(words, ", "))
		return ""
	}
	return text
}

// date reads a day of the form YYYY-MM-DD.
func (o object) date(name string, required bool) string {
	v, ok := o.member(name, dialect.String, required)
	if !ok {
		return ""
	}
	return o.day(o.join(name), v.Text)
}

func (r *reader) day(path, text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		r.broken(path, invalidFormat, "must be a date of the form YYYY-MM-DD")
		return ""
	}
	return text
}
