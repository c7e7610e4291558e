package elevate_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"paylink"
	"paylink/till"
)

// The request of Elevate's documentation, and its vendor's sample, which names all
// three targets.
func TestTheDocumentedRequestMakesALink(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", linkPath, `{"paymentProviderId":1,"amountInMajorCurrency":10.5,"description":"Invoice 42","emailAddress":"a@b.example","invoiceId":1}`)
		want := `{"id":1,"paymentProviderId":1,"amountInMajorCurrency":10.5,"currencyId":1,"description":"Invoice 42","emailAddress":"a@b.example","invoiceId":1,"paymentLink":"` +
			a.text(t, "paymentLink") + `"}`
		if a.body != want || a.header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("got  %s\nwant %s", a.body, want)
		}
		s := r.look(a)
		l := s.Link
		if l.Page.Title != "Invoice 42" || l.Page.Prefill.Email != "a@b.example" || l.Price.Lines[0].Amount != 1050 || l.MaxUses != 1 ||
			l.Reference != "INV-1" || l.CustomerID != r.debts[0].CustomerID || s.Standing != paylink.Payable || l.Dialect != "elevate" {
			t.Errorf("the link is %+v", l)
		}
		b := r.must(201, "POST", linkPath, order("11", `"invoiceId":1,"adhocInvoiceId":1,"customerId":1`))
		want = `{"id":2,"paymentProviderId":1,"amountInMajorCurrency":11,"currencyId":1,"description":"Invoice 42","invoiceId":1,"adhocInvoiceId":1,"customerId":1,"paymentLink":"` +
			b.text(t, "paymentLink") + `"}`
		if b.body != want {
			t.Errorf("got  %s\nwant %s", b.body, want)
		}
		if s := r.look(b); s.Debt.ID != r.debts[0].ID {
			t.Errorf("of three targets the invoice decides; it was %+v", s.Debt)
		}
	})
}

func TestARepeatedCallFindsTheLinkThatStands(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		for name, target := range map[string]string{"invoice": `"invoiceId":1`, "adhoc invoice": `"adhocInvoiceId":1`, "customer": `"customerId":1`} {
			first := r.must(201, "POST", linkPath, order("10.5", target))
			for _, amount := range []string{"10.5", "10.50", "105e-1"} {
				if again := r.must(200, "POST", linkPath, order(amount, target)); again.body != first.body {
					t.Errorf("%s: first %s\nthen %s", name, first.body, again.body)
				}
			}
			sibling := r.must(201, "POST", linkPath, order("10.51", target))
			if sibling.get(t, "id") == first.get(t, "id") || r.look(sibling).Debt.ID != r.look(first).Debt.ID {
				t.Errorf("%s: another amount gave %s after %s", name, sibling.body, first.body)
			}
			r.must(200, "POST", linkPath, order("10.51", target))
			r.must(200, "POST", linkPath, order("10.5", target))
		}
		// One whose amount another API changed is the one of that amount, and says so.
		changed := r.must(201, "POST", linkPath, order("12", `"customerId":1`))
		_, _, err := r.till.Amend(t.Context(), till.Amendment{LinkID: r.look(changed).Link.ID, MerchantID: r.made.Merchant.ID,
			Edit: func(l *paylink.Link, _ paylink.Standing) error { l.Price.Lines[0].Amount = 1300; return nil }})
		if err != nil {
			t.Fatal(err)
		}
		if again := r.must(200, "POST", linkPath, order("13", `"customerId":1`)); again.text(t, "paymentLink") != changed.text(t, "paymentLink") ||
			!strings.Contains(again.body, `"amountInMajorCurrency":13,`) {
			t.Errorf("first %s\nthen %s", changed.body, again.body)
		}
		// Without a debt the description is what says what is paid for.
		r.must(201, "POST", linkPath, `{"paymentProviderId":1,"amountInMajorCurrency":10.5,"description":"For December","customerId":1}`)
		// Two calls that name nobody need not mean the same.
		r.must(201, "POST", linkPath, order("10.5"))
		r.must(201, "POST", linkPath, order("10.5"))
	})
}

