package docs_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"paylink/web/docs"
)

func document(t *testing.T) []byte {
	t.Helper()
	raw, err := os.ReadFile("../../dialect/native/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func served(t *testing.T) *http.ServeMux {
	t.Helper()
	h := docs.New(document(t), "https://pay.example")
	if err := h.Make(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	h.Mount(mux)
	return mux
}

func get(mux http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// Everything in the document is on the page: calls, fields, examples, codes.
func TestThePageTellsTheWholeDocument(t *testing.T) {
	t.Parallel()
	page := get(served(t), "/docs").Body.String()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID, Summary string
			RequestBody          struct {
				Content map[string]struct{ Examples map[string]any }
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
		Problems []struct{ Code string } `json:"x-problems"`
		Things   []string                `json:"x-things"`
	}
	if err := json.Unmarshal(document(t), &doc); err != nil {
		t.Fatal(err)
	}
	calls := 0
	for path, methods := range doc.Paths {
		for method, op := range methods {
			calls++
			for _, want := range []string{`<section class="op" id="` + op.OperationID + `"`, html.EscapeString(op.Summary), "<code>" + path + "</code>"} {
				if !strings.Contains(page, want) {
					t.Errorf("%s %s: the page lacks %s", method, path, want)
				}
			}
		}
	}
	if n := strings.Count(page, `class="op"`); n != calls {
		t.Errorf("%d calls on the page, %d in the document", n, calls)
	}
	for _, name := range doc.Things {
		for field := range doc.Components.Schemas[name].Properties {
			if !strings.Contains(page, "<code>"+field+"</code>") {
				t.Errorf("%s.%s is not told", name, field)
			}
		}
	}
	for _, p := range doc.Problems {
		if !strings.Contains(page, `id="problem-`+p.Code+`"`) {
			t.Errorf("the code %s is not told", p.Code)
		}
	}
	for _, want := range []string{`-d &#39;{`, `<span class="k">&#34;amount&#34;</span>`, "curl -X DELETE", "required", "1 to 100, 20 if left out", `export PAYLINK_URL=https://pay.example`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "{id}&#34;") {
		t.Error("an example's address has no id")
	}
}

// The page asks nobody else for anything, and runs nothing.
func TestThePageStandsAlone(t *testing.T) {
	t.Parallel()
	mux := served(t)
	w := get(mux, "/docs")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") || w.Header().Get("X-Frame-Options") != "DENY" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	page := w.Body.String()
	if bad := regexp.MustCompile(`<script|<[a-z]+[^>]* (style|on[a-z]+)=|javascript:`).FindString(page); bad != "" {
		t.Errorf("the page has %q", bad)
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two things have the id %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		to := m[1]
		switch {
		case strings.HasPrefix(to, "#") && ids[to[1:]], strings.HasPrefix(to, "/assets/"), to == "/api/v1/openapi.json":
		case strings.HasPrefix(to, "/docs/"):
			if old := get(mux, "/docs/0123456789ab.css"); old.Code != 404 {
				t.Errorf("a style sheet of another build: %d, want 404", old.Code)
			}
			if w := get(mux, to); w.Code != 200 || strings.Contains(w.Body.String(), "url(") || strings.Contains(w.Body.String(), "@import") {
				t.Errorf("%s: %d, or it loads something", to, w.Code)
			}
		default:
			t.Errorf("the page leads to %s", to)
		}
	}
}

func TestAProblemsTypeLeadsToItsLine(t *testing.T) {
	t.Parallel()
	mux := served(t)
	for path, want := range map[string]string{"/problems/link_closed": "/docs#problem-link_closed", "/problems/nothing": "/docs#errors", "/problems/%22%3E": "/docs#errors"} {
		if w := get(mux, path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestADocumentThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "{", `{"a":}`, `[1,`, "nonsense"} {
		if err := docs.New([]byte(raw), "https://pay.example").Make(); err == nil {
			t.Errorf("%q made a page", raw)
		}
	}
}
