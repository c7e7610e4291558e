package paylink

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
)

// Price is what a link costs: one or more lines of one currency, and the tax on
// them. A price whose single line is Open is typed by the payer.
type Price struct {
	Currency Currency `json:"currency"`
	Lines    []Line   `json:"lines"`
	Tax      *Levy    `json:"tax,omitempty"` // on top of the lines
	// Catalog: whatever of the merchant's products is sold may be bought. With fills in
	// a line for each of them; a price that is stored has none of those.
	Catalog bool `json:"catalog,omitempty"`
}

// Line is one row of a price. Amount is in minor units of the price's currency.
type Line struct {
	Title  string `json:"title,omitempty"`
	Amount int64  `json:"amount,omitempty"` // of one; 0 where Open
	Open   bool   `json:"open,omitempty"`   // typed by the payer, within Min..Max
	Min    int64  `json:"min,omitempty"`
	Max    int64  `json:"max,omitempty"`
	// Product is the id of what is sold; Title and Amount follow it (see With).
	Product string `json:"product,omitempty"`
	// Owed marks the line that asks for the link's debt, whatever that comes to: Title and
	// Amount follow it (see For).
	Owed bool `json:"owed,omitempty"`
	// Quantity is how many there are (see N); the payer may change it within Adjust.
	Quantity int64  `json:"quantity,omitempty"`
	Adjust   *Range `json:"adjust,omitempty"`
	// Levy marks the line of a bill that holds a tax, and says which.
	Levy *Levy `json:"levy,omitempty"`
	// Kind is the API's own category of the line (FrontStream: Type), Foreign its
	// own id (FrontStream: ExternalLineId); both are given back and never interpreted.
	Kind    string `json:"kind,omitempty"`
	Foreign string `json:"foreign,omitempty"`
}

// N is the line's quantity: one where nothing is said of it. Only a line that can be
// adjusted may be of none.
func (l Line) N() int64 {
	if l.Quantity == 0 && l.Adjust == nil {
		return 1
	}
	return l.Quantity
}

// Range is from Least to Most, both included.
type Range struct {
	Least int64 `json:"least"`
	Most  int64 `json:"most"`
}

// MaxQuantity is the largest quantity of a line.
const MaxQuantity = 9_999

// Levy is a tax as a price knows it: a copy, so that what was asked for stays known
// when the merchant's rate changes.
type Levy struct {
	TaxID   string  `json:"tax,omitempty"`
	Name    string  `json:"name"`
	Percent Percent `json:"percent"`
}

// On is the tax on an amount, rounded half up to the minor unit.
func (l Levy) On(minor int64) int64 {
	hi, lo := bits.Mul64(uint64(minor), uint64(l.Percent))
	lo, carry := bits.Add64(lo, uint64(FullPercent)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(FullPercent))
	return int64(q)
}

// Choice is what a payer may decide about a price.
type Choice struct {
	Typed Money // for an open price
	// Quantities by the place of the line; lines beyond its end, and ones that can't be
	// adjusted, keep their own.
	Quantities []int64
}

// Bill is a price with the payer's choice made.
type Bill struct {
	Lines []Line // what is bought, in its quantity, and the tax as the last
	Net   Money
	Tax   Money
	Total Money
}

// Open reports whether the payer types the amount.
func (p Price) Open() bool { return len(p.Lines) == 1 && p.Lines[0].Open }

// Chosen reports whether the payer decides anything about the amount.
func (p Price) Chosen() bool {
	if p.Open() || p.Catalog {
		return true
	}
	for _, l := range p.Lines {
		if l.Adjust != nil {
			return true
		}
	}
	return false
}

// Money gives an amount of minor units the price's currency.
func (p Price) Money(minor int64) Money { return Money{Minor: minor, Currency: p.Currency} }

// Products are the ids of what the lines refer to.
func (p Price) Products() (ids []string) {
	for _, l := range p.Lines {
		if l.Product != "" {
			ids = append(ids, l.Product)
		}
	}
	return ids
}

