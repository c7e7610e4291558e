package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"paylink"
)

// auditPage is how many rows an audit holds in memory at a time.
const auditPage = 500

// ledgers implements paylink.Ledgers over one connection with a snapshot open.
type ledgers struct{ reader }

// Audit implements paylink.Books. While it runs SQLite's log can't be cut, so a
// big store's audit belongs into a quiet hour.
func (s *Store) Audit(ctx context.Context, f func(paylink.Ledgers) error) error {
	return s.backend.snapshot(ctx, func(l *ledgers) error { return f(l) })
}

func (s *sqliteStore) snapshot(ctx context.Context, f func(*ledgers) error) error {
	conn, err := s.reading.Conn(ctx)
	if err != nil {
		return sqliteEngine.translate(err)
	}
	defer conn.Close()
	l := newLane(conn)
	defer func() {
		for _, statement := range l.prepared {
			_ = statement.Close()
		}
	}()
	// The snapshot begins with the first read. ROLLBACK: nothing was written.
	if _, err := conn.ExecContext(ctx, "BEGIN DEFERRED"); err != nil {
		return sqliteEngine.translate(err)
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
	return audit(&ledgers{reader{ctx: ctx, run: l, engine: sqliteEngine, clock: s.now}}, f)
}

func (p *postgres) snapshot(ctx context.Context, f func(*ledgers) error) error {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return postgresEngine.translate(err)
	}
	defer conn.Close()
	defer p.rollback(conn)
	if _, err := conn.ExecContext(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return postgresEngine.translate(err)
	}
	return audit(&ledgers{reader{ctx: ctx, run: session{ctx, conn}, engine: postgresEngine, clock: p.now}}, f)
}

// audit fixes the snapshot, and the time that belongs to it, before f can wait.
func audit(l *ledgers, f func(*ledgers) error) error {
	if _, err := scalar[int64](&l.reader, "SELECT max(n) FROM schema_version"); err != nil {
		return err
	}
	l.Now()
	err := f(l)
	if l.broken != nil {
		return l.engine.translate(l.broken)
	}
	return err
}

// walkTable hands out a whole table in the order of its key, page by page.
func walkTable[T any](l *ledgers, dest func(*T) []any, table, columns, key string, keyOf func(T) []any, f func([]T) error) error {
	var place []string
	for i := range fields(key) {
		place = append(place, "$"+itoa(i+1))
	}
	first := selectFrom(table, columns, fmt.Sprintf("ORDER BY %s LIMIT %d", key, auditPage))
	next := selectFrom(table, columns, fmt.Sprintf("WHERE (%s) > (%s) ORDER BY %s LIMIT %d", key, strings.Join(place, ", "), key, auditPage))
	page, err := many(&l.reader, dest, first)
	for ; err == nil && len(page) > 0; page, err = many(&l.reader, dest, next, keyOf(page[len(page)-1])...) {
		if err := f(page); err != nil {
			return err
		}
		if err := l.ctx.Err(); err != nil {
			return l.engine.translate(err)
		}
		if len(page) < auditPage {
			return nil
		}
	}
	return err
}

// eachOf turns a function of one into a function of a page.
func eachOf[T any](f func(T) error) func([]T) error {
	return func(page []T) error {
		for _, v := range page {
			if err := f(v); err != nil {
				return err
			}
		}
		return nil
	}
}

// EachLink implements paylink.Ledgers.
func (l *ledgers) EachLink(f func(paylink.Link) error) error {
	return walkTable(l, linkDest, "link", linkColumns, "id", func(v paylink.Link) []any { return []any{v.ID} }, eachOf(f))
}

// EachDebt implements paylink.Ledgers.
func (l *ledgers) EachDebt(f func(paylink.Debt) error) error {
	return walkTable(l, debtDest, "debt", debtColumns, "scope, reference",
		func(v paylink.Debt) []any { return []any{v.Scope, v.Reference} }, eachOf(f))
}

// EachEvent implements paylink.Ledgers.
func (l *ledgers) EachEvent(f func(paylink.Event) error) error {
	return walkTable(l, eventDest, "event", eventColumns, "id", func(v paylink.Event) []any { return []any{v.ID} }, eachOf(f))
}

// EachDelivery implements paylink.Ledgers.
func (l *ledgers) EachDelivery(f func(paylink.Delivery) error) error {
	return walkTable(l, deliveryDest, "delivery", deliveryColumns, "id",
		func(v paylink.Delivery) []any { return []any{v.ID} }, eachOf(f))
}

// EachClaim implements paylink.Ledgers; outlived ones are among them.
func (l *ledgers) EachClaim(f func(paylink.Claim) error) error {
	return walkTable(l, claimDest, "claim", claimColumns, "scope, key",
		func(v paylink.Claim) []any { return []any{v.Scope, v.Key} }, eachOf(f))
}

