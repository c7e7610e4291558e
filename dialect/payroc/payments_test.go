package payroc_test

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"paylink"
)

// payment puts a payment of a link into the store, in the state that steps lead to:
// how one comes to be is the till's matter.
func (r *rig) payment(linkID string, change func(*paylink.Payment), states ...paylink.PaymentState) string {
	r.t.Helper()
	var p paylink.Payment
	err := r.store.Update(context.Background(), func(tx paylink.Tx) error {
		now := tx.Now()
		l, err := tx.LockLink(linkID)
		if err != nil {
			return err
		}
		p = paylink.Payment{ID: paylink.NewID(paylink.PrefixPayment, now), LinkID: linkID, Link: l.Version, MerchantID: l.MerchantID, TerminalID: l.TerminalID,
			Gateway: "sandbox", Account: "acct_1", Attempt: paylink.NewToken(), Amount: paylink.Money{Minor: 2500, Currency: "USD"}, Lines: l.Price.Lines,
			Reference: l.Reference, Method: paylink.Card, Brand: "visa", Last4: "4242", AuthCode: "A1B2C3", Language: "fr",
			Payer:     paylink.Payer{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com"},
			CreatedAt: now}
		if change != nil {
			change(&p)
		}
		first, err := p.Move(paylink.Reserved, paylink.CauseSubmit, paylink.NoEvidence, "", now)
		if err != nil {
			return err
		}
		if _, err := tx.AddPayment(p, first); err != nil {
			return err
		}
		var steps []paylink.Step
		for _, to := range append([]paylink.PaymentState{paylink.Sending}, states...) {
			cause, evidence := paylink.CauseOutcome, paylink.EvidenceResponse
			switch to {
			case paylink.Sending:
				cause, evidence = paylink.CauseSend, paylink.NoEvidence
			case paylink.Unknown:
				cause, evidence = paylink.CauseSilence, paylink.NoEvidence
			}
			s, err := p.Move(to, cause, evidence, "", now)
			if err != nil {
				return err
			}
			steps = append(steps, s)
			if to.Paid() && p.CompletedAt.IsZero() {
				p.CompletedAt = now
			}
		}
		return tx.SavePayment(p, steps, nil)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return p.ID
}

// linkOf is our id of a link of Payroc's.
func (r *rig) linkOf(link string) string {
	r.t.Helper()
	l, err := r.link(r.must(200, "GET", link, ""))
	if err != nil {
		r.t.Fatal(err)
	}
	return l.ID
}

func bank(p *paylink.Payment) { p.Method, p.Brand, p.Last4 = paylink.Bank, "", "6789" }

// What Payroc has a word for is in one of the two lists, in that word; what was sent
// and has no answer is in neither.
func TestStatesOfPaymentsInPayrocsWords(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(donation)
	id := r.linkOf(link)
	held := func(p *paylink.Payment) { p.Hold = true }
	lost := func(p *paylink.Payment) { p.Decline = paylink.DeclineLost }
	completed := func(p *paylink.Payment) { p.Hold, p.Captured = true, 2000 }
	for _, c := range []struct {
		change func(*paylink.Payment)
		states []paylink.PaymentState
		list   string
		want   string // type, status, responseCode, authorizedAmount
	}{
		{nil, []paylink.PaymentState{paylink.Captured}, "payments", "sale ready A 2500"},
		{nil, []paylink.PaymentState{paylink.Declined}, "payments", "sale declined D 0"},
		{lost, []paylink.PaymentState{paylink.Declined}, "payments", "sale declined C 0"},
		{held, []paylink.PaymentState{paylink.Authorized}, "payments", "preAuthorization pending A 2500"},
		{completed, []paylink.PaymentState{paylink.Authorized, paylink.Captured}, "payments", "preAuthorizationCompletion ready A 2000"},
		{held, []paylink.PaymentState{paylink.Authorized, paylink.Voided}, "payments", "preAuthorization reversal A 2500"},
		{held, []paylink.PaymentState{paylink.Authorized, paylink.AuthExpired}, "payments", "preAuthorization expired A 2500"},
		{nil, []paylink.PaymentState{paylink.Captured, paylink.Refunded}, "payments", "sale complete A 2500"},
		{bank, []paylink.PaymentState{paylink.Pending}, "bank-transfer-payments", "payment ready A 2500"},
		{bank, []paylink.PaymentState{paylink.Pending, paylink.Captured}, "bank-transfer-payments", "payment complete A 2500"},
		{bank, []paylink.PaymentState{paylink.Pending, paylink.Returned}, "bank-transfer-payments", "payment returned A 2500"},
		{bank, []paylink.PaymentState{paylink.Declined}, "bank-transfer-payments", "payment declined D 0"},
		{nil, nil, "", ""},
		{nil, []paylink.PaymentState{paylink.Unknown}, "", ""},
		{nil, []paylink.PaymentState{paylink.RequiresAction}, "", ""},
		{nil, []paylink.PaymentState{paylink.Mismatch}, "", ""},
	} {
		before := map[string]int{}
		lists := []string{"payments", "bank-transfer-payments"}
		query := "?limit=100&paymentLinkId=" + path.Base(link)
		for _, list := range lists {
			before[list] = len(r.must(200, "GET", "/v1/"+list+query, "").data(t))
		}
		r.payment(id, c.change, c.states...)
		for _, list := range lists {
			data := r.must(200, "GET", "/v1/"+list+query, "").data(t)
			if is := len(data) > before[list]; is != (list == c.list) {
				t.Errorf("%v in %s: %t", c.states, list, is)
			}
			if list != c.list || len(data) == 0 {
				continue
			}
			a := r.must(200, "GET", "/v1/"+list+"/"+data[len(data)-1]["paymentId"].(string), "")
			got := fmt.Sprint(a.get(t, "transactionResult.type"), " ", a.get(t, "transactionResult.status"), " ",
				a.get(t, "transactionResult.responseCode"), " ", a.get(t, "transactionResult.authorizedAmount"))
			if got != c.want {
				t.Errorf("%v: %s, want %s", c.states, got, c.want)
			}
		}
	}
}

func TestAPaymentIsToldWhole(t *testing.T) {
	t.Parallel()
	for engine, dsn := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRigOn(t, dsn(t))
			link := r.make(pizza)
			if err := r.store.Update(t.Context(), func(tx paylink.Tx) error {
				return tx.PutInstrument(paylink.Instrument{ID: "ins_1", MerchantID: r.made.Merchant.ID, Saved: paylink.SavedInstrument{ExpMonth: 7, ExpYear: 2031}})
			}); err != nil {
				t.Fatal(err)
			}
			r.payment(r.linkOf(link), func(p *paylink.Payment) {
				p.Saved = "ins_1"
				p.Payer.Street, p.Payer.City, p.Payer.Region, p.Payer.Postal, p.Payer.Country, p.Payer.Phone = "1 Sea Rd", "Bath", "ME", "04530", "US", "+12075550100"
			}, paylink.Captured)
			one := r.must(200, "GET", "/v1/payments?paymentLinkId="+path.Base(link), "").data(t)[0]
			a := r.must(200, "GET", "/v1/payments/"+one["paymentId"].(string), "")
			same := map[string]any{"processingTerminalId": "1234001", "order.orderId": "OrderRef7654", "order.description": "Large pizza", "order.currency": "USD",
				"customer.firstName": "Ada", "customer.billingAddress.postalCode": "04530", "customer.notificationLanguage": "fr",
				"card.type": "Visa", "card.cardNumber": "************4242", "card.expiryDate": "0731", "card.cardholderName": "Ada Lovelace",
				"transactionResult.approvalCode": "A1B2C3", "transactionResult.currency": "USD"}
			for at, want := range same {
				if got := a.get(t, at); got != want {
					t.Errorf("%s is %v, want %v", at, got, want)
				}
			}
			if at := a.text(t, "order.dateTime"); !strings.HasPrefix(at, "2026-11-20T12:0") || !strings.HasSuffix(at, "Z") {
				t.Errorf("it was processed at %s", at)
			}
			if n := len(a.get(t, "customer.contactMethods").([]any)); n != 2 {
				t.Errorf("%d ways to reach the payer", n)
			}
			// Of a bank account we know the end of its number; of a payer maybe nothing.
			r.payment(r.linkOf(link), func(p *paylink.Payment) { bank(p); p.Payer, p.Language, p.Last4 = paylink.Payer{}, "es", "" }, paylink.Pending)
			b := r.must(200, "GET", "/v1/bank-transfer-payments?processingTerminalId=1234001", "").data(t)[0]
			if account := b["bankAccount"].(map[string]any); account["accountNumber"] != "*********" || account["nameOnAccount"] != "Unknown" || b["customer"] != nil {
				t.Errorf("%v", b)
			}
		})
	}
}

