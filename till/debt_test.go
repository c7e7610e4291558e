package till_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"paylink"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// owe makes a debt of 25.00 USD.
func (r *rig) owe(reference string) paylink.Debt {
	r.t.Helper()
	return r.changed(r.AddsDebt(paylink.Debt{MerchantID: r.merchant.ID, Reference: reference, Title: "Cake", Dialect: "native",
		Amount: paylink.Money{Minor: 2500, Currency: "USD"}}))
}

// changed does a change of a debt.
func (r *rig) changed(c till.Change) (d paylink.Debt) {
	r.t.Helper()
	_, err := r.Once(r.t.Context(), nil, c, func(done till.Changed) (int, string, []byte) {
		d = done.Debt
		return 200, d.ID, nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// issueFor makes a link of a debt.
func (r *rig) issueFor(d paylink.Debt) (address, linkID string) {
	return r.issue(func(l *paylink.Link) { l.Scope, l.Reference, l.MaxUses = d.Scope, d.Reference, 1 })
}

func (r *rig) debt(id string) (d paylink.Debt) {
	r.t.Helper()
	if err := r.Read(r.t.Context(), func(rd paylink.Reader) (err error) { d, err = rd.DebtByID(id); return err }); err != nil {
		r.t.Fatal(err)
	}
	return d
}

func (r *rig) standing(address string) paylink.Standing {
	r.t.Helper()
	s, err := r.Look(r.t.Context(), address)
	if err != nil {
		r.t.Fatal(err)
	}
	return s.Standing
}

func TestADebtIsPaidByOneOfItsLinksAndToldSo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := r.owe("INV-1")
	first, firstID := r.issueFor(d)
	second, secondID := r.issueFor(d)
	if d.State() != paylink.DebtOpen || d.Version != 1 || r.standing(second) != paylink.Payable {
		t.Fatalf("a new debt is %s at version %d", d.State(), d.Version)
	}
	late := r.order(second, secondID, "ok")
	p := r.pay(r.order(first, firstID, "ok"))
	d = r.debt(d.ID)
	if d.State() != paylink.DebtPaid || d.PaymentID != p.ID || d.Version != 2 {
		t.Fatalf("after the payment: %+v", d)
	}
	if got := r.standing(second); got != paylink.Settled {
		t.Errorf("the other link is %s", got)
	}
	if last, err := r.LastPaid(t.Context(), r.link(secondID)); err != nil || last.ID != p.ID {
		t.Errorf("the other link was paid by %s: %v", last.ID, err)
	}
	if _, err := r.Pay(t.Context(), late); paylink.CodeOf(err) != "debt_paid" || paylink.KindOf(err) != paylink.Gone {
		t.Errorf("the other link took a payment: %v", err)
	}
	if got := r.events(d.ID); !slices.Equal(got, []string{paylink.EventDebtCreated, paylink.EventDebtPaid}) {
		t.Errorf("told %v", got)
	}
	if err := r.refused(r.CancelsDebt(r.merchant.ID, d.ID, "late")); paylink.CodeOf(err) != "debt_paid" {
		t.Errorf("a paid debt was cancelled: %v", err)
	}
	r.whole()
}

func TestADebtIsPaidOnceHoweverManyLinksArePressedAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := r.owe("INV-1")
	var orders []till.Order
	for range 12 {
		addr, id := r.issueFor(d)
		orders = append(orders, r.order(addr, id, "ok"))
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	paid := 0
	for _, o := range orders {
		all.Go(func() {
			p, err := r.Pay(t.Context(), o)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && p.State == paylink.Captured {
				paid++
			} else if code := paylink.CodeOf(err); code != "debt_paid" && code != "duplicate_running" {
				t.Errorf("payment %s is %s: %v", p.ID, p.State, err)
			}
		})
	}
	all.Wait()
	if d = r.debt(d.ID); paid != 1 || d.Paid != 1 || d.Reserved != 0 {
		t.Errorf("paid %d times; the debt counts %d paid and %d reserved", paid, d.Paid, d.Reserved)
	}
	r.whole()
}

func TestADebtWhosePaymentIsReturnedIsOpenAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := r.owe("INV-1")
	addr, id := r.issueFor(d)
	p := r.pay(r.order(addr, id, "bank"))
	if r.debt(d.ID).State() != paylink.DebtPaid {
		t.Fatal("a debit that the bank took does not pay the debt")
	}
	if _, err := r.Settle(t.Context(), p.ID, till.Evidence{Kind: paylink.EvidenceQuery, Outcome: r.gateway.says(p, paylink.OutcomeReturned)}); err != nil {
		t.Fatal(err)
	}
	if d = r.debt(d.ID); d.State() != paylink.DebtOpen || d.PaymentID != "" {
		t.Errorf("after the return: %+v", d)
	}
	if got := r.events(d.ID); !slices.Equal(got, []string{paylink.EventDebtCreated, paylink.EventDebtPaid, paylink.EventDebtUpdated}) {
		t.Errorf("told %v", got)
	}
	addr, id = r.issueFor(d)
	if p := r.pay(r.order(addr, id, "ok")); p.State != paylink.Captured {
		t.Errorf("it can't be paid again: %s", p.State)
	}
	r.whole()
}

func TestACancelledDebtIsNotPaidAndAPaymentUnderWayMayFinish(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := r.owe("INV-1")
	addr, id := r.issueFor(d)
	other, otherID := r.issueFor(d)
	late := r.order(other, otherID, "ok")
	running := r.pay(r.order(addr, id, "action"))
	if s := r.debt(d.ID).State(); s != paylink.DebtInProgress {
		t.Errorf("while it is being paid it is %s", s)
	}
	d = r.changed(r.CancelsDebt(r.merchant.ID, d.ID, "paid by cheque"))
	if d.State() != paylink.DebtCancelled || d.CancelReason != "paid by cheque" || r.standing(other) != paylink.WrittenOff {
		t.Errorf("cancelled: %+v, its link is %s", d, r.standing(other))
	}
	if _, err := r.Pay(t.Context(), late); paylink.CodeOf(err) != "debt_cancelled" {
		t.Errorf("a cancelled debt took a payment: %v", err)
	}
	if err := r.refused(r.CancelsDebt(r.merchant.ID, d.ID, "again")); paylink.CodeOf(err) != "debt_cancelled" {
		t.Errorf("it was cancelled again: %v", err)
	}
	_, err := r.Settle(t.Context(), running.ID, till.Evidence{Kind: paylink.EvidenceQuery, Outcome: r.gateway.says(running, paylink.OutcomeCaptured)})
	if err != nil {
		t.Fatal(err)
	}
	if d = r.debt(d.ID); d.State() != paylink.DebtPaid {
		t.Errorf("after the payment that was under way it is %s", d.State())
	}
	want := []string{paylink.EventDebtCreated, paylink.EventDebtCancelled, paylink.EventDebtPaid}
	if got := r.events(d.ID); !slices.Equal(got, want) {
		t.Errorf("told %v", got)
	}
	r.whole()
}

// Whoever pays is shown an amount, and pays the debt with it: while they do, it stays.
func TestADebtsAmountStaysWhileItIsBeingPaid(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		d := r.owe("INV-1")
		addr, id := r.issueFor(d)
		running := r.pay(r.order(addr, id, "action"))
		change := func(m paylink.Money, title string) till.Change {
			return r.ChangesDebt(r.merchant.ID, d.ID, func(d *paylink.Debt) error { d.Amount, d.Title = m, title; return nil })
		}
		for _, m := range []paylink.Money{{Minor: 5000, Currency: "USD"}, {Minor: 1000, Currency: "USD"}, {Minor: 2500, Currency: "EUR"}} {
			if err := r.refused(change(m, "Cake")); paylink.KindOf(err) != paylink.Conflict || paylink.CodeOf(err) != "debt_in_progress" {
				t.Errorf("made %s while it was being paid: %v", m, err)
			}
		}
		if got := r.changed(change(d.Amount, "Two cakes")); got.Title != "Two cakes" || got.Version != 2 {
			t.Errorf("another title: %+v", got)
		}
		if _, err := r.Settle(t.Context(), running.ID, till.Evidence{Kind: paylink.EvidenceQuery, Outcome: r.gateway.says(running, paylink.OutcomeDeclined)}); err != nil {
			t.Fatal(err)
		}
		if got := r.changed(change(paylink.Money{Minor: 5000, Currency: "USD"}, "Two cakes")); got.Amount.Minor != 5000 {
			t.Errorf("when that came to nothing: %+v", got)
		}
		r.whole()
	})
}

