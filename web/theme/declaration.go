package theme

import (
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

// declaration is a safe "name:value", and where it may stand.
type declaration struct {
	name   string
	text   string // as it is served
	scopes scope
}

// elsewhere is the reason for refusing the declaration in a scope that is not
// its own.
func (d declaration) elsewhere() string {
	if d.scopes == icon {
		return d.name + " is allowed on Font Awesome icons (.fa, .fa-…) only"
	}
	return d.name + " is not allowed on html, :root and body, because the whole page inherits from there"
}

// declaration reads toks[from:to], or reports why it is refused.
func (p *parser) declaration(from, to int) (declaration, bool) {
	toks := trim(p.toks[from:to])
	if len(toks) == 0 {
		return declaration{}, false
	}
	d, reason := readDeclaration(toks)
	if reason != "" {
		p.drop(from, to, reason)
		return declaration{}, false
	}
	return d, true
}

func readDeclaration(toks []token) (declaration, string) {
	if !toks[0].is(css.IdentToken) && !toks[0].is(css.CustomPropertyNameToken) {
		return declaration{}, "this is no declaration"
	}
	value := trim(toks[1:])
	if len(value) == 0 || !value[0].is(css.ColonToken) {
		return declaration{}, "this is no declaration"
	}
	value, important, ok := cutImportant(trim(value[1:]))
	if !ok || len(value) == 0 {
		return declaration{}, "the value is empty or not understood"
	}
	name := toks[0].text
	rule, reason := ruleFor(name)
	if reason != "" {
		return declaration{}, reason
	}
	custom := strings.HasPrefix(name, "--")
	if !custom {
		name = strings.ToLower(name)
	}
	if custom && !singleValue(value) {
		return declaration{}, "a custom property may hold one colour, one length or a list of words"
	}
	v := valueReader{rule: rule}
	if reason := v.read(value); reason != "" {
		return declaration{}, reason
	}
	return declaration{name: name, text: name + ":" + v.out.String() + important, scopes: rule.scopes}, ""
}

func ruleFor(name string) (property, string) {
	if strings.HasPrefix(name, "--") {
		if strings.HasPrefix(strings.ToLower(name), "--"+protectedPrefix) {
			return property{}, "custom properties that start with --pl- are the page's own"
		}
		return customProperty, ""
	}
	rule, ok := properties[strings.ToLower(name)]
	if !ok {
		return property{}, "the property " + strings.ToLower(name) + " is not allowed"
	}
	return rule, ""
}

// singleValue tells whether the value of a custom property is one token, one
// colour function, or a list of words and quoted names: several lengths in one
// variable could be anything.
func singleValue(toks []token) bool {
	if len(toks) == 1 {
		return true
	}
	if toks[0].is(css.FunctionToken) {
		return colourFunctions[toks[0].text] && closingOf(toks, 0) == len(toks)-1
	}
	for _, t := range toks {
		if !t.blank() && !t.is(css.IdentToken) && !t.is(css.StringToken) && !t.is(css.CommaToken) {
			return false
		}
	}
	return true
}

// cutImportant takes "!important" off the end. ok is false for any other "!".
func cutImportant(toks []token) (value []token, important string, ok bool) {
	for i, t := range toks {
		if !t.delim('!') {
			continue
		}
		rest := trim(toks[i+1:])
		if len(rest) != 1 || !rest[0].is(css.IdentToken) || !strings.EqualFold(rest[0].text, "important") {
			return nil, "", false
		}
		return trim(toks[:i]), "!important", true
	}
	return toks, "", true
}

// closingOf is the index of the bracket that closes the one at toks[i], or -1.
func closingOf(toks []token, i int) int {
	depth := 0
	for ; i < len(toks); i++ {
		switch toks[i].kind {
		case css.FunctionToken, css.LeftParenthesisToken:
			depth++
		case css.RightParenthesisToken:
			depth--
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

func trim(toks []token) []token {
	for len(toks) > 0 && toks[0].blank() {
		toks = toks[1:]
	}
	for len(toks) > 0 && toks[len(toks)-1].blank() {
		toks = toks[:len(toks)-1]
	}
	return toks
}
