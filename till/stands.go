package till

import "paylink"

// behind is what has a say in whether a link can be paid, beside the link itself.
type behind struct {
	standing paylink.Standing
	products []paylink.Product
	priced   string // see resolve
	debt     paylink.Debt
}

// lookBehind puts the products that a link sells, and what is owed of the debt that it
// asks for, into its price, and tells how it stands. A price that can't be asked for at
// present stays as it was stored. Links of neither cost no query.
func lookBehind(r paylink.Reader, l *paylink.Link) (b behind, err error) {
	if b.debt, err = debtOf(r, *l); err != nil {
		return b, err
	}
	b.standing = b.debt.Standing(l.StandingAt(r.Now()))
	b.products, b.priced, err = resolve(r, l, b.debt)
	switch kind := paylink.KindOf(err); {
	case err != nil && kind != paylink.Gone:
		return b, err
	case err != nil && b.standing == paylink.Payable:
		b.standing = paylink.OffSale
	}
	return b, nil
}

// Stands gives a link as payers find it: with the names and prices of its products, or
// the amount of its debt, as they are now, and its standing, in which both have their say.
func (t *Till) Stands(r paylink.Reader, l paylink.Link) (paylink.Link, paylink.Standing, error) {
	b, err := lookBehind(r, &l)
	return l, b.standing, err
}

// Told is Stands for whoever describes the link: of what a catalog sells, only the lines
// that the link itself has.
func (t *Till) Told(r paylink.Reader, l paylink.Link) (paylink.Link, paylink.Standing, error) {
	found, standing, err := t.Stands(r, l)
	if err == nil {
		found.Price.Lines = found.Price.Lines[:len(l.Price.Lines)]
	}
	return found, standing, err
}

// tell adds an event about a link, which is told as whoever looks at it now finds it.
func (t *Till) tell(tx paylink.Tx, kind string, l paylink.Link, url string) error {
	found, standing, err := t.Told(tx, l)
	if err != nil {
		return err
	}
	v := found.View(url, tx.Now())
	v.Standing = standing
	return addEvent(tx, l.MerchantID, kind, l.ID, l.Version, v)
}
