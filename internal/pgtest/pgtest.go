package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"paylink/internal/pgtest/server"
)

// Variable is the environment variable that names a server to use.
const Variable = "PAYLINK_TEST_POSTGRES"

// DSN makes an empty database for the test and returns its URL. The database
// is dropped when the test ends, whoever is still connected.
func DSN(t testing.TB) string {
	t.Helper()
	return fresh(t, sharedServer(t), "template1")
}

// Migrated is DSN with a database that has already been through migrate, which
// runs once for each key in a test process, on a database of its own that is
// then copied. migrate must close what it opens: a database in use cannot be
// copied.
func Migrated(t testing.TB, key string, migrate func(dsn string) error) string {
	t.Helper()
	admin := sharedServer(t)
	templatesMu.Lock()
	once, known := templates[key]
	if !known {
		once = sync.OnceValues(func() (string, error) {
			name := newName("paylink_template_")
			if err := execute(admin, "CREATE DATABASE "+name); err != nil {
				return "", fmt.Errorf("make the template database %s: %w", name, err)
			}
			return name, migrate(inDatabase(admin, name))
		})
		templates[key] = once
	}
	templatesMu.Unlock()
	name, err := once()
	if err != nil {
		t.Fatalf("pgtest: migrate the template %q: %v", key, err)
	}
	return fresh(t, admin, name)
}

var (
	templatesMu sync.Mutex
	templates   = make(map[string]func() (string, error))
)

// Private starts a server for this test alone, with settings such as
// "fsync=off" on top of PostgreSQL's defaults, for tests that crash a server
// or run it unsafely. It is stopped when the test ends. Its database is
// DSN("postgres").
func Private(t testing.TB, settings ...string) *server.Server {
	t.Helper()
	s, err := server.Start(settings...)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(s.Stop)
	return s
}

// ownServer lives as long as the process: its keeper ends it.
var ownServer = sync.OnceValues(func() (*server.Server, error) { return server.Start() })

// sharedServer returns a URL for making databases.
func sharedServer(t testing.TB) string {
	t.Helper()
	if dsn := os.Getenv(Variable); dsn != "" {
		return dsn
	}
	s, err := ownServer()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return s.DSN("postgres")
}

func fresh(t testing.TB, admin, template string) string {
	t.Helper()
	name := newName("paylink_test_")
	if err := execute(admin, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("pgtest: make a database (of %s, or of a server of our own if that is unset): %v", Variable, err)
	}
	t.Cleanup(func() {
		if err := execute(admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: drop the test's database: %v", err)
		}
	})
	return inDatabase(admin, name)
}

func newName(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

func execute(dsn, statement string) error {
	// Not the test's context: clean-up runs after that one has ended.
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// inDatabase is dsn with another database.
func inDatabase(dsn, database string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		panic(fmt.Sprintf("pgtest: %s must be a URL such as postgres://user:password@127.0.0.1:5432/postgres", Variable))
	}
	u.Path = "/" + database
	return u.String()
}
