package theme

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// badToken marks text that no rule accepts: an unclosed string, a url( that
// does not end, a name that only an escape can spell.
const badToken css.TokenType = 1 << 16

// token is one CSS token with its escapes decoded. text is the name alone:
// without the dot, the hash sign, the bracket of a function or the quotes.
type token struct {
	kind css.TokenType
	text string
	num  float64 // value of a number, percentage or dimension
	unit string  // unit of a dimension, in lower case
	raw  string  // as written, for reports only
}

func (t token) is(kind css.TokenType) bool { return t.kind == kind }

func (t token) delim(c byte) bool {
	return t.kind == css.DelimToken && len(t.text) == 1 && t.text[0] == c
}

// blank tells tokens that separate others and mean nothing by themselves.
func (t token) blank() bool { return t.kind == css.WhitespaceToken || t.kind == css.CommentToken }

// tokenize reads a whole sheet. An unclosed string or url( would swallow every
// rule after it; here only its opening becomes a bad token and reading goes on
// behind it, so that one missing quote costs one declaration.
func tokenize(sheet string) []token {
	var toks []token
	for at := 0; at < len(sheet); {
		lexer := css.NewLexer(parse.NewInputString(sheet[at:]))
		again := false
		for !again {
			kind, data := lexer.Next()
			if kind == css.ErrorToken || len(data) == 0 {
				return toks
			}
			raw := string(data)
			n := len(raw)
			if broken(kind, raw) {
				n = opening(raw)
				kind, raw, again = badToken, raw[:n], true
			}
			at += n
			toks = append(toks, newToken(kind, raw))
		}
	}
	return toks
}

func broken(kind css.TokenType, raw string) bool {
	switch kind {
	case css.BadStringToken, css.BadURLToken:
		return true
	case css.URLToken:
		return !strings.HasSuffix(raw, ")")
	case css.StringToken:
		return !closedString(raw)
	}
	return false
}

// closedString tells whether the last byte is the closing quote and not an
// escaped one.
func closedString(raw string) bool {
	if len(raw) < 2 || raw[len(raw)-1] != raw[0] {
		return false
	}
	slashes := 0
	for i := len(raw) - 2; i > 0 && raw[i] == '\\'; i-- {
		slashes++
	}
	return slashes%2 == 0
}

// opening is the length of the part of a broken token that is skipped: the
// quote, or the name and bracket of url(.
func opening(raw string) int {
	if raw[0] == '"' || raw[0] == '\'' {
		return 1
	}
	return strings.IndexByte(raw, '(') + 1
}

func newToken(kind css.TokenType, raw string) token {
	t := token{kind: kind, raw: raw, text: raw}
	switch kind {
	case css.IdentToken, css.CustomPropertyNameToken:
		t.text = unescape(raw)
		if !plainName(t.text) {
			t.kind = badToken
		}
	case css.FunctionToken:
		t.text = strings.ToLower(unescape(raw[:len(raw)-1]))
	case css.HashToken, css.AtKeywordToken:
		t.text = unescape(raw[1:])
	case css.StringToken:
		t.text = unescape(raw[1 : len(raw)-1])
	case css.NumberToken, css.PercentageToken, css.DimensionToken:
		t.number()
	}
	return t
}

func (t *token) number() {
	digits := strings.TrimSuffix(t.raw, "%")
	if t.kind == css.DimensionToken {
		digits, t.unit = splitDimension(t.raw)
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		t.kind = badToken // out of range: no length is that long
		return
	}
	t.num = n
}

// splitDimension separates "1.5rem" into number and unit. An e starts an
// exponent only where a digit follows ("1e3px", but "1em").
func splitDimension(raw string) (digits, unit string) {
	i := 0
	for i < len(raw) && strings.IndexByte("+-.0123456789", raw[i]) >= 0 {
		i++
	}
	if i < len(raw) && (raw[i] == 'e' || raw[i] == 'E') {
		j := i + 1
		if j < len(raw) && (raw[j] == '+' || raw[j] == '-') {
			j++
		}
		start := j
		for j < len(raw) && raw[j] >= '0' && raw[j] <= '9' {
			j++
		}
		if j > start {
			i = j
		}
	}
	return raw[:i], strings.ToLower(unescape(raw[i:]))
}

// unescape decodes CSS escapes (CSS Syntax 3, 4.3.7): a backslash and up to six
// hexadecimal digits with one optional blank, or a backslash and any character.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		i++
		start := i
		for i < len(s) && i-start < 6 && isHex(s[i]) {
			i++
		}
		if i == start {
			continue // the escaped character itself is copied next
		}
		code, err := strconv.ParseUint(s[start:i], 16, 32)
		if err != nil || code == 0 || !utf8.ValidRune(rune(code)) {
			code = uint64(utf8.RuneError)
		}
		b.WriteRune(rune(code))
		if i < len(s) && strings.IndexByte(" \t\n\f\r", s[i]) >= 0 {
			i++
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// plainName tells names that can be written again without an escape, in ASCII.
func plainName(s string) bool {
	rest := strings.TrimPrefix(s, "-")
	if name, custom := strings.CutPrefix(rest, "-"); custom && rest != s {
		rest = "x" + name
	}
	if rest == "" || rest[0] >= '0' && rest[0] <= '9' || rest[0] == '-' {
		return false
	}
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		if c != '-' && c != '_' && !(c >= '0' && c <= '9') && !(c|0x20 >= 'a' && c|0x20 <= 'z') {
			return false
		}
	}
	return true
}
