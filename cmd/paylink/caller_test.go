package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink/client"
	"paylink/internal/signing"
)

// as runs a command against a demo.
func as(t *testing.T, r demoReady, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	return run(t, append(args, "--server", r.BaseURL, "--key", r.Native.SecretKey)...)
}

func TestALinkIsMadeListedShownAndClosedFromTheShell(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	out, errs, status := as(t, r, "link", "make", "--amount", "25", "--title", "Invoice 42", "--redirect-url", "https://merchant.example/thanks", "--metadata", "order=42", "--expires", "72h", "--ask", "name,email")
	url := strings.TrimSpace(out)
	if status != 0 || !strings.HasPrefix(url, r.BaseURL+"/pay/") || strings.Contains(url, "\n") {
		t.Fatalf("%d %s %s", status, out, errs)
	}
	if status, page := get(t, url); status != http.StatusOK || !strings.Contains(page, "Invoice 42") {
		t.Errorf("the link opens with %d", status)
	}
	out, _, _ = as(t, r, "link", "make", "--line", "Two = seats=50", "--line", "Fee=2.50", "--max-uses", "0", "--qr")
	if !strings.Contains(out, "█") || !strings.Contains(out, "▄") || strings.Contains(out, "\x1b") {
		t.Errorf("no QR code, or one with colours where nobody sees them:\n%s", out)
	}
	var made client.Link
	out, _, _ = as(t, r, "link", "make", "--min", "1", "--max", "500", "--json")
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.ID == "" || made.Lines[0].Max.Decimal != "500.00" {
		t.Errorf("%s %v", out, err)
	}
	before, _, _ := as(t, r, "link", "ls", "--json", "--limit", "0")
	if out, _, status := as(t, r, "link", "make", "--amount", "1", "--dry-run"); status != 0 || !strings.Contains(out, "It would be made: 1.00 USD, not paid. Nothing was.") {
		t.Errorf("a dry run: %d %s", status, out)
	}
	after, _, _ := as(t, r, "link", "ls", "--json", "--limit", "0")
	if before != after || strings.Count(after, "\n") != 4 { // three and the demo's own
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	out, _, _ = as(t, r, "link", "ls", "--metadata", "order=42")
	if !strings.Contains(out, "25.00 USD") || !strings.Contains(out, "payable") || strings.Count(out, "plk_") != 1 {
		t.Errorf("%s", out)
	}
	payWell(t, url)
	id := strings.Fields(strings.Split(out, "\n")[1])[0]
	out, _, _ = as(t, r, "link", "show", id)
	for _, want := range []string{"used_up", "order=42", "captured, 25.00 USD, visa •••• 4242", url} {
		if !strings.Contains(out, want) {
			t.Errorf("the link is shown without %q:\n%s", want, out)
		}
	}
	out, _, _ = as(t, r, "payments", "ls", "--link", id)
	if !strings.Contains(out, "captured") || strings.Count(out, "pay_") != 1 {
		t.Errorf("%s", out)
	}
	if out, _, status := as(t, r, "link", "close", made.ID, "--reason", "done"); status != 0 || !strings.Contains(out, "is closed") {
		t.Errorf("%d %s", status, out)
	}
	if _, errs, status := as(t, r, "link", "close", made.ID); status != 1 || !strings.Contains(errs, "the link was closed before (409 link_closed)") {
		t.Errorf("again: %d %s", status, errs)
	}
	if out, _, _ := as(t, r, "payments", "ls", "--state", "refunded"); !strings.Contains(out, "no such payments") {
		t.Errorf("%s", out)
	}
}

func TestWhatACommandCannotDoIsSaidWithAStatus(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"link", "make"}, 2, "say what is paid"},
		{[]string{"link", "make", "--amount", "1", "--min", "1", "--max", "2"}, 2, "say what is paid"},
		{[]string{"link", "make", "--min", "1"}, 2, "belong together"},
		{[]string{"link", "make", "--line", "25"}, 2, "write the title"},
		{[]string{"link", "make", "--amount", "1", "--expires", "soon"}, 2, "neither a time"},
		{[]string{"link", "make", "--amount", "1", "--ask", "age"}, 2, "and not age"},
		{[]string{"link", "make", "--amount", "1.001", "--currency", "usd"}, 1, "amount: "},
		{[]string{"link", "show", "plk_0"}, 1, "there is no such link (404 link_unknown)"},
		{[]string{"payments", "ls", "--state", "paid"}, 1, "state: must be one of"},
		{[]string{"events", "tail", "--events", "["}, 2, "is no pattern"},
		{[]string{"events", "tail", "--every", "1ms"}, 2, "at least 100ms"},
		{[]string{"listen", "--forward", "here"}, 2, "is no address"},
		{[]string{"listen", "--forward", "http://shop.example/"}, 2, "without https only to this machine"},
		{[]string{"listen", "--forward", "http://127.0.0.1:1/", "--secret", "x"}, 2, "whsec_"},
		{[]string{"listen", "--replay", "evt_0"}, 1, "no such event"},
	} {
		if out, errs, status := as(t, r, c.args...); status != c.status || !strings.Contains(errs, c.says) || out != "" {
			t.Errorf("%v: %d %s %s", c.args, status, out, errs)
		}
	}
	for _, c := range []struct{ server, key, says string }{
		{r.BaseURL, "sk_wrong", "does not take the key"},
		{"http://pay.example", "sk_x", "must be https"},
		{r.BaseURL, "", "--key is missing"},
		{"", "sk_x", "--server is missing"},
	} {
		if _, errs, status := run(t, "link", "ls", "--server", c.server, "--key", c.key); status == 0 || !strings.Contains(errs, c.says) || strings.Contains(errs, "sk_wrong") {
			t.Errorf("%v: %d %s", c, status, errs)
		}
	}
}

