package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"paylink/internal/vault"
)

// serveArgs is a server of its own, on a free port.
func serveArgs(dir string, more ...string) []string {
	return append([]string{"serve", "--listen", "127.0.0.1:0", "--base-url", "https://pay.example",
		"--database", filepath.Join(dir, "book.db"), "--key-file", filepath.Join(dir, "keys.json")}, more...)
}

func startServer(t *testing.T, dir string, more ...string) (*process, string) {
	t.Helper()
	p := start(t, serveArgs(dir, more...)...)
	var r struct{ Listen string }
	if err := json.Unmarshal(p.ready, &r); err != nil {
		t.Fatal(err)
	}
	return p, "http://" + r.Listen
}

func TestAServerTellsItsHealthAndFigures(t *testing.T) {
	t.Parallel()
	p, at := startServer(t, t.TempDir())
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready"} {
		if status, body := get(t, at+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, _ := get(t, at+"/pay/nobodyhasthistokenatall1"); status != http.StatusNotFound {
		t.Errorf("an unknown link answers %d", status)
	}
	for _, path := range []string{"/demo/", "/demo/inbox", "/stories/", "/demo/hook", "/nothing"} {
		if status, _ := get(t, at+path); status != http.StatusNotFound {
			t.Errorf("%s answers %d in a server that is no demo", path, status)
		}
	}
	status, figures := get(t, at+"/metrics")
	for _, want := range []string{`paylink_http_requests_total{method="GET",route="GET /pay/{token}",status="404"} 1`,
		"paylink_sqlite_groups_total", "paylink_sqlite_wal_bytes", "go_goroutines", "process_resident_memory_bytes"} {
		if status != http.StatusOK || !strings.Contains(figures, want) {
			t.Errorf("/metrics (%d) lacks %s", status, want)
		}
	}
	p.stop(0)
	if !strings.Contains(p.out.String(), `"msg":"stopped"`) {
		t.Errorf("no word of its end:\n%s", p.out)
	}
}

func TestOperatorsMayHaveAListenerOfTheirOwn(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ops := l.Addr().String()
	l.Close()
	_, at := startServer(t, t.TempDir(), "--ops-listen", ops)
	if status, _ := get(t, at+"/metrics"); status != http.StatusNotFound {
		t.Errorf("payers read the figures: %d", status)
	}
	if status, _ := get(t, "http://"+ops+"/metrics"); status != http.StatusOK {
		t.Errorf("operators read the figures: %d", status)
	}
}

func TestWhatIsUnsafeIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, _, status := run(t, append(serveArgs(dir), "--base-url", "http://pay.example")...)
	if status != 2 {
		t.Errorf("a public address without TLS: %d, want a refusal", status)
	}
	text, err := vault.Generate()
	if err != nil {
		t.Fatal(err)
	}
	readable := filepath.Join(dir, "readable.json")
	if err := os.WriteFile(readable, text, 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs, status := run(t, append(serveArgs(dir), "--key-file", readable)...)
	if status != 2 || !strings.Contains(errs, "chmod 600") {
		t.Errorf("a key file that all can read: %d %s", status, errs)
	}
	_, errs, status = run(t, "serve", "--base-url", "https://pay.example", "--database", "postgres://127.0.0.1:1/x", "--key-file", filepath.Join(dir, "none"))
	if status != 2 || !strings.Contains(errs, "PAYLINK_KEY_FILE") {
		t.Errorf("a node of a shared store made keys of its own: %d %s", status, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a key file was made for a shared store")
	}
}

func TestTheKeysOfAnotherBookAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, _ := startServer(t, dir)
	p.stop(0)
	_, errs, status := run(t, append(serveArgs(dir), "--key-file", filepath.Join(dir, "other.json"))...)
	if status != 2 || !strings.Contains(errs, "not this book's") {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestASecondServerOfOneFileIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startServer(t, dir)
	_, errs, status := run(t, serveArgs(dir)...)
	if status != 1 || errs == "" {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestAStopFinishesRequestsUnderWayAndRefusesNewOnes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys, err := vault.LoadOrCreate(filepath.Join(dir, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out output
	n, err := openNode(t.Context(), plan{database: filepath.Join(dir, "book.db"), keys: keys, baseURL: "https://pay.example", log: newLog(&out, slog.LevelInfo)})
	if err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan bool), make(chan bool)
	r := &running{node: n}
	err = r.listen("127.0.0.1:0", n.handler(false, func(mux *http.ServeMux) {
		mux.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
			close(entered)
			<-leave
			plain(w, http.StatusOK, "done")
		})
	}))
	if err != nil {
		t.Fatal(err)
	}
	at := "http://" + r.addresses[0]
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.untilDone(ctx) }()
	answered := make(chan string, 1)
	go func() {
		res, err := browser.Get(at + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		answered <- string(body)
		if err != nil {
			t.Error(err)
		}
	}()
	<-entered
	stop()
	eventually(t, "the node says that it is stopping", n.stopping.Load)
	w := &answerProbe{header: http.Header{}}
	n.ready(w, (&http.Request{}).WithContext(t.Context()))
	if w.status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d while stopping", w.status)
	}
	eventually(t, "new connections are refused", func() bool {
		c, err := net.DialTimeout("tcp", r.addresses[0], time.Second)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	select {
	case err := <-ended:
		t.Fatalf("it ended while a request was under way: %v", err)
	default:
	}
	close(leave)
	if got := <-answered; got != "done\n" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
}

type answerProbe struct {
	header http.Header
	status int
}

func (a *answerProbe) Header() http.Header         { return a.header }
func (a *answerProbe) WriteHeader(status int)      { a.status = status }
func (a *answerProbe) Write(b []byte) (int, error) { return len(b), nil }

// Every canary that a payer or a merchant can bring is looked for in all that the
// program wrote: its log, its book, its inbox, its figures.
func TestLogsHoldNoTokenSecretOrCardNumber(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, r := startDemo(t, dir, "--log-level", "debug")
	link := makeLink(t, r, "")
	back := payWell(t, link)
	token := back[strings.Index(back, "responseToken=")+len("responseToken="):]
	const card = "4111111111111111"
	for _, change := range []url.Values{{"first_name": {card}}, {"gateway_token": {card}}, {"reference": {card}}} {
		pay(t, makeLink(t, r, ""), "", change)
	}
	get(t, r.BaseURL+"/pay/"+card)
	get(t, r.BaseURL+"/api/Verification/VerifyAuthToken?authToken="+token)
	postJSON(t, r.BaseURL+"/api/paylink", map[string]string{"AccessToken": card}, `{"ApiKey":"`+card+`"}`)
	postJSON(t, r.BaseURL+"/callbacks/sandbox", nil, `{"card":"`+card+`"}`)
	postJSON(t, r.BaseURL+"/api/v1/links", map[string]string{"Authorization": "Bearer " + card, "Idempotency-Key": card}, `{"title":"`+card+`"}`)
	_, figures := get(t, r.BaseURL+"/metrics")
	p.stop(0)
	logged := p.out.String() + figures
	for what, canary := range map[string]string{"a link's token": link[strings.Index(link, "/pay/")+5:], "a response token": token, "a card number": card,
		"the secret key": r.Native.SecretKey, "the ApiKey": r.FrontStream.APIKey, "the ClientSecret": r.FrontStream.ClientSecret,
		"the bank's key": r.Sandbox.AccountKey, "the payer's address": "ann@payer.example"} {
		if strings.Contains(logged, canary) {
			t.Errorf("%s is in the log or the figures", what)
		}
	}
	if !regexp.MustCompile(`"route":"POST /pay/\{token\}","status":303,.*"link":"[0-9a-f]{12}"`).MatchString(logged) {
		t.Errorf("the log does not tell the payment:\n%s", logged)
	}
	for line := range strings.Lines(p.out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("this line of the log is no JSON: %s", line)
		}
	}
	for _, name := range []string{"paylink.db", "paylink.db-wal", "bank.db", "bank.db-wal", "inbox.jsonl"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if strings.Contains(string(text), card) {
			t.Errorf("%s holds the card number", name)
		}
	}
}

func TestAPanicEndsItsOwnRequestOnly(t *testing.T) {
	t.Parallel()
	var out output
	mux := http.NewServeMux()
	mux.HandleFunc("GET /broken", func(http.ResponseWriter, *http.Request) { panic("card 4111111111111111") })
	e := &edge{next: mux, log: newLog(&out, slog.LevelInfo), meter: newMeter()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(e, e.log)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	for range 2 {
		status, body := get(t, "http://"+l.Addr().String()+"/broken")
		if status != http.StatusInternalServerError || strings.Contains(body, "4111") {
			t.Errorf("%d %s", status, body)
		}
	}
	if log := out.String(); !strings.Contains(log, "broke its handler") || strings.Contains(log, "4111111111111111") {
		t.Errorf("the log: %s", log)
	}
}

func TestOneClientCanNotTryManyCardsOnOneLink(t *testing.T) {
	t.Parallel()
	tries := newTries(3)
	now := time.Now()
	k := tryKey{"203.0.113.7", "plk_1"}
	for i := range 3 {
		if w := tries.waitAt(k, now); w != 0 {
			t.Errorf("try %d waits %s", i+1, w)
		}
	}
	if w := tries.waitAt(k, now.Add(10*time.Second)); w != 50*time.Second {
		t.Errorf("the fourth try waits %s, want 50s", w)
	}
	if w := tries.waitAt(tryKey{"203.0.113.8", "plk_1"}, now); w != 0 {
		t.Errorf("another client waits %s", w)
	}
	if w := tries.waitAt(k, now.Add(time.Minute)); w != 0 {
		t.Errorf("a minute later it waits %s", w)
	}
	tries.waitAt(tryKey{"203.0.113.9", "plk_2"}, now.Add(3*time.Minute))
	if len(tries.seen) != 1 {
		t.Errorf("%d windows are remembered, want the one that is not over", len(tries.seen))
	}
}

func TestNobodyIsExemptFromTheLimitOfTries(t *testing.T) {
	t.Parallel()
	for _, client := range []string{"127.0.0.1", "::1", "203.0.113.7", "junk"} {
		tries, r := newTries(2), &http.Request{RemoteAddr: client}
		for range 2 {
			if w := tries.wait(r, "plk_1"); w != 0 {
				t.Errorf("%s waits %s too early", client, w)
			}
		}
		if tries.wait(r, "plk_1") == 0 {
			t.Errorf("%s tries as often as it likes", client)
		}
	}
	if tries := newTries(noLimit); tries.wait(&http.Request{RemoteAddr: "127.0.0.1"}, "plk_1") != 0 {
		t.Error("a demo has a limit")
	}
}

func TestOneNetworkOfIPv6IsOneClient(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::1": "2001:db8:1:2::/64",
		"2001:db8:1:3::1": "2001:db8:1:3::/64", "fe80::1%eth0": "fe80::/64", "203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "junk": "junk"} {
		if got := clientKey(address); got != want {
			t.Errorf("%s counts as %s, want %s", address, got, want)
		}
	}
}

func TestAServerWarnsOnceWhereAProxyIsNotNamed(t *testing.T) {
	t.Parallel()
	for want, more := range map[int][]string{1: nil, 0: {"--trusted-proxies", "127.0.0.1"}} {
		p, _ := startServer(t, t.TempDir(), more...)
		p.stop(0)
		if got := strings.Count(p.out.String(), "every payer behind a proxy counts as one"); got != want {
			t.Errorf("with %v it warns %d times, want %d:\n%s", more, got, want, p.out)
		}
	}
	p, _ := startServer(t, t.TempDir(), "--base-url", "http://127.0.0.1:8080")
	p.stop(0)
	if strings.Contains(p.out.String(), "trusted-proxies") {
		t.Errorf("it warns where there is no proxy:\n%s", p.out)
	}
}
