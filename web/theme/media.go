package theme

import (
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

// mediaFeatures maps the features that a theme may ask for to the words they
// may be compared with; nil means a length in px, em or rem. None of them tells
// one payer from another.
var mediaFeatures = map[string]map[string]bool{
	"min-width":              nil,
	"max-width":              nil,
	"prefers-color-scheme":   set("light", "dark"),
	"prefers-contrast":       set("more", "less", "no-preference"),
	"prefers-reduced-motion": set("reduce", "no-preference"),
	"hover":                  set("hover", "none"),
	"pointer":                set("fine", "coarse", "none"),
	"orientation":            set("portrait", "landscape"),
}

// mediaQuery rebuilds the prelude of an at-rule if it is a simple @media:
// a type, features in brackets, "and" between them, "," between queries.
func mediaQuery(toks []token) (query, reason string) {
	if !strings.EqualFold(toks[0].text, "media") {
		return "", "at-rules are not allowed, except @media"
	}
	const unclear = "only simple @media queries are allowed"
	var out strings.Builder
	out.WriteString("@media ")
	toks = trim(toks[1:])
	if len(toks) == 0 {
		return "", unclear
	}
	for start := 0; start <= len(toks); {
		stop := listItemEnd(toks, start, len(toks))
		one, ok := oneQuery(toks[start:stop])
		if !ok {
			return "", unclear
		}
		if start > 0 {
			out.WriteByte(',')
		}
		out.WriteString(one)
		start = stop + 1
	}
	return out.String(), ""
}

func oneQuery(toks []token) (string, bool) {
	var parts []string
	wantAnd := false
	for toks = trim(toks); len(toks) > 0; toks = trim(toks) {
		if wantAnd {
			if !toks[0].is(css.IdentToken) || !strings.EqualFold(toks[0].text, "and") {
				return "", false
			}
			toks, wantAnd = toks[1:], false
			continue
		}
		part, n := mediaPart(toks, len(parts) == 0)
		if n == 0 {
			return "", false
		}
		parts = append(parts, part)
		toks, wantAnd = toks[n:], true
	}
	return strings.Join(parts, " and "), wantAnd
}

// mediaPart reads a media type or one feature in brackets; n is 0 if it is
// neither.
func mediaPart(toks []token, first bool) (part string, n int) {
	if toks[0].is(css.IdentToken) {
		name := strings.ToLower(toks[0].text)
		if first && (name == "screen" || name == "print" || name == "all") {
			return name, 1
		}
		return "", 0
	}
	end := closingOf(toks, 0)
	if !toks[0].is(css.LeftParenthesisToken) || end < 0 {
		return "", 0
	}
	var inner []token
	for _, t := range toks[1:end] {
		if !t.blank() {
			inner = append(inner, t)
		}
	}
	if len(inner) != 3 || !inner[0].is(css.IdentToken) || !inner[1].is(css.ColonToken) {
		return "", 0
	}
	name, value := strings.ToLower(inner[0].text), inner[2]
	words, known := mediaFeatures[name]
	switch {
	case !known:
		return "", 0
	case words == nil && value.is(css.DimensionToken) && pixels[value.unit] > 0:
		return "(" + name + ":" + number(value) + ")", end + 1
	case words != nil && value.is(css.IdentToken) && words[strings.ToLower(value.text)]:
		return "(" + name + ":" + strings.ToLower(value.text) + ")", end + 1
	}
	return "", 0
}
