package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink/store/booktest"
)

// output is what a program printed so far.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// process is the program, run inside the test.
type process struct {
	t      testing.TB
	ready  []byte
	out    *output
	cancel context.CancelFunc
	ended  chan int
}

const patience = 30 * time.Second

// start runs a command that writes a ready file, and waits for it.
func start(t testing.TB, args ...string) *process {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{t: t, out: &output{}, cancel: cancel, ended: make(chan int, 1)}
	go func() {
		p.ended <- Main{}.Run(ctx, append(args, "--ready-file", file), p.out, p.out)
	}()
	t.Cleanup(func() { p.stop(0) })
	for began := time.Now(); time.Since(began) < patience; time.Sleep(2 * time.Millisecond) {
		if text, err := os.ReadFile(file); err == nil {
			p.ready = text
			return p
		}
		select {
		case status := <-p.ended:
			p.cancel = nil
			t.Fatalf("%v ended with %d before it was ready:\n%s", args, status, p.out)
		default:
		}
	}
	t.Fatalf("%v was not ready after %s:\n%s", args, patience, p.out)
	return nil
}

// stop ends the program as SIGTERM does, and holds it to a status.
func (p *process) stop(want int) {
	p.t.Helper()
	if p.cancel == nil {
		return
	}
	p.cancel()
	p.cancel = nil
	select {
	case status := <-p.ended:
		if status != want {
			p.t.Errorf("the program ended with %d, want %d:\n%s", status, want, p.out)
		}
	case <-time.After(patience):
		p.t.Errorf("the program did not end:\n%s", p.out)
	}
}

// startDemo runs a demo in a directory.
func startDemo(t testing.TB, dir string, more ...string) (*process, demoReady) {
	t.Helper()
	if book := filepath.Join(dir, "paylink.db"); !exists(book) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		booktest.Place(t, book)
	}
	p := start(t, append([]string{"demo", "--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0", "--data", dir}, more...)...)
	var r demoReady
	if err := json.Unmarshal(p.ready, &r); err != nil {
		t.Fatal(err)
	}
	return p, r
}

// run runs a command to its end.
func run(t testing.TB, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs output
	status = Main{}.Run(t.Context(), args, &out, &errs)
	return out.String(), errs.String(), status
}

var browser = &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
	return http.ErrUseLastResponse
}}

func get(t testing.TB, url string) (int, string) {
	t.Helper()
	res, err := browser.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	return readAnswer(t, res)
}

func readAnswer(t testing.TB, res *http.Response) (int, string) {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func postJSON(t testing.TB, url string, header map[string]string, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return readAnswer(t, res)
}

// eventually waits until something is true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for began := time.Now(); time.Since(began) < patience; time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("after %s not yet: %s", patience, what)
}
