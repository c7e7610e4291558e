package checkout

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"paylink"
	"paylink/internal/place"
	"paylink/till"
	"paylink/web/look"
)

// frameHeight is what the gateway's fields take before the frame says so itself:
// three rows of a field with its label.
const frameHeight = 236

// cardBrands are the marks shown beside "Card". No gateway says yet which brands
// an account takes; these four are what every account in the United States does.
var cardBrands = []string{"visa", "mastercard", "amex", "discover"}

// shell is the frame of a page that belongs to a link.
func (h *Handler) shell(o paylink.Offer, l look.Locale, path string) look.Shell {
	p := o.Link.Page
	s := look.Shell{Locale: l, Tab: o.Merchant.Name, Code: look.SupportCode(o.Link.ID),
		Contact: look.Contact{Name: o.Merchant.Name, Email: o.Merchant.Email, URL: o.Merchant.URL},
		Powered: look.PoweredBy{Text: p.PoweredBy, URL: p.PoweredByURL}, Framed: h.framed}
	if f := h.themeOf(p); f.hash != "" {
		s.Theme = h.path(o) + "/theme/" + f.hash + ".css"
	}
	if g, err := h.Acts.Gateway(o); err == nil {
		s.Gateway = g.Traits().Label
	}
	s.Languages = tongues(l, path)
	return s
}

func tongues(l look.Locale, path string) []look.Tongue {
	var out []look.Tongue
	for _, w := range look.Languages() {
		out = append(out, look.Tongue{Lang: w.Lang, Name: w.Name, Href: path + "?lang=" + w.Lang, Current: w.Lang == l.Lang})
	}
	return out
}

// path is the link's page on this host, so that the page works behind any name.
func (h *Handler) path(o paylink.Offer) string { return h.root() + o.Address.Value }

// policy is what a page of the offer may reach: the gateway's frames, and for its
// form the gateway's pages and the link's redirect.
func (h *Handler) policy(o paylink.Offer) look.Policy {
	p := look.Policy{HTTPS: h.https()}
	if h.framed {
		p.Within = o.Link.Page.Embed
	}
	if g, err := h.Acts.Gateway(o); err == nil {
		t := g.Traits()
		p.Frames = append(p.Frames, t.Origins...)
		p.Actions = append(p.Actions, t.Origins...)
	}
	if o.Link.RedirectURL != "" {
		p.Actions = append(p.Actions, o.Link.RedirectURL)
	}
	return p
}

// factsOf is who asks and what for, without lines and amount.
func (h *Handler) factsOf(s till.Sight, l look.Locale) Facts {
	page := s.Link.Page
	f := Facts{Payee: s.Merchant.Name, Heading: l.T("facts.to"), Title: page.Title, Text: page.Description,
		Cover: h.picture([]string{page.Cover}, true)}
	if page.Markdown {
		f.HTML = markdown(page.Description)
	}
	if every := s.Link.Schedule; every != nil {
		f.Period = l.T("period." + string(every.Every))
	}
	if page.ShowReference && s.Link.Reference != "" {
		f.Pairs = []Pair{{referenceWords(page, l), s.Link.Reference}}
	}
	return f
}

// count puts into the facts what is paid for and how much it is. An order's lines
// stand in the form.
func (f *Facts) count(s till.Sight, l look.Locale, bill paylink.Bill) {
	price := s.Link.Price
	switch {
	case price.Open():
		f.Live = l.T("amount.yours")
	case price.Chosen():
		f.Live = nothing(l, price)
	default:
		f.list(l, bill.Lines, s.Link.Page.Title, bill.Total)
	}
	if len(bill.Lines) > 0 {
		f.Amount = l.Money(bill.Total)
	}
}

// list writes the lines of what is paid for, where they say more than the title.
func (f *Facts) list(l look.Locale, lines []paylink.Line, title string, total paylink.Money) {
	price := paylink.Price{Currency: total.Currency}
	if len(lines) == 1 && lines[0].N() == 1 && (lines[0].Open || lines[0].Title == "" || lines[0].Title == title) {
		return
	}
	for i, line := range lines {
		row := FactLine{Label: lineTitle(l, line, i), Amount: l.Money(price.Sum(line))}
		if n := line.N(); n > 1 {
			row.Note = l.T("lines.quantity", "quantity", strconv.FormatInt(n, 10), "price", l.Money(price.Money(line.Amount)))
		}
		f.Lines = append(f.Lines, row)
	}
	if len(lines) > 1 {
		f.Total = l.Money(total)
	}
}

func referenceWords(p paylink.Page, l look.Locale) string {
	if p.ReferenceText != "" {
		return p.ReferenceText
	}
	return l.T("receipt.reference")
}

