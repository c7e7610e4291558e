package sqlstore

import (
	"errors"

	"paylink"
)

const debtColumns = "scope, reference, reserved, paid"

func debtDest(d *paylink.Debt) []any {
	return []any{&d.Scope, &d.Reference, num(&d.Reserved), num(&d.Paid)}
}

var debtByName = selectFrom("debt", debtColumns, "WHERE scope = $1 AND reference = $2")

const (
	addDebt  = "INSERT INTO debt (scope, reference, reserved, paid) VALUES ($1, $2, 0, 0) ON CONFLICT (scope, reference) DO NOTHING"
	saveDebt = "UPDATE debt SET reserved = $1, paid = $2 WHERE scope = $3 AND reference = $4"
)

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
	saved, err := t.did(saveDebt, d.Reserved, d.Paid, d.Scope, d.Reference)
	if err == nil && !saved {
		return notFound("debt", d.Reference)
	}
	return err
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
