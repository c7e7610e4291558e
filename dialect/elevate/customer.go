package elevate

import (
	"paylink"
)

var customers = resource{
	columns: []column{{name: "id", form: named, kinds: []kind{customer}}, {name: "customerName"}, {name: customerType},
		{name: accountNumber}, {name: "emailAddress"}, {name: "createdDate", form: date}, {name: "updatedDate", form: date}},
	filters: []string{"id", "customerName", customerType, accountNumber, "createdDate", "updatedDate"},
	walk: func(c call, r paylink.Reader, q *query, take func(record) bool) error {
		each := func(one paylink.Customer) (bool, error) { return take(customerOf(one)), nil }
		if ids, few := q.only("id"); few {
			for _, id := range ids {
				one, err := r.Customer(id.id)
				if err != nil {
					return err
				}
				if more, _ := each(one); !more {
					break
				}
			}
			return nil
		}
		f, n := paylink.CustomerFilter{MerchantID: c.merchant}, q.narrowing()
		f.CreatedFrom, f.CreatedTill = n.days("createdDate")
		f.UpdatedFrom, f.UpdatedTill = n.days("updatedDate")
		read := func(f paylink.CustomerFilter) func(paylink.Paging) ([]paylink.Customer, error) {
			return func(p paylink.Paging) ([]paylink.Customer, error) {
				f.Paging = p
				return r.Customers(f)
			}
		}
		return sought(n, paylink.PrefixCustomer, read(paylink.CustomerFilter{MerchantID: c.merchant}), read(f), func(one paylink.Customer) string { return one.ID }, each)
	},
}

// What this API alone has words for is kept in a customer's metadata, whichever API
// made them.
const (
	customerType  = "customerType"
	accountNumber = "customerAccountNumber"
)

// customerOf is a customer in Elevate's words.
func customerOf(c paylink.Customer) record {
	one := record{"id": ref{customer, c.ID}, "createdDate": dayOf(c.CreatedAt), "updatedDate": dayOf(c.UpdatedAt)}
	if one.set("customerName", c.Payer.Name()); c.Company != "" {
		one["customerName"] = c.Company
	}
	one.set("emailAddress", c.Payer.Email)
	one.set(customerType, c.Metadata[customerType])
	one.set(accountNumber, c.Metadata[accountNumber])
	return one
}
