package native

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"paylink"
	"paylink/dialect"
	"paylink/internal/place"
)

const (
	maxTitle       = 200
	maxDescription = 2000
	maxButton      = 60
	maxReference   = 100
	maxTheme       = 5000
	maxLines       = 100
	maxURL         = 2048
	maxUses        = 1_000_000
)

// order is a link that a merchant asks for, as far as its words alone can be judged.
type order struct {
	link     paylink.Link
	terminal string // empty: the first that takes the currency
	// Ids of what is looked up when the link is made; empty where there is none.
	debt, tax, customer string
}

var orderFields = []string{"title", "description", "amount", "currency", "lines", "open_amount", "max_uses", "expires_at",
	"redirect_url", "reference", "metadata", "language", "country", "button", "theme", "ask", "hold", "terminal", "embed_origins",
	"debt", "tax", "customer"}

// readOrder reads a body by its words: every broken rule is told at once. What
// depends on the moment (is the terminal there, is expires_at to come) is judged
// later, after the idempotency key.
func readOrder(v dialect.Value) (order, error) {
	r := &reader{}
	if !r.object("", v, orderFields...) {
		return order{}, r.faults.Err()
	}
	o := order{terminal: r.text(v, "", "terminal", maxID), debt: r.text(v, "", "debt", maxID),
		tax: r.text(v, "", "tax", maxID), customer: r.text(v, "", "customer", maxID)}
	l := &o.link
	if o.debt == "" {
		l.Price = r.price(v, "")
	} else {
		for _, name := range []string{"amount", "lines", "open_amount", "currency", "reference", "max_uses"} {
			if _, given := member(v, name); given {
				r.fault(name, "debt_decides", "the debt decides about it; leave it out")
			}
		}
	}
	l.Page = paylink.Page{
		Title:       r.text(v, "", "title", maxTitle),
		Description: r.text(v, "", "description", maxDescription),
		Button:      r.text(v, "", "button", maxButton),
		Theme:       r.text(v, "", "theme", maxTheme),
		Language:    r.language(v),
		Country:     r.country(v),
		Ask:         r.ask(v),
		Embed:       r.embed(v),
	}
	l.Reference = r.text(v, "", "reference", maxReference)
	l.Hold = r.flag(v, "", "hold")
	// A link is for one payment unless its merchant says otherwise: a second payer of
	// the same invoice is the dearer mistake.
	l.MaxUses = int(r.whole(v, "", "max_uses", 1, 0, maxUses))
	l.ExpiresAt = r.moment(v, "expires_at")
	l.RedirectURL = r.redirect(v)
	l.Metadata = r.metadata(v)
	return o, r.faults.Err()
}

// price reads amount, lines or open_amount, of which there is exactly one, in the
// currency of the body or, where that names none, in the one given.
func (r *reader) price(v dialect.Value, usual paylink.Currency) paylink.Price {
	p := paylink.Price{Currency: paylink.Currency(r.text(v, "", "currency", 8))}
	if p.Currency == "" {
		p.Currency = usual
	}
	if p.Currency != "" && !p.Currency.Known() {
		r.fault("currency", "currency_unknown", "is not a currency that paylink knows; write it as USD or EUR")
		return p
	}
	one, isOne := member(v, "amount")
	open, isOpen := member(v, "open_amount")
	_, isMany := member(v, "lines")
	given := 0
	for _, is := range []bool{isOne, isOpen, isMany} {
		if is {
			given++
		}
	}
	if given != 1 {
		r.fault("amount", "amount_choice", "give exactly one of amount, lines, open_amount and debt")
		return p
	}
	before := len(r.faults)
	switch {
	case isOne:
		p.Lines = []paylink.Line{{Amount: r.money("amount", one, &p.Currency)}}
	case isMany:
		p.Lines = r.lines(v, &p.Currency)
	default:
		p.Lines = []paylink.Line{r.open(open, &p.Currency)}
	}
	if len(r.faults) > before || len(p.Products()) > 0 { // products are looked up later
		return p
	}
	r.sum(p)
	return p
}

func (r *reader) lines(v dialect.Value, c *paylink.Currency) (out []paylink.Line) {
	for i, item := range r.items(v, "", "lines", maxLines) {
		path := fmt.Sprintf("lines[%d]", i)
		if r.object(path, item, "title", "amount", "product", "quantity", "adjustable") {
			out = append(out, r.line(path, item, c))
		}
	}
	return out
}

func (r *reader) open(v dialect.Value, c *paylink.Currency) paylink.Line {
	line := paylink.Line{Open: true}
	if !r.object("open_amount", v, "min", "max") {
		return line
	}
	for _, end := range []struct {
		name string
		to   *int64
	}{{"min", &line.Min}, {"max", &line.Max}} {
		if m, ok := member(v, end.name); ok {
			*end.to = r.money("open_amount."+end.name, m, c)
		} else {
			r.fault("open_amount."+end.name, "required", "say the least and the most that may be typed")
		}
	}
	return line
}

