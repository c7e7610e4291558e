package place_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"paylink/internal/place"
)

func TestEveryISOCountryIsKnownInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"en", "fr", "es"} {
		list := place.Countries(lang)
		if len(list) != 249 {
			t.Fatalf("%s: %d countries, want the 249 of ISO 3166-1", lang, len(list))
		}
		names := make([]string, len(list))
		for i, c := range list {
			names[i] = c.Name
			if !place.Known(c.Code) || !place.Known(strings.ToLower(c.Code)) || c.Name == "" || place.Name(c.Code, lang) != c.Name {
				t.Errorf("%s: %q is %q", lang, c.Code, c.Name)
			}
		}
		sorted := slices.Clone(names)
		collate.New(language.MustParse(lang)).SortStrings(sorted)
		if !slices.Equal(names, sorted) {
			t.Errorf("%s: names are not in collation order", lang)
		}
	}
	for _, code := range []string{"", "U", "USA", "XX", "ZZ", "UK", "EU", "XK", "U\x00", "é"} {
		if _, ok := place.Find(code); ok || place.Known(code) || place.Name(code, "en") != "" {
			t.Errorf("%q is taken for a country", code)
		}
	}
}

func TestLanguageTagsFallBackToTheirBaseAndToEnglish(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"fr": "Allemagne", "fr-CA": "Allemagne", "ES-mx": "Alemania", "en": "Germany", "": "Germany", "tlh": "Germany", "../place": "Germany"} {
		if got := place.Name("de", tag); got != want {
			t.Errorf("Germany in %q is %q, want %q", tag, got, want)
		}
	}
}

func TestAddressFieldsFollowTheCountry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, asked, required, postal, region string }{
		{"US", "ACSZ", "ACSZ", "zip", "state"},
		{"CA", "ACSZ", "ACSZ", "postal", "province"},
		{"AU", "ACSZ", "ACSZ", "postcode", "state"},
		{"GB", "ACZ", "ACZ", "postcode", ""},
		{"FR", "AZC", "ACZ", "postal", ""},
		{"DE", "AZC", "ACZ", "postal", ""},
		{"IE", "ADCSZ", "AC", "eircode", "county"},
		{"IN", "ACZS", "ACSZ", "pin", "state"},
		{"JP", "ASZ", "ASZ", "postal", "prefecture"},
		{"AE", "AS", "AS", "", "emirate"},
		{"HK", "ACS", "AS", "", "area"},
		{"AO", "AC", "AC", "", ""},
	} {
		got, ok := place.Find(c.code)
		fields := ""
		for _, f := range got.Fields {
			fields += string(rune(f))
		}
		if !ok || fields != c.asked || got.PostalName != c.postal || got.RegionName != c.region {
			t.Errorf("%s asks %s (%s, %s), want %s (%s, %s)", c.code, fields, got.PostalName, got.RegionName, c.asked, c.postal, c.region)
		}
		for _, f := range []place.Field{place.Street, place.City, place.District, place.Region, place.Postal} {
			if got.Asks(f) != strings.ContainsRune(c.asked, rune(f)) || got.Requires(f) != strings.ContainsRune(c.required, rune(f)) {
				t.Errorf("%s: field %c asked %t, required %t", c.code, f, got.Asks(f), got.Requires(f))
			}
		}
	}
}

func TestNoCountryRequiresWhatItDoesNotAsk(t *testing.T) {
	t.Parallel()
	for _, n := range place.Countries("en") {
		c, _ := place.Find(n.Code)
		if !c.Asks(place.Street) {
			t.Errorf("%s asks no street", n.Code)
		}
		for _, f := range []place.Field{place.City, place.District, place.Region, place.Postal} {
			if c.Requires(f) && !c.Asks(f) {
				t.Errorf("%s requires %c without asking for it", n.Code, f)
			}
		}
		if c.Asks(place.Postal) != (c.PostalName != "") || c.Asks(place.Region) != (c.RegionName != "") {
			t.Errorf("%s: postal %q, region %q, fields %c", n.Code, c.PostalName, c.RegionName, c.Fields)
		}
	}
}

func TestUSStatesAreThoseOfUSPS(t *testing.T) {
	t.Parallel()
	const states = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
	const others = "DC AS GU MP PR VI FM MH PW AA AE AP"
	want := append(strings.Fields(states), strings.Fields(others)...)
	var got []string
	for _, s := range place.Subdivisions("us") {
		got = append(got, s.Code)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("codes %v, want %v", got, want)
	}
	for _, code := range want {
		if !place.IsUSState(code) || !place.IsUSState(strings.ToLower(code)) {
			t.Errorf("%s is no state", code)
		}
	}
	for _, code := range []string{"", "X", "XX", "ON", "Texas", "\tT", "A\n", "US"} {
		if place.IsUSState(code) {
			t.Errorf("%q is taken for a state", code)
		}
	}
}

func TestSubdivisionsAreFoundByCodeAndName(t *testing.T) {
	t.Parallel()
	for country, count := range map[string]int{"CA": 13, "AU": 9, "BR": 27, "MX": 32, "JP": 47, "IT": 107, "ES": 52, "DE": 0, "ZZ": 0} {
		if got := len(place.Subdivisions(country)); got != count {
			t.Errorf("%s has %d subdivisions, want %d", country, got, count)
		}
	}
	for _, c := range []struct{ country, text, code, name string }{
		{"US", "texas", "TX", "Texas"}, {"US", " tx ", "TX", "Texas"}, {"CA", "QC", "QC", "Quebec"}, {"AU", "nsw", "NSW", "New South Wales"},
		{"MX", "CMX", "CMX", "Ciudad de México"}, {"JP", "東京都", "13", "Tokyo"}, {"JP", "tokyo", "13", "Tokyo"}, {"AE", "Dubai", "DU", "Dubai"},
	} {
		if s, ok := place.FindSubdivision(c.country, c.text); !ok || s.Code != c.code || s.Name != c.name {
			t.Errorf("%s %q is %+v, want %s %s", c.country, c.text, s, c.code, c.name)
		}
	}
	for _, n := range place.Countries("en") {
		seen := map[string]bool{}
		for _, s := range place.Subdivisions(n.Code) {
			if s.Code == "" || s.Name == "" || s.Local == "" || seen[s.Code] {
				t.Errorf("%s: subdivision %+v", n.Code, s)
			}
			seen[s.Code] = true
		}
	}
	if s, ok := place.FindSubdivision("US", "Ontario"); ok {
		t.Errorf("Ontario found in the US: %+v", s)
	}
}

func TestStartCostsNoTables(t *testing.T) {
	// Not parallel: it counts allocations.
	if n := testing.AllocsPerRun(100, func() { place.Known("US"); place.IsUSState("TX"); place.Name("US", "en") }); n > 3 {
		t.Errorf("a look-up allocates %.0f times, want none but the language tag's", n)
	}
}
