package theme

import (
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

// colour checks the arguments of a colour function: numbers, percentages,
// angles and "none". visible asks for an opacity of at least minAlpha.
func colour(args []token, visible bool) (text, reason string) {
	var v valueReader
	var values []token
	alphaNext := false
	for _, t := range args {
		switch {
		case t.blank():
		case t.is(css.CommaToken):
			v.mark(",")
		case t.delim('/'):
			v.mark("/")
			alphaNext = true
		case t.is(css.NumberToken), t.is(css.PercentageToken), t.is(css.DimensionToken) && angles[t.unit],
			t.is(css.IdentToken) && strings.EqualFold(t.text, "none"):
			v.put(wordOrNumber(t))
			values = append(values, t)
		default:
			return "", "the colour is not understood"
		}
	}
	if visible && (len(values) > 3 || alphaNext) && opacity(values) < minAlpha {
		return "", "text may not be transparent"
	}
	return v.out.String(), ""
}

func wordOrNumber(t token) string {
	if t.is(css.IdentToken) {
		return strings.ToLower(t.text)
	}
	return number(t)
}

// opacity reads the last value of a colour as its alpha; "none" is 0.
func opacity(values []token) float64 {
	if len(values) == 0 {
		return 0
	}
	switch last := values[len(values)-1]; last.kind {
	case css.IdentToken:
		return 0
	case css.PercentageToken:
		return last.num / 100
	default:
		return last.num
	}
}

// gradient checks the arguments of a gradient: words, colours, angles, lengths
// and percentages. It paints inside its own box, so sizes need no bound but a
// sane one.
func gradient(args []token) (text, reason string) {
	v := valueReader{rule: property{colours: true, vars: true, lengths: paintSpan, percents: anyPercent}}
	for i := 0; i < len(args); {
		if t := args[i]; t.is(css.DimensionToken) && angles[t.unit] {
			v.put(number(t))
			i++
			continue
		}
		n, reason := v.next(args[i:])
		if reason != "" {
			return "", reason
		}
		i += n
	}
	return v.out.String(), ""
}

// variable checks the arguments of var(): a name that is not the page's own,
// and a fallback that a custom property could hold.
func variable(args []token) (text, reason string) {
	if len(args) == 0 || !args[0].is(css.CustomPropertyNameToken) {
		return "", "var() needs the name of a custom property"
	}
	name := args[0].text
	if strings.HasPrefix(strings.ToLower(name), "--"+protectedPrefix) {
		return "", "custom properties that start with --pl- are the page's own"
	}
	rest := trim(args[1:])
	if len(rest) == 0 {
		return name, ""
	}
	fallback := trim(rest[1:])
	if !rest[0].is(css.CommaToken) || len(fallback) == 0 || !singleValue(fallback) {
		return "", "the fallback of var() is not understood"
	}
	v := valueReader{rule: customProperty}
	if reason := v.read(fallback); reason != "" {
		return "", reason
	}
	return name + "," + v.out.String(), ""
}

// Bounds of shadows: what is larger paints over the neighbours.
var (
	shadowOffset = span{-32, 32}
	shadowBlur   = span{0, 64}
	shadowSpread = span{-8, 8}
)

// shadowReason checks each shadow of a list: its lengths are x, y, blur and
// spread by their place. var() may stand for the colour only, which is certain
// once all four lengths are there.
func shadowReason(toks []token) string {
	for start := 0; start <= len(toks); {
		stop := listItemEnd(toks, start, len(toks))
		if reason := oneShadow(toks[start:stop]); reason != "" {
			return reason
		}
		start = stop + 1
	}
	return ""
}

func oneShadow(toks []token) string {
	bounds := []span{shadowOffset, shadowOffset, shadowBlur, shadowSpread}
	lengths, vars := 0, 0
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		switch t.kind {
		case css.FunctionToken:
			if t.text == "var" {
				vars++
			}
			if end := closingOf(toks, i); end > 0 {
				i = end
			}
		case css.NumberToken, css.DimensionToken:
			px := 1.0
			if t.is(css.DimensionToken) {
				px = pixels[t.unit]
			}
			if lengths >= len(bounds) || !bounds[lengths].holds(t.num*px) {
				return "the shadow is so large that it could cover other parts of the page"
			}
			lengths++
		}
	}
	if vars > 1 || vars == 1 && lengths < len(bounds) {
		return "var() in a shadow may only be the colour, after all four lengths"
	}
	return ""
}
