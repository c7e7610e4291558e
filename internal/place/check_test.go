package place_test

import (
	"strings"
	"testing"

	"paylink/internal/place"
)

func TestPostalCodesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, text, want string }{
		{"US", "95014", "95014"}, {"US", " 22162-1010 ", "22162-1010"}, {"us", "221621010", "22162-1010"}, {"US", "22162 1010", "22162-1010"},
		{"CA", "k1a0b1", "K1A 0B1"}, {"CA", "K1A-0B1", "K1A 0B1"}, {"CA", "K1A 0B1", "K1A 0B1"},
		{"GB", "sw1a1aa", "SW1A 1AA"}, {"GB", "m25bq", "M2 5BQ"}, {"GB", "EC1Y  8SY", "EC1Y 8SY"}, {"GB", "gir0aa", "GIR 0AA"},
		{"AU", "2000", "2000"}, {"DE", "D-10115", "10115"}, {"DE", "10115", "10115"}, {"CH", "CH-8001", "8001"}, {"AT", "A-1010", "1010"},
		{"FR", "75 008", "75008"}, {"FR", "F-75008", "75008"}, {"NL", "1012ab", "1012 AB"}, {"SE", "114 55", "11455"}, {"SE", "S-114 55", "11455"},
		{"PL", "00950", "00-950"}, {"PT", "2725079", "2725-079"}, {"BR", "40301110", "40301-110"}, {"JP", "〒1540023", "154-0023"},
		{"JP", "１５４−００２３", "154-0023"}, {"IN", "110034", "110034"}, {"IE", "a65f4e2", "A65 F4E2"}, {"LV", "1073", "LV-1073"}, {"LV", "lv1073", "LV-1073"},
		{"IR", "۱۱۹۳۶۱۲۳۴۵", "11936-12345"}, {"AE", "any thing 12", "ANY THING 12"}, {"HK", "0000", "0000"}, {"XX", "abc-1", "ABC-1"},
	} {
		if got, ok := place.CheckPostal(c.country, c.text); !ok || got != c.want {
			t.Errorf("CheckPostal(%s, %q) = %q, %t, want %q", c.country, c.text, got, ok, c.want)
		}
	}
}

func TestWrongPostalCodesAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, text string }{
		{"US", ""}, {"US", " "}, {"US", "9501"}, {"US", "950140"}, {"US", "ABCDE"}, {"US", "95014-101"}, {"US", "95014\n"[:5] + "x"},
		{"CA", "D1A 0B1"}, {"CA", "K1A 0B"}, {"CA", "12345"}, {"GB", "12345"}, {"GB", "ZZ1 1AA"}, {"AU", "200"}, {"AU", "20000"},
		{"DE", "1011"}, {"FR", "7500"}, {"AE", ""}, {"AE", strings.Repeat("1", 13)}, {"AE", "a<b"}, {"JP", "154-002"},
	} {
		if got, ok := place.CheckPostal(c.country, c.text); ok {
			t.Errorf("CheckPostal(%s, %q) takes it as %q", c.country, c.text, got)
		}
	}
}

func TestEveryCountrysExampleIsItsOwnNormalForm(t *testing.T) {
	t.Parallel()
	for _, n := range place.Countries("en") {
		c, _ := place.Find(n.Code)
		if c.PostalExample == "" {
			continue
		}
		got, ok := place.CheckPostal(n.Code, c.PostalExample)
		if !ok || got != c.PostalExample || !place.MatchesPostal(n.Code, c.PostalExample) {
			t.Errorf("%s: example %q becomes %q, %t", n.Code, c.PostalExample, got, ok)
		}
	}
}

func TestMatchesPostalKeepsToTheLetter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country, text string
		want          bool
	}{
		{"US", "95014", true}, {"US", "22162-1010", true}, {"US", "221621010", false}, {"CA", "k1a0b1", true}, {"CA", "K1A-0B1", false},
		{"US", "95014\n", false}, {"US", " 95014", false}, {"XX", "anything", true}, {"HK", "", true},
	} {
		if got := place.MatchesPostal(c.country, c.text); got != c.want {
			t.Errorf("MatchesPostal(%s, %q) = %t", c.country, c.text, got)
		}
	}
}

func TestPhonesAreReadNationalAndInternational(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, text, want string }{
		{"US", "(202) 456-1111", "+12024561111"}, {"us", "202.456.1111", "+12024561111"}, {"US", "1-202-456-1111", "+12024561111"},
		{"US", "+33 1 44 94 70 00", "+33144947000"}, {"US", "011 33 1 44 94 70 00", "+33144947000"}, {"FR", "01 44 94 70 00", "+33144947000"},
		{"FR", "0033144947000", "+33144947000"}, {"GB", "020 7946 0958", "+442079460958"}, {"AU", "0412 345 678", "+61412345678"},
		{"CA", "416-555-0123 ext. 7", "+14165550123"}, {"", "+61 412 345 678", "+61412345678"}, {"JP", "０３−１２３４−５６７８", "+81312345678"},
	} {
		if got, ok := place.CheckPhone(c.country, c.text); !ok || got != c.want {
			t.Errorf("CheckPhone(%s, %q) = %q, %t, want %q", c.country, c.text, got, ok, c.want)
		}
	}
}

func TestWrongPhonesAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ country, text string }{
		{"US", ""}, {"US", "123"}, {"US", "(123) 456-7890"}, {"US", "not a phone"}, {"", "202 456 1111"}, {"XX", "202 456 1111"},
		{"US", strings.Repeat("1", 65)}, {"FR", "01 44 94 70"}, {"US", "+999 123456789"}, {"US", "\x00"},
	} {
		if got, ok := place.CheckPhone(c.country, c.text); ok {
			t.Errorf("CheckPhone(%s, %q) takes it as %q", c.country, c.text, got)
		}
	}
}

func TestPhoneExamplesAreValid(t *testing.T) {
	t.Parallel()
	for _, country := range []string{"US", "CA", "FR", "ES", "MX", "AU"} {
		if _, ok := place.CheckPhone(country, place.PhoneExample(country)); !ok {
			t.Errorf("%s: example %q is refused", country, place.PhoneExample(country))
		}
	}
	if got := place.PhoneExample("ZZ"); got != "" {
		t.Errorf("example for no country: %q", got)
	}
}

func FuzzCheckPostal(f *testing.F) {
	for _, seed := range []string{"95014", "K1A 0B1", "D-10115", "〒154-0023", "\xff", "−", ""} {
		f.Add("US", seed)
		f.Add("GB", seed)
	}
	f.Fuzz(func(t *testing.T, country, text string) {
		normal, ok := place.CheckPostal(country, text)
		if !ok {
			return
		}
		if again, ok := place.CheckPostal(country, normal); !ok || again != normal {
			t.Errorf("%s %q: %q becomes %q, %t", country, text, normal, again, ok)
		}
	})
}
