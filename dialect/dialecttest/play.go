package dialecttest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Run plays every transcript that glob names against a handler, each as a sub-test
// named after its file. vars gives a transcript its first variables; it is called
// once for each, so that every transcript can have a merchant of its own.
func Run(t *testing.T, h http.Handler, glob string, vars func(t *testing.T) map[string]string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("dialecttest: %s names no transcript (%v)", glob, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			known := map[string]string{"base": server.URL}
			if vars != nil {
				maps.Copy(known, vars(t))
			}
			if err := Play(server.URL, string(text), known); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		})
	}
}

// Play plays one transcript against a server. What the answers tell is added to vars.
func Play(base, text string, vars map[string]string) error {
	all, err := parse(text)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("the transcript holds no exchange")
	}
	for _, e := range all {
		if err := e.play(base, vars); err != nil {
			return fmt.Errorf("line %d, %s %s: %w", e.line, e.method, e.target, err)
		}
	}
	return nil
}

func (e exchange) play(base string, vars map[string]string) error {
	target, err := fill(e.target, vars)
	if err != nil {
		return err
	}
	body, err := fill(e.body, vars)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(e.method, base+target, strings.NewReader(body))
	if err != nil {
		return err
	}
	if body == "" {
		req.Body = http.NoBody
	}
	for name, values := range e.header {
		for _, v := range values {
			if v, err = fill(v, vars); err != nil {
				return err
			}
			req.Header[name] = append(req.Header[name], v)
		}
	}
	res, err := noRedirects.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	return e.judge(res, string(got), vars)
}

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (e exchange) judge(res *http.Response, body string, vars map[string]string) error {
	if res.StatusCode != e.status {
		return fmt.Errorf("got  %d %s\nwant %d %s", res.StatusCode, body, e.status, e.answer)
	}
	for name, patterns := range e.expects {
		if err := match(strings.Join(patterns, ", "), strings.Join(res.Header.Values(name), ", "), vars); err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
	}
	for _, name := range e.absent {
		if have := res.Header.Values(name); len(have) > 0 {
			return fmt.Errorf("header %s must not be there, and is %q", name, have)
		}
	}
	if e.anyBody {
		return nil
	}
	return match(e.answer, body, vars)
}
