package storetest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"paylink"
)

func newDebt(reference string) paylink.Debt {
	return paylink.Debt{Scope: paylink.DebtScope(merchant.ID), Reference: reference, Reserved: 1, Paid: 2,
		ID: next(paylink.PrefixDebt), MerchantID: merchant.ID, CustomerID: "cus_1", Amount: paylink.Money{Minor: 2500, Currency: "USD"},
		Title: "Cake", Description: "with cream", DueOn: "2026-12-24", PaymentID: "pay_1", Version: 3,
		Metadata: map[string]string{"a": "b"}, Dialect: "native", Foreign: "{}",
		CreatedAt: then, UpdatedAt: then.Add(time.Second), CancelledAt: then.Add(time.Hour), CancelReason: "why"}
}

func putDebt(tx paylink.Tx, d paylink.Debt) error {
	if _, err := tx.LockDebt(d.Scope, d.Reference); err != nil {
		return err
	}
	return tx.SaveDebt(d)
}

func debts(t *testing.T, s store) {
	whole, open, other := newDebt("INV-1"), newDebt("INV-2"), newDebt("INV-1")
	open.Paid, open.Reserved, open.CancelledAt, open.CustomerID = 0, 0, time.Time{}, ""
	other.MerchantID, other.Scope = "mer_2", paylink.DebtScope("mer_2")
	paid := newDebt("INV-3")
	paid.CancelledAt = time.Time{}
	name := paylink.Debt{Scope: "par_1/shop", Reference: "INV-1", Reserved: 1}
	update(t, s, func(tx paylink.Tx) error {
		for _, d := range []paylink.Debt{whole, open, other, paid, name} {
			if err := putDebt(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	look(t, s, func(r paylink.Reader) {
		same(t, "a debt by its name", whole)(r.Debt(whole.Scope, whole.Reference))
		same(t, "a debt by its id", open)(r.DebtByID(open.ID))
		same(t, "a mere name", name)(r.Debt(name.Scope, name.Reference))
		_, err := r.DebtByID("")
		kind(t, "a debt without an id", err, paylink.NotFound, "")
		same(t, "all", []paylink.Debt{paid, open, whole})(r.Debts(paylink.DebtFilter{MerchantID: merchant.ID}))
		same(t, "unpaid ones", []paylink.Debt{open})(r.Debts(paylink.DebtFilter{MerchantID: merchant.ID, Unpaid: true}))
		same(t, "of a customer", []paylink.Debt{paid, whole})(r.Debts(paylink.DebtFilter{MerchantID: merchant.ID, CustomerID: "cus_1"}))
		same(t, "another's", []paylink.Debt{other})(r.Debts(paylink.DebtFilter{MerchantID: "mer_2"}))
	})
	update(t, s, func(tx paylink.Tx) error {
		same(t, "a locked debt", whole)(tx.LockDebt(whole.Scope, whole.Reference))
		taken := whole
		taken.ID = next(paylink.PrefixDebt)
		kind(t, "a debt under another's id", tx.SaveDebt(taken), paylink.NotFound, "")
		bare := whole
		bare.ID = ""
		kind(t, "a debt that loses its id", tx.SaveDebt(bare), paylink.NotFound, "")
		return nil
	})
}

func linksOfDebt(t *testing.T, s store) {
	l := seedLink(t, s)
	elsewhere := newLink()
	elsewhere.Scope = "par_1/other"
	update(t, s, func(tx paylink.Tx) error { return tx.AddLink(elsewhere) })
	look(t, s, func(r paylink.Reader) {
		same(t, "links of a debt", []paylink.Link{l})(r.Links(paylink.LinkFilter{MerchantID: merchant.ID, Scope: l.Scope, Reference: l.Reference}))
		same(t, "links of a reference", []paylink.Link{elsewhere, l})(r.Links(paylink.LinkFilter{MerchantID: merchant.ID, Reference: l.Reference}))
	})
}

func numbers(t *testing.T, s store) {
	invoices := paylink.Series{MerchantID: merchant.ID, Dialect: "elevate", Kind: "invoice"}
	customers, others := invoices, invoices
	customers.Kind, others.MerchantID = "customer", "mer_2"
	update(t, s, func(tx paylink.Tx) error {
		for i, one := range []struct {
			series paylink.Series
			object string
		}{{invoices, "deb_1"}, {invoices, "deb_2"}, {customers, "cus_1"}, {others, "deb_9"}} {
			same(t, "a number", []int64{1, 2, 1, 1}[i])(tx.GiveNumber(one.series, one.object))
		}
		same(t, "the number that it has", int64(2))(tx.GiveNumber(invoices, "deb_2"))
		return nil
	})
	look(t, s, func(r paylink.Reader) {
		same(t, "by number", "deb_2")(r.Number(invoices, 2))
		same(t, "in another series", "deb_9")(r.Number(others, 1))
		for _, n := range []int64{0, -1, 3, 1 << 62} {
			_, err := r.Number(invoices, n)
			kind(t, "number "+strconv.FormatInt(n, 10), err, paylink.NotFound, "")
		}
		same(t, "numbers", map[string]int64{"deb_1": 1, "deb_2": 2})(r.NumbersOf(invoices, "deb_2", "deb_1", "deb_3", "cus_1"))
		same(t, "no numbers", map[string]int64{})(r.NumbersOf(invoices))
	})
}

// numberMany gives more numbers than one statement asks for.
func numberMany(t *testing.T, s store) {
	series := paylink.Series{MerchantID: merchant.ID, Dialect: "elevate", Kind: "payment"}
	var ids []string
	want := map[string]int64{}
	for i := range 250 {
		ids = append(ids, "pay_"+strconv.Itoa(i))
		want[ids[i]] = int64(i + 1)
	}
	update(t, s, func(tx paylink.Tx) error {
		for _, id := range ids {
			if _, err := tx.GiveNumber(series, id); err != nil {
				return err
			}
		}
		return nil
	})
	look(t, s, func(r paylink.Reader) { same(t, "250 numbers", want)(r.NumbersOf(series, ids...)) })
}

func numberOnce(t *testing.T, s store) {
	series := paylink.Series{MerchantID: merchant.ID, Dialect: "elevate", Kind: "invoice"}
	got := make(chan int64, 64)
	together(t, s, 64, func(tx paylink.Tx) (bool, error) {
		n, err := tx.GiveNumber(series, "deb_1")
		if err == nil {
			select {
			case got <- n:
			default: // a second run of the closure
			}
		}
		return true, err
	})
	n := view(t, s, func(r paylink.Reader) (map[string]int64, error) { return r.NumbersOf(series, "deb_1") })["deb_1"]
	if id := view(t, s, func(r paylink.Reader) (string, error) { return r.Number(series, n) }); id != "deb_1" {
		t.Errorf("number %d is of %q", n, id)
	}
	// Every caller but those whose transaction was run again saw the one number.
	close(got)
	for one := range got {
		if one != n {
			t.Errorf("a caller was given %d, the object has %d", one, n)
		}
	}
}

// numbersDiffer lets every other caller fail after it was given a number.
func numbersDiffer(t *testing.T, s store) {
	series := paylink.Series{MerchantID: merchant.ID, Dialect: "elevate", Kind: "paymentLink"}
	var all sync.WaitGroup
	var ids []string
	for i := range 128 {
		id := "plk_" + strconv.Itoa(i)
		if i%2 == 0 {
			ids = append(ids, id)
		}
		all.Go(func() {
			err := s.Update(context.Background(), func(tx paylink.Tx) error {
				if _, err := tx.GiveNumber(series, id); err != nil {
					return err
				}
				if i%2 == 1 {
					return errMine
				}
				return nil
			})
			if err != nil && !errors.Is(err, errMine) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := view(t, s, func(r paylink.Reader) (map[string]int64, error) { return r.NumbersOf(series, ids...) })
	seen := map[int64]bool{}
	for _, n := range got {
		seen[n] = true
	}
	if len(got) != len(ids) || len(seen) != len(ids) {
		t.Errorf("%d objects have %d numbers, %d different ones", len(ids), len(got), len(seen))
	}
}
