package payroc

import (
	"slices"
	"strings"
	"time"

	"paylink"
)

// payment is a payment in Payroc's words (OpenAPI, retrievedPayment and
// bankTransferPayment, which have these members in common but for how it was paid).
type payment struct {
	PaymentID            string       `json:"paymentId"`
	ProcessingTerminalID string       `json:"processingTerminalId"`
	Order                paymentOrder `json:"order"`
	Customer             *customer    `json:"customer,omitempty"`
	Card                 *cardShown   `json:"card,omitempty"`
	BankAccount          *bankAccount `json:"bankAccount,omitempty"`
	TransactionResult    result       `json:"transactionResult"`
}

type paymentOrder struct {
	OrderID     string           `json:"orderId"`
	DateTime    string           `json:"dateTime"` // when it was processed
	Description string           `json:"description,omitempty"`
	Amount      int64            `json:"amount"` // minor units
	Currency    paylink.Currency `json:"currency"`
}

type customer struct {
	FirstName            string          `json:"firstName,omitempty"` // of cards, like the next two
	LastName             string          `json:"lastName,omitempty"`
	BillingAddress       *address        `json:"billingAddress,omitempty"`
	ContactMethods       []contactMethod `json:"contactMethods,omitempty"`
	NotificationLanguage string          `json:"notificationLanguage,omitempty"`
}

type address struct {
	Address1   string `json:"address1"`
	City       string `json:"city"`
	State      string `json:"state"`
	Country    string `json:"country"`
	PostalCode string `json:"postalCode"`
}

type contactMethod struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

type cardShown struct {
	Type           string `json:"type"` // brand
	EntryMethod    string `json:"entryMethod"`
	CardholderName string `json:"cardholderName,omitempty"`
	CardNumber     string `json:"cardNumber"` // masked
	ExpiryDate     string `json:"expiryDate"` // MMYY
}

type bankAccount struct {
	Type          string `json:"type"`
	SecCode       string `json:"secCode"`
	NameOnAccount string `json:"nameOnAccount"`
	AccountNumber string `json:"accountNumber"` // masked, like the next
	RoutingNumber string `json:"routingNumber"`
}

type result struct {
	Type             string           `json:"type"`
	Status           string           `json:"status"`
	ApprovalCode     string           `json:"approvalCode,omitempty"`
	AuthorizedAmount int64            `json:"authorizedAmount"`
	Currency         paylink.Currency `json:"currency"`
	ResponseCode     string           `json:"responseCode"`
	ResponseMessage  string           `json:"responseMessage"`
}

// tender is one of the two lists that payments are in, by how they were paid.
type tender struct {
	path     string
	resource string
	method   paylink.Method
	filters  []filter
	// states are those of which there is something to tell: what was sent and has no
	// answer yet, or was never sent, is no payment in Payroc's words.
	states map[paylink.PaymentState]string
}

var cards = tender{path: "/v1/payments", resource: "payment", method: paylink.Card, filters: cardFilters,
	states: map[paylink.PaymentState]string{
		paylink.Authorized: "pending", // until it is captured
		paylink.Captured:   "ready", paylink.CapturedLate: "ready",
		paylink.PartlyRefunded: "complete", paylink.Refunded: "complete",
		paylink.Disputed: "complete", paylink.DisputeWon: "complete", paylink.DisputeLost: "complete",
		paylink.Declined: "declined", paylink.Voided: "reversal", paylink.AuthExpired: "expired",
	}}

var bankTransfers = tender{path: "/v1/bank-transfer-payments", resource: "bankTransferPayment", method: paylink.Bank, filters: bankFilters,
	states: map[paylink.PaymentState]string{
		paylink.Pending: "ready", paylink.Captured: "complete", paylink.CapturedLate: "complete",
		paylink.PartlyRefunded: "complete", paylink.Refunded: "complete",
		paylink.Disputed: "complete", paylink.DisputeWon: "complete", paylink.DisputeLost: "complete",
		paylink.Declined: "declined", paylink.Voided: "reversal", paylink.Returned: "returned",
	}}

// shows reports whether a payment is one of this list.
func (t tender) shows(p paylink.Payment) bool {
	return p.Method == t.method && t.states[p.State] != "" && listed(string(p.Amount.Currency))
}

// paid is a payment with what belongs to it.
type paid struct {
	paylink.Payment
	link     paylink.Link
	linkID   string             // as this API calls it, "" where it was not seen here yet
	terminal string             // as this API calls it
	kept     paylink.Instrument // what it was paid with or what it saved, where there is one
}

