package look

import "paylink"

// The tables below follow CLDR 48 for the shipped languages and the regions
// where they are written. Two deviations, both so that an amount is never
// ambiguous: a dollar that is not the region's own always carries its country's
// mark (en-IN would write "$" for US dollars), and codes that CLDR uses for want
// of a symbol are kept.

const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

// style is how a locale sets a number and its currency.
type style struct {
	decimal, group string
	after          bool // 25,00 €
	apart          bool // € 25,00: a space even after a symbol that ends in no letter
	least          int  // digits that must stand before the first group separator (CLDR minimumGroupingDigits)
}

var styles = map[string]style{
	"en":     {decimal: ".", group: ",", least: 1},
	"en-ZA":  {decimal: ",", group: nbsp, least: 1},
	"fr":     {decimal: ",", group: nnbsp, after: true, least: 1},
	"fr-CA":  {decimal: ",", group: nbsp, after: true, least: 1},
	"fr-CH":  {decimal: ".", group: nnbsp, after: true, least: 1},
	"fr-LU":  {decimal: ",", group: ".", after: true, least: 1},
	"es":     {decimal: ",", group: ".", after: true, least: 2},
	"es-419": {decimal: ".", group: ",", least: 1},
	"es-AR":  {decimal: ",", group: ".", apart: true, least: 1},
	"es-CO":  {decimal: ",", group: ".", apart: true, least: 1},
	"es-UY":  {decimal: ",", group: ".", apart: true, least: 1},
	"es-CL":  {decimal: ",", group: ".", least: 1},
	"es-EC":  {decimal: ",", group: ".", least: 1},
	"es-CR":  {decimal: ",", group: nbsp, least: 1},
	"es-VE":  {decimal: ",", group: ".", least: 1},
}

func (l Locale) style() style {
	if s, ok := styles[l.Lang+"-"+l.Region]; ok {
		return s
	}
	if l.Lang == "es" && latin[l.Region] {
		return styles["es-419"]
	}
	if s, ok := styles[l.Lang]; ok {
		return s
	}
	return styles["en"]
}

// latin are the regions that write Spanish as es-419 does: point and comma as in English.
var latin = map[string]bool{"MX": true, "US": true, "PR": true, "PE": true, "GT": true, "SV": true, "PA": true, "DO": true, "HN": true, "NI": true}

// home is a region's own currency and the short symbol that is unambiguous there.
type home struct {
	currency paylink.Currency
	symbol   string
}

var homes = map[string]home{
	"US": {"USD", "$"}, "PR": {"USD", "$"}, "EC": {"USD", "$"}, "SV": {"USD", "$"},
	"CA": {"CAD", "$"}, "AU": {"AUD", "$"}, "NZ": {"NZD", "$"}, "SG": {"SGD", "$"}, "HK": {"HKD", "HK$"},
	"GB": {"GBP", "£"}, "IE": {"EUR", "€"}, "IN": {"INR", "₹"}, "JP": {"JPY", "¥"}, "ZA": {"ZAR", "R"},
	"FR": {"EUR", "€"}, "BE": {"EUR", "€"}, "LU": {"EUR", "€"}, "ES": {"EUR", "€"}, "DE": {"EUR", "€"},
	"IT": {"EUR", "€"}, "NL": {"EUR", "€"}, "PT": {"EUR", "€"}, "AT": {"EUR", "€"}, "FI": {"EUR", "€"}, "GR": {"EUR", "€"},
	"CH": {"CHF", "CHF"}, "BR": {"BRL", "R$"}, "MX": {"MXN", "$"}, "AR": {"ARS", "$"}, "CO": {"COP", "$"},
	"CL": {"CLP", "$"}, "UY": {"UYU", "$"}, "PE": {"PEN", "S/"}, "CR": {"CRC", "₡"}, "GT": {"GTQ", "Q"},
	"VE": {"VES", "Bs.S"}, "DO": {"DOP", "RD$"}, "PA": {"PAB", "B/."}, "HN": {"HNL", "L"}, "NI": {"NIO", "C$"},
}

// symbols are what each language writes for a currency that is not the region's own.
var symbols = map[string]map[paylink.Currency]string{
	"en": {"USD": "US$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "MXN": "MX$", "HKD": "HK$", "TWD": "NT$", "XCD": "EC$",
		"EUR": "€", "GBP": "£", "JPY": "JP¥", "CNY": "CN¥", "BRL": "R$", "INR": "₹", "KRW": "₩", "ILS": "₪", "PHP": "₱",
		"VND": "₫", "XOF": "F" + nnbsp + "CFA", "XAF": "FCFA", "XPF": "CFPF"},
	"fr": {"USD": "$US", "CAD": "$CA", "AUD": "$AU", "NZD": "$NZ", "MXN": "$MX", "ARS": "$AR", "COP": "$CO", "CLP": "$CL",
		"SGD": "$SG", "EUR": "€", "GBP": "£GB", "BRL": "R$", "INR": "₹", "KRW": "₩", "ILS": "₪", "VND": "₫",
		"XOF": "F" + nnbsp + "CFA", "XAF": "FCFA", "XPF": "FCFP"},
	"es": {"USD": "US$", "EUR": "€", "XPF": "CFPF"},
}
