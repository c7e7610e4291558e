package elevate

import (
	"maps"
	"net/http"
	"strings"

	"paylink"
	"paylink/till"
)

// Elevate's documentation shows no body of a customer; these are the fields that it
// filters by, and the limit that it has for other names.
const (
	maxCustomerName = 255
	maxCustomerWord = 50
)

// addCustomer makes a customer.
func (h *Handler) addCustomer(c call) (answer, error) {
	in := reader{body: c.body}
	made := paylink.Customer{MerchantID: c.merchant, Dialect: Name}
	in.customer(&made, true)
	if err := in.err(); err != nil {
		return answer{}, err
	}
	return h.keepCustomer(c, http.StatusCreated, h.Till.AddsCustomer(made))
}

// changeCustomer changes what the body has; null is as good as absent.
func (h *Handler) changeCustomer(c call) (answer, error) {
	n, err := c.pathNumber("customer_id")
	if err != nil {
		return answer{}, err
	}
	in := reader{body: c.body}
	if in.customer(&paylink.Customer{}, false); in.err() != nil {
		return answer{}, in.err()
	}
	return h.keepCustomer(c, http.StatusOK, func(tx paylink.Tx) (till.Changed, error) {
		id, err := c.one(tx, customer, n)
		if err != nil {
			return till.Changed{}, err
		}
		return h.Till.AmendsCustomer(c.merchant, id, func(had *paylink.Customer) error {
			again := reader{body: c.body}
			again.customer(had, false)
			return again.err()
		})(tx)
	})
}

func (h *Handler) keepCustomer(c call, status int, change till.Change) (answer, error) {
	var kept paylink.Customer
	_, err := h.Till.Once(c.Context(), nil, change, func(done till.Changed) (int, string, []byte) {
		kept = done.Customer
		return status, kept.ID, nil
	})
	if err != nil {
		return answer{}, err
	}
	a, err := h.single(c, customerOf(kept), customers.columns)
	a.status = status
	return a, err
}

// customer reads what a body says of a customer onto one.
func (r *reader) customer(c *paylink.Customer, whole bool) {
	if name := r.words("customerName", 1, maxCustomerName, whole); name != "" {
		c.Company = ""
		c.Payer.FirstName, c.Payer.LastName = split(name)
	}
	if mail := r.email("emailAddress"); mail != "" {
		c.Payer.Email = mail
	}
	for _, name := range []string{customerType, accountNumber} {
		if text := r.words(name, 0, maxCustomerWord, false); text != "" {
			// A copy: a transaction that runs again reads what was.
			own := maps.Clone(c.Metadata)
			if own == nil {
				own = map[string]string{}
			}
			own[name] = text
			c.Metadata = own
		}
	}
}

// split cuts a name where Payer.Name puts it together again.
func split(name string) (first, last string) {
	at := strings.LastIndex(name, " ")
	if at <= 0 || at == len(name)-1 {
		return "", name
	}
	return name[:at], name[at+1:]
}
