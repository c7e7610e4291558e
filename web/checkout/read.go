package checkout

import (
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"paylink"
	"paylink/internal/place"
	"paylink/till"
	"paylink/web/look"
)

// readForm takes the form's values as typed, trimmed, with line breaks of the
// street made into commas. Nothing is judged yet.
func readForm(f url.Values) Values {
	v := Values{}
	for _, name := range []string{"amount", "reference", "first_name", "last_name", "email", "phone", "country", "street", "city", "state", "postal", "note", "method"} {
		v[name] = strings.TrimSpace(f.Get(name))
	}
	for name := range f {
		if strings.HasPrefix(name, "quantity_") {
			v[name] = strings.TrimSpace(f.Get(name))
		}
	}
	var lines []string
	for _, line := range strings.FieldsFunc(v["street"], func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	v["street"] = strings.Join(lines, ", ")
	return v
}

// The gateway's tokens as adapters give them; a form is not where anything else comes from.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,255}$`)

// readOrder judges what a payer typed against what the page asked for and makes
// the order of it. Faults are by field, in the payer's words; amounts that the
// link fixes are not read at all.
func readOrder(s till.Sight, l look.Locale, val Values, f url.Values) (till.Order, Faults) {
	wrong, a := Faults{}, asks(s.Offer)
	var view FormView
	view.Locale, view.Payee = l, s.Merchant.Name
	view.ask(a, val, nil)
	fields := view.fields()
	for _, f := range fields {
		checkField(l, f, val[f.Name], wrong)
	}
	o := till.Order{Address: s.Address.Value, Attempt: f.Get("attempt"), Language: l.Lang, Reference: val["reference"],
		Payer: paylink.Payer{FirstName: val["first_name"], LastName: val["last_name"], Email: val["email"]}}
	if a.Amount {
		m, err := readAmount(l, val["amount"], s.Link.Price.Currency)
		if err != nil || m.Minor < a.Least.Minor || m.Minor > a.Most.Minor {
			wrong["amount"] = view.Amount.Wrong
		} else if _, err := s.Link.Price.Bill(paylink.Choice{Typed: m}); err != nil { // with its tax
			wrong["amount"] = l.T("error.too_much")
		}
		o.Typed = m
	}
	o.Quantities = choose(s, l, val, wrong).Quantities
	if e := val["email"]; a.Email != Off && e != "" && !isEmail(e) {
		wrong["email"] = l.T("error.email")
	}
	if a.Address != Off {
		readAddress(l, val, fields, &o.Payer, wrong)
	}
	if p := val["phone"]; a.Phone != Off && p != "" {
		number, ok := place.CheckPhone(view.phoneCountry(a, val), p)
		if !ok {
			wrong["phone"] = l.T("error.phone")
		}
		o.Payer.Phone = number
	}
	readMethod(s, val, f, &o, l, wrong)
	return o, wrong
}

// phoneCountry is whose national numbers may be typed.
func (v FormView) phoneCountry(a Asks, val Values) string {
	if place.Known(val["country"]) {
		return val["country"]
	}
	return a.Country
}

// checkField holds for every field: there if it must be, not too long, nothing
// that can't be printed, no card number (trust.md, H-49).
func checkField(l look.Locale, f *Field, value string, wrong Faults) {
	switch {
	case value == "":
		if f.Required {
			wrong[f.Name] = f.Wrong
		}
	case f.MaxLength > 0 && utf8.RuneCountInString(value) > f.MaxLength:
		wrong[f.Name] = l.T("error.too_long", "n", strconv.Itoa(f.MaxLength))
	case paylink.CheckText(value) != nil:
		wrong[f.Name] = l.T("error.text")
	case paylink.HoldsCardNumber(value):
		wrong[f.Name] = l.T("error.pan")
	}
}

// isEmail takes one plain address: no display name, no list, a dot in its domain.
func isEmail(text string) bool {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text || strings.ContainsAny(text, " \"<>()[],;:\\") {
		return false
	}
	_, domain, _ := strings.Cut(text, "@")
	i := strings.LastIndexByte(domain, '.')
	return i > 0 && i < len(domain)-1
}

func readAddress(l look.Locale, val Values, fields []*Field, p *paylink.Payer, wrong Faults) {
	code := strings.ToUpper(val["country"])
	c, known := place.Find(code)
	if !known && code != "" {
		wrong["country"] = l.T("error.country")
		return
	}
	p.Country, p.Street, p.City, p.Region, p.Postal = c.Code, val["street"], val["city"], val["state"], val["postal"]
	if !known {
		return
	}
	// What this country's addresses do not have was left over from another country.
	for _, part := range []struct {
		field place.Field
		value *string
	}{{place.Street, &p.Street}, {place.City, &p.City}, {place.Region, &p.Region}, {place.Postal, &p.Postal}} {
		if !c.Asks(part.field) {
			*part.value = ""
		}
	}
	if p.Postal != "" {
		normal, ok := place.CheckPostal(c.Code, p.Postal)
		if !ok {
			wrong["postal"] = wrongOf(fields, "postal")
		}
		p.Postal = normal
	}
	if p.Region != "" && len(place.Subdivisions(c.Code)) > 0 {
		s, listed := place.FindSubdivision(c.Code, p.Region)
		switch {
		case listed:
			p.Region = s.Code
		case c.Code == "US":
			wrong["state"] = wrongOf(fields, "state")
		}
	}
}

func wrongOf(fields []*Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Wrong
		}
	}
	return ""
}

// readMethod takes the way to pay: the saved one where the link is bound to it,
// the only one where there is one, else what was chosen among what is offered.
func readMethod(s till.Sight, val Values, f url.Values, o *till.Order, l look.Locale, wrong Faults) {
	if s.Saved != nil {
		o.Saved, o.Method = true, s.Saved.Saved.Method
		return
	}
	offered := s.Methods()
	for _, m := range offered {
		if string(m) == val["method"] || len(offered) == 1 {
			o.Method = m
		}
	}
	if o.Method == "" {
		wrong["method"] = l.T("error.method")
	}
	// The way over the gateway's own page leaves a token aside.
	if token := f.Get("gateway_token"); f.Get("way") != "hosted" && tokenForm.MatchString(token) {
		o.Token = token
	}
	o.Save = f.Get("save") == "1"
}
