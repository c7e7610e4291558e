package elevate_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/dialect/elevate"
	"paylink/till"
)

const firstPage = "?page=1&pageSize=100"

// ids are those of a list, in its order.
func (a reply) ids(t testing.TB) string {
	t.Helper()
	all, ok := decode(t, a.body).([]any)
	if !ok {
		t.Fatalf("%s is no array", a.body)
	}
	out := []string{}
	for _, one := range all {
		m, _ := one.(map[string]any)
		out = append(out, fmt.Sprint(m["id"]))
	}
	return strings.Join(out, " ")
}

func TestPaymentProvidersAndCurrencies(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		first := `{"id":1,"type":"CREDIT_CARD","name":"dollars","status":"ACTIVE","instantBankPayments":true,"retryIfPossible":false}`
		second := `{"id":2,"type":"CREDIT_CARD","name":"yen","status":"ACTIVE","instantBankPayments":false,"retryIfPossible":false}`
		for target, want := range map[string]string{
			firstPage: "[" + first + "," + second + "]", firstPage + "&instantBankPayments=false": "[" + second + "]",
			firstPage + "&type=in:CREDIT_CARD,OTHER&sort=name:desc": "[" + second + "," + first + "]", "?page=2&pageSize=1": "[" + second + "]",
			"?page=3&pageSize=1": "[]", firstPage + "&fields=name,id&type=OTHER": "[]", "?page=1&pageSize=1&fields=name,id": `[{"id":1,"name":"dollars"}]`,
			"/1": first, "/2": second,
		} {
			if a := r.must(200, "GET", "/v1/payment-providers"+target, ""); a.body != want {
				t.Errorf("%s:\ngot  %s\nwant %s", target, a.body, want)
			}
		}
		r.must(404, "GET", "/v1/payment-providers/3", "")
		r.must(400, "GET", "/v1/payment-providers/x", "")
		r.must(403, "POST", "/v1/payment-providers", `{"name":"mine","type":"OTHER","status":"ACTIVE"}`)
		want := `[{"id":1,"name":"US Dollar","code":"USD","majorCurrencyName":"Dollar","minorCurrencyName":"Cent"},{"id":2,"name":"Yen","code":"JPY","majorCurrencyName":"Yen"}]`
		if a := r.must(200, "GET", "/v1/currencies"+firstPage, ""); a.body != want {
			t.Errorf("currencies: %s", a.body)
		}
		if a := r.must(200, "GET", "/v1/currencies"+firstPage+"&code=JPY", ""); a.ids(t) != "2" {
			t.Errorf("by code: %s", a.body)
		}
		if a := r.must(201, "POST", linkPath, order("1")); fmt.Sprint(a.get(t, "currencyId")) != "1" {
			t.Errorf("a link in dollars says %s", a.body)
		}
		if a := r.must(200, "HEAD", "/v1/currencies"+firstPage, ""); a.body != "" || a.header.Get("Content-Length") == "" {
			t.Errorf("HEAD answered %q, %v", a.body, a.header)
		}
	})
}

