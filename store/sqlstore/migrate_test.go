package sqlstore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"paylink"
	"paylink/internal/pgtest"
	"paylink/store/sqlstore"
)

// plain opens a database past the store.
func plain(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(dsn, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestMigrationsClimbOneByOneOverAFilledDatabase(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": sqliteFile(t), "PostgreSQL": pgtest.DSN(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			for n := 1; n <= sqlstore.Newest(); n++ {
				if err := sqlstore.ClimbTo(ctx, dsn, n); err != nil {
					t.Fatalf("step %d: %v", n, err)
				}
				db := plain(t, dsn)
				var got int
				if err := db.QueryRow("SELECT count(*) FROM schema_version WHERE n <= $1", n).Scan(&got); err != nil || got != n {
					t.Fatalf("after step %d the database says %d, %v", n, got, err)
				}
				if n == 1 { // rows of the first step live through the others
					_, err := db.Exec("INSERT INTO merchant (id, name, email, url, country, created_at) VALUES ('mer_1', 'M', '', '', 'CA', 1)")
					if err != nil {
						t.Fatal(err)
					}
				}
				if n == 2 {
					for _, metadata := range []string{"", `{"a":"1","é":"\"x\""}`} {
						_, err := db.Exec(`INSERT INTO link (id, merchant_id, terminal_id, partner_id, state, version, price, schedule, hold, save_it, instrument,
							scope, reference, max_uses, reserved, succeeded, redirect_url, page, dialect, foreign_json, metadata, created_at, expires_at, closed_at, close_reason)
							VALUES ('plk_' || $1, 'mer_1', '', '', 'open', 1, '{}', '', 0, 0, '', '', '', 0, 0, 0, '', '', '', '', $1, 1, 0, 0, '')`, metadata)
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			s := openStore(t, dsn, sqlstore.Options{})
			err := s.View(ctx, func(r paylink.Reader) error {
				m, err := r.Merchant("mer_1")
				if m.Name != "M" || m.CreatedAt.UnixMicro() != 1 {
					t.Errorf("the merchant became %+v", m)
				}
				// Links of before are found by what was written on them.
				for _, pair := range []map[string]string{{"a": "1"}, {"é": `"x"`}} {
					if found, ferr := r.Links(paylink.LinkFilter{MerchantID: "mer_1", Metadata: pair}); ferr != nil || len(found) != 1 {
						t.Errorf("%v finds %d links, %v", pair, len(found), ferr)
					}
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": sqliteFile(t), "PostgreSQL": migratedPostgres(t)} {
		t.Run(engine, func(t *testing.T) {
			s := openStore(t, dsn, sqlstore.Options{})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			db := plain(t, dsn)
			if _, err := db.Exec("INSERT INTO schema_version (n, name, applied_at) VALUES (9999, 'x', 0)"); err != nil {
				t.Fatal(err)
			}
			refuses(t, dsn, "schema 9999", "newer paylink")
		})
	}
}

func TestFailedMigrationLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for engine, dsn := range map[string]string{"SQLite": filepath.Join(t.TempDir(), "x.db"), "PostgreSQL": pgtest.DSN(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			if err := sqlstore.ClimbTo(ctx, dsn, 1); err != nil {
				t.Fatal(err)
			}
			db := plain(t, dsn)
			// The last table of step 2 is in the way, so all before it must go again.
			if _, err := db.Exec("CREATE TABLE claim (x TEXT)"); err != nil {
				t.Fatal(err)
			}
			refuses(t, dsn, "0002_links.sql", "claim")
			if _, err := db.Exec("SELECT count(*) FROM link"); err == nil {
				t.Error("a failed step left a table")
			}
			if _, err := db.Exec("DROP TABLE claim"); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			openStore(t, dsn, sqlstore.Options{})
		})
	}
}

func TestNodesThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{Conns: 2})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.Update(context.Background(), func(tx paylink.Tx) error { return tx.PutSetting("a", "b") }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var n int
	if err := plain(t, dsn).QueryRow("SELECT count(*) FROM schema_version").Scan(&n); err != nil || n != sqlstore.Newest() {
		t.Errorf("%d steps are written down, %v", n, err)
	}
}
