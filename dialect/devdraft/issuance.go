package devdraft

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"paylink"
	"paylink/dialect"
)

// What a payer may give, in minor units of a stablecoin. The API names no bounds but
// the smallest amount; a typed amount needs one, against slips of the finger.
const (
	leastGiven = 10_000          // 0.01
	mostGiven  = 999_999_990_000 // 999,999.99
)

// means are the merchant's own things that terms speak of.
type means struct {
	terminal paylink.Terminal
	products map[string]paylink.Product
	tax      *paylink.Tax
}

// find reads what terms speak of and judges what depends on it and on the moment. was
// is the link before a change, of which only what is new is judged.
func (t *terms) find(rd paylink.Reader, merchant string, was terms) (means, error) {
	m := means{products: map[string]paylink.Product{}}
	r := &reader{}
	all, err := rd.Terminals(merchant)
	if err != nil {
		return m, err
	}
	for _, one := range all {
		if one.Currency == currencies[t.Currency] && m.terminal.ID == "" {
			m.terminal = one
		}
	}
	if m.terminal.ID == "" && t.Currency != was.Currency {
		r.wrong("currency must be one that this app takes: it has no wallet for " + t.Currency)
	}
	for i, it := range t.Items {
		p, err := rd.Product(it.productID)
		if err != nil && paylink.KindOf(err) != paylink.NotFound {
			return m, err
		}
		_, fits := p.Price.In(currencies[t.Currency])
		path := "paymentLinkProducts." + strconv.Itoa(i) + ".productId must be "
		switch {
		case err != nil || p.MerchantID != merchant:
			r.wrong(path + "a product of this app")
		case !t.repriced(was): // it may have gone since
		case !p.Sold():
			r.wrong(path + "an active product")
		case !fits:
			r.wrong(path + "priced in the currency of the link, which is " + t.Currency + " or " + string(currencies[t.Currency].Par()))
		}
		m.products[p.ID] = p
	}
	if err := t.findTax(rd, r, merchant, &m, was); err != nil {
		return m, err
	}
	if t.CustomerID != "" {
		c, err := rd.Customer(t.CustomerID)
		switch {
		case err != nil && paylink.KindOf(err) != paylink.NotFound:
			return m, err
		case t.CustomerID != was.CustomerID && (err != nil || c.MerchantID != merchant || !c.RemovedAt.IsZero()):
			r.wrong("customerId must be a customer of this app")
		}
	}
	if !t.Expires.IsZero() && !t.Expires.Equal(was.Expires) && !t.Expires.After(rd.Now()) {
		r.wrong("expiration_date must be in the future")
	}
	return m, r.err()
}

// findTax reads the tax that is named. Where none is, and one must be collected, it is
// the app's only active one.
func (t *terms) findTax(rd paylink.Reader, r *reader, merchant string, m *means, was terms) error {
	if t.TaxID == "" && t.CollectTax {
		yes := true
		all, err := rd.Taxes(paylink.TaxFilter{MerchantID: merchant, Active: &yes, Paging: paylink.Paging{Limit: 2}})
		if err != nil {
			return err
		}
		if len(all) != 1 {
			r.wrong("taxId should not be empty where collectTax is true")
			return nil
		}
		t.TaxID = all[0].ID
	}
	if t.TaxID == "" {
		return nil
	}
	v, err := rd.Tax(t.TaxID)
	switch {
	case err != nil && paylink.KindOf(err) != paylink.NotFound:
		return err
	case err == nil && v.MerchantID == merchant:
		m.tax = &v
	}
	if t.TaxID != was.TaxID || t.CollectTax != was.CollectTax {
		if m.tax == nil || !v.RemovedAt.IsZero() || !v.Active {
			r.wrong("taxId must be an active tax of this app")
		}
	}
	return nil
}

// price is what the link costs. Products decide it where there are some: the amount
// is then kept and given back only.
func (t terms) price(m means) (paylink.Price, error) {
	p := paylink.Price{Currency: currencies[t.Currency]}
	var products []paylink.Product
	for _, it := range t.Items {
		line := paylink.Line{Product: it.productID, Quantity: it.quantity}
		if t.AllowQuantity && t.LinkType != invoice {
			line.Adjust = &paylink.Range{Least: 1, Most: paylink.MaxQuantity}
			if t.LinkType == collection { // of which payers take what they like
				line.Adjust.Least = 0
			}
		}
		p.Lines = append(p.Lines, line)
		products = append(products, m.products[it.productID])
	}
	p, err := p.With(products)
	if err != nil {
		return p, err
	}
	p.Catalog = t.ForAll
	switch {
	case len(p.Lines) > 0 || p.Catalog:
	case t.Amount == "":
		p.Lines = []paylink.Line{{Open: true, Min: leastGiven, Max: mostGiven}}
	default:
		amount, err := paylink.ParseMoney(t.Amount, p.Currency)
		if err != nil {
			return p, err
		}
		p.Lines = []paylink.Line{{Amount: amount.Minor}}
	}
	return p, nil
}