// money reads "25.00" in the order's currency, or {"minor":2500,"currency":"USD"},
// which sets the currency where there was none. JSON numbers are refused: many
// programs carry them as binary fractions, and 19.99 is none.
func (r *reader) money(path string, v dialect.Value, c *paylink.Currency) int64 {
	switch v.Kind {
	case dialect.String:
		if *c == "" {
			r.fault("currency", "required", "say the currency of the amounts")
			return 0
		}
		m, err := paylink.ParseMoney(v.Text, *c)
		if err != nil {
			r.fault(path, "amount", "%v", err)
			return 0
		}
		return r.positive(path, m.Minor)
	case dialect.Object:
		return r.minor(path, v, c)
	}
	r.fault(path, "type", `must be a string such as "25.00", or {"minor":2500,"currency":"USD"}; JSON numbers are not taken`)
	return 0
}

// minor reads the form in which we answer; its decimal may come along and must agree.
func (r *reader) minor(path string, v dialect.Value, c *paylink.Currency) int64 {
	if !r.object(path, v, "minor", "currency", "decimal") {
		return 0
	}
	have := paylink.Currency(r.text(v, path, "currency", 8))
	switch {
	case !have.Known():
		r.fault(path+".currency", "currency_unknown", "is not a currency that paylink knows; write it as USD or EUR")
		return 0
	case *c == "":
		*c = have
	case *c != have:
		r.fault(path+".currency", "currency_mixed", "all amounts of a link are in one currency")
		return 0
	}
	m, _ := member(v, "minor")
	n, err := strconv.ParseInt(m.Text, 10, 64)
	if m.Kind != dialect.Number || err != nil {
		r.fault(path+".minor", "type", "must be a whole number of minor units")
		return 0
	}
	if d, ok := member(v, "decimal"); ok && d.Text != (paylink.Money{Minor: n, Currency: have}).Decimal() {
		r.fault(path+".decimal", "decimal", "does not agree with minor")
	}
	return r.positive(path, n)
}

func (r *reader) positive(path string, minor int64) int64 {
	if minor < 1 || minor > paylink.MaxMinor {
		r.fault(path, "amount_range", "must be more than nothing and at most %d minor units", int64(paylink.MaxMinor))
		return 0
	}
	return minor
}

// languageForm is BCP 47 as far as subtags go: a language, then script, region, variants.
var languageForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$`)

func (r *reader) language(v dialect.Value) string {
	s := r.text(v, "", "language", 35)
	if s != "" && !languageForm.MatchString(s) {
		r.fault("language", "language", "must be a language tag such as en or fr-CA")
	}
	return s
}

func (r *reader) country(v dialect.Value) string {
	s := r.text(v, "", "country", 8)
	if s != "" && !place.Known(s) {
		r.fault("country", "country", "must be an ISO 3166-1 code of two letters such as US")
	}
	return s
}

func (r *reader) ask(v dialect.Value) (a paylink.Ask) {
	m, ok := member(v, "ask")
	if !ok || !r.object("ask", m, "name", "email", "address", "phone") {
		return a
	}
	return paylink.Ask{Name: r.flag(m, "ask", "name"), Email: r.flag(m, "ask", "email"),
		Address: r.flag(m, "ask", "address"), Phone: r.flag(m, "ask", "phone")}
}

func (r *reader) moment(v dialect.Value, name string) time.Time {
	m, ok := member(v, name)
	if !ok {
		return time.Time{}
	}
	if m.Kind != dialect.String {
		return r.instant(name, "")
	}
	return r.instant(name, m.Text)
}

func (r *reader) instant(name, text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.UTC().Year() > 9999 || t.UTC().Year() < 2000 {
		r.fault(name, "time", "must be a time such as 2030-01-31T12:00:00Z (RFC 3339)")
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

func (r *reader) redirect(v dialect.Value) string {
	s := r.text(v, "", "redirect_url", maxURL)
	if s == "" {
		return ""
	}
	if _, err := paylink.CheckURL(s); err != nil {
		r.fault("redirect_url", "url", "%v", err)
	}
	return s
}

// maxOrigins is how many sites may embed one link.
const maxOrigins = 10

// embed reads the origins that may show the link in a frame: https, or http of the
// merchant's own machine. They stand in a header, so their hosts are plain ASCII.
func (r *reader) embed(v dialect.Value) (out []string) {
	for i, item := range r.items(v, "", "embed_origins", maxOrigins) {
		path := fmt.Sprintf("embed_origins[%d]", i)
		u, err := paylink.CheckURL(item.Text)
		switch {
		case item.Kind != dialect.String:
			r.fault(path, "type", "must be a string")
		case len(item.Text) > maxURL:
			r.fault(path, "too_long", "has more than %d characters", maxURL)
		case err != nil:
			r.fault(path, "url", "%v", err)
		case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || !plainASCII(u.Host):
			r.fault(path, "origin", "must be an origin such as https://shop.example, without a path")
		case u.Scheme == "http" && !loopback(u.Hostname()):
			r.fault(path, "origin", "must be https")
		case slices.Contains(out, strings.ToLower(paylink.Origin(u))):
			r.fault(path, "twice", "is given twice")
		default:
			out = append(out, strings.ToLower(paylink.Origin(u)))
		}
	}
	return out
}

func plainASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

// loopback reports whether a host is the machine that asks itself.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
