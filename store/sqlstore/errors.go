package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"

	"paylink"
)

func notFound(noun, name string) error {
	return paylink.E(paylink.NotFound, "not_found", "there is no "+noun+" "+name)
}

func conflict(code, text string) error { return paylink.E(paylink.Conflict, code, text) }

// wrong is a fault of our own programs: a change that the rules exclude.
func wrong(code string, err error) error {
	return &paylink.Error{Kind: paylink.Internal, Code: code, Err: err}
}

// unavailable is a database that can't be used now; nothing was done.
func unavailable(code, text string, err error) error {
	return &paylink.Error{Kind: paylink.Unavailable, Code: code, Text: text, Err: err}
}

// commitUnknown is a COMMIT without an answer.
func commitUnknown(err error) error {
	return unavailable("commit_unknown",
		"the database did not say whether the change was kept; look before doing it again", err)
}

// translate makes an error of the vocabulary from one of a driver.
func (e *engine) translate(err error) error {
	var ours *paylink.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable("store_cancelled", "the caller gave up before the database answered; nothing was done", err)
	}
	switch e.meaning(err) {
	case again:
		return unavailable("store_busy", "the database is busy; try again", err)
	case lost:
		return unavailable("store_unavailable", "the database can't be reached; try again", err)
	case full:
		return unavailable("store_full", "the database's disk is full", err)
	case failing:
		return unavailable("store_failing", "the database's disk is failing", err)
	case readOnly:
		return unavailable("store_read_only", "the database does not accept changes", err)
	case taken:
		return &paylink.Error{Kind: paylink.Conflict, Code: "exists", Text: "there is such a row already", Err: err}
	case forbidden:
		return wrong("store_check", err)
	}
	return wrong("store", err)
}

func sqliteMeaning(err error) meaning {
	var e interface {
		error
		Code() int // *sqlite.Error
	}
	if !errors.As(err, &e) {
		return otherwise
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return taken
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return again
	case sqlite3.SQLITE_FULL:
		return full
	case sqlite3.SQLITE_IOERR:
		return failing
	case sqlite3.SQLITE_READONLY:
		return readOnly
	case sqlite3.SQLITE_CONSTRAINT:
		return forbidden
	}
	return otherwise
}

// postgresMeaning reads SQLSTATE codes (PostgreSQL documentation, appendix A).
// What is neither an answer of the server nor our own is a lost connection.
func postgresMeaning(err error) meaning {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var row unreadable
		var ours *paylink.Error
		if errors.As(err, &row) || errors.As(err, &ours) {
			return otherwise
		}
		return lost
	}
	switch {
	case e.Code == "40001", e.Code == "40P01", e.Code == "55P03": // serialization, deadlock, lock not available
		return again
	case e.Code == "25006": // read-only transaction: a standby
		return readOnly
	case e.Code == "25P03", e.Code == "25P04": // the server ended an idle or long transaction
		return lost
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "57P"), e.Code == "53300":
		return lost
	case strings.HasPrefix(e.Code, "53"):
		return full
	case e.Code == "23505" && e.ConstraintName == "customer_email":
		return again // taken since PutCustomer looked; when it looks again it says so
	case e.Code == "23505":
		return taken
	case strings.HasPrefix(e.Code, "23"):
		return forbidden
	}
	return otherwise
}

// errEnded is the answer to a closure that ended its goroutine.
var errEnded = wrong("panic", errors.New("a closure given to Update ended its goroutine (runtime.Goexit)"))

// call runs a closure; a panic becomes an error.
func call(t *tx, f func(paylink.Tx) error) (panicked bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			panicked, err = true, wrong("panic", fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	err = f(t)
	if t.broken != nil {
		// Whatever the closure made of it, the transaction can't be kept.
		err = t.engine.translate(t.broken)
	}
	return false, err
}