func TestADebtIsMadeAndChangedByItsMerchantOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := r.owe("INV-1")
	if named := r.owe(""); named.Reference != named.ID {
		t.Errorf("a debt without a reference is named %q", named.Reference)
	}
	usd := paylink.Money{Minor: 100, Currency: "USD"}
	for what, c := range map[string]struct {
		change till.Change
		code   string
	}{
		"a reference twice":    {r.AddsDebt(paylink.Debt{MerchantID: r.merchant.ID, Reference: "INV-1", Amount: usd}), "debt_exists"},
		"nothing owed":         {r.AddsDebt(paylink.Debt{MerchantID: r.merchant.ID, Amount: paylink.Money{Currency: "USD"}}), "invalid"},
		"a currency that none": {r.AddsDebt(paylink.Debt{MerchantID: r.merchant.ID, Amount: paylink.Money{Minor: 1, Currency: "XXX"}}), "invalid"},
		"a day that is none":   {r.AddsDebt(paylink.Debt{MerchantID: r.merchant.ID, Amount: usd, DueOn: "2026-02-30"}), "invalid"},
		"somebody's customer":  {r.AddsDebt(paylink.Debt{MerchantID: r.merchant.ID, Amount: usd, CustomerID: "cus_none"}), "invalid"},
		"another's debt":       {r.ChangesDebt("mer_2", d.ID, func(*paylink.Debt) error { return nil }), "debt_unknown"},
		"a debt of nobody":     {r.CancelsDebt(r.merchant.ID, "deb_none", ""), "debt_unknown"},
		"an edit that refuses": {r.ChangesDebt(r.merchant.ID, d.ID, func(*paylink.Debt) error { return paylink.E(paylink.Invalid, "mine", "no") }), "mine"},
		"an edit to nonsense":  {r.ChangesDebt(r.merchant.ID, d.ID, func(d *paylink.Debt) error { d.Amount.Minor = 0; return nil }), "invalid"},
	} {
		if err := r.refused(c.change); paylink.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", what, err, c.code)
		}
	}
	got := r.changed(r.ChangesDebt(r.merchant.ID, d.ID, func(d *paylink.Debt) error {
		d.Amount.Minor, d.DueOn = 3000, "2026-12-24"
		d.ID, d.Paid, d.Reference = "deb_x", 7, "other" // not its to change
		return nil
	}))
	if got.ID != d.ID || got.Paid != 0 || got.Reference != "INV-1" || got.Amount.Minor != 3000 || got.DueOn != "2026-12-24" || got.Version != 2 {
		t.Errorf("changed to %+v", got)
	}
	if told := r.events(d.ID); !slices.Equal(told, []string{paylink.EventDebtCreated, paylink.EventDebtUpdated}) {
		t.Errorf("told %v", told)
	}
	var faults *paylink.Error
	err := r.refused(r.AddsDebt(paylink.Debt{MerchantID: r.merchant.ID, Amount: paylink.Money{Currency: "USD"}, DueOn: "soon"}))
	if !errors.As(err, &faults) || len(faults.Faults) != 2 {
		t.Errorf("two broken rules are told as %v", err)
	}
}

