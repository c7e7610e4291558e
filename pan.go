package paylink

// HoldsCardNumber reports whether a text holds what looks like a card number: a
// run of 13 to 19 digits, blanks and dashes between them allowed, that passes
// the Luhn check. Every free text that paylink stores is tested, so that no card
// number can come to rest in a reference, a name or a description
// (trust.md 2.2, H-49).
func HoldsCardNumber(text string) bool {
	var run []byte
	gap := 0
	check := func() bool { return len(run) >= 13 && len(run) <= 19 && luhn(run) }
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			run, gap = append(run, c-'0'), 0
		case (c == ' ' || c == '-') && len(run) > 0 && gap == 0:
			gap++
		default:
			if check() {
				return true
			}
			run, gap = run[:0], 0
		}
	}
	return check()
}

func luhn(digits []byte) bool {
	sum, nonzero := 0, false
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		nonzero = nonzero || d != 0
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return nonzero && sum%10 == 0
}
