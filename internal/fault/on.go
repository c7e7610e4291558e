//go:build fault

package fault

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
)

// Enabled says whether this build has fail points. Programs print it at start,
// so that nobody runs a test build in earnest without knowing.
const Enabled = true

// left counts, for each armed point, the passes that are still survived plus
// the one that kills. The map is never written after start.
var left = arm(os.Getenv("FAULT"))

func arm(spec string) map[string]*atomic.Int64 {
	plan, err := parse(spec)
	if err != nil {
		// A kill test with a misspelt plan would pass by killing nothing.
		fmt.Fprintln(os.Stderr, "fault:", err)
		os.Exit(2)
	}
	points := make(map[string]*atomic.Int64, len(plan))
	for name, hit := range plan {
		points[name] = new(atomic.Int64)
		points[name].Store(hit)
	}
	return points
}

// Point kills the own process with SIGKILL if FAULT names this point and this
// is the pass it names. It does not return from that pass.
func Point(name string) {
	counter, armed := left[name]
	if !armed || counter.Add(-1) != 0 {
		return
	}
	fmt.Fprintf(os.Stderr, "fault: killed at %s\n", name)
	if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
		panic(fmt.Sprintf("fault: could not kill the own process at %s: %v", name, err))
	}
	// The signal reaches some thread of the process soon; this one goes no further.
	select {}
}
