package bank

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestTablesAreSound(t *testing.T) {
	t.Parallel()
	names, numbers := map[string]bool{}, map[string]bool{}
	for _, n := range Numbers {
		if names[n.Name] || numbers[n.Number] || !luhn(n.Number) || n.About == "" {
			t.Errorf("%+v: name or number twice, or no valid number", n)
		}
		names[n.Name], numbers[n.Number] = true, true
		if _, err := parseDo(n.Does); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
	for _, n := range BankNumbers {
		if names[n.Name] || !abaValid(n.Routing) {
			t.Errorf("%+v: name twice or routing number not valid", n)
		}
		names[n.Name] = true
		if _, err := parseDo(n.Does); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
	for _, m := range Amounts {
		if _, err := parseDo(m.Does); err != nil || m.Ending < 900 || m.Ending > 999 {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

func TestReadmeShowsTheTables(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), NumbersMarkdown()) {
		t.Errorf("README.md does not hold this table:\n%s", NumbersMarkdown())
	}
	for word := range words {
		if !strings.Contains(string(body), "`"+word+"`") {
			t.Errorf("README.md does not explain the trouble %s", word)
		}
	}
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	t.Parallel()
	want := slices.Sorted(maps.Keys(catalog["en"]))
	for lang, texts := range catalog {
		if got := slices.Sorted(maps.Keys(texts)); !slices.Equal(got, want) {
			t.Errorf("%s has %v\nwanted %v", lang, got, want)
		}
		for name, text := range texts {
			if strings.TrimSpace(text) == "" || strings.Count(text, "{payee}") != strings.Count(catalog["en"][name], "{payee}") {
				t.Errorf("%s %s: %q", lang, name, text)
			}
		}
	}
}

func TestGroupsFollowTheCard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ digits, brand, want string }{
		{"4242424242424242", "visa", "4242 4242 4242 4242"},
		{"378282246310005", "amex", "3782 822463 10005"},
		{"30569309025904", "diners", "3056 930902 5904"},
	} {
		if got := group(c.digits, c.brand); got != c.want {
			t.Errorf("%s: %s", c.want, got)
		}
	}
}
