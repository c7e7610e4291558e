package paylink

import (
	"unicode"
	"unicode/utf8"
)

// HoldsCardNumber reports whether a text holds what looks like a card number. Every
// free text that paylink stores is tested, so that no card number can come to rest in
// a reference, a name or a description (trust.md 2.2, H-49).
func HoldsCardNumber(text string) bool {
	from, _ := FindCardNumber([]byte(text))
	return from >= 0
}

// FindCardNumber gives where the first card number of a text begins and ends, or
// -1, -1. It reads as people type: digits of any script, in groups parted by blanks,
// dots, slashes or dashes, with an expiry or anything else before and after. A card
// number begins and ends with a group, or is glued to an expiry; it has an issuer's
// first digits and length, and a right check digit.
func FindCardNumber(text []byte) (from, to int) {
	var room [64]digit
	run, gap := room[:0], 0
	for i := 0; i < len(text); {
		if c := text[i]; len(run) == 0 && c < utf8.RuneSelf && c-'0' > 9 {
			i++ // nearly all of a log: it is read at the price of one comparison
			continue
		}
		value, size := digitAt(text[i:])
		switch {
		case value >= 0:
			run = append(run, digit{byte(value), len(run) == 0 || gap > 0, i, i + size})
			gap = 0
		case len(run) == 0:
		case gap < maxGap && parts(text[i:]):
			gap++
		default:
			if from, to = cardIn(text, run); from >= 0 {
				return from, to
			}
			run, gap = run[:0], 0
		}
		i += size
	}
	return cardIn(text, run)
}

// maxGap is how many characters may part two groups: " - ".
const maxGap = 3

// digit is one of a run; first says that its group begins with it.
type digit struct {
	value    byte
	first    bool
	from, to int
}

// digitAt gives the decimal digit at the start of a text, or -1, and the character's
// length.
func digitAt(text []byte) (value, size int) {
	if c := text[0]; c < utf8.RuneSelf {
		if c >= '0' && c <= '9' {
			return int(c - '0'), 1
		}
		return -1, 1
	}
	r, size := utf8.DecodeRune(text)
	for _, in := range unicode.Nd.R16 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return int(r-rune(in.Lo)) % 10, size // Unicode keeps every ten in order, 0 first
		}
	}
	for _, in := range unicode.Nd.R32 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return int(r-rune(in.Lo)) % 10, size
		}
	}
	return -1, size
}

// parts reports whether the character at the start of a text may part two groups.
// What can't be seen parts them too: else a soft hyphen would hide a number.
func parts(text []byte) bool {
	r, _ := utf8.DecodeRune(text)
	switch r {
	case ' ', '.', '/', '-', '\u00b7', '\u2044', '\u2212', '\u2215', '\uff0e', '\uff0f':
		return true
	}
	return unicode.IsSpace(r) || r >= utf8.RuneSelf && unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf, unicode.M)
}

// cardIn looks at every stretch of a run that can be a number. The longest comes
// first, so that a log loses the whole of it.
func cardIn(text []byte, run []digit) (from, to int) {
	if len(run) < minCard || isPhone(text, run) {
		return -1, -1
	}
	for s := 0; s+minCard <= len(run); s++ {
		if !begins(run, s) {
			continue
		}
		for n := min(maxCard, len(run)-s); n >= minCard; n-- {
			e := s + n
			if issued(run[s:e]) && luhn(run[s:e]) && ends(run, e) && !harmless(text, run, s, e) {
				return run[s].from, run[e-1].to
			}
		}
	}
	return -1, -1
}

const minCard, maxCard = 13, 19

// issued reports whether an issuer gives out numbers that begin so and are so long
// (ISO/IEC 7812 and the schemes' own tables).
func issued(number []digit) bool {
	n, first := len(number), 0
	for _, d := range number[:4] {
		first = first*10 + int(d.value)
	}
	switch {
	case first/1000 == 4:
		return n == 13 || n == 16 || n == 19
	case first/100 == 34, first/100 == 37:
		return n == 15
	case first/100 == 30, first/100 == 36, first/100 == 38, first/100 == 39:
		return n >= 14
	case first/100 == 35:
		return n >= 16
	case first >= 2221 && first <= 2720, first/100 >= 51 && first/100 <= 55:
		return n == 16
	}
	return first/1000 == 6 || first/100 == 50 || first/100 >= 56 && first/100 <= 58
}

func luhn(digits []digit) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i].value)
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
