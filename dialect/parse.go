package dialect

import (
	"net/http"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// MaxDepth is how deep arrays and objects may stand in one another.
	MaxDepth = 16
	// MaxValues is how many values and names a body may hold.
	MaxValues = 2000
)

// Parse reads one JSON text (RFC 8259) and nothing after it. It refuses what readers
// of JSON disagree about: a name twice in one object, ignoring case; invalid UTF-8
// and lone surrogates; NUL. A *Refusal says what and at which byte.
func Parse(raw []byte) (Value, error) {
	p := parser{raw: raw}
	p.blanks()
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	if p.blanks(); p.at < len(p.raw) {
		return Value{}, p.fault(CodeBody, "there is something after the JSON value")
	}
	return v, nil
}

type parser struct {
	raw   []byte
	at    int
	count int
}

func (p *parser) fault(code, text string) *Refusal {
	return refuse(http.StatusBadRequest, code, text+" (byte "+strconv.Itoa(p.at)+")")
}

func (p *parser) blanks() {
	for p.at < len(p.raw) {
		switch p.raw[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

// peek is the byte that comes next, 0 at the end.
func (p *parser) peek() byte {
	if p.at < len(p.raw) {
		return p.raw[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (Value, error) {
	if p.count++; p.count > MaxValues {
		return Value{}, p.fault(CodeTooMany, "the body holds more than "+strconv.Itoa(MaxValues)+" values")
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth + 1)
	case c == '[':
		return p.array(depth + 1)
	case c == '"':
		s, err := p.text()
		return Value{Kind: String, Text: s}, err
	case c == '-' || (c >= '0' && c <= '9'):
		return p.number()
	}
	for _, word := range []struct {
		text string
		kind Kind
	}{{"null", Null}, {"true", Bool}, {"false", Bool}} {
		if len(p.raw)-p.at >= len(word.text) && string(p.raw[p.at:p.at+len(word.text)]) == word.text {
			p.at += len(word.text)
			v := Value{Kind: word.kind, Text: word.text}
			if word.kind == Null {
				v.Text = ""
			}
			return v, nil
		}
	}
	if p.at >= len(p.raw) {
		return Value{}, p.fault(CodeBody, "the body ends where a JSON value should be")
	}
	return Value{}, p.fault(CodeBody, "this is no JSON value")
}

func (p *parser) deep(depth int) error {
	if depth > MaxDepth {
		return p.fault(CodeTooDeep, "arrays and objects stand more than "+strconv.Itoa(MaxDepth)+" deep in one another")
	}
	p.at++ // the bracket
	p.blanks()
	return nil
}

// next moves over the comma between two elements, or over the end: more is false then.
func (p *parser) next(end byte) (more bool, err error) {
	p.blanks()
	switch p.peek() {
	case ',':
		p.at++
		p.blanks()
		return true, nil
	case end:
		p.at++
		return false, nil
	}
	return false, p.fault(CodeBody, "a comma or the end of the array or object should be here")
}

func (p *parser) array(depth int) (Value, error) {
	v := Value{Kind: Array}
	if err := p.deep(depth); err != nil {
		return v, err
	}
	if p.peek() == ']' {
		p.at++
		return v, nil
	}
	for more := true; more; {
		item, err := p.value(depth)
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, item)
		if more, err = p.next(']'); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (p *parser) object(depth int) (Value, error) {
	v := Value{Kind: Object}
	if err := p.deep(depth); err != nil {
		return v, err
	}
	if p.peek() == '}' {
		p.at++
		return v, nil
	}
	seen := map[string]bool{}
	for more := true; more; {
		m, err := p.member(depth, seen)
		if err != nil {
			return v, err
		}
		v.Members = append(v.Members, m)
		if more, err = p.next('}'); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (p *parser) member(depth int, seen map[string]bool) (m Member, err error) {
	if p.peek() != '"' {
		return m, p.fault(CodeBody, "a member's name in quotes should be here")
	}
	if m.Name, err = p.text(); err != nil {
		return m, err
	}
	fold := Fold(m.Name)
	if seen[fold] {
		return m, p.fault(CodeDuplicate, "a member's name stands twice in one object (upper and lower case count as the same)")
	}
	seen[fold] = true
	if p.count++; p.count > MaxValues {
		return m, p.fault(CodeTooMany, "the body holds more than "+strconv.Itoa(MaxValues)+" values")
	}
	p.blanks()
	if p.peek() != ':' {
		return m, p.fault(CodeBody, "a colon should be here")
	}
	p.at++
	p.blanks()
	m.Value, err = p.value(depth)
	return m, err
}

// number keeps the literal: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (p *parser) number() (Value, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	ok := p.peek() != '0'
	whole := p.digits()
	ok = whole == 1 || (ok && whole > 0)
	if p.peek() == '.' {
		p.at++
		ok = p.digits() > 0 && ok
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		ok = p.digits() > 0 && ok
	}
	if !ok {
		return Value{}, p.fault(CodeBody, "this is no JSON number")
	}
	return Value{Kind: Number, Text: string(p.raw[start:p.at])}, nil
}

func (p *parser) digits() int {
	start := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at - start
}

// text reads a string at its opening quote.
func (p *parser) text() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.raw) {
		switch c := p.raw[p.at]; {
		case c == '"':
			p.at++
			return string(p.raw[start : p.at-1]), nil
		case c == '\\' || c < 0x20 || c >= 0x80:
			return p.rich(append(make([]byte, 0, 64), p.raw[start:p.at]...))
		}
		p.at++
	}
	return "", p.fault(CodeBody, "a string does not end")
}

// rich reads on where a string holds more than plain ASCII.
func (p *parser) rich(out []byte) (string, error) {
	for p.at < len(p.raw) {
		c := p.raw[p.at]
		switch {
		case c == '"':
			p.at++
			return string(out), nil
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		case c < 0x20:
			return "", p.fault(CodeText, "a string holds a control character that is not escaped")
		case c < 0x80:
			out = append(out, c)
			p.at++
		default:
			r, size := utf8.DecodeRune(p.raw[p.at:])
			if r == utf8.RuneError && size == 1 {
				return "", p.fault(CodeText, "a string is not valid UTF-8")
			}
			out = append(out, p.raw[p.at:p.at+size]...)
			p.at += size
		}
	}
	return "", p.fault(CodeBody, "a string does not end")
}

var plainEscapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads one escape at its backslash, both halves of a surrogate pair.
func (p *parser) escape() (rune, error) {
	p.at++
	c := p.peek()
	if r, ok := plainEscapes[c]; ok {
		p.at++
		return r, nil
	}
	r, ok := p.hex()
	switch {
	case !ok:
		return 0, p.fault(CodeBody, "this is no escape of JSON")
	case r == 0:
		return 0, p.fault(CodeText, "a string holds the character NUL")
	case !utf16.IsSurrogate(r):
		return r, nil
	}
	if p.peek() == '\\' {
		p.at++
		if low, ok := p.hex(); ok {
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				return r, nil
			}
		}
	}
	return 0, p.fault(CodeText, "a string holds half of a surrogate pair")
}

// hex reads uXXXX.
func (p *parser) hex() (rune, bool) {
	if p.peek() != 'u' || len(p.raw)-p.at < 5 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.raw[p.at+1:p.at+5]), 16, 16)
	if err != nil {
		return 0, false
	}
	p.at += 5
	return rune(n), true
}