// Without flags a command finds the demo of its directory, and trusts no other file.
func TestACommandFindsTheDemoOfItsDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if _, errs, status := run(t, "link", "ls"); status != 2 || !strings.Contains(errs, "which server?") {
		t.Errorf("without anything: %d %s", status, errs)
	}
	p, _ := startDemo(t, filepath.Join(dir, "paylink-demo"))
	if out, errs, status := run(t, "link", "ls"); status != 0 || !strings.Contains(out, "Spring concert") {
		t.Errorf("%d %s %s", status, out, errs)
	}
	file := filepath.Join(dir, "paylink-demo", accessFile)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, errs, status := run(t, "link", "ls"); status != 2 || !strings.Contains(errs, "by others than its owner") {
		t.Errorf("a file that others can read: %d %s", status, errs)
	}
	p.stop(0)
	if _, err := os.Stat(file); err == nil {
		t.Error("a demo that ended left its address behind")
	}
	for _, text := range []string{`{"server":"https://elsewhere.example","key":"sk_1"}`, `{`, `{"server":"http://127.0.0.1:1"}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, errs, status := run(t, "link", "ls"); status != 2 || !strings.Contains(errs, "give --server and --key") {
			t.Errorf("%s: %d %s", text, status, errs)
		}
	}
}

// receiver verifies webhooks as any receiver should.
type receiver struct {
	mu      sync.Mutex
	secret  signing.Secret
	good    []string // bodies
	refused int
	status  int
}

func (v *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := signing.Verify(r.Header, body, time.Now(), v.secret); err != nil {
		v.refused++
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	v.good = append(v.good, string(body))
	w.WriteHeader(v.status)
}

func (v *receiver) got() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.good...)
}

func TestWebhooksAreShownForwardedAndReplayed(t *testing.T) {
	t.Parallel()
	_, r := startDemo(t, t.TempDir())
	v := &receiver{secret: signing.NewSecret(), status: http.StatusNoContent}
	shop := httptest.NewServer(v)
	defer shop.Close()
	ctx, stop := context.WithCancel(t.Context())
	out, errs, ended := &output{}, &output{}, make(chan int, 2)
	listen := func(args ...string) {
		go func() {
			ended <- Main{}.Run(ctx, append(args, "--server", r.BaseURL, "--key", r.Native.SecretKey, "--every", "100ms"), out, errs)
		}()
	}
	listen("listen", "--forward", shop.URL+"/hooks", "--secret", v.secret.Reveal(), "--events", "payment.*")
	eventually(t, "it listens", func() bool { return strings.Contains(errs.String(), "Listening") })
	url, _, _ := as(t, r, "link", "make", "--amount", "25", "--title", "Invoice 42", "--redirect-url", "https://merchant.example/thanks")
	payWell(t, strings.TrimSpace(url))
	eventually(t, "the payment is forwarded", func() bool { return len(v.got()) > 0 })
	if all := v.got(); !strings.Contains(all[0], `"type":"payment.succeeded"`) || v.refused > 0 {
		t.Errorf("%v, %d refused", all, v.refused)
	}
	eventually(t, "it is shown with what the receiver said", func() bool {
		return strings.Contains(out.String(), "payment.succeeded") && strings.Contains(out.String(), "25.00 USD") && strings.Contains(errs.String(), "-> 204 No Content")
	})
	if strings.Contains(out.String(), "link.created") {
		t.Errorf("what was not asked for is shown:\n%s", out)
	}
	stop()
	if status := <-ended; status != 0 || !strings.Contains(errs.String(), "--after evt_") {
		t.Errorf("it ended with %d: %s", status, errs)
	}
	var e client.Event
	if err := json.Unmarshal([]byte(v.got()[0]), &e); err != nil {
		t.Fatal(err)
	}
	// The same bytes again, to a receiver that is unwilling now.
	v.mu.Lock()
	v.status = http.StatusInternalServerError
	v.mu.Unlock()
	_, said, status := as(t, r, "listen", "--forward", shop.URL, "--secret", v.secret.Reveal(), "--replay", e.ID)
	if all := v.got(); status != 0 || len(all) != 2 || all[1] != all[0] || !strings.Contains(said, "-> 500") {
		t.Errorf("%d %s: %v", status, said, all)
	}
	shop.Close()
	_, said, status = as(t, r, "listen", "--forward", shop.URL, "--replay", e.ID)
	if status != 0 || !strings.Contains(said, "-> failed: ") || !strings.Contains(said, "whsec_") {
		t.Errorf("nobody there: %d %s", status, said)
	}
}

// A server that goes away and comes back is followed on, with nothing lost.
func TestTailGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, r := startDemo(t, dir)
	front := &proxy{to: r.BaseURL}
	server := httptest.NewServer(front)
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	out, errs, ended := &output{}, &output{}, make(chan int, 1)
	go func() {
		ended <- Main{}.Run(ctx, []string{"events", "tail", "--json", "--every", "100ms", "--after", "evt_", "--server", server.URL, "--key", r.Native.SecretKey}, out, errs)
	}()
	eventually(t, "the demo's first link is told", func() bool { return strings.Contains(out.String(), "Spring concert") })
	p.stop(0)
	eventually(t, "it says that nobody is there", func() bool { return strings.Contains(errs.String(), "asking again") })
	_, r = startDemo(t, dir)
	front.set(r.BaseURL)
	if _, _, status := as(t, r, "link", "make", "--amount", "25", "--title", "After the pause"); status != 0 {
		t.Fatal("no link")
	}
	eventually(t, "what came after is told", func() bool { return strings.Contains(out.String(), "After the pause") })
	stop()
	if status := <-ended; status != 0 {
		t.Errorf("it ended with %d", status)
	}
	if n := strings.Count(out.String(), `"type":"link.created"`); n != 2 {
		t.Errorf("two links were told %d times:\n%s", n, out)
	}
}

// proxy stands before a server whose address changes.
type proxy struct {
	mu sync.Mutex
	to string
}

func (p *proxy) set(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = to
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	to := p.to
	p.mu.Unlock()
	req, err := http.NewRequest(r.Method, to+r.URL.RequestURI(), r.Body)
	if err == nil {
		req.Header = r.Header.Clone()
		var res *http.Response
		if res, err = browser.Do(req); err == nil {
			defer res.Body.Close()
			w.WriteHeader(res.StatusCode)
			_, _ = io.Copy(w, res.Body)
			return
		}
	}
	http.Error(w, "nobody there", http.StatusBadGateway)
}