// Every list needs page and pageSize, and refuses what it can't do.
func TestListsKeepToTheirConventions(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	for _, list := range []string{"payment-providers", "currencies", "customers", "invoices", "invoice-payments", "adhoc-invoice-payments"} {
		for query, says := range map[string]string{"": "'page'", "?page=1": "'pageSize'", "?pageSize=1": "'page'", "?page=0&pageSize=1": "'page'",
			"?page=1&pageSize=0": "'pageSize'", "?page=1&pageSize=1001": "'pageSize'", "?page=x&pageSize=1": "'page'", "?page=1&page=2&pageSize=1": "once",
			"?page=101&pageSize=1000": "100000", "?page=1&pageSize=1&sort=nothing": "'sort'", "?page=1&pageSize=1&sort=id:up": "'sort'", "?page=1&pageSize=1&sort=id,id:desc": "'sort'",
			"?page=1&pageSize=1&fields=id,nothing": "'fields'", "?page=%zz&pageSize=1": "query"} {
			a := r.must(400, "GET", "/v1/"+list+query, "")
			if !strings.Contains(a.body, says) {
				t.Errorf("%s%s: %s, want %q", list, query, a.body, says)
			}
		}
		r.must(200, "GET", "/v1/"+list+"?page=100&pageSize=1000&sort=id&unknown=1", "")
		r.must(405, "DELETE", "/v1/"+list, "")
		r.must(406, "GET", "/v1/"+list+firstPage, "", "Accept: text/csv")
	}
	for query, says := range map[string]string{"id=x": "'id'", "id=in:" + strings.Repeat("1,", 1000) + "1": "'id'", "id=like:1": "'id'", "dueDate=soon": "'dueDate'", "dueDate=in:2026-01-01": "'dueDate'",
		"dueDate=lt:": "'dueDate'", "customerId=in:1,x": "'customerId'"} {
		if a := r.must(400, "GET", "/v1/invoices"+firstPage+"&"+query, ""); !strings.Contains(a.body, says) {
			t.Errorf("%s: %s", query, a.body)
		}
	}
	r.must(400, "GET", "/v1/payment-providers"+firstPage+"&instantBankPayments=1", "")
	for _, list := range []string{"customer-payments", "customer-balances"} {
		r.must(400, "GET", "/v1/"+list+firstPage, "")
		r.must(400, "GET", "/v1/"+list+firstPage+"&customer_id=x", "")
		r.must(404, "GET", "/v1/"+list+firstPage+"&customer_id=7", "")
	}
}

func TestInvoicesAreDebtsOfEveryAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		usd := func(minor int64) paylink.Money { return paylink.Money{Minor: minor, Currency: "USD"} }
		r.owe(paylink.Debt{Reference: "INV:2", Amount: usd(100), DueOn: "2027-01-15", Dialect: "native", CustomerID: r.debts[0].CustomerID})
		third := r.owe(paylink.Debt{Reference: "inv-3", Amount: usd(20000)})
		r.debt(r.till.CancelsDebt(r.made.Merchant.ID, third.ID, ""))
		want := `[{"id":1,"invoiceNumber":"INV-1","billRunType":"NORMAL","customerId":1,"description":"November","amountInMajorCurrency":10.5,"currencyId":1,` +
			`"invoiceDate":"2026-11-20","dueDate":"2026-12-01","paymentStatus":"UNPAID"},` +
			`{"id":2,"invoiceNumber":"INV:2","billRunType":"NORMAL","customerId":1,"amountInMajorCurrency":1,"currencyId":1,"invoiceDate":"2026-11-20",` +
			`"dueDate":"2027-01-15","paymentStatus":"UNPAID"},` +
			`{"id":3,"invoiceNumber":"inv-3","billRunType":"NORMAL","amountInMajorCurrency":200,"currencyId":1,"invoiceDate":"2026-11-20","paymentStatus":"WRITTEN_OFF"}]`
		if a := r.must(200, "GET", "/v1/invoices"+firstPage, ""); a.body != want {
			t.Errorf("got  %s\nwant %s", a.body, want)
		}
		for query, ids := range map[string]string{"billRunType=ADHOC": "1", "id=2": "2", "id=in:3,1,3,1": "1 3", "id=99": "", "invoiceNumber=INV:2": "2",
			"invoiceNumber=like:inv-": "1 3", "invoiceNumber=in:INV-1,inv-3": "1 3", "customerId=1": "1 2", "customerId=5": "", "customerId=in:1,5": "1 2",
			"dueDate=2026-12-01": "1", "dueDate=lt:2027-01-01": "1", "dueDate=gt:2026-12-01": "2", "dueDate=gtn:2026-12-01": "2 3", "paymentStatus=UNPAID": "1 2",
			"sort=amountInMajorCurrency": "2 1 3", "sort=amountInMajorCurrency:desc": "3 1 2", "sort=dueDate": "3 1 2", "sort=dueDate:desc,id": "2 1 3",
			"sort=paymentStatus,id:desc": "2 1 3", "sort=customerId:desc,id:desc": "2 1 3", "invoiceDate=gt:2026-11-20": ""} {
			if a := r.must(200, "GET", "/v1/invoices"+firstPage+"&"+query, ""); a.ids(t) != ids {
				t.Errorf("%s: got %s, want %s", query, a.ids(t), ids)
			}
		}
		r.must(201, "POST", linkPath, order("1", `"invoiceId":2`)) // made elsewhere, known here by its number
		r.must(405, "POST", "/v1/invoices", `{}`)
	})
}

