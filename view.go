package paylink

import (
	"encoding/json"
	"time"
)

// LinkView is a link in paylink's own words: what our API answers and what
// webhooks carry.
type LinkView struct {
	ID        string            `json:"id"`
	Object    string            `json:"object"` // "link"
	Version   int               `json:"object_version"`
	URL       string            `json:"url"`
	State     LinkState         `json:"state"`
	Standing  Standing          `json:"standing"`
	Dialect   string            `json:"made_by"`
	Terminal  string            `json:"terminal"`
	Currency  Currency          `json:"currency"`
	Amount    *AmountView       `json:"amount"` // null where the payer decides about it
	Lines     []LineView        `json:"lines"`
	Tax       *TaxRateView      `json:"tax,omitempty"`
	Catalog   bool              `json:"catalog,omitempty"` // whatever product is sold may be bought
	Schedule  *Schedule         `json:"schedule,omitempty"`
	Hold      bool              `json:"hold,omitempty"`
	Title     string            `json:"title,omitempty"`
	Text      string            `json:"description,omitempty"`
	Reference string            `json:"reference,omitempty"`
	MaxUses   int               `json:"max_uses,omitempty"`
	Paid      int               `json:"paid_count"`
	Redirect  string            `json:"redirect_url,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	CreatedAt time.Time         `json:"created_at"`
	ExpiresAt *time.Time        `json:"expires_at,omitempty"`
	ClosedAt  *time.Time        `json:"closed_at,omitempty"`
}

// AmountView is money on the wire: minor units for programs that count, the plain
// decimal for those that show.
type AmountView struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
	Decimal  string   `json:"decimal"`
}

// LineView is a line of a price, or of what was paid, on the wire.
type LineView struct {
	Title    string       `json:"title,omitempty"`
	Amount   *AmountView  `json:"amount,omitempty"` // of one
	Min      *AmountView  `json:"min,omitempty"`
	Max      *AmountView  `json:"max,omitempty"`
	Product  string       `json:"product,omitempty"`
	Quantity *int64       `json:"quantity,omitempty"`   // absent: one
	Adjust   *RangeView   `json:"adjustable,omitempty"` // within which the payer may change the quantity
	Sum      *AmountView  `json:"sum,omitempty"`        // amount times quantity, where that is told
	Tax      *TaxRateView `json:"tax,omitempty"`        // the line is this tax
}

// RangeView is a range on the wire, both ends included.
type RangeView struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
}

// TaxRateView is a tax as a price knows it, on the wire.
type TaxRateView struct {
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	Percent string `json:"percent"` // plain decimal: "8.875"
}

// PaymentView is a payment in paylink's own words.
type PaymentView struct {
	ID          string       `json:"id"`
	Object      string       `json:"object"` // "payment"
	Version     int          `json:"object_version"`
	Link        string       `json:"link"`
	Terminal    string       `json:"terminal"`
	State       PaymentState `json:"state"`
	Amount      AmountView   `json:"amount"`
	Captured    AmountView   `json:"captured"`
	Refunded    AmountView   `json:"refunded"`
	Lines       []LineView   `json:"lines,omitempty"` // what was bought, and the tax as the last
	Tax         *AmountView  `json:"tax,omitempty"`   // in amount
	Surplus     bool         `json:"surplus,omitempty"`
	Method      Method       `json:"method,omitempty"`
	Brand       string       `json:"brand,omitempty"`
	Last4       string       `json:"last4,omitempty"`
	Decline     string       `json:"decline_code,omitempty"`
	Reference   string       `json:"reference,omitempty"`
	GatewayRef  string       `json:"gateway_reference,omitempty"`
	Instrument  string       `json:"instrument,omitempty"`
	Schedule    *Schedule    `json:"schedule,omitempty"`
	Payer       Payer        `json:"payer"`
	CreatedAt   time.Time    `json:"created_at"`
	CompletedAt *time.Time   `json:"completed_at,omitempty"`
}

// EventView is an event on the wire.
type EventView struct {
	ID        string          `json:"id"`
	Object    string          `json:"object"` // "event"
	Type      string          `json:"type"`
	CreatedAt time.Time       `json:"created_at"`
	Version   int             `json:"object_version"`
	Data      json.RawMessage `json:"data"`
}

// View is the amount for the wire.
func (m Money) View() AmountView {
	return AmountView{Minor: m.Minor, Currency: m.Currency, Decimal: m.Decimal()}
}

// View is the link for the wire, with the URL that opens it.
func (l Link) View(url string, now time.Time) LinkView {
	v := LinkView{ID: l.ID, Object: "link", Version: l.Version, URL: url, State: l.State, Standing: l.StandingAt(now),
		Dialect: l.Dialect, Terminal: l.TerminalID, Currency: l.Price.Currency, Lines: []LineView{}, Schedule: l.Schedule,
		Hold: l.Hold, Title: l.Page.Title, Text: l.Page.Description, Reference: l.Reference, MaxUses: l.MaxUses,
		Paid: l.Succeeded, Redirect: l.RedirectURL, Metadata: l.Metadata, CreatedAt: l.CreatedAt,
		ExpiresAt: orNil(l.ExpiresAt), ClosedAt: orNil(l.ClosedAt)}
	v.Tax, v.Catalog = l.Price.Tax.View(), l.Price.Catalog
	if !l.Price.Chosen() {
		if t, err := l.Price.Total(Money{}); err == nil {
			a := t.View()
			v.Amount = &a
		}
	}
	for _, line := range l.Price.Lines {
		v.Lines = append(v.Lines, l.Price.viewOf(line))
	}
	return v
}

// viewOf is a line for the wire. Where the payer typed its amount, Amount is that.
func (p Price) viewOf(line Line) LineView {
	v := LineView{Title: line.Title, Product: line.Product, Tax: line.Levy.View()}
	if line.Open {
		lo, hi := p.Money(line.Min).View(), p.Money(line.Max).View()
		v.Min, v.Max = &lo, &hi
	}
	if line.Amount > 0 {
		a := p.Money(line.Amount).View()
		v.Amount = &a
	}
	if n := line.N(); n != 1 || line.Adjust != nil {
		sum := p.Sum(line).View()
		v.Quantity, v.Sum = &n, &sum
	}
	if line.Adjust != nil {
		v.Adjust = &RangeView{line.Adjust.Least, line.Adjust.Most}
	}
	return v
}

// View is the tax for the wire; none is none.
func (l *Levy) View() *TaxRateView {
	if l == nil {
		return nil
	}
	return &TaxRateView{ID: l.TaxID, Name: l.Name, Percent: l.Percent.Decimal()}
}

// View is the payment for the wire.
func (p Payment) View() PaymentView {
	cur := p.Amount.Currency
	v := PaymentView{ID: p.ID, Object: "payment", Version: p.Version, Link: p.LinkID, Terminal: p.TerminalID,
		State: p.State, Amount: p.Amount.View(), Captured: Money{p.Captured, cur}.View(), Refunded: Money{p.Refunded, cur}.View(),
		Surplus: p.Surplus, Method: p.Method, Brand: p.Brand, Last4: p.Last4, Decline: p.Decline, Reference: p.Reference,
		GatewayRef: p.GatewayRef, Instrument: p.Saved, Schedule: p.Schedule, Payer: p.Payer, CreatedAt: p.CreatedAt,
		CompletedAt: orNil(p.CompletedAt)}
	for _, line := range p.Lines {
		v.Lines = append(v.Lines, Price{Currency: cur}.viewOf(line))
		if line.Levy != nil {
			tax := Money{line.Amount, cur}.View()
			v.Tax = &tax
		}
	}
	return v
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
