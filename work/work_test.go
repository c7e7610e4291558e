package work_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"paylink/till"
	"paylink/work"
)

// run starts a hand in a synctest bubble and gives the function that stops it and
// waits until it has stopped.
func run(h work.Hand) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); h.Run(ctx) }()
	return func() { cancel(); <-done }
}

func TestALoopRunsOnWhileThereIsWorkAndTicksWhileThereIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var rounds atomic.Int64
		var left atomic.Int64
		left.Store(200)
		stop := run(work.Hand{Acts: []work.Act{{Name: "a", Limit: 64, Do: func(_ context.Context, limit int) (int, error) {
			rounds.Add(1)
			n := min(left.Load(), int64(limit))
			left.Add(-n)
			return int(n), nil
		}}}})
		synctest.Wait()
		if left.Load() != 0 || rounds.Load() != 5 { // 64+64+64+8, and one that finds nothing
			t.Errorf("at once: %d left after %d rounds", left.Load(), rounds.Load())
		}
		time.Sleep(10 * time.Second)
		if n := rounds.Load() - 5; n < 8 || n > 13 {
			t.Errorf("%d rounds in 10 idle seconds, not about 10", n)
		}
		stop()
		at := rounds.Load()
		time.Sleep(5 * time.Second)
		if rounds.Load() != at {
			t.Error("a round started after the stop")
		}
	})
}

func TestAWakeUpEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{}, 1)
		var at []time.Duration
		var other, asleep atomic.Int64
		start := time.Now()
		stop := run(work.Hand{Tick: time.Hour, Wake: wake, Acts: []work.Act{
			{Name: "a", Limit: 1, Woken: true, Do: func(context.Context, int) (int, error) { at = append(at, time.Since(start)); return 0, nil }},
			{Name: "b", Limit: 1, Woken: true, Do: func(context.Context, int) (int, error) { other.Add(1); return 0, nil }},
			{Name: "c", Limit: 1, Do: func(context.Context, int) (int, error) { asleep.Add(1); return 0, nil }}}})
		time.Sleep(3 * time.Second)
		wake <- struct{}{}
		synctest.Wait()
		stop()
		if len(at) != 2 || at[1] != 3*time.Second {
			t.Errorf("rounds at %v", at)
		}
		if other.Load() != 2 || asleep.Load() != 1 {
			t.Errorf("the wake-up reached another act %d times, and one that sleeps %d times", other.Load()-1, asleep.Load()-1)
		}
	})
}

func TestAClosedWakeUpDoesNotSpin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{})
		close(wake)
		var rounds atomic.Int64
		stop := run(work.Hand{Wake: wake, Acts: []work.Act{{Name: "a", Limit: 1, Woken: true,
			Do: func(context.Context, int) (int, error) { rounds.Add(1); return 0, nil }}}})
		time.Sleep(5 * time.Second)
		stop()
		if n := rounds.Load(); n > 8 {
			t.Errorf("%d rounds in 5 seconds", n)
		}
	})
}

func TestAFailingActIsToldAndWaitsLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("the store is down")
		var told, other atomic.Int64
		stop := run(work.Hand{
			Failed: func(act string, err error) {
				if act != "a" || !errors.Is(err, down) {
					t.Errorf("told of %s: %v", act, err)
				}
				told.Add(1)
			},
			Acts: []work.Act{
				{Name: "a", Limit: 1, Do: func(context.Context, int) (int, error) { return 0, down }},
				{Name: "b", Limit: 1, Do: func(context.Context, int) (int, error) { other.Add(1); return 0, nil }},
			}})
		time.Sleep(10 * time.Minute)
		stop()
		// 1, 2, 4, 8, 16 and then every 30 seconds.
		if n := told.Load(); n < 18 || n > 32 {
			t.Errorf("a failing act ran %d times in 10 minutes", n)
		}
		if other.Load() < 400 {
			t.Errorf("one act's failure held up another: %d rounds", other.Load())
		}
	})
}

func TestRunningRoundsFinishBeforeRunReturns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var cut, whole atomic.Bool
		stop := run(work.Hand{Acts: []work.Act{
			{Name: "quick", Limit: 1, Do: func(ctx context.Context, _ int) (int, error) {
				select {
				case <-ctx.Done():
				case <-time.After(5 * time.Second):
					whole.Store(true)
				}
				return 0, nil
			}},
			{Name: "stuck", Limit: 1, Do: func(ctx context.Context, _ int) (int, error) {
				<-ctx.Done()
				cut.Store(true)
				return 0, ctx.Err()
			}},
		}})
		synctest.Wait()
		start := time.Now()
		stop()
		if !whole.Load() {
			t.Error("a round was cut off within the grace")
		}
		if !cut.Load() || time.Since(start) != 15*time.Second {
			t.Errorf("a stuck round held the stop for %v", time.Since(start))
		}
	})
}

func TestSeveralHandsWorkAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := 0, 0
		stop := run(work.Hand{Acts: []work.Act{{Name: "a", Limit: 1, Hands: 3, Do: func(context.Context, int) (int, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return 0, nil
		}}}})
		time.Sleep(3 * time.Second)
		stop()
		if most != 3 {
			t.Errorf("%d hands at once, not 3", most)
		}
	})
}

func TestANodeDeliversAndReconciles(t *testing.T) {
	t.Parallel()
	acts := work.Acts(&till.Till{})
	if len(acts) != 2 || acts[0].Name != "deliver" || acts[1].Name != "reconcile" {
		t.Errorf("acts: %+v", acts)
	}
	for _, a := range acts {
		if a.Do == nil || a.Limit < 1 {
			t.Errorf("%s can't run", a.Name)
		}
	}
}
