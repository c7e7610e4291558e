package checkout

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"paylink/web/look"
)

func render(t testing.TB, s Story) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Page.Render(context.Background(), &b); err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	return b.String()
}

func TestPageStyleAndScriptWeighAtMost14kB(t *testing.T) {
	t.Parallel()
	fixed := len(look.Style().Gzip) + len(look.Script().Gzip)
	for _, w := range look.Languages() {
		for _, s := range Stories(w.Lang, "US") {
			html := render(t, s)
			total := fixed + len(look.Compress([]byte(html)))
			if total > 14*1024 {
				t.Errorf("%s in %s: %d bytes (style %d, script %d)", s.Name, w.Lang, total, len(look.Style().Gzip), len(look.Script().Gzip))
			}
			if i := strings.Index(html, "state."); i >= 0 {
				t.Errorf("%s in %s shows a key instead of a text: %s", s.Name, w.Lang, html[i:i+30])
			}
		}
	}
}
