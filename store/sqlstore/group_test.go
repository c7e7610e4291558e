package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"paylink"
	"paylink/store/sqlstore"
)

func put(s paylink.Store, name string) error {
	return s.Update(context.Background(), func(tx paylink.Tx) error { return tx.PutSetting(name, "kept") })
}

func setting(t *testing.T, s paylink.Store, name string) (value string) {
	t.Helper()
	err := s.View(context.Background(), func(r paylink.Reader) (err error) {
		value, err = r.Setting(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// hold occupies the writer until the returned function is called, so that what
// is sent meanwhile is taken as one group.
func hold(t *testing.T, s paylink.Store) (release func()) {
	t.Helper()
	busy, free, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Update(context.Background(), func(paylink.Tx) error {
			close(busy)
			<-free
			return nil
		})
	}()
	<-busy
	return func() {
		close(free)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// queued waits until n closures wait for the writer.
func queued(t *testing.T, s *sqlstore.Store, n int64) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); s.Stats().Waiting < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d closures wait instead of %d", s.Stats().Waiting, n)
		}
	}
}

func TestWhatWaitsIsCommittedTogether(t *testing.T) {
	t.Parallel()
	s := openStore(t, sqliteFile(t), sqlstore.Options{})
	before := s.Stats()
	release := hold(t, s)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			if err := put(s, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, s, 50)
	release()
	all.Wait()
	after := s.Stats()
	if after.Groups-before.Groups != 2 || after.Updates-before.Updates != 51 || after.Largest != 50 {
		t.Errorf("51 updates made the figures %+v", after)
	}
}

func TestFailingMemberIsTakenOutOfItsGroup(t *testing.T) {
	t.Parallel()
	s := openStore(t, sqliteFile(t), sqlstore.Options{})
	release := hold(t, s)
	var all sync.WaitGroup
	var ran atomic.Int64
	mine := errors.New("mine")
	for i := range 40 {
		all.Go(func() {
			err := s.Update(context.Background(), func(tx paylink.Tx) error {
				ran.Add(1)
				if err := tx.PutSetting(fmt.Sprint(i), "kept"); err != nil {
					return err
				}
				if i == 7 || i == 20 {
					return mine
				}
				return nil
			})
			if bad := i == 7 || i == 20; bad != errors.Is(err, mine) || (!bad && err != nil) {
				t.Errorf("closure %d was answered with %v", i, err)
			}
		})
	}
	queued(t, s, 40)
	release()
	all.Wait()
	for i := range 40 {
		want := "kept"
		if i == 7 || i == 20 {
			want = ""
		}
		if got := setting(t, s, fmt.Sprint(i)); got != want {
			t.Errorf("closure %d left %q", i, got)
		}
	}
	if n := ran.Load(); n < 42 {
		t.Errorf("closures ran %d times; two failures must make others run again", n)
	}
}

func TestClosureThatEndsItsGoroutineEndsNothingElse(t *testing.T) {
	t.Parallel()
	s := openStore(t, sqliteFile(t), sqlstore.Options{})
	release := hold(t, s)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			err := s.Update(context.Background(), func(tx paylink.Tx) error {
				if err := tx.PutSetting(fmt.Sprint(i), "kept"); err != nil {
					return err
				}
				if i == 4 {
					runtime.Goexit()
				}
				return nil
			})
			if (i == 4) != (paylink.CodeOf(err) == "panic") || (i != 4 && err != nil) {
				t.Errorf("closure %d was answered with %v", i, err)
			}
		})
	}
	queued(t, s, 10)
	release()
	all.Wait()
	for i := range 10 {
		if got := setting(t, s, fmt.Sprint(i)); (got == "kept") != (i != 4) {
			t.Errorf("closure %d left %q", i, got)
		}
	}
}

