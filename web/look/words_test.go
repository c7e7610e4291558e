package look_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"paylink/web/look"
)

func catalogs(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob("words/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d catalogs, %v; English, French and Spanish are shipped", len(files), err)
	}
	out := map[string]map[string]any{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var c map[string]any
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".json")] = c
	}
	return out
}

var slot = regexp.MustCompile(`\{[a-z0-9_]+\}`)

func slots(v any) []string {
	text, ok := v.(string)
	if !ok {
		text = v.(map[string]any)["other"].(string)
	}
	found := slot.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryKeyExistsInEveryLanguageWithTheSameSlots(t *testing.T) {
	t.Parallel()
	all := catalogs(t)
	for lang, c := range all {
		for key, v := range all["en"] {
			other, ok := c[key]
			if !ok {
				t.Errorf("words/%s.json lacks %s", lang, key)
				continue
			}
			if !slices.Equal(slots(v), slots(other)) {
				t.Errorf("words/%s.json: %s has the slots %v, English has %v", lang, key, slots(other), slots(v))
			}
		}
		for key := range c {
			if _, ok := all["en"][key]; !ok {
				t.Errorf("words/%s.json has %s, which English lacks", lang, key)
			}
		}
	}
}

// Keys that the code puts together ("state." + name) are proven by the tests of
// the pages, which render all of them.
func TestEveryKeyThatTheCodeNamesExists(t *testing.T) {
	t.Parallel()
	words, named := catalogs(t)["en"], 0
	for _, dir := range []string{".", "../checkout", "../letter"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 {
					return true
				}
				sel, ok := call.Fun.(*ast.SelectorExpr)
				lit, isLit := call.Args[0].(*ast.BasicLit)
				if !ok || !isLit || (sel.Sel.Name != "T" && sel.Sel.Name != "N") {
					return true
				}
				key, _ := strconv.Unquote(lit.Value)
				named++
				if _, ok := words[key]; !ok {
					t.Errorf("%s names %q, which is in no catalog", file, key)
				}
				return true
			})
		}
	}
	if named < 60 {
		t.Errorf("only %d keys found: the search is broken", named)
	}
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{{"en", 1, "1 line"}, {"en", 0, "0 lines"}, {"fr", 0, "0 ligne"}, {"fr", 2, "2 lignes"}, {"es", 1, "1 línea"}, {"es", 12, "12 líneas"}} {
		w, _ := look.Speak(c.lang)
		if got := w.N("lines.show", c.n); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestEveryMonthPeriodAndDeclineHasWords(t *testing.T) {
	t.Parallel()
	w := look.English()
	for _, key := range []string{"month.1", "month.12", "period.monthly", "every.twice_a_month", "decline.declined"} {
		if !w.Has(key) {
			t.Errorf("%s is missing", key)
		}
	}
	if w.Has("no.such.key") || w.T("no.such.key") != "no.such.key" {
		t.Error("a key without a text must show itself")
	}
}
