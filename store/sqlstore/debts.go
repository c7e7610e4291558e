package sqlstore

import (
	"errors"

	"paylink"
)

// The counters change with every payment, the rest seldom.
const (
	debtCounters = "reserved, paid"
	debtDetails  = `id, merchant_id, customer_id, currency, amount, title, description, due_on, payment_id, version, metadata,
	dialect, foreign_json, created_at, updated_at, cancelled_at, cancel_reason`
	debtColumns = "scope, reference, " + debtCounters + ", " + debtDetails
)

func debtDest(d *paylink.Debt) []any {
	return []any{&d.Scope, &d.Reference, num(&d.Reserved), num(&d.Paid),
		&d.ID, &d.MerchantID, &d.CustomerID, (*string)(&d.Amount.Currency), &d.Amount.Minor, &d.Title, &d.Description, &d.DueOn,
		&d.PaymentID, num(&d.Version), document{&d.Metadata},
		&d.Dialect, &d.Foreign, at(&d.CreatedAt), at(&d.UpdatedAt), at(&d.CancelledAt), &d.CancelReason}
}

var (
	debtByName = selectFrom("debt", debtColumns, "WHERE scope = $1 AND reference = $2")
	debtByID   = selectFrom("debt", debtColumns, "WHERE id = $1 AND id <> ''")
	saveName   = updateOf("debt", debtCounters, "scope = #1 AND reference = #2 AND id = ''")
	saveDebt   = updateOf("debt", debtCounters+", "+debtDetails, "scope = #1 AND reference = #2 AND id IN ('', #3)")
)

const addDebt = "INSERT INTO debt (scope, reference, reserved, paid) VALUES ($1, $2, 0, 0) ON CONFLICT (scope, reference) DO NOTHING"

// Debt implements paylink.Reader.
func (r *reader) Debt(scope, reference string) (paylink.Debt, error) {
	d, err := one(r, debtDest, debtByName, scope, reference)
	if errors.Is(err, errNoRow) {
		return paylink.Debt{Scope: scope, Reference: reference}, nil
	}
	return d, err
}

// LockDebt implements paylink.Tx.
func (t *tx) LockDebt(scope, reference string) (paylink.Debt, error) {
	d, err := one(&t.reader, debtDest, debtByName+t.engine.lock, scope, reference)
	if !errors.Is(err, errNoRow) {
		return d, err
	}
	if err := t.put(addDebt, scope, reference); err != nil {
		return paylink.Debt{}, err
	}
	return find(&t.reader, "debt", reference, debtDest, debtByName+t.engine.lock, scope, reference)
}

// SaveDebt implements paylink.Tx.
func (t *tx) SaveDebt(d paylink.Debt) error {
	text, values := saveName, []any{d.Reserved, d.Paid}
	if d.Made() {
		text = saveDebt
		values = append(values, d.ID, d.MerchantID, d.CustomerID, string(d.Amount.Currency), d.Amount.Minor, d.Title, d.Description, d.DueOn,
			d.PaymentID, d.Version, encode(d.Metadata),
			d.Dialect, d.Foreign, micros(d.CreatedAt), micros(d.UpdatedAt), micros(d.CancelledAt), d.CancelReason)
	}
	values = append(values, d.Scope, d.Reference)
	if d.Made() {
		values = append(values, d.ID)
	}
	saved, err := t.did(text, values...)
	if err == nil && !saved {
		return notFound("debt", d.Reference)
	}
	return err
}

// DebtByID implements paylink.Reader.
func (r *reader) DebtByID(id string) (paylink.Debt, error) {
	return find(r, "debt", id, debtDest, debtByID, id)
}

// Debts implements paylink.Reader.
func (r *reader) Debts(f paylink.DebtFilter) ([]paylink.Debt, error) {
	filter := append(where(equals("merchant_id", f.MerchantID), equals("customer_id", f.CustomerID)), literal("id <> ''"))
	if f.CustomerID != "" {
		filter = append(filter, literal("customer_id <> ''"))
	}
	if f.Unpaid {
		filter = append(filter, literal("paid = 0 AND cancelled_at = 0"))
	}
	filter = append(filter, marked("", f.Marked, f.Unmarked)...)
	filter = append(filter, among("CASE WHEN paid > 0 THEN 'paid' WHEN cancelled_at > 0 THEN 'cancelled' WHEN reserved > 0 THEN 'in_progress' ELSE 'open' END", f.States)...)
	filter = append(filter, during("created_at", f.CreatedFrom, f.CreatedTill)...)
	if f.DueFrom != "" || f.DueTill != "" {
		filter = append(filter, literal("due_on <> ''"))
		filter = append(filter, where(condition{column: "due_on >=", value: f.DueFrom, sign: true}, condition{column: "due_on <", value: f.DueTill, sign: true})...)
	}
	return list(r, debtDest, "debt", debtColumns, f.Paging, filter)
}

// marked asks that a debt has one mark and has not another, each unless it is empty.
func marked(table string, has, lacks paylink.Mark) (all []condition) {
	for i, m := range []paylink.Mark{has, lacks} {
		if m == (paylink.Mark{}) {
			continue
		}
		all = append(all, condition{made: func(arg func(any) string) string {
			return []string{"", "NOT "}[i] + "(" + table + "dialect = " + arg(m.Dialect) + " AND " + table + "foreign_json = " + arg(m.Foreign) + ")"
		}})
	}
	return all
}

const instrumentColumns = `id, merchant_id, gateway, account, foreign_id, token, method, brand, last4, exp_month, exp_year,
	payment_id, created_at`

func instrumentDest(i *paylink.Instrument) []any {
	return []any{&i.ID, &i.MerchantID, &i.Gateway, &i.Account, &i.Foreign, &i.Saved.Token, (*string)(&i.Saved.Method),
		&i.Saved.Brand, &i.Saved.Last4, num(&i.Saved.ExpMonth), num(&i.Saved.ExpYear), &i.PaymentID, at(&i.CreatedAt)}
}

var (
	instrumentByID      = selectFrom("instrument", instrumentColumns, "WHERE id = $1")
	instrumentByForeign = selectFrom("instrument", instrumentColumns,
		"WHERE merchant_id = $1 AND foreign_id = $2 AND foreign_id <> '' ORDER BY id DESC LIMIT 1")
	putInstrument = upsertInto("instrument", instrumentColumns, "id")
)

// Instrument implements paylink.Reader.
func (r *reader) Instrument(id string) (paylink.Instrument, error) {
	return find(r, "instrument", id, instrumentDest, instrumentByID, id)
}

// InstrumentByForeign implements paylink.Reader; of several the newest.
func (r *reader) InstrumentByForeign(merchantID, foreign string) (paylink.Instrument, error) {
	return find(r, "instrument", foreign, instrumentDest, instrumentByForeign, merchantID, foreign)
}

// PutInstrument implements paylink.Tx.
func (t *tx) PutInstrument(i paylink.Instrument) error {
	return t.put(putInstrument, i.ID, i.MerchantID, i.Gateway, i.Account, i.Foreign, i.Saved.Token, string(i.Saved.Method),
		i.Saved.Brand, i.Saved.Last4, i.Saved.ExpMonth, i.Saved.ExpYear, i.PaymentID, micros(i.CreatedAt))
}
