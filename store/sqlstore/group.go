package sqlstore

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"paylink"
)

const (
	maxGroup = 256 // closures in one transaction
	maxSpoil = 2   // times that a group is run again without a failing member, before each runs alone
	maxTries = 8   // of a transaction that lost a race
)

// job is one call of Update.
type job struct {
	ctx  context.Context
	f    func(paylink.Tx) error
	mine atomic.Bool // set by whoever decides: the writer that takes it, or the caller that leaves
	tx   tx
	err  error
	done chan struct{}
}

// writer is the goroutine that writes to SQLite, alone.
type writer struct {
	lane  *lane
	clock func(runner) (time.Time, error)
	queue chan *job
	wake  func()
	tidy  func()        // between groups, every tidyEvery
	ended chan struct{} // closed when the goroutine is gone
	stats groupStats

	closing sync.RWMutex // held for reading while a job is put into the queue
	closed  bool

	// What the goroutine is at; fields, so that a successor can go on.
	group   []*job // taken and not answered
	alone   []*job // the same, to be run one by one
	running *job
}

// groupStats counts since the start.
type groupStats struct{ groups, updates, reruns, largest atomic.Int64 }

const tidyEvery = 30 * time.Second

func newWriter(l *lane, clock func(runner) (time.Time, error), wake, tidy func()) *writer {
	w := &writer{lane: l, clock: clock, queue: make(chan *job, maxGroup), wake: wake, tidy: tidy, ended: make(chan struct{})}
	go w.loop()
	return w
}

// update hands a closure to the writer and waits for its answer.
func (w *writer) update(ctx context.Context, f func(paylink.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return sqliteEngine.translate(err)
	}
	j := &job{ctx: ctx, f: f, done: make(chan struct{})}
	w.closing.RLock()
	if w.closed {
		w.closing.RUnlock()
		return errClosed
	}
	select {
	case w.queue <- j:
		w.closing.RUnlock()
	case <-ctx.Done():
		w.closing.RUnlock()
		return sqliteEngine.translate(ctx.Err())
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
	}
	if j.mine.CompareAndSwap(false, true) {
		return sqliteEngine.translate(ctx.Err()) // it still waited, and will be passed over
	}
	<-j.done
	return j.err
}

// close finishes what is queued.
func (w *writer) close() {
	w.closing.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.closing.Unlock()
	<-w.ended
}

func (w *writer) loop() {
	whole := false
	defer func() {
		if !whole { // a closure ended this goroutine: go on in a new one
			go w.loop()
		}
	}()
	w.recoverFromExit()
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case j, open := <-w.queue:
			if !open {
				whole = true
				close(w.ended)
				return
			}
			w.take(j)
			w.serve()
		case <-tick.C:
			w.tidy()
		}
	}
}

// recoverFromExit answers for the closure that ended the goroutine before this one.
func (w *writer) recoverFromExit() {
	culprit := w.running
	if culprit == nil {
		return
	}
	w.running = nil
	w.rollback()
	w.group, w.alone = without(w.group, culprit), without(w.alone, culprit)
	answer(culprit, errEnded)
	w.serve()
}

// take makes a group of the first job and whatever waits behind it. It never
// waits for more: a wait of 1 ms made it slower (limits.md, section 2).
func (w *writer) take(first *job) {
	w.group = w.group[:0]
	for j := first; ; {
		if j.mine.CompareAndSwap(false, true) {
			w.group = append(w.group, j)
		}
		if len(w.group) == maxGroup {
			return
		}
		select {
		case next, open := <-w.queue:
			if !open {
				return
			}
			j = next
		default:
			return
		}
	}
}

