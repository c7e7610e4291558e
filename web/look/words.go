package look

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed words/*.json
var wordFiles embed.FS

// Words is the catalog of one language: every text, error and mail that a payer
// reads. A language is one file in words/; adding it there ships it.
type Words struct {
	Lang string // BCP 47 base language, the file's name: "en"
	Name string // the language's own name: "Français"
	Dir  string // "ltr" or "rtl"

	tag    language.Tag
	texts  map[string]string
	counts map[string]map[string]string // key → CLDR plural category → text
}

type catalog struct {
	list    []*Words // English first, the others by language code
	byLang  map[string]*Words
	matcher language.Matcher
}

var load = sync.OnceValue(func() catalog {
	c := catalog{byLang: map[string]*Words{}}
	names, err := fs.Glob(wordFiles, "words/*.json")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		lang := strings.TrimSuffix(strings.TrimPrefix(name, "words/"), ".json")
		raw, err := wordFiles.ReadFile(name)
		if err != nil {
			panic(err)
		}
		w, err := parseWords(lang, raw)
		if err != nil {
			panic(err) // a broken catalog is a build fault; words_test.go finds it first
		}
		c.list = append(c.list, w)
		c.byLang[lang] = w
	}
	slices.SortStableFunc(c.list, func(a, b *Words) int {
		if (a.Lang == "en") != (b.Lang == "en") {
			if a.Lang == "en" {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Lang, b.Lang)
	})
	tags := make([]language.Tag, len(c.list))
	for i, w := range c.list {
		tags[i] = w.tag
	}
	c.matcher = language.NewMatcher(tags)
	return c
})

func parseWords(lang string, raw []byte) (*Words, error) {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, fmt.Errorf("words/%s.json: %w", lang, err)
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("words/%s.json: the file is not named after a language: %w", lang, err)
	}
	w := &Words{Lang: lang, tag: tag, texts: map[string]string{}, counts: map[string]map[string]string{}}
	for key, v := range entries {
		var text string
		if json.Unmarshal(v, &text) == nil {
			w.texts[key] = text
			continue
		}
		forms := map[string]string{}
		if err := json.Unmarshal(v, &forms); err != nil || forms["other"] == "" {
			return nil, fmt.Errorf("words/%s.json: %s is neither a text nor plural forms with \"other\"", lang, key)
		}
		w.counts[key] = forms
	}
	w.Name, w.Dir = w.texts["language.name"], w.texts["language.direction"]
	if w.Name == "" || (w.Dir != "ltr" && w.Dir != "rtl") {
		return nil, fmt.Errorf("words/%s.json: language.name or language.direction (ltr, rtl) is missing", lang)
	}
	return w, nil
}

// Languages are the shipped languages, English first.
func Languages() []*Words { return load().list }

// English is the language that every other falls back to.
func English() *Words { return load().byLang["en"] }

// Speak finds the shipped language for a BCP 47 tag of any length ("fr-CA",
// "ES"); ok is false where none fits, and English is returned then
// (contracts/frontstream.md, A34: never an error).
func Speak(tag string) (w *Words, ok bool) {
	c := load()
	if w, ok := c.byLang[tag]; ok {
		return w, true
	}
	t, err := language.Parse(tag)
	if err != nil || tag == "" {
		return English(), false
	}
	_, i, confidence := c.matcher.Match(t)
	if confidence < language.High {
		return English(), false
	}
	return c.list[i], true
}

// T is the text of a key with {name} replaced; args are name, value, name,
// value. A key that a language lacks is read in English; words_test.go proves
// that none is missing.
func (w *Words) T(key string, args ...string) string {
	text, ok := w.texts[key]
	if !ok {
		if w.Lang != "en" {
			return English().T(key, args...)
		}
		return key
	}
	return fill(text, args)
}

// Has reports whether the catalog holds a text under the key.
func (w *Words) Has(key string) bool { _, ok := w.texts[key]; return ok }

// N is the text of a key for a count, by the language's plural rules; {n} is the
// count.
func (w *Words) N(key string, n int, args ...string) string {
	forms, ok := w.counts[key]
	if !ok {
		if w.Lang != "en" {
			return English().N(key, n, args...)
		}
		return key
	}
	text, ok := forms[categories[plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0)]]
	if !ok {
		text = forms["other"]
	}
	return fill(text, append([]string{"n", fmt.Sprint(n)}, args...))
}

var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// fill puts values at their names in braces. A value is not looked into again: a
// merchant's name may be "{amount}".
func fill(text string, args []string) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, opened := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !opened || !closed {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(before)
		text = after
		if at := place(args, name); at >= 0 {
			b.WriteString(args[at])
		} else {
			b.WriteString("{" + name + "}")
		}
	}
}

// place is where the value of a name stands, or -1.
func place(args []string, name string) int {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return i + 1
		}
	}
	return -1
}
