package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Payment is one try to pay a link.
type Payment struct {
	ID               string    `json:"id"`
	Object           string    `json:"object"`
	Version          int       `json:"object_version"`
	Link             LinkRef   `json:"link"`
	Terminal         string    `json:"terminal"`
	State            string    `json:"state"` // captured is paid, authorized is held, declined took nothing
	Amount           Money     `json:"amount"`
	Captured         Money     `json:"captured"`
	Refunded         Money     `json:"refunded"`
	Lines            []Line    `json:"lines,omitempty"` // what was bought, and the tax as the last
	Tax              *Money    `json:"tax,omitempty"`   // in Amount
	Surplus          bool      `json:"surplus,omitempty"`
	Method           string    `json:"method,omitempty"`
	Brand            string    `json:"brand,omitempty"`
	Last4            string    `json:"last4,omitempty"`
	DeclineCode      string    `json:"decline_code,omitempty"`
	Reference        string    `json:"reference,omitempty"`
	GatewayReference string    `json:"gateway_reference,omitempty"`
	Instrument       string    `json:"instrument,omitempty"`
	Schedule         *Schedule `json:"schedule,omitempty"`
	Payer            Payer     `json:"payer"`
	CreatedAt        time.Time `json:"created_at"`
	CompletedAt      time.Time `json:"completed_at,omitzero"`
}

// LinkRef is a link's id, and the link itself where it was asked for.
type LinkRef struct {
	ID   string
	Link *Link // nil unless PaymentFilter.WithLink
}

// UnmarshalJSON reads an id or a link.
func (r *LinkRef) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &r.ID)
	}
	r.Link = &Link{}
	err := json.Unmarshal(raw, r.Link)
	r.ID = r.Link.ID
	return err
}

// MarshalJSON writes what was read.
func (r LinkRef) MarshalJSON() ([]byte, error) {
	if r.Link != nil {
		return json.Marshal(r.Link)
	}
	return json.Marshal(r.ID)
}

// Payer is who paid, as far as they said.
type Payer struct {
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Email     string `json:"email,omitempty"`
	Street    string `json:"street,omitempty"`
	City      string `json:"city,omitempty"`
	Region    string `json:"region,omitempty"`
	Postal    string `json:"postal,omitempty"`
	Country   string `json:"country,omitempty"`
	Phone     string `json:"phone,omitempty"`
}

// PaymentFilter narrows a list; empty fields do not.
type PaymentFilter struct {
	Link        string
	State       string
	Reference   string
	CreatedFrom time.Time
	CreatedTo   time.Time // excluded
	WithLink    bool      // each payment comes with its link
}

// Payments are the merchant's.
type Payments struct{ c *Client }

// Show reads a payment.
func (p *Payments) Show(ctx context.Context, id string) (out Payment, err error) {
	err = p.c.call(ctx, request{method: http.MethodGet, path: "/payments/" + segment(id)}, &out)
	return out, err
}

// List gives payments, newest first.
func (p *Payments) List(ctx context.Context, f PaymentFilter) iter.Seq2[Payment, error] {
	q := url.Values{}
	set(q, "link", f.Link)
	set(q, "state", f.State)
	set(q, "reference", f.Reference)
	setTime(q, "created_from", f.CreatedFrom)
	setTime(q, "created_to", f.CreatedTo)
	if f.WithLink {
		q.Set("expand", "link")
	}
	return walk(ctx, p.c, "/payments", q, func(one Payment) string { return one.ID })
}
