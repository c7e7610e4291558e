package dialecttest

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// Once puts a call of an API under the test of what its caller is promised about
// repetition (trust.md I-18 to I-22): whatever happens, it is done once under a key.
type Once struct {
	// Open starts a node of the API over the test's database, which it finds as the
	// nodes before left it.
	Open func(t *testing.T) Node
	// Nodes is how many run at once: two on PostgreSQL, one on a file.
	Nodes int
	// Key makes a key that nobody had.
	Key func() string
	// Busy reports an answer that says that the same request is being worked on, to be
	// sent again; nil where the API has none.
	Busy func(Reply) bool
	// Reused judges the answer to another request under a key: nil is the API's refusal.
	Reused func(Reply) error
	// OneTime: a key admits one call, and an equal one is refused as another is. Without
	// it, equal calls get the first one's answer.
	OneTime bool
}

// Node is one node of the API.
type Node struct {
	// Call sends the request under a key, or another that differs in its body.
	Call func(key string, other bool) Reply
	// Stranger sends the request under the key of somebody else's; nil where keys are
	// no words of the caller's.
	Stranger func(key string) Reply
	// Effects counts what the calls have made so far.
	Effects func() int
	Stop    func()
}

// Reply is an answer with its body read.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

func (r Reply) done() bool { return r.Status/100 == 2 }

// told is what must be the same in every answer to one request.
func (r Reply) told() string {
	return fmt.Sprint(r.Status, " ", r.Header.Get("Content-Type"), " ", r.Header.Get("Location"), "\n", r.Body)
}

// Run runs the test.
func (o Once) Run(t *testing.T) {
	t.Helper()
	nodes := o.open(t)
	before := nodes[0].Effects()
	effects := func(want int, when string) {
		t.Helper()
		for i, n := range nodes {
			if got := n.Effects() - before; got != want {
				t.Fatalf("%s: %d things were made, as node %d sees it, want %d", when, got, i+1, want)
			}
		}
	}
	key := o.Key()
	first := o.together(t, nodes, key)
	effects(1, "64 at once")
	judge := func(when string) {
		t.Helper()
		for _, n := range nodes {
			again, other := n.Call(key, false), n.Call(key, true)
			switch {
			case o.OneTime:
				if err := o.Reused(again); err != nil {
					t.Errorf("%s: an equal request: %s: %v", when, again.told(), err)
				}
			case again.told() != first.told():
				t.Errorf("%s: got %s, first it was %s", when, again.told(), first.told())
			}
			if err := o.Reused(other); err != nil {
				t.Errorf("%s: another request: %s: %v", when, other.told(), err)
			}
		}
		effects(1, when)
	}
	judge("later")
	for _, n := range nodes {
		n.Stop()
	}
	nodes = o.open(t)
	judge("after a restart")
	if stranger := nodes[0].Stranger; stranger != nil {
		if a := stranger(key); !a.done() || a.Body == first.Body {
			t.Errorf("somebody else's key of the same name: %s", a.told())
		}
	}
	effects(1, "after a stranger's")
	if a := nodes[len(nodes)-1].Call(o.Key(), false); !a.done() || a.Body == first.Body {
		t.Errorf("another key: %s", a.told())
	}
	effects(2, "under another key")
	for _, n := range nodes {
		n.Stop()
	}
}

func (o Once) open(t *testing.T) (nodes []Node) {
	t.Helper()
	for range o.Nodes {
		nodes = append(nodes, o.Open(t))
	}
	return nodes
}

// together sends 64 equal requests at once to all nodes, and gives the one answer that
// those that were done have.
func (o Once) together(t *testing.T, nodes []Node, key string) (first Reply) {
	t.Helper()
	const callers = 64
	replies := make([]Reply, callers)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range replies {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			replies[i] = nodes[i%len(nodes)].Call(key, false)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	well := 0
	for _, r := range replies {
		switch {
		case r.done():
			if well++; well == 1 {
				first = r
			}
			if r.told() != first.told() {
				t.Fatalf("two answers to equal requests:\n%s\n%s", first.told(), r.told())
			}
		case o.Busy != nil && o.Busy(r):
		case !o.OneTime || o.Reused(r) != nil:
			t.Fatalf("one of 64: %s", r.told())
		}
	}
	if well == 0 || (o.OneTime && well > 1) {
		t.Fatalf("%d of 64 were done", well)
	}
	return first
}