// levy is the tax on top of the price, nil without.
func (t terms) levy(m means) *paylink.Levy {
	if !t.CollectTax || m.tax == nil {
		return nil
	}
	return m.tax.Levy()
}

// limited reports whether a number of payments was said to be the last.
func (t terms) limited() bool { return t.MaxPayments > 0 && (t.Limit == nil || *t.Limit) }

// uses is how often the link may be paid, 0 for as often as people like. An invoice is
// paid once where nothing else is said. A number without a word about the limit limits.
func (t terms) uses() int {
	switch {
	case t.limited():
		return int(t.MaxPayments)
	case t.LinkType == invoice:
		return 1
	}
	return 0
}

// schedule is what is charged after the first payment. The newer SDKs have no word
// for the interval of a subscription: it is a month.
func (t terms) schedule() *paylink.Schedule {
	if every, ok := frequencies[t.Recurring]; ok {
		return &paylink.Schedule{Every: every}
	}
	if t.LinkType == subscription && t.Recurring == "" {
		return &paylink.Schedule{Every: paylink.Monthly}
	}
	return nil
}

// onto writes terms onto a link, of which they were before: what did not change stays
// as it is, whoever made it so.
func (t terms) onto(l *paylink.Link, m means, was terms) error {
	if l.ID == "" || t.repriced(was) {
		p, err := t.price(m)
		if err != nil {
			return err
		}
		p.Tax = l.Price.Tax
		l.Price = p
	}
	if t.Currency != was.Currency {
		l.TerminalID = m.terminal.ID
	}
	if l.ID == "" || t.CollectTax != was.CollectTax || t.TaxID != was.TaxID {
		l.Price.Tax = t.levy(m)
	}
	if l.ID == "" || t.uses() != was.uses() {
		l.MaxUses = t.uses()
	}
	if l.ID == "" || t.Recurring != was.Recurring {
		l.Schedule = t.schedule()
	}
	// A slug can be guessed: whoever guesses it must not read in the form who the
	// customer is (trust.md section 3, "Link id guessing").
	l.CustomerID, l.Page.Prefill = t.CustomerID, paylink.Payer{}
	l.Reference, l.ExpiresAt, l.Paused = t.Reference, t.Expires, t.Paused
	p := &l.Page
	p.Title, p.Description, p.Markdown, p.Cover, p.Donation = t.Title, t.Description, true, t.Cover, t.LinkType == donation
	p.Ask.Name, p.Ask.Email, p.Ask.Address, p.Ask.Phone = true, true, t.Address, t.Phone
	k := t.kept
	if k.Amount = ""; len(t.Items) > 0 || t.ForAll {
		k.Amount = t.Amount
	}
	if k.TaxID = ""; !t.CollectTax {
		k.TaxID = t.TaxID
	}
	l.Foreign = string(dialect.JSON(k))
	l.Metadata = metadata(l.Metadata, was.CustomFields, t.CustomFields)
	return nil
}

// repriced reports whether a change touches what is paid, tax aside.
func (t terms) repriced(was terms) bool {
	if t.Currency != was.Currency || t.Amount != was.Amount || t.ForAll != was.ForAll || t.AllowQuantity != was.AllowQuantity || len(t.Items) != len(was.Items) {
		return true
	}
	for i := range t.Items {
		if t.Items[i] != was.Items[i] {
			return true
		}
	}
	return false
}

// metadata is a link's with the texts of its custom fields, by which our own API finds
// links, in the place of those that they were before.
func metadata(have map[string]string, was, now json.RawMessage) map[string]string {
	if string(was) == string(now) {
		return have
	}
	out := maps.Clone(have)
	if out == nil {
		out = map[string]string{}
	}
	for name := range texts(was) {
		delete(out, name)
	}
	all := texts(now)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(name) <= 40 && len(all[name]) <= 500 && len(out) < 50 { // the bounds of our own API
			out[name] = all[name]
		}
	}
	return out
}

// texts are the members of an object that are texts.
func texts(fields json.RawMessage) map[string]string {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(fields, &all) // nothing is no object
	out := map[string]string{}
	for name, raw := range all {
		text := ""
		if json.Unmarshal(raw, &text) == nil && name != "" && string(raw) != "null" {
			out[name] = text
		}
	}
	return out
}

// stamp writes a moment as the API does: milliseconds, UTC.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
