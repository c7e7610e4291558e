package theme

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2/css"
)

// rulesVersion names the present rules of this package. Raise it with every
// change to what Sanitize lets through: it is part of Hash, and browsers keep a
// theme by its hash for a year.
const rulesVersion = "1"

const (
	maxSheet = 20_000 // bytes: 5,000 characters (FrontStream OpenAPI, Theme, max: 5000) of up to four each
	maxDrops = 100    // reported; more are counted by nobody
	maxShown = 120    // runes of a dropped rule that a report shows
)

// Result is a theme made safe.
type Result struct {
	CSS     string // may be served as text/css; ASCII but for font names
	Dropped []Drop // what was left out, in the order of the sheet
}

// Drop is one rule, selector or declaration that was left out, and why, in
// words for the merchant.
type Drop struct {
	Rule   string // as written, shortened to 120 characters
	Reason string
}

// Sanitize rewrites a merchant's style sheet so that it can only paint. It
// never fails: what is not understood is left out, reported, and the rest kept.
// Sanitize of its own output changes nothing.
func Sanitize(sheet string) Result {
	if len(sheet) > maxSheet {
		return Result{Dropped: []Drop{{shorten(sheet), "the theme is longer than 5,000 characters"}}}
	}
	// NUL and broken UTF-8 read as U+FFFD (CSS Syntax 3, 3.3), which no rule accepts.
	sheet = strings.ReplaceAll(strings.ToValidUTF8(sheet, "\uFFFD"), "\x00", "\uFFFD")
	p := parser{toks: tokenize(sheet)}
	p.matchBraces()
	p.rules(0, len(p.toks), false)
	return Result{CSS: p.out.String(), Dropped: p.drops}
}

// Hash names a theme for its address: 32 hexadecimal digits that change with
// the merchant's text and with the rules of this package.
func Hash(sheet string) string {
	sum := sha256.Sum256([]byte("paylink theme " + rulesVersion + "\x00" + sheet))
	return hex.EncodeToString(sum[:16])
}

type parser struct {
	toks  []token
	match []int // for each "{" the index of its "}", or -1
	out   strings.Builder
	drops []Drop
}

func (p *parser) matchBraces() {
	p.match = make([]int, len(p.toks))
	var open []int
	for i, t := range p.toks {
		switch {
		case t.is(css.LeftBraceToken):
			p.match[i] = -1
			open = append(open, i)
		case t.is(css.RightBraceToken) && len(open) > 0:
			p.match[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
}

// rules reads the rules in toks[i:end] and writes the safe ones.
func (p *parser) rules(i, end int, inMedia bool) {
	for i < end {
		t := p.toks[i]
		switch {
		case t.blank(), t.is(css.SemicolonToken), t.is(css.RightBraceToken), t.is(css.CDOToken), t.is(css.CDCToken):
			i++ // a stray brace would make browsers drop the next rule; we are kinder
		case t.is(css.AtKeywordToken):
			i = p.atRule(i, end, inMedia)
		default:
			i = p.styleRule(i, end)
		}
	}
}

// preludeEnd is the index of the first ";", "{" or "}" at or after i.
func (p *parser) preludeEnd(i, end int) int {
	for i < end {
		switch p.toks[i].kind {
		case css.SemicolonToken, css.LeftBraceToken, css.RightBraceToken:
			return i
		}
		i++
	}
	return end
}

func (p *parser) atRule(i, end int, inMedia bool) int {
	open := p.preludeEnd(i, end)
	if open == end || !p.toks[open].is(css.LeftBraceToken) {
		p.drop(i, open, "at-rules are not allowed, except @media")
		return open
	}
	if p.match[open] < 0 {
		p.drop(i, open, "the block is never closed")
		return open + 1 // what follows is read as if the at-rule were not there
	}
	closing := p.match[open]
	query, reason := mediaQuery(p.toks[i:open])
	if inMedia {
		reason = "@media inside @media is not allowed"
	}
	if reason != "" {
		p.drop(i, open, reason)
		return closing + 1
	}
	inner := parser{toks: p.toks, match: p.match}
	inner.rules(open+1, closing, true)
	for _, d := range inner.drops {
		p.report(d)
	}
	if inner.out.Len() > 0 {
		p.out.WriteString(query + "{\n" + inner.out.String() + "}\n")
	}
	return closing + 1
}

func (p *parser) styleRule(i, end int) int {
	open := p.preludeEnd(i, end)
	if open == end || !p.toks[open].is(css.LeftBraceToken) {
		p.drop(i, open, "this is no rule")
		return open
	}
	groups := p.selectors(i, open)
	decls, next := p.block(open, end)
	for _, g := range groups {
		p.write(g, decls)
	}
	return next
}

// block reads the declarations of the rule that opens at toks[open] and says
// where reading goes on. A block that is never closed ends where the next one
// opens, so that a forgotten brace does not swallow what follows.
func (p *parser) block(open, end int) (decls []declaration, next int) {
	closing := p.match[open]
	closed := closing >= 0 && closing < end
	if !closed {
		closing = end
	}
	for i := open + 1; i < closing; {
		stop := p.preludeEnd(i, closing)
		nested := stop < closing && p.toks[stop].is(css.LeftBraceToken)
		switch {
		case nested && !closed:
			return decls, i
		case nested:
			p.drop(i, stop, "a rule inside a rule is not allowed")
			if stop = p.match[stop]; stop < 0 {
				stop = closing
			}
		default:
			if d, ok := p.declaration(i, stop); ok {
				decls = append(decls, d)
			}
		}
		i = stop + 1
	}
	return decls, closing + 1
}

// write puts one rule out, with the declarations its selectors may have.
func (p *parser) write(g group, decls []declaration) {
	var body []string
	for _, d := range decls {
		if !d.scopes.has(g.scope) {
			p.report(Drop{shorten(strings.Join(g.selectors, ",") + "{" + d.text + "}"), d.elsewhere()})
			continue
		}
		body = append(body, d.text)
	}
	if len(body) > 0 {
		p.out.WriteString(strings.Join(g.selectors, ",") + "{" + strings.Join(body, ";") + "}\n")
	}
}

func (p *parser) drop(from, to int, reason string) {
	var b strings.Builder
	for _, t := range p.toks[from:to] {
		b.WriteString(t.raw)
	}
	text := shorten(b.String())
	if text == "" {
		text = "(nothing)"
	}
	p.report(Drop{text, reason})
}

func (p *parser) report(d Drop) {
	if len(p.drops) < maxDrops {
		p.drops = append(p.drops, d)
	}
}

// shorten makes merchant text fit for a report: one line, no control
// characters, at most 120 characters.
func shorten(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) > 4*maxShown {
		s = string([]rune(s)[:4*maxShown])
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if r := []rune(s); len(r) > maxShown {
		return string(r[:maxShown-1]) + "…"
	}
	return s
}
