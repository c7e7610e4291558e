package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"paylink"
)

// row is one row of an answer.
type row interface{ Scan(dest ...any) error }

// runner runs one statement on the connection that it has, or on any.
type runner interface {
	exec(text string, args ...any) (int64, error)
	each(text string, args []any, f func(row) error) error
}

// reader implements paylink.Reader on a runner.
type reader struct {
	ctx    context.Context
	run    runner
	engine *engine
	clock  func(runner) (time.Time, error)
	now    time.Time
	told   bool // whether the closure has asked the time
	// broken is the first error of the engine. What came after it can't be trusted
	// (PostgreSQL refuses further statements), so the closure's own nil isn't believed.
	broken error
}

var _ paylink.Reader = (*reader)(nil)

// Now implements paylink.Reader. Where the time can't be had the closure fails.
func (r *reader) Now() time.Time {
	r.told = true
	if r.now.IsZero() {
		now, err := r.clock(r.run)
		if err != nil {
			// Any time will do: the broken reader's results are thrown away.
			_ = r.fail(err)
			now = time.Now()
		}
		r.now = now.UTC().Truncate(time.Microsecond)
	}
	return r.now
}

// waited forgets a time that nobody was told, after a lock that may have been long in
// coming: what happened before the lock was had must not look later than what
// happens under it.
func (r *reader) waited() {
	if !r.told {
		r.now = time.Time{}
	}
}

// fail remembers and translates an error of the engine.
func (r *reader) fail(err error) error {
	if err == nil {
		return nil
	}
	if r.broken == nil {
		r.broken = err
	}
	return r.engine.translate(err)
}

func (r *reader) each(text string, args []any, f func(row) error) error {
	return r.fail(r.run.each(text, args, f))
}

// errNoRow says that one found nothing.
var errNoRow = errors.New("no such row")

// one reads at most one row; errNoRow where there is none.
func one[T any](r *reader, dest func(*T) []any, text string, args ...any) (T, error) {
	var v T
	found := false
	err := r.each(text, args, func(got row) error {
		found = true
		return got.Scan(dest(&v)...)
	})
	if err == nil && !found {
		err = errNoRow
	}
	return v, err
}

// find is one for a thing with a name: NotFound says which.
func find[T any](r *reader, noun, name string, dest func(*T) []any, text string, args ...any) (T, error) {
	for _, arg := range args { // no engine could have stored it, and PostgreSQL says so by an error
		if s, is := arg.(string); is && (!utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0) {
			var none T
			return none, notFound(noun, name)
		}
	}
	v, err := one(r, dest, text, args...)
	if errors.Is(err, errNoRow) {
		return v, notFound(noun, name)
	}
	return v, err
}

// many reads all rows.
func many[T any](r *reader, dest func(*T) []any, text string, args ...any) ([]T, error) {
	var list []T
	var v, empty T
	into := dest(&v)
	err := r.each(text, args, func(got row) error {
		v = empty
		if err := got.Scan(into...); err != nil {
			return err
		}
		list = append(list, v)
		return nil
	})
	return list, err
}

// scalar reads one value, the zero value where there is no row.
func scalar[T any](r *reader, text string, args ...any) (T, error) {
	v, err := one(r, func(v *T) []any { return []any{v} }, text, args...)
	if errors.Is(err, errNoRow) {
		err = nil
	}
	return v, err
}

// tx implements paylink.Tx.
type tx struct {
	reader
	wrote bool
	woke  bool // a delivery or letter is due once this is committed
	// taken are numbers that this transaction took and did not give; blocks those of
	// the process, nil where numbers are taken one by one.
	taken  map[paylink.Series]*block
	blocks *blocks
}

var _ paylink.Tx = (*tx)(nil)

// exec runs a statement and tells how many rows it touched.
func (t *tx) exec(text string, args ...any) (int64, error) {
	t.wrote = true
	n, err := t.run.exec(text, args...)
	return n, t.fail(err)
}

// put runs a statement whose row count says nothing.
func (t *tx) put(text string, args ...any) error {
	_, err := t.exec(text, args...)
	return err
}

// did runs a statement that touches one row or none, and tells which.
func (t *tx) did(text string, args ...any) (bool, error) {
	n, err := t.exec(text, args...)
	return n == 1, err
}

// claimed reads the rows that an UPDATE … RETURNING changed.
func claimed[T any](t *tx, dest func(*T) []any, text string, args ...any) ([]T, error) {
	t.wrote = true
	return many(&t.reader, dest, text, args...)
}

// lane is one connection to SQLite with its prepared statements.
type lane struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func newLane(conn *sql.Conn) *lane { return &lane{conn: conn, prepared: make(map[string]*sql.Stmt)} }

func (l *lane) statement(text string) (*sql.Stmt, error) {
	if s, ok := l.prepared[text]; ok {
		return s, nil
	}
	s, err := l.conn.PrepareContext(context.Background(), anonymous(text))
	if err == nil {
		l.prepared[text] = s
	}
	return s, err
}

// Statements on a lane run to their end: SQLite's are short, and a context that
// can be cancelled costs a goroutine for each.
func (l *lane) exec(text string, args ...any) (int64, error) {
	s, err := l.statement(text)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (l *lane) each(text string, args []any, f func(row) error) error {
	s, err := l.statement(text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	return walk(rows, f)
}

// unreadable is an error of whoever reads a row, not of the database: the row holds
// what it should not.
type unreadable struct{ error }

func (u unreadable) Unwrap() error { return u.error }

// walk hands out every row and closes.
func walk(rows *sql.Rows, f func(row) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return unreadable{err}
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}