// told is a payment in Payroc's words; id is Payroc's.
func (t tender) told(p paid, id string) payment {
	out := payment{PaymentID: id, ProcessingTerminalID: p.terminal,
		Order: paymentOrder{OrderID: p.orderID(id), DateTime: p.processedAt().UTC().Format(time.RFC3339),
			Description: cut(description(p.link), 256), Amount: p.Amount.Minor, Currency: p.Amount.Currency}, // paymentOrder: maxLength 256
		Customer: p.customer(t.method == paylink.Card), TransactionResult: t.result(p.Payment)}
	name := cut(p.Payer.Name(), 50)
	if t.method == paylink.Card {
		out.Card = &cardShown{Type: brandName(p.Brand), EntryMethod: "keyed", CardholderName: name,
			CardNumber: "************" + masked(p.Last4), ExpiryDate: expiry(p.kept.Saved)}
		return out
	}
	if name == "" {
		name = "Unknown" // it is demanded
	}
	out.BankAccount = &bankAccount{Type: "ach", SecCode: "web", NameOnAccount: name,
		AccountNumber: "*****" + masked(p.Last4), RoutingNumber: "*********"}
	return out
}

// masked is the end of a number, hidden where the gateway did not tell it.
func masked(last4 string) string {
	if len(last4) != 4 {
		return "****"
	}
	return last4
}

// expiry is MMYY, which must be four digits: 0000 where the gateway did not tell it.
func expiry(s paylink.SavedInstrument) string {
	if s.ExpMonth < 1 || s.ExpMonth > 12 || s.ExpYear < 2000 {
		return "0000"
	}
	return time.Date(s.ExpYear, time.Month(s.ExpMonth), 1, 0, 0, 0, 0, time.UTC).Format("0106")
}

var brandNames = map[string]string{"visa": "Visa", "mastercard": "MasterCard", "amex": "American Express", "discover": "Discover",
	"diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}

func brandName(brand string) string {
	if name := brandNames[brand]; name != "" {
		return name
	}
	if brand == "" {
		return "Unknown"
	}
	return brand
}

// orderID is the one that the link is told with, which is paid once, else the
// reference, else unique.
func (p paid) orderID(id string) string {
	if p.link.MaxUses == 1 {
		as := paymentLink{Type: singleUse, PaymentLinkID: p.linkID}
		if p.link.Dialect == Name {
			if s, err := stored(p.link); err == nil {
				as.Order = s.Order
			}
		}
		if of := orderID(as, p.link); of != "" {
			return of
		}
	}
	if p.Reference != "" && p.Reference == cut(p.Reference, maxOrderID) {
		return p.Reference
	}
	return id
}

func (p paid) processedAt() time.Time {
	if p.CompletedAt.IsZero() {
		return p.UpdatedAt
	}
	return p.CompletedAt
}

func (p paid) customer(whole bool) *customer {
	var c customer
	if p.Payer.Email != "" {
		c.ContactMethods = append(c.ContactMethods, contactMethod{"email", p.Payer.Email})
	}
	if p.Payer.Phone != "" {
		c.ContactMethods = append(c.ContactMethods, contactMethod{"phone", p.Payer.Phone})
	}
	// OpenAPI has no other languages.
	if tag, _, _ := strings.Cut(p.Language, "-"); slices.Contains([]string{"en", "fr"}, tag) {
		c.NotificationLanguage = tag
	}
	if whole {
		c.FirstName, c.LastName = cut(p.Payer.FirstName, 60), cut(p.Payer.LastName, 60)
		a := address{p.Payer.Street, p.Payer.City, p.Payer.Region, p.Payer.Country, p.Payer.Postal}
		if a.Address1 != "" && a.City != "" && a.State != "" && a.Country != "" && a.PostalCode != "" { // all are demanded
			c.BillingAddress = &a
		}
	}
	if c.ContactMethods == nil && c.FirstName == "" && c.LastName == "" && c.BillingAddress == nil && c.NotificationLanguage == "" {
		return nil
	}
	return &c
}

// result is what the gateway said, by what became of it.
func (t tender) result(p paylink.Payment) result {
	out := result{Type: sale, Status: t.states[p.State], ApprovalCode: cut(p.AuthCode, 48), AuthorizedAmount: p.Amount.Minor,
		Currency: p.Amount.Currency, ResponseCode: "A", ResponseMessage: "Transaction approved"}
	switch {
	case t.method == paylink.Bank:
		out.Type, out.ApprovalCode = "payment", ""
	case p.Hold && p.Captured > 0:
		out.Type, out.AuthorizedAmount = "preAuthorizationCompletion", p.Captured
	case p.Hold:
		out.Type = preAuthorization
	}
	if p.State == paylink.Declined {
		out.ResponseCode, out.ResponseMessage, out.AuthorizedAmount, out.ApprovalCode = "D", "Transaction declined", 0, ""
		if t.method == paylink.Card && (p.Decline == paylink.DeclineLost || p.Decline == paylink.DeclineStolen) {
			out.ResponseCode = "C" // lost or stolen: keep the card
		}
	}
	return out
}
