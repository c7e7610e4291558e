package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"paylink/internal/fault"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// step is one migration: steps are never changed once released, only added.
type step struct {
	name string // "0001_parties.sql"
	text string
}

// steps are the files of schema in their order; number n is steps[n-1].
func steps() ([]step, error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	var list []step
	for i, name := range names { // Glob sorts
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		name = strings.TrimPrefix(name, "schema/")
		if !strings.HasPrefix(name, fmt.Sprintf("%04d_", i+1)) {
			return nil, fmt.Errorf("schema/%s: migrations are numbered from 0001 without gaps", name)
		}
		list = append(list, step{name, string(text)})
	}
	return list, nil
}

// migrator climbs a database on one connection.
type migrator struct {
	conn   *sql.Conn
	engine *engine
}

// version is the number of steps that the database has taken.
func (m migrator) version(ctx context.Context) (n int, err error) {
	if err := m.conn.QueryRowContext(ctx, m.engine.tables, "schema_version").Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err = m.conn.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM schema_version").Scan(&n)
	return n, err
}

// climb takes the steps up to number top, one node at a time.
func (m migrator) climb(ctx context.Context, top int) error {
	list, err := steps()
	if err != nil {
		return err
	}
	unlock, err := m.alone(ctx)
	if err != nil {
		return fmt.Errorf("wait for other nodes that migrate: %w", err)
	}
	defer unlock()
	from, err := m.version(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the schema: %w", err)
	}
	if from > len(list) {
		return fmt.Errorf("the database is at schema %d and this paylink knows up to %d; it was migrated by a newer paylink: run that one", from, len(list))
	}
	for n := from + 1; n <= top; n++ {
		fault.Point("K28.before")
		if err := m.take(ctx, n, list[n-1]); err != nil {
			return fmt.Errorf("migrate the database to schema %s: %w", list[n-1].name, err)
		}
		fault.Point("K28.after")
	}
	return nil
}

// take runs one step and writes it down, in one transaction.
func (m migrator) take(ctx context.Context, n int, s step) error {
	begin, record := "BEGIN", fmt.Sprintf("INSERT INTO schema_version (n, name, applied_at) VALUES (%d, '%s', %d);",
		n, s.name, time.Now().UnixMicro())
	if m.engine == sqliteEngine {
		begin = "BEGIN EXCLUSIVE"
	}
	if err := m.script(ctx, begin); err != nil {
		return err
	}
	err := m.script(ctx, m.engine.types.Replace(table+"\n"+s.text+"\n"+record))
	if err == nil {
		err = m.script(ctx, "COMMIT")
	}
	if err != nil {
		return errors.Join(err, m.script(context.WithoutCancel(ctx), "ROLLBACK"))
	}
	return nil
}

const table = `CREATE TABLE IF NOT EXISTS schema_version (
	n          INT64 NOT NULL PRIMARY KEY,
	name       TEXT  NOT NULL,
	applied_at INT64 NOT NULL
) NARROW;`

// script runs several statements without parameters.
func (m migrator) script(ctx context.Context, text string) error {
	if m.engine == sqliteEngine {
		_, err := m.conn.ExecContext(ctx, text)
		return err
	}
	return raw(m.conn, func(c *pgx.Conn) error {
		_, err := c.PgConn().Exec(ctx, text).ReadAll()
		return err
	})
}

// migrationLock is the key of PostgreSQL's advisory lock: "paylink" in ASCII.
const migrationLock = 0x7061796c696e6b

// alone holds off other nodes. On SQLite the writer's lock does so already. The
// lock is asked for again and again, because a wait inside the server would end
// with lock_timeout.
func (m migrator) alone(ctx context.Context) (unlock func(), err error) {
	if m.engine == sqliteEngine {
		return func() {}, nil
	}
	for {
		var got bool
		if err := m.conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(migrationLock)).Scan(&got); err != nil {
			return nil, err
		}
		if got {
			return func() {
				_, _ = m.conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrationLock))
			}, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