// With is the price as its products stand: their names and amounts in the lines, and,
// for a Catalog, a line for each that is sold in the currency, of none as yet. What is
// priced in a currency is sold for the stablecoin that stands for it, too (Money.In).
// Products that a line refers to and that are not sold, or not in this currency, are an
// Error of kind Gone and code "product_gone".
func (p Price) With(products []Product) (Price, error) {
	known := make(map[string]Product, len(products))
	for _, one := range products {
		known[one.ID] = one
	}
	p.Lines = slices.Clone(p.Lines)
	for i, l := range p.Lines {
		if l.Product == "" {
			continue
		}
		one := known[l.Product]
		price, fits := one.Price.In(p.Currency)
		if !one.Sold() || !fits {
			return p, E(Gone, "product_gone", fmt.Sprintf("product %s is not sold at present", l.Product))
		}
		p.Lines[i].Title, p.Lines[i].Amount = one.Name, price.Minor
		delete(known, l.Product)
	}
	if p.Catalog {
		for _, one := range products {
			price, fits := one.Price.In(p.Currency)
			if _, open := known[one.ID]; open && one.Sold() && fits {
				p.Lines = append(p.Lines, Line{Title: one.Name, Amount: price.Minor, Product: one.ID,
					Adjust: &Range{0, MaxQuantity}})
			}
		}
	}
	return p, nil
}

// Owed reports whether a line asks for the link's debt.
func (p Price) Owed() bool {
	return slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Owed })
}

// For is the price as the link's debt stands: its title and amount in the line that asks
// for it. A debt in another currency, of which the link can't ask for a part either, is an
// Error of kind Gone and code "debt_currency".
func (p Price) For(d Debt) (Price, error) {
	if d.Amount.Currency != p.Currency {
		return p, E(Gone, "debt_currency", fmt.Sprintf("the debt is in %s, which this link does not take", d.Amount.Currency))
	}
	p.Lines = slices.Clone(p.Lines)
	for i, l := range p.Lines {
		if !l.Owed {
			continue
		}
		p.Lines[i].Title, p.Lines[i].Amount = d.Title, d.Amount.Minor
	}
	return p, nil
}

// Check reports what is wrong with the price itself.
func (p Price) Check() error {
	if !p.Currency.Known() {
		return E(Invalid, "currency_unknown", fmt.Sprintf("currency %q is not known", p.Currency))
	}
	if len(p.Lines) == 0 && !p.Catalog {
		return E(Invalid, "lines_missing", "a price needs at least one line")
	}
	if t := p.Tax; t != nil && (t.Percent < 0 || t.Percent > FullPercent) {
		return E(Invalid, "tax_percent", "a tax is from 0 to 100 percent")
	}
	for i, l := range p.Lines {
		if err := l.check(i, len(p.Lines) == 1 && !p.Catalog); err != nil {
			return err
		}
	}
	if len(p.Lines) == 0 {
		return nil
	}
	var c Choice
	if p.Open() { // the most that may be typed must be payable with its tax
		c.Typed = p.Money(p.Lines[0].Max)
	}
	_, err := p.Bill(c)
	if CodeOf(err) == "nothing_chosen" {
		err = nil // the payer has yet to choose
	}
	return err
}

func (l Line) check(i int, alone bool) error {
	n := l.N()
	switch {
	case l.Open && !alone:
		return E(Invalid, "line_open", fmt.Sprintf("line %d: an amount typed by the payer must be the only line", i))
	case l.Open && (l.Min < 1 || l.Max < l.Min || l.Max > MaxMinor):
		return E(Invalid, "line_range", fmt.Sprintf("line %d: the range of the typed amount is empty or too large", i))
	case l.Open && (n != 1 || l.Adjust != nil):
		return E(Invalid, "line_quantity", fmt.Sprintf("line %d: an amount typed by the payer has no quantity", i))
	case !l.Open && (l.Amount < 1 || l.Amount > MaxMinor):
		return E(Invalid, "line_amount", fmt.Sprintf("line %d: the amount must be between 1 and %d minor units", i, int64(MaxMinor)))
	case n < 0 || n > MaxQuantity:
		return E(Invalid, "line_quantity", fmt.Sprintf("line %d: the quantity must be between 1 and %d", i, MaxQuantity))
	case l.Adjust != nil && (l.Adjust.Least < 0 || l.Adjust.Most > MaxQuantity || n < l.Adjust.Least || n > l.Adjust.Most):
		return E(Invalid, "line_quantity", fmt.Sprintf("line %d: the quantity must lie in the range that it can be changed in", i))
	}
	return nil
}

