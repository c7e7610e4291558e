package dialect_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink/dialect"
)

// What a route had said before it panicked is not mixed into the answer of its fault,
// and an answer that had begun is cut off instead of ended.
func TestAnAnswerIsWholeOrCutOff(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	broken := func(w http.ResponseWriter, _ *http.Request) {
		dialect.WriteJSON(w, http.StatusInternalServerError, "broken")
	}
	mux := http.NewServeMux()
	mux.Handle("/early", dialect.Route(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Location", "/elsewhere")
		panic("early")
	}, slog.New(slog.NewTextHandler(&log, nil)), broken))
	mux.Handle("/late", dialect.Route(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half ")
		panic("late")
	}, nil, broken))
	mux.Handle("/whole", dialect.Route(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		dialect.WriteJSON(w, http.StatusOK, "whole")
	}, nil, broken))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	get := func(path string) (*http.Response, string, error) {
		res, err := http.Get(s.URL + path)
		if err != nil {
			return nil, "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return res, string(body), err
	}
	res, body, err := get("/early")
	if err != nil || res.StatusCode != 500 || body != `"broken"` || res.Header.Get("ETag")+res.Header.Get("Location") != "" {
		t.Errorf("before its answer: %v, %s, %v", res, body, err)
	}
	if id := res.Header.Get("X-Request-Id"); id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "error=early") {
		t.Errorf("the log does not name request %s: %s", id, log.String())
	}
	if _, body, err := get("/late"); err == nil {
		t.Errorf("half an answer came as a whole one: %q", body)
	}
	if res, body, err := get("/whole"); err != nil || res.StatusCode != 200 || body != `"whole"` {
		t.Errorf("without a panic: %s, %v", body, err)
	}
}
