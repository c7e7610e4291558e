package sqlstore

import (
	"context"
	"errors"
	"time"

	"paylink"
)

// Update implements paylink.Store.
func (s *Store) Update(ctx context.Context, f func(paylink.Tx) error) error {
	if s.options.ReadOnly {
		return errReadOnly
	}
	return s.backend.update(ctx, f)
}

// View implements paylink.Store.
func (s *Store) View(ctx context.Context, f func(paylink.Reader) error) error {
	return s.backend.view(ctx, f)
}

// Ping implements paylink.Store.
func (s *Store) Ping(ctx context.Context) error { return s.backend.ping(ctx) }

// Close implements paylink.Store: updates that were accepted are finished first.
// A second call does nothing.
func (s *Store) Close() (err error) {
	s.closing.Do(func() { err = s.backend.close() })
	return err
}

// Wake receives after a commit of this process that made a delivery or letter due, so that
// it need not wait for the next look. Several commits may be told as one.
func (s *Store) Wake() <-chan struct{} { return s.woken }

func (s *Store) wake() {
	select {
	case s.woken <- struct{}{}:
	default: // told already
	}
}

// Engine is "SQLite" or "PostgreSQL".
func (s *Store) Engine() string { return s.engine.name }

// SetClockOffset moves the time of all nodes of a store that was opened with
// Options.TestClock; every transaction that begins after it sees it.
func (s *Store) SetClockOffset(ctx context.Context, d time.Duration) error {
	if !s.options.TestClock {
		return errors.New("the clock can be moved only in a store that was opened with a test clock")
	}
	err := s.Update(ctx, func(t paylink.Tx) error {
		return t.(*tx).put("INSERT INTO clock (id, micros) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET micros = excluded.micros",
			d.Microseconds())
	})
	if err == nil {
		s.offset.Store(d.Microseconds())
	}
	return err
}

// Stats are figures for operators.
type Stats struct {
	// SQLite's writer, since the start: transactions, closures in them, groups that
	// were run again because a member failed, closures in the largest group.
	Groups, Updates, Reruns, Largest int64
	// Waiting closures at this moment.
	Waiting int64
	// WALBytes is the size of SQLite's write-ahead log.
	WALBytes int64
	// Conns in use at this moment, and how often a caller had to wait for one
	// (PostgreSQL).
	Conns, ConnWaits int64
}

// Stats reads the figures.
func (s *Store) Stats() Stats {
	switch b := s.backend.(type) {
	case *postgres:
		pool := b.pool.Stats()
		return Stats{Conns: int64(pool.InUse), ConnWaits: pool.WaitCount}
	case *sqliteStore:
		stats := Stats{WALBytes: b.walBytes()}
		if w := b.writer; w != nil {
			stats.Groups, stats.Updates = w.stats.groups.Load(), w.stats.updates.Load()
			stats.Reruns, stats.Largest = w.stats.reruns.Load(), w.stats.largest.Load()
			stats.Waiting = int64(len(w.queue))
		}
		return stats
	}
	return Stats{}
}