// 64 equal requests over two nodes make one link, for a debt and for a customer.
func TestEqualRequestsAtOnceMakeOneLink(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		urls := []string{r.url}
		if strings.HasPrefix(r.dsn, "postgres") { // a file of SQLite is one node's
			_, _, second := node(t, r.dsn)
			urls = append(urls, second)
		}
		for _, target := range []string{`"invoiceId":1`, `"customerId":1`} {
			var all sync.WaitGroup
			var mu sync.Mutex
			statuses, bodies := map[int]int{}, map[string]bool{}
			for i := range 64 {
				all.Go(func() {
					a := send(t, urls[i%len(urls)], r.token, "POST", linkPath, order("10.5", target))
					mu.Lock()
					defer mu.Unlock()
					statuses[a.status]++
					bodies[a.body] = true
				})
			}
			all.Wait()
			if statuses[201] != 1 || statuses[200] != 63 || len(bodies) != 1 {
				t.Errorf("%s: answers by status %v, %d different ones", target, statuses, len(bodies))
			}
		}
		var links int
		err := r.till.Read(context.Background(), func(rd paylink.Reader) error {
			all, err := rd.Links(paylink.LinkFilter{MerchantID: r.made.Merchant.ID})
			links = len(all)
			return err
		})
		if err != nil || links != 2 {
			t.Errorf("%d links were made (%v), want 2", links, err)
		}
	})
}

func TestAnInvoiceIsPaidOverOneOfItsLinks(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		first := r.must(201, "POST", linkPath, order("10.5", `"invoiceId":1`))
		second := r.must(201, "POST", linkPath, order("5", `"invoiceId":1`))
		if p := r.pay(first, "decline"); p.State != paylink.Declined {
			t.Fatalf("the bank said no, and the payment is %s", p.State)
		}
		r.must(200, "POST", linkPath, order("10.5", `"invoiceId":1`)) // nothing was taken
		if p := r.pay(first, "action"); p.State != paylink.RequiresAction {
			t.Fatalf("the payment is %s", p.State)
		}
		r.must(200, "POST", linkPath, order("10.5", `"invoiceId":1`)) // who is on the way may come back to it
		if _, err := r.tryPay(second, "ok"); paylink.CodeOf(err) != "duplicate_running" {
			t.Errorf("a second payer at the same time: %v", err)
		}
		r.must(201, "POST", linkPath, order("7", `"invoiceId":1`)) // the first may yet fail

		adhoc := r.must(201, "POST", linkPath, order("99", `"adhocInvoiceId":1`))
		other := r.must(201, "POST", linkPath, order("50", `"adhocInvoiceId":1`))
		if p := r.pay(adhoc, "ok"); p.State != paylink.Captured {
			t.Fatalf("the payment is %s", p.State)
		}
		if s := r.look(other); s.Standing != paylink.Settled || s.Debt.State() != paylink.DebtPaid {
			t.Errorf("the other link is %s, its debt %s", s.Standing, s.Debt.State())
		}
		if _, err := r.tryPay(other, "ok"); paylink.CodeOf(err) != "debt_paid" {
			t.Errorf("a paid invoice was paid again: %v", err)
		}
		for _, amount := range []string{"99", "50", "1"} {
			r.must(409, "POST", linkPath, order(amount, `"adhocInvoiceId":1`))
		}
	})
}

func TestAnInvoiceThatIsAskedForNoMoreHasNoNewLink(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", linkPath, order("10.5", `"invoiceId":1`))
		r.debt(r.till.CancelsDebt(r.made.Merchant.ID, r.debts[0].ID, "paid by cheque"))
		r.must(409, "POST", linkPath, order("10.5", `"invoiceId":1`))
		if s := r.look(a); s.Standing != paylink.WrittenOff {
			t.Errorf("its link is %s", s.Standing)
		}
	})
}

// The caller chose the link's amount: it stays when the invoice changes, and the call for
// the new amount makes a new link.
func TestALinkKeepsTheAmountThatItsCallerChose(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		was := r.debts[0].Amount
		asked := order(was.Decimal(), `"invoiceId":1`)
		a := r.must(201, "POST", linkPath, asked)
		r.debt(r.till.ChangesDebt(r.made.Merchant.ID, r.debts[0].ID, func(d *paylink.Debt) error { d.Amount.Minor += 100; return nil }))
		if s := r.look(a); s.Link.Price.Lines[0].Amount != was.Minor || s.Standing != paylink.Payable {
			t.Errorf("it asks for %+v and is %s", s.Link.Price.Lines, s.Standing)
		}
		if again := r.must(200, "POST", linkPath, asked); again.body != a.body {
			t.Errorf("first %s\nthen %s", a.body, again.body)
		}
		now := paylink.Money{Minor: was.Minor + 100, Currency: was.Currency}
		r.must(201, "POST", linkPath, order(now.Decimal(), `"invoiceId":1`))
	})
}