// Every API that changes links changes them by Amend: what a debt's link asks for is the
// debt's matter, whoever asks.
func TestADebtDecidesAboutThePriceOfItsLinks(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		d := r.owe("INV-1")
		_, id := r.issueFor(d)
		amend := func(edit func(*paylink.Link)) error {
			_, _, err := r.Amend(t.Context(), till.Amendment{LinkID: id, MerchantID: r.merchant.ID,
				Edit: func(l *paylink.Link, _ paylink.Standing) error { edit(l); return nil }})
			return err
		}
		for what, edit := range map[string]func(*paylink.Link){
			"less":             func(l *paylink.Link) { l.Price.Lines = []paylink.Line{{Title: "Cake", Amount: 100}} },
			"more":             func(l *paylink.Link) { l.Price.Lines = []paylink.Line{{Title: "Cake", Amount: 2501}} },
			"less, in place":   func(l *paylink.Link) { l.Price.Lines[0].Amount = 100 },
			"a payer's choice": func(l *paylink.Link) { l.Price.Lines = []paylink.Line{{Open: true, Min: 1, Max: 2500}} },
			"a tax":            func(l *paylink.Link) { l.Price.Tax = &paylink.Levy{Name: "VAT", Percent: 10_000} },
			"less, of no debt": func(l *paylink.Link) {
				l.Scope, l.Reference, l.Price.Lines = "", "", []paylink.Line{{Title: "Cake", Amount: 100}}
			},
		} {
			if f := faultsOf(amend(edit)); len(f) != 1 || f[0].Field != "amount" || f[0].Code != "debt_decides" {
				t.Errorf("%s: %v", what, f)
			}
		}
		if err := amend(func(l *paylink.Link) { l.Scope, l.Reference, l.Paused = "", "", true }); err != nil {
			t.Error(err)
		}
		if l := r.link(id); l.Price.Lines[0].Amount != 2500 || !l.Paused || l.Version != 2 || l.Scope != d.Scope || l.Reference != d.Reference {
			t.Errorf("it became %+v", l)
		}
	})
}

