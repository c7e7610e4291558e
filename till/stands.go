package till

import "paylink"

// Stands gives a link as payers find it: with the names and prices of its products as
// they are now, and its standing, in which products and debt have their say. A price
// whose products are not sold at present stays as it was stored.
func (t *Till) Stands(r paylink.Reader, l paylink.Link) (paylink.Link, paylink.Standing, error) {
	standing := l.StandingAt(r.Now())
	_, _, err := resolve(r, &l)
	switch {
	case paylink.CodeOf(err) == "product_gone" && standing == paylink.Payable:
		standing = paylink.OffSale
	case err != nil && paylink.CodeOf(err) != "product_gone":
		return l, standing, err
	}
	if l.Scope == "" || l.Reference == "" {
		return l, standing, nil
	}
	d, err := r.Debt(l.Scope, l.Reference)
	return l, d.Standing(standing), err
}
