package theme

import "math"

// property says which values of one property are let through. Lengths are in
// CSS pixels, with 1em = 1rem = 16px; zero bounds mean zero only.
type property struct {
	lengths  span
	percents span
	numbers  span            // bare numbers other than 0
	words    map[string]bool // nil: any plain word, which can do no harm
	colours  bool            // colour functions and #hex
	gradient bool
	strings  bool // quoted font names
	vars     bool // var(); its worst value is one colour, word, or length ≤ 32 px
	visible  bool // the colour may not be transparent: it would hide text
	shadow   bool // lengths are checked by their place, see shadowReason
	font     bool // font shorthand: what follows "/" is a line height
	scopes   scope
}

// span is a closed interval.
type span struct{ lo, hi float64 }

func (s span) holds(n float64) bool { return n >= s.lo && n <= s.hi && !math.IsNaN(n) }

// Bounds. A border, an outline or a shadow may not grow until it covers the
// neighbour; text may not shrink until nobody can read it; there is no negative
// margin, because it moves things over others.
var (
	paintSpan   = span{-2000, 2000}
	borderSpan  = span{0, 20}
	outlineSpan = span{0, 6}
	offsetSpan  = span{-6, 6}
	radiusSpan  = span{0, 2000}
	spaceSpan   = span{0, 64}
	fontSpan    = span{9, 64}
	lineSpan    = span{10, 96}
	letterSpan  = span{-1, 6}
	anyPercent  = span{-1000, 1000}
)

// properties is the allow-list. What is missing is refused: above all position,
// z-index, opacity, visibility, transform, filter, clip, mask, mix-blend-mode,
// width, height, overflow, float, order, text-indent, content, transition,
// animation, pointer-events and all.
var properties = buildProperties()

func buildProperties() map[string]property {
	m := map[string]property{}
	add := func(p property, names ...string) {
		if p.scopes == 0 {
			p.scopes = ordinary | icon
		}
		for _, n := range names {
			m[n] = p
		}
	}
	everywhere := ordinary | icon | page

	paint := property{colours: true, gradient: true, vars: true, lengths: paintSpan, percents: anyPercent, scopes: everywhere}
	add(property{colours: true, vars: true, visible: true, scopes: everywhere}, "color")
	add(property{colours: true, vars: true, scopes: everywhere}, "background-color", "caret-color", "accent-color")
	add(paint, "background", "background-image")
	add(property{lengths: paintSpan, percents: anyPercent}, "background-position", "background-size")
	add(property{}, "background-repeat")
	add(property{words: set("border-box", "padding-box", "content-box", "inherit", "initial", "unset")}, "background-clip", "background-origin")

	border := property{colours: true, vars: true, lengths: borderSpan}
	for _, side := range []string{"", "-top", "-right", "-bottom", "-left", "-block", "-inline", "-block-start", "-block-end", "-inline-start", "-inline-end"} {
		add(border, "border"+side, "border"+side+"-width", "border"+side+"-style", "border"+side+"-color")
		add(property{vars: true, lengths: spaceSpan, percents: span{0, 20}}, "padding"+side, "margin"+side)
	}
	add(property{vars: true, lengths: radiusSpan, percents: span{0, 100}},
		"border-radius", "-webkit-border-radius", "-moz-border-radius",
		"border-top-left-radius", "border-top-right-radius", "border-bottom-left-radius", "border-bottom-right-radius",
		"border-start-start-radius", "border-start-end-radius", "border-end-start-radius", "border-end-end-radius")
	add(property{colours: true, lengths: outlineSpan}, "outline", "outline-width", "outline-style", "outline-color")
	add(property{lengths: offsetSpan}, "outline-offset")
	add(property{colours: true, vars: true, shadow: true}, "box-shadow", "-webkit-box-shadow", "-moz-box-shadow", "text-shadow")
	add(property{vars: true, lengths: spaceSpan, percents: span{0, 20}}, "gap", "row-gap", "column-gap")
	addText(add, everywhere)
	add(property{words: set("none", "inline", "block", "inline-block"), scopes: icon}, "display")
	return m
}

// addText adds the properties of fonts and running text.
func addText(add func(property, ...string), everywhere scope) {
	weights := span{1, 1000}
	add(property{strings: true, vars: true, scopes: everywhere}, "font-family")
	add(property{lengths: fontSpan, percents: span{60, 400}}, "font-size")
	add(property{numbers: weights}, "font-weight")
	add(property{}, "font-style")
	add(property{words: set("normal", "small-caps", "inherit", "initial", "unset")}, "font-variant", "font-variant-caps")
	add(property{percents: span{50, 200}}, "font-stretch")
	add(property{strings: true, font: true, lengths: fontSpan, percents: span{60, 400}, numbers: weights}, "font")
	add(property{lengths: lineSpan, percents: span{90, 300}, numbers: span{0.9, 3}}, "line-height")
	add(property{lengths: letterSpan}, "letter-spacing")
	add(property{lengths: span{0, 12}}, "word-spacing")
	add(property{words: set("left", "right", "center", "start", "end", "justify", "inherit", "initial", "unset")}, "text-align")
	add(property{words: set("none", "capitalize", "uppercase", "lowercase", "inherit", "initial", "unset")}, "text-transform")
	add(property{colours: true, lengths: span{0, 3}},
		"text-decoration", "text-decoration-line", "text-decoration-style", "text-decoration-thickness")
	add(property{colours: true, vars: true}, "text-decoration-color")
	add(property{lengths: span{0, 8}}, "text-underline-offset")
	add(property{words: set("auto", "default", "pointer", "text", "not-allowed", "help", "wait", "progress", "inherit")}, "cursor")
}

// customProperty is what a "--name" may hold. It can stand in any property that
// takes var(), so its bounds must be harmless in all of them.
var customProperty = property{colours: true, strings: true, visible: true, lengths: span{0, 32}, percents: span{0, 20},
	scopes: ordinary | icon | page}
