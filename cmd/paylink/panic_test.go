package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/devdraft"
	"paylink/dialect/elevate"
	"paylink/dialect/frontstream"
	"paylink/dialect/native"
	"paylink/dialect/payroc"
	"paylink/till"
)

// bursting is a store whose every reading panics.
type bursting struct {
	paylink.Store
	with any
}

func (b bursting) View(context.Context, func(paylink.Reader) error) error { panic(b.with) }

// accents are all APIs over a till that panics, behind the edge, on an address.
func accents(t *testing.T, with any) (url string, log *output) {
	t.Helper()
	log = &output{}
	journal := newLog(log, slog.LevelInfo)
	broken := &till.Till{Store: bursting{with: with}, BaseURL: "https://pay.example", Key: make([]byte, 32)}
	mux := http.NewServeMux()
	(&frontstream.Handler{Till: broken, Log: journal.Logger}).Mount(mux)
	(&native.Handler{Till: broken, Log: journal.Logger}).Mount(mux)
	(&payroc.Handler{Till: broken, Log: journal.Logger}).Mount(mux)
	(&devdraft.Handler{Till: broken, Log: journal.Logger}).Mount(mux)
	(&elevate.Handler{Till: broken, Log: journal.Logger}).Mount(mux)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(&edge{next: mux, log: journal, meter: newMeter()}, journal)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + l.Addr().String(), log
}

// calls are one of each API, with credentials that make it ask the store, and the
// members of its 500.
var calls = []struct {
	name, method, path, body string
	media                    string
	members                  []string
}{
	{"native", "GET", "/api/v1/links", "", "application/problem+json", []string{"type", "title", "status", "detail", "code"}},
	{"native, with a body", "POST", "/api/v1/links", "{}", "application/problem+json", []string{"type", "title", "status", "detail", "code"}},
	{"Payroc", "GET", "/v1/payment-links/ABCDE12345", "", "application/problem+json", []string{"type", "title", "status", "detail", "errors"}},
	{"Payroc's identity service", "POST", "/authorize", "", "application/problem+json", []string{"type", "title", "status", "detail", "errors"}},
	{"Devdraft", "GET", "/api/v0/payment-links", "", "application/json; charset=utf-8", []string{"statusCode", "message", "error"}},
	{"Elevate", "POST", "/v1/authenticate", `{"brand":"demo","username":"u","password":"p"}`, "application/json; charset=utf-8", []string{"error", "message"}},
	{"Elevate, listing", "GET", "/v1/currencies", "", "application/json; charset=utf-8", []string{"error", "message"}},
	{"FrontStream", "POST", "/api/ClientSession", `{"ClientId":"a","ClientSecret":"b"}`, "application/json; charset=utf-8", []string{"type", "title", "status", "detail", "instance"}},
	{"FrontStream, in another letter case", "DELETE", "/API/paylink?PaymentLink=x&ApiKey=y", "", "application/json; charset=utf-8", []string{"type", "title", "status", "detail", "instance"}},
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer sk_" + strings.Repeat("a", 40), "X-Api-Key": "k", "X-Client-Key": "a",
		"X-Client-Secret": "b", "AccessToken": "t", "Content-Type": "application/json"} {
		r.Header.Set(name, value)
	}
	return r
}

func TestAPanicIsA500InEachAPIsOwnForm(t *testing.T) {
	t.Parallel()
	const secret = "the innermost secret"
	url, log := accents(t, secret)
	for _, c := range calls {
		before := len(log.String())
		res, err := http.DefaultClient.Do(request(t, c.method, url+c.path, c.body))
		if err != nil {
			t.Errorf("%s: the connection broke: %v", c.name, err)
			continue
		}
		status, body := readAnswer(t, res)
		var members map[string]any
		if err := json.Unmarshal([]byte(body), &members); err != nil || status != http.StatusInternalServerError || res.Header.Get("Content-Type") != c.media {
			t.Errorf("%s: %d %s %s", c.name, status, res.Header.Get("Content-Type"), body)
			continue
		}
		for _, name := range c.members {
			if members[name] == nil {
				t.Errorf("%s: no %s in %s", c.name, name, body)
			}
		}
		if len(members) != len(c.members) || strings.Contains(body, "innermost") || strings.Contains(body, "goroutine") {
			t.Errorf("%s: the caller is told %s", c.name, body)
		}
		id, said := res.Header.Get("X-Request-Id"), log.String()[before:]
		if !strings.HasPrefix(id, "req_") || strings.Count(said, id) != 1 || strings.Count(said, "[running]") != 1 || !strings.Contains(said, secret) {
			t.Errorf("%s: request %q, log: %s", c.name, id, said)
		}
	}
}

// Whoever ends a connection on purpose does so by this panic: it is nobody's fault.
func TestAConnectionThatIsCutOnPurposeIsNoFault(t *testing.T) {
	t.Parallel()
	url, log := accents(t, http.ErrAbortHandler)
	for _, c := range calls {
		res, err := http.DefaultTransport.RoundTrip(request(t, c.method, url+c.path, c.body))
		if err == nil {
			_, body := readAnswer(t, res)
			t.Errorf("%s: answered %s", c.name, body)
		}
	}
	if said := log.String(); strings.Contains(said, "[running]") {
		t.Errorf("the log: %s", said)
	}
}
