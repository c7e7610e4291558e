package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Ready is what `paylink demo` writes to its ready file once it serves.
type Ready struct {
	BaseURL    string `json:"base_url"`
	GatewayURL string `json:"gateway_url"`
	Native     struct {
		SecretKey string `json:"secret_key"`
	} `json:"native"`
	FrontStream struct {
		ClientID          string `json:"client_id"`
		ClientSecret      string `json:"client_secret"`
		APIKey            string `json:"api_key"`
		ProcessorGUID     string `json:"processor_guid"`
		TokenGUID         string `json:"token_guid"`
		IntegrationSource string `json:"integration_source"`
	} `json:"frontstream"`
	// Raw is the whole file, for what later dialects add.
	Raw json.RawMessage `json:"-"`
}

// Product is a running `paylink demo`.
type Product struct {
	// Ready is the content of the ready file, of the latest start.
	Ready Ready
	// Data is the data directory, removed when the test ends.
	Data string

	t       testing.TB
	options options
	log     string // file with all that the program printed, over all starts
	cmd     *exec.Cmd
	ended   <-chan error // the result of cmd.Wait, once
}

type options struct {
	program string
	tags    []string
	data    string
	args    []string
	env     []string
}

// Option changes how Start starts the program.
type Option func(*options)

// Args adds arguments to `paylink demo`.
func Args(args ...string) Option {
	return func(o *options) { o.args = append(o.args, args...) }
}

// Env adds environment variables, each "NAME=value".
func Env(variables ...string) Option {
	return func(o *options) { o.env = append(o.env, variables...) }
}

// Data uses a data directory that the test keeps.
func Data(dir string) Option { return func(o *options) { o.data = dir } }

// Fault builds the program with fail points and arms them as package fault
// says, for instance "K04.before:1". An empty plan arms none.
func Fault(plan string) Option {
	return func(o *options) {
		o.tags = []string{"fault"}
		o.env = append(o.env, "FAULT="+plan)
	}
}

// Start starts `paylink demo` and returns once it serves. It is stopped when
// the test ends; a data race in it, or an end that is not clean, fails the test.
func Start(t testing.TB, opts ...Option) *Product {
	t.Helper()
	p := &Product{t: t}
	for _, opt := range opts {
		opt(&p.options)
	}
	if p.options.program == "" {
		p.options.program = Program(t, p.options.tags...)
	}
	if p.Data = p.options.data; p.Data == "" {
		p.Data = t.TempDir()
	}
	p.log = filepath.Join(t.TempDir(), "log")
	t.Cleanup(p.finish)
	p.start("127.0.0.1:0", "127.0.0.1:0")
	return p
}

// Restart starts the program again after Stop or Kill, or after a fail point
// killed it, with the same data and on the same ports, so that links already
// given out work. The options are added to those of Start.
func (p *Product) Restart(opts ...Option) {
	p.t.Helper()
	if p.cmd != nil {
		p.t.Fatal("e2e: Restart of a program that still runs; Stop or Kill it, or WaitKilled, first")
	}
	for _, opt := range opts {
		opt(&p.options)
	}
	p.start(hostOf(p.t, p.Ready.BaseURL), hostOf(p.t, p.Ready.GatewayURL))
}

func hostOf(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		t.Fatalf("e2e: the ready file has the address %q, want a URL", address)
	}
	return u.Host
}

func (p *Product) start(listen, gateway string) {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "ready.json")
	args := slices.Concat([]string{"demo", "--listen", listen, "--gateway-listen", gateway,
		"--data", p.Data, "--ready-file", file}, p.options.args)
	cmd := exec.Command(p.options.program, args...)
	cmd.Env = append(os.Environ(), p.options.env...)
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	ended, err := launch(cmd)
	if err != nil {
		p.t.Fatalf("e2e: start %s: %v", p.options.program, err)
	}
	p.cmd, p.ended = cmd, ended
	deadline := time.Now().Add(Patience)
	for {
		if text, err := os.ReadFile(file); err == nil {
			p.Ready = Ready{Raw: text}
			if err := json.Unmarshal(text, &p.Ready); err != nil {
				p.t.Fatalf("e2e: the ready file is %q: %v", text, err)
			}
			return
		}
		select {
		case err := <-ended:
			p.cmd = nil
			p.t.Fatalf("e2e: the program ended before it was ready: %v\n%s", err, p.Log())
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("e2e: no ready file after %s\n%s", Patience, p.Log())
		}
	}
}

// launch starts a command that is killed when the tests are, and reports its
// end on the channel.
func launch(cmd *exec.Cmd) (<-chan error, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	ended := make(chan error, 1)
	go func() {
		// The kernel sends Pdeathsig when the starting thread ends, not the
		// process, so the thread is kept until the command has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	return ended, <-started
}

// Log returns all that the program printed so far.
func (p *Product) Log() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Pid returns the program's process id.
func (p *Product) Pid() int { return p.cmd.Process.Pid }

// Stop ends the program as an operator would, by SIGTERM, and fails the test
// if it does not end well.
func (p *Product) Stop() {
	p.t.Helper()
	if p.cmd == nil {
		return
	}
	// An error says that it has ended already, which wait reports.
	p.cmd.Process.Signal(syscall.SIGTERM)
	if err := p.wait("SIGTERM"); err != nil {
		p.t.Errorf("e2e: after SIGTERM the program ended with %v\n%s", err, p.Log())
	}
}

// Kill ends the program by SIGKILL, as a crash would.
func (p *Product) Kill() {
	p.t.Helper()
	p.cmd.Process.Kill()
	p.wait("SIGKILL")
}

// WaitKilled waits until a fail point has killed the program.
func (p *Product) WaitKilled() {
	p.t.Helper()
	err := p.wait("a fail point")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		p.t.Fatalf("e2e: the program ended with %v, want a fail point's SIGKILL\n%s", err, p.Log())
	}
}

func (p *Product) wait(reason string) error {
	p.t.Helper()
	select {
	case err := <-p.ended:
		p.cmd = nil
		return err
	case <-time.After(Patience):
		p.cmd.Process.Kill()
		<-p.ended
		p.cmd = nil
		p.t.Fatalf("e2e: %s after %s the program still ran\n%s", Patience, reason, p.Log())
		return nil
	}
}

func (p *Product) finish() {
	p.Stop()
	log := p.Log()
	if strings.Contains(log, "WARNING: DATA RACE") {
		p.t.Errorf("e2e: the program has a data race\n%s", log)
	} else if p.t.Failed() {
		p.t.Logf("the program printed:\n%s", tail(log, 6000))
	}
}

func tail(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return "…" + text[len(text)-length:]
}

// Run runs another command of the program, for instance "check", beside the
// running one, and returns what it printed and its exit status.
func (p *Product) Run(args ...string) (output string, status int) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.options.program, args...)
	cmd.Env = append(os.Environ(), p.options.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		p.t.Fatalf("e2e: paylink %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}
