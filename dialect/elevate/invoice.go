package elevate

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
	n, none := q.narrowing(), false
	if names := n.words("invoiceNumber"); names != nil {
		return namedInvoices(c, r, names, each)
	}
	f := paylink.DebtFilter{MerchantID: c.merchant, Unmarked: adhocMark}
	if of == adhoc {
		f.Marked, f.Unmarked = adhocMark, paylink.Mark{}
	}
	if who, few := q.only("customerId"); few {
		switch n.told["customerId"] = len(who) == 1; len(who) {
		case 0:
			return nil
		case 1:
			f.CustomerID = who[0].id
		}
	}
	if run := n.words("billRunType"); run != nil && !slices.Contains(run, runs[of]) {
		return nil
	}
	words := n.words("paymentStatus")
	if f.States, none = debtStates(words); none {
		return nil
	}
	// Other words than these say more than the debt's state.
	n.told["paymentStatus"] = words != nil && !slices.ContainsFunc(words, func(s string) bool { return s != "UNPAID" && s != "WRITTEN_OFF" })
	f.CreatedFrom, f.CreatedTill = n.days("invoiceDate")
	if t, is := n.test("dueDate"); is && t.dated {
		n.told["dueDate"], f.DueFrom, f.DueTill = true, t.from, t.till
	}
	read := func(f paylink.DebtFilter) func(paylink.Paging) ([]paylink.Debt, error) {
		return func(p paylink.Paging) ([]paylink.Debt, error) {
			f.Paging = p
			return r.Debts(f)
		}
	}
	over := paylink.DebtFilter{MerchantID: c.merchant, Marked: f.Marked, CustomerID: f.CustomerID}
	return sought(n, paylink.PrefixDebt, read(over), read(f), func(d paylink.Debt) string { return d.ID }, each)
}

// namedInvoices gives those of some references, each once, in the order of their making.
func namedInvoices(c call, r paylink.Reader, names []string, each func(paylink.Debt) (bool, error)) error {
	var found []paylink.Debt
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if !utf8.ValidString(name) || strings.Contains(name, "\x00") { // names nothing
			continue
		}
		d, err := r.Debt(paylink.DebtScope(c.merchant), name)
		if err != nil {
			return err
		}
		if d.Made() {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b paylink.Debt) int { return strings.Compare(a.ID, b.ID) })
	for _, d := range found {
		if more, err := each(d); err != nil || !more {
			return err
		}
	}
	return nil
}

// debtStates are those in which a debt may have one of some words for its payment.
func debtStates(words []string) (states []paylink.DebtState, none bool) {
	if words == nil {
		return nil, false
	}
	may := map[paylink.DebtState][]string{paylink.DebtOpen: {"UNPAID"}, paylink.DebtInProgress: {"PENDING"}, paylink.DebtCancelled: {"WRITTEN_OFF"},
		paylink.DebtPaid: {"PENDING", "REFUNDED", "PART_REFUNDED", "DISPUTED", "PARTIALLY_PAID", "PAID"}}
	for _, s := range []paylink.DebtState{paylink.DebtOpen, paylink.DebtInProgress, paylink.DebtPaid, paylink.DebtCancelled} {
		if slices.ContainsFunc(may[s], func(word string) bool { return slices.Contains(words, word) }) {
			states = append(states, s)
		}
	}
	return states, len(states) == 0
}

// adhocMark is how a store tells the two kinds of invoice apart.
var adhocMark = paylink.Mark{Dialect: Name, Foreign: Adhoc}

// kindOf says which of the two kinds of invoice a debt is.
func kindOf(d paylink.Debt) kind {
	if (paylink.Mark{Dialect: d.Dialect, Foreign: d.Foreign}) == adhocMark {
		return adhoc
	}
	return invoice
}

var runs = map[kind]string{invoice: normalRun, adhoc: adhocRun}

func runOf(d paylink.Debt) string { return runs[kindOf(d)] }

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