// asks is what the link's page asks for. What the merchant prefilled is shown too,
// whether asked for or not, so that the payer sees what will be said of them.
func asks(o paylink.Offer) Asks {
	page, price := o.Link.Page, o.Link.Price
	need := func(ask bool, prefill string) Need {
		if ask {
			return Required
		}
		if prefill != "" {
			return Optional
		}
		return Off
	}
	pre := page.Prefill
	a := Asks{Amount: price.Open(), Country: page.Country,
		Name:    need(page.Ask.Name, pre.Name()),
		Email:   need(page.Ask.Email, pre.Email),
		Address: need(page.Ask.Address, pre.Street+pre.City+pre.Region+pre.Postal+pre.Country)}
	if page.Ask.Phone || pre.Phone != "" {
		a.Phone = Optional
	}
	if a.Country == "" {
		a.Country = o.Merchant.Country
	}
	if price.Open() {
		a.Least, a.Most = price.Money(price.Lines[0].Min), price.Money(price.Lines[0].Max)
	}
	if page.ShowReference && o.Link.Reference == "" {
		a.Reference, a.RefLabel = Optional, page.ReferenceText
	}
	return a
}

// prefilled are the values that the merchant gave.
func prefilled(p paylink.Payer) Values {
	v := Values{"first_name": p.FirstName, "last_name": p.LastName, "email": p.Email, "street": p.Street, "city": p.City,
		"state": p.Region, "postal": p.Postal, "country": strings.ToUpper(p.Country), "phone": p.Phone}
	if s, ok := place.FindSubdivision(p.Country, p.Region); ok {
		v["state"] = s.Code
	}
	return v
}

// form makes the payment page of a link.
func (h *Handler) form(s till.Sight, l look.Locale, val Values, wrong Faults) FormView {
	v := FormView{Shell: h.shell(s.Offer, l, h.path(s.Offer)), Facts: h.factsOf(s, l), Action: h.path(s.Offer), Attempt: marker}
	price := s.Link.Price
	// What can't be charged has no lines, and no total is shown of it.
	var bill paylink.Bill
	unread := Faults{}
	if choice := choose(s, l, val, unread); len(unread) == 0 {
		bill, _ = price.Bill(choice)
	}
	v.Facts.count(s, l, bill)
	v.Sum = v.Facts.Amount
	if v.Facts.Live == "" && v.Facts.Period != "" {
		v.Sum += " " + v.Facts.Period // "Subscribe: $10.00 a month"
	}
	v.ask(asks(s.Offer), val, wrong)
	v.Order = h.order(s, l, val, wrong, bill)
	if v.Order != nil || v.Amount != nil {
		v.Money = l.Pattern(price.Currency)
		base, percent := sums(price)
		v.Base, v.Percent = base, int64(percent)
		if len(bill.Lines) > 0 {
			v.Told = strconv.FormatInt(bill.Total.Minor, 10)
		}
	}
	if v.Amount != nil && price.Tax != nil {
		v.Amount.Hint = l.T("field.amount_plus", "range", v.Amount.Hint, "tax", taxName(l, *price.Tax))
	}
	v.Tab = l.T("page.title_open", "payee", v.Payee)
	if v.Facts.Amount != "" && !price.Chosen() {
		v.Tab = l.T("page.title", "amount", v.Facts.Amount, "payee", v.Payee)
	}
	if len(wrong) > 0 {
		v.Tab = l.T("page.title_error", "title", v.Tab)
	}
	h.methods(&v, s)
	v.Button = buttonOf(s, l)
	v.Terms = terms(s, l, v.Gateway, v.Facts.fixed())
	return v
}

// fixed is the amount, "" where the payer may still change it.
func (f Facts) fixed() string {
	if f.Live != "" {
		return ""
	}
	return f.Amount
}

// methods offers the ways to pay: the saved one where the link is bound to it, else
// what terminal and link take, in the gateway's frame or on its page.
func (h *Handler) methods(v *FormView, s till.Sight) {
	l := v.Locale
	if s.Saved != nil {
		v.Methods = []Method{{Key: "saved", Label: savedLabel(l, s.Saved.Saved), Brands: []string{brandKey(s.Saved.Saved)}, Text: l.T("method.saved_text")}}
		return
	}
	var traits paylink.Traits
	if g, err := h.Acts.Gateway(s.Offer); err == nil {
		traits = g.Traits()
	}
	for _, m := range s.Methods() {
		key := string(m)
		one := Method{Key: key, Label: l.T("method." + key), Text: l.T("method."+key+"_text", "gateway", traits.Label),
			Frame: h.frameURL(s.Offer, traits.FrameURL), Title: l.T("method." + key + "_frame"), Height: frameHeight, Brands: []string{"bank"}}
		switch m {
		case paylink.Card:
			one.Brands = cardBrands
		case paylink.Stablecoin: // there is nothing to type: the gateway's page shows where to send to
			one.Brands, one.Frame = []string{"wallet"}, ""
		}
		if m != paylink.Stablecoin {
			v.Hosted = l.T("method.hosted", "gateway", traits.Label)
		}
		v.Methods = append(v.Methods, one)
	}
	if traits.Demo && v.Hosted != "" { // where there are numbers to type
		v.Demo = ofEachKind(h.Numbers[traits.Name])
		if len(traits.Origins) > 0 {
			v.DemoAll = traits.Origins[0] + "/"
		}
	}
}