// Total is Bill's total where the payer types the amount, or nothing.
func (p Price) Total(typed Money) (Money, error) {
	b, err := p.Bill(Choice{Typed: typed})
	return b.Total, err
}

// Bill is what is charged. What a payer has no say in is ignored, so that a tampered
// form can't change it; what is outside of what they may choose is an Error of kind
// Invalid with a Fault for "amount", or "quantity_<place of the line>".
func (p Price) Bill(c Choice) (Bill, error) {
	b := Bill{Net: p.Money(0), Tax: p.Money(0)}
	var faults Faults
	for i, l := range p.Lines {
		switch {
		case l.Open && (c.Typed.Currency != p.Currency || c.Typed.Minor < l.Min || c.Typed.Minor > l.Max):
			return Bill{}, &Error{Kind: Invalid, Code: "amount_range", Text: "the amount is outside what this link accepts",
				Faults: []Fault{{Field: "amount", Code: "amount_range",
					Text: fmt.Sprintf("must be between %s and %s", p.Money(l.Min), p.Money(l.Max))}}}
		case l.Open:
			l.Amount = c.Typed.Minor
		case l.Adjust != nil && i < len(c.Quantities):
			if n := c.Quantities[i]; n < l.Adjust.Least || n > l.Adjust.Most {
				faults.Add("quantity_"+strconv.Itoa(i), "quantity_range", fmt.Sprintf("must be between %d and %d", l.Adjust.Least, l.Adjust.Most))
				continue
			}
			l.Quantity = c.Quantities[i]
		}
		if l.N() == 0 {
			continue
		}
		sum, err := p.of(l)
		if err == nil {
			b.Net, err = b.Net.Plus(sum)
		}
		if err != nil {
			return Bill{}, &Error{Kind: Invalid, Code: "total_too_large", Text: err.Error()}
		}
		l.Adjust = nil // it is decided
		b.Lines = append(b.Lines, l)
	}
	if err := faults.Err(); err != nil {
		return Bill{}, err
	}
	if len(b.Lines) == 0 {
		return Bill{}, &Error{Kind: Invalid, Code: "nothing_chosen", Text: "nothing was chosen",
			Faults: []Fault{{Field: "quantity_0", Code: "nothing_chosen", Text: "choose at least one"}}}
	}
	b.Total = b.Net
	if t := p.Tax; t != nil {
		b.Tax.Minor = t.On(b.Net.Minor)
		var err error
		if b.Total, err = b.Net.Plus(b.Tax); err != nil {
			return Bill{}, &Error{Kind: Invalid, Code: "total_too_large", Text: err.Error()}
		}
		if b.Tax.Minor > 0 {
			b.Lines = append(b.Lines, Line{Title: t.Name, Amount: b.Tax.Minor, Levy: t})
		}
	}
	return b, nil
}

// of is what a line costs in its quantity.
func (p Price) of(l Line) (Money, error) {
	hi, lo := bits.Mul64(uint64(l.Amount), uint64(l.N()))
	if hi > 0 || lo > MaxMinor {
		return Money{}, fmt.Errorf("%d times %s is too large", l.N(), p.Money(l.Amount))
	}
	return p.Money(int64(lo)), nil
}

// Sum is what a line costs in its quantity: no money where that is too large, which no
// line of a bill is.
func (p Price) Sum(l Line) Money {
	m, _ := p.of(l)
	return m
}
