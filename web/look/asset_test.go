package look_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"paylink/web/look"
)

func TestAssetsAreImmutableUnderTheirHash(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	look.MountAssets(mux)
	for _, a := range []*look.Asset{look.Style(), look.Script(), look.Icon()} {
		for _, coding := range []string{"", "gzip, deflate, br", "gzip;q=0", "identity, gzip;q=0.5"} {
			r := httptest.NewRequest("GET", a.Path, nil)
			r.Header.Set("Accept-Encoding", coding)
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			body := w.Body.Bytes()
			zipped := w.Header().Get("Content-Encoding") == "gzip"
			if want := strings.Contains(coding, "gzip") && !strings.HasSuffix(coding, "q=0"); zipped != want {
				t.Errorf("%s with %q: gzip %v", a.Path, coding, zipped)
			}
			if zipped {
				z, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				if body, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(body, a.Body) || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Code != 200 {
				t.Errorf("%s with %q: %d, %d bytes of %d, %v", a.Path, coding, w.Code, len(body), len(a.Body), w.Header())
			}
		}
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/assets/000000000000-pay.css", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("an old hash answers %d", w.Code)
	}
}

// Requirement 1 of contracts/frontstream.md, section 3: rules of a theme come
// without !important, so no base rule may be stronger than one class.
func TestNoBaseRuleIsStrongerThanOneClass(t *testing.T) {
	t.Parallel()
	css := string(look.Style().Body)
	base := css[strings.Index(css, "@layer base{"):]
	where := regexp.MustCompile(`:where\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`)
	rules := 0
	for _, m := range regexp.MustCompile(`([^{}]+)\{[^{}]+\}`).FindAllStringSubmatch(base, -1) {
		list := where.ReplaceAllString(m[1], "")
		list = strings.TrimPrefix(list, "@layer base")
		for _, sel := range strings.Split(list, ",") {
			rules++
			strength := strings.Count(sel, ".") + strings.Count(strings.ReplaceAll(sel, "::", ""), ":") + strings.Count(sel, "[")
			if strings.HasPrefix(sel, "@") {
				continue
			}
			if strength > 1 || strings.Contains(sel, "#") {
				t.Errorf("%q is stronger than one class", sel)
			}
		}
	}
	if rules < 100 {
		t.Errorf("only %d selectors found: the search is broken", rules)
	}
	if strings.Contains(base, "!important") {
		t.Error("the base layer has !important: a theme could not paint that")
	}
}

func TestStyleOpensWithTheOrderOfItsLayers(t *testing.T) {
	t.Parallel()
	css := string(look.Style().Body)
	if !strings.HasPrefix(css, "@layer guard,base;@layer guard{") {
		t.Errorf("the sheet begins %q", css[:60])
	}
	if strings.Count(css, "{") != strings.Count(css, "}") {
		t.Error("braces are not balanced")
	}
	for _, foreign := range []string{"url(", "@import", "http"} {
		if strings.Contains(css, foreign) {
			t.Errorf("the sheet loads something: %s", foreign)
		}
	}
}

func TestPolicyNamesOnlyTheOriginsOfTheLink(t *testing.T) {
	t.Parallel()
	p := look.Policy{Frames: []string{"https://cards.example/frame?x=1", "https://cards.example/other"},
		Actions: []string{"https://cards.example", "http://127.0.0.1:4100/thanks", "javascript:alert(1)", "https://a;script-src *"}, HTTPS: true}
	want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
		"frame-src https://cards.example; form-action 'self' https: http:; base-uri 'none'; frame-ancestors 'none'"
	if got := p.CSP(); got != want {
		t.Errorf("\n%s\n%s", got, want)
	}
	p.Actions = []string{"https://cards.example"}
	if got := p.CSP(); !strings.Contains(got, "form-action 'self' https:; ") {
		t.Errorf("a page that leads to https alone: %s", got)
	}
	p.Actions = nil
	if got := p.CSP(); !strings.Contains(got, "form-action 'self'; ") {
		t.Errorf("a page that leads nowhere else: %s", got)
	}
	h := p.Headers()
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
		"X-Robots-Tag": "noindex", "Strict-Transport-Security": "max-age=31536000"} {
		if h.Get(name) != want {
			t.Errorf("%s: %q", name, h.Get(name))
		}
	}
	if h := (look.Policy{}).Headers(); h.Get("Strict-Transport-Security") != "" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-src 'none'") {
		t.Errorf("a plain http page: %v", h)
	}
}

func TestCacheLetsGoOfTheLeastUsed(t *testing.T) {
	t.Parallel()
	c := look.NewLRU[string, int](10)
	c.Put("a", 1, 4)
	c.Put("b", 2, 4)
	c.Get("a")
	c.Put("c", 3, 4)
	if _, ok := c.Get("b"); ok {
		t.Error("b was used least and should have gone")
	}
	if v, ok := c.Get("a"); !ok || v != 1 || c.Weight() != 8 {
		t.Errorf("a: %d %v, weight %d", v, ok, c.Weight())
	}
	c.Put("a", 9, 2)
	c.Put("huge", 1, 11)
	if v, _ := c.Get("a"); v != 9 || c.Weight() != 6 {
		t.Errorf("a: %d, weight %d", v, c.Weight())
	}
}