// A link of a debt asks for what the debt is now, and nobody pays another amount than
// their form showed. A link whose maker chose an amount keeps it.
func TestALinkOfADebtAsksForWhatTheDebtIsNow(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		d := r.owe("INV-1")
		of := func(line paylink.Line) (address, id string) {
			return r.issue(func(l *paylink.Link) {
				l.Scope, l.Reference, l.MaxUses, l.Price.Lines = d.Scope, d.Reference, 1, []paylink.Line{line}
			})
		}
		whole, wholeID := of(paylink.Line{Title: "Cake", Amount: 2500, Owed: true})
		part, _ := of(paylink.Line{Title: "Half a cake", Amount: 1250})
		asks := func(address string, title string, minor int64, standing paylink.Standing) till.Sight {
			t.Helper()
			s := r.look(address)
			if line := s.Link.Price.Lines[0]; line.Title != title || line.Amount != minor || s.Standing != standing {
				t.Errorf("it asks for %+v and is %s, want %q for %d, %s", line, s.Standing, title, minor, standing)
			}
			return s
		}
		change := func(m paylink.Money, title string) {
			t.Helper()
			r.changed(r.ChangesDebt(r.merchant.ID, d.ID, func(d *paylink.Debt) error { d.Amount, d.Title = m, title; return nil }))
		}
		old := r.form(asks(whole, "Cake", 2500, paylink.Payable))
		change(paylink.Money{Minor: 3000, Currency: "USD"}, "Cake and tea")
		asks(whole, "Cake and tea", 3000, paylink.Payable)
		asks(part, "Half a cake", 1250, paylink.Payable)
		if _, err := r.Pay(t.Context(), old); paylink.CodeOf(err) != "price_changed" || r.gateway.calls != 0 {
			t.Errorf("a form that showed 25.00: %v, and %d charges", err, r.gateway.calls)
		}
		// What the link's terminal does not take can't be asked for by it, nor paid a part of.
		today, half := r.form(r.look(whole)), r.form(r.look(part))
		change(paylink.Money{Minor: 3000, Currency: "EUR"}, "Cake and tea")
		asks(whole, "Cake", 2500, paylink.OffSale)
		asks(part, "Half a cake", 1250, paylink.OffSale)
		for _, o := range []till.Order{today, half} {
			if _, err := r.Pay(t.Context(), o); paylink.CodeOf(err) != "debt_currency" || r.gateway.calls != 0 {
				t.Errorf("a debt in another currency: %v, and %d charges", err, r.gateway.calls)
			}
		}
		// That it is over says more.
		gone := r.owe("INV-2")
		euros, _ := r.issueFor(gone)
		r.changed(r.ChangesDebt(r.merchant.ID, gone.ID, func(d *paylink.Debt) error { d.Amount.Currency = "EUR"; return nil }))
		sent := r.form(r.look(euros))
		r.changed(r.CancelsDebt(r.merchant.ID, gone.ID, "cash"))
		if got := r.standing(euros); got != paylink.WrittenOff {
			t.Errorf("a debt in another currency that was cancelled: %s", got)
		}
		if _, err := r.Pay(t.Context(), sent); paylink.CodeOf(err) != "debt_cancelled" {
			t.Errorf("a debt in another currency that was cancelled: %v", err)
		}
		change(paylink.Money{Minor: 3100, Currency: "USD"}, "")
		if p := r.pay(r.form(asks(whole, "", 3100, paylink.Payable))); p.State != paylink.Captured || p.Captured != 3100 || r.debt(d.ID).PaymentID != p.ID {
			t.Errorf("paid %s, %s", p.Amount, p.State)
		}
		if l := r.link(wholeID); l.Price.Lines[0].Amount != 2500 || l.Version != 1 {
			t.Errorf("the link itself became %+v", l)
		}
		r.whole()
	})
}

