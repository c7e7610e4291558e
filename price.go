package paylink

import (
	"fmt"
	"time"
)

// Price is what a link costs: one or more lines of one currency. A price whose
// single line is Open is typed by the payer.
type Price struct {
	Currency Currency `json:"currency"`
	Lines    []Line   `json:"lines"`
}

// Line is one row of a price. Amount is in minor units of the price's currency.
type Line struct {
	Title  string `json:"title,omitempty"`
	Amount int64  `json:"amount,omitempty"` // fixed amount; 0 where Open
	Open   bool   `json:"open,omitempty"`   // typed by the payer, within Min..Max
	Min    int64  `json:"min,omitempty"`
	Max    int64  `json:"max,omitempty"`
	// Kind is the API's own category of the line (FrontStream: Type), Foreign its
	// own id (FrontStream: ExternalLineId); both are given back and never interpreted.
	Kind    string `json:"kind,omitempty"`
	Foreign string `json:"foreign,omitempty"`
}

// Open reports whether the payer types the amount.
func (p Price) Open() bool { return len(p.Lines) == 1 && p.Lines[0].Open }

// Money gives an amount of minor units the price's currency.
func (p Price) Money(minor int64) Money { return Money{Minor: minor, Currency: p.Currency} }

// Check reports what is wrong with the price itself.
func (p Price) Check() error {
	if !p.Currency.Known() {
		return E(Invalid, "currency_unknown", fmt.Sprintf("currency %q is not known", p.Currency))
	}
	if len(p.Lines) == 0 {
		return E(Invalid, "lines_missing", "a price needs at least one line")
	}
	for i, l := range p.Lines {
		switch {
		case l.Open && len(p.Lines) > 1:
			return E(Invalid, "line_open", fmt.Sprintf("line %d: an amount typed by the payer must be the only line", i))
		case l.Open && (l.Min < 1 || l.Max < l.Min || l.Max > MaxMinor):
			return E(Invalid, "line_range", fmt.Sprintf("line %d: the range of the typed amount is empty or too large", i))
		case !l.Open && (l.Amount < 1 || l.Amount > MaxMinor):
			return E(Invalid, "line_amount", fmt.Sprintf("line %d: the amount must be between 1 and %d minor units", i, int64(MaxMinor)))
		}
	}
	if p.Open() {
		return nil
	}
	_, err := p.Total(Money{})
	return err
}

// Total is what is charged. For an open price that is the amount the payer typed,
// checked against the range; for any other price what was typed is ignored,
// so a tampered form can't change it.
func (p Price) Total(typed Money) (Money, error) {
	if p.Open() {
		l := p.Lines[0]
		if typed.Currency != p.Currency || typed.Minor < l.Min || typed.Minor > l.Max {
			return Money{}, &Error{Kind: Invalid, Code: "amount_range", Text: "the amount is outside what this link accepts",
				Faults: []Fault{{Field: "amount", Code: "amount_range",
					Text: fmt.Sprintf("must be between %s and %s", p.Money(l.Min), p.Money(l.Max))}}}
		}
		return typed, nil
	}
	sum := p.Money(0)
	for _, l := range p.Lines {
		var err error
		if sum, err = sum.Plus(p.Money(l.Amount)); err != nil {
			return Money{}, &Error{Kind: Invalid, Code: "total_too_large", Text: err.Error()}
		}
	}
	return sum, nil
}

// Frequency is how often a schedule charges.
type Frequency string

// The nine frequencies of FrontStream's Recurring 1–9.
const (
	Daily        Frequency = "daily"
	Weekly       Frequency = "weekly"
	BiWeekly     Frequency = "every_two_weeks"
	Monthly      Frequency = "monthly"
	BiMonthly    Frequency = "every_two_months"
	Quarterly    Frequency = "quarterly"
	SemiAnnually Frequency = "every_six_months"
	Annually     Frequency = "yearly"
	SemiMonthly  Frequency = "twice_a_month"
)

// Schedule is what is charged after the first payment. Only the first charge is
// taken so far; the rest of the schedule is stored and shown.
type Schedule struct {
	Every Frequency `json:"every"`
}

// Next is the civil date of charge n of a schedule that was anchored on a date;
// n=0 is the anchor itself. It is a pure function of the anchor, never of the
// charge before, and clamps to the month's end: 31 Jan, 28 Feb, 31 Mar
// (trust.md 4.7; time.AddDate would walk 31 Jan to 3 March).
func (s Schedule) Next(anchor time.Time, n int) time.Time {
	y, m, d := anchor.Date()
	day := func(months, on int) time.Time {
		first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
		if last := first.AddDate(0, 1, -1).Day(); on > last {
			on = last
		}
		return first.AddDate(0, 0, on-1)
	}
	switch s.Every {
	case Daily:
		return time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC)
	case Weekly:
		return time.Date(y, m, d+7*n, 0, 0, 0, 0, time.UTC)
	case BiWeekly:
		return time.Date(y, m, d+14*n, 0, 0, 0, 0, time.UTC)
	case SemiMonthly:
		// d and d+15 where d ≤ 15, else d−15 (of the next month) and d.
		if d <= 15 {
			return day(n/2, d+15*(n%2))
		}
		return day((n+1)/2, d-15*(n%2))
	}
	months := map[Frequency]int{Monthly: 1, BiMonthly: 2, Quarterly: 3, SemiAnnually: 6, Annually: 12}[s.Every]
	return day(months*n, d)
}
