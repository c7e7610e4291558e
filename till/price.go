package till

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"paylink"
)

// maxCatalog is how many products a link offers that sells all of a merchant's: the
// newest. A longer list is no page that anybody chooses from.
const maxCatalog = 200

// debtOf is the debt of its merchant's that a link asks for, an empty one where it asks
// for none.
func debtOf(r paylink.Reader, l paylink.Link) (d paylink.Debt, err error) {
	if l.AsksForDebt() {
		d, err = r.Debt(l.Scope, l.Reference)
	}
	return d, err
}

// resolve puts the merchant's products, and what of the link's debt d is owed, into a
// link's price. It gives the products with a mark that changes with what is asked for. A
// price that names neither costs no query and has no mark. What is not sold at present,
// not owed in the link's currency, or more by now than can be paid, is an Error of kind
// Gone, codes "product_gone", "debt_currency" and "total_too_large".
func resolve(r paylink.Reader, l *paylink.Link, d paylink.Debt) (sold []paylink.Product, mark string, err error) {
	ids := l.Price.Products()
	if len(ids) == 0 && !l.Price.Catalog && !l.Price.Owed() {
		if d.Made() { // an amount of its own is asked for in the debt's currency all the same
			_, err = l.Price.For(d)
		}
		return nil, "", err
	}
	if l.Price.Catalog {
		if sold, err = onSale(r, l.MerchantID, l.Price.Currency); err != nil {
			return nil, "", err
		}
	}
	listed := make(map[string]bool, len(sold))
	for _, one := range sold {
		listed[one.ID] = true
	}
	for _, id := range ids {
		if listed[id] {
			continue
		}
		one, err := r.Product(id)
		switch {
		case paylink.KindOf(err) == paylink.NotFound, err == nil && one.MerchantID != l.MerchantID:
			continue // With says that it is gone
		case err != nil:
			return nil, "", err
		}
		sold = append(sold, one)
	}
	price, err := l.Price.With(sold)
	if err == nil && d.Made() {
		price, err = price.For(d)
	}
	if err != nil {
		return nil, "", err
	}
	if len(price.Lines) == 0 {
		return nil, "", paylink.E(paylink.Gone, "product_gone", "nothing is sold by this link at present")
	}
	if !price.Chosen() { // a payer who chooses may choose less
		if _, err := price.Bill(paylink.Choice{}); err != nil {
			return nil, "", paylink.E(paylink.Gone, "total_too_large", "what this link asks for comes to more than can be paid")
		}
	}
	l.Price = price
	raw, err := json.Marshal(price)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(raw)
	return sold, hex.EncodeToString(sum[:]), nil
}

// onSale are the newest of a merchant's active products that are sold in a currency:
// those priced in it, and in the one that it stands for.
func onSale(r paylink.Reader, merchant string, c paylink.Currency) ([]paylink.Product, error) {
	active := true
	f := paylink.ProductFilter{MerchantID: merchant, Active: &active, Currency: c, Paging: paylink.Paging{Limit: maxCatalog}}
	sold, err := r.Products(f)
	if err != nil || c.Par() == "" {
		return sold, err
	}
	f.Currency = c.Par()
	more, err := r.Products(f)
	sold = append(sold, more...)
	slices.SortFunc(sold, func(a, b paylink.Product) int { return strings.Compare(b.ID, a.ID) })
	return sold[:min(len(sold), maxCatalog)], err
}
