package native

import (
	"fmt"
	"slices"
	"strings"

	"paylink"
	"paylink/dialect"
)

// line reads a line of a price: an amount of its own, or a product that decides about
// name and amount, and how many of it.
func (r *reader) line(path string, item dialect.Value, c *paylink.Currency) paylink.Line {
	l := paylink.Line{Title: r.text(item, path, "title", maxTitle), Product: r.text(item, path, "product", maxID),
		Quantity: r.whole(item, path, "quantity", 0, 1, paylink.MaxQuantity)}
	amount, priced := member(item, "amount")
	switch {
	case l.Product != "" && (priced || l.Title != ""):
		r.fault(path+".product", "product_decides", "decides about title and amount; leave those out")
	case l.Product != "" && *c == "":
		r.fault("currency", "required", "say the currency of the products")
	case l.Product == "" && !priced:
		r.fault(path+".amount", "required", "a line needs an amount or a product")
	case priced:
		l.Amount = r.money(path+".amount", amount, c)
	}
	if m, ok := member(item, "adjustable"); ok && r.object(join(path, "adjustable"), m, "least", "most") {
		l.Adjust = &paylink.Range{Least: r.whole(m, path+".adjustable", "least", 1, 0, paylink.MaxQuantity),
			Most: r.whole(m, path+".adjustable", "most", paylink.MaxQuantity, 1, paylink.MaxQuantity)}
		if l.Quantity == 0 {
			l.Quantity = max(1, l.Adjust.Least)
		}
		if l.Quantity < l.Adjust.Least || l.Quantity > l.Adjust.Most {
			r.fault(path+".quantity", "range", "must lie within adjustable")
		}
	}
	return l
}

// settle fills in what the order only names: the debt, the products, the tax and the
// customer.
func (o *order) settle(rd paylink.Reader, r *reader) error {
	for _, find := range []func(paylink.Reader, *reader) error{o.findDebt, o.findProducts, o.findTax, o.findCustomer} {
		if err := find(rd, r); err != nil {
			return err
		}
	}
	if len(r.faults) == 0 {
		r.sum(o.link.Price)
	}
	return nil
}

// sum judges what no single field of a price breaks: its total, with its tax.
func (r *reader) sum(p paylink.Price) {
	err := p.Check()
	if err == nil {
		return
	}
	field, text := "lines", textOf(err)
	if p.Open() {
		field = "open_amount"
	}
	if p.Open() && p.Tax != nil && paylink.CodeOf(err) == "total_too_large" {
		field, text = "open_amount.max", "is more than can be paid together with the tax"
	}
	r.fault(field, paylink.CodeOf(err), "%s", text)
}

// is tells what is there and the merchant's from what is not, and from trouble.
func is(err error, mine bool) (bool, error) {
	if err != nil && paylink.KindOf(err) != paylink.NotFound {
		return false, err
	}
	return err == nil && mine, nil
}

func (o *order) findDebt(rd paylink.Reader, r *reader) error {
	if o.debt == "" {
		return nil
	}
	l := &o.link
	d, err := rd.DebtByID(o.debt)
	found, err := is(err, d.MerchantID == l.MerchantID)
	if err != nil {
		return err
	}
	switch state := d.State(); {
	case !found:
		r.fault("debt", "debt_unknown", "there is no such debt")
		return nil
	case state == paylink.DebtPaid || state == paylink.DebtCancelled:
		r.fault("debt", "debt_"+string(state), "is %s", state)
		return nil
	}
	l.Price = paylink.Price{Currency: d.Amount.Currency, Lines: []paylink.Line{{Title: d.Title, Amount: d.Amount.Minor, Owed: true}}}
	l.Scope, l.Reference = d.Scope, d.Reference
	l.Page.ShowReference = d.Reference != d.ID // an id tells payers nothing
	if l.Page.Title == "" {
		l.Page.Title = d.Title
	}
	if o.customer != "" || d.CustomerID == "" {
		return nil
	}
	// A customer who was removed owes what they owed; their data fill in no form.
	who, err := rd.Customer(d.CustomerID)
	found, err = is(err, who.RemovedAt.IsZero())
	if found {
		o.customer = who.ID
	}
	return err
}

func (o *order) findProducts(rd paylink.Reader, r *reader) error {
	p := &o.link.Price
	var products []paylink.Product
	for i, line := range p.Lines {
		if line.Product == "" {
			continue
		}
		one, err := rd.Product(line.Product)
		found, err := is(err, one.MerchantID == o.link.MerchantID)
		if err != nil {
			return err
		}
		path := fmt.Sprintf("lines[%d].product", i)
		if _, fits := one.Price.In(p.Currency); !found || !one.RemovedAt.IsZero() {
			r.fault(path, "product_unknown", "there is no such product")
		} else if !one.Active || !fits {
			r.fault(path, "product_gone", "is not sold in %s at present", p.Currency)
		} else if slices.ContainsFunc(products, func(had paylink.Product) bool { return had.ID == one.ID }) {
			r.fault(path, "twice", "is given twice; raise its quantity")
		}
		products = append(products, one)
	}
	if len(products) == 0 || len(r.faults) > 0 {
		return nil
	}
	priced, err := p.With(products)
	if err != nil {
		r.fault("lines", paylink.CodeOf(err), "%s", textOf(err))
		return nil
	}
	*p = priced
	return nil
}

func (o *order) findTax(rd paylink.Reader, r *reader) error {
	if o.tax == "" {
		return nil
	}
	v, err := rd.Tax(o.tax)
	found, err := is(err, v.MerchantID == o.link.MerchantID && v.RemovedAt.IsZero())
	switch {
	case err != nil:
		return err
	case !found:
		r.fault("tax", "tax_unknown", "there is no such tax")
	case !v.Active:
		r.fault("tax", "tax_inactive", "is switched off")
	default:
		o.link.Price.Tax = v.Levy()
	}
	return nil
}

func (o *order) findCustomer(rd paylink.Reader, r *reader) error {
	if o.customer == "" {
		return nil
	}
	v, err := rd.Customer(o.customer)
	found, err := is(err, v.MerchantID == o.link.MerchantID && v.RemovedAt.IsZero())
	switch {
	case err != nil:
		return err
	case !found:
		r.fault("customer", "customer_unknown", "there is no such customer")
	default:
		o.link.CustomerID, o.link.Page.Prefill = v.ID, v.Payer
		o.link.Page.Prefill.Country = strings.ToUpper(v.Payer.Country)
	}
	return nil
}
