package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
)

var errMine = errors.New("mine")

// amid runs f on many goroutines at once with as many good neighbours, which must
// all be kept.
func amid(t *testing.T, s store, f func(i int)) {
	t.Helper()
	const n = 48
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
		all.Go(func() {
			update := func(tx paylink.Tx) error { return tx.PutSetting(fmt.Sprintf("good%d", i), "kept") }
			if err := s.Update(context.Background(), update); err != nil {
				t.Errorf("a good neighbour failed: %v", err)
			}
		})
	}
	all.Wait()
	for i := range n {
		equal(t, "a good neighbour's write", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting(fmt.Sprintf("good%d", i)) }), "kept")
	}
}

func failureIsAlone(t *testing.T, s store) {
	amid(t, s, func(i int) {
		err := s.Update(context.Background(), func(tx paylink.Tx) error {
			if err := tx.PutSetting(fmt.Sprintf("bad%d", i), "lost"); err != nil {
				return err
			}
			return fmt.Errorf("%w %d", errMine, i)
		})
		if !errors.Is(err, errMine) || !strings.HasSuffix(err.Error(), fmt.Sprintf(" %d", i)) {
			t.Errorf("a failing closure was answered with %v", err)
		}
		equal(t, "a failing closure's write", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting(fmt.Sprintf("bad%d", i)) }), "")
	})
}

func failureBeforeWriting(t *testing.T, s store) {
	amid(t, s, func(i int) {
		err := s.Update(context.Background(), func(tx paylink.Tx) error {
			if _, err := tx.Setting("x"); err != nil {
				return err
			}
			return errMine
		})
		if !errors.Is(err, errMine) {
			t.Errorf("got %v", err)
		}
	})
}

func panicIsAlone(t *testing.T, s store) {
	amid(t, s, func(i int) {
		err := s.Update(context.Background(), func(tx paylink.Tx) error {
			if err := tx.PutSetting(fmt.Sprintf("bad%d", i), "lost"); err != nil {
				return err
			}
			panic("boom")
		})
		kind(t, "a panic", err, paylink.Internal, "panic")
		equal(t, "a panicking closure's write", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting(fmt.Sprintf("bad%d", i)) }), "")
	})
}

func cancelledIsSkipped(t *testing.T, s store) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := s.Update(ctx, func(paylink.Tx) error {
		t.Error("the closure of a caller who left was run")
		return nil
	})
	kind(t, "cancelled", err, paylink.Unavailable, "store_cancelled")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the context's error is not in %v", err)
	}
}

func swallowedErrorFails(t *testing.T, s store) {
	l := seedLink(t, s)
	err := s.Update(context.Background(), func(tx paylink.Tx) error {
		_ = tx.AddLink(l) // its id is taken
		_ = tx.PutSetting("after", "kept")
		return nil
	})
	kind(t, "a second link of one id", err, paylink.Conflict, "exists")
	equal(t, "setting", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting("after") }), "")
}

func isolation(t *testing.T, s store) {
	written, looked := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		first := true
		done <- s.Update(context.Background(), func(tx paylink.Tx) error {
			if err := tx.PutSetting("k", "v"); err != nil {
				return err
			}
			same(t, "its own write", "v")(tx.Setting("k"))
			if first {
				first = false
				close(written)
				<-looked
			}
			return nil
		})
	}()
	<-written
	equal(t, "an uncommitted write", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting("k") }), "")
	close(looked)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	equal(t, "a committed write", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting("k") }), "v")
}

func constantNow(t *testing.T, s store) {
	before := time.Now().Add(-time.Minute)
	var last time.Time
	for range 3 {
		update(t, s, func(tx paylink.Tx) error {
			now := tx.Now()
			time.Sleep(2 * time.Millisecond)
			if again := tx.Now(); !again.Equal(now) {
				t.Errorf("now moved within a transaction from %v to %v", now, again)
			}
			if now.Location() != time.UTC || now.Nanosecond()%1000 != 0 {
				t.Errorf("%v is not UTC in microseconds", now)
			}
			if !now.After(last) || now.Before(before) || now.After(time.Now().Add(time.Minute)) {
				t.Errorf("now is %v after %v", now, last)
			}
			last = now
			return nil
		})
	}
	now := view(t, s, func(r paylink.Reader) (time.Time, error) { return r.Now(), nil })
	if now.Before(last) {
		t.Errorf("a view's now %v is before an earlier transaction's %v", now, last)
	}
}

func movedClock(t *testing.T, s store) {
	if err := s.SetClockOffset(context.Background(), 48*time.Hour); err != nil {
		t.Fatal(err)
	}
	check := func(what string, now time.Time) {
		if d := time.Until(now); d < 47*time.Hour || d > 49*time.Hour {
			t.Errorf("%s: the clock was moved by 48 h and shows %v from now", what, d)
		}
	}
	update(t, s, func(tx paylink.Tx) error { check("update", tx.Now()); return nil })
	check("view", view(t, s, func(r paylink.Reader) (time.Time, error) { return r.Now(), nil }))
}

func closedRefuses(t *testing.T, s store) {
	if err := s.Ping(context.Background()); err != nil {
		t.Fatalf("an open store: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kind(t, "ping", s.Ping(context.Background()), paylink.Unavailable, "")
	kind(t, "update", s.Update(context.Background(), func(paylink.Tx) error { return nil }), paylink.Unavailable, "")
	kind(t, "view", s.View(context.Background(), func(r paylink.Reader) error { _, err := r.Setting(""); return err }), paylink.Unavailable, "")
}
