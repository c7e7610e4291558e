package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// value is JSON whose members keep their order: a person wrote the document, and
// meant the first things to be read first.
type value struct {
	raw     json.RawMessage
	scalar  any // string, json.Number, bool or nil
	members []member
	items   []value
}

type member struct {
	name string
	value
}

func parse(raw []byte) (v value, err error) {
	v.raw = bytes.TrimSpace(raw)
	if len(v.raw) == 0 {
		return v, fmt.Errorf("an empty document")
	}
	switch v.raw[0] {
	case '{':
		d := json.NewDecoder(bytes.NewReader(v.raw))
		if _, err := d.Token(); err != nil {
			return v, err
		}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return v, err
			}
			var one json.RawMessage
			if err := d.Decode(&one); err != nil {
				return v, err
			}
			inner, err := parse(one)
			if err != nil {
				return v, err
			}
			v.members = append(v.members, member{fmt.Sprint(name), inner})
		}
		if _, err := d.Token(); err != nil {
			return v, err
		}
	case '[':
		var items []json.RawMessage
		if err := json.Unmarshal(v.raw, &items); err != nil {
			return v, err
		}
		for _, one := range items {
			inner, err := parse(one)
			if err != nil {
				return v, err
			}
			v.items = append(v.items, inner)
		}
	default:
		d := json.NewDecoder(bytes.NewReader(v.raw))
		d.UseNumber()
		return v, d.Decode(&v.scalar)
	}
	return v, nil
}

// at follows names; what is not there is the empty value.
func (v value) at(path ...string) value {
	for _, name := range path {
		next := value{}
		for _, m := range v.members {
			if m.name == name {
				next = m.value
			}
		}
		v = next
	}
	return v
}

// there reports whether the value is one at all.
func (v value) there() bool { return len(v.raw) > 0 }

// text is a scalar as text, "" where there is none.
func (v value) text(path ...string) string {
	v = v.at(path...)
	if !v.there() || v.scalar == nil {
		return ""
	}
	return fmt.Sprint(v.scalar)
}

// texts are the scalars of a list.
func (v value) texts() (out []string) {
	for _, one := range v.items {
		out = append(out, one.text())
	}
	return out
}

// follow resolves a reference of this document; beside it only a description stands.
func (v value) follow(doc value) (value, string) {
	name := ""
	for range 5 {
		ref := v.text("$ref")
		if ref == "" {
			break
		}
		parts := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		name = parts[len(parts)-1]
		v = doc.at(parts...)
	}
	return v, name
}
