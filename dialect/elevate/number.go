package elevate

import "paylink"

// kind is what a number names; with "Id" behind it, it is Elevate's field.
type kind string

// The kinds, each a series of its own for every merchant.
const (
	provider kind = "paymentProvider" // a terminal
	currency kind = "currency"        // object id: the code
	customer kind = "customer"
	invoice  kind = "invoice"      // a debt
	adhoc    kind = "adhocInvoice" // a debt whose Foreign says so
	linked   kind = "paymentLink"
	payment  kind = "payment"
)

// Adhoc is what Foreign says of a debt that is an adhoc invoice. All others are
// invoices, whichever API made them.
const Adhoc = `{"billRunType":"ADHOC"}`

func (c call) series(k kind) paylink.Series { return series(c.merchant, k) }

func series(merchant string, k kind) paylink.Series {
	return paylink.Series{MerchantID: merchant, Dialect: Name, Kind: string(k)}
}

// number is the object's number; it is given one where it has none.
func number(tx paylink.Tx, s paylink.Series, id string) (int64, error) {
	had, err := tx.NumbersOf(s, id)
	if err != nil || had[id] > 0 {
		return had[id], err
	}
	return tx.GiveNumber(s, id)
}

// NumberDebt gives a debt its number as an invoice or adhoc invoice, for whoever makes
// debts and tells a client which.
func NumberDebt(tx paylink.Tx, d paylink.Debt) (int64, error) {
	return number(tx, series(d.MerchantID, kindOf(d)), d.ID)
}

// NumberTerminal gives a terminal its number as a payment provider.
func NumberTerminal(tx paylink.Tx, t paylink.Terminal) (int64, error) {
	return number(tx, series(t.MerchantID, provider), t.ID)
}

// NumberCustomer gives a customer their number.
func NumberCustomer(tx paylink.Tx, c paylink.Customer) (int64, error) {
	return number(tx, series(c.MerchantID, customer), c.ID)
}
