package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"paylink"
)

// commitTimeout ends the wait for an answer to COMMIT: longer than any flush of a
// disk that still works, shorter than the patience of whoever waits for us.
const commitTimeout = 30 * time.Second

// postgres is the backend over PostgreSQL.
type postgres struct {
	pool  *sql.DB
	clock string // SELECT of the server's time in microseconds
	wake  func()
	// blocks are numbers that were taken and not given yet.
	blocks blocks
}

// statements is what *sql.DB and *sql.Conn share.
type statements interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// session runs statements until its context ends; pgx keeps them prepared.
type session struct {
	ctx context.Context
	on  statements
}

func (s session) exec(text string, args ...any) (int64, error) {
	result, err := s.on.ExecContext(s.ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s session) each(text string, args []any, f func(row) error) error {
	rows, err := s.on.QueryContext(s.ctx, text, args...)
	if err != nil {
		return err
	}
	return walk(rows, f)
}

// pooled runs each statement on any connection, without a transaction.
type pooled struct{ session }

// each asks again where a connection was lost before the first row: nothing but
// the question was lost.
func (p pooled) each(text string, args []any, f func(row) error) error {
	for try := 0; ; try++ {
		began := false
		err := p.session.each(text, args, func(got row) error {
			began = true
			return f(got)
		})
		if err == nil || began || try == maxTries || postgresMeaning(err) != lost || !pause(p.ctx, try) {
			return err
		}
	}
}

// pause waits before another try; false: the context ended, or had ended.
func pause(ctx context.Context, try int) bool {
	t := time.NewTimer(backoff(try))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return ctx.Err() == nil
	}
}

func (p *postgres) now(run runner) (time.Time, error) {
	var micros int64
	err := run.each(p.clock, nil, func(got row) error { return got.Scan(&micros) })
	return fromMicros(micros), err
}

func (p *postgres) view(ctx context.Context, f func(paylink.Reader) error) error {
	r := &reader{ctx: ctx, run: pooled{session{ctx, p.pool}}, engine: postgresEngine, clock: p.now}
	err := f(r)
	if r.broken != nil {
		return postgresEngine.translate(r.broken)
	}
	return err
}

func (p *postgres) update(ctx context.Context, f func(paylink.Tx) error) error {
	for try := 0; ; try++ {
		retry, err := p.attempt(ctx, f)
		if !retry || try == maxTries || !pause(ctx, try) {
			return postgresEngine.translate(err)
		}
	}
}

// attempt runs one transaction; retry tells that nothing can have come of it and
// that another try may do better.
func (p *postgres) attempt(ctx context.Context, f func(paylink.Tx) error) (retry bool, err error) {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return postgresMeaning(err) == lost && ctx.Err() == nil, err
	}
	// A closure may panic or end its goroutine: then the connection must not return
	// to the pool with a transaction open.
	settled := false
	defer func() {
		if !settled {
			p.rollback(conn)
		}
		_ = conn.Close()
	}()
	now, err := p.begin(ctx, conn)
	if err != nil {
		m := postgresMeaning(err)
		return (m == lost || m == again) && ctx.Err() == nil, err
	}
	t := &tx{reader: reader{ctx: ctx, run: session{ctx, conn}, engine: postgresEngine, clock: p.now, now: now}, blocks: &p.blocks}
	if _, err = call(t, f); err != nil {
		if t.broken == nil {
			return false, err
		}
		m := postgresMeaning(t.broken)
		return (m == lost || m == again) && ctx.Err() == nil, t.broken
	}
	settled = true
	retry, err = p.commit(ctx, conn)
	if err == nil {
		p.blocks.keep(t.taken)
	}
	if err == nil && t.woke {
		p.wake()
	}
	return retry, err
}

// begin opens a transaction and asks the time, in one round trip.
func (p *postgres) begin(ctx context.Context, conn *sql.Conn) (now time.Time, err error) {
	err = raw(conn, func(c *pgx.Conn) error {
		var batch pgx.Batch
		batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
		batch.Queue(p.clock)
		results := c.SendBatch(ctx, &batch)
		_, err := results.Exec()
		if err == nil {
			var micros int64
			err = results.QueryRow().Scan(&micros)
			now = fromMicros(micros)
		}
		return errors.Join(err, results.Close())
	})
	return now, err
}

// commit ends the transaction. The caller's context no longer counts: to give up
// now would only mean not to know.
func (p *postgres) commit(ctx context.Context, conn *sql.Conn) (retry bool, err error) {
	if err := ctx.Err(); err != nil {
		p.rollback(conn)
		return false, err
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	sent := false
	err = raw(conn, func(c *pgx.Conn) error {
		// pgconn.SafeToRetry must not be asked here: of a connection that breaks after
		// COMMIT was sent pgx 5.12 says "conn closed", and that this is safe to retry.
		sent = !c.IsClosed()
		// The simple protocol: one message, never a statement to prepare before.
		results, err := c.PgConn().Exec(wait, "COMMIT").ReadAll()
		if err == nil && (len(results) != 1 || results[0].CommandTag.String() != "COMMIT") {
			return pgx.ErrTxCommitRollback
		}
		return err
	})
	var told *pgconn.PgError
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return false, wrong("store", err)
	case !sent:
		return true, err
	case errors.As(err, &told) && (told.Code == "25P03" || told.Code == "25P04"):
		return true, err // the server had ended the transaction before
	case errors.As(err, &told) && told.Severity == "ERROR":
		return postgresMeaning(err) == again, err
	}
	return false, commitUnknown(err)
}

// rollback undoes what is open, or throws the connection away.
func (p *postgres) rollback(conn *sql.Conn) {
	wait, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Raw(func(dc any) error {
		c := dc.(*stdlib.Conn).Conn()
		if _, err := c.PgConn().Exec(wait, "ROLLBACK").ReadAll(); err != nil {
			_ = c.Close(wait)
			return driver.ErrBadConn
		}
		return nil
	})
}

// raw runs f on the connection of pgx itself.
func raw(conn *sql.Conn, f func(*pgx.Conn) error) error {
	var result error
	err := conn.Raw(func(dc any) error {
		c := dc.(*stdlib.Conn).Conn()
		if result = f(c); result != nil && c.IsClosed() {
			return driver.ErrBadConn // the pool forgets it
		}
		return nil
	})
	if result != nil {
		return result
	}
	return err
}

func (p *postgres) ping(ctx context.Context) error {
	if err := p.pool.PingContext(ctx); err != nil {
		return unavailable("store_unavailable", "the database can't be reached", err)
	}
	return nil
}

func (p *postgres) close() error { return p.pool.Close() }
