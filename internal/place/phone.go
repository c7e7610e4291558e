package place

import (
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// maxPhone bounds what is handed to the parser, in bytes; E.164 has 15 digits,
// the rest is punctuation and an extension.
const maxPhone = 64

// CheckPhone reads a phone number as a person types it, national or
// international ("+", "00", "011"); country says whose national form is meant
// and may be empty, then only "+" is read. e164 is for instance "+12024561111";
// ok is false for a number that cannot exist. An extension is left out.
func CheckPhone(country, text string) (e164 string, ok bool) {
	text = strings.TrimSpace(plainDigits(text))
	if text == "" || len(text) > maxPhone {
		return "", false
	}
	n, err := phonenumbers.Parse(text, strings.ToUpper(country))
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// PhoneExample is a made-up number of the country in its national form, for a
// placeholder; "" if none is known.
func PhoneExample(country string) string {
	country = strings.ToUpper(country)
	if known, ok := phoneExamples.Load(country); ok {
		return known.(string)
	}
	n := phonenumbers.GetExampleNumber(country)
	if n == nil {
		return ""
	}
	text := phonenumbers.Format(n, phonenumbers.NATIONAL)
	phoneExamples.Store(country, text)
	return text
}

// phoneExamples are the examples made so far, by country: making one takes longer
// than rendering the field.
var phoneExamples sync.Map
