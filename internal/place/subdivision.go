package place

import (
	"strings"
	"sync"
)

// Subdivision is a state, province or the like.
type Subdivision struct {
	Code  string // as written in addresses (TX, NSW), else its part of ISO 3166-2, else its name
	Name  string // in Latin letters
	Local string // as the country writes it; often the same
}

// Subdivisions lists a country's states or provinces in the order of the
// source, by name as a rule; nil where addresses name none or the list is not
// known. For US these are the 50 states, DC, the territories, the freely
// associated states, and AA, AE and AP of the armed forces, as USPS has them. The
// slice is shared: do not change it.
func Subdivisions(country string) []Subdivision {
	r, ok := find(country)
	if !ok || r.subs == "" {
		return nil
	}
	if list, ok := subdivisionLists.Load(r.code); ok {
		return list.([]Subdivision)
	}
	list := make([]Subdivision, 0, strings.Count(r.subs, "\n"))
	for line := range strings.Lines(r.subs) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		list = append(list, Subdivision{Code: parts[0], Name: parts[1], Local: parts[2]})
	}
	subdivisionLists.Store(r.code, list)
	return list
}

// subdivisionLists are the lists read so far, by country.
var subdivisionLists sync.Map

// FindSubdivision finds a subdivision by its code or by one of its names,
// whatever the letter case.
func FindSubdivision(country, text string) (Subdivision, bool) {
	if text = strings.TrimSpace(text); text == "" {
		return Subdivision{}, false
	}
	list := Subdivisions(country)
	for _, s := range list {
		if strings.EqualFold(s.Code, text) {
			return s, true
		}
	}
	for _, s := range list {
		if strings.EqualFold(s.Name, text) || strings.EqualFold(s.Local, text) {
			return s, true
		}
	}
	return Subdivision{}, false
}

// IsUSState tells whether code is a two-letter USPS state code, in either case:
// states, DC, territories, AA, AE, AP.
func IsUSState(code string) bool {
	r, _ := find("US")
	return len(code) == 2 && strings.Contains("\n"+r.subs, "\n"+strings.ToUpper(code)+"\t")
}
