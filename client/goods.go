package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Product is something that the merchant sells by name.
type Product struct {
	ID          string            `json:"id"`
	Object      string            `json:"object"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Price       Money             `json:"price"`
	Active      bool              `json:"active"`
	Images      []string          `json:"images"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	MadeBy      string            `json:"made_by"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
	RemovedAt   time.Time         `json:"removed_at,omitzero"` // in events only
}

// NewProduct is a product to be made.
type NewProduct struct {
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Price       string            `json:"price"`
	Currency    string            `json:"currency"`
	Active      *bool             `json:"active,omitempty"` // nil: it can be bought
	Images      []string          `json:"images,omitempty"` // https addresses
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Tax is a rate that the merchant adds to prices.
type Tax struct {
	ID          string    `json:"id"`
	Object      string    `json:"object"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Percent     string    `json:"percent"` // "8.875"
	Active      bool      `json:"active"`
	MadeBy      string    `json:"made_by"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	RemovedAt   time.Time `json:"removed_at,omitzero"` // in events only
}

// NewTax is a tax to be made.
type NewTax struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Percent     string `json:"percent"`
	Active      *bool  `json:"active,omitempty"` // nil: it can be used
}

// Customer is somebody whom the merchant knows.
type Customer struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	Payer
	Company   string            `json:"company,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	MadeBy    string            `json:"made_by"`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`
	RemovedAt time.Time         `json:"removed_at,omitzero"` // in events only
}

// NewCustomer is a customer to be made: a name, a company or an address is needed.
type NewCustomer struct {
	Payer
	Company  string            `json:"company,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

// Debt is what is owed, paid at most once over whichever of its links.
type Debt struct {
	ID           string            `json:"id"`
	Object       string            `json:"object"`
	Version      int               `json:"object_version"`
	State        string            `json:"state"` // open, in_progress, paid, cancelled
	Reference    string            `json:"reference"`
	Amount       Money             `json:"amount"`
	Title        string            `json:"title,omitempty"`
	Description  string            `json:"description,omitempty"`
	Customer     string            `json:"customer,omitempty"`
	DueOn        string            `json:"due_on,omitempty"` // "2030-01-31"
	Payment      string            `json:"payment,omitempty"`
	MadeBy       string            `json:"made_by"`
	Metadata     map[string]string `json:"metadata,omitempty"`
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at"`
	CancelledAt  time.Time         `json:"cancelled_at,omitzero"`
	CancelReason string            `json:"cancel_reason,omitempty"`
}

// NewDebt is a debt to be written down.
type NewDebt struct {
	Amount      string            `json:"amount"`
	Currency    string            `json:"currency"`
	Reference   string            `json:"reference,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Customer    string            `json:"customer,omitempty"`
	DueOn       string            `json:"due_on,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Change names the members of a thing that should change, as they are written on the
// wire; nil takes one back.
type Change map[string]any

// Goods are the things of one kind that stand beside links: T is one of them, N one
// that is to be made.
type Goods[T, N any] struct {
	c    *Client
	path string
	id   func(T) string
}

// Make makes one.
func (g *Goods[T, N]) Make(ctx context.Context, n N) (out T, err error) {
	err = g.c.call(ctx, request{method: http.MethodPost, path: g.path, body: n}, &out)
	return out, err
}

// Show reads one.
func (g *Goods[T, N]) Show(ctx context.Context, id string) (out T, err error) {
	err = g.c.call(ctx, request{method: http.MethodGet, path: g.path + "/" + segment(id)}, &out)
	return out, err
}

// Update changes one.
func (g *Goods[T, N]) Update(ctx context.Context, id string, c Change) (out T, err error) {
	err = g.c.call(ctx, request{method: http.MethodPost, path: g.path + "/" + segment(id), body: c}, &out)
	return out, err
}

// List gives them, newest first; filter holds what the API's list takes, and may be nil.
func (g *Goods[T, N]) List(ctx context.Context, filter url.Values) iter.Seq2[T, error] {
	return walk(ctx, g.c, g.path, filter, g.id)
}

// Catalog are Goods that can be removed.
type Catalog[T, N any] struct{ Goods[T, N] }

// Remove ends one.
func (g *Catalog[T, N]) Remove(ctx context.Context, id string) error {
	return g.c.call(ctx, request{method: http.MethodDelete, path: g.path + "/" + segment(id)}, nil)
}

// Debts are what is owed to the merchant.
type Debts struct{ Goods[Debt, NewDebt] }

// Cancel ends a debt: it was paid elsewhere, or is asked for no more. The reason may
// be empty.
func (d *Debts) Cancel(ctx context.Context, id, reason string) (out Debt, err error) {
	body := map[string]string{}
	if reason != "" {
		body["reason"] = reason
	}
	err = d.c.call(ctx, request{method: http.MethodPost, path: d.path + "/" + segment(id) + "/cancel", body: body}, &out)
	return out, err
}

// Share is a link sent to people at one time.
type Share struct {
	ID           string      `json:"id"`
	Object       string      `json:"object"`
	Link         string      `json:"link"`
	Method       string      `json:"method"`
	Recipients   []Recipient `json:"recipients"`
	Message      string      `json:"message,omitempty"`
	MerchantCopy bool        `json:"merchant_copy,omitempty"`
	Copy         *Recipient  `json:"copy,omitempty"` // the letter to you
	CreatedAt    time.Time   `json:"created_at"`
}

// Recipient is whom a link is sent to; in a share, with what became of the letter.
type Recipient struct {
	Name   string    `json:"name"`
	Email  string    `json:"email"`
	State  string    `json:"state,omitempty"` // waiting, sent, failed, cancelled
	Reason string    `json:"reason,omitempty"`
	SentAt time.Time `json:"sent_at,omitzero"`
}

// NewShare says to whom a link is sent, by Name and Email, and with what words.
type NewShare struct {
	Recipients   []Recipient `json:"recipients"`
	Message      string      `json:"message,omitempty"`
	MerchantCopy bool        `json:"merchant_copy,omitempty"`
}

// Share sends a link by mail.
func (l *Links) Share(ctx context.Context, id string, n NewShare) (out Share, err error) {
	err = l.c.call(ctx, request{method: http.MethodPost, path: "/links/" + segment(id) + "/share", body: n}, &out)
	return out, err
}

// Shares gives to whom a link was sent, newest first.
func (l *Links) Shares(ctx context.Context, id string) iter.Seq2[Share, error] {
	return walk(ctx, l.c, "/links/"+segment(id)+"/shares", nil, func(one Share) string { return one.ID })
}

// Product is the event's data as a product.
func (e Event) Product() (p Product, err error) { return p, json.Unmarshal(e.Data, &p) }

// Debt is the event's data as a debt.
func (e Event) Debt() (d Debt, err error) { return d, json.Unmarshal(e.Data, &d) }