// between is a store that lets something happen just before a debt is first held.
type between struct {
	paylink.Store
	once *sync.Once
	do   func()
}

func (b between) Update(ctx context.Context, f func(paylink.Tx) error) error {
	return b.Store.Update(ctx, func(tx paylink.Tx) error { return f(betweenTx{tx, b}) })
}

type betweenTx struct {
	paylink.Tx
	b between
}

func (tx betweenTx) LockDebt(scope, reference string) (paylink.Debt, error) {
	tx.b.once.Do(tx.b.do)
	return tx.Tx.LockDebt(scope, reference)
}

// A change that was answered before a payment holds the debt is one that the form did
// not show. Only an engine of many writers lets it come in between.
func TestADebtThatIsChangedWhileAFormIsSentIsNotPaidAsItWas(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	db, err := sqlstore.Open(t.Context(), booktest.Postgres(t), sqlstore.Options{TestClock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r.on(db)
	d := r.owe("INV-1")
	address, _ := r.issue(func(l *paylink.Link) {
		l.Scope, l.Reference, l.MaxUses, l.Price.Lines = d.Scope, d.Reference, 1, []paylink.Line{{Title: "Cake", Amount: 2500, Owed: true}}
	})
	o := r.form(r.look(address))
	node := *r.Till
	node.Store = between{db, &sync.Once{}, func() {
		r.changed(r.ChangesDebt(r.merchant.ID, d.ID, func(d *paylink.Debt) error { d.Amount.Minor = 3000; return nil }))
	}}
	if p, err := node.Pay(t.Context(), o); paylink.CodeOf(err) != "price_changed" || r.gateway.calls != 0 {
		t.Errorf("a form that showed 25.00 of a debt of 30.00: %s %s: %v", p.Amount, p.State, err)
	}
	if p := r.pay(r.form(r.look(address))); p.Captured != 3000 || r.debt(d.ID).PaymentID != p.ID {
		t.Errorf("then paid %s, %s", p.Amount, p.State)
	}
	r.whole()
}
