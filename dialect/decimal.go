package dialect

import (
	"strconv"
	"strings"
)

// mostDigits bounds a Decimal: more than any amount has.
const mostDigits = 40

// Decimal is the exact value of a Number's literal in plain digits, without needless
// zeros: "1.50e1" is "15". false where it would have more than 40 digits, so that
// "1e999999999" costs nobody memory.
func Decimal(literal string) (string, bool) {
	text, negative := strings.CutPrefix(literal, "-")
	exponent := 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		n, err := strconv.Atoi(text[at+1:])
		if err != nil || n < -1<<16 || n > 1<<16 {
			return "", false
		}
		text, exponent = text[:at], n
	}
	whole, frac, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole+frac, "0")
	point := len(digits) - len(frac) + exponent // where the point stands in digits
	digits = strings.TrimRight(digits, "0")
	switch {
	case digits == "":
		return "0", true
	case len(digits) > mostDigits || point > mostDigits || len(digits)-point > mostDigits:
		return "", false
	case point <= 0:
		digits = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		digits += strings.Repeat("0", point-len(digits))
	default:
		digits = digits[:point] + "." + digits[point:]
	}
	if negative {
		digits = "-" + digits
	}
	return digits, true
}
