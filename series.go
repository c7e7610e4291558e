package paylink

// Series is a row of numbers 1, 2, 3 … by which an API that prescribes integers names
// a merchant's objects of one kind (Elevate: invoiceId). Each merchant has its own,
// so that a number says nothing about others. Numbers are never used again; some are
// left out.
type Series struct {
	MerchantID string
	Dialect    string
	Kind       string // "invoice"
}
