package work

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"paylink/till"
)

// Act is one thing to do again and again.
type Act struct {
	Name string
	// Do takes up to limit things that are due and gives how many it took.
	Do    func(ctx context.Context, limit int) (int, error)
	Limit int // things in one round
	Hands int // rounds at the same time; zero means one
	// Woken: the hand's wake-up ends a wait of this act early.
	Woken bool
}

// Hand is the loops of one node.
type Hand struct {
	Acts []Act
	// Wake says that something may be due, such as sqlstore.Store.Wake; nil where only
	// the tick does.
	Wake <-chan struct{}
	// Failed hears the error of a round, with the act's name; the loop goes on. It is
	// called by several goroutines.
	Failed func(act string, err error)
	// Tick is how often an idle loop looks; zero means a second.
	Tick time.Duration
	// Grace is how long rounds that are running when the context ends may take to
	// finish before they are cut off; zero means 15 seconds, one webhook's time-out.
	Grace time.Duration
}

// worst is how many ticks a loop waits at most while its act keeps failing.
const worst = 30

// Acts are the loops that a node of paylink runs.
func Acts(t *till.Till) []Act {
	acts := []Act{
		// A round lasts as long as its slowest receiver: several hands keep the others going.
		{Name: "deliver", Do: t.Deliver, Limit: 64, Hands: 4, Woken: true},
		{Name: "reconcile", Do: t.Reconcile, Limit: 64, Hands: 1},
	}
	if t.Post != nil {
		// A letter is a connection: eight at once are what mail servers suffer from one peer.
		acts = append(acts, Act{Name: "mail", Do: t.Mail, Limit: 4, Hands: 2, Woken: true})
	}
	return acts
}

// Run works until the context ends, lets the running rounds finish, and returns.
// No round starts after the context's end.
func (h Hand) Run(ctx context.Context) {
	h.defaults()
	// A round that is cut off by a stop would be written down as the receiver's failure.
	rounds, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() {
		timer := time.NewTimer(h.Grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cut()
		case <-rounds.Done():
		}
	})()
	var wg sync.WaitGroup
	var wakes []chan struct{}
	for _, a := range h.Acts {
		wake := make(chan struct{}, 1) // one for all hands of the act: one of them is enough
		if a.Woken {
			wakes = append(wakes, wake)
		}
		for range max(1, a.Hands) {
			wg.Go(func() { h.loop(ctx, rounds, a, wake) })
		}
	}
	if h.Wake != nil {
		wg.Go(func() { h.spread(ctx, wakes) })
	}
	wg.Wait()
}

// spread passes a wake-up on to every act that is woken.
func (h *Hand) spread(ctx context.Context, wakes []chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-h.Wake:
			if !open {
				return // nothing will wake us any more: the ticks go on
			}
		}
		for _, wake := range wakes {
			select {
			case wake <- struct{}{}:
			default: // one is waiting to be taken already
			}
		}
	}
}

func (h *Hand) defaults() {
	if h.Tick <= 0 {
		h.Tick = time.Second
	}
	if h.Grace <= 0 {
		h.Grace = 15 * time.Second
	}
	if h.Failed == nil {
		h.Failed = func(string, error) {}
	}
}

func (h *Hand) loop(ctx, rounds context.Context, a Act, wake <-chan struct{}) {
	failures := 0
	for ctx.Err() == nil {
		n, err := a.Do(rounds, a.Limit)
		if err != nil {
			h.Failed(a.Name, err)
		}
		switch {
		case n > 0:
			// Things were taken, so the store works; single ones that failed have leases.
			failures = 0
			continue
		case err != nil:
			failures = min(failures+1, 16)
		default:
			failures = 0
		}
		h.wait(ctx, wake, failures)
	}
}

// wait returns at the next tick, at a wake-up, or when the context ends. A failing
// act is not woken: what wakes it is not what it fails by.
func (h *Hand) wait(ctx context.Context, wake <-chan struct{}, failures int) {
	wait := h.Tick
	if failures > 0 {
		wait, wake = min(h.Tick<<(failures-1), worst*h.Tick), nil
	}
	// A fifth either way, so that the nodes of one store do not look all at once.
	timer := time.NewTimer(wait - wait/5 + rand.N(2*wait/5+1))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}
