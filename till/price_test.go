package till_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"paylink"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// onBoth runs a test on a till over each engine.
func onBoth(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if engine == "postgres" {
				db, err := sqlstore.Open(t.Context(), booktest.Postgres(t), sqlstore.Options{TestClock: true})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = db.Close() })
				r.on(db)
			}
			test(t, r)
		})
	}
}

// on moves the rig to another, empty store.
func (r *rig) on(db *sqlstore.Store) {
	r.t.Helper()
	r.db, r.Till.Store = db, db
	made, err := r.Enrol(r.t.Context(), till.Enrolment{Merchant: &paylink.Merchant{Name: "Corner Bakery"},
		Terminals: []paylink.Terminal{{Name: "Main", Gateway: "scripted", Account: "acct_1", Currency: "USD",
			Methods: []paylink.Method{paylink.Card, paylink.Bank}}}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.merchant, r.terminal = made.Merchant, made.Terminals[0]
}

// product makes a product of the merchant, or changes it.
func (r *rig) product(id, name string, minor int64, active bool) {
	r.t.Helper()
	err := r.db.Update(context.Background(), func(tx paylink.Tx) error {
		return tx.PutProduct(paylink.Product{ID: id, MerchantID: r.merchant.ID, Name: name, Price: paylink.Money{Minor: minor, Currency: "USD"},
			Active: active, Foreign: "{}", Dialect: "native", CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) look(address string) till.Sight {
	r.t.Helper()
	s, err := r.Look(context.Background(), address)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// form is an order as the page of a sight makes it.
func (r *rig) form(s till.Sight, quantities ...int64) till.Order {
	return till.Order{Address: s.Address.Value, Attempt: r.AttemptFor(s), Method: paylink.Card, Token: "ok", Quantities: quantities}
}

// bundle is bread in a quantity that the payer may change, and one jar of jam, with
// a tax of 8.875 %.
func bundle(l *paylink.Link) {
	l.Price = paylink.Price{Currency: "USD", Tax: &paylink.Levy{TaxID: "tax_1", Name: "Sales tax", Percent: 88_750}, Lines: []paylink.Line{
		{Title: "Bread", Amount: 450, Product: "prd_bread", Quantity: 2, Adjust: &paylink.Range{Least: 1, Most: 9}},
		{Title: "Jam", Amount: 600, Product: "prd_jam"}}}
}

func (r *rig) bakery() {
	r.product("prd_bread", "Bread", 450, true)
	r.product("prd_jam", "Jam", 600, true)
}

func TestAPaymentHoldsTheLinesThatThePayerChose(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.bakery()
		addr, id := r.issue(bundle)
		p := r.pay(r.form(r.look(addr), 3))
		// 3 × 4.50 + 6.00 = 19.50, and 8.875 % of it: 1.730625.
		if p.State != paylink.Captured || p.Amount.Minor != 2123 || p.Captured != 2123 {
			t.Fatalf("paid %s, captured %d, state %s", p.Amount, p.Captured, p.State)
		}
		kept := r.payment(p.ID)
		want := []paylink.Line{{Title: "Bread", Amount: 450, Product: "prd_bread", Quantity: 3}, {Title: "Jam", Amount: 600, Product: "prd_jam"},
			{Title: "Sales tax", Amount: 173, Levy: &paylink.Levy{TaxID: "tax_1", Name: "Sales tax", Percent: 88_750}}}
		if len(kept.Lines) != 3 || !slices.EqualFunc(kept.Lines[:2], want[:2], func(a, b paylink.Line) bool { return a == b }) || *kept.Lines[2].Levy != *want[2].Levy {
			t.Errorf("lines %+v", kept.Lines)
		}
		if stored := r.link(id); len(stored.Price.Lines) != 2 || stored.Price.Lines[0].Quantity != 2 {
			t.Errorf("the link's own price became %+v", stored.Price)
		}
		if v := kept.View(); v.Tax == nil || v.Tax.Minor != 173 || *v.Lines[0].Quantity != 3 || v.Lines[0].Sum.Minor != 1350 {
			t.Errorf("view %+v", v)
		}
		r.whole()
	})
}

func TestWhatIsChosenOutsideOfTheRangeIsAFaultAtItsField(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.bakery()
	addr, _ := r.issue(bundle)
	for _, n := range []int64{0, 10, -1, 1 << 62} {
		_, err := r.Pay(t.Context(), r.form(r.look(addr), n))
		if f := faultsOf(err); len(f) != 1 || f[0].Field != "quantity_0" {
			t.Errorf("%d loaves: %v", n, err)
		}
	}
	o := r.form(r.look(addr), 2, 50) // the jam has no quantity to change
	if p := r.pay(o); p.Amount.Minor != 1633 {
		t.Errorf("a tampered form is charged %s", p.Amount)
	}
	r.whole()
}

func faultsOf(err error) []paylink.Fault {
	if e, ok := err.(*paylink.Error); ok {
		return e.Faults
	}
	return nil
}

func TestOtherQuantitiesAreAnotherOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.bakery()
	addr, _ := r.issue(bundle)
	o := r.form(r.look(addr), 2)
	first := r.pay(o)
	if again := r.pay(o); again.ID != first.ID {
		t.Error("the same form made a second payment")
	}
	o.Quantities = []int64{3}
	if _, err := r.Pay(t.Context(), o); paylink.KindOf(err) != paylink.Reused {
		t.Errorf("the same attempt with other quantities: %v", err)
	}
}

func TestATypedAmountGetsItsTax(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, _ := r.issue(func(l *paylink.Link) {
		l.Price = paylink.Price{Currency: "USD", Tax: &paylink.Levy{Name: "VAT", Percent: 200_000}, Lines: []paylink.Line{{Open: true, Min: 100, Max: 10_000}}}
	})
	o := r.form(r.look(addr))
	o.Typed = paylink.Money{Minor: 1005, Currency: "USD"}
	if p := r.pay(o); p.Amount.Minor != 1206 || len(p.Lines) != 2 || p.Lines[0].Amount != 1005 || p.Lines[1].Amount != 201 {
		t.Errorf("paid %s of %+v", p.Amount, p.Lines)
	}
	low := r.form(r.look(addr))
	low.Typed = paylink.Money{Minor: 99, Currency: "USD"}
	if _, err := r.Pay(t.Context(), low); len(faultsOf(err)) != 1 || faultsOf(err)[0].Field != "amount" {
		t.Errorf("too little: %v", err)
	}
	r.whole()
}

func TestACatalogSellsWhatIsSold(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		addr, _ := r.issue(func(l *paylink.Link) { l.Price = paylink.Price{Currency: "USD", Catalog: true} })
		if s := r.look(addr); s.Standing != paylink.OffSale {
			t.Errorf("an empty catalog is %s", s.Standing)
		}
		if _, err := r.Pay(t.Context(), r.form(r.look(addr))); paylink.CodeOf(err) != "product_gone" {
			t.Errorf("an empty catalog took a payment: %v", err)
		}
		r.bakery()
		r.product("prd_cake", "Cake", 3000, false)
		s := r.look(addr)
		if s.Standing != paylink.Payable || len(s.Link.Price.Lines) != 2 || len(s.Products) != 2 {
			t.Fatalf("sight %+v", s)
		}
		if _, err := r.Pay(t.Context(), r.form(s)); paylink.CodeOf(err) != "nothing_chosen" {
			t.Errorf("nothing was chosen: %v", err)
		}
		if p := r.pay(r.form(s, 0, 2)); p.Amount != s.Link.Price.Sum(p.Lines[0]) || len(p.Lines) != 1 || p.Lines[0].Quantity != 2 {
			t.Errorf("paid %s of %+v", p.Amount, p.Lines)
		}
		r.whole()
	})
}

func TestAProductThatIsNotSoldMakesItsLinkUnpayable(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.bakery()
	addr, _ := r.issue(bundle)
	o := r.form(r.look(addr), 2)
	r.product("prd_jam", "Jam", 600, false)
	if s := r.look(addr); s.Standing != paylink.OffSale {
		t.Errorf("the link is %s", s.Standing)
	}
	if _, err := r.Pay(t.Context(), o); paylink.KindOf(err) != paylink.Gone || paylink.CodeOf(err) != "product_gone" {
		t.Errorf("it was sold all the same: %v", err)
	}
	r.product("prd_jam", "Jam", 600, true)
	if p := r.pay(o); p.State != paylink.Captured {
		t.Errorf("back on sale, the payment is %s", p.State)
	}
	r.whole()
}

func TestAnotherMerchantsProductIsNotSold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.bakery()
	err := r.db.Update(t.Context(), func(tx paylink.Tx) error {
		other := paylink.Merchant{ID: paylink.NewID(paylink.PrefixMerchant, tx.Now()), Name: "Other", CreatedAt: tx.Now()}
		if err := tx.PutMerchant(other); err != nil {
			return err
		}
		return tx.PutProduct(paylink.Product{ID: "prd_other", MerchantID: other.ID, Name: "Bread", Price: paylink.Money{Minor: 1, Currency: "USD"},
			Active: true, Foreign: "{}", Dialect: "native", CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := r.issue(func(l *paylink.Link) { bundle(l); l.Price.Lines[0].Product = "prd_other" })
	if s := r.look(addr); s.Standing != paylink.OffSale {
		t.Errorf("the link is %s", s.Standing)
	}
}

// However a price changes while people press, everybody is charged what their form
// said, or nothing.
func TestNobodyIsChargedAPriceThatTheirFormDidNotShow(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.bakery()
		addr, _ := r.issue(bundle)
		var wg sync.WaitGroup
		var mu sync.Mutex
		charged, told := 0, 0
		for i := range 20 {
			s := r.look(addr)
			bill, err := s.Link.Price.Bill(paylink.Choice{Quantities: []int64{2}})
			if err != nil {
				t.Fatal(err)
			}
			o := r.form(s, 2)
			wg.Go(func() {
				p, err := r.Pay(context.Background(), o)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case paylink.CodeOf(err) == "price_changed":
					told++
				case err != nil:
					t.Error(err)
				case p.Amount != bill.Total || p.Captured != bill.Total.Minor:
					t.Errorf("the form said %s, charged were %s", bill.Total, p.Amount)
				default:
					charged++
				}
			})
			if i%4 == 3 {
				wg.Go(func() { r.product("prd_bread", "Bread", 450+int64(i), true) })
			}
		}
		wg.Wait()
		// What came before: one whose price has surely changed since it looked.
		o := r.form(r.look(addr), 2)
		r.product("prd_bread", "Bread", 99, true)
		if _, err := r.Pay(t.Context(), o); paylink.CodeOf(err) != "price_changed" || paylink.KindOf(err) != paylink.Invalid {
			t.Errorf("an old form: %v", err)
		}
		if charged+told != 20 {
			t.Errorf("%d charged, %d told of the change", charged, told)
		}
		// Nothing that came before keeps whoever has today's form from paying.
		if p, err := r.Pay(t.Context(), r.form(r.look(addr), 2)); err != nil || p.Captured != 869 { // (2 × 0.99 + 6.00) and 8.875 %
			t.Errorf("today's form: %s captured, %v", p.Amount, err)
		}
		r.whole()
	})
}

// What a merchant hears of a link is what whoever looks at that moment finds.
func TestEventsTellALinkAsPayersFindIt(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.bakery()
		r.product("prd_cake", "Cake", 3000, false)
		d := r.owe("INV-1")
		r.changed(r.CancelsDebt(r.merchant.ID, d.ID, "cash"))
		hears := func(what, id, kind string, standing paylink.Standing, minor int64) {
			t.Helper()
			types, data := r.told(id)
			var v paylink.LinkView
			if err := json.Unmarshal(data, &v); err != nil {
				t.Fatal(err)
			}
			if types[len(types)-1] != kind || v.Standing != standing || v.Amount == nil || v.Amount.Minor != minor || len(v.Lines) != 1 {
				t.Errorf("%s: %v, %+v", what, types, v)
			}
		}
		sells := func(product string) (id string) {
			_, id = r.issue(func(l *paylink.Link) { l.Price.Lines = []paylink.Line{{Title: "x", Amount: 1, Product: product}} })
			return id
		}
		cake, bread := sells("prd_cake"), sells("prd_bread")
		hears("what is not sold", cake, paylink.EventLinkCreated, paylink.OffSale, 1)
		hears("what is sold", bread, paylink.EventLinkCreated, paylink.Payable, 450)
		_, owed := r.issueFor(d)
		hears("what was written off", owed, paylink.EventLinkCreated, paylink.WrittenOff, 2500)
		_, plain := r.issue(nil)
		hears("a link of nothing else", plain, paylink.EventLinkCreated, paylink.Payable, 2500)

		r.product("prd_bread", "Bread", 500, true)
		for _, c := range []struct {
			id       string
			standing paylink.Standing
			minor    int64
		}{{bread, paylink.Payable, 500}, {cake, paylink.OffSale, 1}, {owed, paylink.WrittenOff, 2500}, {plain, paylink.Payable, 2500}} {
			_, _, err := r.Amend(t.Context(), till.Amendment{LinkID: c.id, MerchantID: r.merchant.ID,
				Edit: func(l *paylink.Link, _ paylink.Standing) error { l.Page.Title = "new"; return nil }})
			if err != nil {
				t.Fatal(err)
			}
			hears("changed", c.id, paylink.EventLinkUpdated, c.standing, c.minor)
		}
	})
}

