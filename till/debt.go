package till

import (
	"paylink"
)

// AddsDebt makes a debt of d's merchant. Amount must be set; Scope, ID, counters, state
// and times are filled in, and where there is none its Reference, which is unique among
// the merchant's debts: one that is taken is an Error of kind Conflict, code
// "debt_exists". What Check finds wrong, and a customer that is not the merchant's, is
// Invalid. Texts are the dialect's to judge.
func (t *Till) AddsDebt(d paylink.Debt) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		d := d // the closure may run twice
		if err := d.Check(); err != nil {
			return done, err
		}
		if err := owes(tx, d); err != nil {
			return done, err
		}
		d.ID, d.Scope = paylink.NewID(paylink.PrefixDebt, tx.Now()), paylink.DebtScope(d.MerchantID)
		if d.Reference == "" {
			d.Reference = d.ID
		}
		had, err := tx.LockDebt(d.Scope, d.Reference)
		if err != nil {
			return done, err
		}
		if had.Made() {
			return done, paylink.E(paylink.Conflict, "debt_exists", "there is a debt of this reference already; choose another reference")
		}
		d.Reserved, d.Paid, d.PaymentID, d.CancelledAt, d.CancelReason = had.Reserved, had.Paid, "", had.CancelledAt, ""
		d.Version, d.CreatedAt, d.UpdatedAt = 1, tx.Now(), tx.Now()
		done.Debt = d
		return done, tellDebt(tx, d, paylink.EventDebtCreated)
	}
}

// ChangesDebt edits an open debt of a merchant. Links that ask for all of it
// (paylink.Line.Owed) ask for what it is then: whoever has a form open is asked to look
// again. Those whose maker chose an amount keep it. edit may refuse, and must not touch
// what AddsDebt fills in: it is undone. A debt of others looks unknown; one that was paid
// or cancelled is Gone, with a code of "debt_paid" or "debt_cancelled". Another amount
// while a payment is under way, which would pay it with what it was, is a Conflict,
// "debt_in_progress".
func (t *Till) ChangesDebt(merchantID, id string, edit func(*paylink.Debt) error) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		d, err := lockOpenDebt(tx, merchantID, id)
		if err != nil {
			return done, err
		}
		edited := d
		if err := edit(&edited); err != nil {
			return done, err
		}
		if err := edited.Check(); err != nil {
			return done, err
		}
		if edited.Amount != d.Amount && d.Reserved > 0 {
			return done, paylink.E(paylink.Conflict, "debt_in_progress", "a payment of the debt is under way; its amount can be changed if that comes to nothing")
		}
		if edited.CustomerID != d.CustomerID {
			if err := owes(tx, edited); err != nil {
				return done, err
			}
		}
		edited.ID, edited.Scope, edited.Reference, edited.MerchantID, edited.Dialect = d.ID, d.Scope, d.Reference, d.MerchantID, d.Dialect
		edited.Reserved, edited.Paid, edited.PaymentID = d.Reserved, d.Paid, d.PaymentID
		edited.CreatedAt, edited.CancelledAt, edited.CancelReason = d.CreatedAt, d.CancelledAt, d.CancelReason
		edited.Version, edited.UpdatedAt = d.Version+1, tx.Now()
		done.Debt = edited
		return done, tellDebt(tx, edited, paylink.EventDebtUpdated)
	}
}

// CancelsDebt ends an open debt: it was paid elsewhere, or is asked for no more. From
// then on no link of it can be paid; a payment that is under way may finish, and then
// the debt is paid. Errors are those of ChangesDebt.
func (t *Till) CancelsDebt(merchantID, id, reason string) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		d, err := lockOpenDebt(tx, merchantID, id)
		if err != nil {
			return done, err
		}
		d.CancelledAt, d.CancelReason = tx.Now(), reason
		d.Version, d.UpdatedAt = d.Version+1, tx.Now()
		done.Debt = d
		return done, tellDebt(tx, d, paylink.EventDebtCancelled)
	}
}

// LockDebt holds a merchant's debt by its id; one of others looks unknown.
func LockDebt(tx paylink.Tx, merchantID, id string) (paylink.Debt, error) {
	d, err := tx.DebtByID(id)
	if err != nil || d.MerchantID != merchantID {
		if err == nil || paylink.KindOf(err) == paylink.NotFound {
			err = paylink.E(paylink.NotFound, "debt_unknown", "no such debt")
		}
		return paylink.Debt{}, err
	}
	return tx.LockDebt(d.Scope, d.Reference)
}

func lockOpenDebt(tx paylink.Tx, merchantID, id string) (paylink.Debt, error) {
	d, err := LockDebt(tx, merchantID, id)
	if err == nil {
		err = asked(d)
	}
	return d, err
}

// asked turns why a debt can't be paid into an error.
func asked(d paylink.Debt) error {
	switch d.State() {
	case paylink.DebtPaid:
		return paylink.E(paylink.Gone, "debt_paid", "the debt was paid before")
	case paylink.DebtCancelled:
		return paylink.E(paylink.Gone, "debt_cancelled", "the debt was cancelled: it was paid elsewhere or is asked for no more")
	}
	return nil
}

// owes checks that a debt's customer is one of its merchant's.
func owes(r paylink.Reader, d paylink.Debt) error {
	if d.CustomerID == "" {
		return nil
	}
	c, err := r.Customer(d.CustomerID)
	if err != nil && paylink.KindOf(err) != paylink.NotFound {
		return err
	}
	var f paylink.Faults
	if err != nil || c.MerchantID != d.MerchantID || !c.RemovedAt.IsZero() {
		f.Add("customer", "customer_unknown", "no such customer")
	}
	return f.Err()
}

// tellDebt stores a debt with the event of its newest version.
func tellDebt(tx paylink.Tx, d paylink.Debt, kind string) error {
	if err := tx.SaveDebt(d); err != nil {
		return err
	}
	return addEvent(tx, d.MerchantID, kind, d.ID, d.Version, d.View())
}

// countDebt changes a debt's counters by what a payment holds and uses, and tells the
// merchant where that pays a debt, or opens it again.
func countDebt(tx paylink.Tx, p paylink.Payment, holds, uses int) error {
	d, err := tx.LockDebt(p.Scope, p.Reference)
	if err != nil {
		return err
	}
	was := d.State()
	d.Reserved += holds
	d.Paid += uses
	is := d.State()
	if !d.Made() || (was == paylink.DebtPaid) == (is == paylink.DebtPaid) {
		return tx.SaveDebt(d)
	}
	kind := paylink.EventDebtUpdated
	d.PaymentID = ""
	if is == paylink.DebtPaid {
		kind, d.PaymentID = paylink.EventDebtPaid, p.ID
	}
	d.Version, d.UpdatedAt = d.Version+1, tx.Now()
	return tellDebt(tx, d, kind)
}
