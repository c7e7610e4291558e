package main

import (
	"context"
	"strings"

	"paylink"
	"paylink/dialect/devdraft"
	"paylink/till"
)

// furnishDevdraft gives the merchant what Devdraft's clients need beside terminals in
// stablecoins: a key with its secret, and a product, a tax and a customer.
func (d *demo) furnishDevdraft(ctx context.Context, merchant string) error {
	t := d.run.node.till
	_, err := t.Authenticate(ctx, devdraft.Name, devdraft.KindClient, d.known.DevdraftKey, d.known.DevdraftSecret)
	if paylink.KindOf(err) == paylink.Unauthenticated && err != nil {
		_, err = t.Enrol(ctx, till.Enrolment{Merchant: &paylink.Merchant{ID: merchant}, Credentials: []till.NewCredential{
			{Dialect: devdraft.Name, Kind: devdraft.KindClient, Lookup: d.known.DevdraftKey, Secret: d.known.DevdraftSecret}}})
	}
	if err != nil {
		return err
	}
	name := "demo/devdraft/" + merchant
	var ids string
	err = t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		if ids, err = tx.Setting(name); err != nil || ids != "" {
			return err
		}
		p, err := t.AddsProduct(paylink.Product{MerchantID: merchant, Name: "Lighthouse tee", Description: "Cotton, printed by hand.",
			Price: paylink.Money{Minor: 2500, Currency: "USD"}, Active: true, Dialect: devdraft.Name, Foreign: "{}"})(tx)
		if err != nil {
			return err
		}
		v, err := t.AddsTax(paylink.Tax{MerchantID: merchant, Name: "Sales tax", Percent: 85_000, Active: true, Dialect: devdraft.Name})(tx)
		if err != nil {
			return err
		}
		c, err := t.AddsCustomer(paylink.Customer{MerchantID: merchant, Dialect: devdraft.Name, Foreign: "{}",
			Payer: paylink.Payer{FirstName: "Grace", LastName: "Hopper", Email: "grace@example.com", Phone: "+1-555-123-4567"}})(tx)
		if err != nil {
			return err
		}
		ids = strings.Join([]string{p.Product.ID, v.Tax.ID, c.Customer.ID}, " ")
		return tx.PutSetting(name, ids)
	})
	for i, id := range strings.Fields(ids) {
		d.catalog[i] = devdraft.UUID([]string{paylink.PrefixProduct, paylink.PrefixTax, paylink.PrefixCustomer}[i], id)
	}
	return err
}
