package dialect

import (
	"strings"
	"unicode"
)

// Kind is the JSON type of a Value.
type Kind byte

const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Value is a parsed JSON value.
type Value struct {
	Kind Kind
	// Text is the content of a String, the literal of a Number as it stood in the
	// body ("25.50", never rounded), "true" or "false".
	Text    string
	Items   []Value  // of an Array
	Members []Member // of an Object, in the order of the body, no name twice
}

// Member is one member of an object.
type Member struct {
	Name  string
	Value Value
}

// Member gives the member of that exact name.
func (v Value) Member(name string) (Value, bool) {
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value, true
		}
	}
	return Value{}, false
}

// Fold brings names that differ only in letter case to one form. Names of one
// object are unique under it, so that no reader that ignores case can be shown
// another value than one that does not.
func Fold(name string) string {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return foldUnicode(name)
		}
	}
	return strings.ToLower(name)
}

// foldUnicode takes the smallest rune of each orbit: ToLower alone would keep "K"
// and the Kelvin sign apart, which EqualFold does not.
func foldUnicode(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return unicode.ToLower(least)
	}, name)
}
