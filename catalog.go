package paylink

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Product is something that a merchant sells by name. Links refer to it, and their
// page and their price follow it while it changes.
type Product struct {
	ID          string
	MerchantID  string
	Name        string
	Description string
	Price       Money
	Active      bool     // only active ones can be bought
	Images      []string // ids of files, or https addresses
	Metadata    map[string]string
	Dialect     string // which API made it
	Foreign     string // that API's own fields as JSON text; given back, never queried
	CreatedAt   time.Time
	UpdatedAt   time.Time
	RemovedAt   time.Time // zero while it exists
}

// Sold reports whether the product can be bought now.
func (p Product) Sold() bool { return p.Active && p.RemovedAt.IsZero() }

// MaxImages is how many pictures a product has at most.
const MaxImages = 10

// Check reports what is wrong with the product itself.
func (p Product) Check() error {
	var faults Faults
	checkLabel(&faults, "name", p.Name, true)
	checkLabel(&faults, "description", p.Description, false)
	switch {
	case !p.Price.Currency.Known():
		faults.Add("currency", "currency_unknown", fmt.Sprintf("currency %q is not known", p.Price.Currency))
	case p.Price.Minor < 1 || p.Price.Minor > MaxMinor:
		faults.Add("price", "amount_range", fmt.Sprintf("must be between 1 and %d minor units", int64(MaxMinor)))
	}
	if len(p.Images) > MaxImages {
		faults.Add("images", "too_many", fmt.Sprintf("a product has %d images at most", MaxImages))
	}
	return faults.Err()
}

// checkLabel judges a text that payers read.
func checkLabel(faults *Faults, field, text string, needed bool) {
	if needed && strings.TrimSpace(text) == "" {
		faults.Add(field, "missing", "must not be empty")
		return
	}
	if err := CheckText(text); err != nil {
		faults.Add(field, "text", err.Error())
	} else if HoldsCardNumber(text) { // trust.md H-49: kept nowhere
		faults.Add(field, "card_number", "must not hold a card number")
	}
}

// Tax is a rate that a merchant adds to prices.
type Tax struct {
	ID          string
	MerchantID  string
	Name        string // as payers read it: "Sales tax"
	Description string
	Percent     Percent
	Active      bool
	Dialect     string
	Foreign     string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	RemovedAt   time.Time
}

// Check reports what is wrong with the tax itself.
func (t Tax) Check() error {
	var faults Faults
	checkLabel(&faults, "name", t.Name, true)
	checkLabel(&faults, "description", t.Description, false)
	if t.Percent < 0 || t.Percent > FullPercent {
		faults.Add("percent", "percent_range", "must be from 0 to 100")
	}
	return faults.Err()
}

// Levy is the tax as a price has it.
func (t Tax) Levy() *Levy { return &Levy{TaxID: t.ID, Name: t.Name, Percent: t.Percent} }

// Percent is an exact rate in ten-thousandths of a percent: 8.875 % is 88,750.
type Percent int64

// FullPercent is 100 %.
const FullPercent Percent = 1_000_000

// ParsePercent reads a plain decimal from 0 to 100 with at most 4 digits after the
// point; nothing is rounded.
func ParsePercent(text string) (Percent, error) {
	whole, frac, point := strings.Cut(text, ".")
	if whole == "" || len(whole) > 3 || (len(whole) > 1 && whole[0] == '0') || (point && frac == "") || len(frac) > 4 {
		return 0, fmt.Errorf("is not a percentage from 0 to 100 with at most 4 digits after the point")
	}
	var n Percent
	for _, d := range whole + frac + strings.Repeat("0", 4-len(frac)) {
		if d < '0' || d > '9' {
			return 0, fmt.Errorf("is not a percentage from 0 to 100 with at most 4 digits after the point")
		}
		n = n*10 + Percent(d-'0')
	}
	if n > FullPercent {
		return 0, fmt.Errorf("is more than 100 percent")
	}
	return n, nil
}

// Decimal is the rate as plain digits without needless zeros: "8.875", "20".
func (p Percent) Decimal() string {
	s := fmt.Sprintf("%d.%04d", p/10_000, p%10_000)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Customer is somebody whom a merchant knows.
type Customer struct {
	ID         string
	MerchantID string
	Payer      Payer // names, mail, address, phone
	Company    string
	Metadata   map[string]string
	Dialect    string
	Foreign    string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	RemovedAt  time.Time
}

// Check reports what is wrong with the customer itself: nobody is known by nothing.
func (c Customer) Check() error {
	var faults Faults
	p := c.Payer
	if p.Name() == "" && p.Email == "" && c.Company == "" {
		faults.Add("name", "missing", "a name, a company or an e-mail address is needed")
	}
	for field, text := range map[string]string{"first_name": p.FirstName, "last_name": p.LastName, "email": p.Email, "company": c.Company,
		"street": p.Street, "city": p.City, "region": p.Region, "postal": p.Postal, "country": p.Country, "phone": p.Phone} {
		checkLabel(&faults, field, text, false)
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Field, b.Field) })
	return faults.Err()
}

// EmailKey is what a customer's address is compared by: mail ignores the case of the
// host, and nobody minds that of the name. A merchant has one living customer of a key.
func (c Customer) EmailKey() string { return strings.ToLower(c.Payer.Email) }

// File is a small thing that a merchant gave us to show: a product's picture.
type File struct {
	ID         string
	MerchantID string
	Type       string // media type, found by looking at the bytes
	Bytes      []byte
	CreatedAt  time.Time
}
