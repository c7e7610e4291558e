package look_test

import (
	"testing"
	"time"

	"paylink"
	"paylink/web/look"
)

func locale(t *testing.T, lang, region string) look.Locale {
	t.Helper()
	w, ok := look.Speak(lang)
	if !ok {
		t.Fatalf("%s is not shipped", lang)
	}
	return look.NewLocale(w, region)
}

// The expectations are what Intl.NumberFormat of CLDR 48 writes; ~ stands for a
// no-break space and ^ for a narrow one.
func TestMoneyIsWrittenAsThePayersLocaleWritesIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang, region string
		minor        int64
		currency     paylink.Currency
		want         string
	}{
		{"en", "", 2500, "USD", "$25.00"},
		{"en", "US", 2500, "USD", "$25.00"},
		{"en", "US", 123456750, "EUR", "€1,234,567.50"},
		{"en", "CA", 2500, "USD", "US$25.00"},
		{"en", "CA", 2500, "CAD", "$25.00"},
		{"en", "GB", 99999, "GBP", "£999.99"},
		{"en", "GB", 2500, "USD", "US$25.00"},
		{"en", "AU", 2500, "AUD", "$25.00"},
		{"en", "NO", 2500, "USD", "US$25.00"},
		{"en", "ZA", 123450, "EUR", "€1~234,50"},
		{"en", "US", 25, "JPY", "JP¥25"},
		{"en", "US", 25000, "KWD", "KWD~25.000"},
		{"en", "US", 2500, "CHF", "CHF~25.00"},
		{"en", "US", 25_000_000, "USDC", "25.00~USDC"},
		{"en", "US", -2500, "USD", "-$25.00"},
		{"fr", "FR", 123450, "EUR", "1^234,50~€"},
		{"fr", "FR", 2500, "USD", "25,00~$US"},
		{"fr", "CA", 2500, "CAD", "25,00~$"},
		{"fr", "CA", 2500, "USD", "25,00~$US"},
		{"fr", "CH", 123450, "EUR", "1^234.50~€"},
		{"es", "ES", 123450, "EUR", "1234,50~€"},
		{"es", "ES", 1234550, "EUR", "12.345,50~€"},
		{"es", "ES", 2500, "USD", "25,00~US$"},
		{"es", "MX", 2500, "MXN", "$25.00"},
		{"es", "MX", 2500, "USD", "US$25.00"},
		{"es", "US", 2500, "USD", "$25.00"},
		{"es", "AR", 123450, "ARS", "$~1.234,50"},
		{"es", "CL", 2500, "USD", "US$25,00"},
	} {
		got := plain(locale(t, c.lang, c.region).Money(paylink.Money{Minor: c.minor, Currency: c.currency}))
		if got != c.want {
			t.Errorf("%s-%s %d %s: %q, want %q", c.lang, c.region, c.minor, c.currency, got, c.want)
		}
	}
}

func plain(s string) string {
	out := []rune(s)
	for i, r := range out {
		switch r {
		case '\u00a0':
			out[i] = '~'
		case '\u202f':
			out[i] = '^'
		}
	}
	return string(out)
}

func TestNoTwoDollarsLookAlikeInOneRegion(t *testing.T) {
	t.Parallel()
	dollars := []paylink.Currency{"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "TWD", "ARS", "CLP", "COP", "XCD", "BBD", "JMD"}
	for _, w := range look.Languages() {
		for _, region := range []string{"", "US", "CA", "AU", "NZ", "SG", "MX", "AR", "CL", "GB", "IN", "001"} {
			l, seen := look.NewLocale(w, region), map[string]paylink.Currency{}
			for _, c := range dollars {
				s := l.Symbol(c)
				if other, twice := seen[s]; twice {
					t.Errorf("%s: %s and %s are both written %q", l.Tag(), c, other, s)
				}
				seen[s] = c
			}
		}
	}
}

func TestDatesAreWrittenInWords(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC)
	for _, c := range []struct{ lang, region, want string }{
		{"en", "US", "November 21, 2026, 14:05 UTC"},
		{"en", "GB", "21 November 2026, 14:05 UTC"},
		{"fr", "FR", "21 novembre 2026, 14:05 UTC"},
		{"es", "ES", "21 de noviembre de 2026, 14:05 UTC"},
	} {
		if got := locale(t, c.lang, c.region).DateTime(at); got != c.want {
			t.Errorf("%s-%s: %q, want %q", c.lang, c.region, got, c.want)
		}
	}
}

func TestAcceptLanguageGivesLanguagesAndRegion(t *testing.T) {
	t.Parallel()
	langs, region := look.Accept("fr-CA,fr;q=0.8,en-US;q=0.5")
	if len(langs) != 3 || langs[0] != "fr-CA" || region != "CA" {
		t.Errorf("got %v %q", langs, region)
	}
	for _, bad := range []string{"", ";;;", "*", string(make([]byte, 300))} {
		if _, region := look.Accept(bad); region != "" {
			t.Errorf("%q gave region %q", bad, region)
		}
	}
}

func TestAnyLanguageTagFindsAPage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"": "en", "en": "en", "FR": "fr", "fr-CA": "fr", "es-419": "es",
		"zz": "en", "x": "en", "de": "en", "'><script>": "en"} {
		if w, _ := look.Speak(tag); w.Lang != want {
			t.Errorf("%q: %s, want %s", tag, w.Lang, want)
		}
	}
}
