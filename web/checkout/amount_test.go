package checkout

import (
	"regexp"
	"testing"

	"paylink/web/look"
)

func speak(t testing.TB, lang, region string) look.Locale {
	t.Helper()
	w, ok := look.Speak(lang)
	if !ok {
		t.Fatalf("%s is not shipped", lang)
	}
	return look.NewLocale(w, region)
}

// minor −1 means refused.
var amountCases = []struct {
	lang, region, text string
	minor              int64
}{
	{"en", "US", "25", 2500}, {"en", "US", "25.5", 2550}, {"en", "US", "25.50", 2550}, {"en", "US", "0.01", 1},
	{"en", "US", "99999.99", 9999999}, {"en", "US", "99,999.99", 9999999}, {"en", "US", " $1,234.50 ", 123450},
	{"en", "US", "1 234.50", 123450}, {"en", "US", ".50", 50}, {"en", "US", "007", 700}, {"en", "US", "1,234", 123400},
	{"en", "US", "1.005", -1}, {"en", "US", "abc", -1}, {"en", "US", "", -1}, {"en", "US", "-1", -1}, {"en", "US", "1e3", -1},
	{"en", "US", "1,23", -1}, {"en", "US", "12,34.00", -1}, {"en", "US", "1.2.3", -1}, {"en", "US", "25.", -1}, {"en", "US", "٢٥", -1},
	{"en", "US", "0x10", -1}, {"en", "US", "１２", -1}, {"en", "US", "25,50", -1}, {"en", "US", "99999999999999999999", -1},
	{"fr", "FR", "25,50", 2550}, {"fr", "FR", "25.50", 2550}, {"fr", "FR", "1 234,50", 123450}, {"fr", "FR", "1\u202f234,50 €", 123450},
	{"fr", "FR", "1,005", -1}, {"fr", "FR", "1.005", -1},
	{"es", "ES", "25,50", 2550}, {"es", "ES", "1.234,50", 123450}, {"es", "ES", "1.234.567,00", 123456700},
	{"es", "ES", "1.005", -1}, {"es", "ES", "1005", 100500},
	{"es", "MX", "1,234.50", 123450}, {"es", "MX", "25,50", -1},
}

func TestTypedAmountsAreReadAsThePayersLocaleWritesThem(t *testing.T) {
	t.Parallel()
	for _, c := range amountCases {
		m, err := readAmount(speak(t, c.lang, c.region), c.text, "EUR")
		if (err != nil) != (c.minor < 0) || (err == nil && m.Minor != c.minor) {
			t.Errorf("%s-%s %q: %v %v, want %d", c.lang, c.region, c.text, m, err, c.minor)
		}
	}
}

func TestBrowserPatternRefusesNothingThatTheServerTakes(t *testing.T) {
	t.Parallel()
	for _, c := range amountCases {
		l := speak(t, c.lang, c.region)
		// Go has no lookahead: its condition is checked apart.
		p := amountPattern(l, 2)
		re := regexp.MustCompile("^(?:" + p[len("(?=.*[1-9])"):] + ")$")
		if c.minor > 0 && bareAmount.MatchString(c.text[:1]) && !re.MatchString(c.text) && c.text[len(c.text)-1] <= '9' {
			t.Errorf("%s-%s %q is refused by %s", c.lang, c.region, c.text, p)
		}
	}
}
