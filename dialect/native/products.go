package native

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

const maxNote = 500 // of a product's, a tax's and a debt's description

func (h *Handler) makeProduct(c call) (answer, error) {
	p := paylink.Product{MerchantID: c.merchant, Dialect: Name, Foreign: "{}"}
	if err := c.product(&p, true); err != nil {
		return answer{}, err
	}
	return h.once(c, "product", h.Till.AddsProduct(p), func(d till.Changed) (int, string, any) {
		return http.StatusCreated, d.Product.ID, d.Product.View()
	})
}

func (h *Handler) amendProduct(c call) (answer, error) {
	change := h.Till.AmendsProduct(c.merchant, c.id(), func(p *paylink.Product) error { return c.product(p, false) })
	return h.once(c, "product", change, func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Product.ID, d.Product.View()
	})
}

// product reads a body onto a product.
func (c call) product(p *paylink.Product, all bool) error {
	e := c.begin(all, "name", "description", "price", "currency", "active", "images", "metadata")
	e.line("name", &p.Name, maxTitle)
	if strings.TrimSpace(p.Name) == "" && len(e.faults) == 0 {
		e.fault("name", "required", "say what it is called")
	}
	e.line("description", &p.Description, maxNote)
	e.price("price", &p.Price)
	e.yes("active", &p.Active)
	e.words(&p.Metadata)
	if e.named("images") {
		p.Images = e.pictures(p.Images)
	}
	return e.faults.Err()
}

// pictures reads the addresses of a product's images; whoever opens a page gets them
// from us. Files that it has are named by their ids.
func (e edits) pictures(had []string) (out []string) {
	for i, item := range e.items(e.body, "", "images", paylink.MaxImages) {
		path := fmt.Sprintf("images[%d]", i)
		u, err := paylink.CheckURL(item.Text)
		switch {
		case item.Kind != dialect.String:
			e.fault(path, "type", "must be a string")
		case slices.Contains(had, item.Text):
			out = append(out, item.Text)
		case len(item.Text) > maxURL:
			e.fault(path, "too_long", "has more than %d characters", maxURL)
		case err != nil:
			e.fault(path, "url", "%v", err)
		case u.Scheme != "https":
			e.fault(path, "url", "must be https")
		default:
			out = append(out, item.Text)
		}
	}
	return out
}

func (h *Handler) removeProduct(c call) (answer, error) {
	return h.remove(c, "product", h.Till.RemovesProduct(c.merchant, c.id()))
}

func (h *Handler) readProduct(c call) (answer, error) {
	return h.readOne(c, "product", func(r paylink.Reader) (any, error) {
		p, err := r.Product(c.id())
		p, err = owned(p, err, p.MerchantID == c.merchant && p.RemovedAt.IsZero())
		return p.View(), err
	})
}

func (h *Handler) listProducts(c call) (answer, error) {
	q, err := c.query("active")
	if err != nil {
		return answer{}, err
	}
	active, err := q.truth("active")
	if err != nil {
		return answer{}, err
	}
	return listed(h, c, q, func(r paylink.Reader, p paylink.Paging) ([]paylink.Product, error) {
		return r.Products(paylink.ProductFilter{MerchantID: c.merchant, Active: active, Paging: p})
	}, func(_ paylink.Reader, p paylink.Product) (any, error) { return p.View(), nil })
}

// truth reads a filter that is true, false, or not there.
func (q query) truth(name string) (*bool, error) {
	s, err := q.one(name, "true", "false")
	if err != nil || s == "" {
		return nil, err
	}
	yes := s == "true"
	return &yes, nil
}