// Pages of a long list meet: every invoice is on one page, with the number that it had
// before.
func TestPagesMeet(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	r.update(func(tx paylink.Tx) error {
		for range 230 {
			if _, err := r.till.AddsDebt(paylink.Debt{MerchantID: r.made.Merchant.ID, Amount: paylink.Money{Minor: 100, Currency: "USD"}})(tx); err != nil {
				return err
			}
		}
		return nil
	})
	for range 2 {
		next := 1
		for page := 1; page <= 4; page++ {
			for _, id := range strings.Fields(r.must(200, "GET", fmt.Sprintf("/v1/invoices?page=%d&pageSize=75&fields=id", page), "").ids(t)) {
				if id != fmt.Sprint(next) {
					t.Fatalf("page %d has %s where %d should be", page, id, next)
				}
				next++
			}
		}
		if next != 232 {
			t.Errorf("%d invoices on all pages", next-1)
		}
	}
}

// Payments of any API's links for a debt are seen, in Elevate's words.
func TestPaymentsAreSeen(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		first := r.must(201, "POST", linkPath, order("10.5", `"invoiceId":1`))
		r.pay(first, "decline")
		r.at(day.Add(10 * time.Minute))
		r.pay(first, "ok")
		r.pay(r.must(201, "POST", linkPath, order("5", `"adhocInvoiceId":1`)), "pending")
		r.pay(r.must(201, "POST", linkPath, order("20", `"customerId":1`)), "ok")
		debt := r.owe(paylink.Debt{Reference: "INV-2", Amount: paylink.Money{Minor: 700, Currency: "USD"}, CustomerID: r.debts[0].CustomerID, Dialect: "native"})
		r.payNative(debt)

		want := `[{"id":1,"generatedInvoiceId":1,"customerId":1,"thirdPartyPaymentStatus":"FAILED","amountInMajorCurrency":10.5,"currencyId":1,"description":"Invoice 42",` +
			`"paymentMethod":"CREDIT_CARD","paymentDate":"2026-11-20","errorInfo":"insufficient_funds"},` +
			`{"id":2,"generatedInvoiceId":1,"customerId":1,"thirdPartyPaymentStatus":"CONFIRMED","amountInMajorCurrency":10.5,"currencyId":1,"description":"Invoice 42",` +
			`"paymentMethod":"CREDIT_CARD","paymentDate":"2026-11-20"},` +
			`{"id":3,"generatedInvoiceId":2,"customerId":1,"thirdPartyPaymentStatus":"CONFIRMED","amountInMajorCurrency":7,"currencyId":1,` +
			`"paymentMethod":"CREDIT_CARD","paymentDate":"2026-11-20"}]`
		if a := r.must(200, "GET", "/v1/invoice-payments"+firstPage, ""); a.body != want {
			t.Errorf("got  %s\nwant %s", a.body, want)
		}
		adhoc := `[{"id":4,"generatedAdhocInvoiceId":1,"thirdPartyPaymentStatus":"SUBMITTED","amountInMajorCurrency":5,"currencyId":1,"description":"Invoice 42","paymentMethod":"CREDIT_CARD","paymentDate":"2026-11-20"}]`
		if a := r.must(200, "GET", "/v1/adhoc-invoice-payments"+firstPage, ""); a.body != adhoc {
			t.Errorf("got  %s\nwant %s", a.body, adhoc)
		}
		for target, ids := range map[string]string{"invoice-payments?generatedInvoiceId=1": "1 2", "invoice-payments?generatedInvoiceId=9": "",
			"invoice-payments?generatedInvoiceId=in:1,2": "1 2 3", "invoice-payments?thirdPartyPaymentStatus=FAILED": "1",
			"adhoc-invoice-payments?generatedAdhocInvoiceId=1": "4", "customer-payments?customer_id=1": "2 5 3",
			"customer-payments?customer_id=1&billRunType=NORMAL": "2 3"} {
			if a := r.must(200, "GET", "/v1/"+target+"&page=1&pageSize=10", ""); a.ids(t) != ids {
				t.Errorf("%s: got %s, want %s", target, a.ids(t), ids)
			}
		}
		one := `{"id":2,"customerId":1,"amountInMajorCurrency":10.5,"currencyId":1,"description":"Invoice 42","reference":"` + r.reference(2) +
			`","type":"CREDIT_CARD","billRunType":"NORMAL","invoiceId":1,"invoiceNumber":"INV-1","paymentDate":"2026-11-20"}`
		if a := r.must(200, "GET", "/v1/customer-payments/2", ""); a.body != one {
			t.Errorf("got  %s\nwant %s", a.body, one)
		}
		r.must(404, "GET", "/v1/customer-payments/1", "") // it took nothing
		r.must(404, "GET", "/v1/customer-payments/4", "") // nobody's
		r.must(404, "GET", "/v1/customer-payments/99", "")
		want = `[{"id":1,"customerId":1,"balance":20,"totalPayments":37.5,"currencyId":1}]`
		if a := r.must(200, "GET", "/v1/customer-balances"+firstPage+"&customer_id=1", ""); a.body != want {
			t.Errorf("got  %s\nwant %s", a.body, want)
		}
		for query, status := range map[string]string{"id=1": "PAID", "id=1&billRunType=ADHOC": "PENDING"} {
			if a := r.must(200, "GET", "/v1/invoices"+firstPage+"&fields=paymentStatus&"+query, ""); a.body != `[{"paymentStatus":"`+status+`"}]` {
				t.Errorf("%s: %s, want %s", query, a.body, status)
			}
		}
	})
}

