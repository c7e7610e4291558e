package dialect

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Canonical writes a value again in one form: members by name, no blanks. Number
// literals stay as they came.
func Canonical(v Value) []byte {
	var out bytes.Buffer
	canonical(&out, v)
	return out.Bytes()
}

func canonical(out *bytes.Buffer, v Value) {
	switch v.Kind {
	case Null:
		out.WriteString("null")
	case Bool, Number:
		out.WriteString(v.Text)
	case String:
		quote(out, v.Text)
	case Array:
		for i, item := range v.Items {
			out.WriteByte("[,"[min(i, 1)])
			canonical(out, item)
		}
		if len(v.Items) == 0 {
			out.WriteByte('[')
		}
		out.WriteByte(']')
	case Object:
		sorted := slices.Clone(v.Members)
		// Stable: a form may have several members of one name, whose order tells.
		slices.SortStableFunc(sorted, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
		for i, m := range sorted {
			out.WriteByte("{,"[min(i, 1)])
			quote(out, m.Name)
			out.WriteByte(':')
			canonical(out, m.Value)
		}
		if len(sorted) == 0 {
			out.WriteByte('{')
		}
		out.WriteByte('}')
	}
}

func quote(out *bytes.Buffer, s string) {
	b, _ := json.Marshal(s) // a string always marshals
	out.Write(b)
}

// Fingerprint is the SHA-256 of what a request asks for: the parsed body in its
// canonical form, so that reordered members are still the same request, and the
// ids in its path (trust.md 1.1).
func Fingerprint(body Value, pathIDs ...string) string {
	var text bytes.Buffer
	for _, id := range pathIDs {
		quote(&text, id)
		text.WriteByte('\n')
	}
	canonical(&text, body)
	sum := sha256.Sum256(text.Bytes())
	return hex.EncodeToString(sum[:])
}
