package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// deepest is how far members of members are listed.
const deepest = 3

// fields lists the members of an object, and theirs below each.
func (r *reader) fields(schema value, under string, depth int) (out []Field) {
	schema, _ = schema.follow(r.doc)
	required := schema.at("required").texts()
	for _, m := range schema.at("properties").members {
		f := r.field(under+m.name, m.value, slices.Contains(required, m.name), depth)
		out = append(out, f)
		if depth < deepest {
			out = append(out, r.below(under+m.name, m.value, depth)...)
		}
	}
	return out
}

// below are the members of an object or of a list's objects, unless they are a thing
// that the page shows by itself.
func (r *reader) below(name string, schema value, depth int) []Field {
	schema, of := schema.follow(r.doc)
	switch {
	case slices.Contains(r.things, of):
		return nil
	case schema.at("properties").there():
		return r.fields(schema, name+".", depth+1)
	case schema.at("items").there():
		return r.below(name+"[]", schema.at("items"), depth)
	}
	return nil
}

func (r *reader) field(name string, schema value, required bool, depth int) Field {
	text := schema.text("description")
	full, _ := schema.follow(r.doc)
	if text == "" {
		text = full.text("description")
	}
	return Field{Name: name, Type: r.typeOf(schema), Facts: facts(full), Text: text, Required: required, Depth: depth}
}

// typeOf is a type in words.
func (r *reader) typeOf(schema value) string {
	schema, of := schema.follow(r.doc)
	switch {
	case slices.Contains(r.things, of):
		return of
	case schema.at("const").there():
		return string(schema.at("const").raw)
	case schema.at("enum").there():
		return strings.Join(schema.at("enum").texts(), " | ")
	case schema.at("items").there() && !schema.at("oneOf").there():
		return "list of " + r.typeOf(schema.at("items"))
	}
	for _, choice := range []string{"oneOf", "anyOf"} {
		if list := schema.at(choice).items; len(list) > 0 {
			var all []string
			for _, one := range list {
				all = append(all, r.typeOf(one))
			}
			return strings.Join(slices.Compact(all), " or ")
		}
	}
	kinds := schema.at("type").texts()
	if len(kinds) == 0 {
		kinds = []string{schema.text("type")}
	}
	for i, kind := range kinds {
		switch {
		case kind == "string" && schema.text("format") == "date-time":
			kinds[i] = "time"
		case kind == "string" && schema.text("format") == "uri":
			kinds[i] = "URL"
		case kind == "integer":
			kinds[i] = "whole number"
		case kind == "boolean":
			kinds[i] = "true or false"
		}
	}
	return strings.Join(kinds, " or ")
}

// facts are the limits of a schema in words.
func facts(s value) string {
	var out []string
	say := func(format, name string) {
		if v := s.text(name); v != "" {
			out = append(out, fmt.Sprintf(format, v))
		}
	}
	say("at most %s characters", "maxLength")
	if least, most := s.text("minimum"), s.text("maximum"); least != "" && most != "" {
		out = append(out, least+" to "+most)
	} else {
		say("at least %s", "minimum")
		say("at most %s", "maximum")
	}
	say("at least %s items", "minItems")
	say("at most %s items", "maxItems")
	say("at most %s keys", "maxProperties")
	say("%s if left out", "default")
	return strings.Join(out, ", ")
}

// Token is a piece of JSON with the class that colours it: k a name, s a text, n a
// number or word, "" the rest.
type Token struct{ Class, Text string }

// tint parts JSON into coloured pieces.
func tint(raw json.RawMessage) (out []Token) {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return []Token{{"", string(raw)}}
	}
	text := b.String()
	plain := func(s string) {
		if s != "" {
			out = append(out, Token{"", s})
		}
	}
	for from, i := 0, 0; ; {
		if i >= len(text) {
			plain(text[from:])
			return out
		}
		class, end := "", i
		switch c := text[i]; {
		case c == '"':
			for end = i + 1; text[end] != '"'; end++ {
				if text[end] == '\\' {
					end++
				}
			}
			end++
			if class = "s"; strings.HasPrefix(text[end:], ":") {
				class = "k"
			}
		case c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'):
			for end = i; end < len(text) && !strings.ContainsRune(",]} \n", rune(text[end])); end++ {
			}
			class = "n"
		default:
			i++
			continue
		}
		plain(text[from:i])
		out = append(out, Token{class, text[i:end]})
		from, i = end, end
	}
}
