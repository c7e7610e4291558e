package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
)

// database makes an empty database beside the one that dsn names.
func database(dsn string) (address string, drop func() error, err error) {
	name := "paylink_bench_" + strings.ToLower(rand.Text()[:12])
	execute := func(statement string) error {
		ctx := context.Background()
		admin, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer admin.Close(ctx)
		_, err = admin.Exec(ctx, statement)
		return err
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() error { return execute("DROP DATABASE " + name + " WITH (FORCE)") }, execute("CREATE DATABASE " + name)
}

// samplePostgres finds what act wrote into a database.
func samplePostgres(dsn string, act func() error) (*sample, error) {
	before, err := readPostgres(dsn)
	if err != nil {
		return nil, err
	}
	if err := act(); err != nil {
		return nil, err
	}
	after, err := readPostgres(dsn)
	if err != nil {
		return nil, err
	}
	s := &sample{Engine: "postgres", Rows: after.without(before)}
	if len(s.Rows) == 0 {
		return nil, fmt.Errorf("making a link wrote nothing into the database")
	}
	return s, nil
}

// readPostgres reads every row of a database.
func readPostgres(dsn string) (contents, error) {
	ctx := context.Background()
	db, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close(ctx)
	rows, err := db.Query(ctx, `SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum), array_agg(EXISTS (
		SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey)) ORDER BY a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname`)
	if err != nil {
		return nil, err
	}
	type table struct {
		Name    string
		Columns []string
		Unique  []bool
	}
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return nil, err
	}
	all := make(contents)
	for _, t := range tables {
		var texts []string
		for _, column := range t.Columns {
			texts = append(texts, pgx.Identifier{column}.Sanitize()+"::text")
		}
		rows, err := db.Query(ctx, "SELECT ARRAY["+strings.Join(texts, ",")+"] FROM "+pgx.Identifier{t.Name}.Sanitize())
		if err != nil {
			return nil, err
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[[]*string])
		if err != nil {
			return nil, err
		}
		for _, columns := range list {
			values := make([]value, len(columns))
			for i, text := range columns {
				values[i].Text = text
			}
			if err := all.add(writtenRow{Table: t.Name, Values: values, Unique: t.Unique}); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// postgresRows writes a sample's rows into a database that has paylink's tables.
type postgresRows struct {
	db      *pgx.Conn
	rows    []writtenRow
	inserts []string
}

// newPostgresRows drops what ties the rows of one table to another's: the copies
// of a row get numbers of their own, and nobody else refers to those.
func newPostgresRows(s sample, dsn string) (*postgresRows, error) {
	ctx := context.Background()
	db, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	rows, err := db.Query(ctx, `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'f'`)
	if err != nil {
		return nil, err
	}
	drops, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	for _, statement := range drops {
		if _, err := db.Exec(ctx, statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	w := &postgresRows{db: db, rows: s.Rows}
	for _, r := range s.Rows {
		var marks []string
		for i := range r.Values {
			marks = append(marks, fmt.Sprintf("$%d", i+1))
		}
		w.inserts = append(w.inserts, fmt.Sprintf("INSERT INTO %s VALUES (%s)", pgx.Identifier{r.Table}.Sanitize(), strings.Join(marks, ",")))
	}
	return w, nil
}

// write commits the rows of several requests as one transaction, sent at once.
func (w *postgresRows) write(times int) error {
	ctx := context.Background()
	batch := new(pgx.Batch)
	batch.Queue("BEGIN")
	for i, r := range w.rows {
		for range times {
			batch.Queue(w.inserts[i], r.args()...)
		}
	}
	batch.Queue("COMMIT")
	return w.db.SendBatch(ctx, batch).Close()
}
