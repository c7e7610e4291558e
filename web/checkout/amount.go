package checkout

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"paylink"
	"paylink/web/look"
)

var errAmount = errors.New("not an amount")

// readAmount reads what a payer typed: "25", "25.5", "1,234.50", or with the
// separators of the payer's locale "1 234,50". Grouped digits must be grouped by
// threes. What could mean two things (a single "." before three digits where the
// locale groups with points) is refused rather than guessed.
func readAmount(l look.Locale, text string, c paylink.Currency) (paylink.Money, error) {
	text = strings.TrimSpace(text)
	for _, symbol := range []string{l.Symbol(c), string(c), "$", "€", "£"} {
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, symbol), symbol))
	}
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(text)
	if len(text) > maxAmount {
		return paylink.Money{}, errAmount
	}
	plain, ok := normalAmount(l, text)
	if !ok {
		return paylink.Money{}, errAmount
	}
	return paylink.ParseMoney(plain, c)
}

var (
	bareAmount    = regexp.MustCompile(`^\d+$`)
	groupedAmount = map[string]*regexp.Regexp{
		",": regexp.MustCompile(`^\d{1,3}(,\d{3})+$`),
		".": regexp.MustCompile(`^\d{1,3}(\.\d{3})+$`),
		" ": regexp.MustCompile(`^\d{1,3}( \d{3})+$`),
		"'": regexp.MustCompile(`^\d{1,3}('\d{3})+$`),
	}
)

// normalAmount turns a typed number into digits with at most one point.
func normalAmount(l look.Locale, text string) (string, bool) {
	whole, frac, mark := text, "", byte(0)
	if i := strings.LastIndexAny(text, ".,"); i >= 0 {
		last := text[i]
		tail := text[i+1:]
		// The last separator is the decimal one unless it groups by threes and the
		// locale says that this character groups.
		groups := len(tail) == 3 && string(last) == l.Group()
		if groups && last == '.' && strings.Count(text, ".") == 1 {
			return "", false
		}
		if !groups {
			whole, frac, mark = text[:i], tail, last
			// A comma is a decimal mark only where the locale has it so.
			if mark == ',' && l.Decimal() != "," {
				return "", false
			}
			if !bareAmount.MatchString(frac) {
				return "", false
			}
		}
	}
	if whole == "" && frac != "" {
		whole = "0" // ".50"
	}
	if !bareAmount.MatchString(whole) {
		ok := false
		for sep, form := range groupedAmount {
			if (mark == 0 || sep[0] != mark) && form.MatchString(whole) {
				whole, ok = strings.ReplaceAll(whole, sep, ""), true
				break
			}
		}
		if !ok {
			return "", false
		}
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if frac == "" {
		return whole, true
	}
	return whole + "." + frac, true
}

// amountPattern is what the browser checks before the server does: a shade
// wider, for the server decides. It demands a digit other than 0.
func amountPattern(l look.Locale, exp int) string {
	mark := `\.`
	if l.Decimal() == "," {
		mark = `[.,]`
	}
	frac := ""
	if exp > 0 {
		frac = fmt.Sprintf(`(%s\d{1,%d})?`, mark, exp)
	}
	group := `[\s` + map[string]string{",": ",", ".": "."}[l.Group()] + `]?`
	return `(?=.*[1-9])(\d{1,3}(` + group + `\d{3})*)?` + frac
}
