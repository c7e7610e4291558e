package sqlstore

import (
	"context"
	"database/sql/driver"
)

// Wrapped puts a driver of the test's own between the writer and SQLite.
func (o Options) Wrapped(wrap func(driver.Connector) driver.Connector) Options {
	o.wrap = wrap
	return o
}

// Older, RefuseNetwork and CheckSQLite are judged where the real thing can't be had.
var (
	Older         = older
	RefuseNetwork = refuseNetwork
)

// OldSQLite is what the start-up check says of a library of a version.
func OldSQLite(version string) error { return checkSQLite(versioned(version), "x.db") }

type versioned string

func (v versioned) exec(string, ...any) (int64, error) { return 0, nil }

func (v versioned) each(text string, _ []any, f func(row) error) error { return f(v) }

func (v versioned) Scan(dest ...any) error {
	*dest[0].(*string) = string(v)
	return nil
}

// ClimbTo opens a store's database and takes the migrations up to a number.
func ClimbTo(ctx context.Context, address string, top int) error {
	o := Options{climbTo: top}
	s, err := Open(ctx, address, o)
	if err != nil {
		return err
	}
	return s.Close()
}

// Newest is the number of migrations.
func Newest() int {
	list, err := steps()
	if err != nil {
		panic(err)
	}
	return len(list)
}
