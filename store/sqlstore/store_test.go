package sqlstore_test

import (
	"context"
	"path/filepath"
	"testing"

	"paylink"
	"paylink/internal/pgtest"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/store/storetest"
)

// openStore opens a store that is closed when the test ends.
func openStore(t testing.TB, dsn string, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a test may have closed it
	return s
}

func sqliteFile(t testing.TB) string { return filepath.Join(t.TempDir(), "paylink.db") }

// migratedPostgres is a database of its own at the newest schema.
func migratedPostgres(t testing.TB) string { return booktest.Postgres(t) }

func TestSQLiteIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) paylink.Store {
		return openStore(t, booktest.SQLite(t), sqlstore.Options{TestClock: true})
	})
}

func TestPostgreSQLIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) paylink.Store {
		return openStore(t, migratedPostgres(t), sqlstore.Options{TestClock: true, Conns: 8})
	})
}

func TestAcknowledgedWritesAreThereAfterReopening(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": sqliteFile(t), "PostgreSQL": pgtest.DSN(t)} {
		t.Run(engine, func(t *testing.T) {
			storetest.Durable(t, func() (paylink.Store, error) {
				return sqlstore.Open(context.Background(), dsn, sqlstore.Options{})
			})
		})
	}
}

func TestUnreadableRowIsAnInternalErrorAtOnce(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": sqliteFile(t), "PostgreSQL": migratedPostgres(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			s := openStore(t, dsn, sqlstore.Options{})
			l := paylink.Link{ID: "plk_1", MerchantID: "mer_1", State: paylink.LinkOpen}
			if err := s.Update(ctx, func(tx paylink.Tx) error { return tx.AddLink(l) }); err != nil {
				t.Fatal(err)
			}
			if _, err := plain(t, dsn).Exec("UPDATE link SET price = '{'"); err != nil {
				t.Fatal(err)
			}
			runs := 0
			err := s.Update(ctx, func(tx paylink.Tx) error {
				runs++
				_, err := tx.LockLink(l.ID)
				return err
			})
			if paylink.CodeOf(err) != "store" || paylink.KindOf(err) != paylink.Internal || runs != 1 {
				t.Errorf("after %d runs: %v", runs, err)
			}
			runs = 0
			err = s.Update(ctx, func(tx paylink.Tx) error {
				runs++
				return tx.AddLink(paylink.Link{ID: "plk_2", State: paylink.LinkOpen}, paylink.Address{Kind: "token", Value: "v", LinkID: "plk_1"})
			})
			if paylink.CodeOf(err) != "address" || runs != 1 {
				t.Errorf("after %d runs: %v", runs, err)
			}
		})
	}
}