// A link toward a balance is paid once, and then the same call makes a new one.
func TestACustomersLinkIsPaidOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		a := r.must(201, "POST", linkPath, order("20", `"customerId":1`))
		r.pay(a, "ok")
		if s := r.look(a); s.Standing != paylink.UsedUp {
			t.Errorf("a paid link is %s", s.Standing)
		}
		b := r.must(201, "POST", linkPath, order("20", `"customerId":1`))
		if b.text(t, "paymentLink") == a.text(t, "paymentLink") {
			t.Error("the paid link was given again")
		}
	})
}

// The refused calls change nothing: afterwards the first number is still free.
func TestABadRequestIsToldAndChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	yen := `{"paymentProviderId":2,"amountInMajorCurrency":1,"description":"d"`
	for body, c := range map[string]struct {
		status int
		says   string
	}{
		``:                 {400, "ends"},
		`{`:                {400, "byte"},
		`[]`:               {400, "object"},
		`{}`:               {400, "'paymentProviderId'"},
		order("0.01e999"):  {400, "'amountInMajorCurrency'"},
		order("0.009"):     {400, "'amountInMajorCurrency'"},
		order("100000.01"): {400, "'amountInMajorCurrency'"},
		order("10.505"):    {400, "more than 2 digits"},
		order("-1"):        {400, "'amountInMajorCurrency'"},
		order("0"):         {400, "'amountInMajorCurrency'"},
		order(`"10.5"`):    {400, "number"},
		order("null"):      {400, "required"},
		order("1", `"emailAddress":"Ada <a@b.example>"`):                                                      {400, "'emailAddress'"},
		order("1", `"invoiceId":"1"`):                                                                         {400, "'invoiceId'"},
		order("1", `"invoiceId":1.5`):                                                                         {400, "'invoiceId'"},
		order("1", `"invoiceId":9223372036854775808`):                                                         {400, "'invoiceId'"},
		order("1", `"invoiceId":2`):                                                                           {404, "'invoiceId'"},
		order("1", `"invoiceId":-1`):                                                                          {404, "'invoiceId'"},
		order("1", `"invoiceId":1,"adhocInvoiceId":2`):                                                        {404, "'adhocInvoiceId'"},
		order("1", `"invoiceId":1,"customerId":2`):                                                            {404, "'customerId'"},
		order("1", `"description":"again"`):                                                                   {400, "twice"},
		`{"paymentProviderId":3,"amountInMajorCurrency":1,"description":"d"}`:                                 {404, "'paymentProviderId'"},
		`{"paymentProviderId":2147483648,"amountInMajorCurrency":1,"description":"d"}`:                        {400, "'paymentProviderId'"},
		`{"paymentProviderId":1,"amountInMajorCurrency":1,"description":""}`:                                  {400, "'description'"},
		`{"paymentProviderId":1,"amountInMajorCurrency":1,"description":"card 4242 4242 4242 4242"}`:          {400, "card number"},
		`{"paymentProviderId":1,"amountInMajorCurrency":1,"description":"` + strings.Repeat("x", 1001) + `"}`: {400, "1000"},
		yen + `,"invoiceId":1}`:                                                                               {400, "JPY"},
		`{"paymentProviderId":2,"amountInMajorCurrency":0.5,"description":"d"}`:                               {400, "JPY"},
		`{"amountInMajorCurrency":0,"description":7}`:                                                         {400, "'paymentProviderId': is required; Validation failed for field 'amountInMajorCurrency'"},
	} {
		a := r.send("POST", linkPath, body, "Content-Type: application/json")
		if a.status != c.status || !strings.Contains(a.body, c.says) {
			t.Errorf("%.200s\nanswered %d %s, want %d with %q", body, a.status, a.body, c.status, c.says)
		}
	}
	if a := r.must(201, "POST", linkPath, yen+"}"); a.get(t, "id") != json.Number("1") {
		t.Errorf("after the refused ones the first link is %s", a.body)
	}
	for _, edge := range []string{"0.01", "100000", "100000.00", "1e5", "1E-2"} {
		r.must(201, "POST", linkPath, order(edge))
	}
}
