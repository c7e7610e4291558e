package paylink

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Method is a way to pay.
type Method string

const (
	Card Method = "card"
	Bank Method = "bank" // bank debit: accepted now, settled or returned later
	// Stablecoin is a transfer from the payer's crypto wallet, in USDC or EURC: seen
	// first, taken when the network has confirmed it.
	Stablecoin Method = "stablecoin"
)

// Holds reports whether money can be held on it to be taken later. Only cards can: a
// bank's debit or a transfer from a wallet takes the money.
func (m Method) Holds() bool { return m == Card }

// Gateway moves money. Implementations hold no state about payments: the till's
// book and the gateway's own book are the two that must agree.
//
// Errors. ErrNotSent says that nothing left this machine (the dial was refused);
// every other error means that the outcome is unknown, never that it failed. A
// refusal by the gateway is no error but an Outcome of Declined.
type Gateway interface {
	Traits() Traits
	// Charge asks for money under our own key (Charge.Key, unique for ever).
	Charge(ctx context.Context, c Charge) (Outcome, error)
	// Lookup asks what became of a key. OutcomeNotFound is not a decline: the request
	// may still be queued inside the gateway.
	Lookup(ctx context.Context, account, key string) (Outcome, error)
}

// KeyCanceller can make a key unusable: after an OutcomeCancelled no charge under
// that key can come to be, however late its request arrives. That is evidence
// that can't be overtaken; "not found" is not.
type KeyCanceller interface {
	CancelKey(ctx context.Context, account, key string) (Outcome, error)
}

// CallbackReader verifies and reads a gateway's call to us. An error of kind
// Unauthenticated or Invalid refuses the call; its content is not believed.
type CallbackReader interface {
	ReadCallback(h http.Header, body []byte, now time.Time) (Notice, error)
}

// Notice is a verified callback.
type Notice struct {
	EventID string // the gateway's own, unique within the gateway
	Account string
	Key     string // our key
	Outcome Outcome
}

// Capturer takes money that was authorized. requestKey makes a repeated call harmless.
type Capturer interface {
	Capture(ctx context.Context, account, key, requestKey string, amount Money) (Outcome, error)
}

// Voider gives an authorization back.
type Voider interface {
	Void(ctx context.Context, account, key, requestKey string) (Outcome, error)
}

// Refunder gives captured money back, whole or in part.
type Refunder interface {
	Refund(ctx context.Context, account, key, requestKey string, amount Money) (Outcome, error)
}

// Traits is what a gateway can do and how its page meets ours.
type Traits struct {
	Name    string // "sandbox"
	Label   string // as payers read it: "Secure payment by …"
	Methods []Method
	// FrameURL serves the gateway's own fields for an iframe; empty where only its
	// hosted page exists. Its query is given the page's origin as parent and, where that
	// page may itself stand in a frame, the origins around it as within. Origins are what
	// the page's CSP must allow for frames and redirects.
	FrameURL string
	Origins  []string
	// Idempotent: the same key twice is one charge, for KeyLife after the first use.
	Idempotent bool
	KeyLife    time.Duration
	// Horizon: how long a request may be queued inside the gateway. A key that is not
	// found after it was sent that long ago will never be.
	Horizon time.Duration
	Demo    bool // moves no money: pages say so and show test numbers
}

// Charge is what a gateway is told.
type Charge struct {
	Key         string // our payment id
	Account     string
	Amount      Money
	Hold        bool // authorize only
	Method      Method
	Token       string // from the gateway's own fields, or
	Instrument  string // a saved way to pay (the gateway's name for it), or
	Hosted      bool   // neither: send the payer to the gateway's page
	Save        bool
	ReturnURL   string // where the payer comes back to, by GET
	Description string
	Payer       Payer
	Language    string
}

// OutcomeStatus is what a gateway says of a charge.
type OutcomeStatus string

const (
	OutcomeAuthorized OutcomeStatus = "authorized"
	OutcomeCaptured   OutcomeStatus = "captured"
	OutcomePending    OutcomeStatus = "pending" // bank debit accepted, not yet settled
	OutcomeDeclined   OutcomeStatus = "declined"
	OutcomeAction     OutcomeStatus = "requires_action" // the payer must go to ActionURL
	OutcomeProcessing OutcomeStatus = "processing"      // known to the gateway, not decided
	OutcomeVoided     OutcomeStatus = "voided"
	OutcomeReturned   OutcomeStatus = "returned"
	OutcomeRefunded   OutcomeStatus = "refunded"
	OutcomeCancelled  OutcomeStatus = "cancelled" // our key can't be used any more, nothing was taken
	OutcomeNotFound   OutcomeStatus = "not_found"
)

// Outcome is a gateway's definite answer about one key.
type Outcome struct {
	Status     OutcomeStatus
	Reference  string // the gateway's id of the transaction
	Account    string // whose account it was
	Amount     Money  // what was authorized or taken
	Refunded   int64  // minor units given back so far
	Method     Method
	Brand      string // "visa"
	Last4      string
	Funding    string // "credit", "debit" where known
	AuthCode   string
	Decline    string // DeclineCode…
	ActionURL  string
	Instrument *SavedInstrument
	// Detail is for people who look into a payment: what happened to money beside what
	// was asked for ("30.00 USDC arrived, 5.00 USDC was sent back").
	Detail string
}

// SavedInstrument is a way to pay that the gateway keeps for us.
type SavedInstrument struct {
	Token    string // the gateway's name for it
	Method   Method
	Brand    string
	Last4    string
	ExpMonth int
	ExpYear  int
}

// Decline codes, common to all gateways; what a gateway says beyond them is
// DeclineGeneric.
const (
	DeclineGeneric      = "declined"
	DeclineFunds        = "insufficient_funds"
	DeclineExpired      = "expired_card"
	DeclineCVC          = "incorrect_cvc"
	DeclineLost         = "lost_card"
	DeclineStolen       = "stolen_card"
	DeclineFraud        = "suspected_fraud"
	DeclineProcessing   = "processing_error"
	DeclineAuthFailed   = "authentication_failed" // 3-D Secure
	DeclineAccount      = "account_invalid"       // bank account
	DeclineCancelled    = "cancelled"             // by the payer at the gateway, or our key was cancelled
	DeclineUnderpaid    = "underpaid"             // less than was asked came from the wallet in time; it was sent back
	DeclineNeverArrived = "never_arrived"         // the gateway's horizon passed without a trace
)

// ErrNotSent: nothing left this machine, so nothing can have happened.
var ErrNotSent = errors.New("nothing was sent to the gateway")

// Instrument is a saved way to pay, in our book.
type Instrument struct {
	ID         string // ours
	MerchantID string
	Gateway    string
	Account    string
	Foreign    string // the form another API prescribes (FrontStream: TokenGuid)
	Saved      SavedInstrument
	PaymentID  string // the payment that saved it; empty where it was brought along
	CreatedAt  time.Time
}
