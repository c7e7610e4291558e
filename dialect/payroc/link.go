package payroc

import (
	"encoding/json"
	"html"
	"time"

	"paylink"
)

// paymentLink is a link in Payroc's words (OpenAPI, payment-links). What the merchant
// gave is kept in Link.Foreign, with the id; the read-only rest is made when it is
// shown. Optional members are left out, never null: SDKs break on null.
type paymentLink struct {
	Type              string            `json:"type"`
	PaymentLinkID     string            `json:"paymentLinkId"`
	MerchantReference string            `json:"merchantReference"`
	Order             order             `json:"order"`
	AuthType          string            `json:"authType"`
	PaymentMethods    []string          `json:"paymentMethods"`
	CustomLabels      []customLabel     `json:"customLabels,omitzero"`
	Assets            *assets           `json:"assets,omitempty"` // read-only
	Status            string            `json:"status,omitempty"` // read-only
	CreatedOn         string            `json:"createdOn,omitempty"`
	ExpiresOn         string            `json:"expiresOn,omitempty"`
	CredentialOnFile  *credentialOnFile `json:"credentialOnFile,omitempty"`
}

type order struct {
	OrderID     string `json:"orderId,omitempty"` // of singleUse
	Description string `json:"description,omitempty"`
	Charge      charge `json:"charge"`
}

type charge struct {
	Type     string           `json:"type"`
	Amount   int64            `json:"amount,omitempty"` // of preset
	Currency paylink.Currency `json:"currency"`
}

type customLabel struct {
	Element string `json:"element,omitempty"`
	Label   string `json:"label,omitempty"`
}

type assets struct {
	PaymentURL    string `json:"paymentUrl"`
	PaymentButton string `json:"paymentButton"`
}

type credentialOnFile struct {
	Tokenize     *bool  `json:"tokenize,omitempty"`
	MitAgreement string `json:"mitAgreement,omitempty"`
}

const (
	multiUse         = "multiUse"
	singleUse        = "singleUse"
	preset           = "preset"
	prompt           = "prompt"
	sale             = "sale"
	preAuthorization = "preAuthorization"
)

// stored is what the merchant gave.
func stored(l paylink.Link) (p paymentLink, err error) {
	err = json.Unmarshal([]byte(l.Foreign), &p)
	return p, err
}

// shown is p, which has l's status, with its other read-only members.
func (p paymentLink) shown(l paylink.Link, url string) paymentLink {
	p.Assets = &assets{PaymentURL: url, PaymentButton: p.paymentButton(url)}
	p.CreatedOn = l.CreatedAt.UTC().Format(time.DateOnly)
	return p
}

// status is the life cycle in Payroc's words. A multiUse link completes only where
// what is owed was paid over another, and a payment that is under way changes nothing.
func status(s paylink.Standing) string {
	switch s {
	case paylink.Closed, paylink.Paused, paylink.WrittenOff: // no payer gets in by any
		return "deactivated"
	case paylink.UsedUp, paylink.Settled:
		return "completed"
	case paylink.Expired:
		return "expired"
	}
	return "active"
}

// button is the text of the payment button, "" without a custom one.
func (p paymentLink) button() string {
	for _, l := range p.CustomLabels {
		if l.Label != "" {
			return l.Label
		}
	}
	return ""
}

// paymentButton is the HTML that merchants put into their pages (OpenAPI samples).
func (p paymentLink) paymentButton(url string) string {
	text := p.button()
	if text == "" {
		text = "Pay Now"
	}
	return `<a href="` + html.EscapeString(url) + `" target="_blank" style="color: #ffffff; background-color: #6C7A89; font-size: 18px; ` +
		`font-family: Helvetica, Arial, sans-serif; text-decoration: none; border-radius: 30px; padding: 14px 28px; display: inline-block;">` +
		html.EscapeString(text) + `</a>`
}
