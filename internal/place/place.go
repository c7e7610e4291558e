package place

import (
	"embed"
	"sort"
	"strings"
	"sync"
)

// Field is one part of an address.
type Field byte

const (
	Street   Field = 'A'
	City     Field = 'C'
	District Field = 'D' // part of a city
	Region   Field = 'S' // state, province, prefecture …
	Postal   Field = 'Z'
)

// Country tells what an address in a country consists of.
type Country struct {
	Code string // ISO 3166-1 alpha-2, upper case
	// Fields lists what is asked, in the order in which an address is written.
	Fields []Field
	// PostalName is the kind of postal code: "postal", "zip", "postcode", "pin",
	// "eircode", or "" where there is none.
	PostalName string
	// PostalPattern is a regular expression for the whole code in upper case, fit
	// for an HTML pattern attribute; "" where none is known.
	PostalPattern string
	PostalExample string // for instance "H3Z 2Y7"
	// RegionName is the kind of region: "state", "province", "prefecture",
	// "county", "emirate", "parish" …, or "" where none is asked.
	RegionName string
	CityName   string // "city", "post_town", "suburb" or "district"

	required string
}

// Asks tells whether addresses of the country have the field.
func (c Country) Asks(f Field) bool {
	for _, asked := range c.Fields {
		if asked == f {
			return true
		}
	}
	return false
}

// Requires tells whether an address is incomplete without the field.
func (c Country) Requires(f Field) bool { return strings.IndexByte(c.required, byte(f)) >= 0 }

// record is a row of the generated table.
type record struct {
	code, fields, required, postalName, regionName, cityName, postal, examples, subs string
}

func find(code string) (*record, bool) {
	if len(code) != 2 {
		return nil, false
	}
	code = strings.ToUpper(code)
	i := sort.Search(len(table), func(i int) bool { return table[i].code >= code })
	if i == len(table) || table[i].code != code {
		return nil, false
	}
	return &table[i], true
}

// Known tells whether code is an ISO 3166-1 alpha-2 code, in either case.
func Known(code string) bool {
	_, ok := find(code)
	return ok
}

// Find tells what an address in the country needs. ok is false for a code that
// ISO 3166-1 does not have.
func Find(code string) (c Country, ok bool) {
	r, ok := find(code)
	if !ok {
		return Country{}, false
	}
	example, _, _ := strings.Cut(r.examples, ",")
	return Country{
		Code: r.code, Fields: []Field(r.fields), required: r.required,
		PostalName: r.postalName, PostalPattern: r.postal, PostalExample: example,
		RegionName: r.regionName, CityName: r.cityName,
	}, true
}

//go:embed names/*.txt
var nameFiles embed.FS

// Named is a country's code with its name in some language.
type Named struct{ Code, Name string }

// nameList is one language, parsed when it is first asked for.
type nameList struct {
	sorted []Named
	byCode map[string]string
}

var (
	nameLock  sync.Mutex
	nameLists = map[string]*nameList{}
)

// Countries lists all countries in the collation order of the language, given
// as a BCP 47 tag ("fr", "fr-CA"). An unknown language reads as English. The
// slice is shared: do not change it.
func Countries(lang string) []Named { return namesIn(lang).sorted }

// Name is the country's name in the language, or "" for an unknown code.
func Name(code, lang string) string { return namesIn(lang).byCode[strings.ToUpper(code)] }

func namesIn(lang string) *nameList {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	nameLock.Lock()
	defer nameLock.Unlock()
	if l := nameLists[lang]; l != nil {
		return l
	}
	text, err := nameFiles.ReadFile("names/" + lang + ".txt")
	if err != nil {
		lang = "en"
		if l := nameLists[lang]; l != nil {
			return l
		}
		text, _ = nameFiles.ReadFile("names/en.txt") // embedded: it cannot fail
	}
	l := &nameList{byCode: make(map[string]string, len(table))}
	for line := range strings.Lines(string(text)) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		l.sorted = append(l.sorted, Named{code, name})
		l.byCode[code] = name
	}
	nameLists[lang] = l
	return l
}
