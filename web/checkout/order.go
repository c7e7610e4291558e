package checkout

import (
	"strconv"
	"strings"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// Order is what a payer chooses from: the lines of a price whose quantities they
// decide about. Amounts are written for the locale; the ones in minor units are for
// the script, which adds up as paylink.Price.Bill does.
type Order struct {
	Items []Item
	Tax   string // its name and rate, "" without one
	Levy  string // the tax in what is chosen
	Total string // of what is chosen, "" for nothing
	None  string // what to say when nothing is chosen
	Shown bool   // some of the items have a picture
}

// Item is one line of an order.
type Item struct {
	Field   Field // of the quantity; its name is that of the form value
	Text    string
	Picture string // its address, "" for none
	Unit    string // "$4.50", or "2 × $4.50" where the quantity stands
	Sum     string
	Minor   int64 // of one, in minor units
	Least   int64
	Most    int64
	Fixed   bool // the payer has no say in its quantity
}

// quantityName is the form value of a line's quantity. It names the product where
// there is one: what is sold may have changed place since the form was shown.
func quantityName(i int, line paylink.Line) string {
	if line.Product != "" {
		return "quantity_" + line.Product
	}
	return "quantity_" + strconv.Itoa(i)
}

// longestQuantity is the most digits of a quantity (paylink.MaxQuantity).
const longestQuantity = 4

// readQuantity reads digits alone, as a number field sends them.
func readQuantity(text string) (int64, bool) {
	if len(text) > longestQuantity {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 16)
	return int64(n), err == nil
}

// choose is what the values say of the amount: quantities that can't be read or are
// out of their range are left as the price has them, and named in wrong.
func choose(s till.Sight, l look.Locale, val Values, wrong Faults) paylink.Choice {
	price := s.Link.Price
	var c paylink.Choice
	if price.Open() {
		if m, err := readAmount(l, val["amount"], price.Currency); err == nil {
			c.Typed = m
		}
	}
	for i, line := range price.Lines {
		n := line.N()
		if text, given := val[quantityName(i, line)]; given && line.Adjust != nil {
			typed, ok := readQuantity(text)
			if ok && typed >= line.Adjust.Least && typed <= line.Adjust.Most {
				n = typed
			} else {
				wrong[quantityName(i, line)] = wrongQuantity(l, line)
			}
		}
		c.Quantities = append(c.Quantities, n)
	}
	if !price.Chosen() || price.Open() {
		c.Quantities = nil
	}
	return c
}

func wrongQuantity(l look.Locale, line paylink.Line) string {
	return l.T("error.quantity", "least", strconv.FormatInt(line.Adjust.Least, 10), "most", strconv.FormatInt(line.Adjust.Most, 10))
}

// order is what the payer chooses from, nil where they choose no quantities.
func (h *Handler) order(s till.Sight, l look.Locale, val Values, wrong Faults, bill paylink.Bill) *Order {
	price := s.Link.Price
	if !price.Chosen() || price.Open() {
		return nil
	}
	products := make(map[string]paylink.Product, len(s.Products))
	for _, p := range s.Products {
		products[p.ID] = p
	}
	o := &Order{None: l.T("order.none")}
	c := choose(s, l, val, Faults{})
	for i, line := range price.Lines {
		line.Quantity = c.Quantities[i]
		name := quantityName(i, line)
		sold := products[line.Product]
		item := Item{Text: sold.Description, Minor: line.Amount, Fixed: line.Adjust == nil, Unit: l.Money(price.Money(line.Amount)),
			Picture: h.picture(sold.Images, false)}
		if sum := price.Sum(line); sum.Minor > 0 {
			item.Sum = l.Money(sum)
		}
		item.Field = Field{Name: name, Label: lineTitle(l, line, i), Value: strconv.FormatInt(line.Quantity, 10), Error: wrong[name]}
		if text, typed := val[name]; typed {
			item.Field.Value = text
		}
		if item.Fixed {
			if n := line.N(); n > 1 {
				item.Unit = l.T("lines.quantity", "quantity", strconv.FormatInt(n, 10), "price", item.Unit)
			}
		} else {
			item.Field.Wrong, item.Least, item.Most = wrongQuantity(l, line), line.Adjust.Least, line.Adjust.Most
		}
		o.Shown = o.Shown || item.Picture != ""
		o.Items = append(o.Items, item)
	}
	if price.Tax != nil {
		o.Tax, o.Levy = taxName(l, *price.Tax), l.Money(paylink.Money{Minor: bill.Tax.Minor, Currency: price.Currency})
	}
	if len(bill.Lines) > 0 {
		o.Total = l.Money(bill.Total)
	}
	return o
}

// nothing is what stands for a total that there is none of: because nothing is chosen
// yet, or, where something always is, because a quantity can't be.
func nothing(l look.Locale, price paylink.Price) string {
	for _, line := range price.Lines {
		if line.Adjust == nil || line.Adjust.Least > 0 {
			return noTotal
		}
	}
	return l.T("order.none")
}

const noTotal = "–"

// picture is the address under which the page shows the first of a merchant's
// pictures, "" for none.
func (h *Handler) picture(refs []string, large bool) string {
	if h.Picture == nil || len(refs) == 0 || refs[0] == "" {
		return ""
	}
	return h.Picture(refs[0], large)
}

// lineTitle is what a line is called; a tax is called by its rate, too.
func lineTitle(l look.Locale, line paylink.Line, i int) string {
	switch {
	case line.Levy != nil:
		return taxName(l, *line.Levy)
	case line.Title == "" && line.Open:
		return l.T("receipt.amount")
	case line.Title == "":
		return l.T("lines.numbered", "n", strconv.Itoa(i+1))
	}
	return line.Title
}

func taxName(l look.Locale, t paylink.Levy) string {
	percent := strings.Replace(t.Percent.Decimal(), ".", l.Decimal(), 1)
	if t.Name == "" {
		return l.T("lines.tax_plain", "percent", percent)
	}
	return l.T("lines.tax", "name", t.Name, "percent", percent)
}

// sums is what the script needs to add up: how amounts are written, the rate of the
// tax, and the minor units that are asked for whatever is chosen.
func sums(price paylink.Price) (base int64, percent paylink.Percent) {
	for _, line := range price.Lines {
		if line.Adjust == nil && !line.Open {
			base += price.Sum(line).Minor
		}
	}
	if price.Tax != nil {
		percent = price.Tax.Percent
	}
	return base, percent
}
