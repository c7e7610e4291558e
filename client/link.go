package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Money is an exact amount.
type Money struct {
	Minor    int64  `json:"minor"` // of the currency's smallest unit
	Currency string `json:"currency"`
	Decimal  string `json:"decimal"` // the same, for people: "25.00"
}

// String is the amount for people, "25.00 USD".
func (m Money) String() string { return m.Decimal + " " + m.Currency }

// Link is an offer that whoever has its URL can pay.
type Link struct {
	ID           string            `json:"id"`
	Object       string            `json:"object"`
	Version      int               `json:"object_version"`
	URL          string            `json:"url"`
	State        string            `json:"state"`    // open, closed
	Standing     string            `json:"standing"` // payable, used_up, expired, closed, paused, in_use, unavailable, settled, written_off
	MadeBy       string            `json:"made_by"`
	Terminal     string            `json:"terminal"`
	Currency     string            `json:"currency"`
	Amount       *Money            `json:"amount"` // nil where the payer decides about it
	Lines        []Line            `json:"lines"`
	Tax          *TaxRate          `json:"tax,omitempty"`
	Catalog      bool              `json:"catalog,omitempty"` // whatever product is sold may be bought
	Schedule     *Schedule         `json:"schedule,omitempty"`
	Hold         bool              `json:"hold,omitempty"`
	Title        string            `json:"title,omitempty"`
	Description  string            `json:"description,omitempty"`
	Reference    string            `json:"reference,omitempty"`
	MaxUses      int               `json:"max_uses,omitempty"` // 0: without end
	PaidCount    int               `json:"paid_count"`
	RedirectURL  string            `json:"redirect_url,omitempty"`
	Metadata     map[string]string `json:"metadata,omitempty"`
	Language     string            `json:"language,omitempty"`
	Country      string            `json:"country,omitempty"`
	Button       string            `json:"button,omitempty"`
	Theme        string            `json:"theme,omitempty"`
	Ask          Ask               `json:"ask"`
	Customer     string            `json:"customer,omitempty"`
	EmbedOrigins []string          `json:"embed_origins,omitempty"`
	QR           *QR               `json:"qr,omitempty"`
	HTML         *HTML             `json:"html,omitempty"`
	Payments     *Page[Payment]    `json:"payments,omitempty"`
	CreatedAt    time.Time         `json:"created_at"`
	ExpiresAt    time.Time         `json:"expires_at,omitzero"`
	ClosedAt     time.Time         `json:"closed_at,omitzero"`
}

// Line is a part of a price or of what was paid: an Amount, or Min to Max where the
// payer types it.
type Line struct {
	Title      string      `json:"title,omitempty"`
	Amount     *Money      `json:"amount,omitempty"` // of one
	Min        *Money      `json:"min,omitempty"`
	Max        *Money      `json:"max,omitempty"`
	Product    string      `json:"product,omitempty"`
	Quantity   *int64      `json:"quantity,omitempty"`   // nil: one
	Adjustable *Quantities `json:"adjustable,omitempty"` // within which the payer may choose the quantity
	Sum        *Money      `json:"sum,omitempty"`        // amount times quantity, where that is told
	Tax        *TaxRate    `json:"tax,omitempty"`        // the line is this tax
}

// Quantities are a range, both ends included.
type Quantities struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
}

// TaxRate is a tax as a price knows it.
type TaxRate struct {
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Percent string `json:"percent"` // "8.875"
}

// Schedule says when the same is paid again.
type Schedule struct {
	Every string `json:"every"`
}

// Ask is what the page asks the payer for.
type Ask struct {
	Name    bool `json:"name,omitempty"`
	Email   bool `json:"email,omitempty"`
	Address bool `json:"address,omitempty"`
	Phone   bool `json:"phone,omitempty"`
}

// QR is where the link's code is.
type QR struct {
	SVG string `json:"svg"`
	PNG string `json:"png"`
}

// HTML is ready to be put into a page of the merchant's.
type HTML struct {
	Button string `json:"button"`
	Frame  string `json:"frame,omitempty"` // where the link has EmbedOrigins
}

// NewLink is a link to be made. Exactly one of Amount, Lines, OpenAmount and Debt says
// what is paid; amounts are decimals, "25.00".
type NewLink struct {
	Title        string            `json:"title,omitempty"`
	Description  string            `json:"description,omitempty"`
	Amount       string            `json:"amount,omitempty"`
	Currency     string            `json:"currency,omitempty"`
	Lines        []NewLine         `json:"lines,omitempty"`
	OpenAmount   *Range            `json:"open_amount,omitempty"`
	MaxUses      *int              `json:"max_uses,omitempty"` // nil: once; 0: without end
	ExpiresAt    time.Time         `json:"expires_at,omitzero"`
	RedirectURL  string            `json:"redirect_url,omitempty"`
	Reference    string            `json:"reference,omitempty"`
	Metadata     map[string]string `json:"metadata,omitempty"`
	Language     string            `json:"language,omitempty"`
	Country      string            `json:"country,omitempty"`
	Button       string            `json:"button,omitempty"`
	Theme        string            `json:"theme,omitempty"`
	Ask          *Ask              `json:"ask,omitempty"`
	Hold         bool              `json:"hold,omitempty"`
	Terminal     string            `json:"terminal,omitempty"`
	EmbedOrigins []string          `json:"embed_origins,omitempty"`
	Debt         string            `json:"debt,omitempty"`     // ask for what is owed
	Tax          string            `json:"tax,omitempty"`      // added to the price
	Customer     string            `json:"customer,omitempty"` // whom the page is prefilled for
}

