package paylink

import (
	"fmt"
	"time"
)

// Debt is what is owed, named by scope and reference and shared by any number of
// links. Reserved counts payments that may still take money for it, Paid those
// that did (refunded ones included, voided and returned ones not).
//
// Many debts are a mere name under which payments were made (FrontStream: TranId):
// they have the first four fields only. One that a merchant made has an ID and the
// rest, and is paid at most once whatever its scope says.
type Debt struct {
	Scope     string
	Reference string
	Reserved  int
	Paid      int

	ID           string
	MerchantID   string
	CustomerID   string // who owes it, may be empty
	Amount       Money
	Title        string
	Description  string
	DueOn        string // YYYY-MM-DD, may be empty
	PaymentID    string // what paid it; empty while nothing did
	Version      int    // grows by one with every change that a merchant is told of
	Metadata     map[string]string
	Dialect      string // which API made it
	Foreign      string // that API's own fields as JSON text; given back, never queried
	CreatedAt    time.Time
	UpdatedAt    time.Time
	CancelledAt  time.Time // zero while it is asked for
	CancelReason string
}

// DebtScope is the scope of the debts that a merchant made.
func DebtScope(merchantID string) string { return merchantID + "/debts" }

// AsksForDebt reports whether a link asks for a debt that its merchant made.
func (l Link) AsksForDebt() bool { return l.Reference != "" && l.Scope == DebtScope(l.MerchantID) }

// DebtState is where a debt is in its life; it follows from the rest.
type DebtState string

const (
	DebtOpen       DebtState = "open"
	DebtInProgress DebtState = "in_progress" // a payment is under way
	DebtPaid       DebtState = "paid"
	DebtCancelled  DebtState = "cancelled" // paid elsewhere, or written off
)

// State is the debt's. A payment that was under way when the debt was cancelled may
// still pay it.
func (d Debt) State() DebtState {
	switch {
	case d.Paid > 0:
		return DebtPaid
	case !d.CancelledAt.IsZero():
		return DebtCancelled
	case d.Reserved > 0:
		return DebtInProgress
	}
	return DebtOpen
}

// Made reports whether a merchant made the debt: it is more than a name.
func (d Debt) Made() bool { return d.ID != "" }

// Standing is what the debt says of a link's standing: a link that could be paid
// can't where its debt is paid or cancelled.
func (d Debt) Standing(link Standing) Standing {
	switch {
	case !d.Made() || (link != Payable && link != InUse):
		return link
	case d.State() == DebtPaid:
		return Settled
	case d.State() == DebtCancelled:
		return WrittenOff
	}
	return link
}

// Check reports what is wrong with what a merchant says of a debt.
func (d Debt) Check() error {
	var f Faults
	switch {
	case !d.Amount.Currency.Known():
		f.Add("currency", "currency_unknown", fmt.Sprintf("currency %q is not known", d.Amount.Currency))
	case d.Amount.Minor < 1 || d.Amount.Minor > MaxMinor:
		f.Add("amount", "amount_range", fmt.Sprintf("must be between 1 and %d minor units", int64(MaxMinor)))
	}
	if _, err := time.Parse(time.DateOnly, d.DueOn); d.DueOn != "" && err != nil {
		f.Add("due_on", "date", "must be a day, as YYYY-MM-DD")
	}
	return f.Err()
}

// DebtView is a debt in paylink's own words.
type DebtView struct {
	ID          string            `json:"id"`
	Object      string            `json:"object"` // "debt"
	Version     int               `json:"object_version"`
	State       DebtState         `json:"state"`
	Reference   string            `json:"reference"`
	Amount      AmountView        `json:"amount"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Customer    string            `json:"customer,omitempty"`
	DueOn       string            `json:"due_on,omitempty"`
	Payment     string            `json:"payment,omitempty"` // what paid it
	Dialect     string            `json:"made_by"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
	CancelledAt *time.Time        `json:"cancelled_at,omitempty"`
	Reason      string            `json:"cancel_reason,omitempty"`
}

// View is the debt for the wire.
func (d Debt) View() DebtView {
	return DebtView{ID: d.ID, Object: "debt", Version: d.Version, State: d.State(), Reference: d.Reference, Amount: d.Amount.View(),
		Title: d.Title, Description: d.Description, Customer: d.CustomerID, DueOn: d.DueOn, Payment: d.PaymentID, Dialect: d.Dialect,
		Metadata: d.Metadata, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, CancelledAt: orNil(d.CancelledAt), Reason: d.CancelReason}
}
