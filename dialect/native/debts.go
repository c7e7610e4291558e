package native

import (
	"net/http"
	"time"

	"paylink"
	"paylink/till"
)

func (h *Handler) makeDebt(c call) (answer, error) {
	d := paylink.Debt{MerchantID: c.merchant, Dialect: Name, Foreign: "{}"}
	if err := c.debt(&d, true); err != nil {
		return answer{}, err
	}
	return h.once(c, "debt", h.Till.AddsDebt(d), func(d till.Changed) (int, string, any) {
		return http.StatusCreated, d.Debt.ID, d.Debt.View()
	})
}

func (h *Handler) amendDebt(c call) (answer, error) {
	change := h.Till.ChangesDebt(c.merchant, c.id(), func(d *paylink.Debt) error { return c.debt(d, false) })
	return h.once(c, "debt", change, func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Debt.ID, d.Debt.View()
	})
}

// debt reads a body onto a debt. Its reference is for ever.
func (c call) debt(d *paylink.Debt, all bool) error {
	fields := []string{"amount", "currency", "title", "description", "customer", "due_on", "metadata"}
	if all {
		fields = append(fields, "reference")
	}
	e := c.begin(all, fields...)
	e.price("amount", &d.Amount)
	if all {
		e.line("reference", &d.Reference, maxReference)
	}
	e.line("title", &d.Title, maxTitle)
	e.line("description", &d.Description, maxDescription)
	e.line("customer", &d.CustomerID, maxID)
	e.line("due_on", &d.DueOn, len(time.DateOnly))
	if d.DueOn != "" && e.named("due_on") {
		if _, err := time.Parse(time.DateOnly, d.DueOn); err != nil {
			e.fault("due_on", "date", "must be a date such as 2030-01-31")
		}
	}
	e.words(&d.Metadata)
	return e.faults.Err()
}

func (h *Handler) cancelDebt(c call) (answer, error) {
	e := c.begin(true, "reason")
	reason := ""
	e.line("reason", &reason, maxTitle)
	if err := e.faults.Err(); err != nil {
		return answer{}, err
	}
	return h.once(c, "debt", h.Till.CancelsDebt(c.merchant, c.id(), reason), func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Debt.ID, d.Debt.View()
	})
}

func (h *Handler) readDebt(c call) (answer, error) {
	return h.readOne(c, "debt", func(r paylink.Reader) (any, error) {
		d, err := r.DebtByID(c.id())
		d, err = owned(d, err, d.MerchantID == c.merchant)
		return d.View(), err
	})
}

func (h *Handler) listDebts(c call) (answer, error) {
	q, err := c.query("customer", "unpaid")
	if err != nil {
		return answer{}, err
	}
	unpaid, err := q.one("unpaid", "true")
	if err != nil {
		return answer{}, err
	}
	return listed(h, c, q, func(r paylink.Reader, p paylink.Paging) ([]paylink.Debt, error) {
		return r.Debts(paylink.DebtFilter{MerchantID: c.merchant, CustomerID: q.get("customer"), Unpaid: unpaid == "true", Paging: p})
	}, func(_ paylink.Reader, d paylink.Debt) (any, error) { return d.View(), nil })
}
