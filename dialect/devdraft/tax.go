package devdraft

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// tax is a tax as it is answered (OpenAPI).
type tax struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Description *string     `json:"description"`
	Percentage  json.Number `json:"percentage"`
	Active      bool        `json:"active"`
	CreatedAt   string      `json:"created_at"`
	UpdatedAt   string      `json:"updated_at"`
}

func showTax(v paylink.Tax) tax {
	return tax{UUID(paylink.PrefixTax, v.ID), v.Name, orNull(v.Description), percentage(v.Percent), v.Active, stamp(v.CreatedAt), stamp(v.UpdatedAt)}
}

func percentage(p paylink.Percent) json.Number { return json.Number(p.Decimal()) }

func (r *reader) tax(v *paylink.Tax) {
	for _, name := range []string{"name", "percentage"} {
		if r.null(name) {
			r.need(name)
		}
	}
	r.text("name", 1, 100, &v.Name)
	r.text("description", 0, 255, &v.Description)
	r.flag("active", &v.Active)
	if text := ""; r.has("percentage") {
		r.number("percentage", &text)
		if strings.Contains(text, ".") {
			text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
		}
		p, err := paylink.ParsePercent(text)
		switch {
		case text == "": // said already
		case err != nil:
			r.wrong("percentage must be a number from 0 to 100 with at most 4 decimal places")
		default:
			v.Percent = p
		}
	}
	// A tax is the app's that makes it.
	if apps, _ := r.Member("appIds"); r.has("appIds") && apps.Kind != dialect.Array {
		r.wrong("appIds must be an array")
	}
}

func (h *Handler) createTax(c call) (answer, error) {
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	v := paylink.Tax{MerchantID: c.merchant, Dialect: Name, Active: true}
	r := &reader{Value: c.body}
	r.need("name", "percentage")
	r.tax(&v)
	if err := r.err(); err != nil {
		return answer{}, err
	}
	return h.taxChange(c, claim, http.StatusCreated, h.Till.AddsTax(v))
}

func (h *Handler) taxChange(c call, claim *paylink.Claim, status int, change till.Change) (answer, error) {
	a, err := h.once(c, claim, change, func(d till.Changed) (int, string, any) { return status, d.Tax.ID, showTax(d.Tax) })
	return a, absent(err, "Tax")
}

func (h *Handler) updateTax(c call) (answer, error) {
	id, err := c.uuid(paylink.PrefixTax, "tax")
	if err != nil {
		return answer{}, err
	}
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	return h.taxChange(c, claim, http.StatusOK, h.Till.AmendsTax(c.merchant, id, func(v *paylink.Tax) error {
		r := &reader{Value: c.body}
		r.tax(v)
		return r.err()
	}))
}

func (h *Handler) deleteTax(c call) (answer, error) {
	id, err := c.uuid(paylink.PrefixTax, "tax")
	if err != nil {
		return answer{}, err
	}
	return h.taxChange(c, nil, http.StatusOK, h.Till.RemovesTax(c.merchant, id))
}

func (h *Handler) readTax(c call) (answer, error) {
	id, err := c.uuid(paylink.PrefixTax, "tax")
	if err != nil {
		return answer{}, err
	}
	var out tax
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		v, err := r.Tax(id)
		if err != nil || v.MerchantID != c.merchant || !v.RemovedAt.IsZero() {
			return orElse(absent(err, "Tax"), unknown("Tax"))
		}
		out = showTax(v)
		return nil
	})
	return ok(out), err
}

// listTaxes gives the app's taxes, newest first: a bare array.
func (h *Handler) listTaxes(c call) (answer, error) {
	w, q, err := c.window()
	if err != nil {
		return answer{}, err
	}
	f := paylink.TaxFilter{MerchantID: c.merchant}
	if text := q.Get("active"); text != "" {
		is, err := strconv.ParseBool(text)
		if err != nil {
			return answer{}, problem(400, []string{"active must be a boolean value"})
		}
		f.Active = &is
	}
	name := strings.ToLower(q.Get("name"))
	out := []tax{}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		rows, _, err := walk(w, false, func(p paylink.Paging) ([]paylink.Tax, error) {
			f.Paging = p
			return r.Taxes(f)
		}, func(v paylink.Tax) string { return v.ID }, func(v paylink.Tax) bool { return strings.Contains(strings.ToLower(v.Name), name) })
		for _, v := range rows {
			out = append(out, showTax(v))
		}
		return err
	})
	return ok(out), err
}

// taxNeedsID answers calls that forgot which tax they mean (OpenAPI).
func taxNeedsID(method, verb string) func(call) (answer, error) {
	return func(call) (answer, error) {
		return answer{}, problem(400, "Tax ID is required in the URL path. Use "+method+" /api/v0/taxes/{id} to "+verb+" a specific tax.")
	}
}
