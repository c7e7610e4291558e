package frontstream

import (
	"net/mail"
	"regexp"
	"strings"

	"paylink/internal/place"
)

// payer is what prefills the form.
type payer struct {
	FirstName string `json:"FirstName,omitempty"`
	LastName  string `json:"LastName,omitempty"`
	Email     string `json:"Email,omitempty"`
	Street    string `json:"Street,omitempty"`
	City      string `json:"City,omitempty"`
	Zip       string `json:"Zip,omitempty"`
	State     string `json:"State,omitempty"`
	Country   string `json:"Country,omitempty"` // in capitals
	Phone     string `json:"Phone,omitempty"`
}

// Longest values, in characters (FrontStream OpenAPI, maxLength).
const (
	maxName    = 50
	maxEmail   = 100
	maxZip     = 10
	maxCountry = 2
	maxPhone   = 20
)

// postalForms are the countries whose Zip is checked (FrontStream OpenAPI, Zip): the
// dash of ZIP+4 is needed, the Canadian blank is not, letter case is free (A21).
var postalForms = map[string]struct {
	form *regexp.Regexp
	like string
}{
	"US": {regexp.MustCompile(`^\d{5}(-\d{4})?$`), "12345 or 12345-1234"},
	"CA": {regexp.MustCompile(`^[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d$`), "A1A 1A1"},
	"AU": {regexp.MustCompile(`^\d{4}$`), "3000"},
}

// phoneForm is the seven patterns of the OpenAPI's Phone, nothing more (A23):
// 123-456-7890, (123) 456-7890, 123.456.7890, +12025550123, 1234567890 and
// 0412345678 (both ten digits), +61412345678.
var phoneForm = regexp.MustCompile(`^(\d{3}-\d{3}-\d{4}|\(\d{3}\) \d{3}-\d{4}|\d{3}\.\d{3}\.\d{4}|\+1\d{10}|\d{10}|\+61\d{9})$`)

func (r *reader) payer(defaultCountry string) (p payer) {
	p.FirstName, _ = r.text("FirstName", maxName)
	p.LastName, _ = r.text("LastName", maxName)
	p.Email = r.email()
	p.Street, _ = r.text("Street", maxName)
	p.City, _ = r.text("City", maxName)
	p.Country = r.country("Country")
	p.Zip = r.zip(p.Country, defaultCountry)
	p.State = r.state(p.Country)
	p.Phone = r.phone()
	return p
}

// email reads an address without a display name or comments (OpenAPI, format email).
func (r *reader) email() string {
	s, ok := r.text("Email", maxEmail)
	if !ok || s == "" {
		return ""
	}
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s || a.Name != "" {
		r.broken(CodeFormat, "Email", "must be an e-mail address")
		return ""
	}
	return s
}

// country reads an ISO 3166-1 alpha-2 code in any letter case (A24).
func (r *reader) country(name string) string {
	s, ok := r.text(name, maxCountry)
	if !ok || s == "" {
		return ""
	}
	if !place.Known(s) {
		r.broken(CodeFormat, name, "must be a country code of two letters, such as US")
		return ""
	}
	return strings.ToUpper(s)
}

func (r *reader) zip(country, defaultCountry string) string {
	s, ok := r.text("Zip", maxZip)
	if country == "" {
		country = defaultCountry
	}
	if form, known := postalForms[country]; ok && s != "" && known && !form.form.MatchString(s) {
		r.broken(CodeFormat, "Zip", "must be a postal code of "+country+", such as "+form.like)
		return ""
	}
	return s
}

// state: two letters of USPS where Country says US, any text elsewhere; the default
// country decides nothing here (A22).
func (r *reader) state(country string) string {
	s, ok := r.text("State", maxName)
	if ok && s != "" && country == "US" && !place.IsUSState(s) {
		r.broken(CodeFormat, "State", "must be a US state code of two letters, such as CA")
		return ""
	}
	return s
}

func (r *reader) phone() string {
	s, ok := r.text("Phone", maxPhone)
	if ok && s != "" && !phoneForm.MatchString(s) {
		r.broken(CodeFormat, "Phone", "must look like 123-456-7890, (123) 456-7890, 123.456.7890, +12025550123, 1234567890, 0412345678 or +61412345678")
		return ""
	}
	return s
}
