package sqlstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// What can lose an acknowledged write is refused at the start (trust.md ACC-20).

// oldestSQLite is the first version without the bug of 3.7.0 to 3.51.2 by which a
// checkpoint at the wrong moment corrupts the database (sqlite.org/wal.html,
// "The WAL-Reset Bug").
const oldestSQLite = "3.51.3"

// checkSQLite reads back what the pragmas came to: the driver ignores those it
// does not understand.
func checkSQLite(run runner, path string) error {
	version, err := readText(run, "SELECT sqlite_version()")
	if err != nil {
		return err
	}
	if older(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can corrupt databases; build paylink with %s or newer", version, oldestSQLite)
	}
	for _, want := range []struct{ pragma, value, why string }{
		{"journal_mode", "wal", "readers and the writer would block each other"},
		{"synchronous", "2", "a power cut would lose what was acknowledged (2 is FULL)"},
		{"foreign_keys", "1", "rows without their parents would be accepted"},
	} {
		got, err := readText(run, "PRAGMA "+want.pragma)
		if err != nil {
			return err
		}
		if got != want.value {
			return fmt.Errorf("%s: PRAGMA %s stays %s instead of %s, so %s; use a local disk that SQLite supports, or PostgreSQL",
				path, want.pragma, got, want.value, want.why)
		}
	}
	return nil
}

// checkPostgres refuses a server that acknowledges before the disk has it.
func checkPostgres(run runner) error {
	for _, want := range []struct{ setting, why string }{
		{"fsync", "a power cut would corrupt the database; set fsync = on in postgresql.conf"},
		{"full_page_writes", "a power cut could tear pages; set full_page_writes = on in postgresql.conf"},
	} {
		got, err := readText(run, "SELECT current_setting($1)", want.setting)
		if err != nil {
			return err
		}
		if got != "on" {
			return fmt.Errorf("PostgreSQL: %s is %s: %s", want.setting, got, want.why)
		}
	}
	got, err := readText(run, "SELECT current_setting('synchronous_commit')")
	if err != nil {
		return err
	}
	if got == "off" {
		return fmt.Errorf("PostgreSQL: synchronous_commit is off for our sessions: a power cut would lose what was acknowledged; " +
			"take it out of the database's address, or set synchronous_commit = on in postgresql.conf")
	}
	return nil
}

// ownSynchronousCommit turns it on in a session where the server, database or
// role has it off, and leaves stronger choices (remote_apply) alone. What the
// address of the database asks for is not overruled but refused.
const ownSynchronousCommit = `SELECT set_config('synchronous_commit', 'on', false)
	FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off' AND source <> 'client'`

// readText reads one value.
func readText(run runner, query string, args ...any) (string, error) {
	var v string
	err := run.each(query, args, func(got row) error { return got.Scan(&v) })
	if err != nil {
		return "", fmt.Errorf("%s: %w", query, err)
	}
	return v, nil
}

// older compares dotted versions by their numbers.
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range bs {
		var x, y int
		if i < len(as) {
			x, _ = strconv.Atoi(as[i])
		}
		y, _ = strconv.Atoi(bs[i])
		if x != y {
			return x < y
		}
	}
	return false
}

// checkVersion is for a store that only reads and so can't migrate.
func checkVersion(ctx context.Context, m migrator, newest int) error {
	got, err := m.version(ctx)
	if err != nil {
		return err
	}
	if got != newest {
		return fmt.Errorf("the database is at schema %d and this paylink knows %d; start the paylink that belongs to it once, or use that one's version", got, newest)
	}
	return nil
}
