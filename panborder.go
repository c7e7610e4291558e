package paylink

// What stands around digits that pass the check of pan.go tells a card number from
// the one in ten other numbers that pass it too.

// begins reports whether a number can begin at s: with a group, or behind an expiry
// that is glued to it.
func begins(run []digit, s int) bool {
	return run[s].first ||
		s >= 4 && run[s-4].first && expiry(run[s-4:s]) == 4 ||
		s >= 6 && run[s-6].first && expiry(run[s-6:s]) == 6
}

// ends reports whether a number can end before e: with a group, or before a glued
// expiry and the three or four digits of a security code.
func ends(run []digit, e int) bool {
	border := func(i int) bool { return i == len(run) || i < len(run) && run[i].first }
	if border(e) {
		return true
	}
	for _, n := range []int{4, 6} {
		if e+n <= len(run) && expiry(run[e:e+n]) == n && (border(e+n) || border(e+n+3) || border(e+n+4)) {
			return true
		}
	}
	return false
}

// expiry gives the length of what it is given if that is MMYY or MMYYYY of the years
// in which a card can end, and 0 otherwise.
func expiry(d []digit) int {
	month, year := whole(d[:2]), whole(d[2:])
	if len(d) == 6 {
		year -= 2000
	}
	if month < 1 || month > 12 || year < 20 || year > 59 {
		return 0
	}
	return len(d)
}

func whole(digits []digit) (n int) {
	for _, d := range digits {
		n = n*10 + int(d.value)
	}
	return n
}

// isPhone reports whether a run is a telephone number: a plus and at most the 15
// digits of E.164.
func isPhone(text []byte, run []digit) bool {
	return len(run) <= 15 && run[0].from > 0 && text[run[0].from-1] == '+'
}

// harmless reports whether digits that look like a card number are part of something
// else that people write in groups.
func harmless(text []byte, run []digit, s, e int) bool {
	return holdsDate(run[s:e]) || inUUID(text, run[s].from, run[e-1].to) || inIBAN(text, run[0].from, run[e-1].to)
}

// holdsDate finds day, month and year, or year, month and day, as groups of their own.
func holdsDate(number []digit) bool {
	var a, b []digit // the two groups before
	for i := 0; i < len(number); {
		end := i + 1
		for end < len(number) && !number[end].first {
			end++
		}
		c := number[i:end]
		if isYear(c) && isDay(a) && isDay(b) || isYear(a) && isDay(b) && isDay(c) {
			return true
		}
		a, b, i = b, c, end
	}
	return false
}

func isDay(g []digit) bool  { return len(g) > 0 && len(g) <= 2 && whole(g) >= 1 && whole(g) <= 31 }
func isYear(g []digit) bool { return len(g) == 4 && (whole(g)/100 == 19 || whole(g)/100 == 20) }

// inUUID reports whether from..to is within 8-4-4-4-12 hexadecimal digits. One letter
// must be among them: nobody types a card number so, but a program may.
func inUUID(text []byte, from, to int) bool {
	for at := max(0, to-36); at <= from && at+36 <= len(text); at++ {
		letter, fits := false, true
		for i, c := range text[at : at+36] {
			hex := c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
			letter = letter || hex
			if i == 8 || i == 13 || i == 18 || i == 23 {
				fits = fits && c == '-'
			} else {
				fits = fits && (hex || c >= '0' && c <= '9')
			}
		}
		if fits && letter {
			return true
		}
	}
	return false
}

// inIBAN reports whether the run that begins at start belongs to an account number of
// ISO 13616 that ends at or after end: two letters before it, and a right remainder.
func inIBAN(text []byte, start, end int) bool {
	if start < 2 || !upper(text[start-1]) || !upper(text[start-2]) || start > 2 && upper(text[start-3]) {
		return false
	}
	// The country and check digits count behind the rest.
	head := append([]byte(nil), text[start-2:start+2]...)
	rest, length := 0, 4
	for i := start + 2; i < len(text) && length <= 34; i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9' || upper(c):
			rest, length = remainder(rest, c), length+1
		case c == ' ':
			continue
		default:
			return false
		}
		if i+1 < end || i+1 < len(text) && (upper(text[i+1]) || text[i+1] >= '0' && text[i+1] <= '9') {
			continue
		}
		all := rest
		for _, c := range head {
			all = remainder(all, c)
		}
		if length >= 15 && all == 1 {
			return true
		}
	}
	return false
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }

// remainder goes on dividing by 97; a letter is two digits.
func remainder(rest int, c byte) int {
	if upper(c) {
		return (rest*100 + int(c-'A') + 10) % 97
	}
	return (rest*10 + int(c-'0')) % 97
}
