package look

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