// serve runs the group until every member has its answer.
func (w *writer) serve() {
	for spoiled := 0; len(w.group) > 0; spoiled++ {
		if len(w.group) > 1 && spoiled >= maxSpoil {
			w.alone = append(w.group, w.alone...)
			w.group = nil
			break
		}
		culprit, answered := w.attempt(w.group)
		switch {
		case culprit == nil:
			w.group = w.group[:0]
		case answered:
			w.group = without(w.group, culprit)
		default:
			w.group = without(w.group, culprit)
			w.alone = append(w.alone, culprit)
		}
	}
	for len(w.alone) > 0 {
		j := w.alone[0]
		w.attempt(w.alone[:1])
		w.alone = without(w.alone, j)
	}
}

// attempt runs jobs in one transaction and answers all of them, or returns the one
// that spoiled it, with the others untouched; answered tells that this one has its
// answer too.
func (w *writer) attempt(jobs []*job) (culprit *job, answered bool) {
	for try := 0; ; try++ {
		culprit, panicked, err := w.transact(jobs)
		switch {
		case err != nil && sqliteEngine.meaning(err) == again && try < maxTries:
			time.Sleep(backoff(try))
			continue
		case err != nil:
			for _, j := range jobs {
				answer(j, sqliteEngine.translate(err))
			}
			return nil, true
		case culprit != nil:
			w.stats.reruns.Add(1)
			// Alone, or after a panic, its own error is the last word. Else what it saw may
			// have been what others of the group wrote, so it runs again by itself.
			if len(jobs) == 1 || panicked {
				answer(culprit, culprit.err)
				return culprit, true
			}
			return culprit, false
		}
		w.committed(jobs)
		return nil, true
	}
}

func (w *writer) committed(jobs []*job) {
	n, woke := int64(len(jobs)), false
	w.stats.groups.Add(1)
	w.stats.updates.Add(n)
	w.stats.largest.Store(max(n, w.stats.largest.Load()))
	for _, j := range jobs {
		woke = woke || (j.tx.woke && j.err == nil)
	}
	// Before the answers: whoever has one finds that the wake-up was given.
	if woke {
		w.wake()
	}
	for _, j := range jobs {
		answer(j, j.err)
	}
}

// transact runs one transaction. It returns an error of the engine, or the job
// whose failure leaves changes behind, or neither after a commit. A closure that
// fails without having written spoils nothing.
func (w *writer) transact(jobs []*job) (culprit *job, panicked bool, err error) {
	if _, err := w.lane.exec("BEGIN IMMEDIATE"); err != nil {
		return nil, false, err
	}
	for _, j := range jobs {
		j.tx = tx{reader: reader{ctx: j.ctx, run: w.lane, engine: sqliteEngine, clock: w.clock}}
		w.running = j
		panicked, j.err = call(&j.tx, j.f)
		w.running = nil
		if j.tx.broken != nil && sqliteEngine.meaning(j.tx.broken) == again {
			w.rollback()
			return nil, false, j.tx.broken
		}
		if j.err != nil && (j.tx.wrote || panicked) {
			w.rollback()
			return j, panicked, nil
		}
	}
	if _, err := w.lane.exec("COMMIT"); err != nil {
		w.rollback()
		if sqliteEngine.meaning(err) == failing {
			// The frames may have reached the log before the flush failed.
			return nil, false, commitUnknown(err)
		}
		return nil, false, err
	}
	return nil, false, nil
}

// rollback undoes what is open; after some errors SQLite has done so itself.
func (w *writer) rollback() { _, _ = w.lane.exec("ROLLBACK") }

func answer(j *job, err error) {
	j.err = err
	close(j.done)
}

func without(jobs []*job, j *job) []*job {
	kept := make([]*job, 0, len(jobs))
	for _, k := range jobs {
		if k != j {
			kept = append(kept, k)
		}
	}
	return kept
}

// backoff grows from 2 ms to 256 ms, of which between half and all is waited, so
// that those who collided do not meet again.
func backoff(try int) time.Duration {
	d := 2 * time.Millisecond << min(try, 7)
	return d/2 + rand.N(d/2)
}
