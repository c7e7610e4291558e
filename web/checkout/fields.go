package checkout

import (
	"regexp"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"paylink"
	"paylink/internal/place"
	"paylink/web/look"
)

// Need says whether a page asks for something.
type Need int

const (
	Off Need = iota
	Optional
	Required
)

// Asks is what a link's page asks of the payer besides the way to pay.
type Asks struct {
	Amount    bool // the payer types it
	Least     paylink.Money
	Most      paylink.Money
	Reference Need
	RefLabel  string // the merchant's words for it, "" for ours
	Name      Need
	Email     Need
	Phone     Need
	Address   Need
	Country   string // ISO 3166-1 alpha-2 that is chosen before the payer chooses
	Note      Need
}

// Longest values, in characters (FrontStream OpenAPI, maxLength of the members
// that prefill them; the note is ours).
const (
	maxAmount    = 20
	maxReference = 100
	maxName      = 50
	maxEmail     = 100
	maxStreet    = 50
	maxCity      = 50
	maxRegion    = 50
	maxPostal    = 10
	maxPhone     = 20
	maxNote      = 500
)

// Values are what the fields hold, by name.
type Values map[string]string

// Faults are messages by field name, in the payer's words.
type Faults map[string]string

// ask puts the fields that a link asks for into the view.
func (v *FormView) ask(a Asks, val Values, wrong Faults) {
	l := v.Locale
	add := func(need Need, f Field) {
		if need == Off {
			return
		}
		f.Required, f.Value, f.Error = need == Required, val[f.Name], wrong[f.Name]
		if f.EnterKey == "" {
			f.EnterKey = "next"
		}
		v.Details = append(v.Details, f)
	}
	if a.Amount {
		f := amountField(l, a)
		f.Value, f.Error = val["amount"], wrong["amount"]
		v.Amount = &f
	}
	label := a.RefLabel
	if label == "" {
		label = l.T("field.reference")
	}
	add(a.Reference, Field{Name: "reference", Label: label, AutoComplete: "off", MaxLength: maxReference,
		Wrong: l.T("error.reference", "n", strconv.Itoa(maxReference))})
	add(a.Name, Field{Name: "first_name", Label: l.T("field.first_name"), AutoComplete: "given-name", MaxLength: maxName, Half: true, Wrong: l.T("error.first_name")})
	add(a.Name, Field{Name: "last_name", Label: l.T("field.last_name"), AutoComplete: "family-name", MaxLength: maxName, Half: true, Wrong: l.T("error.last_name")})
	add(a.Email, Field{Name: "email", Label: l.T("field.email"), Type: "email", AutoComplete: "email", InputMode: "email",
		MaxLength: maxEmail, Placeholder: "name@example.com", Wrong: l.T("error.email")})
	if a.Address != Off {
		v.askAddress(a, val, wrong)
	} else {
		add(a.Phone, phoneField(l, a.Country))
	}
	if a.Note != Off {
		v.Note = &Field{Name: "note", Kind: TextArea, Rows: 3, Label: l.T("field.note", "payee", v.Payee), AutoComplete: "off", MaxLength: maxNote, Required: a.Note == Required,
			Value: val["note"], Error: wrong["note"], Wrong: l.T("error.note", "n", strconv.Itoa(maxNote))}
	}
}

func amountField(l look.Locale, a Asks) Field {
	least, most := l.Money(a.Least), l.Money(a.Most)
	exp, _ := a.Least.Currency.Exponent()
	example := paylink.Money{Minor: 25, Currency: a.Least.Currency}
	for range exp {
		example.Minor *= 10
	}
	f := Field{Name: "amount", Label: l.T("field.amount"), Hint: l.T("field.amount_hint", "least", least, "most", most), Required: true,
		AutoComplete: "off", InputMode: "decimal", EnterKey: "next", MaxLength: maxAmount,
		Placeholder: l.Number(paylink.Money{Currency: a.Least.Currency}), Pattern: amountPattern(l, exp),
		Wrong: l.T("error.amount", "least", least, "most", most, "example", l.Number(example))}
	if l.SymbolAfter(a.Least.Currency) {
		f.Suffix = l.Symbol(a.Least.Currency)
	} else {
		f.Prefix = l.Symbol(a.Least.Currency)
	}
	return f
}

func phoneField(l look.Locale, country string) Field {
	return Field{Name: "phone", Label: l.T("field.phone"), Type: "tel", AutoComplete: "tel", InputMode: "tel", EnterKey: "next",
		MaxLength: maxPhone, Placeholder: place.PhoneExample(country), Wrong: l.T("error.phone")}
}

