package native

import (
	"net/http"

	"paylink"
	"paylink/till"
)

func (h *Handler) makeCustomer(c call) (answer, error) {
	v := paylink.Customer{MerchantID: c.merchant, Dialect: Name, Foreign: "{}"}
	if err := c.customer(&v, true); err != nil {
		return answer{}, err
	}
	return h.once(c, "customer", h.Till.AddsCustomer(v), func(d till.Changed) (int, string, any) {
		return http.StatusCreated, d.Customer.ID, d.Customer.View()
	})
}

func (h *Handler) amendCustomer(c call) (answer, error) {
	change := h.Till.AmendsCustomer(c.merchant, c.id(), func(v *paylink.Customer) error { return c.customer(v, false) })
	return h.once(c, "customer", change, func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Customer.ID, d.Customer.View()
	})
}

// Lengths of a customer's fields, those of a payer's form.
const (
	maxName   = 50
	maxEmail  = 254 // RFC 5321, 4.5.3.1.3
	maxStreet = 200
	maxPlace  = 100
	maxPostal = 20
	maxPhone  = 32
)

// customer reads a body onto a customer.
func (c call) customer(v *paylink.Customer, all bool) error {
	e := c.begin(all, "first_name", "last_name", "company", "email", "phone", "street", "city", "region", "postal", "country", "metadata")
	p := &v.Payer
	e.line("first_name", &p.FirstName, maxName)
	e.line("last_name", &p.LastName, maxName)
	e.line("company", &v.Company, maxTitle)
	e.line("email", &p.Email, maxEmail)
	if p.Email != "" && e.named("email") {
		if err := paylink.CheckEmail(p.Email); err != nil {
			e.fault("email", "email", "%v", err)
		}
	}
	e.line("phone", &p.Phone, maxPhone)
	e.line("street", &p.Street, maxStreet)
	e.line("city", &p.City, maxPlace)
	e.line("region", &p.Region, maxPlace)
	e.line("postal", &p.Postal, maxPostal)
	if e.named("country") {
		p.Country = e.country(e.body)
	}
	e.words(&v.Metadata)
	if p.Name() == "" && p.Email == "" && v.Company == "" && len(e.faults) == 0 {
		e.fault("email", "required", "give a name, a company or an e-mail address")
	}
	return e.faults.Err()
}

func (h *Handler) removeCustomer(c call) (answer, error) {
	return h.remove(c, "customer", h.Till.RemovesCustomer(c.merchant, c.id()))
}

func (h *Handler) readCustomer(c call) (answer, error) {
	return h.readOne(c, "customer", func(r paylink.Reader) (any, error) {
		v, err := r.Customer(c.id())
		v, err = owned(v, err, v.MerchantID == c.merchant && v.RemovedAt.IsZero())
		return v.View(), err
	})
}

func (h *Handler) listCustomers(c call) (answer, error) {
	q, err := c.query("email")
	if err != nil {
		return answer{}, err
	}
	return listed(h, c, q, func(r paylink.Reader, p paylink.Paging) ([]paylink.Customer, error) {
		return r.Customers(paylink.CustomerFilter{MerchantID: c.merchant, Email: q.get("email"), Paging: p})
	}, func(_ paylink.Reader, v paylink.Customer) (any, error) { return v.View(), nil })
}
