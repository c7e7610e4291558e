package paylink

import "time"

// ProductView is a product in paylink's own words: what our API answers and what
// webhooks carry.
type ProductView struct {
	ID        string            `json:"id"`
	Object    string            `json:"object"` // "product"
	Name      string            `json:"name"`
	Text      string            `json:"description,omitempty"`
	Price     AmountView        `json:"price"`
	Active    bool              `json:"active"`
	Images    []string          `json:"images"` // ids of files, or https addresses
	Metadata  map[string]string `json:"metadata,omitempty"`
	Dialect   string            `json:"made_by"`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`
	RemovedAt *time.Time        `json:"removed_at,omitempty"`
}

// TaxView is a tax in paylink's own words.
type TaxView struct {
	ID        string     `json:"id"`
	Object    string     `json:"object"` // "tax"
	Name      string     `json:"name"`
	Text      string     `json:"description,omitempty"`
	Percent   string     `json:"percent"` // plain decimal: "8.875"
	Active    bool       `json:"active"`
	Dialect   string     `json:"made_by"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
	RemovedAt *time.Time `json:"removed_at,omitempty"`
}

// CustomerView is a customer in paylink's own words; the members of Payer stand
// beside the others.
type CustomerView struct {
	ID     string `json:"id"`
	Object string `json:"object"` // "customer"
	Payer
	Company   string            `json:"company,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Dialect   string            `json:"made_by"`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`
	RemovedAt *time.Time        `json:"removed_at,omitempty"`
}

// View is the product for the wire.
func (p Product) View() ProductView {
	return ProductView{ID: p.ID, Object: "product", Name: p.Name, Text: p.Description, Price: p.Price.View(), Active: p.Active,
		Images: append([]string{}, p.Images...), Metadata: p.Metadata, Dialect: p.Dialect,
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, RemovedAt: orNil(p.RemovedAt)}
}

// View is the tax for the wire.
func (t Tax) View() TaxView {
	return TaxView{ID: t.ID, Object: "tax", Name: t.Name, Text: t.Description, Percent: t.Percent.Decimal(), Active: t.Active,
		Dialect: t.Dialect, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, RemovedAt: orNil(t.RemovedAt)}
}

// View is the customer for the wire.
func (c Customer) View() CustomerView {
	return CustomerView{ID: c.ID, Object: "customer", Payer: c.Payer, Company: c.Company, Metadata: c.Metadata,
		Dialect: c.Dialect, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, RemovedAt: orNil(c.RemovedAt)}
}
