package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink"
)

func newProduct(active bool) paylink.Product {
	return paylink.Product{ID: next(paylink.PrefixProduct), MerchantID: merchant.ID, Name: "Tee", Description: "of cotton",
		Price: paylink.Money{Minor: 2500, Currency: "USD"}, Active: active, Images: []string{"fil_1", "https://example.org/tee.png"},
		Metadata: map[string]string{"a": "b"}, Dialect: "native", Foreign: `{"x":1}`, CreatedAt: then, UpdatedAt: then.Add(time.Second)}
}

func newCustomer(email string) paylink.Customer {
	return paylink.Customer{ID: next(paylink.PrefixCustomer), MerchantID: merchant.ID, Payer: paylink.Payer{FirstName: "Ada", Email: email},
		Company: "Engines", Metadata: map[string]string{"a": "b"}, Dialect: "native", Foreign: "{}", CreatedAt: then, UpdatedAt: then}
}

func catalog(t *testing.T, s store) {
	seed(t, s)
	sold, idle, gone := newProduct(true), newProduct(false), newProduct(true)
	euro := newProduct(true)
	euro.Price.Currency = "EUR"
	gone.RemovedAt = then
	tax := paylink.Tax{ID: next(paylink.PrefixTax), MerchantID: merchant.ID, Name: "Sales tax", Description: "of the state", Percent: 88_750,
		Active: true, Dialect: "native", Foreign: "{}", CreatedAt: then, UpdatedAt: then}
	old := tax
	old.ID, old.Active = next(paylink.PrefixTax), false
	file := paylink.File{ID: next(paylink.PrefixFile), MerchantID: merchant.ID, Type: "image/png", Bytes: []byte{0, 1, 255}, CreatedAt: then}
	update(t, s, func(tx paylink.Tx) error {
		for _, p := range []paylink.Product{sold, idle, gone, euro} {
			if err := tx.PutProduct(p); err != nil {
				return err
			}
		}
		for _, v := range []paylink.Tax{tax, old} {
			if err := tx.PutTax(v); err != nil {
				return err
			}
		}
		return tx.AddFile(file)
	})
	idle.Name, idle.Images = "Cap", []string{"https://pay.example/img/x/large/Zm9v"}
	update(t, s, func(tx paylink.Tx) error {
		same(t, "a locked product", sold)(tx.LockProduct(sold.ID))
		same(t, "a locked tax", tax)(tx.LockTax(tax.ID))
		return tx.PutProduct(idle)
	})
	yes, no := true, false
	look(t, s, func(r paylink.Reader) {
		same(t, "a product", idle)(r.Product(idle.ID))
		same(t, "a removed product", gone)(r.Product(gone.ID))
		same(t, "a tax", tax)(r.Tax(tax.ID))
		same(t, "a file", file)(r.File(file.ID))
		same(t, "all products", []paylink.Product{euro, idle, sold})(r.Products(paylink.ProductFilter{MerchantID: merchant.ID}))
		same(t, "active ones", []paylink.Product{euro, sold})(r.Products(paylink.ProductFilter{MerchantID: merchant.ID, Active: &yes}))
		same(t, "idle ones", []paylink.Product{idle})(r.Products(paylink.ProductFilter{MerchantID: merchant.ID, Active: &no}))
		same(t, "of a currency", []paylink.Product{euro})(r.Products(paylink.ProductFilter{MerchantID: merchant.ID, Currency: "EUR"}))
		same(t, "with an image", []paylink.Product{euro, sold})(r.Products(paylink.ProductFilter{MerchantID: merchant.ID, Image: "fil_1"}))
		same(t, "with an address", []paylink.Product{idle})(r.Products(paylink.ProductFilter{MerchantID: merchant.ID, Image: "/img/x/large/Zm9v"}))
		same(t, "another's", []paylink.Product(nil))(r.Products(paylink.ProductFilter{MerchantID: "mer_2"}))
		same(t, "all taxes", []paylink.Tax{old, tax})(r.Taxes(paylink.TaxFilter{MerchantID: merchant.ID}))
		same(t, "active taxes", []paylink.Tax{tax})(r.Taxes(paylink.TaxFilter{MerchantID: merchant.ID, Active: &yes}))
	})
	update(t, s, func(tx paylink.Tx) error { return tx.RemoveFile("mer_2", file.ID) })
	look(t, s, func(r paylink.Reader) { same(t, "a file that another wanted gone", file)(r.File(file.ID)) })
	cover := file
	cover.ID = next(paylink.PrefixFile)
	update(t, s, func(tx paylink.Tx) error {
		return errors.Join(tx.AddFile(cover), tx.KeepFile(merchant.ID, cover.ID), tx.KeepFile("mer_2", file.ID), tx.RemoveFile(merchant.ID, cover.ID))
	})
	look(t, s, func(r paylink.Reader) { same(t, "a file that is kept", cover)(r.File(cover.ID)) })
	update(t, s, func(tx paylink.Tx) error {
		return errors.Join(tx.RemoveFile(merchant.ID, file.ID), tx.RemoveFile(merchant.ID, "fil_0"))
	})
	look(t, s, func(r paylink.Reader) {
		kind(t, "a removed file", second(r.File(file.ID)), paylink.NotFound, "")
	})
}

