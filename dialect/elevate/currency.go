package elevate

import "paylink"

var currencies = resource{
	columns: []column{{name: "id", form: named, kinds: []kind{currency}}, {name: "name"}, {name: "code"},
		{name: "majorCurrencyName"}, {name: "minorCurrencyName"}},
	filters: []string{"name", "code"},
	walk: func(c call, r paylink.Reader, _ *query, take func(record) bool) error {
		all, err := r.Terminals(c.merchant)
		seen := map[paylink.Currency]bool{}
		for _, t := range all {
			if err != nil || (!seen[t.Currency] && !take(currencyOf(t.Currency))) {
				break
			}
			seen[t.Currency] = true
		}
		return err
	},
}

// currencyNames are ISO 4217's names of the currencies that this API's merchants have,
// with those of the major and the minor unit (Elevate: at most 10 characters each).
// Others are named by their code.
var currencyNames = map[paylink.Currency][3]string{
	"AUD": {"Australian Dollar", "Dollar", "Cent"}, "CAD": {"Canadian Dollar", "Dollar", "Cent"}, "CHF": {"Swiss Franc", "Franc", "Rappen"},
	"DKK": {"Danish Krone", "Krone", "Øre"}, "EUR": {"Euro", "Euro", "Cent"}, "GBP": {"Pound Sterling", "Pound", "Penny"},
	"JPY": {"Yen", "Yen", ""}, "NOK": {"Norwegian Krone", "Krone", "Øre"}, "NZD": {"New Zealand Dollar", "Dollar", "Cent"},
	"PLN": {"Zloty", "Zloty", "Grosz"}, "SEK": {"Swedish Krona", "Krona", "Öre"}, "USD": {"US Dollar", "Dollar", "Cent"},
	"ZAR": {"Rand", "Rand", "Cent"},
}

func currencyOf(c paylink.Currency) record {
	one := record{"id": ref{currency, string(c)}, "code": string(c)}
	names, known := currencyNames[c]
	if !known {
		names = [3]string{string(c), string(c), ""}
	}
	one.set("name", names[0])
	one.set("majorCurrencyName", names[1])
	one.set("minorCurrencyName", names[2])
	return one
}
