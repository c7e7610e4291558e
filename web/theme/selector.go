package theme

import (
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

// scope says what kind of element a selector ends at, and so what may be
// declared there.
type scope uint8

const (
	ordinary scope = 1 << iota
	page           // html, :root, body: everything inherits from here
	icon           // Font Awesome icons, the only things a theme may switch off
)

func (s scope) has(one scope) bool { return s&one != 0 }

// group is the part of a selector list that shares a scope.
type group struct {
	scope     scope
	selectors []string
}

// protectedPrefix begins the classes and ids of the parts of the page that no
// theme may touch.
const protectedPrefix = "pl-"

// elements a theme may name. Missing on purpose: *, div, span, section, main,
// strong, output, iframe and whatever else the amount, the payee and the frames
// may be made of.
var elements = set("a", "body", "button", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "html", "i",
	"input", "label", "legend", "li", "ol", "option", "p", "select", "small", "textarea", "ul")

// states are the pseudo-classes that tell nothing about what was typed or
// visited.
var states = set("active", "checked", "disabled", "enabled", "first-child", "first-of-type", "focus",
	"focus-visible", "focus-within", "hover", "last-child", "last-of-type", "only-child", "optional", "placeholder-shown", "read-only", "required", "root")

// parts are the pseudo-elements that paint what is there; ::before and ::after
// would add boxes that can cover the amount.
var parts = set("placeholder", "-webkit-input-placeholder", "-moz-placeholder", "selection")

// maxCompounds bounds the length of a selector: longer ones only cost time.
const maxCompounds = 8

// selectors reads a selector list, reports what it refuses and groups the rest.
func (p *parser) selectors(from, to int) []group {
	groups := map[scope]*group{}
	for start := from; start <= to; {
		stop := listItemEnd(p.toks, start, to)
		text, sc, reason := selector(p.toks[start:stop])
		if reason != "" {
			p.drop(start, stop, reason)
		} else {
			if groups[sc] == nil {
				groups[sc] = &group{scope: sc}
			}
			groups[sc].selectors = append(groups[sc].selectors, text)
		}
		start = stop + 1
	}
	var list []group
	for _, sc := range []scope{ordinary, page, icon} {
		if g := groups[sc]; g != nil {
			list = append(list, *g)
		}
	}
	return list
}

// listItemEnd is the index of the comma that ends the list item at i, or end.
// Commas inside brackets separate nothing here.
func listItemEnd(toks []token, i, end int) int {
	for depth := 0; i < end; i++ {
		switch toks[i].kind {
		case css.FunctionToken, css.LeftParenthesisToken, css.LeftBracketToken:
			depth++
		case css.RightParenthesisToken, css.RightBracketToken:
			depth--
		case css.CommaToken:
			if depth <= 0 {
				return i
			}
		}
	}
	return end
}

// selectorReader rebuilds one selector from its tokens.
type selectorReader struct {
	out       strings.Builder
	pending   string // combinator that waits for its right side
	compounds int
	empty     bool // the present compound has no part yet
	ended     bool // a pseudo-element closes the selector
	sc        scope
	reason    string
}

func selector(toks []token) (text string, sc scope, reason string) {
	r := selectorReader{empty: true, sc: ordinary, compounds: 1}
	for i := 0; i < len(toks) && r.reason == ""; {
		i += r.next(toks[i:])
	}
	if r.reason == "" && r.out.Len() == 0 {
		r.reason = "the selector is empty"
	}
	if r.reason == "" && strings.TrimSpace(r.pending) != "" {
		r.reason = "the selector ends in a combinator"
	}
	if r.compounds > maxCompounds {
		r.reason = "the selector is too long"
	}
	return r.out.String(), r.sc, r.reason
}

// next reads one part and returns how many tokens it took.
func (r *selectorReader) next(toks []token) int {
	t := toks[0]
	switch {
	case t.is(css.CommentToken):
	case t.is(css.WhitespaceToken):
		if !r.empty && r.pending == "" {
			r.pending = " "
		}
	case t.delim('>'), t.delim('+'), t.delim('~'):
		if r.out.Len() == 0 || strings.TrimSpace(r.pending) != "" {
			r.reason = "a combinator stands where a selector should"
			return 1
		}
		r.pending = t.text
	case t.is(css.IdentToken):
		r.element(t)
	case t.is(css.HashToken):
		r.named("#", t)
	case t.delim('.') && len(toks) > 1 && toks[1].is(css.IdentToken):
		r.named(".", toks[1])
		return 2
	case t.is(css.ColonToken):
		return r.pseudo(toks)
	case t.is(css.LeftBracketToken):
		r.reason = "attribute selectors are not allowed: they can read what the payer typed"
	case t.delim('*'):
		r.reason = "the selector * reaches every part of the page"
	default:
		r.reason = "the selector is not understood"
	}
	return 1
}

// part adds text to the selector, starting a new compound where a combinator
// waits.
func (r *selectorReader) part(text string) {
	if r.pending != "" {
		r.out.WriteString(r.pending)
		r.pending, r.empty, r.sc = "", true, ordinary
		r.compounds++
	}
	if r.ended {
		r.reason = "nothing may follow a pseudo-element"
	}
	r.out.WriteString(text)
	r.empty = false
}

func (r *selectorReader) element(t token) {
	name := strings.ToLower(t.text)
	if !r.empty && r.pending == "" {
		r.reason = "the selector is not understood"
		return
	}
	if !elements[name] {
		r.reason = "the element " + name + " may not be styled; name a class"
		return
	}
	r.part(name)
	if name == "html" || name == "body" {
		r.sc = page
	}
}

func (r *selectorReader) named(sign string, t token) {
	if !plainName(t.text) {
		r.reason = "the name is not made of plain letters, digits, - and _"
		return
	}
	if strings.HasPrefix(strings.ToLower(t.text), protectedPrefix) {
		r.reason = "names that start with pl- are protected parts of the page"
		return
	}
	r.part(sign + t.text)
	if sign == "." && r.sc == ordinary && (t.text == "fa" || strings.HasPrefix(t.text, "fa-")) {
		r.sc = icon
	}
}

func (r *selectorReader) pseudo(toks []token) int {
	n := 1
	double := len(toks) > 1 && toks[1].is(css.ColonToken)
	if double {
		n = 2
	}
	if len(toks) <= n || !toks[n].is(css.IdentToken) {
		r.reason = "this pseudo-class is not allowed"
		return n
	}
	name := strings.ToLower(toks[n].text)
	switch {
	case double && parts[name]:
		r.part("::" + name)
		r.ended = true
	case !double && states[name]:
		r.part(":" + name)
		if name == "root" {
			r.sc = page
		}
	default:
		r.reason = "the pseudo-class or pseudo-element " + name + " is not allowed"
	}
	return n + 1
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