// NewLine is a line of a price: a Title and an Amount, or a Product that decides about both.
type NewLine struct {
	Title      string      `json:"title,omitempty"`
	Amount     string      `json:"amount,omitempty"`
	Product    string      `json:"product,omitempty"`
	Quantity   int64       `json:"quantity,omitempty"` // 0: one
	Adjustable *Quantities `json:"adjustable,omitempty"`
}

// Range is what a payer may type.
type Range struct {
	Min string `json:"min"`
	Max string `json:"max"`
}

// LinkChange changes what is set in it, and takes back what Unset names ("expires_at").
type LinkChange struct {
	Title        *string            `json:"title,omitempty"`
	Description  *string            `json:"description,omitempty"`
	Amount       string             `json:"amount,omitempty"`
	Lines        []NewLine          `json:"lines,omitempty"`
	OpenAmount   *Range             `json:"open_amount,omitempty"`
	MaxUses      *int               `json:"max_uses,omitempty"`
	ExpiresAt    time.Time          `json:"expires_at,omitzero"`
	RedirectURL  *string            `json:"redirect_url,omitempty"`
	Metadata     map[string]*string `json:"metadata,omitempty"` // nil takes a key away
	Language     *string            `json:"language,omitempty"`
	Country      *string            `json:"country,omitempty"`
	Button       *string            `json:"button,omitempty"`
	Theme        *string            `json:"theme,omitempty"`
	Ask          *Ask               `json:"ask,omitempty"`
	EmbedOrigins []string           `json:"embed_origins,omitempty"`
	Paused       *bool              `json:"paused,omitempty"` // nobody can begin to pay it until it goes on
	Unset        []string           `json:"-"`
	// IfVersion makes the change only to this version of the link; 0: to any.
	IfVersion int `json:"-"`
}

// MarshalJSON writes what Unset names as null.
func (c LinkChange) MarshalJSON() ([]byte, error) {
	type plain LinkChange
	raw, err := json.Marshal(plain(c))
	if err != nil || len(c.Unset) == 0 {
		return raw, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	for _, name := range c.Unset {
		members[name] = json.RawMessage("null")
	}
	return json.Marshal(members)
}

// DryRun is what a call would do. Ids and addresses in it are nobody's.
type DryRun struct {
	Object string  `json:"object"`
	Status int     `json:"status"`
	Result Link    `json:"result"`
	Events []Event `json:"events"`
	Mails  []struct {
		Kind string `json:"kind"`
		To   string `json:"to"`
		Name string `json:"name,omitempty"`
	} `json:"mails,omitempty"`
	Page *struct {
		Status int    `json:"status"`
		HTML   string `json:"html"`
	} `json:"page,omitempty"`
}

// LinkFilter narrows a list; empty fields do not.
type LinkFilter struct {
	State        string
	Reference    string
	Metadata     map[string]string // all must fit; at most five
	CreatedFrom  time.Time
	CreatedTo    time.Time // excluded
	WithPayments bool      // each link comes with its newest payments
}

// Links are the merchant's.
type Links struct{ c *Client }

// Make makes a link.
func (l *Links) Make(ctx context.Context, n NewLink) (out Link, err error) {
	err = l.c.call(ctx, request{method: http.MethodPost, path: "/links", body: n}, &out)
	return out, err
}

// Rehearse shows what Make would do, and does nothing.
func (l *Links) Rehearse(ctx context.Context, n NewLink) (out DryRun, err error) {
	err = l.c.call(ctx, request{method: http.MethodPost, path: "/links", query: dry, body: n}, &out)
	return out, err
}

var dry = url.Values{"dry_run": {"true"}}

// Show reads a link.
func (l *Links) Show(ctx context.Context, id string) (out Link, err error) {
	err = l.c.call(ctx, request{method: http.MethodGet, path: "/links/" + segment(id)}, &out)
	return out, err
}

// List gives links, newest first.
func (l *Links) List(ctx context.Context, f LinkFilter) iter.Seq2[Link, error] {
	q := url.Values{}
	set(q, "state", f.State)
	set(q, "reference", f.Reference)
	for key, value := range f.Metadata {
		q.Set("metadata["+key+"]", value)
	}
	setTime(q, "created_from", f.CreatedFrom)
	setTime(q, "created_to", f.CreatedTo)
	if f.WithPayments {
		q.Set("expand", "payments")
	}
	return walk(ctx, l.c, "/links", q, func(one Link) string { return one.ID })
}

// Update changes a link.
func (l *Links) Update(ctx context.Context, id string, c LinkChange) (out Link, err error) {
	err = l.c.call(ctx, request{method: http.MethodPost, path: "/links/" + segment(id), body: c, ifVersion: c.IfVersion}, &out)
	return out, err
}

// RehearseUpdate shows what Update would do, and does nothing.
func (l *Links) RehearseUpdate(ctx context.Context, id string, c LinkChange) (out DryRun, err error) {
	err = l.c.call(ctx, request{method: http.MethodPost, path: "/links/" + segment(id), query: dry, body: c, ifVersion: c.IfVersion}, &out)
	return out, err
}

// Close ends a link for ever. The reason may be empty.
func (l *Links) Close(ctx context.Context, id, reason string) (out Link, err error) {
	body := map[string]string{}
	if reason != "" {
		body["reason"] = reason
	}
	err = l.c.call(ctx, request{method: http.MethodPost, path: "/links/" + segment(id) + "/close", body: body}, &out)
	return out, err
}
