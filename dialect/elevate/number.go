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

// Numbers are those of a merchant's things, for whoever tells a client which there are.
type Numbers struct{ Provider, Invoice, AdhocInvoice, Customer int64 }

// NumberAll gives numbers to a terminal, two debts and a customer of a merchant; of
// empty ids there are none.
func NumberAll(tx paylink.Tx, merchant, terminalID, invoiceID, adhocID, customerID string) (out Numbers, err error) {
	for _, one := range []struct {
		to *int64
		k  kind
		id string
	}{{&out.Provider, provider, terminalID}, {&out.Invoice, invoice, invoiceID}, {&out.AdhocInvoice, adhoc, adhocID}, {&out.Customer, customer, customerID}} {
		if one.id == "" {
			continue
		}
		if *one.to, err = number(tx, series(merchant, one.k), one.id); err != nil {
			return out, err
		}
	}
	return out, nil
}
