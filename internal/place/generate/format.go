package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// addressFormat is one country of Google's address metadata. Fields of the
// format are letters: A street, C city, D district, S region, Z postal code,
// N name, O organisation, X sorting code.
type addressFormat struct {
	Format       string `json:"fmt"`
	LatinFormat  string `json:"lfmt"`
	Require      string `json:"require"`
	Zip          string `json:"zip"`
	ZipExample   string `json:"zipex"`
	ZipName      string `json:"zip_name_type"`
	RegionName   string `json:"state_name_type"`
	CityName     string `json:"locality_name_type"`
	DistrictName string `json:"sublocality_name_type"`
	SubKeys      string `json:"sub_keys"`
	SubISO       string `json:"sub_isoids"`
	SubNames     string `json:"sub_names"`
	SubLatin     string `json:"sub_lnames"`
}

// readFormat reads the entry of a country; a country without one is like ZZ.
func readFormat(dir, code string) (addressFormat, error) {
	text, err := os.ReadFile(filepath.Join(dir, strings.ToLower(code)+".json"))
	if os.IsNotExist(err) {
		return addressFormat{}, nil
	}
	if err != nil {
		return addressFormat{}, err
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(text, &entries); err != nil {
		return addressFormat{}, fmt.Errorf("%s: %w", code, err)
	}
	var f addressFormat
	return f, json.Unmarshal(entries[code], &f)
}

// over fills what the country leaves open from the default entry.
func (f addressFormat) over(base addressFormat) addressFormat {
	fill := func(field *string, from string) {
		if *field == "" {
			*field = from
		}
	}
	fill(&f.Format, base.Format)
	fill(&f.Require, base.Require)
	fill(&f.ZipName, base.ZipName)
	fill(&f.RegionName, base.RegionName)
	fill(&f.CityName, base.CityName)
	fill(&f.DistrictName, base.DistrictName)
	return f
}

// postcode are the countries whose posts say "postcode" in English; the
// metadata knows "postal", "zip", "pin" and "eircode" only.
const postcode = " AU GB GG IM JE MY NZ "

func (f addressFormat) record(code string) string {
	// The Latin format reads from the street to the country, which is the
	// order of a form in any left-to-right language.
	order := f.LatinFormat
	if order == "" {
		order = f.Format
	}
	var fields string
	for i := 0; i+1 < len(order); i++ {
		if order[i] == '%' && strings.IndexByte("ACDSZ", order[i+1]) >= 0 {
			fields += order[i+1 : i+2]
		}
	}
	require := regexp.MustCompile(`[^ACDSZ]`).ReplaceAllString(f.Require, "")
	zipName := f.ZipName
	if strings.Contains(postcode, " "+code+" ") {
		zipName = "postcode"
	}
	if !strings.Contains(fields, "Z") {
		zipName, f.Zip, f.ZipExample = "", "", ""
	}
	if !strings.Contains(fields, "S") {
		f.RegionName = ""
	}
	return fmt.Sprintf("{code: %q, fields: %q, required: %q, postalName: %q, regionName: %q, cityName: %q, postal: %q, examples: %q, subs: %q},\n",
		code, fields, require, zipName, f.RegionName, f.CityName, f.Zip, f.ZipExample, f.subdivisions(fields))
}

var shortCode = regexp.MustCompile(`^[A-Z0-9]{1,3}$`)

// subdivisions packs "code\tname\tlocal name" lines. The code is what people
// write where that is an abbreviation (TX, NSW), else the ISO 3166-2 part, else
// the name. Names are in Latin letters where the source has them.
func (f addressFormat) subdivisions(fields string) string {
	if f.SubKeys == "" || !strings.Contains(fields, "S") {
		return ""
	}
	keys, iso := strings.Split(f.SubKeys, "~"), strings.Split(f.SubISO, "~")
	names, latin := strings.Split(f.SubNames, "~"), strings.Split(f.SubLatin, "~")
	pick := func(list []string, i int, otherwise string) string {
		if len(list) == len(keys) && list[i] != "" {
			return list[i]
		}
		return otherwise
	}
	var b strings.Builder
	for i, key := range keys {
		local := pick(names, i, key)
		code := key
		if !shortCode.MatchString(key) {
			code = pick(iso, i, pick(latin, i, key))
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", code, pick(latin, i, local), local)
	}
	return b.String()
}
