package frontstream

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"paylink"
	"paylink/dialect"
)

// reader reads the members of one object as ASP.NET Core with Newtonsoft does: names
// in any letter case, unknown members ignored, numbers for strings, and strings for
// numbers and booleans (A3, A4). It notes every broken rule, at most one for each
// member. An empty string is as good as an absent member (A15).
type reader struct {
	strict  bool
	path    string // in front of each name in messages: "PaymentLines[0]."
	rules   *brokenRules
	members map[string]dialect.Value
}

// newReader looks at an object. names is what the schema has.
func newReader(v dialect.Value, path string, names []string, strict bool, rules *brokenRules) *reader {
	r := &reader{strict: strict, path: path, rules: rules, members: make(map[string]dialect.Value, len(v.Members))}
	for _, m := range v.Members {
		name := m.Name
		if !strict {
			name = dialect.Fold(name)
		}
		r.members[name] = m.Value
	}
	if strict {
		for _, m := range v.Members {
			if !knows(names, m.Name) {
				r.broken(CodeUnknown, m.Name, "is not a member of this object")
			}
		}
	}
	return r
}

func knows(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// broken notes a rule that a member breaks. What was sent is not repeated.
func (r *reader) broken(code int, name, what string) {
	r.rules.add(code, r.path+name+" "+what)
}

func (r *reader) get(name string) dialect.Value {
	if !r.strict {
		name = dialect.Fold(name)
	}
	return r.members[name] // an absent member reads as null
}

func (r *reader) required(name string) {
	r.broken(CodeRequired, name, "is required")
}

// raw reads a string of at most max characters (Unicode code points, as JSON Schema
// counts; A16). ok is false where a rule was noted; an absent one is "".
func (r *reader) raw(name string, max int) (text string, ok bool) {
	v := r.get(name)
	switch {
	case v.Kind == dialect.Null:
		return "", true
	case v.Kind != dialect.String && (v.Kind != dialect.Number || r.strict):
		r.broken(CodeType, name, "must be a string")
		return "", false
	case len(v.Text) > max && utf8.RuneCountInString(v.Text) > max:
		r.broken(CodeTooLong, name, fmt.Sprintf("must not be longer than %d characters", max))
		return "", false
	}
	return v.Text, true
}

// text is raw for what people will read, or what is stored as it came: no characters
// that make it read other than it is, and nothing that looks like a card number.
func (r *reader) text(name string, max int) (string, bool) {
	s, ok := r.raw(name, max)
	if !ok {
		return "", false
	}
	if err := paylink.CheckText(s); err != nil {
		r.broken(CodeCharacters, name, err.Error())
		return "", false
	}
	if paylink.HoldsCardNumber(s) {
		r.broken(CodeCardNumber, name, "looks like a card number, which must not be sent here")
		return "", false
	}
	return s, true
}

// boolean reads true or false, and "true" and "False" unless strict.
func (r *reader) boolean(name string) bool {
	v := r.get(name)
	switch {
	case v.Kind == dialect.Null:
		return false
	case v.Kind == dialect.Bool:
		return v.Text == "true"
	case v.Kind == dialect.String && !r.strict:
		switch strings.ToLower(v.Text) {
		case "true":
			return true
		case "false", "":
			return false
		}
	}
	r.broken(CodeType, name, "must be true or false")
	return false
}

// integer reads a required int32, also from a string unless strict. ok is false
// where a rule was noted.
func (r *reader) integer(name string) (n int, ok bool) {
	v := r.get(name)
	if v.Kind == dialect.Null || (v.Kind == dialect.String && v.Text == "") {
		r.required(name)
		return 0, false
	}
	if v.Kind == dialect.Number || (v.Kind == dialect.String && !r.strict) {
		if n, err := strconv.ParseInt(v.Text, 10, 32); err == nil && v.Text[0] != '+' {
			return int(n), true
		}
	}
	r.broken(CodeType, name, "must be a whole number")
	return 0, false
}
