package main

import (
	"context"
	"fmt"

	"paylink"
	"paylink/dialect/elevate"
	"paylink/till"
)

// furnishElevate gives the merchant what Elevate's clients need: a user, and a payment
// provider, a customer, an invoice and an adhoc invoice, each number 1.
func (d *demo) furnishElevate(ctx context.Context, merchant string) error {
	t := d.run.node.till
	_, err := t.Authenticate(ctx, elevate.Name, elevate.KindUser, elevate.Lookup(elevateBrand, elevateUser), d.known.ElevatePassword)
	if paylink.KindOf(err) == paylink.Unauthenticated && err != nil {
		_, err = t.Enrol(ctx, till.Enrolment{Merchant: &paylink.Merchant{ID: merchant}, Credentials: []till.NewCredential{{Dialect: elevate.Name,
			Kind: elevate.KindUser, Lookup: elevate.Lookup(elevateBrand, elevateUser), Secret: d.known.ElevatePassword}}})
	}
	if err != nil {
		return err
	}
	return t.Store.Update(ctx, func(tx paylink.Tx) error {
		terms, err := tx.Terminals(merchant)
		if err == nil && len(terms) == 0 {
			err = fmt.Errorf("the demo's merchant %s has no terminal; remove the directory to start anew", merchant)
		}
		if err != nil {
			return err
		}
		if d.billing.provider, err = elevate.NumberTerminal(tx, terms[0]); err != nil {
			return err
		}
		who, err := d.debtor(tx, merchant)
		if err != nil {
			return err
		}
		if d.billing.customer, err = elevate.NumberCustomer(tx, who); err != nil {
			return err
		}
		d.billing.invoice, err = d.owed(tx, paylink.Debt{MerchantID: merchant, CustomerID: who.ID, Reference: "INV-2026-11", Title: "Electricity, November",
			Amount: paylink.Money{Minor: 8450, Currency: terms[0].Currency}, DueOn: "2026-12-15", Dialect: elevate.Name})
		if err != nil {
			return err
		}
		d.billing.adhoc, err = d.owed(tx, paylink.Debt{MerchantID: merchant, CustomerID: who.ID, Reference: "ADH-2026-1", Title: "Meter exchange",
			Amount: paylink.Money{Minor: 6000, Currency: terms[0].Currency}, DueOn: "2026-12-31", Dialect: elevate.Name, Foreign: elevate.Adhoc})
		return err
	})
}

// billing is what Elevate's clients of the demo can name.
type billing struct{ provider, customer, invoice, adhoc int64 }

// debtor is the demo's customer who has bills to pay, made where there is none.
func (d *demo) debtor(tx paylink.Tx, merchant string) (paylink.Customer, error) {
	const email = "robin@customer.example"
	had, err := tx.Customers(paylink.CustomerFilter{MerchantID: merchant, Email: email, Paging: paylink.Paging{Limit: 1}})
	if err != nil || len(had) == 1 {
		return append(had, paylink.Customer{})[0], err
	}
	made, err := d.run.node.till.AddsCustomer(paylink.Customer{MerchantID: merchant, Dialect: elevate.Name,
		Payer: paylink.Payer{FirstName: "Robin", LastName: "Demo", Email: email}})(tx)
	return made.Customer, err
}

// owed is the number of a debt of the demo, made where there is none.
func (d *demo) owed(tx paylink.Tx, want paylink.Debt) (int64, error) {
	had, err := tx.Debt(paylink.DebtScope(want.MerchantID), want.Reference)
	if err == nil && !had.Made() {
		var made till.Changed
		made, err = d.run.node.till.AddsDebt(want)(tx)
		had = made.Debt
	}
	if err != nil {
		return 0, err
	}
	return elevate.NumberDebt(tx, had)
}
