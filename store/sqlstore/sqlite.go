package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"paylink"
)

// walTidy is the size of the write-ahead log, in bytes, from which it is cut back
// when the writer has time. SQLite copies it into the database at 4000 pages
// (16 MB; at its own 1000 the copying took a sixth of a busy writer's time), but
// cuts it only when no reader stands in the way.
const walTidy = 24 << 20

// sqliteStore is the backend over one SQLite file.
type sqliteStore struct {
	path    string
	lock    *os.File // nil where the store only reads
	writing *sql.DB
	reading *sql.DB
	writer  *writer // nil where the store only reads
	readers chan *lane
	offset  *atomic.Int64 // of the test clock, in microseconds
}

var (
	errClosed   = paylink.E(paylink.Unavailable, "store_closed", "the store is closed")
	errReadOnly = paylink.E(paylink.Unavailable, "store_read_only", "the store was opened for reading")
)

// borrowed runs each statement on whatever reading connection is free.
type borrowed struct {
	ctx  context.Context
	from chan *lane
}

func (b borrowed) exec(string, ...any) (int64, error) { return 0, errReadOnly }

func (b borrowed) each(text string, args []any, f func(row) error) error {
	select {
	case l, open := <-b.from:
		if !open {
			return errClosed
		}
		defer func() { b.from <- l }()
		return l.each(text, args, f)
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
}

func (s *sqliteStore) now(runner) (time.Time, error) {
	return time.Now().Add(time.Duration(s.offset.Load()) * time.Microsecond), nil
}

func (s *sqliteStore) update(ctx context.Context, f func(paylink.Tx) error) error {
	if s.writer == nil {
		return errReadOnly
	}
	return s.writer.update(ctx, f)
}

func (s *sqliteStore) view(ctx context.Context, f func(paylink.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return sqliteEngine.translate(err)
	}
	r := &reader{ctx: ctx, run: borrowed{ctx, s.readers}, engine: sqliteEngine, clock: s.now}
	err := f(r)
	if r.broken != nil {
		return sqliteEngine.translate(r.broken)
	}
	return err
}

func (s *sqliteStore) ping(ctx context.Context) error {
	return s.view(ctx, func(r paylink.Reader) error {
		_, err := r.Setting("")
		return err
	})
}

// walBytes is the size of the write-ahead log.
func (s *sqliteStore) walBytes() int64 {
	info, err := os.Stat(s.path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}

// tidy cuts the log back if no reader stands in the way; it never waits for one.
// An error here is no loss: SQLite copies the log at later commits.
func (s *sqliteStore) tidy() {
	if s.walBytes() < walTidy {
		return
	}
	l := s.writer.lane
	if _, err := l.conn.ExecContext(context.Background(), "PRAGMA busy_timeout = 0"); err != nil {
		return
	}
	_ = l.each("PRAGMA wal_checkpoint(TRUNCATE)", nil, func(row) error { return nil })
	_, _ = l.conn.ExecContext(context.Background(), "PRAGMA busy_timeout = "+itoa(busyMillis))
}

// close answers what is queued, then closes every connection; the last one
// copies the log into the database.
func (s *sqliteStore) close() error {
	if s.writer != nil {
		s.writer.close()
	}
	for range cap(s.readers) {
		<-s.readers
	}
	close(s.readers)
	err := errors.Join(s.reading.Close(), s.writing.Close())
	if s.lock != nil {
		err = errors.Join(err, release(s.lock))
	}
	if err != nil {
		return fmt.Errorf("close %s: %w", s.path, err)
	}
	return nil
}
