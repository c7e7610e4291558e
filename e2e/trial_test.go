package e2e

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
)

// trial is one of many runs of a test that go on at the same time: mostly they wait,
// so more of them fit into a minute than go test would run in parallel. It fails and
// cleans up on its own; its failures are its test's.
type trial struct {
	testing.TB
	name   string
	mu     sync.Mutex
	failed bool
	after  []func()
}

// trials runs f for each name, at most limit at a time, and waits for all.
func trials(t *testing.T, limit int, names []string, f func(t *trial)) {
	t.Helper()
	var wg sync.WaitGroup
	slots := make(chan struct{}, limit)
	for _, name := range names {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			try := &trial{TB: t, name: name}
			defer try.finish()
			f(try)
		})
	}
	wg.Wait()
}

func (t *trial) finish() {
	for {
		t.mu.Lock()
		n := len(t.after)
		if n == 0 {
			t.mu.Unlock()
			return
		}
		last := t.after[n-1]
		t.after = t.after[:n-1]
		t.mu.Unlock()
		last()
	}
}

func (t *trial) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.after = append(t.after, f)
}

func (t *trial) TempDir() string {
	t.Helper()
	dir, err := os.MkdirTemp(suite.dir, "trial-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func (t *trial) Failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

func (t *trial) Name() string { return t.TB.Name() + "/" + t.name }

func (t *trial) Logf(format string, a ...any) {
	t.TB.Helper()
	t.TB.Logf("%s: %s", t.name, fmt.Sprintf(format, a...))
}

func (t *trial) Errorf(format string, a ...any) {
	t.TB.Helper()
	t.mu.Lock()
	t.failed = true
	t.mu.Unlock()
	t.TB.Errorf("%s: %s", t.name, fmt.Sprintf(format, a...))
}

func (t *trial) Error(a ...any) { t.TB.Helper(); t.Errorf("%s", fmt.Sprint(a...)) }

// Fatalf ends the trial's goroutine, and the trial with it, not the whole test.
func (t *trial) Fatalf(format string, a ...any) {
	t.TB.Helper()
	t.Errorf(format, a...)
	runtime.Goexit()
}

func (t *trial) Fatal(a ...any) { t.TB.Helper(); t.Fatalf("%s", fmt.Sprint(a...)) }

func (t *trial) FailNow() { t.Fatalf("failed") }
