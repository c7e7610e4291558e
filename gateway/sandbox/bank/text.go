package bank

import (
	"embed"
	"encoding/json"
	"net/http"
	"path"
	"strings"

	"paylink"
)

// Each language of the pages is one file; adding a language is adding a file.
//
//go:embed texts/*.json
var textFiles embed.FS

type texts map[string]string

// catalog is every language, by its tag.
var catalog = readCatalog()

func readCatalog() map[string]texts {
	all := map[string]texts{}
	files, err := textFiles.ReadDir("texts")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, f := range files {
		body, err := textFiles.ReadFile("texts/" + f.Name())
		if err != nil {
			panic(err)
		}
		t := texts{}
		if err := json.Unmarshal(body, &t); err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = t
	}
	return all
}

// language picks the first language we have: asked for in the URL, by the
// charge, by the browser.
func language(r *http.Request, wish string) string {
	wishes := []string{r.URL.Query().Get("lang"), wish}
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(part, ";")
		wishes = append(wishes, strings.TrimSpace(tag))
	}
	for _, w := range wishes {
		tag, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(w, "_", "-")), "-")
		if _, ok := catalog[tag]; ok {
			return tag
		}
	}
	return "en"
}

// amountText sets an amount as the language does, without its currency, which
// the pages show as its code: never ambiguous.
func amountText(m paylink.Money, lang string) string {
	thousands, point := ",", "."
	switch lang {
	case "fr":
		thousands, point = "\u202f", ","
	case "es":
		thousands, point = ".", ","
	}
	whole, frac, cut := strings.Cut(m.Decimal(), ".")
	for m.Currency.Stablecoin() && len(frac) > 2 && strings.HasSuffix(frac, "0") {
		frac = frac[:len(frac)-1] // of six digits those that say something, and two at least
	}
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(d)
	}
	if cut {
		b.WriteString(point + frac)
	}
	return b.String()
}
