package paylink

import "time"

// Payment is one try to pay a link. Its id is the key that the gateway knows it by.
type Payment struct {
	ID         string
	LinkID     string
	Link       int // the link's version that the price was taken from
	MerchantID string
	TerminalID string
	Gateway    string
	Account    string
	Attempt    string // the payer's token against double submits; unique within the link
	// Fingerprint of what the attempt asked for; the same attempt with another is a conflict.
	Fingerprint string

	State    PaymentState
	Version  int // number of steps so far; events carry it as object_version
	Amount   Money
	Captured int64 // minor units taken (pending bank debits included)
	Refunded int64
	Hold     bool
	Surplus  bool // money that the link or debt did not need: owed back whole
	Lines    []Line
	Schedule *Schedule

	Scope     string
	Reference string
	InDebt    bool // whether it counts in the debt's Reserved/Paid

	Method      Method
	Hosted      bool   // the payer was sent to the gateway's page
	Instrument  string // our id of the saved way it was paid with
	Saved       string // our id of the instrument that it saved
	SaveIt      bool
	ActionURL   string
	GatewayRef  string
	Brand       string
	Last4       string
	Funding     string
	AuthCode    string
	Decline     string
	Payer       Payer
	Language    string
	ClientIP    string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	SentAt      time.Time
	CompletedAt time.Time // when money was taken or held

	// The resolver's own: when to look next, and how often it did.
	LookAt    time.Time // zero: nothing to look for
	Looks     int
	LeaseTill time.Time
}

// PaymentState is a node of the table in state.go.
type PaymentState string

const (
	Reserved       PaymentState = "reserved"        // slot taken, nothing sent
	Sending        PaymentState = "sending"         // about to call the gateway, committed first
	RequiresAction PaymentState = "requires_action" // 3-D Secure or the gateway's page
	Unknown        PaymentState = "unknown"         // no answer; slot and debt stay taken
	Authorized     PaymentState = "authorized"
	Pending        PaymentState = "pending" // captured, bank has not settled it yet
	Captured       PaymentState = "captured"
	CapturedLate   PaymentState = "captured_late" // after it had been declined or given up
	Declined       PaymentState = "declined"
	Abandoned      PaymentState = "abandoned" // never sent
	Voided         PaymentState = "voided"
	AuthExpired    PaymentState = "authorization_expired"
	PartlyRefunded PaymentState = "partially_refunded"
	Refunded       PaymentState = "refunded"
	Returned       PaymentState = "returned" // bank debit came back
	Disputed       PaymentState = "disputed"
	DisputeWon     PaymentState = "dispute_won"
	DisputeLost    PaymentState = "dispute_lost"
	Mismatch       PaymentState = "mismatch" // amount, currency or payee differ: for a person to decide
)

// Holds: the payment keeps a slot of its link that may yet be given back.
func (s PaymentState) Holds() bool {
	switch s {
	case Reserved, Sending, RequiresAction, Unknown, Authorized, Mismatch:
		return true
	}
	return false
}

// Uses: the payment has used up a slot.
func (s PaymentState) Uses() bool {
	switch s {
	case Pending, Captured, CapturedLate, PartlyRefunded, Refunded, Disputed, DisputeWon, DisputeLost:
		return true
	}
	return false
}

// Paid: the payer has done their part and sees a receipt.
func (s PaymentState) Paid() bool {
	switch s {
	case Authorized, Pending, Captured, CapturedLate, PartlyRefunded, Refunded, Disputed, DisputeWon, DisputeLost:
		return true
	}
	return false
}

// Open: money may move without the payer doing anything more; "do not pay again".
func (s PaymentState) Open() bool {
	return s == Reserved || s == Sending || s == Unknown || s == Mismatch
}

// Ended: it is over and nothing was taken, as far as is known. Only two sources that
// agree bring such a payment back.
func (s PaymentState) Ended() bool {
	return s == Declined || s == Abandoned || s == Voided || s == AuthExpired
}

// Doubted: it is over, and yet somebody said that money moved. The gateway is being
// asked; until it has answered nobody should be told to pay again.
func (p Payment) Doubted() bool { return p.State.Ended() && !p.LookAt.IsZero() }

// Failed: nothing was taken, or all of it was given back; the payer may try again.
func (s PaymentState) Failed() bool {
	return s == Declined || s == Abandoned || s == Voided || s == AuthExpired || s == Returned
}
