package place

import (
	"regexp"
	"strings"
	"sync"
)

// maxPostal bounds codes of countries whose form is not known; the longest
// known one has ten characters (ZIP+4).
const maxPostal = 12

// patterns holds compiled postal patterns, by country, since most are never used.
var patterns sync.Map // country code → *regexp.Regexp

func (r *record) pattern() *regexp.Regexp {
	if re, ok := patterns.Load(r.code); ok {
		return re.(*regexp.Regexp)
	}
	re, _ := patterns.LoadOrStore(r.code, regexp.MustCompile(`^(?:`+r.postal+`)$`))
	return re.(*regexp.Regexp)
}

// MatchesPostal tells whether text is a postal code of the country as it
// stands, separators included; only letter case is free. An unknown country, or
// one whose form is not known, has no wrong codes.
func MatchesPostal(country, text string) bool {
	r, ok := find(country)
	return !ok || r.postal == "" || r.pattern().MatchString(strings.ToUpper(text))
}

// CheckPostal reads a postal code as a person types it: letter case, blanks,
// dashes, digits of another script and the country's letters in front ("D-10115")
// do not matter. normal is the code as the country's post writes it; ok is false
// if there is no such form. A country without codes, or of unknown form, takes
// any short code as it is.
func CheckPostal(country, text string) (normal string, ok bool) {
	text = strings.Join(strings.Fields(strings.ToUpper(plainDigits(text))), " ")
	r, known := find(country)
	if !known || r.postal == "" {
		return text, text != "" && len(text) <= maxPostal && plainCode(text)
	}
	bare := compact(text)
	for _, attempt := range []string{
		bare,
		strings.TrimPrefix(bare, r.code),
		strings.TrimPrefix(bare, letters[r.code]),
		r.code + bare, // the code begins with the country's letters ("LV-1073") and they were left out
	} {
		if normal, ok := r.shaped(attempt); ok {
			return normal, true
		}
	}
	return "", false
}

// letters are those that stand before a code on envelopes where they are not
// the country's ISO code.
var letters = map[string]string{"AT": "A", "BE": "B", "DE": "D", "ES": "E", "FR": "F", "IT": "I", "LI": "FL", "SE": "S"}

// shaped puts the separator of the country's examples into a compact code and
// tells whether the result fits the pattern.
func (r *record) shaped(bare string) (string, bool) {
	var exact, tail []string
	for example := range strings.SplitSeq(r.examples, ",") {
		at := strings.IndexAny(example, " -")
		if at < 0 {
			continue
		}
		separator, behind := example[at:at+1], len(example)-at-1
		if len(example)-1 == len(bare) {
			exact = append(exact, bare[:at]+separator+bare[at:])
		}
		// Codes of other lengths keep the part behind the separator (GB).
		if behind < len(bare) {
			tail = append(tail, bare[:len(bare)-behind]+separator+bare[len(bare)-behind:])
		}
	}
	for _, candidate := range append(append(exact, tail...), bare) {
		if r.pattern().MatchString(candidate) {
			return candidate, true
		}
	}
	return "", false
}

func compact(s string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '-', '\u2010', '\u2011', '\u2013', '\u2212', '\uFF0D', '〒':
			return -1
		}
		return c
	}, s)
}

func plainCode(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != ' ' && c != '-' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

// plainDigits writes full-width letters and digits, and the digits of Arabic,
// Persian, Devanagari and Bengali, in ASCII.
func plainDigits(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '！' && c <= '～':
			return c - '！' + '!'
		case c == '\u3000' || c == '\u00A0':
			return ' '
		}
		for _, zero := range []rune{'٠', '۰', '०', '০'} {
			if c >= zero && c <= zero+9 {
				return c - zero + '0'
			}
		}
		return c
	}, s)
}
