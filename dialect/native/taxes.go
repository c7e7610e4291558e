package native

import (
	"net/http"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

func (h *Handler) makeTax(c call) (answer, error) {
	v := paylink.Tax{MerchantID: c.merchant, Dialect: Name, Foreign: "{}"}
	if err := c.tax(&v, true); err != nil {
		return answer{}, err
	}
	return h.once(c, "tax", h.Till.AddsTax(v), func(d till.Changed) (int, string, any) {
		return http.StatusCreated, d.Tax.ID, d.Tax.View()
	})
}

func (h *Handler) amendTax(c call) (answer, error) {
	change := h.Till.AmendsTax(c.merchant, c.id(), func(v *paylink.Tax) error { return c.tax(v, false) })
	return h.once(c, "tax", change, func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Tax.ID, d.Tax.View()
	})
}

// tax reads a body onto a tax.
func (c call) tax(v *paylink.Tax, all bool) error {
	e := c.begin(all, "name", "description", "percent", "active")
	e.line("name", &v.Name, maxTitle)
	if strings.TrimSpace(v.Name) == "" && len(e.faults) == 0 {
		e.fault("name", "required", "say what it is called, as payers read it")
	}
	e.line("description", &v.Description, maxNote)
	e.yes("active", &v.Active)
	if e.named("percent") {
		m, given := member(e.body, "percent")
		percent, err := paylink.ParsePercent(m.Text)
		switch {
		case !given:
			e.fault("percent", "required", "say the rate")
		case m.Kind != dialect.String:
			e.fault("percent", "type", `must be a string such as "8.875"`)
		case err != nil:
			e.fault("percent", "percent", "%v", err)
		}
		v.Percent = percent
	}
	return e.faults.Err()
}

func (h *Handler) removeTax(c call) (answer, error) {
	return h.remove(c, "tax", h.Till.RemovesTax(c.merchant, c.id()))
}

func (h *Handler) readTax(c call) (answer, error) {
	return h.readOne(c, "tax", func(r paylink.Reader) (any, error) {
		v, err := r.Tax(c.id())
		v, err = owned(v, err, v.MerchantID == c.merchant && v.RemovedAt.IsZero())
		return v.View(), err
	})
}

func (h *Handler) listTaxes(c call) (answer, error) {
	q, err := c.query("active")
	if err != nil {
		return answer{}, err
	}
	active, err := q.truth("active")
	if err != nil {
		return answer{}, err
	}
	return listed(h, c, q, func(r paylink.Reader, p paylink.Paging) ([]paylink.Tax, error) {
		return r.Taxes(paylink.TaxFilter{MerchantID: c.merchant, Active: active, Paging: p})
	}, func(_ paylink.Reader, v paylink.Tax) (any, error) { return v.View(), nil })
}
