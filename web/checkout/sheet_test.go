package checkout

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink/web/look"
)

func TestAServedPageCarriesItsAttemptPlainAndCompressed(t *testing.T) {
	t.Parallel()
	v := storyForm(speak(t, "en", "US"), "usual")
	v.Attempt = marker
	// A hostile title that looks like the place of the attempt must not become it.
	v.Title = marker + ` value="` + marker + `"`
	s, err := newSheet(PayPage(v), look.Policy{}.Headers())
	if err != nil {
		t.Fatal(err)
	}
	serve := func(coding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/pay/x", nil)
		r.Header.Set("Accept-Encoding", coding)
		w := httptest.NewRecorder()
		s.serve(w, r, strings.Repeat("0aZ_", 11))
		return w
	}
	plainText := serve("").Body.String()
	zipped := serve("gzip")
	size := zipped.Body.Len()
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z) // checks length and checksum
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != plainText {
		t.Error("the two differ")
	}
	if !strings.Contains(plainText, `<input type="hidden" name="attempt" value="`+strings.Repeat("0aZ_", 11)+`">`) {
		t.Error("the attempt is not in its field")
	}
	if size > 14*1024-len(look.Style().Gzip)-len(look.Script().Gzip) {
		t.Errorf("%d bytes on the wire", size)
	}
	if w := httptest.NewRecorder(); true {
		s.serve(w, httptest.NewRequest(http.MethodGet, "/", nil), "short")
		if w.Code != http.StatusInternalServerError {
			t.Error("an attempt of another length must not be served")
		}
	}
}

func BenchmarkServePage(b *testing.B) {
	v := storyForm(speak(b, "en", "US"), "usual")
	v.Attempt = marker
	s, err := newSheet(PayPage(v), look.Policy{}.Headers())
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/pay/x", nil)
	b.ReportAllocs()
	for b.Loop() {
		s.serve(discard{http.Header{}}, r, strings.Repeat("a", 44))
	}
}

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
