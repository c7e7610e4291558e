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
	Amount    *AmountView       `json:"amount"` // null where the payer types it
	Lines     []LineView        `json:"lines"`
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

// LineView is a line of a price on the wire.
type LineView struct {
	Title  string      `json:"title,omitempty"`
	Amount *AmountView `json:"amount,omitempty"`
	Min    *AmountView `json:"min,omitempty"`
	Max    *AmountView `json:"max,omitempty"`
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
	if !l.Price.Open() {
		if t, err := l.Price.Total(Money{}); err == nil {
			a := t.View()
			v.Amount = &a
		}
	}
	for _, line := range l.Price.Lines {
		lv := LineView{Title: line.Title}
		if line.Open {
			lo, hi := l.Price.Money(line.Min).View(), l.Price.Money(line.Max).View()
			lv.Min, lv.Max = &lo, &hi
		} else {
			a := l.Price.Money(line.Amount).View()
			lv.Amount = &a
		}
		v.Lines = append(v.Lines, lv)
	}
	return v
}

// View is the payment for the wire.
func (p Payment) View() PaymentView {
	cur := p.Amount.Currency
	return PaymentView{ID: p.ID, Object: "payment", Version: p.Version, Link: p.LinkID, Terminal: p.TerminalID,
		State: p.State, Amount: p.Amount.View(), Captured: Money{p.Captured, cur}.View(), Refunded: Money{p.Refunded, cur}.View(),
		Surplus: p.Surplus, Method: p.Method, Brand: p.Brand, Last4: p.Last4, Decline: p.Decline, Reference: p.Reference,
		GatewayRef: p.GatewayRef, Instrument: p.Saved, Schedule: p.Schedule, Payer: p.Payer, CreatedAt: p.CreatedAt,
		CompletedAt: orNil(p.CompletedAt)}
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
