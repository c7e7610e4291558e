package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// proveFull says that make prove runs: every seed and round.
func proveFull() bool { return os.Getenv("PAYLINK_PROVE") == "full" }

// death is a fail point of the paying path, and how a process comes to pass it.
type death struct {
	point string
	// most is the latest pass that kills; a seed chooses among 1 to most.
	most int
	// before kills the process once at this point first: the named one is passed only
	// by what cleans up after that.
	before string
}

// deaths is every commit point of the paying path, before and after (trust.md 7.3).
var deaths = []death{
	{"K01.before", 12, ""}, {"K01.after", 12, ""}, // a link is made
	{"K04.enter", 12, ""}, {"K04.before", 10, ""}, {"K04.after", 10, ""}, // slot and debt are reserved
	{"K05.before", 10, ""}, {"K05.after", 10, ""}, // the payment is marked as being sent
	{"K06.before", 10, ""}, {"K06.after", 10, ""}, // before the request's bytes
	{"K07.before", 10, ""}, {"K07.after", 10, ""}, // the bytes are out, no answer yet
	{"K08.before", 10, ""},                        // the answer is here, not written down
	{"K09.before", 10, ""}, {"K09.after", 10, ""}, // outcome, ledger, slot, event
	{"K10.before", 8, ""},                       // a callback is kept
	{"K11.before", 8, ""}, {"K11.after", 8, ""}, // and applied
	{"K12.before", 1, "K06.after"}, {"K12.after", 1, "K07.after"}, // the resolver claims
	{"K13.before", 1, "K05.after"}, {"K13.after", 1, "K04.after"}, // and writes down
	{"K17.before", 12, ""}, {"K17.after", 12, ""}, // deliveries are claimed
	{"K18.after", 8, ""},                        // a webhook was sent, not marked
	{"K19.before", 8, ""}, {"K19.after", 8, ""}, // and marked
	{"K26.before", 2, ""}, {"K26.after", 2, ""}, // a link is closed
}

// TestProveKillAtEveryCommitPoint kills paylink, under load, before and after each
// commit of the paying path. After a restart on the same store all that was
// acknowledged is there, the two books agree, and the merchant heard of it.
func TestProveKillAtEveryCommitPoint(t *testing.T) {
	seeds := 1
	if proveFull() {
		seeds = 3
	}
	faultProgram(t) // built before the clock of any trial runs
	for _, engine := range []string{onSQLite, onPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var names []string
			plan := map[string]func(*trial) figures{}
			for n, d := range deaths {
				if engine == onPostgres && !proveFull() && n%6 != 0 {
					continue // the short form: what differs by engine is the store's, and has tests of its own
				}
				for seed := range seeds {
					name := fmt.Sprintf("%s-%d", d.point, seed+1)
					names = append(names, name)
					plan[name] = func(t *trial) figures { return dieAndRecover(t, engine, d, uint64(seed+1)) }
				}
			}
			var mu sync.Mutex
			var sum figures
			start := time.Now()
			trials(t, 10, names, func(t *trial) {
				f := plan[t.name](t)
				mu.Lock()
				defer mu.Unlock()
				sum.add(f)
			})
			t.Logf("%s: %d kills in %s: %d links, %d presses of pay, %d acknowledged requests all present, %d charges, %d took money",
				engine, len(names), time.Since(start).Round(time.Second), sum.Links, sum.Presses, sum.Surely, sum.Charges, sum.Captured)
		})
	}
}

// dieAndRecover is one kill.
func dieAndRecover(t *trial, engine string, d death, seed uint64) figures {
	e := newEstate(t, engine, 1)
	e.start(0, "")
	e.listen()
	r := rand.New(rand.NewPCG(seed, uint64(len(d.point))+uint64(d.point[1])<<8+uint64(d.point[2])<<16))
	pass := 1 + r.IntN(d.most)
	tr := &traffic{e: e, mix: usualTokens, seed: seed}
	first := d.before
	if first == "" {
		first = d.point
	} else {
		pass = 1 + r.IntN(8)
	}
	e.nodes[0].kill()
	e.launch(0, fmt.Sprintf("%s:%d", first, pass))
	e.nodes[0].up(e.nodes[0].url + "/readyz")
	limit := time.Now().Add(time.Minute)
	tr.run(4, func() bool { return e.nodes[0].ended() || time.Now().After(limit) })
	e.nodes[0].killed(first, time.Second)
	if d.before != "" {
		e.advance(2 * time.Minute)
		e.launch(0, d.point+":1")
		e.nodes[0].killed(d.point, time.Minute)
	}
	return recovered(tr)
}

// recovered restarts a dead node, waits until all is quiet, and judges.
func recovered(tr *traffic) figures {
	e := tr.e
	// Leases of the dead, and waits before second tries, are over.
	e.advance(10 * time.Minute)
	began := time.Now()
	e.start(0, "")
	if took := time.Since(began); took > 30*time.Second {
		e.t.Errorf("the restart took %s", took)
	}
	tr.again(0)
	e.settle()
	e.check()
	return tr.judge(0)
}

func (f *figures) add(o figures) {
	f.Links += o.Links
	f.Presses += o.Presses
	f.Surely += o.Surely
	f.Charges += o.Charges
	f.Captured += o.Captured
}

// TestProveKillAtEveryStepOfMigration kills paylink before and after each step by
// which it makes its schema (K28), on an empty store: the next start finishes it.
func TestProveKillAtEveryStepOfMigration(t *testing.T) {
	for _, engine := range []string{onSQLite, onPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var names []string
			for _, point := range []string{"K28.before", "K28.after"} {
				for step := range migrations(t) {
					if proveFull() || step%2 == 0 {
						names = append(names, fmt.Sprintf("%s:%d", point, step+1))
					}
				}
			}
			trials(t, 4, names, func(t *trial) {
				e := newEstate(t, engine, 1)
				e.launch(0, t.name)
				point, _, _ := strings.Cut(t.name, ":")
				e.nodes[0].killed(point, time.Minute)
				e.start(0, "")
				tr := &traffic{e: e}
				tr.makeLink("after-"+t.name, 1)
				e.check()
			})
			t.Logf("%s: %d kills, each schema whole after the next start", engine, len(names))
		})
	}
}

// migrations counts the steps of the schema.
func migrations(t *testing.T) int {
	t.Helper()
	folder, err := fromHere("../store/sqlstore/schema")
	if err != nil {
		t.Fatal(err)
	}
	steps, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil || len(steps) == 0 {
		t.Fatalf("no steps of the schema in %s: %v", folder, err)
	}
	return len(steps)
}
