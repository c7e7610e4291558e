package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Endpoint is where events are sent.
type Endpoint struct {
	ID             string    `json:"id"`
	Object         string    `json:"object"`
	URL            string    `json:"url"`
	Description    string    `json:"description,omitempty"`
	Types          []string  `json:"types"` // empty: all
	Enabled        bool      `json:"enabled"`
	DisabledReason string    `json:"disabled_reason,omitempty"`
	FailingSince   time.Time `json:"failing_since,omitzero"`
	Secret         string    `json:"secret,omitempty"` // when it is made and when it is rotated
	OldSecretUntil time.Time `json:"old_secret_until,omitzero"`
	CreatedAt      time.Time `json:"created_at"`
}

// NewEndpoint is an endpoint to be made.
type NewEndpoint struct {
	URL         string   `json:"url"` // https
	Description string   `json:"description,omitempty"`
	Types       []string `json:"types,omitempty"` // none: all
}

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	ID          string    `json:"id"`
	Object      string    `json:"object"`
	Event       string    `json:"event"`
	EventType   string    `json:"event_type"`
	Endpoint    string    `json:"webhook_endpoint"`
	State       string    `json:"state"` // pending, delivered, failed, cancelled
	Tries       int       `json:"tries"`
	NextTryAt   time.Time `json:"next_try_at,omitzero"`
	LastStatus  int       `json:"last_status,omitempty"`
	LastError   string    `json:"last_error,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"`
}

// Try is one sending of a delivery.
type Try struct {
	N      int       `json:"n"`
	At     time.Time `json:"at"`
	TookMS int64     `json:"took_ms"`
	Status int       `json:"status"` // 0: no answer came
	Error  string    `json:"error,omitempty"`
	Answer string    `json:"answer,omitempty"` // its beginning
}

// Endpoints are the merchant's.
type Endpoints struct{ c *Client }

// Make makes an endpoint; the answer holds its secret, this once.
func (e *Endpoints) Make(ctx context.Context, n NewEndpoint) (out Endpoint, err error) {
	err = e.c.call(ctx, request{method: http.MethodPost, path: "/webhook_endpoints", body: n}, &out)
	return out, err
}

// Show reads an endpoint.
func (e *Endpoints) Show(ctx context.Context, id string) (out Endpoint, err error) {
	err = e.c.call(ctx, request{method: http.MethodGet, path: "/webhook_endpoints/" + segment(id)}, &out)
	return out, err
}

// List gives all of them: a merchant has 20 at most.
func (e *Endpoints) List(ctx context.Context) ([]Endpoint, error) {
	var p Page[Endpoint]
	err := e.c.call(ctx, request{method: http.MethodGet, path: "/webhook_endpoints"}, &p)
	return p.Data, err
}

// Remove ends an endpoint; what waits for it is cancelled.
func (e *Endpoints) Remove(ctx context.Context, id string) error {
	return e.c.call(ctx, request{method: http.MethodDelete, path: "/webhook_endpoints/" + segment(id)}, nil)
}

// Rotate gives an endpoint a new secret; for 24 hours deliveries carry both signatures.
func (e *Endpoints) Rotate(ctx context.Context, id string) (out Endpoint, err error) {
	err = e.c.call(ctx, request{method: http.MethodPost, path: "/webhook_endpoints/" + segment(id) + "/rotate"}, &out)
	return out, err
}

// Enable switches on an endpoint that was disabled after long failure.
func (e *Endpoints) Enable(ctx context.Context, id string) (out Endpoint, err error) {
	err = e.c.call(ctx, request{method: http.MethodPost, path: "/webhook_endpoints/" + segment(id) + "/enable"}, &out)
	return out, err
}

// DeliveryFilter narrows a list; empty fields do not.
type DeliveryFilter struct {
	State string
	Event string
}

// Deliveries are the sendings of events.
type Deliveries struct{ c *Client }

// List gives what was sent to an endpoint, newest first.
func (d *Deliveries) List(ctx context.Context, endpoint string, f DeliveryFilter) iter.Seq2[Delivery, error] {
	q := url.Values{}
	set(q, "state", f.State)
	set(q, "event", f.Event)
	return walk(ctx, d.c, "/webhook_endpoints/"+segment(endpoint)+"/deliveries", q, func(one Delivery) string { return one.ID })
}

// Show reads a delivery.
func (d *Deliveries) Show(ctx context.Context, id string) (out Delivery, err error) {
	err = d.c.call(ctx, request{method: http.MethodGet, path: "/deliveries/" + segment(id)}, &out)
	return out, err
}

// Tries gives each sending of a delivery, oldest first.
func (d *Deliveries) Tries(ctx context.Context, id string) ([]Try, error) {
	var p Page[Try]
	err := d.c.call(ctx, request{method: http.MethodGet, path: "/deliveries/" + segment(id) + "/tries"}, &p)
	return p.Data, err
}

// Replay sends a delivery's event again: the same webhook-id, the same bytes.
func (d *Deliveries) Replay(ctx context.Context, id string) (out Delivery, err error) {
	err = d.c.call(ctx, request{method: http.MethodPost, path: "/deliveries/" + segment(id) + "/replay"}, &out)
	return out, err
}
