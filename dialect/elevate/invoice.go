package elevate

import (
	"encoding/json"
	"slices"
	"time"

	"paylink"
)

const (
	normalRun = "NORMAL"
	adhocRun  = "ADHOC"
)

var invoices = resource{
	columns: []column{{name: "id", form: named, kinds: []kind{invoice, adhoc}}, {name: "invoiceNumber"}, {name: "billRunType"},
		{name: "customerId", form: named, kinds: []kind{customer}}, {name: "description"}, {name: "amountInMajorCurrency", form: figure},
		{name: "currencyId", form: named, kinds: []kind{currency}}, {name: "invoiceDate", form: date}, {name: "dueDate", form: date},
		{name: "paymentStatus"}, {name: "paymentMethod"}, {name: "thirdPartyPaymentStatus"}},
	filters: []string{"id", "billRunType", "customerId", "dueDate", "invoiceDate", "paymentMethod", "paymentStatus", "thirdPartyPaymentStatus", "invoiceNumber"},
	walk:    walkInvoices,
}

// walkInvoices gives invoices, or adhoc invoices where billRunType asks for them: each
// have numbers of their own, so a list of both would name two things by one id.
func walkInvoices(c call, r paylink.Reader, q *query, take func(record) bool) error {
	of := kind(invoice)
	if i := slices.IndexFunc(q.tests, func(t test) bool { return t.name == "billRunType" }); i >= 0 && !q.tests[i].passes(normalRun) {
		of = adhoc
	}
	each := func(d paylink.Debt) (bool, error) {
		if kindOf(d) != of {
			return true, nil
		}
		one, err := invoiceOf(r, d)
		return err == nil && take(one), err
	}
	if ids, few := q.only("id"); few {
		for _, one := range ids {
			d, err := r.DebtByID(one.id)
			if err != nil {
				return err
			}
			if more, err := each(d); err != nil || !more {
				return err
			}
		}
		return nil
	}
	f := paylink.DebtFilter{MerchantID: c.merchant}
	if who, few := q.only("customerId"); few && len(who) == 1 {
		f.CustomerID = who[0].id
	}
	return oldestFirst(paylink.PrefixDebt, func(p paylink.Paging) ([]paylink.Debt, error) {
		f.Paging = p
		return r.Debts(f)
	}, func(d paylink.Debt) string { return d.ID }, each)
}

// kindOf says which of the two kinds of invoice a debt is.
func kindOf(d paylink.Debt) kind {
	var of struct{ BillRunType string }
	if d.Dialect == Name && json.Unmarshal([]byte(d.Foreign), &of) == nil && of.BillRunType == adhocRun {
		return adhoc
	}
	return invoice
}

func runOf(d paylink.Debt) string {
	if kindOf(d) == adhoc {
		return adhocRun
	}
	return normalRun
}

// invoiceOf is a debt in Elevate's words.
func invoiceOf(r paylink.Reader, d paylink.Debt) (record, error) {
	one := record{"id": ref{kindOf(d), d.ID}, "billRunType": runOf(d), "amountInMajorCurrency": plain(d.Amount),
		"currencyId": ref{currency, string(d.Amount.Currency)}, "invoiceDate": dayOf(d.CreatedAt)}
	one.set("invoiceNumber", d.Reference)
	one.set("customerId", ref{customer, d.CustomerID})
	one.set("description", d.Title)
	one.set("dueDate", day(d.DueOn))
	var by paylink.Payment
	if d.PaymentID != "" {
		var err error
		if by, err = r.Payment(d.PaymentID); err != nil {
			return nil, err
		}
		one["paymentMethod"], one["thirdPartyPaymentStatus"] = methodWord(by.Method), statusWord(by.State)
	}
	one["paymentStatus"] = paidWord(d, by)
	return one, nil
}

// paidWord is an invoice's paymentStatus (Elevate, Invoices API). A debt is paid by one
// payment; one of another amount leaves a rest, which PARTIALLY_PAID tells.
func paidWord(d paylink.Debt, by paylink.Payment) string {
	switch d.State() {
	case paylink.DebtOpen:
		return "UNPAID"
	case paylink.DebtInProgress:
		return "PENDING"
	case paylink.DebtCancelled:
		return "WRITTEN_OFF"
	}
	switch {
	case by.State == paylink.Pending:
		return "PENDING"
	case by.State == paylink.Refunded:
		return "REFUNDED"
	case by.State == paylink.PartlyRefunded:
		return "PART_REFUNDED"
	case by.State == paylink.Disputed || by.State == paylink.DisputeLost:
		return "DISPUTED"
	case by.Captured < d.Amount.Minor:
		return "PARTIALLY_PAID"
	}
	return "PAID"
}

func dayOf(t time.Time) day { return day(t.UTC().Format(time.DateOnly)) }
