package booktest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"paylink/internal/pgtest"
	"paylink/store/sqlstore"
)

// Engines are the databases that a promise is proven on; each makes an empty book of
// the test's own and names it as sqlstore.Open wants it.
var Engines = map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres}

// SQLite is the file of an empty book.
func SQLite(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "paylink.db")
	Place(t, file)
	return file
}

// Postgres is the URL of an empty book.
func Postgres(t testing.TB) string {
	t.Helper()
	return pgtest.Migrated(t, "book", climb)
}

// Place puts an empty book of SQLite at a path.
func Place(t testing.TB, file string) {
	t.Helper()
	files, err := migrated()
	for end, content := range files {
		if err == nil {
			err = os.WriteFile(file+end, content, 0o600)
		}
	}
	if err != nil {
		t.Fatalf("booktest: %v", err)
	}
}

// climb takes all migrations of a database.
func climb(dsn string) error {
	s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{TestClock: true})
	if err != nil {
		return err
	}
	return s.Close()
}

// migrated is an empty book of SQLite, its file and its log, by the ends of their names.
var migrated = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "booktest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "paylink.db")
	if err := climb(file); err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, end := range []string{"", "-wal"} { // whether a log is left is SQLite's business
		content, err := os.ReadFile(file + end)
		if err != nil && (end == "" || !os.IsNotExist(err)) {
			return nil, err
		}
		if err == nil {
			files[end] = content
		}
	}
	return files, nil
})
