package devdraft

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// customer is a customer as it is answered, with the names of both descriptions
// (OpenAPI, DEV-customers) for the app and the times.
type customer struct {
	ID           string       `json:"id"`
	FirstName    string       `json:"first_name"`
	LastName     string       `json:"last_name"`
	Email        *string      `json:"email"`
	Phone        string       `json:"phone_number"`
	CustomerType string       `json:"customer_type"`
	Status       string       `json:"status"`
	LastSpent    *json.Number `json:"last_spent"`         // not known here
	LastPurchase *string      `json:"last_purchase_date"` // not known here
	AppID        string       `json:"appId"`
	AppID2       string       `json:"app_id"`
	CreatedAt    string       `json:"createdAt"`
	UpdatedAt    string       `json:"updatedAt"`
	CreatedAt2   string       `json:"created_at"`
	UpdatedAt2   string       `json:"updated_at"`
}

// keptCustomer is what our vocabulary has no place for.
type keptCustomer struct {
	CustomerType string `json:"customer_type"`
	Status       string `json:"status"`
}

func keptOf(c paylink.Customer) keptCustomer {
	k := keptCustomer{"Individual", active}
	if c.Dialect == Name {
		_ = json.Unmarshal([]byte(c.Foreign), &k) // we wrote it
	}
	return k
}

func showCustomer(c paylink.Customer) customer {
	k, app := keptOf(c), showAppID(c.MerchantID)
	return customer{ID: UUID(paylink.PrefixCustomer, c.ID), FirstName: c.Payer.FirstName, LastName: c.Payer.LastName,
		Email: orNull(c.Payer.Email), Phone: c.Payer.Phone, CustomerType: k.CustomerType, Status: k.Status, AppID: app, AppID2: app,
		CreatedAt: stamp(c.CreatedAt), UpdatedAt: stamp(c.UpdatedAt), CreatedAt2: stamp(c.CreatedAt), UpdatedAt2: stamp(c.UpdatedAt)}
}

// customerTypes and customerStates are enums of the OpenAPI.
var (
	customerTypes  = []string{"Individual", "Startup", "Small Business", "Medium Business", "Enterprise", "Non-Profit", "Government"}
	customerStates = []string{active, "BLACKLISTED", "DEACTIVATED", "DELETED"}
)

// phoneNumber takes the OpenAPI's pattern and its example, which has hyphens.
var phoneNumber = regexp.MustCompile(`^\+?[0-9]([0-9 ().-]{0,17}[0-9])?$`)

func (r *reader) customer(c *paylink.Customer, k *keptCustomer) {
	for _, name := range []string{"first_name", "last_name", "phone_number"} {
		if r.null(name) {
			r.need(name)
		}
	}
	r.text("first_name", 1, 100, &c.Payer.FirstName)
	r.text("last_name", 1, 100, &c.Payer.LastName)
	r.email("email", &c.Payer.Email)
	before := c.Payer.Phone
	r.text("phone_number", 1, 20, &c.Payer.Phone)
	if c.Payer.Phone != before && !phoneNumber.MatchString(c.Payer.Phone) {
		r.wrong("phone_number must be a valid phone number")
	}
	r.word("customer_type", &k.CustomerType, customerTypes...)
	r.word("status", &k.Status, customerStates...)
}

func (h *Handler) createCustomer(c call) (answer, error) {
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	n := paylink.Customer{MerchantID: c.merchant, Dialect: Name}
	k := keptOf(paylink.Customer{})
	r := &reader{Value: c.body}
	r.need("first_name", "last_name", "phone_number")
	r.customer(&n, &k)
	if err := r.err(); err != nil {
		return answer{}, err
	}
	n.Foreign = string(dialect.JSON(k))
	return h.customerChange(c, claim, http.StatusCreated, h.Till.AddsCustomer(n))
}

func (h *Handler) customerChange(c call, claim *paylink.Claim, status int, change till.Change) (answer, error) {
	a, err := h.once(c, claim, change, func(d till.Changed) (int, string, any) {
		return status, d.Customer.ID, showCustomer(d.Customer)
	})
	if paylink.CodeOf(err) == "email_taken" {
		err = problem(409, "Customer with the same email already exists")
	}
	return a, absent(err, "Customer")
}

func (h *Handler) updateCustomer(c call) (answer, error) {
	id, err := c.uuid(paylink.PrefixCustomer, "customer")
	if err != nil {
		return answer{}, err
	}
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	return h.customerChange(c, claim, http.StatusOK, h.Till.AmendsCustomer(c.merchant, id, func(n *paylink.Customer) error {
		k := keptOf(*n)
		r := &reader{Value: c.body}
		r.customer(n, &k)
		if n.Dialect == Name {
			n.Foreign = string(dialect.JSON(k))
		} else if k != keptOf(*n) {
			r.wrong("customer_type and status of a customer that another API made can't be changed")
		}
		return r.err()
	}))
}

// uuid is our id by the one in the path, whose form is judged (OpenAPI: 400).
func (c call) uuid(prefix, what string) (string, error) {
	id, ok := fromUUID(prefix, c.PathValue("id"))
	if !ok {
		return "", problem(400, "Validation failed (uuid is expected): this is no "+what+" ID")
	}
	return id, nil
}

func (h *Handler) readCustomer(c call) (answer, error) {
	id, err := c.uuid(paylink.PrefixCustomer, "customer")
	if err != nil {
		return answer{}, err
	}
	var v customer
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		n, err := r.Customer(id)
		if err != nil || n.MerchantID != c.merchant || !n.RemovedAt.IsZero() {
			return orElse(absent(err, "Customer"), unknown("Customer"))
		}
		v = showCustomer(n)
		return nil
	})
	return ok(v), err
}

// listCustomers gives the app's customers, newest first, by status, part of the name
// and e-mail address.
func (h *Handler) listCustomers(c call) (answer, error) {
	w, q, err := c.window()
	if err != nil {
		return answer{}, err
	}
	r := &reader{}
	state, name, email := q.Get("status"), strings.ToLower(q.Get("name")), q.Get("email")
	if state != "" && !slices.Contains(customerStates, state) {
		r.wrong("status must be one of the following values: " + strings.Join(customerStates, ", "))
	}
	for field, text := range map[string]string{"name": name, "email": email} {
		if most := map[string]int{"name": 100, "email": 255}[field]; utf8.RuneCountInString(text) > most || paylink.CheckText(text) != nil {
			r.wrong(field + " must be a text of its length")
		}
	}
	if err := r.err(); err != nil {
		return answer{}, err
	}
	out := listing[customer]{Data: []customer{}, Skip: w.skip, Take: w.take}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		rows, total, err := walk(w, true, func(p paylink.Paging) ([]paylink.Customer, error) {
			return r.Customers(paylink.CustomerFilter{MerchantID: c.merchant, Email: email, Paging: p})
		}, func(n paylink.Customer) string { return n.ID }, func(n paylink.Customer) bool {
			return (state == "" || keptOf(n).Status == state) && strings.Contains(strings.ToLower(n.Payer.Name()), name)
		})
		for _, n := range rows {
			out.Data = append(out.Data, showCustomer(n))
		}
		out.Total = total
		return err
	})
	return ok(out), err
}
