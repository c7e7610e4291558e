package sqlstore

import (
	"regexp"
	"strings"
)

// engine is every difference between the two databases that shows in SQL text or
// in what an error means. How a transaction runs is in group.go and postgres.go.
type engine struct {
	name string
	// types turns the schema's stand-ins into the engine's own words.
	types *strings.Replacer
	// lock ends a SELECT that holds its rows. NO KEY leaves foreign key checks of
	// other transactions alone: FOR UPDATE would make payments of one link deadlock.
	lock string
	// lockOf is lock for one table of several.
	lockOf func(alias string) string
	// skip ends a SELECT that claims rows and passes over those held by others.
	skip string
	// skipOf is skip for one table of several.
	skipOf func(alias string) string
	// tables lists the tables of the schema, for "is this database ours".
	tables string
	// meaning sorts the driver's errors.
	meaning func(error) meaning
}

// meaning is what an error of a driver says about the transaction.
type meaning int

const (
	otherwise meaning = iota
	again             // lost a race; the same closure may succeed on a new try
	lost              // the connection is gone
	taken             // a unique index refused a row
	forbidden         // a CHECK or a foreign key refused a row
	full              // no space left
	failing           // the disk refuses to read or write
	readOnly          // the files or the server do not accept writes
)

var sqliteEngine = &engine{
	name:    "SQLite",
	types:   strings.NewReplacer("INT64", "INTEGER", "BYTES", "BLOB", "EACH_PAIR(", "json_each(", " AS_JSON)", ")", ") NARROW;", ") STRICT, WITHOUT ROWID;", "\n);", "\n) STRICT;"),
	lockOf:  func(string) string { return "" },
	skipOf:  func(string) string { return "" },
	tables:  "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
	meaning: sqliteMeaning,
}

var postgresEngine = &engine{
	name: "PostgreSQL",
	// Ids sort by their bytes on both engines whatever the database's language.
	types:   strings.NewReplacer("INT64", "BIGINT", "BYTES", "BYTEA", "EACH_PAIR(", "json_each_text((", " AS_JSON)", ")::json)", "TEXT ", `TEXT COLLATE "C" `, ") NARROW;", ");"),
	lock:    " FOR NO KEY UPDATE",
	skip:    " FOR NO KEY UPDATE SKIP LOCKED",
	lockOf:  func(alias string) string { return " FOR NO KEY UPDATE OF " + alias },
	skipOf:  func(alias string) string { return " FOR NO KEY UPDATE OF " + alias + " SKIP LOCKED" },
	tables:  "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1",
	meaning: postgresMeaning,
}

var numbered = regexp.MustCompile(`\$[0-9]+`)

// anonymous turns $1, $2, $3 into ?, ?, ? where they stand in that order and once
// each: modernc.org/sqlite reads the name of every named parameter out of C memory
// at every call.
func anonymous(text string) string {
	next := 0
	for _, name := range numbered.FindAllString(text, -1) {
		next++
		if name != "$"+itoa(next) {
			return text
		}
	}
	return numbered.ReplaceAllString(text, "?")
}