// ofEachKind keeps two test numbers of each kind, told by the first word of what
// they do: the page stays light, and the gateway's own page lists them all.
func ofEachKind(list []TestNumber) (out []TestNumber) {
	seen := map[string]int{}
	for _, n := range list {
		kind, _, _ := strings.Cut(strings.NewReplacer(",", " ", ";", " ", ":", " ").Replace(n.Does), " ")
		if seen[kind]++; seen[kind] <= 2 {
			out = append(out, n)
		}
	}
	return out
}

func savedLabel(l look.Locale, s paylink.SavedInstrument) string {
	return l.Instrument(s.Method, s.Brand, s.Last4)
}

func brandKey(s paylink.SavedInstrument) string {
	if s.Method == paylink.Bank {
		return "bank"
	}
	return s.Brand
}

// submitWords is FrontStream's default label (contracts/frontstream.md,
// flow.button.default); where a link carries it, it is said in the payer's language.
const submitWords = "Submit Payment"

func buttonOf(s till.Sight, l look.Locale) string {
	switch link := s.Link; {
	case link.Page.Button == submitWords:
		return l.T("pay.submit")
	case link.Page.Button != "":
		return link.Page.Button
	case s.Saved != nil:
		return l.T("pay.with", "method", savedLabel(l, s.Saved.Saved))
	case link.Hold:
		return l.T("pay.hold")
	case link.Schedule != nil:
		return l.T("pay.subscribe")
	case link.Page.Donation:
		return l.T("pay.donate")
	}
	return l.T("pay.pay")
}

// terms says above the button what is taken today, what later and how to stop it.
func terms(s till.Sight, l look.Locale, gateway, amount string) string {
	var said []string
	payee := s.Merchant.Name
	if every := s.Link.Schedule; every != nil {
		stop := l.T("terms.stop", "payee", payee)
		if s.Merchant.Email != "" {
			stop = l.T("terms.stop_at", "contact", s.Merchant.Email)
		}
		key := "terms.recurring"
		if amount == "" {
			key = "terms.recurring_open"
		}
		said = append(said, l.T(key, "amount", amount, "payee", payee, "every", l.T("every."+string(every.Every)),
			"next", l.Date(every.Next(s.Now, 1)), "stop", stop))
	}
	if s.Link.Hold && amount != "" {
		said = append(said, l.T("terms.hold", "amount", amount, "payee", payee))
	}
	if s.Link.Save && s.Saved == nil {
		said = append(said, l.T("terms.save", "gateway", gateway, "payee", payee))
	}
	return strings.Join(said, " ")
}

// sheetKey is everything that a rendered page depends on beside the code.
type sheetKey struct {
	link, address, lang, region, country string
	version                              int
	priced                               string // how its products stand
	merchant                             paylink.Merchant
	terminal                             string // what of it decides about the page
	day                                  string // where a date stands on the page
}

// sheet is the page of a link from the cache, or rendered.
func (h *Handler) sheet(s till.Sight, l look.Locale, country string) (*sheet, error) {
	key := sheetKey{link: s.Link.ID, address: s.Address.Value, lang: l.Lang, region: l.Region, version: s.Link.Version, merchant: s.Merchant,
		terminal: s.Terminal.Gateway + " " + s.Terminal.Account}
	for _, m := range s.Terminal.Methods {
		key.terminal += " " + string(m)
	}
	if place.Known(country) {
		key.country = strings.ToUpper(country)
	}
	if s.Priced != "" {
		// Names, texts and pictures may change without the price.
		stamps := []byte(s.Priced)
		for _, p := range s.Products {
			stamps = strconv.AppendInt(append(stamps, ' '), p.UpdatedAt.UnixMicro(), 36)
		}
		key.priced = string(stamps)
	}
	if s.Link.Schedule != nil {
		key.day = s.Now.Format(time.DateOnly)
	}
	if sheet, ok := h.sheets.Get(key); ok {
		return sheet, nil
	}
	val := prefilled(s.Link.Page.Prefill)
	if key.country != "" {
		val["country"] = key.country
	}
	sheet, err := newSheet(PayPage(h.form(s, l, val, nil)), h.headers(s.Offer, l))
	if err != nil {
		return nil, err
	}
	h.sheets.Put(key, sheet, sheet.weight())
	return sheet, nil
}

func (h *Handler) headers(o paylink.Offer, l look.Locale) http.Header {
	head := h.policy(o).Headers()
	head.Set("Content-Language", l.Lang)
	head.Set("Vary", "Accept-Language, Accept-Encoding")
	return head
}
