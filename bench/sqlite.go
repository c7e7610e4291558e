package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver that paylink itself uses
)

// pragmas are those of paylink's own store: durable, with a write-ahead log.
const pragmas = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)" +
	"&_pragma=wal_autocheckpoint(4000)&_pragma=cache_size(-16000)&_txlock=immediate"

// sampleSQLite finds what act wrote into the SQLite store in a directory.
func sampleSQLite(dir string, act func() error) (*sample, error) {
	stores, err := storesIn(dir)
	if err != nil {
		return nil, err
	}
	before := make([]contents, len(stores))
	for i, store := range stores {
		if before[i], _, err = readSQLite(store); err != nil {
			return nil, err
		}
	}
	if err := act(); err != nil {
		return nil, err
	}
	var written *sample
	for i, store := range stores {
		after, schema, err := readSQLite(store)
		if err != nil {
			return nil, err
		}
		rows := after.without(before[i])
		if len(rows) > 0 && written != nil {
			return nil, fmt.Errorf("making a link wrote into two stores of %s", dir)
		}
		if len(rows) > 0 {
			written = &sample{Engine: "sqlite", Schema: schema, Rows: rows}
		}
	}
	if written == nil {
		return nil, fmt.Errorf("making a link wrote into no SQLite store in %s", dir)
	}
	return written, nil
}

// storesIn finds the SQLite files in a directory by their first bytes.
func storesIn(dir string) ([]string, error) {
	var stores []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() { // folders, and the socket of operators
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		head := make([]byte, 16)
		if n, _ := file.Read(head); n == 16 && string(head[:15]) == "SQLite format 3" {
			stores = append(stores, path)
		}
		return nil
	})
	return stores, err
}

// readSQLite reads every row of a store, and what made its tables.
func readSQLite(path string) (contents, []string, error) {
	db, err := sql.Open("sqlite", "file:"+path+pragmas)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	all, schema := make(contents), []string(nil)
	names, err := query(db, `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type = 'table' DESC, rowid`)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range names {
		schema = append(schema, *t[1].Text)
		if !strings.HasPrefix(strings.ToUpper(*t[1].Text), "CREATE TABLE") {
			continue
		}
		if err := readSQLiteTable(db, *t[0].Text, all); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", *t[0].Text, err)
		}
	}
	return all, schema, nil
}

func readSQLiteTable(db *sql.DB, table string, into contents) error {
	columns, err := query(db, `SELECT name, EXISTS (
		SELECT 1 FROM pragma_index_list(?1) i, pragma_index_info(i.name) x WHERE i."unique" AND x.name = c.name) OR pk > 0
		FROM pragma_table_info(?1) c`, table)
	if err != nil {
		return err
	}
	var names []string
	var unique []bool
	for _, column := range columns {
		names = append(names, `"`+*column[0].Text+`"`)
		unique = append(unique, *column[1].Int == 1)
	}
	rows, err := query(db, fmt.Sprintf(`SELECT %s FROM "%s"`, strings.Join(names, ","), table))
	if err != nil {
		return err
	}
	for _, values := range rows {
		if err := into.add(writtenRow{Table: table, Values: values, Unique: unique}); err != nil {
			return err
		}
	}
	return nil
}

// query returns the rows of a query.
func query(db *sql.DB, text string, args ...any) ([][]value, error) {
	rows, err := db.Query(text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]value
	for rows.Next() {
		raw, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range raw {
			targets[i] = &raw[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		values := make([]value, len(columns))
		for i, v := range raw {
			switch v := v.(type) {
			case nil:
			case int64:
				values[i].Int = &v
			case string:
				values[i].Text = &v
			case []byte:
				values[i].Blob = v
			default:
				return nil, fmt.Errorf("column %s holds a %T, which no store of ours has", columns[i], v)
			}
		}
		all = append(all, values)
	}
	return all, rows.Err()
}

// sqliteRows writes a sample's rows into a store of its own.
type sqliteRows struct {
	db      *sql.DB
	rows    []writtenRow
	inserts []*sql.Stmt
}

func newSQLiteRows(s sample, dir string) (*sqliteRows, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+pragmas)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	for _, statement := range s.Schema {
		if _, err := db.Exec(statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	w := &sqliteRows{db: db, rows: s.Rows}
	for _, r := range s.Rows {
		marks := strings.TrimSuffix(strings.Repeat("?,", len(r.Values)), ",")
		insert, err := db.Prepare(fmt.Sprintf(`INSERT INTO "%s" VALUES (%s)`, r.Table, marks))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Table, err)
		}
		w.inserts = append(w.inserts, insert)
	}
	return w, nil
}

// write commits the rows of several requests as one transaction.
func (w *sqliteRows) write(times int) error {
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i, r := range w.rows {
		insert := tx.Stmt(w.inserts[i])
		for range times {
			if _, err := insert.Exec(r.args()...); err != nil {
				return fmt.Errorf("%s: %w", r.Table, err)
			}
		}
	}
	return tx.Commit()
}
