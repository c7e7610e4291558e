package look

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"paylink"
)

// brandNames are proper names; they are the same in every language.
var brandNames = map[string]string{
	"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
	"diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay", "bank": "ACH", "wallet": "USDC, EURC",
}

// BrandName is how a card brand writes itself, for an adapter's key ("visa").
func BrandName(key string) string {
	if n, ok := brandNames[key]; ok {
		return n
	}
	return key
}

// Instrument is a card or account as a payer knows it: "Visa •••• 4242".
func (l Locale) Instrument(m paylink.Method, brand, last4 string) string {
	switch m {
	case paylink.Bank:
		return l.T("method.saved_bank", "last4", last4)
	case paylink.Stablecoin:
		return l.T("method.saved_wallet", "last4", last4)
	}
	return l.T("method.saved_card", "brand", BrandName(brand), "last4", last4)
}

// Initial is a payee's first letter, the mark of a merchant without a logo.
func Initial(name string) string {
	for name != "" {
		r, size := utf8.DecodeRuneInString(name)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
		name = name[size:]
	}
	return ""
}

// SupportCode is the end of a link's id, as people read it out on the telephone.
func SupportCode(id string) string {
	if len(id) > 8 {
		id = id[len(id)-8:]
	}
	return strings.ToUpper(id)
}
