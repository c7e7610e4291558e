package look

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"paylink"

	"golang.org/x/text/language"
)

// Locale is how one payer writes: a shipped language and the region whose
// habits of number and currency apply. Region is "" when nothing is known of it,
// and Elsewhere when it is known but has no habits of its own in our tables, so
// that the number of different pages stays small.
type Locale struct {
	*Words
	Region string
}

// Elsewhere is the UN M.49 code of the world: a region without a dollar of its own.
const Elsewhere = "001"

// NewLocale joins a language with a region (ISO 3166-1 alpha-2, any case, or "").
func NewLocale(w *Words, region string) Locale {
	region = strings.ToUpper(region)
	if region != "" && homes[region].currency == "" {
		region = Elsewhere
	}
	return Locale{Words: w, Region: region}
}

// Accept reads an Accept-Language header: the payer's languages in their order
// and the first region that they name.
func Accept(header string) (langs []string, region string) {
	if len(header) > 200 { // no browser sends more; a longer one is not worth parsing
		return nil, ""
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return nil, ""
	}
	for _, t := range tags {
		langs = append(langs, t.String())
		if r, c := t.Region(); c == language.Exact && region == "" && r.IsCountry() {
			region = r.String()
		}
	}
	return langs, region
}

// Money writes an amount with all digits of its currency, as CLDR 48 does for
// the locale, and never leaves two dollars alike: "$25.00" to a payer in the
// United States, "US$25.00" to one in Canada. Stablecoins, which CLDR does not know,
// are written as wallets do: "25.00 USDC".
func (l Locale) Money(m paylink.Money) string {
	number := l.Number(m)
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	before, after := l.around(m.Currency)
	return sign + before + number + after
}

// around is what stands before and after the digits of an amount.
func (l Locale) around(c paylink.Currency) (before, after string) {
	s, symbol := l.style(), l.Symbol(c)
	if s.after || c.Stablecoin() {
		return "", nbsp + symbol
	}
	last := symbol[len(symbol)-1]
	if s.apart || (last|0x20 >= 'a' && last|0x20 <= 'z') {
		return symbol + nbsp, ""
	}
	return symbol, ""
}

// Pattern is what a script needs to write amounts of a currency as Money does, as
// JSON: digits of the fraction, how many of them always stand, decimal and group
// separators, digits before the first of these, what stands before and after.
func (l Locale) Pattern(c paylink.Currency) string {
	s := l.style()
	exp, _ := c.Exponent()
	keep := exp
	if c.Stablecoin() {
		keep = tokenDigits
	}
	before, after := l.around(c)
	raw, err := json.Marshal([]any{exp, keep, s.decimal, s.group, s.least, before, after})
	if err != nil {
		panic(err) // numbers and texts
	}
	return string(raw)
}

// tokenDigits are the digits of a stablecoin's fraction that always stand; the rest
// of its six only where they are not zero.
const tokenDigits = 2

// Number writes the digits of an amount without its currency: "1,234.50".
func (l Locale) Number(m paylink.Money) string {
	s := l.style()
	text := m.Decimal()
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	whole, frac, point := strings.Cut(text, ".")
	for m.Currency.Stablecoin() && len(frac) > tokenDigits && strings.HasSuffix(frac, "0") {
		frac = frac[:len(frac)-1]
	}
	var b strings.Builder
	b.WriteString(sign)
	grouped := len(whole) >= 3+s.least
	for i, d := range whole {
		if left := len(whole) - i; grouped && i > 0 && left%3 == 0 {
			b.WriteString(s.group)
		}
		b.WriteRune(d)
	}
	if point {
		b.WriteString(s.decimal + frac)
	}
	return b.String()
}

// Symbol is the currency as the locale writes it: "$", "US$", "€", "CHF".
func (l Locale) Symbol(c paylink.Currency) string {
	if home := homes[l.Region]; home.currency == c {
		return home.symbol
	}
	if l.Region == "" && l.Lang == "en" && c == "USD" {
		return "$" // CLDR's en without a region is the American one
	}
	if s, ok := symbols[l.Lang][c]; ok {
		return s
	}
	return string(c)
}

// SymbolAfter reports whether the locale writes the currency behind the number.
func (l Locale) SymbolAfter(c paylink.Currency) bool { return l.style().after || c.Stablecoin() }

// Decimal is the character between whole and fraction: "." or ",".
func (l Locale) Decimal() string { return l.style().decimal }

// Group is the character between thousands.
func (l Locale) Group() string { return l.style().group }

// Tag is the locale as a BCP 47 tag for the lang attribute and for scripts.
func (l Locale) Tag() string {
	if l.Region == "" || l.Region == Elsewhere {
		return l.Lang
	}
	return l.Lang + "-" + l.Region
}

// Date writes a day: "21 November 2026", "November 21, 2026" in the United
// States, "21 novembre 2026", "21 de noviembre de 2026".
func (l Locale) Date(t time.Time) string {
	key := "date.long"
	if l.Region == "US" || l.Region == "" {
		key = "date.long_us"
	}
	return l.T(key, "day", fmt.Sprint(t.Day()), "month", l.T(monthKeys[t.Month()-1]), "year", fmt.Sprint(t.Year()))
}

// DateTime writes a moment with its zone, which is always UTC here because the
// server does not know the payer's: "21 November 2026, 14:05 UTC".
func (l Locale) DateTime(t time.Time) string {
	t = t.UTC()
	return l.T("date.time", "date", l.Date(t), "time", t.Format("15:04"))
}

var monthKeys = [12]string{"month.1", "month.2", "month.3", "month.4", "month.5", "month.6",
	"month.7", "month.8", "month.9", "month.10", "month.11", "month.12"}
