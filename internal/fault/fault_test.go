package fault

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPlanIsReadOrRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		spec string
		want string // the plan as fmt prints maps (sorted by key), or "refused"
	}{
		{"", "map[]"},
		{"  ", "map[]"},
		{"K09.after:3", "map[K09.after:3]"},
		{"K04.before", "map[K04.before:1]"},
		{"K04.before:1, K06.after:2", "map[K04.before:1 K06.after:2]"},
		{"K04.before:0", "refused"},
		{"K04.before:-1", "refused"},
		{"K04.before:x", "refused"},
		{"K04.before:", "refused"},
		{":3", "refused"},
		{"K04.before,", "refused"},
		{"K04.before:1,K04.before:2", "refused"},
	} {
		plan, err := parse(c.spec)
		got := fmt.Sprint(plan)
		if err != nil {
			got = "refused"
		}
		if got != c.want {
			t.Errorf("parse(%q) = %s (%v), want %s", c.spec, got, err, c.want)
		}
	}
}

func TestAnOrdinaryBuildHasNoFailPoints(t *testing.T) {
	t.Parallel()
	out, _, err := runPlayer(t, build(t), "K01.before:1")
	if err != nil || out != "false 1 2 3 4 5 end" {
		t.Fatalf("an ordinary build with FAULT set printed %q, err %v; want all five passes", out, err)
	}
}

func TestATestBuildDiesExactlyAtTheNamedPass(t *testing.T) {
	t.Parallel()
	binary := build(t, "-tags", "fault")
	for _, c := range []struct {
		plan, out string
		killed    bool
	}{
		{"", "true 1 2 3 4 5 end", false},
		{"K01.before:1", "true", true},
		{"K01.before", "true", true},
		{"K01.before:3", "true 1 2", true},
		{"K01.after:3", "true 1 2 3", true},
		{"K01.after:5,K01.before:2", "true 1", true},
		{"K01.before:6", "true 1 2 3 4 5 end", false},
		{"K02.before:1", "true 1 2 3 4 5 end", false},
	} {
		out, state, err := runPlayer(t, binary, c.plan)
		killed := state.Signaled() && state.Signal() == syscall.SIGKILL
		if out != c.out || killed != c.killed {
			t.Errorf("FAULT=%q: printed %q, killed %v (%v); want %q, killed %v", c.plan, out, killed, err, c.out, c.killed)
		}
	}
}

func TestAMisspeltPlanStopsTheProgramAtStart(t *testing.T) {
	t.Parallel()
	out, state, _ := runPlayer(t, build(t, "-tags", "fault"), "K01.before:three")
	if out != "" || state.ExitStatus() != 2 {
		t.Fatalf("printed %q and ended with %d, want nothing and 2", out, state.ExitStatus())
	}
}

// build compiles testdata/player.go, a program that passes K01.before and
// K01.after five times, and returns the binary's path.
func build(t *testing.T, flags ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "player")
	args := append(append([]string{"build"}, flags...), "-o", binary, "./testdata/player")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return binary
}

func runPlayer(t *testing.T, binary, plan string) (string, syscall.WaitStatus, error) {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), "FAULT="+plan)
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatalf("run %s: %v", binary, err)
	}
	return strings.TrimSpace(out.String()), cmd.ProcessState.Sys().(syscall.WaitStatus), err
}