func customers(t *testing.T, s store) {
	seed(t, s)
	ada, bea, nobody, another := newCustomer("Ada@example.org"), newCustomer("bea@example.org"), newCustomer(""), newCustomer("")
	elsewhere := newCustomer("ada@example.org")
	elsewhere.MerchantID = "mer_2"
	update(t, s, func(tx paylink.Tx) error {
		for _, c := range []paylink.Customer{ada, bea, nobody, another, elsewhere} {
			if err := tx.PutCustomer(c); err != nil {
				return err
			}
		}
		return nil
	})
	twin := newCustomer("ADA@example.org")
	renamed := bea
	renamed.Payer.Email = "ada@Example.org"
	for _, c := range []paylink.Customer{twin, renamed} {
		update(t, s, func(tx paylink.Tx) error {
			if err := tx.PutCustomer(c); paylink.CodeOf(err) != "email_taken" {
				t.Errorf("%s with the address of another: %v, want email_taken", c.ID, err)
			}
			return nil
		})
	}
	ada.Company = "Analytical Engines"
	update(t, s, func(tx paylink.Tx) error { return tx.PutCustomer(ada) })
	look(t, s, func(r paylink.Reader) {
		same(t, "a customer", ada)(r.Customer(ada.ID))
		same(t, "all", []paylink.Customer{another, nobody, bea, ada})(r.Customers(paylink.CustomerFilter{MerchantID: merchant.ID}))
		same(t, "by address", []paylink.Customer{ada})(r.Customers(paylink.CustomerFilter{MerchantID: merchant.ID, Email: "aDa@example.org"}))
	})
	ada.RemovedAt = then
	update(t, s, func(tx paylink.Tx) error {
		if err := tx.PutCustomer(ada); err != nil {
			return err
		}
		same(t, "a locked customer", ada)(tx.LockCustomer(ada.ID))
		return tx.PutCustomer(twin) // the address is free again
	})
}

// customerOnce races for one address.
func customerOnce(t *testing.T, s store) {
	seed(t, s)
	if won := together(t, s, 64, func(tx paylink.Tx) (bool, error) {
		err := tx.PutCustomer(newCustomer("one@example.org"))
		if paylink.CodeOf(err) == "email_taken" {
			return false, nil
		}
		return err == nil, err
	}); won != 1 {
		t.Errorf("%d of 64 customers have the one address, want 1", won)
	}
	var all sync.WaitGroup
	var renamed atomic.Int64
	var customers []paylink.Customer
	for range 8 {
		customers = append(customers, newCustomer(""))
		update(t, s, func(tx paylink.Tx) error { return tx.PutCustomer(customers[len(customers)-1]) })
	}
	for _, c := range customers {
		c.Payer.Email = "two@example.org"
		all.Go(func() {
			switch err := s.Update(context.Background(), func(tx paylink.Tx) error { return tx.PutCustomer(c) }); {
			case err == nil:
				renamed.Add(1)
			case paylink.CodeOf(err) != "email_taken":
				t.Errorf("who comes second with an address: %v, want email_taken", err)
			}
		})
	}
	if all.Wait(); renamed.Load() != 1 {
		t.Errorf("%d of 8 customers took the one address, want 1", renamed.Load())
	}
}

// look compares what is there.
func look(t *testing.T, s store, f func(paylink.Reader)) {
	t.Helper()
	err := s.View(context.Background(), func(r paylink.Reader) error {
		f(r)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
