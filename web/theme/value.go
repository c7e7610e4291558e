package theme

import (
	"strings"
	"unicode"

	"github.com/tdewolff/parse/v2/css"
)

var colourFunctions = set("rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch")

var gradientFunctions = set("linear-gradient", "radial-gradient", "conic-gradient",
	"repeating-linear-gradient", "repeating-radial-gradient", "repeating-conic-gradient",
	"-webkit-linear-gradient", "-webkit-radial-gradient")

// angles are units inside colours and gradients.
var angles = set("deg", "grad", "rad", "turn")

// pixels is the size of a length unit. Units of the window (vw, vh, …) are
// missing: what they come to cannot be bounded.
var pixels = map[string]float64{"px": 1, "em": 16, "rem": 16, "pt": 4.0 / 3}

// refusedWords do harm in some property that takes any word: "text" clips a
// background to the letters and so hides them, lines through or over a text
// make an amount look withdrawn.
var refusedWords = set("text", "line-through", "overline", "blink", "revert", "revert-layer")

// minAlpha is the opacity that the colour of text must have.
const minAlpha = 0.5

// valueReader checks the value of one declaration and writes it anew.
type valueReader struct {
	rule  property
	out   strings.Builder
	glue  bool // the next word needs a blank before it
	slash bool // a "/" was read (font shorthand: line height follows)
}

func (v *valueReader) read(toks []token) (reason string) {
	if v.rule.shadow {
		if reason := shadowReason(toks); reason != "" {
			return reason
		}
	}
	for i := 0; i < len(toks); {
		n, reason := v.next(toks[i:])
		if reason != "" {
			return reason
		}
		i += n
	}
	if v.out.Len() == 0 {
		return "the value is empty"
	}
	return ""
}

// next reads one token, or one whole function, and returns how many it took.
func (v *valueReader) next(toks []token) (int, string) {
	t := toks[0]
	switch t.kind {
	case css.WhitespaceToken, css.CommentToken:
	case css.IdentToken:
		return 1, v.word(t)
	case css.StringToken:
		return 1, v.quoted(t)
	case css.HashToken:
		return 1, v.hex(t)
	case css.NumberToken, css.PercentageToken, css.DimensionToken:
		return 1, v.size(t)
	case css.CommaToken:
		v.mark(",")
	case css.FunctionToken:
		return v.function(toks)
	case css.URLToken, css.BadURLToken:
		return 1, "a theme may not load anything"
	default:
		if t.delim('/') {
			v.slash = true
			v.mark("/")
			return 1, ""
		}
		return 1, "the value is not understood"
	}
	return 1, ""
}

func (v *valueReader) put(text string) {
	if v.glue {
		v.out.WriteByte(' ')
	}
	v.out.WriteString(text)
	v.glue = true
}

// mark writes a separator, which needs no blanks.
func (v *valueReader) mark(text string) {
	v.out.WriteString(text)
	v.glue = false
}

func (v *valueReader) word(t token) string {
	word := strings.ToLower(t.text)
	if refusedWords[word] || v.rule.words != nil && !v.rule.words[word] {
		return "the value " + word + " is not allowed here"
	}
	if v.rule.visible && word == "transparent" {
		return "text may not be transparent"
	}
	v.put(t.text)
	return ""
}

// quoted lets font names through: letters, digits, blanks, - and _.
func (v *valueReader) quoted(t token) string {
	if !v.rule.strings {
		return "quoted text is not allowed here"
	}
	for _, r := range t.text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' && r != '-' && r != '_' {
			return "a font name may hold letters, digits, blanks, - and _"
		}
	}
	v.put(`"` + t.text + `"`)
	return ""
}

func (v *valueReader) hex(t token) string {
	if !v.rule.colours {
		return "a colour is not allowed here"
	}
	for i := 0; i < len(t.text); i++ {
		if !isHex(t.text[i]) {
			return "the colour is not understood"
		}
	}
	alpha := 1.0
	switch len(t.text) {
	case 3, 6:
	case 4:
		alpha = float64(hexValue(t.text[3])) / 15
	case 8:
		alpha = float64(hexValue(t.text[6])*16+hexValue(t.text[7])) / 255
	default:
		return "the colour is not understood"
	}
	if v.rule.visible && alpha < minAlpha {
		return "text may not be transparent"
	}
	v.put("#" + t.text)
	return ""
}

func hexValue(c byte) int { return strings.IndexByte("0123456789abcdef", c|0x20) }

func (v *valueReader) size(t token) string {
	rule := v.rule
	if rule.font && v.slash {
		rule = properties["line-height"]
	}
	ok := false
	switch t.kind {
	case css.NumberToken:
		ok = t.num == 0 && rule.lengths.holds(0) || rule.numbers != span{} && rule.numbers.holds(t.num)
		ok = ok || rule.shadow && t.num == 0
	case css.PercentageToken:
		ok = rule.percents != span{} && rule.percents.holds(t.num)
	case css.DimensionToken:
		px, known := pixels[t.unit]
		ok = known && (rule.shadow || rule.lengths != span{} && rule.lengths.holds(t.num*px))
	}
	if !ok {
		return "the size " + shorten(t.raw) + " is not allowed here"
	}
	v.put(number(t))
	return ""
}

// number writes a number as it was written; the digits hold no escape.
func number(t token) string {
	switch t.kind {
	case css.PercentageToken:
		return t.raw
	case css.DimensionToken:
		digits, _ := splitDimension(t.raw)
		return digits + t.unit
	}
	return t.raw
}

func (v *valueReader) function(toks []token) (int, string) {
	name := toks[0].text
	end := closingOf(toks, 0)
	if end < 0 {
		return 0, "a bracket is not closed"
	}
	args := trim(toks[1:end])
	var text, reason string
	switch {
	case name == "url" || name == "src" || strings.HasSuffix(name, "image-set") || name == "image":
		reason = "a theme may not load anything"
	case colourFunctions[name] && v.rule.colours:
		text, reason = colour(args, v.rule.visible)
	case gradientFunctions[name] && v.rule.gradient:
		text, reason = gradient(args)
	case name == "var" && v.rule.vars:
		text, reason = variable(args)
	default:
		reason = "the function " + shorten(name) + "() is not allowed here"
	}
	if reason != "" {
		return 0, reason
	}
	v.put(name + "(" + text + ")")
	return end + 1, ""
}