// EachEndpoint implements paylink.Ledgers; removed ones are among them.
func (l *ledgers) EachEndpoint(f func(paylink.Endpoint) error) error {
	return walkTable(l, endpointDest, "endpoint", endpointColumns, "id",
		func(v paylink.Endpoint) []any { return []any{v.ID} }, eachOf(f))
}

// EachShare implements paylink.Ledgers.
func (l *ledgers) EachShare(f func(paylink.Share) error) error {
	return walkTable(l, shareDest, "share", shareColumns, "id", func(v paylink.Share) []any { return []any{v.ID} }, eachOf(f))
}

// EachMail implements paylink.Ledgers.
func (l *ledgers) EachMail(f func(paylink.Mail) error) error {
	return walkTable(l, mailDest, "mail", mailColumns, "id", func(v paylink.Mail) []any { return []any{v.ID} }, eachOf(f))
}

func wordDest(w *paylink.Word) []any { return []any{&w.MerchantID, &w.Key, &w.Value, &w.LinkID} }

// EachWord implements paylink.Ledgers.
func (l *ledgers) EachWord(f func(paylink.Word) error) error {
	return walkTable(l, wordDest, "link_metadata", metadataColumns, metadataColumns,
		func(v paylink.Word) []any { return []any{v.MerchantID, v.Key, v.Value, v.LinkID} }, eachOf(f))
}

var (
	stepsBetween   = selectFrom("payment_step", stepColumns, "WHERE payment_id >= $1 AND payment_id <= $2 ORDER BY payment_id, n")
	entriesBetween = selectFrom("entry", entryColumns, "WHERE payment_id >= $1 AND payment_id <= $2 ORDER BY payment_id, at, posting, n")
)

// EachPayment implements paylink.Ledgers.
func (l *ledgers) EachPayment(f func(paylink.Payment, []paylink.Step, []paylink.Entry) error) error {
	return walkTable(l, paymentDest, "payment", paymentColumns, "id", func(v paylink.Payment) []any { return []any{v.ID} },
		func(page []paylink.Payment) error {
			from, till := page[0].ID, page[len(page)-1].ID
			steps, err := many(&l.reader, stepDest, stepsBetween, from, till)
			if err != nil {
				return err
			}
			entries, err := many(&l.reader, entryDest, entriesBetween, from, till)
			if err != nil {
				return err
			}
			for _, p := range page {
				var s []paylink.Step
				var e []paylink.Entry
				s, steps = split(steps, func(v paylink.Step) bool { return v.PaymentID == p.ID })
				e, entries = split(entries, func(v paylink.Entry) bool { return v.PaymentID == p.ID })
				if err := f(p, s, e); err != nil {
					return err
				}
			}
			return nil
		})
}

// split cuts off the rows in front that belong.
func split[T any](rows []T, belongs func(T) bool) (front, rest []T) {
	n := 0
	for n < len(rows) && belongs(rows[n]) {
		n++
	}
	return rows[:n:n], rows[n:]
}

// Integrity implements paylink.Ledgers.
func (l *ledgers) Integrity() error {
	if l.engine == postgresEngine {
		return l.indexesAgree()
	}
	var faults []error
	err := l.each("PRAGMA integrity_check(20)", nil, func(got row) error {
		var says string
		if err := got.Scan(&says); err != nil {
			return err
		}
		if says != "ok" {
			faults = append(faults, errors.New(says))
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = l.each("SELECT \"table\", coalesce(rowid, 0), parent FROM pragma_foreign_key_check LIMIT 20", nil, func(got row) error {
		var table, parent string
		var id int64
		if err := got.Scan(&table, &id, &parent); err != nil {
			return err
		}
		faults = append(faults, fmt.Errorf("row %d of %s has no parent in %s", id, table, parent))
		return nil
	})
	return errors.Join(err, errors.Join(faults...))
}

// indexesAgree reads each table of money by its rows and by its key: on
// PostgreSQL, whose own checks need an extension, damage shows as a difference.
func (l *ledgers) indexesAgree() error {
	for _, table := range []string{"link", "payment", "payment_step", "entry", "event", "delivery", "claim", "debt", "number", "share", "mail", "link_metadata"} {
		var counts [2]int64
		for i, scan := range []string{"enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = on",
			"enable_indexscan = on; SET LOCAL enable_indexonlyscan = on; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off"} {
			for _, set := range strings.Split("SET LOCAL "+scan, "; ") {
				if _, err := l.run.exec(set); err != nil {
					return l.fail(err)
				}
			}
			n, err := scalar[int64](&l.reader, "SELECT count(*) FROM "+table)
			if err != nil {
				return err
			}
			counts[i] = n
		}
		if counts[0] != counts[1] {
			return fmt.Errorf("table %s has %d rows, its index %d; run REINDEX TABLE %s and find out why", table, counts[0], counts[1], table)
		}
	}
	return nil
}

// Now implements paylink.Ledgers.
func (l *ledgers) Now() time.Time { return l.reader.Now() }
