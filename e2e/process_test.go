package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// process is a running program of ours, killed when its test ends.
type process struct {
	t    testing.TB
	name string
	log  string
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
	seen bool          // its end was judged
}

func startProcess(t testing.TB, log string, env []string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(faultProgram(t), args...)
	cmd.Env = append(os.Environ(), env...)
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd.Stdout, cmd.Stderr = file, file
	ended, err := launch(cmd)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, name: args[0], log: log, cmd: cmd, gone: make(chan struct{})}
	go func() {
		<-ended // what it says is in cmd.ProcessState
		close(p.gone)
	}()
	t.Cleanup(p.finish)
	return p
}

// serves waits until an address answers 200.
func (p *process) serves(address string) {
	p.t.Helper()
	if !p.up(address) {
		p.t.Fatalf("paylink %s ended before it served: %s\n%s", p.name, p.cmd.ProcessState, p.text())
	}
}

// up waits until an address answers 200, and reports false where the process ends
// before.
func (p *process) up(address string) bool {
	p.t.Helper()
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if p.ended() {
			return false
		}
		res, err := client.Get(address)
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return true
		}
	}
	p.t.Fatalf("paylink %s does not serve %s after a minute\n%s", p.name, address, p.text())
	return false
}

// ended reports whether the process is over, however it ended.
func (p *process) ended() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// killed waits until a fail point has killed the process.
func (p *process) killed(point string, within time.Duration) {
	p.t.Helper()
	select {
	case <-p.gone:
	case <-time.After(within):
		p.t.Fatalf("paylink %s did not pass %s within %s\n%s", p.name, point, within, tail(p.text(), 3000))
	}
	p.seen = true
	if s := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !s.Signaled() || s.Signal() != syscall.SIGKILL {
		p.t.Fatalf("paylink %s ended with %s, want the SIGKILL of %s\n%s", p.name, p.cmd.ProcessState, point, tail(p.text(), 3000))
	}
	if !strings.Contains(p.text(), "fault: killed at "+point) {
		p.t.Fatalf("paylink %s was killed, not at %s\n%s", p.name, point, tail(p.text(), 3000))
	}
}

// kill ends the process by SIGKILL.
func (p *process) kill() {
	p.cmd.Process.Kill() // an error says that it is over
	<-p.gone
	p.seen = true
}

// terminate asks the process to stop, as an operator would.
func (p *process) terminate() { p.cmd.Process.Signal(syscall.SIGTERM) }

// stopped waits until the process has ended well.
func (p *process) stopped(within time.Duration) {
	p.t.Helper()
	select {
	case <-p.gone:
	case <-time.After(within):
		p.t.Fatalf("paylink %s still runs %s after SIGTERM\n%s", p.name, within, tail(p.text(), 3000))
	}
	p.seen = true
	if !p.cmd.ProcessState.Success() {
		p.t.Errorf("paylink %s ended with %s after SIGTERM\n%s", p.name, p.cmd.ProcessState, tail(p.text(), 3000))
	}
}

func (p *process) text() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (p *process) finish() {
	if !p.seen && p.ended() {
		p.t.Errorf("paylink %s ended by itself: %s", p.name, p.cmd.ProcessState)
	}
	p.kill()
	text := p.text()
	if strings.Contains(text, "WARNING: DATA RACE") {
		p.t.Errorf("paylink %s has a data race\n%s", p.name, text)
	} else if p.t.Failed() {
		p.t.Logf("paylink %s printed:\n%s", p.name, tail(text, 3000))
	}
}

// faultProgram is paylink with fail points.
func faultProgram(t testing.TB) string { return Program(t, "fault") }

var nextPort atomic.Int32

// freePort is a port for a program that must be found at it again after a crash. It
// is below those that the kernel gives to connections (32768 and up), any of which
// could have taken it meanwhile.
func freePort(t testing.TB) string {
	t.Helper()
	nextPort.CompareAndSwap(0, 12000+rand.Int32N(12000))
	for range 1000 {
		port := fmt.Sprint(nextPort.Add(1))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no free port between 12000 and 25000")
	return ""
}