// What is asked for whole, and came to more than can be paid since, is not asked for: no
// page offers what no press can pay.
func TestWhatCameToMoreThanCanBePaidIsNotOffered(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.product("prd_cake", "Cake", 3000, true)
		sells := func(adjust *paylink.Range) (address string) {
			address, _ = r.issue(func(l *paylink.Link) {
				l.Price.Lines = []paylink.Line{{Title: "Cake", Amount: 3000, Product: "prd_cake", Quantity: 4, Adjust: adjust}}
			})
			return address
		}
		four, some := sells(nil), sells(&paylink.Range{Least: 1, Most: 9})
		d := r.owe("INV-1")
		owed, _ := r.issue(func(l *paylink.Link) {
			l.Scope, l.Reference, l.MaxUses = d.Scope, d.Reference, 1
			l.Price = paylink.Price{Currency: "USD", Tax: &paylink.Levy{Name: "VAT", Percent: 200_000}, Lines: []paylink.Line{{Title: "Cake", Amount: 2500, Owed: true}}}
		})
		open := r.form(r.look(four))
		r.product("prd_cake", "Cake", paylink.MaxMinor/3, true)
		r.changed(r.ChangesDebt(r.merchant.ID, d.ID, func(d *paylink.Debt) error { d.Amount.Minor = paylink.MaxMinor; return nil }))
		for address, want := range map[string]paylink.Standing{four: paylink.OffSale, owed: paylink.OffSale, some: paylink.Payable} {
			if got := r.standing(address); got != want {
				t.Errorf("%+v is %s", r.look(address).Link.Price, got)
			}
		}
		if _, err := r.Pay(t.Context(), open); paylink.CodeOf(err) != "total_too_large" || paylink.KindOf(err) != paylink.Gone {
			t.Errorf("it was pressed: %v", err)
		}
		o := r.form(r.look(some))
		o.Quantities = []int64{1}
		if p := r.pay(o); p.Captured != paylink.MaxMinor/3 {
			t.Errorf("one: %s, %s", p.Amount, p.State)
		}
		r.whole()
	})
}
