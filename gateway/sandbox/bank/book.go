package bank

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"sync"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

//go:embed schema.sql
var schema string

// book is the bank's SQLite file: one writer that commits in groups, and readers
// with connections of their own.
type book struct {
	writing *sql.DB
	reading *sql.DB
	jobs    chan job
	stopped chan struct{} // closed to stop the writer
	ended   chan struct{} // closed by the writer when it has stopped
	once    sync.Once
}

type job struct {
	do   func(*tx) error
	done chan error
}

// batch is how many waiting jobs one commit takes at most: enough for every
// caller that two cores can serve, few enough that a failed batch is cheap to
// run again one by one.
const batch = 256

var errClosed = errors.New("the bank's book is closed")

func openBook(path string) (*book, error) {
	// The path is escaped, because a "?" in a directory's name would end it.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)"
	w, err := sql.Open("sqlite", dsn+"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=journal_size_limit(67108864)")
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if _, err := w.Exec(schema); err != nil {
		return nil, errors.Join(fmt.Errorf("the bank's book %s can't be opened: %w", path, err), w.Close())
	}
	r, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r.SetMaxOpenConns(4)
	r.SetMaxIdleConns(4)
	b := &book{writing: w, reading: r, jobs: make(chan job, batch), stopped: make(chan struct{}), ended: make(chan struct{})}
	conn, err := w.Conn(context.Background())
	if err != nil {
		return nil, errors.Join(err, r.Close(), w.Close())
	}
	go b.write(&tx{conn: conn, prepared: map[string]*sql.Stmt{}})
	return b, nil
}

func (b *book) close() error {
	b.once.Do(func() { close(b.stopped) })
	<-b.ended
	return errors.Join(b.reading.Close(), b.writing.Close())
}

// do runs fn in a transaction of the one writer and returns when it is durable.
// fn may run twice, so it must not touch anything but the tx and variables that
// it sets anew each time.
func (b *book) do(fn func(*tx) error) error {
	j := job{do: fn, done: make(chan error, 1)}
	select {
	case b.jobs <- j:
	case <-b.stopped:
		return errClosed
	}
	select {
	case err := <-j.done:
		return err
	case <-b.ended:
		select { // the writer may have answered just before it ended
		case err := <-j.done:
			return err
		default:
			return errClosed
		}
	}
}

// write takes whatever is waiting, runs it in one transaction, commits once and
// only then answers. It never waits for more: lingering made it slower.
func (b *book) write(t *tx) {
	defer close(b.ended)
	defer t.close()
	for {
		var jobs []job
		select {
		case <-b.stopped:
			return
		case j := <-b.jobs:
			jobs = append(jobs, j)
		}
	more:
		for len(jobs) < batch {
			select {
			case j := <-b.jobs:
				jobs = append(jobs, j)
			default:
				break more
			}
		}
		if t.run(jobs) == nil {
			answer(jobs, nil)
			continue
		}
		// One of them failed: each again alone, which is cheaper than a savepoint each.
		for i := range jobs {
			answer(jobs[i:i+1], t.run(jobs[i:i+1]))
		}
	}
}

func answer(jobs []job, err error) {
	for _, j := range jobs {
		j.done <- err
	}
}

// tx is the writer's transaction; statements are prepared once for its connection.
type tx struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

var background = context.Background()

func (t *tx) close() {
	for _, st := range t.prepared {
		_ = st.Close()
	}
	_ = t.conn.Close()
}

func (t *tx) run(jobs []job) (err error) {
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("the bank's book can't be written: %w", err)
	}
	defer func() {
		if err != nil {
			_, _ = t.exec("ROLLBACK") // nothing to roll back when COMMIT itself already did
		}
	}()
	for _, j := range jobs {
		if err := call(j.do, t); err != nil {
			return err
		}
	}
	_, err = t.exec("COMMIT")
	return err
}

// call keeps a panic to the job that made it.
func call(fn func(*tx) error, t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the bank broke on this request: %v", p)
		}
	}()
	return fn(t)
}

func (t *tx) stmt(q string) (*sql.Stmt, error) {
	if st, ok := t.prepared[q]; ok {
		return st, nil
	}
	st, err := t.conn.PrepareContext(background, q)
	if err == nil {
		t.prepared[q] = st
	}
	return st, err
}

func (t *tx) exec(q string, args ...any) (sql.Result, error) {
	st, err := t.stmt(q)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(background, args...)
}

// Query runs a reading statement inside the transaction.
func (t *tx) Query(q string, args ...any) (*sql.Rows, error) {
	st, err := t.stmt(q)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(background, args...)
}

// reader is what both a transaction and the reading pool can do.
type reader interface {
	Query(q string, args ...any) (*sql.Rows, error)
}

// each reads every row of a query through scan.
func each(r reader, scan func(func(...any) error) error, q string, args ...any) error {
	rows, err := r.Query(q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
