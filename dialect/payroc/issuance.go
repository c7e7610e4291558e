package payroc

import (
	"time"

	"paylink"
)

const (
	card         = "card"
	bankTransfer = "bankTransfer"
)

var methods = map[string]paylink.Method{card: paylink.Card, bankTransfer: paylink.Bank}

// What a payer may type, in minor units. The API has no bounds; a typed amount needs
// one, against slips of the finger.
const (
	leastTyped = 1
	mostTyped  = 99_999_999
)

// onto writes what the merchant asks for onto a link, whose owner and terminal are
// its own matter. The scope stays empty: references need not be unique here.
func (p paymentLink) onto(l *paylink.Link) {
	l.Price = paylink.Price{Currency: p.Order.Charge.Currency, Lines: []paylink.Line{{Amount: p.Order.Charge.Amount}}}
	if p.Order.Charge.Type == prompt {
		l.Price.Lines[0] = paylink.Line{Open: true, Min: leastTyped, Max: mostTyped}
	}
	l.MaxUses = 0
	if p.Type == singleUse {
		l.MaxUses = 1
	}
	l.Reference = p.MerchantReference
	l.Hold = p.AuthType == preAuthorization
	l.Save = p.tokenizes()
	l.ExpiresAt = endOf(p.ExpiresOn)
	// The fields of Payroc's page are not documented; its notifications tell name and
	// address of the payer, and a receipt is mailed.
	l.Page = paylink.Page{Description: p.Order.Description, Button: p.button(), Methods: p.methods(),
		Ask: paylink.Ask{Name: true, Email: true}}
	l.Foreign = p.kept()
}

// methods are those that the payer may choose from: a pre-authorization is paid by
// card, whatever else is allowed (OpenAPI, paymentMethods).
func (p paymentLink) methods() (out []paylink.Method) {
	for _, m := range p.PaymentMethods {
		if m == card || p.AuthType != preAuthorization {
			out = append(out, methods[m])
		}
	}
	return out
}

// lastDay is what programs write that mean "never"; the moment after it can't be
// written as a time of four-digit years.
const lastDay = "9999-12-31"

// endOf is the moment when a link's last day is over, in UTC; zero for never.
func endOf(day string) time.Time {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil || day == lastDay {
		return time.Time{}
	}
	return d.AddDate(0, 0, 1)
}

// fits judges what depends on the moment and on the terminal: that the link does not
// end before it begins, and that the terminal takes the currency. was is the link
// before a change, of which only what is new is judged.
func (p paymentLink) fits(was paymentLink, t paylink.Terminal, now time.Time) error {
	r := &reader{}
	if end := endOf(p.ExpiresOn); p.ExpiresOn != was.ExpiresOn && !end.IsZero() && !end.After(now) {
		r.broken("expiresOn", invalidValue, "must not be in the past")
	}
	if c := p.Order.Charge.Currency; c != was.Order.Charge.Currency && c != t.Currency {
		r.broken("order.charge.currency", invalidValue, "must be "+string(t.Currency)+", the currency of the processing terminal")
	}
	return r.err()
}

// can judges whether a terminal can take a new link's payments.
func (p paymentLink) can(t paylink.Terminal) error {
	var missing []fieldError
	for _, m := range p.methods() {
		if !t.Takes(m) {
			what := map[paylink.Method]string{paylink.Card: "card payments", paylink.Bank: "bank transfers"}[m]
			missing = append(missing, fieldError{Parameter: "processingTerminalId", Message: "Processing terminal does not support " + what})
		}
	}
	if missing == nil {
		return nil
	}
	return capabilitiesMissing(missing...)
}
