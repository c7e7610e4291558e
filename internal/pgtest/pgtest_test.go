package pgtest

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func exec1(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	one, two := connect(t, DSN(t)), connect(t, DSN(t))
	exec1(t, one, "CREATE TABLE link (id text)")
	exec1(t, two, "CREATE TABLE link (id text)")
}

func TestTheDatabaseIsDroppedAfterTheTestThoughInUse(t *testing.T) {
	t.Parallel()
	var dsn string
	var left *pgx.Conn
	t.Run("user", func(t *testing.T) {
		dsn = DSN(t)
		var err error
		if left, err = pgx.Connect(context.Background(), dsn); err != nil {
			t.Fatal(err)
		}
	})
	defer left.Close(context.Background())
	if conn, err := pgx.Connect(context.Background(), dsn); err == nil {
		conn.Close(context.Background())
		t.Error("the database of a finished test is still there")
	}
}

func TestMigrateRunsOnceAndEachTestHasACopy(t *testing.T) {
	t.Parallel()
	var runs atomic.Int32
	migrate := func(dsn string) error {
		runs.Add(1)
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "CREATE TABLE link (id text PRIMARY KEY)")
		return err
	}
	t.Run("tests", func(t *testing.T) {
		for range 8 {
			t.Run("test", func(t *testing.T) {
				t.Parallel()
				exec1(t, connect(t, Migrated(t, "once", migrate)), "INSERT INTO link VALUES ('the same id in every copy')")
			})
		}
	})
	if runs.Load() != 1 {
		t.Errorf("migrate ran %d times for 8 tests, want once", runs.Load())
	}
}

// A fatal failure is observed through a testing.TB that records it.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper() {}
func (r *recorder) Fatalf(format string, args ...any) {
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			r.said += err.Error()
		}
	}
	panic(r)
}

func TestAFailedMigrationFailsTheTest(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	func() {
		defer func() { recover() }()
		Migrated(r, "broken", func(string) error { return errors.New("the schema is wrong") })
	}()
	if !strings.Contains(r.said, "the schema is wrong") {
		t.Errorf("the test was told %q", r.said)
	}
}

func TestManyTestsAtOnce(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			conn, err := pgx.Connect(context.Background(), DSN(t))
			if err != nil {
				t.Error(err)
				return
			}
			conn.Close(context.Background())
		})
	}
	wg.Wait()
}

func TestPgserverLendsItsServerAndGivesBackTheExitStatus(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "pgserver")
	if out, err := exec.Command("go", "build", "-o", binary, "./cmd/pgserver").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv(Variable, "")
	out, err := exec.Command(binary, "sh", "-c", `echo "$PAYLINK_TEST_POSTGRES"; exit 7`).Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("the command's exit status 7 became %v", err)
	}
	if !strings.HasPrefix(string(out), "postgres://paylink:") {
		t.Errorf("the command saw %s=%q", Variable, out)
	}
	if _, err := pgx.Connect(context.Background(), strings.TrimSpace(string(out))); err == nil {
		t.Error("the server outlived pgserver")
	}
}
