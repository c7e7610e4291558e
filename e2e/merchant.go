package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Merchant is the merchant's own site: where payers are sent back to, and
// where webhooks arrive.
type Merchant struct {
	// URL is the site's origin.
	URL string

	t         testing.TB
	mu        sync.Mutex
	redirects []url.URL
	hooks     []Hook
	answer    func(Hook) int
}

// Hook is a webhook as it arrived.
type Hook struct {
	Path   string
	Header http.Header
	Body   []byte
	At     time.Time
	// Status is what the merchant answered.
	Status int
}

// NewMerchant opens the site on a free port of 127.0.0.1, until the test ends.
func NewMerchant(t testing.TB) *Merchant {
	t.Helper()
	m := &Merchant{t: t, answer: func(Hook) int { return http.StatusNoContent }}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	m.URL = server.URL
	return m
}

// ReturnURL is where payers may be sent back to; [Merchant.Redirects] records them.
func (m *Merchant) ReturnURL() string { return m.URL + "/return" }

// HookURL is where webhooks may go; [Merchant.Hooks] records them.
func (m *Merchant) HookURL() string { return m.URL + "/hook" }

// Answer sets the status that webhooks are answered with from now on.
func (m *Merchant) Answer(answer func(Hook) int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answer = answer
}

// ServeHTTP answers a GET as the merchant's thank-you page and takes a POST as
// a webhook, on any path.
func (m *Merchant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		m.takeHook(w, r)
		return
	}
	if r.URL.Path == "/favicon.ico" {
		http.NotFound(w, r)
		return
	}
	m.mu.Lock()
	m.redirects = append(m.redirects, *r.URL)
	m.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<!doctype html><html lang="en"><title>Thank you</title><main><h1 id="thanks">Thank you</h1></main></html>`)
}

func (m *Merchant) takeHook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	hook := Hook{Path: r.URL.Path, Header: r.Header.Clone(), Body: body, At: time.Now()}
	m.mu.Lock()
	defer m.mu.Unlock()
	hook.Status = m.answer(hook)
	m.hooks = append(m.hooks, hook)
	w.WriteHeader(hook.Status)
}

// Redirects returns the addresses that browsers opened here, in order.
func (m *Merchant) Redirects() []url.URL {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]url.URL(nil), m.redirects...)
}

// Hooks returns the webhooks that arrived, in order.
func (m *Merchant) Hooks() []Hook {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Hook(nil), m.hooks...)
}

// WaitHook waits for a webhook that the function accepts and returns it.
func (m *Merchant) WaitHook(what string, accept func(Hook) bool) Hook {
	m.t.Helper()
	for deadline := time.Now().Add(Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		for _, hook := range m.Hooks() {
			if accept(hook) {
				return hook
			}
		}
	}
	m.t.Fatalf("e2e: no webhook %s after %s; %d others came", what, Patience, len(m.Hooks()))
	return Hook{}
}