func TestCallerWhoLeavesTheQueueIsPassedOver(t *testing.T) {
	t.Parallel()
	s := openStore(t, sqliteFile(t), sqlstore.Options{})
	release := hold(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- s.Update(ctx, func(tx paylink.Tx) error {
			t.Error("the closure of a caller who left was run")
			return nil
		})
	}()
	queued(t, s, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	release()
	if err := put(s, "after"); err != nil {
		t.Error(err)
	}
}

func TestCallerWhoLeavesARunningClosureHearsItsEnd(t *testing.T) {
	t.Parallel()
	s := openStore(t, sqliteFile(t), sqlstore.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	err := s.Update(ctx, func(tx paylink.Tx) error {
		cancel()
		return tx.PutSetting("a", "kept")
	})
	if err != nil || setting(t, s, "a") != "kept" {
		t.Errorf("got %v", err)
	}
}

func TestCloseFinishesWhatIsQueued(t *testing.T) {
	t.Parallel()
	file := sqliteFile(t)
	s := openStore(t, file, sqlstore.Options{})
	release := hold(t, s)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := put(s, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, s, 20)
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	release()
	all.Wait()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	again := openStore(t, file, sqlstore.Options{})
	for i := range 20 {
		if setting(t, again, fmt.Sprint(i)) != "kept" {
			t.Errorf("%d was acknowledged and is gone", i)
		}
	}
}

func TestWakeFiresAfterACommitThatMakesADeliveryDue(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": sqliteFile(t), "PostgreSQL": migratedPostgres(t)} {
		t.Run(engine, func(t *testing.T) {
			s := openStore(t, dsn, sqlstore.Options{})
			woken := func() bool {
				select {
				case <-s.Wake():
					return true
				default:
					return false
				}
			}
			event := func(id string, fail error) {
				err := s.Update(context.Background(), func(tx paylink.Tx) error {
					if err := tx.AddEvent(paylink.Event{ID: id, MerchantID: "mer_1", Type: "a"}); err != nil {
						return err
					}
					return fail
				})
				if !errors.Is(err, fail) {
					t.Error(err)
				}
			}
			if event("evt_1", nil); woken() {
				t.Error("woken though nobody listens")
			}
			err := s.Update(context.Background(), func(tx paylink.Tx) error {
				return tx.PutEndpoint(paylink.Endpoint{ID: "whe_1", MerchantID: "mer_1"})
			})
			if err != nil {
				t.Fatal(err)
			}
			if event("evt_2", errors.New("rolled back")); woken() {
				t.Error("woken by what was rolled back")
			}
			if event("evt_3", nil); !woken() {
				t.Error("not woken")
			}
		})
	}
}

// faulty makes SQLite's driver fail statements of the writer.
type faulty struct {
	driver.Connector
	fail func(text string) error
}

func (f faulty) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := f.Connector.Connect(ctx)
	return faultyConn{c, f.fail}, err
}

type faultyConn struct {
	driver.Conn
	fail func(string) error
}

func (c faultyConn) Prepare(text string) (driver.Stmt, error) {
	s, err := c.Conn.Prepare(text)
	return faultyStmt{s, text, c.fail}, err
}

type faultyStmt struct {
	driver.Stmt
	text string
	fail func(string) error
}

func (s faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.fail(s.text); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.fail(s.text); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// code is an error as SQLite's driver makes them.
type code int

func (c code) Error() string { return fmt.Sprintf("made by the test (%d)", int(c)) }
func (c code) Code() int     { return int(c) }

// failing opens a store whose writer's statements fail as fail says.
func failing(t *testing.T, fail func(text string) error) *sqlstore.Store {
	t.Helper()
	return openStore(t, sqliteFile(t), sqlstore.Options{}.Wrapped(func(c driver.Connector) driver.Connector {
		return faulty{c, fail}
	}))
}

func TestBusyDatabaseIsTriedAgain(t *testing.T) {
	t.Parallel()
	var opened atomic.Bool
	var failed atomic.Int64
	s := failing(t, func(text string) error {
		if opened.Load() && rand.N(10) < 3 && text != "ROLLBACK" && failed.Add(1) > 0 {
			return code(sqlite3.SQLITE_BUSY)
		}
		return nil
	})
	opened.Store(true)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for n := range 5 {
				name := fmt.Sprint(i, n)
				err := put(s, name)
				if kept := setting(t, s, name) == "kept"; kept != (err == nil) {
					t.Errorf("kept is %v, but the answer was %v", kept, err)
				}
				if err != nil && paylink.CodeOf(err) != "store_busy" {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if failed.Load() == 0 {
		t.Error("nothing failed, so nothing is proven")
	}
}

func TestFullAndFailingDisksAcknowledgeNothing(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct {
		at, answer string
		code       int
	}{
		{"COMMIT", "store_full", sqlite3.SQLITE_FULL},
		{"COMMIT", "commit_unknown", sqlite3.SQLITE_IOERR_FSYNC},
		{"BEGIN IMMEDIATE", "store_failing", sqlite3.SQLITE_IOERR_WRITE},
		{"BEGIN IMMEDIATE", "store_read_only", sqlite3.SQLITE_READONLY},
	} {
		var broken atomic.Bool
		s := failing(t, func(text string) error {
			if broken.Load() && text == fault.at {
				return code(fault.code)
			}
			return nil
		})
		broken.Store(true)
		err := put(s, "a")
		if paylink.KindOf(err) != paylink.Unavailable || paylink.CodeOf(err) != fault.answer {
			t.Errorf("%s with %d: got %v, want %s", fault.at, fault.code, err, fault.answer)
		}
		broken.Store(false)
		if err := put(s, "b"); err != nil { // it recovers by itself
			t.Error(err)
		}
		if got := setting(t, s, "a"); got != "" {
			t.Error("what was not acknowledged is there, though it was rolled back")
		}
	}
}
