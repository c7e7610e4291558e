package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"paylink"
	"paylink/internal/pgtest"
	"paylink/store/sqlstore"
)

// refuses opens what must not be opened and looks for words in what is said.
func refuses(t *testing.T, dsn string, words ...string) {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{})
	if err == nil {
		_ = s.Close()
		t.Fatalf("%s was opened", dsn)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the refusal %q does not say %q", err, w)
		}
	}
}

func TestUnsafeSQLiteIsRefused(t *testing.T) {
	t.Parallel()
	for pragma, words := range map[string]string{
		"synchronous = OFF": "synchronous stays 0", "synchronous = NORMAL": "synchronous stays 1",
		"journal_mode = DELETE": "journal_mode stays delete", "foreign_keys = 0": "foreign_keys stays 0",
	} {
		_, err := sqlstore.Open(context.Background(), sqliteFile(t), sqlstore.Options{}.Wrapped(func(c driver.Connector) driver.Connector {
			return spoilt{c, "PRAGMA " + pragma}
		}))
		if err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "or PostgreSQL") {
			t.Errorf("%s: %v", pragma, err)
		}
	}
	refuses(t, sqliteFile(t)+"?_pragma=synchronous(OFF)", "take ?_pragma=synchronous(OFF) out")
	refuses(t, ":memory:", "forgets")
	refuses(t, "sqlite:", "forgets")
	refuses(t, filepath.Join(t.TempDir(), "missing", "x.db"), "can't be written", "make it exist")
	refuses(t, "/proc/x.db", "can't be written")
	garbage := sqliteFile(t)
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, garbage, "not a database")
}

// spoilt is SQLite on which a pragma does not take.
type spoilt struct {
	driver.Connector
	pragma string
}

func (s spoilt) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := s.Connector.Connect(ctx)
	if err == nil {
		_, err = c.(driver.ExecerContext).ExecContext(ctx, s.pragma, nil)
	}
	return c, err
}

func TestOldSQLiteIsRefused(t *testing.T) {
	t.Parallel()
	if err := sqlstore.OldSQLite("3.51.2"); err == nil || !strings.Contains(err.Error(), "3.51.3 or newer") {
		t.Errorf("3.51.2: %v", err)
	}
	for version, old := range map[string]bool{"3.51.2": true, "3.9.99": true, "3.51": true, "3.51.3": false, "3.52.0": false, "3.100.0": false, "4.0.0": false} {
		if got := sqlstore.Older(version, "3.51.3"); got != old {
			t.Errorf("%s older than 3.51.3: %v", version, got)
		}
	}
}

func TestNetworkFileSystemsAreRefused(t *testing.T) {
	t.Parallel()
	for name, magic := range map[string]uint32{"NFS": 0x6969, "CIFS": 0xff534d42, "SMB2": 0xfe534d42} {
		if err := sqlstore.RefuseNetwork("/data", magic); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := sqlstore.RefuseNetwork("/data", 0xef53); err != nil { // ext4
		t.Error(err)
	}
}

func TestUnsafePostgreSQLIsRefused(t *testing.T) {
	t.Parallel()
	for _, unsafe := range []struct {
		settings []string
		words    string
	}{
		{[]string{"fsync=off"}, "set fsync = on"},
		{[]string{"full_page_writes=off"}, "set full_page_writes = on"},
	} {
		server := pgtest.Private(t, unsafe.settings...)
		refuses(t, server.DSN("postgres"), unsafe.words)
		server.Stop()
	}
	dsn := pgtest.DSN(t)
	glue := "?"
	if strings.Contains(dsn, "?") {
		glue = "&"
	}
	refuses(t, dsn+glue+"synchronous_commit=off", "synchronous_commit is off", "take it out")
	refuses(t, "postgres://nobody@127.0.0.1:1/none", "connect to PostgreSQL")
}

func TestServerWithoutSynchronousCommitIsOverruled(t *testing.T) {
	t.Parallel()
	server := pgtest.Private(t, "synchronous_commit=off")
	defer server.Stop()
	s := openStore(t, server.DSN("postgres"), sqlstore.Options{})
	if err := s.Ping(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestSQLiteFileIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	file := sqliteFile(t)
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, file, sqlstore.Options{})
	if err := s.Update(context.Background(), func(tx paylink.Tx) error { return tx.PutSetting("a", "b") }); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal", file + "-shm", file + ".lock"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the rights %v", name, info.Mode().Perm())
		}
	}
}

func TestSecondWriterOfASQLiteFileIsRefused(t *testing.T) {
	t.Parallel()
	file := sqliteFile(t)
	s := openStore(t, file, sqlstore.Options{})
	refuses(t, "sqlite:"+file, "written by another paylink")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openStore(t, file, sqlstore.Options{}) // the lock went with the first
}

func TestReadOnlyStoreReadsBesideTheWriter(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": sqliteFile(t), "PostgreSQL": migratedPostgres(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			s := openStore(t, dsn, sqlstore.Options{})
			if err := s.Update(ctx, func(tx paylink.Tx) error { return tx.PutMerchant(paylink.Merchant{ID: "mer_1"}) }); err != nil {
				t.Fatal(err)
			}
			r := openStore(t, dsn, sqlstore.Options{ReadOnly: true})
			err := r.Audit(ctx, func(l paylink.Ledgers) error { return l.Integrity() })
			if err != nil {
				t.Error(err)
			}
			err = r.View(ctx, func(v paylink.Reader) error { _, err := v.Merchant("mer_1"); return err })
			if err != nil {
				t.Error(err)
			}
			err = r.Update(ctx, func(tx paylink.Tx) error { return nil })
			if paylink.CodeOf(err) != "store_read_only" {
				t.Errorf("an update was answered with %v", err)
			}
		})
	}
}

func TestReadOnlyStoreOfAnotherSchemaIsRefused(t *testing.T) {
	t.Parallel()
	file := sqliteFile(t)
	if err := sqlstore.ClimbTo(context.Background(), file, 1); err != nil {
		t.Fatal(err)
	}
	_, err := sqlstore.Open(context.Background(), file, sqlstore.Options{ReadOnly: true})
	if err == nil || !strings.Contains(err.Error(), "at schema 1") {
		t.Errorf("got %v", err)
	}
}
