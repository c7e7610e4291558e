package paylink

import (
	"fmt"
	"strings"
)

// MaxMinor is the largest amount paylink holds, in minor units (10^15−1): far
// above any card limit and far below where int64 sums could overflow.
const MaxMinor = 1_000_000_000_000_000 - 1

// Money is an exact amount: an integer of minor units and its currency. There
// are no bare numbers and no floats for money anywhere in paylink.
type Money struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// ParseMoney reads a plain decimal ("25", "25.5", "25.50"): digits, at most one
// point, no sign, no blanks, no exponent, no leading zeros, at most 15 digits
// before the point and no more digits after it than the currency has; nothing
// is ever rounded.
func ParseMoney(text string, c Currency) (Money, error) {
	exp, ok := c.Exponent()
	if !ok {
		return Money{}, fmt.Errorf("currency %q is not known", c)
	}
	whole, frac, point := strings.Cut(text, ".")
	if whole == "" || len(whole) > 15 || (len(whole) > 1 && whole[0] == '0') || (point && frac == "") {
		return Money{}, fmt.Errorf("amount is not a plain decimal such as 25.00")
	}
	if len(frac) > exp {
		return Money{}, fmt.Errorf("amount has more than %d digits after the point, which %s does not have", exp, c)
	}
	var minor int64
	for _, d := range whole + frac + strings.Repeat("0", exp-len(frac)) {
		if d < '0' || d > '9' {
			return Money{}, fmt.Errorf("amount is not a plain decimal such as 25.00")
		}
		if minor > MaxMinor {
			break
		}
		minor = minor*10 + int64(d-'0')
	}
	if minor > MaxMinor {
		return Money{}, fmt.Errorf("amount is too large")
	}
	return Money{Minor: minor, Currency: c}, nil
}

// Decimal is the amount as plain digits with the currency's full fraction:
// "25.00", "1500", "0.010000". ParseMoney reads it back exactly.
func (m Money) Decimal() string {
	exp, _ := m.Currency.Exponent()
	sign, n := "", m.Minor
	if n < 0 {
		sign, n = "-", -n
	}
	digits := fmt.Sprintf("%0*d", exp+1, n)
	if exp == 0 {
		return sign + digits
	}
	cut := len(digits) - exp
	return sign + digits[:cut] + "." + digits[cut:]
}

func (m Money) String() string { return m.Decimal() + " " + string(m.Currency) }

// IsZero reports an amount of nothing.
func (m Money) IsZero() bool { return m.Minor == 0 }

// Plus adds two amounts of one currency and refuses what leaves ±MaxMinor.
func (m Money) Plus(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, fmt.Errorf("%s and %s can't be added", m.Currency, n.Currency)
	}
	// Both are within ±MaxMinor, so the sum can't overflow int64 before the check.
	if abs(m.Minor) > MaxMinor || abs(n.Minor) > MaxMinor || abs(m.Minor+n.Minor) > MaxMinor {
		return Money{}, fmt.Errorf("%s plus %s is too large", m, n)
	}
	return Money{Minor: m.Minor + n.Minor, Currency: m.Currency}, nil
}

// Negate turns a debit into a credit of the same size.
func (m Money) Negate() Money { return Money{Minor: -m.Minor, Currency: m.Currency} }

// In is the amount in another currency where both are worth the same: as it is, or
// in the stablecoin that stands for its currency. Nothing is ever rounded.
func (m Money) In(c Currency) (Money, bool) {
	if m.Currency == c {
		return m, true
	}
	from, _ := m.Currency.Exponent()
	to, _ := c.Exponent()
	if c.Par() != m.Currency || to < from {
		return Money{}, false
	}
	out := Money{Minor: m.Minor, Currency: c}
	for range to - from {
		if abs(out.Minor) > MaxMinor/10 {
			return Money{}, false
		}
		out.Minor *= 10
	}
	return out, true
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
