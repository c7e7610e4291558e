package paylink

import "time"

// Event types.
const (
	EventLinkCreated      = "link.created"
	EventLinkUpdated      = "link.updated"
	EventLinkClosed       = "link.closed"
	EventLinkShared       = "link.shared"  // about a share, not the link
	EventShareFailed      = "share.failed" // one of its letters came to its end unsent
	EventPaymentHeld      = "payment.authorized"
	EventPaymentPending   = "payment.pending"
	EventPaymentSucceeded = "payment.succeeded"
	EventPaymentDeclined  = "payment.declined"
	EventPaymentReturned  = "payment.returned"
	EventPaymentVoided    = "payment.voided"
	EventPaymentRefunded  = "payment.refunded"
	EventPaymentDisputed  = "payment.disputed"
	EventPaymentReview    = "payment.review" // unknown past the horizon, or a mismatch: a person is needed
	EventEndpointDisabled = "webhook_endpoint.disabled"
	EventProductCreated   = "product.created"
	EventProductUpdated   = "product.updated"
	EventProductRemoved   = "product.removed"
	EventTaxCreated       = "tax.created"
	EventTaxUpdated       = "tax.updated"
	EventTaxRemoved       = "tax.removed"
	EventCustomerCreated  = "customer.created"
	EventCustomerUpdated  = "customer.updated"
	EventCustomerRemoved  = "customer.removed"
	EventDebtCreated      = "debt.created"
	EventDebtUpdated      = "debt.updated" // changed, or open again because its payment was returned
	EventDebtPaid         = "debt.paid"
	EventDebtCancelled    = "debt.cancelled"
)

// Event is what a merchant must hear. Its body is frozen in the transaction that
// made it true; every delivery sends the same bytes.
type Event struct {
	ID         string
	MerchantID string
	Type       string
	ObjectID   string
	Version    int // the object's version that the body shows
	Body       []byte
	CreatedAt  time.Time
}

// Endpoint is where a merchant wants to hear events.
type Endpoint struct {
	ID          string
	MerchantID  string
	URL         string
	Description string
	Types       []string // empty: all
	// Secret and OldSecret are sealed (encrypted) at rest; the till opens them.
	Secret         []byte
	OldSecret      []byte
	OldSecretUntil time.Time // deliveries are signed with both until then
	Disabled       bool
	DisabledReason string
	FailingSince   time.Time // zero while the last delivery went well
	CreatedAt      time.Time
	RemovedAt      time.Time // zero while it exists
}

// Wants reports whether the endpoint listens to an event type.
func (e Endpoint) Wants(eventType string) bool {
	if e.Disabled || !e.RemovedAt.IsZero() {
		return false
	}
	for _, t := range e.Types {
		if t == eventType {
			return true
		}
	}
	return len(e.Types) == 0
}

// DeliveryState is where a delivery is.
type DeliveryState string

const (
	DeliveryWaiting   DeliveryState = "pending"
	DeliveryDone      DeliveryState = "delivered"
	DeliveryGivenUp   DeliveryState = "failed"    // all retries used; can be replayed
	DeliveryCancelled DeliveryState = "cancelled" // endpoint disabled or removed
)

// Delivery is one event on its way to one endpoint. The webhook-id that the
// receiver sees is the event's id, the same over all retries and replays.
type Delivery struct {
	ID         string
	EventID    string
	EventType  string
	EndpointID string
	MerchantID string
	State      DeliveryState
	Tries      int
	NextAt     time.Time
	LeaseTill  time.Time
	LastStatus int
	LastError  string
	CreatedAt  time.Time
	DoneAt     time.Time
}

// Try is one sending of a delivery.
type Try struct {
	DeliveryID string
	N          int
	At         time.Time
	Took       time.Duration
	Status     int    // 0: no answer
	Error      string // what happened, for people
	Answer     string // first bytes of the receiver's answer
}
