package elevate

import (
	"errors"
	"slices"

	"paylink"
)

// paymentsOf are the payments made for invoices, or for adhoc invoices, over whichever
// API's links.
func paymentsOf(k kind, field string) resource {
	return resource{
		columns: []column{{name: "id", form: named, kinds: []kind{payment}}, {name: field, form: named, kinds: []kind{k}},
			{name: "customerId", form: named, kinds: []kind{customer}}, {name: "thirdPartyPaymentStatus"},
			{name: "amountInMajorCurrency", form: figure}, {name: "currencyId", form: named, kinds: []kind{currency}},
			{name: "description"}, {name: "paymentMethod"}, {name: "paymentDate", form: date}, {name: "errorInfo"}},
		filters: []string{field, "thirdPartyPaymentStatus", "paymentMethod", "paymentDate"},
		walk: func(c call, r paylink.Reader, q *query, take func(record) bool) error {
			return walkPayments(c, r, q, k, field, take)
		},
	}
}

func walkPayments(c call, r paylink.Reader, q *query, k kind, field string, take func(record) bool) error {
	f := paylink.PaymentFilter{MerchantID: c.merchant, Scope: paylink.DebtScope(c.merchant)}
	n, none := q.narrowing(), false
	if debts, few := q.only(field); few {
		if len(debts) == 0 {
			return nil
		}
		if n.told[field] = len(debts) == 1; n.told[field] {
			d, err := r.DebtByID(debts[0].id)
			if err != nil {
				return err
			}
			f.Reference = d.Reference
		}
	}
	if f.DebtUnmarked = adhocMark; k == adhoc {
		f.DebtMarked, f.DebtUnmarked = adhocMark, paylink.Mark{}
		// Most merchants have none, and to find no payment of them would take long.
		if some, err := r.Debts(paylink.DebtFilter{MerchantID: c.merchant, Marked: adhocMark, Paging: paylink.Paging{Limit: 1}}); err != nil || len(some) == 0 {
			return err
		}
	}
	if f.States, none = thoseOf(n.words("thirdPartyPaymentStatus"), paymentStates, statusWord); none {
		return nil
	}
	if words := n.words("paymentMethod"); slices.Contains(words, methodWord("")) { // whatever else there is
		n.told["paymentMethod"] = false
	} else if f.Methods, none = thoseOf(words, []paylink.Method{paylink.Card, paylink.Bank}, methodWord); none {
		return nil
	}
	f.PaidFrom, f.PaidTill = n.days("paymentDate")
	known := map[string]paylink.Debt{}
	read := func(f paylink.PaymentFilter) func(paylink.Paging) ([]paylink.Payment, error) {
		return func(p paylink.Paging) ([]paylink.Payment, error) {
			f.Paging = p
			return r.Payments(f)
		}
	}
	return sought(n, paylink.PrefixPayment, read(paylink.PaymentFilter{MerchantID: c.merchant, Reference: f.Reference}), read(f), func(p paylink.Payment) string { return p.ID }, func(p paylink.Payment) (bool, error) {
		d, had := known[p.Reference]
		if !had {
			var err error
			if d, err = r.Debt(p.Scope, p.Reference); err != nil {
				return false, err
			}
			known[p.Reference] = d
		}
		if !d.Made() || kindOf(d) != k {
			return true, nil
		}
		one, err := paymentOf(r, p)
		if err != nil {
			return false, err
		}
		one[field] = ref{k, d.ID}
		one.set("customerId", ref{customer, d.CustomerID})
		return take(one), nil
	})
}

// paymentOf is a payment in Elevate's words.
func paymentOf(r paylink.Reader, p paylink.Payment) (record, error) {
	one := record{"id": ref{payment, p.ID}, "thirdPartyPaymentStatus": statusWord(p.State), "amountInMajorCurrency": plain(p.Amount),
		"currencyId": ref{currency, string(p.Amount.Currency)}, "paymentMethod": methodWord(p.Method), "paymentDate": dayOf(p.CreatedAt)}
	if !p.CompletedAt.IsZero() {
		one["paymentDate"] = dayOf(p.CompletedAt)
	}
	one.set("errorInfo", p.Decline)
	l, err := r.Link(p.LinkID)
	if err != nil {
		return nil, err
	}
	if one.set("description", l.Page.Title); l.Page.Title == "" {
		one.set("description", l.Page.Description)
	}
	return one, nil
}