// A payment of less than the invoice leaves a rest, which the balance shows.
func TestAPaymentOfLessLeavesARest(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	r.pay(r.must(201, "POST", linkPath, order("3", `"invoiceId":1`)), "ok")
	if a := r.must(200, "GET", "/v1/invoices"+firstPage+"&id=1&fields=paymentStatus", ""); a.body != `[{"paymentStatus":"PARTIALLY_PAID"}]` {
		t.Error(a.body)
	}
	if a := r.must(200, "GET", "/v1/customer-balances"+firstPage+"&customer_id=1&fields=balance", ""); a.body != `[{"balance":-7.5}]` {
		t.Error(a.body)
	}
	r.must(409, "POST", linkPath, order("7.5", `"invoiceId":1`))
	r.must(201, "POST", linkPath, order("7.5", `"customerId":1`))
}

func TestCustomersAreThoseOfEveryAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		r.update(func(tx paylink.Tx) error {
			for i, c := range []paylink.Customer{{Company: "Mill & Sons", Dialect: "native"}, {Payer: paylink.Payer{LastName: "Zed"}}, {Payer: paylink.Payer{LastName: "Gone"}, RemovedAt: day}} {
				c.ID, c.MerchantID, c.CreatedAt, c.UpdatedAt = paylink.NewID(paylink.PrefixCustomer, day.Add(time.Duration(i+1)*time.Second)), r.made.Merchant.ID, day.AddDate(0, 0, 1), day.AddDate(0, 0, 2)
				if err := tx.PutCustomer(c); err != nil {
					return err
				}
			}
			return nil
		})
		want := `[{"id":1,"customerName":"Ada Lovelace","emailAddress":"ada@example.org","createdDate":"2026-11-20","updatedDate":"2026-11-20"},` +
			`{"id":2,"customerName":"Mill & Sons","createdDate":"2026-11-21","updatedDate":"2026-11-22"},` +
			`{"id":3,"customerName":"Zed","createdDate":"2026-11-21","updatedDate":"2026-11-22"}]`
		if a := r.must(200, "GET", "/v1/customers"+firstPage, ""); a.body != want {
			t.Errorf("got  %s\nwant %s", a.body, want)
		}
		for query, ids := range map[string]string{"customerName=like:" + url.QueryEscape("& SONS"): "2", "id=3": "3", "createdDate=gt:2026-11-20": "2 3",
			"updatedDate=lt:2026-11-21": "1", "sort=customerName:desc": "3 2 1", "sort=emailAddress,id:desc": "3 2 1"} {
			if a := r.must(200, "GET", "/v1/customers"+firstPage+"&"+query, ""); a.ids(t) != ids {
				t.Errorf("%s: got %s, want %s", query, a.ids(t), ids)
			}
		}
		r.must(201, "POST", linkPath, order("1", `"customerId":2`))
	})
}