// askAddress asks for the country first and then for what that country needs.
func (v *FormView) askAddress(a Asks, val Values, wrong Faults) {
	l, code := v.Locale, val["country"]
	if !place.Known(code) {
		code = a.Country
	}
	c, known := place.Find(code)
	list := place.Countries(l.Lang)
	choices := make([]Option, 0, len(list)+1)
	if !known {
		choices = append(choices, Option{"", l.T("address.choose")})
	}
	for _, n := range list {
		choices = append(choices, Option{n.Code, n.Name})
	}
	v.Country = &Field{Name: "country", Kind: Select, Label: l.T("field.country"), AutoComplete: "country", Required: a.Address == Required,
		Options: choices, Value: c.Code, Error: wrong["country"], Wrong: l.T("error.country")}
	if !known {
		c.Fields = []place.Field{place.Street, place.City, place.Region, place.Postal}
		c.PostalName, c.RegionName, c.CityName = "postal", "any", "city"
	}
	add := func(part place.Field, f Field) {
		f.Required = a.Address == Required && c.Requires(part)
		f.Value, f.Error, f.EnterKey = val[f.Name], wrong[f.Name], "next"
		v.Address = append(v.Address, f)
	}
	for _, part := range c.Fields {
		switch part {
		case place.Street:
			add(part, Field{Name: "street", Kind: TextArea, Rows: 1, Label: l.T("field.street"), AutoComplete: "street-address", MaxLength: maxStreet, Wrong: l.T("error.street")})
		case place.City:
			add(part, Field{Name: "city", Label: l.T("city." + c.CityName), AutoComplete: "address-level2", MaxLength: maxCity, Wrong: l.T("error.city")})
		case place.Region:
			add(part, regionField(l, c, val["state"]))
		case place.Postal:
			add(part, postalField(l, c))
		}
	}
	// Two short fields beside each other where both stand together.
	for i := 1; i < len(v.Address); i++ {
		if pair := []string{v.Address[i-1].Name, v.Address[i].Name}; slices.Contains(pair, "postal") && !slices.Contains(pair, "street") && !v.Address[i-1].Half {
			v.Address[i-1].Half, v.Address[i].Half = true, true
		}
	}
	if a.Phone != Off {
		f := phoneField(l, code)
		f.Required, f.Value, f.Error = a.Phone == Required, val["phone"], wrong["phone"]
		v.Address = append(v.Address, f)
	}
}

func regionField(l look.Locale, c place.Country, value string) Field {
	name := "region." + c.RegionName
	if !l.Has(name) {
		name = "region.any"
	}
	f := Field{Name: "state", Label: l.T(name), AutoComplete: "address-level1", MaxLength: maxRegion, Wrong: l.T("error.region", "region", within(l.T(name)))}
	list := place.Subdivisions(c.Code)
	if len(list) == 0 {
		return f
	}
	f.Kind, f.Options = Select, []Option{{"", l.T("address.choose")}}
	for _, s := range list {
		f.Options = append(f.Options, Option{s.Code, s.Name})
	}
	// A state that the merchant prefilled and the list lacks stays choosable
	// (contracts/frontstream.md, A22: outside the US any text is taken).
	if _, listed := place.FindSubdivision(c.Code, value); value != "" && !listed {
		f.Options = append(f.Options, Option{value, value})
	}
	return f
}

// within is a label as it stands inside a sentence: "state", "código ZIP", but "ZIP code".
func within(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

func postalField(l look.Locale, c place.Country) Field {
	label := l.T("postal." + c.PostalName)
	inside := within(label)
	f := Field{Name: "postal", Label: label, AutoComplete: "postal-code", MaxLength: maxPostal, Placeholder: c.PostalExample,
		Wrong: l.T("error.postal", "postal", inside)}
	if c.PostalExample != "" {
		f.Wrong = l.T("error.postal_like", "postal", inside, "example", c.PostalExample)
	}
	if digitsOnly.MatchString(c.PostalPattern) {
		f.InputMode = "numeric"
	}
	return f
}

// A postal code of digits alone asks for a number pad; ZIP+4 has a dash, which
// some number pads lack, so the pattern must not have one.
var digitsOnly = regexp.MustCompile(`^(?:\\d(?:\{\d+(?:,\d+)?\})?|\[[\d-]+\]|\d)+$`)
