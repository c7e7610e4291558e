package native

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"paylink"
	"paylink/dialect"
)

// reader walks a body and collects every broken rule, each under the path of its
// field ("lines[0].amount").
type reader struct{ faults paylink.Faults }

func (r *reader) fault(field, code, format string, args ...any) {
	r.faults.Add(field, code, fmt.Sprintf(format, args...))
}

// object checks that a value is an object with no other members than these. A
// member that nobody knows is a spelling mistake that must not pass in silence.
func (r *reader) object(path string, v dialect.Value, members ...string) bool {
	if v.Kind != dialect.Object {
		r.fault(path, "type", "must be an object")
		return false
	}
	for _, m := range v.Members {
		if !slices.Contains(members, m.Name) {
			name := "no field here has this name"
			if len(m.Name) <= 64 && paylink.CheckText(m.Name) == nil {
				r.fault(join(path, m.Name), "unknown_field", "%s", name)
			} else {
				r.fault(path, "unknown_field", "%s: one that is too long, or can't be shown", name)
			}
		}
	}
	return true
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// member gives a member that is there and not null.
func member(v dialect.Value, name string) (dialect.Value, bool) {
	m, ok := v.Member(name)
	return m, ok && m.Kind != dialect.Null
}

// text reads a string that people will read, of at most most characters.
func (r *reader) text(v dialect.Value, path, name string, most int) string {
	m, ok := member(v, name)
	if !ok {
		return ""
	}
	path = join(path, name)
	if m.Kind != dialect.String {
		r.fault(path, "type", "must be a string")
		return ""
	}
	return r.check(path, m.Text, most)
}

// check judges a text; a broken one is noted and dropped.
func (r *reader) check(path, text string, most int) string {
	if n := utf8.RuneCountInString(text); n > most {
		r.fault(path, "too_long", "has %d characters; at most %d are allowed", n, most)
		return ""
	}
	if err := paylink.CheckText(text); err != nil {
		r.fault(path, "text", "%v", err)
		return ""
	}
	if paylink.HoldsCardNumber(text) {
		r.fault(path, "card_number", "must not hold a card number")
		return ""
	}
	return text
}

func (r *reader) flag(v dialect.Value, path, name string) bool {
	m, ok := member(v, name)
	if ok && m.Kind != dialect.Bool {
		r.fault(join(path, name), "type", "must be true or false")
		return false
	}
	return ok && m.Text == "true"
}

// whole reads an integer within least..most, or gives otherwise where there is none.
func (r *reader) whole(v dialect.Value, path, name string, otherwise, least, most int64) int64 {
	m, ok := member(v, name)
	if !ok {
		return otherwise
	}
	n, err := strconv.ParseInt(m.Text, 10, 64)
	if m.Kind != dialect.Number || err != nil || n < least || n > most {
		r.fault(join(path, name), "range", "must be a whole number from %d to %d", least, most)
		return otherwise
	}
	return n
}

// items reads an array of 1 to most values.
func (r *reader) items(v dialect.Value, path, name string, most int) []dialect.Value {
	m, ok := member(v, name)
	if !ok {
		return nil
	}
	path = join(path, name)
	switch {
	case m.Kind != dialect.Array:
		r.fault(path, "type", "must be an array")
	case len(m.Items) == 0:
		r.fault(path, "empty", "must not be empty; leave it out")
	case len(m.Items) > most:
		r.fault(path, "too_many", "has %d items; at most %d are allowed", len(m.Items), most)
	default:
		return m.Items
	}
	return nil
}

// maxMetadata bounds metadata as Stripe's API does: 50 keys of 40 characters, values of 500.
const (
	maxMetadata      = 50
	maxMetadataKey   = 40
	maxMetadataValue = 500
)

func (r *reader) metadata(v dialect.Value) map[string]string {
	m, ok := member(v, "metadata")
	if !ok {
		return nil
	}
	if m.Kind != dialect.Object {
		r.fault("metadata", "type", "must be an object of strings")
		return nil
	}
	if len(m.Members) > maxMetadata {
		r.fault("metadata", "too_many", "has %d keys; at most %d are allowed", len(m.Members), maxMetadata)
		return nil
	}
	out := make(map[string]string, len(m.Members))
	for i, one := range m.Members {
		path := fmt.Sprintf("metadata[%d]", i)
		key := r.check(path, one.Name, maxMetadataKey)
		if key != "" && !strings.ContainsAny(key, "\r\n\t") {
			path = "metadata." + key
		} else {
			r.fault(path, "key", "a key has 1 to %d characters on one line", maxMetadataKey)
		}
		if one.Value.Kind != dialect.String {
			r.fault(path, "type", "must be a string")
			continue
		}
		out[key] = r.check(path, one.Value.Text, maxMetadataValue)
	}
	return out
}
