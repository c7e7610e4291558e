package frontstream

import (
	"encoding/json"
	"strings"

	"paylink"
)

// PaymentResult is a payment in FrontStream's words. TotalAmount and EmailAddress are
// the two names that its demo reads; the others are names of its payment response
// and of its reports (README.md, "VerifyAuthToken").
type PaymentResult struct {
	Successful        bool        `json:"Successful"`
	Message           string      `json:"Message"`
	TotalAmount       json.Number `json:"TotalAmount"` // a JSON number with the currency's decimals, exact
	Currency          string      `json:"Currency"`
	EmailAddress      string      `json:"EmailAddress"`
	PaymentResult     int         `json:"PaymentResult"` // PaymentSuccessful …
	ProcessStatus     int         `json:"ProcessStatus"` // StatusNotProcessed …
	ResponseCode      int         `json:"ResponseCode"`  // ArgoFire's; 0 is approved
	PaymentID         string      `json:"PaymentId"`
	TransactionID     string      `json:"TransactionId"` // the gateway's
	AuthCode          string      `json:"AuthCode"`
	TranID            string      `json:"TranId"`
	TokenGUID         string      `json:"TokenGuid"`
	ProcessorGUID     string      `json:"ProcessorGuid"`
	PaymentMethodType int         `json:"PaymentMethodType"`
	CardType          string      `json:"CardType"`
	LastFour          string      `json:"LastFour"`
	BillingFrequency  string      `json:"BillingFrequency"` // empty: not recurring
	NextBillDate      string      `json:"NextBillDate"`     // yyyy-MM-dd, UTC
}

// PaymentResult ids (RC). None is ours: nothing is decided yet.
const (
	PaymentNone       = 0
	PaymentSuccessful = 3
	PaymentFailed     = 4
	PaymentRefunded   = 5
	PaymentCancelled  = 6
)

// ProcessStatus ids (RC).
const (
	StatusNotProcessed   = 1
	StatusAuthorized     = 2 // reports say "Awaiting Authorization"
	StatusSettled        = 4 // reports say "Authorized"
	StatusRejected       = 5
	StatusRefundRequired = 6
	StatusAwaitingRefund = 7
	StatusRefunded       = 8
)

// ResponseCodes (AF).
const (
	ResponseApproved     = 0
	ResponseNotProcessed = -100
	ResponseDecline      = 12
	ResponseAccount      = 23
	ResponseExpiry       = 24
	ResponseFunds        = 50
	ResponseGeneral      = 99
)

// declines are our decline codes in ArgoFire's numbers; any other is a plain decline.
var declines = map[string]int{paylink.DeclineFunds: ResponseFunds, paylink.DeclineExpired: ResponseExpiry,
	paylink.DeclineAccount: ResponseAccount, paylink.DeclineProcessing: ResponseGeneral,
	paylink.DeclineNeverArrived: ResponseNotProcessed, paylink.DeclineCancelled: ResponseNotProcessed}

// Result is a payment in FrontStream's words, without the names that other rows
// have (TokenGuid, ProcessorGuid).
func Result(p paylink.Payment) PaymentResult {
	r := PaymentResult{TotalAmount: json.Number(p.Amount.Decimal()), Currency: string(p.Amount.Currency),
		EmailAddress: p.Payer.Email, PaymentID: p.ID, TransactionID: p.GatewayRef, AuthCode: p.AuthCode, TranID: p.Reference,
		PaymentMethodType: methodOf(p), CardType: cardTypes[p.Brand].name, LastFour: p.Last4}
	r.PaymentResult, r.ProcessStatus, r.ResponseCode = ids(p)
	r.Successful = r.PaymentResult == PaymentSuccessful
	r.Message = messages[r.PaymentResult]
	if s := p.Schedule; s != nil && p.State.Paid() {
		r.BillingFrequency = frequencyNames[s.Every]
		r.NextBillDate = s.Next(p.CompletedAt.UTC(), 1).Format("2006-01-02")
	}
	return r
}

var messages = map[int]string{PaymentNone: "The payment is being processed", PaymentSuccessful: "Approved",
	PaymentFailed: "Declined", PaymentRefunded: "Refunded", PaymentCancelled: "Cancelled"}

// ids are a payment's result, process status and response code.
func ids(p paylink.Payment) (result, status, response int) {
	switch p.State {
	case paylink.Captured, paylink.CapturedLate, paylink.PartlyRefunded, paylink.Disputed, paylink.DisputeWon:
		if p.Surplus {
			return PaymentSuccessful, StatusRefundRequired, ResponseApproved
		}
		return PaymentSuccessful, StatusSettled, ResponseApproved
	case paylink.Authorized, paylink.Pending:
		return PaymentSuccessful, StatusAuthorized, ResponseApproved
	case paylink.Refunded, paylink.DisputeLost:
		return PaymentRefunded, StatusRefunded, ResponseApproved
	case paylink.Voided, paylink.AuthExpired:
		return PaymentCancelled, StatusRefunded, ResponseApproved
	case paylink.Returned:
		return PaymentFailed, StatusRejected, ResponseAccount
	case paylink.Declined:
		if code, ok := declines[p.Decline]; ok {
			return PaymentFailed, StatusRejected, code
		}
		return PaymentFailed, StatusRejected, ResponseDecline
	case paylink.Abandoned:
		return PaymentFailed, StatusNotProcessed, ResponseNotProcessed
	}
	return PaymentNone, StatusAuthorized, ResponseNotProcessed // under way, unknown or in review
}

// ResultOfRefusal is what became of an order that was refused before a gateway heard
// of it, by the till's error: a TranId that was paid before, above all (RC).
func ResultOfRefusal(err error) PaymentResult {
	r := PaymentResult{TotalAmount: "0", PaymentResult: PaymentFailed, ProcessStatus: StatusNotProcessed, ResponseCode: ResponseNotProcessed,
		Message: "The payment was not processed"}
	switch paylink.CodeOf(err) {
	case "duplicate_reference", "duplicate_running":
		r.Message = "Duplicate TranId: a payment of it was processed before, or is under way"
	case string(paylink.Closed), string(paylink.Expired), string(paylink.UsedUp), string(paylink.Paused):
		r.Message = "The pay link can't be used any more"
	}
	return r
}

// cardTypes are FrontStream's payment method types of cards (PAY).
var cardTypes = map[string]struct {
	id   int
	name string
}{"amex": {1, "AmericanExpress"}, "mastercard": {2, "MasterCard"}, "visa": {3, "Visa"}, "discover": {4, "Discover"}, "diners": {5, "DinersClub"}}

// methodOf is the payment method type id (PAY): 7 is ACH, 0 what has no id there.
func methodOf(p paylink.Payment) int {
	if p.Method == paylink.Bank {
		return 7
	}
	return cardTypes[strings.ToLower(p.Brand)].id
}

// frequencyNames are FrontStream's BillingFrequency names (REC).
var frequencyNames = map[paylink.Frequency]string{paylink.Daily: "Daily", paylink.Weekly: "Weekly", paylink.BiWeekly: "Bi-Weekly",
	paylink.Monthly: "Monthly", paylink.BiMonthly: "Bi-Monthly", paylink.Quarterly: "Quarterly",
	paylink.SemiAnnually: "Semi-Annually", paylink.Annually: "Annually", paylink.SemiMonthly: "Semi-Monthly"}