func TestPaymentsAreWalkedAndFiltered(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	single, multi := r.make(pizza), r.make(donation)
	var all []string
	several, once := r.linkOf(multi), r.linkOf(single)
	for i := range 7 {
		r.at(day.Add(time.Duration(i) * time.Hour))
		at := several
		if i == 3 {
			at = once
		}
		r.payment(at, func(p *paylink.Payment) {
			if i == 5 {
				p.Payer.FirstName, p.Last4 = "Grace", "1111"
			}
		}, map[bool]paylink.PaymentState{true: paylink.Declined, false: paylink.Captured}[i == 1])
	}
	r.payment(several, bank, paylink.Pending, paylink.Captured)
	r.token = r.authorize(apiKey)
	ids := func(query string) (out []string) {
		next := "/v1/payments?" + query
		for next != "" {
			a := r.must(200, "GET", next, "")
			for _, one := range a.data(t) {
				out = append(out, one["paymentId"].(string))
			}
			if (linkTo(t, a, "next") != "") != a.get(t, "hasMore") {
				t.Errorf("%s: hasMore %v", next, a.get(t, "hasMore"))
			}
			next = linkTo(t, a, "next")
		}
		return out
	}
	if all = ids("limit=2"); len(all) != 7 {
		t.Fatalf("%v", all)
	}
	hour := func(n int) string {
		return url.QueryEscape(day.Add(time.Duration(n)*time.Hour - time.Minute).Format(time.RFC3339))
	}
	for query, want := range map[string][]string{
		"limit=100": all, "paymentLinkId=" + path.Base(single): all[3:4], "limit=3&paymentLinkId=" + path.Base(multi): append(append([]string{}, all[:3]...), all[4:]...),
		"paymentLinkId=AAAAAAAAAA": nil, "orderId=OrderRef7654": all[3:4], "orderId=Other": nil, "status=declined": all[1:2], "status=declined&status=ready&limit=2": all,
		"status=pending": nil, "type=preAuthorization": nil, "type=preAuthorization&type=sale": all, "cardholderName=Grace+Lovelace": all[5:6], "last4=1111": all[5:6],
		"dateFrom=" + hour(2) + "&dateTo=" + hour(4): all[2:4], "dateTo=2026-11-20T12%3A30%3A00": all[:1], "processingTerminalId=1234001": all,
		"processingTerminalId=1234002": nil, "processingTerminalId=nothing": nil, "processingTerminalId=" + r.made.Terminals[0].ID: all, "tender=ebt": nil,
		"tender=creditDebit&tipMode=noTip": all, "first6=424242": nil, "operator=Jane": nil, "settlementState=settled": nil, "settlementState=unsettled": all,
		"settlementDate=2026-11-20": nil, "colour=red": all, "orderId=" + all[0]: nil,
	} {
		if got := ids(query); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	back := r.must(200, "GET", "/v1/payments?limit=2&before="+all[4], "")
	if got := back.data(t); got[0]["paymentId"] != all[2] || linkTo(t, back, "previous") == "" || linkTo(t, back, "next") == "" {
		t.Errorf("backwards: %s", back.body)
	}
	for query, want := range map[string]int{"settlementState=settled": 1, "settlementDate=2026-11-20": 1, "settlementDate=2026-11-21": 0, "nameOnAccount=Ada+Lovelace": 1,
		"last4=6789&type=payment": 1, "type=accountVerification": 0} {
		if got := r.must(200, "GET", "/v1/bank-transfer-payments?"+query, "").data(t); len(got) != want {
			t.Errorf("%s: %v", query, got)
		}
	}
	for query, parameter := range map[string]string{"limit=0": "limit", "status=paid": "status", "type=refund": "type", "dateFrom=yesterday": "dateFrom", "last4=12": "last4",
		"paymentLinkId=short": "paymentLinkId", "settlementDate=2026": "settlementDate", "after=AAAAAAAAAA": "after", "before=x": "before", "orderId=a&orderId=b": "orderId",
		"processingTerminalId=1": "processingTerminalId"} {
		if got := r.must(400, "GET", "/v1/payments?"+query, "").parameters(t); len(got) != 1 || got[0] != parameter {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// Another merchant's payments look like ones that do not exist.
func TestPaymentsAreTheirMerchants(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(donation)
	r.payment(r.linkOf(link), nil, paylink.Captured)
	id := r.must(200, "GET", "/v1/payments", "").data(t)[0]["paymentId"].(string)
	unknown := r.must(404, "GET", "/v1/payments/AAAAAAAAAA", "")
	if got := r.must(404, "GET", "/v1/bank-transfer-payments/"+id, ""); got.text(t, "resource") != "bankTransferPayment" {
		t.Errorf("%s", got.body)
	}
	r.enrol("Other", "other-key", "999900")
	r.token = r.authorize("other-key")
	if got := r.must(404, "GET", "/v1/payments/"+id, ""); got.body != unknown.body || got.text(t, "resource") != "payment" {
		t.Errorf("%s, not %s", got.body, unknown.body)
	}
	for _, query := range []string{"", "?paymentLinkId=" + path.Base(link), "?processingTerminalId=1234001"} {
		if got := r.must(200, "GET", "/v1/payments"+query, "").data(t); len(got) != 0 {
			t.Errorf("%s: %v", query, got)
		}
	}
	r.must(400, "GET", "/v1/payments?after="+id, "")
	r.must(405, "POST", "/v1/payments", "{}")
	r.token = ""
	r.must(401, "GET", "/v1/payments", "")
}
