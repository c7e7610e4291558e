package elevate

import (
	"net/http"
	"strconv"

	"paylink"
)

var customerPayments = []column{{name: "id", form: named, kinds: []kind{payment}}, {name: "customerId", form: named, kinds: []kind{customer}},
	{name: "amountInMajorCurrency", form: figure}, {name: "currencyId", form: named, kinds: []kind{currency}}, {name: "description"},
	{name: "reference"}, {name: "type"}, {name: "billRunType"}, {name: "invoiceId", form: named, kinds: []kind{invoice, adhoc}},
	{name: "invoiceNumber"}, {name: "paymentDate", form: date}}

// listCustomerPayments gives the payments that took a customer's money.
func (h *Handler) listCustomerPayments(c call) (answer, error) {
	n, err := c.customerParameter()
	if err != nil {
		return answer{}, err
	}
	return h.list(resource{columns: customerPayments, filters: []string{"paymentDate", "type", "billRunType"},
		walk: func(c call, r paylink.Reader, _ *query, take func(record) bool) error {
			id, err := c.one(r, customer, n)
			if err != nil {
				return err
			}
			a, err := c.readAccount(r, id)
			if err != nil {
				return err
			}
			for _, p := range a.payments {
				one, err := customerPaymentOf(r, p, id, a.owed[p.Reference])
				if err != nil || !take(one) {
					return err
				}
			}
			return nil
		}})(c)
}

func customerPaymentOf(r paylink.Reader, p paylink.Payment, customerID string, d paylink.Debt) (record, error) {
	one, err := paymentOf(r, p)
	if err != nil {
		return nil, err
	}
	one["type"] = one["paymentMethod"]
	one["customerId"] = ref{customer, customerID}
	one.set("reference", p.GatewayRef)
	if d.Made() && d.Scope == p.Scope {
		one["billRunType"], one["invoiceNumber"], one["invoiceId"] = runOf(d), d.Reference, ref{kindOf(d), d.ID}
	}
	return one, nil
}

// readCustomerPayment reads one payment, if it is a customer's.
func (h *Handler) readCustomerPayment(c call) (answer, error) {
	n, err := c.pathNumber("payment_id")
	if err != nil {
		return answer{}, err
	}
	var one record
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		id, err := c.one(r, payment, n)
		if err != nil {
			return err
		}
		p, err := r.Payment(id)
		if err != nil {
			return err
		}
		l, err := r.Link(p.LinkID)
		if err != nil {
			return err
		}
		d, err := r.Debt(p.Scope, p.Reference)
		if err != nil {
			return err
		}
		who := l.CustomerID
		if d.Made() {
			who = d.CustomerID
		}
		if who == "" || !p.State.Uses() {
			return unknown("paymentId")
		}
		one, err = customerPaymentOf(r, p, who, d)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return h.single(c, one, customerPayments)
}

var balances = []column{{name: "id", form: named, kinds: []kind{customer}}, {name: "customerId", form: named, kinds: []kind{customer}},
	{name: "balance", form: figure}, {name: "totalPayments", form: figure}, {name: "currencyId", form: named, kinds: []kind{currency}}}

// listBalances gives what a customer has paid less what they owe, in each currency.
func (h *Handler) listBalances(c call) (answer, error) {
	n, err := c.customerParameter()
	if err != nil {
		return answer{}, err
	}
	return h.list(resource{columns: balances, walk: func(c call, r paylink.Reader, _ *query, take func(record) bool) error {
		id, err := c.one(r, customer, n)
		if err != nil {
			return err
		}
		a, err := c.readAccount(r, id)
		if err != nil {
			return err
		}
		for _, b := range a.balances() {
			if !take(record{"id": ref{customer, id}, "customerId": ref{customer, id}, "balance": plain(b.balance),
				"totalPayments": plain(b.paid), "currencyId": ref{currency, string(b.paid.Currency)}}) {
				break
			}
		}
		return nil
	}})(c)
}

type balance struct{ balance, paid paylink.Money }

// balances adds up, in the order in which the currencies came. What was given back is
// no payment; a debt that was cancelled is none.
func (a account) balances() (out []balance) {
	in := func(c paylink.Currency) *balance {
		for i := range out {
			if out[i].paid.Currency == c {
				return &out[i]
			}
		}
		out = append(out, balance{paylink.Money{Currency: c}, paylink.Money{Currency: c}})
		return &out[len(out)-1]
	}
	for _, d := range a.debts {
		if d.State() != paylink.DebtCancelled {
			in(d.Amount.Currency).balance.Minor -= d.Amount.Minor
		}
	}
	for _, p := range a.payments {
		b := in(p.Amount.Currency)
		b.balance.Minor += p.Captured - p.Refunded
		b.paid.Minor += p.Captured - p.Refunded
	}
	return out
}

// customerParameter reads customer_id, which two lists demand.
func (c call) customerParameter() (int64, error) {
	p, err := c.parameters()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(p.Get("customer_id"), 10, 64)
	switch {
	case !p.Has("customer_id"):
		p.faults.Add("customer_id", "missing", "is required")
	case err != nil:
		p.faults.Add("customer_id", "range", "must be an integer")
	}
	return n, p.faults.Err()
}

// pathNumber reads a number in the path; what is none names nothing.
func (c call) pathNumber(name string) (int64, error) {
	n, err := strconv.ParseInt(c.PathValue(name), 10, 64)
	if err != nil {
		return 0, as(http.StatusBadRequest, "Validation failed for field '"+name+"': must be an integer")
	}
	return n, nil
}

// single answers one record.
func (h *Handler) single(c call, one record, columns []column) (answer, error) {
	if err := h.numbered(c, []record{one}); err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, one.shown(columns)}, nil
}
