package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

func TestMain(m *testing.M) { Main(m) }

// demo starts the stand-in of testdata/demo as the product.
func demo(t testing.TB, opts ...Option) *Product {
	t.Helper()
	return Start(t, append([]Option{func(o *options) { o.program = build(t, "testdata/demo", nil) }}, opts...)...)
}

func get(t testing.TB, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// witness stands for a test that is expected to fail, and hears why.
type witness struct {
	testing.TB
	said   []string
	failed bool
	after  []func()
}

func (w *witness) Helper()             {}
func (w *witness) Failed() bool        { return w.failed }
func (w *witness) Logf(string, ...any) {}
func (w *witness) Cleanup(f func())    { w.after = append(w.after, f) }
func (w *witness) Errorf(format string, a ...any) {
	w.said = append(w.said, fmt.Sprintf(format, a...))
	w.failed = true
}
func (w *witness) Fatalf(format string, a ...any) { w.Errorf(format, a...); panic(w) }

// hear runs a test that is expected to fail, and its clean-up, and returns
// what it complained of.
func hear(t *testing.T, test func(t testing.TB)) string {
	t.Helper()
	w := &witness{TB: t}
	stoppable := func(f func()) {
		defer func() {
			if r := recover(); r != nil && r != any(w) {
				panic(r)
			}
		}()
		f()
	}
	stoppable(func() { test(w) })
	for i := len(w.after) - 1; i >= 0; i-- {
		stoppable(w.after[i])
	}
	return strings.Join(w.said, "\n")
}

func TestTheReadyFileIsReadWhole(t *testing.T) {
	t.Parallel()
	p := demo(t, Env("DEMO_KEY=sk_1"))
	if p.Ready.Native.SecretKey != "sk_1" || p.Ready.FrontStream.ClientID != "c" || p.Ready.FrontStream.APIKey != "k" || !strings.Contains(string(p.Ready.Raw), `"base_url"`) {
		t.Errorf("the ready file was read as %+v", p.Ready)
	}
	if got := get(t, p.Ready.BaseURL+"/starts"); got != "+" {
		t.Errorf("the program serves %q", got)
	}
}

func TestARestartKeepsDataAndAddresses(t *testing.T) {
	t.Parallel()
	p := demo(t)
	first := p.Ready
	for _, end := range []func(){p.Stop, p.Kill} {
		end()
		if _, err := http.Get(first.BaseURL + "/starts"); err == nil {
			t.Fatal("the program still serves")
		}
		p.Restart()
		if p.Ready.BaseURL != first.BaseURL || p.Ready.GatewayURL != first.GatewayURL {
			t.Errorf("after the restart the addresses are %s and %s, were %s and %s", p.Ready.BaseURL, p.Ready.GatewayURL, first.BaseURL, first.GatewayURL)
		}
	}
	if got := get(t, first.GatewayURL+"/starts"); got != "+++" {
		t.Errorf("after two restarts the data say %q, want three starts", got)
	}
}

func TestAFailPointsKillIsWaitedFor(t *testing.T) {
	t.Parallel()
	p := demo(t)
	if answer, err := http.Get(p.Ready.BaseURL + "/kill"); err == nil {
		answer.Body.Close()
	}
	p.WaitKilled()
	p.Restart()
	if got := get(t, p.Ready.BaseURL+"/starts"); got != "++" {
		t.Errorf("after the kill the data say %q", got)
	}
	if said := hear(t, func(t testing.TB) {
		p := demo(t)
		p.cmd.Process.Signal(syscall.SIGTERM)
		p.WaitKilled()
	}); !strings.Contains(said, "want a fail point's SIGKILL") {
		t.Errorf("an end by another cause is taken for a fail point: %s", said)
	}
}

func TestAProgramThatDoesNotStartShowsItsWords(t *testing.T) {
	t.Parallel()
	said := hear(t, func(t testing.TB) { demo(t, Args("--fail", "the store is unsafe")) })
	if !strings.Contains(said, "refused: the store is unsafe") {
		t.Errorf("the test was told %q", said)
	}
}

func TestADataRaceInTheProgramFailsTheTest(t *testing.T) {
	t.Parallel()
	said := hear(t, func(t testing.TB) { get(t, demo(t).Ready.BaseURL+"/race") })
	if !strings.Contains(said, "the program has a data race") {
		t.Errorf("the test was told %q", said)
	}
}

func TestOtherCommandsRunBesideTheProgram(t *testing.T) {
	t.Parallel()
	if out, status := demo(t).Run("check", "--store", "x"); out != "ran [check --store x]\n" || status != 3 {
		t.Errorf("got %q and %d", out, status)
	}
}

func TestTheMerchantRecordsReturnsAndWebhooks(t *testing.T) {
	t.Parallel()
	m := NewMerchant(t)
	get(t, m.ReturnURL()+"?responseToken=r1")
	m.Answer(func(Hook) int { return http.StatusServiceUnavailable })
	answer, err := http.Post(m.HookURL(), "application/json", strings.NewReader(`{"type":"payment.settled"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	hook := m.WaitHook("of a settled payment", func(h Hook) bool { return strings.Contains(string(h.Body), "payment.settled") })
	if answer.StatusCode != 503 || hook.Status != 503 || hook.Header.Get("Content-Type") != "application/json" || hook.Path != "/hook" {
		t.Errorf("the webhook was answered %d and recorded as %+v", answer.StatusCode, hook)
	}
	if returns := m.Redirects(); len(returns) != 1 || returns[0].Query().Get("responseToken") != "r1" {
		t.Errorf("the returns recorded are %v", returns)
	}
}
