package dialect_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"paylink/dialect"
)

func read(header http.Header, body string, limit int64) (dialect.Value, error) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header = header
	return dialect.Read(httptest.NewRecorder(), r, limit)
}

func TestMediaTypesAndEncodings(t *testing.T) {
	t.Parallel()
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	for _, media := range []string{"application/json", "text/json", "application/json-patch+json", "Application/Vnd.x+JSON",
		"application/json; charset=utf-8", `application/json;charset="UTF-8"`} {
		if _, err := read(header("Content-Type", media), `{}`, 100); err != nil {
			t.Errorf("%s: %v", media, err)
		}
	}
	for name, h := range map[string]http.Header{
		"none":           header(),
		"form":           header("Content-Type", "application/x-www-form-urlencoded"),
		"plain":          header("Content-Type", "text/plain"),
		"utf-16":         header("Content-Type", "application/json; charset=utf-16"),
		"image+json":     header("Content-Type", "image/svg+json"),
		"two":            header("Content-Type", "application/json", "Content-Type", "application/json"),
		"garbage":        header("Content-Type", "application/json; ;="),
		"gzip":           header("Content-Type", "application/json", "Content-Encoding", "gzip"),
		"br":             header("Content-Type", "application/json", "Content-Encoding", "br"),
		"identity twice": header("Content-Type", "application/json", "Content-Encoding", "identity", "Content-Encoding", "gzip"),
	} {
		_, err := read(h, `{}`, 100)
		if r, ok := dialect.AsRefusal(err); !ok || r.Status != 415 {
			t.Errorf("%s: got %v, want 415", name, err)
		}
	}
}

func TestNothingIsInflated(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 10<<20))
	_ = z.Close()
	_, err := read(http.Header{"Content-Type": {"application/json"}}, bomb.String(), 64<<10)
	if r, ok := dialect.AsRefusal(err); !ok || r.Status != 400 {
		t.Errorf("a compressed body that does not say so: got %v, want 400", err)
	}
}

func TestALargeBodyIsCutOff(t *testing.T) {
	t.Parallel()
	h := http.Header{"Content-Type": {"application/json"}}
	body := func(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }
	if v, err := read(h, body(1000), 1000); err != nil || len(v.Text) != 998 {
		t.Errorf("a body as large as the limit: %v", err)
	}
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"one byte more":          {body(1001), 413},
		"10 MiB":                 {body(10 << 20), 413},
		"1 MiB of open brackets": {strings.Repeat(`{"a":`, 1<<20/5), 400},
	} {
		_, err := read(h, c.body, 1000)
		if r, ok := dialect.AsRefusal(err); !ok || r.Status != c.status {
			t.Errorf("%s: got %v, want %d", name, err, c.status)
		}
	}
}

func TestDecodeTakesExactNamesOnly(t *testing.T) {
	t.Parallel()
	type order struct {
		Amount string `json:"amount"`
		Count  int    `json:"count"`
	}
	for body, want := range map[string]string{
		`{"amount":"25.00","count":2}`: "",
		`{"amount":"25.00","more":2}`:  "more",
		`{"amount":25}`:                "amount",
		`{"count":"x"}`:                "count",
		`[]`:                           "array",
	} {
		v, err := dialect.Parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		var o order
		err = dialect.Decode(v, &o)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want an error that names %q", body, err, want)
		}
	}
}

func TestIdempotencyKeysAreReadBareAndQuoted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		headers []string
		key     string
		good    bool
	}{
		{nil, "", true},
		{[]string{"abc-1"}, "abc-1", true},
		{[]string{`"abc-1"`}, "abc-1", true},
		{[]string{" abc-1 "}, "abc-1", true},
		{[]string{strings.Repeat("k", 255)}, strings.Repeat("k", 255), true},
		{[]string{strings.Repeat("k", 256)}, "", false},
		{[]string{""}, "", false},
		{[]string{`""`}, "", false},
		{[]string{`"abc`}, "", false},
		{[]string{"a b"}, "", false},
		{[]string{"é"}, "", false},
		{[]string{"a", "b"}, "", false},
		{[]string{"a", "a"}, "", false},
	} {
		key, err := dialect.IdempotencyKey(http.Header{"Idempotency-Key": c.headers})
		if key != c.key || (err == nil) != c.good {
			t.Errorf("%q: got %q, %v", c.headers, key, err)
		}
	}
}

func TestOneBearerIsReadAndNothingElse(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"Bearer sk_1": "sk_1", "bearer  sk_1": "sk_1", "Basic sk_1": "", "Bearer": "",
		"Bearer ": "", "Bearer a b": "", "Bearer a,Bearer b": "", "Bearer " + strings.Repeat("x", 10_000): ""} {
		got, ok := dialect.Bearer(http.Header{"Authorization": {value}})
		if got != want || ok != (want != "") {
			t.Errorf("%.40q: got %q, %v", value, got, ok)
		}
	}
	if _, ok := dialect.Bearer(http.Header{"Authorization": {"Bearer a", "Bearer a"}}); ok {
		t.Error("two headers were read as one")
	}
}

func TestAnAnswerCarriesItsLengthAndIsKeptByNobody(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	dialect.WriteProblem(w, dialect.Problem{Type: "/problems/x", Status: 409, Detail: "<b> & é"})
	h := w.Result().Header
	want := `{"type":"/problems/x","title":"Conflict","status":409,"detail":"<b> & é"}`
	if w.Code != 409 || w.Body.String() != want || h.Get("Content-Length") != strconv.Itoa(len(want)) {
		t.Errorf("%d %s %s", w.Code, h.Get("Content-Length"), w.Body)
	}
	if h.Get("Content-Type") != "application/problem+json" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers: %v", h)
	}
}

func TestRequestsAreNamedByUs(t *testing.T) {
	t.Parallel()
	var inside string
	h := dialect.WithRequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { inside = dialect.RequestID(r.Context()) }))
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Request-Id", "theirs")
	h.ServeHTTP(w, r)
	if got := w.Header().Get("X-Request-Id"); got == "theirs" || got != inside || !strings.HasPrefix(got, "req_") {
		t.Errorf("header %q, context %q", got, inside)
	}
}