// statusWord is thirdPartyPaymentStatus (Elevate, Payment API).
func statusWord(s paylink.PaymentState) string {
	switch s {
	case paylink.Reserved:
		return "CREATED"
	case paylink.RequiresAction:
		return "PENDING_CUSTOMER_APPROVAL"
	case paylink.Authorized:
		return "CUSTOMER_APPROVAL_GRANTED"
	case paylink.Captured, paylink.CapturedLate:
		return "CONFIRMED"
	case paylink.Declined, paylink.Returned:
		return "FAILED"
	case paylink.Abandoned:
		return "UNSENT"
	case paylink.Voided, paylink.AuthExpired:
		return "CANCELLED"
	case paylink.PartlyRefunded:
		return "PARTIALLY_REFUNDED"
	case paylink.Refunded:
		return "REFUNDED"
	case paylink.Disputed:
		return "CHARGED_BACK"
	case paylink.DisputeWon:
		return "CHARGEBACK_CANCELLED"
	case paylink.DisputeLost:
		return "CHARGEBACK_SETTLED"
	}
	// On its way, or of unknown fate: the bank has it and has not said what becomes of it.
	return "SUBMITTED"
}

// methodWord is a PaymentMethod (Elevate, Payment API).
func methodWord(m paylink.Method) string {
	switch m {
	case paylink.Card:
		return "CREDIT_CARD"
	case paylink.Bank:
		return "DIRECT_DEBIT"
	}
	return "OTHER"
}

// account is what a customer owes and has paid.
type account struct {
	debts    []paylink.Debt
	payments []paylink.Payment // that took money, oldest first
	owed     map[string]paylink.Debt
}

// mostAccount bounds what is read of a customer.
const mostAccount = 10_000

var errLargeAccount = as(400, "The customer has more links or invoices than this resource adds up")

// readAccount reads a customer's debts, and the payments made over links for those or
// for the customer.
func (c call) readAccount(r paylink.Reader, customerID string) (a account, err error) {
	a.owed = map[string]paylink.Debt{}
	seen := map[string]bool{}
	keep := func(p paylink.Payment) {
		if p.State.Uses() && !p.Surplus && !seen[p.ID] {
			seen[p.ID] = true
			a.payments = append(a.payments, p)
		}
	}
	count := 0
	room := func() error {
		if count++; count > mostAccount {
			return errLargeAccount
		}
		return nil
	}
	err = oldestFirst(paylink.PrefixDebt, 0, func(p paylink.Paging) ([]paylink.Debt, error) {
		return r.Debts(paylink.DebtFilter{MerchantID: c.merchant, CustomerID: customerID, Paging: p})
	}, func(d paylink.Debt) string { return d.ID }, func(d paylink.Debt) (bool, error) {
		a.debts = append(a.debts, d)
		a.owed[d.Reference] = d
		if d.PaymentID == "" {
			return true, room()
		}
		p, err := r.Payment(d.PaymentID)
		keep(p)
		return true, errors.Join(err, room())
	})
	if err != nil {
		return a, err
	}
	err = oldestFirst(paylink.PrefixLink, 0, func(p paylink.Paging) ([]paylink.Link, error) {
		return r.Links(paylink.LinkFilter{MerchantID: c.merchant, CustomerID: customerID, Paging: p})
	}, func(l paylink.Link) string { return l.ID }, func(l paylink.Link) (bool, error) {
		if l.Succeeded == 0 {
			return true, room()
		}
		return true, oldestFirst(paylink.PrefixPayment, 0, func(p paylink.Paging) ([]paylink.Payment, error) {
			return r.Payments(paylink.PaymentFilter{LinkID: l.ID, Paging: p})
		}, func(p paylink.Payment) string { return p.ID }, func(p paylink.Payment) (bool, error) {
			keep(p)
			return true, room()
		})
	})
	slices.SortFunc(a.payments, func(x, y paylink.Payment) int {
		if x.ID < y.ID {
			return -1
		}
		return 1
	})
	return a, err
}
