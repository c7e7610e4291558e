package payroc

import (
	"strconv"

	"paylink"
	"paylink/dialect"
)

// Longest texts (OpenAPI, maxLength).
const (
	maxReference   = 48
	maxOrderID     = 24
	maxDescription = 1024
	maxLabel       = 24
)

// readLink reads what a merchant asks for. Read-only members are passed over: SDKs
// may send back a link that they were given.
func readLink(v dialect.Value) (p paymentLink, err error) {
	r := &reader{}
	if v.Kind != dialect.Object {
		return p, badRequest(fieldError{Detail: invalidFormat, Message: "the body must be a JSON object"})
	}
	o := object{r, v, ""}
	p.Type = o.word("type", true, multiUse, singleUse)
	p.MerchantReference = o.text("merchantReference", maxReference, true)
	if in, ok := o.object("order", true); ok {
		p.Order = in.order(p.Type == singleUse)
	}
	p.AuthType = o.word("authType", true, sale, preAuthorization)
	p.PaymentMethods = o.paymentMethods(p.AuthType)
	p.CustomLabels = o.customLabels()
	p.ExpiresOn = o.date("expiresOn", p.Type == singleUse)
	if in, ok := o.object("credentialOnFile", false); ok {
		p.CredentialOnFile = &credentialOnFile{MitAgreement: in.word("mitAgreement", false, "unscheduled", "recurring", "installment")}
		if b, ok := in.member("tokenize", dialect.Bool, false); ok {
			yes := b.Text == "true"
			p.CredentialOnFile.Tokenize = &yes
		}
	}
	return p, r.err()
}

func (o object) order(single bool) (out order) {
	if single { // OpenAPI: a multiUse order has none
		out.OrderID = o.text("orderId", maxOrderID, true)
	}
	out.Description = o.text("description", maxDescription, false)
	if in, ok := o.object("charge", true); ok {
		out.Charge = in.charge()
	}
	return out
}

func (o object) charge() (c charge) {
	c.Type = o.word("type", true, prompt, preset)
	if v, ok := o.member("currency", dialect.String, true); ok {
		c.Currency = paylink.Currency(v.Text)
		if !listed(v.Text) {
			o.broken(o.join("currency"), invalidValue, "must be a currency code that this API takes")
		}
	}
	switch c.Type {
	case preset:
		c.Amount = o.amount()
	case prompt:
		// Whoever sends an amount does not mean that the payer chooses it.
		if v, there := o.Member("amount"); there && v.Kind != dialect.Null {
			o.broken(o.join("amount"), invalidValue, "must not be given where the payer types it")
		}
	}
	return c
}

// amount reads minor units (OpenAPI: int64, no bounds; the bounds are ours). The
// literal must be plain digits.
func (o object) amount() int64 {
	v, ok := o.member("amount", dialect.Number, true)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Text, 10, 64)
	if err != nil || n < 1 || n > paylink.MaxMinor {
		o.broken(o.join("amount"), invalidValue, "must be a whole number of minor units from 1 to "+strconv.Itoa(paylink.MaxMinor))
		return 0
	}
	return n
}

// paymentMethods reads what the payer may use (OpenAPI: uniqueItems). Without one
// nobody could pay, and who pre-authorizes pays by card.
func (o object) paymentMethods(authType string) []string {
	v, ok := o.member("paymentMethods", dialect.Array, true)
	if !ok {
		return nil
	}
	path, seen, out := o.join("paymentMethods"), map[string]bool{}, []string{}
	for i, item := range v.Items {
		if item.Kind != dialect.String {
			o.broken(at(path, i), invalidFormat, "must be of type string")
			continue
		}
		out = append(out, o.oneOf(at(path, i), item.Text, []string{card, bankTransfer}))
		if seen[item.Text] {
			o.broken(path, invalidValue, "must not hold the same twice")
		}
		seen[item.Text] = true
	}
	switch {
	case len(v.Items) == 0:
		o.broken(path, notPopulated, "must not be empty.")
	case authType == preAuthorization && !seen[card]:
		o.broken(path, invalidValue, "must hold card: a pre-authorization is paid by card")
	}
	return out
}

// customLabels reads the text of the payment button, the only one that can be
// changed (OpenAPI: uniqueItems, neither member required).
func (o object) customLabels() []customLabel {
	v, ok := o.member("customLabels", dialect.Array, false)
	if !ok {
		return nil
	}
	path, seen, out := o.join("customLabels"), map[customLabel]bool{}, []customLabel{}
	for i, item := range v.Items {
		if item.Kind != dialect.Object {
			o.broken(at(path, i), invalidFormat, "must be of type object")
			continue
		}
		in := object{o.reader, item, at(path, i) + "."}
		l := customLabel{Element: in.word("element", false, "paymentButton")}
		if given, there := item.Member("label"); there && given.Kind != dialect.Null {
			l.Label = in.text("label", maxLabel, true)
		}
		if seen[l] {
			o.broken(path, invalidValue, "must not hold the same twice")
		}
		seen[l] = true
		out = append(out, l)
	}
	return out
}
