package till

import "paylink"

// behind is what has a say in whether a link can be paid, beside the link itself.
type behind struct {
	standing paylink.Standing
	products []paylink.Product
	priced   string // see resolve
	debt     paylink.Debt
}

// lookBehind puts the products that a link sells into its price, and tells how it
// stands. A price whose products are not sold at present stays as it was stored.
func lookBehind(r paylink.Reader, l *paylink.Link) (b behind, err error) {
	b.standing = l.StandingAt(r.Now())
	b.products, b.priced, err = resolve(r, l)
	switch {
	case paylink.CodeOf(err) == "product_gone" && b.standing == paylink.Payable:
		b.standing = paylink.OffSale
	case err != nil && paylink.CodeOf(err) != "product_gone":
		return b, err
	}
	if l.Scope == "" || l.Reference == "" {
		return b, nil
	}
	if b.debt, err = r.Debt(l.Scope, l.Reference); err == nil {
		b.standing = b.debt.Standing(b.standing)
	}
	return b, err
}

// Stands gives a link as payers find it: with the names and prices of its products as
// they are now, and its standing, in which products and debt have their say.
func (t *Till) Stands(r paylink.Reader, l paylink.Link) (paylink.Link, paylink.Standing, error) {
	b, err := lookBehind(r, &l)
	return l, b.standing, err
}
