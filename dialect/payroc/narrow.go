package payroc

import (
	"slices"
	"time"

	"paylink"
)

// never are the filters of payments with the one value that passes them, "" where no
// payment does: what they ask for is the same of all, or not known of any.
var never = map[string]string{"tender": "creditDebit", "tipMode": "noTip", "operator": "", "first6": ""}

// narrowed is what of the filters of payments the store can judge: those that its
// indexes know, and those with what it must look at row by row. none says that nothing
// passes them. What is taken reading.takes judges, here nothing must be lost.
func (c call) narrowed(r paylink.Reader, t tender, q query) (list, all paylink.PaymentFilter, none bool, err error) {
	list = paylink.PaymentFilter{MerchantID: c.merchant, Method: t.method}
	if id := q.filters.Get("paymentLinkId"); id != "" {
		l, err := c.find(r, id, r.Link)
		if err != nil {
			return list, all, true, orNothing(err)
		}
		list.LinkID = l.ID
	}
	for name, passes := range never {
		if q.filters.Has(name) && !slices.Contains(q.filters[name], passes) {
			return list, all, true, nil
		}
	}
	states := q.states(t)
	if len(states) == 0 {
		return list, all, true, nil
	}
	if len(states) == 1 {
		list.State = states[0]
	}
	all = list
	all.States = states
	if all.Hold, none = q.held(t); none {
		return list, all, true, nil
	}
	all.Last4 = q.filters.Get("last4")
	if all.Terminals, none, err = c.terminals(r, q.filters.Get("processingTerminalId")); none || err != nil {
		return list, all, none, err
	}
	all.DoneFrom = momentOf(q.filters.Get("dateFrom"))
	if to := momentOf(q.filters.Get("dateTo")); !to.IsZero() { // included
		all.DoneTill = to.Add(time.Microsecond)
	}
	return list, all, false, nil
}

// states are those of a tender that the filters leave.
func (q query) states(t tender) (states []paylink.PaymentState) {
	settled := q.filters.Get("settlementState") == "settled" || q.filters.Has("settlementDate")
	if settled && t.method == paylink.Card {
		return nil // see reading.settledOn
	}
	for s, word := range t.states {
		if (q.filters.Has("status") && !slices.Contains(q.filters["status"], word)) || (settled && word != "complete") {
			continue
		}
		states = append(states, s)
	}
	slices.Sort(states)
	return states
}

// held is whether the types that are asked for are of payments that were held first, nil
// where they may be either.
func (q query) held(t tender) (hold *bool, none bool) {
	if !q.filters.Has("type") {
		return nil, false
	}
	types := q.filters["type"]
	if t.method == paylink.Bank {
		return nil, !slices.Contains(types, "payment")
	}
	taken := slices.Contains(types, sale)
	if taken && len(types) > 1 {
		return nil, false
	}
	held := !taken
	return &held, false
}

// terminals are those of the merchant that a name may mean in a list: the one that it
// finds, and those that are told by it. Without a name all are.
func (c call) terminals(r paylink.Reader, name string) (ids []string, none bool, err error) {
	if name == "" {
		return nil, false, nil
	}
	at, err := namedTerminal(r, name)
	if err := orNothing(err); err != nil {
		return nil, false, err
	}
	all, err := r.Terminals(c.merchant)
	if err != nil {
		return nil, false, err
	}
	read := reading{Reader: r}
	for _, one := range all {
		told, err := read.terminalName(one.ID)
		if err != nil {
			return nil, false, err
		}
		if told == name || one.ID == at.ID {
			ids = append(ids, one.ID)
		}
	}
	return ids, len(ids) == 0, nil
}

func paymentsOf(r paylink.Reader, f paylink.PaymentFilter) func(paylink.Paging) ([]paid, error) {
	return func(p paylink.Paging) (out []paid, err error) {
		f.Paging = p
		all, err := r.Payments(f)
		for _, one := range all {
			out = append(out, paid{Payment: one})
		}
		return out, err
	}
}
