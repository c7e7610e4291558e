package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver that paylink itself uses
)

// sample is what making one link writes: the tables of the store and the rows
// that came or changed. The bare program writes the same, so it is compared
// with whatever schema paylink has today.
type sample struct {
	Schema []string     `json:"schema"`
	Rows   []writtenRow `json:"rows"`
}

type writtenRow struct {
	Table  string   `json:"table"`
	Values []string `json:"values"` // SQL literals
	Unique []bool   `json:"unique"` // which of them no two rows may share
}

// pragmas are those of paylink's own store: durable, with a write-ahead log.
const pragmas = "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate"

// takeSample finds what act wrote into the SQLite store in a directory.
func takeSample(dir string, act func() error) (*sample, error) {
	stores, err := storesIn(dir)
	if err != nil {
		return nil, err
	}
	before := make([]map[string]bool, len(stores))
	for i, store := range stores {
		if _, before[i], err = readStore(store); err != nil {
			return nil, err
		}
	}
	if err := act(); err != nil {
		return nil, err
	}
	var written *sample
	for i, store := range stores {
		s, _, err := readStoreBut(store, before[i])
		if err != nil {
			return nil, err
		}
		if len(s.Rows) > 0 && written != nil {
			return nil, fmt.Errorf("making a link wrote into two stores of %s", dir)
		}
		if len(s.Rows) > 0 {
			written = s
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

func readStore(path string) (*sample, map[string]bool, error) { return readStoreBut(path, nil) }

// readStoreBut reads a store's schema and the rows that are not known.
func readStoreBut(path string, known map[string]bool) (*sample, map[string]bool, error) {
	db, err := sql.Open("sqlite", "file:"+path+pragmas)
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	s, seen := new(sample), make(map[string]bool)
	tables, err := strings2(db, `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type = 'table' DESC, rowid`)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tables {
		s.Schema = append(s.Schema, t[1])
		if !strings.HasPrefix(strings.ToUpper(t[1]), "CREATE TABLE") {
			continue
		}
		if err := s.readTable(db, t[0], known, seen); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", t[0], err)
		}
	}
	return s, seen, nil
}

func (s *sample) readTable(db *sql.DB, table string, known, seen map[string]bool) error {
	columns, err := strings2(db, fmt.Sprintf(`SELECT name, EXISTS (
		SELECT 1 FROM pragma_index_list(%[1]s) i, pragma_index_info(i.name) x WHERE i."unique" AND x.name = c.name) OR pk > 0
		FROM pragma_table_info(%[1]s) c`, quote(table)))
	if err != nil {
		return err
	}
	var literals []string
	var unique []bool
	for _, column := range columns {
		literals = append(literals, `quote("`+column[0]+`")`)
		unique = append(unique, column[1] == "1")
	}
	rows, err := strings2(db, fmt.Sprintf(`SELECT %s FROM "%s"`, strings.Join(literals, ","), table))
	if err != nil {
		return err
	}
	for _, values := range rows {
		text, err := json.Marshal(values)
		if err != nil {
			return err
		}
		key := table + string(text)
		seen[key] = true
		if !known[key] {
			s.Rows = append(s.Rows, writtenRow{table, values, unique})
		}
	}
	return nil
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// strings2 returns the rows of a query, every value as text.
func strings2(db *sql.DB, query string) ([][]string, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]string
	for rows.Next() {
		values := make([]string, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		all = append(all, values)
	}
	return all, rows.Err()
}

// statement is the row as an INSERT with values of its own where they must
// differ from every other row's.
func (r writtenRow) statement() string {
	values := make([]string, len(r.Values))
	for i, value := range r.Values {
		values[i] = value
		if r.Unique[i] {
			values[i] = vary(value)
		}
	}
	return fmt.Sprintf(`INSERT INTO "%s" VALUES (%s)`, r.Table, strings.Join(values, ","))
}

// number gives out what must differ and is a number.
var number atomic.Int64

// vary replaces up to 16 letters and digits at the end of a literal by random
// ones of the same kind, so that length and alphabet stay, and with them the
// size of the row and its index.
func vary(literal string) string {
	if literal == "NULL" {
		return literal
	}
	if _, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return strconv.FormatInt(number.Add(1), 10)
	}
	changed := []byte(literal)
	random := make([]byte, 16)
	rand.Read(random)
	for i, n := len(changed)-1, 0; i > 0 && n < len(random); i-- {
		c := changed[i]
		switch {
		case c >= '0' && c <= '9':
			changed[i] = '0' + random[n]%10
		case c >= 'a' && c <= 'z':
			changed[i] = 'a' + random[n]%6 // hexadecimal stays that
		case c >= 'A' && c <= 'Z':
			changed[i] = 'A' + random[n]%6
		default:
			continue
		}
		n++
	}
	return string(changed)
}
