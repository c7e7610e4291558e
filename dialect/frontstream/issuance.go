package frontstream

import (
	"fmt"
	"strconv"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// ScopeName names the family of debts in which a TranId is compared: the partner's
// integration source, "" for the partner's default one (A32). Once on that scope is
// FrontStream's DupCheckEnabled.
func ScopeName(partnerID, integrationSource string) string {
	return Name + "/" + partnerID + "/" + integrationSource
}

// issuance is the link that an order asks for, with all that has to be looked up.
func (o order) issuance(r paylink.Reader, row paylink.AccessToken) (is till.Issuance, err error) {
	merchantID, err := merchant(r, row, o.APIKey)
	if err != nil {
		return is, err
	}
	term, err := terminal(r, merchantID, o.ProcessorGUID)
	if err != nil {
		return is, err
	}
	price, err := o.price(term.Currency)
	if err != nil {
		return is, err
	}
	is.Link = paylink.Link{MerchantID: merchantID, TerminalID: term.ID, PartnerID: row.PartnerID, Price: price,
		Scope: ScopeName(row.PartnerID, o.IntegrationSource), Reference: o.TranID,
		RedirectURL: o.RedirectURL, Page: o.page(), Dialect: Name, Foreign: string(dialect.JSON(o))}
	if every, ok := frequencies[o.Lines[0].Recurring]; ok {
		is.Link.Schedule = &paylink.Schedule{Every: every}
	}
	return is, o.payWith(r, &is, term)
}

// titles are what payers read of a line's Type; PaymentNoFee says nothing to them.
var titles = map[int]string{1: "Donation", 3: "Auction", 4: "Ticket", 5: "Registration"}

// price is the lines in the terminal's currency (A39). One line without an amount is
// typed by the payer, from 0.01 to 99,999.99.
func (o order) price(c paylink.Currency) (paylink.Price, error) {
	p := paylink.Price{Currency: c}
	var rules brokenRules
	for i, l := range o.Lines {
		row := paylink.Line{Title: titles[l.Type], Kind: strconv.Itoa(l.Type), Foreign: l.ExternalLineID}
		var exact bool
		if l.Amount == "" {
			row.Open = true
			row.Min, _ = scale(leastMinor, c)
			row.Max, _ = scale(mostMinor, c)
			row.Min = max(row.Min, 1)
		} else if row.Amount, exact = scale(l.minor, c); !exact {
			rules.add(CodeFormat, fmt.Sprintf("PaymentLines[%d].Amount has more decimals than %s", i, c))
		}
		p.Lines = append(p.Lines, row)
	}
	return p, rules.err()
}

// scale turns hundredths into minor units of a currency; exact is false where
// something was cut off.
func scale(hundredths int64, c paylink.Currency) (minor int64, exact bool) {
	exp, _ := c.Exponent()
	for ; exp > 2; exp-- {
		hundredths *= 10
	}
	div := int64(1)
	for ; exp < 2; exp++ {
		div *= 10
	}
	return hundredths / div, hundredths%div == 0
}

// page is what the payer's page shows. FrontStream's form asks for name, address,
// e-mail and phone; what it demands is not documented: see README.md. With a saved
// way to pay only the e-mail is asked, for the receipt.
func (o order) page() paylink.Page {
	p := paylink.Page{Language: o.Language, Country: o.DefaultCountryCode, Button: o.DonateButtonText,
		PoweredBy: o.PoweredByText, PoweredByURL: o.PoweredByURL, Theme: o.Theme, Fonts: o.ThemeFonts,
		ShowReference: o.ShowTransactionID, ReferenceText: o.TransactionIDText,
		Ask: paylink.Ask{Name: true, Email: true, Address: true, Phone: true},
		Prefill: paylink.Payer{FirstName: o.FirstName, LastName: o.LastName, Email: o.Email, Street: o.Street, City: o.City,
			Region: o.State, Postal: o.Zip, Country: o.Country, Phone: o.Phone}}
	if p.Button == "" {
		p.Button = "Submit Payment" // DonateButtonText: Default is "Submit Payment"
	}
	if p.Language == "" {
		p.Language = "en" // Language: Default is "en" for english
	}
	if o.PoweredByText == "" {
		p.PoweredByURL = "" // shows nothing (A33)
	}
	if o.TokenGUID != "" || o.CardToken != "" || o.CheckToken != "" {
		p.Ask = paylink.Ask{Email: true}
	}
	return p
}

// payWith binds the link to the way to pay that the order names. Without one the
// payer chooses, and TokenizeCard keeps what they chose; with one it means nothing
// (A27).
func (o order) payWith(r paylink.Reader, is *till.Issuance, term paylink.Terminal) error {
	external := func(token string, m paylink.Method) {
		is.Bring = &paylink.Instrument{MerchantID: is.Link.MerchantID, Gateway: term.Gateway, Account: term.Account,
			Saved: paylink.SavedInstrument{Token: token, Method: m}}
	}
	switch {
	case o.TokenGUID != "":
		saved, err := r.InstrumentByForeign(is.Link.MerchantID, o.TokenGUID)
		if paylink.KindOf(err) == paylink.NotFound {
			return broken(CodeNotAllowed, "TokenGuid is not known") // 400, not 404 (A26)
		}
		if err != nil {
			return err
		}
		if saved.Gateway != term.Gateway || saved.Account != term.Account {
			return broken(CodeNotAllowed, "TokenGuid belongs to another processor than this link's")
		}
		is.Link.Instrument = saved.ID
	case o.CardToken != "":
		external(o.CardToken, paylink.Card)
	case o.CheckToken != "":
		external(o.CheckToken, paylink.Bank)
	default:
		// Later charges of a schedule need a way to pay that is kept.
		is.Link.Save = o.TokenizeCard || is.Link.Schedule != nil
	}
	return nil
}