// payNative pays a debt over a link of another API.
func (r *rig) payNative(d paylink.Debt) {
	r.t.Helper()
	var address string
	_, err := r.till.Issue(context.Background(), till.Issuance{
		Link: paylink.Link{MerchantID: r.made.Merchant.ID, TerminalID: r.made.Terminals[0].ID, Dialect: "native", Scope: d.Scope, Reference: d.Reference,
			Price: paylink.Price{Currency: d.Amount.Currency, Lines: []paylink.Line{{Amount: d.Amount.Minor}}}},
		Render: func(_ paylink.Link, url string) (int, []byte) {
			address = url
			return 201, nil
		}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.pay(reply{body: `{"paymentLink":"` + address + `"}`}, "ok")
}

// reference is the bank's for a payment of Elevate's number.
func (r *rig) reference(n int64) (ref string) {
	r.t.Helper()
	err := r.till.Read(context.Background(), func(rd paylink.Reader) error {
		id, err := rd.Number(paylink.Series{MerchantID: r.made.Merchant.ID, Dialect: elevate.Name, Kind: "payment"}, n)
		if err != nil {
			return err
		}
		p, err := rd.Payment(id)
		ref = p.GatewayRef
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return ref
}

// What becomes of a payment later shows in the invoice, the payment and the balance.
func TestWhatComesAfterAPaymentIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, engines["sqlite"](t))
	said := func() string {
		invoice := r.must(200, "GET", "/v1/invoices"+firstPage+"&id=1&fields=paymentStatus", "").body
		list, _ := decode(t, r.must(200, "GET", "/v1/invoice-payments"+firstPage+"&fields=thirdPartyPaymentStatus", "").body).([]any)
		balance := r.must(200, "GET", "/v1/customer-balances"+firstPage+"&customer_id=1&fields=balance", "").body
		return fmt.Sprint(invoice, list[len(list)-1], balance)
	}
	settle := func(p paylink.Payment, s paylink.OutcomeStatus, refunded int64) {
		t.Helper()
		_, err := r.till.Settle(context.Background(), p.ID, till.Evidence{Kind: paylink.EvidenceQuery,
			Outcome: paylink.Outcome{Status: s, Reference: "ref", Account: p.Account, Amount: p.Amount, Refunded: refunded}})
		if err != nil {
			t.Fatal(err)
		}
	}
	expect := func(invoice, payment, balance string) {
		t.Helper()
		want := `[{"paymentStatus":"` + invoice + `"}]map[thirdPartyPaymentStatus:` + payment + `][{"balance":` + balance + `}]`
		if got := said(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	link := r.must(201, "POST", linkPath, order("10.5", `"invoiceId":1`))
	waiting := r.pay(link, "action")
	expect("PENDING", "PENDING_CUSTOMER_APPROVAL", "-10.5")
	settle(waiting, paylink.OutcomeDeclined, 0)
	expect("UNPAID", "FAILED", "-10.5")
	debit := r.pay(link, "pending")
	expect("PENDING", "SUBMITTED", "0")
	settle(debit, paylink.OutcomeReturned, 0)
	expect("UNPAID", "FAILED", "-10.5")
	paid := r.pay(r.must(200, "POST", linkPath, order("10.5", `"invoiceId":1`)), "ok")
	expect("PAID", "CONFIRMED", "0")
	settle(paid, paylink.OutcomeRefunded, 50)
	expect("PART_REFUNDED", "PARTIALLY_REFUNDED", "-0.5")
	settle(paid, paylink.OutcomeRefunded, 1050)
	expect("REFUNDED", "REFUNDED", "-10.5")
}
