package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"paylink"
)

// newestFirst gives what passes in the order of a list; all are the oldest first.
func newestFirst[T any](all []T, passes func(T) bool) (out []T) {
	for _, one := range slices.Backward(all) {
		if passes(one) {
			out = append(out, one)
		}
	}
	return out
}

func ids[T any](all []T, id func(T) string) (out []string) {
	for _, one := range all {
		out = append(out, id(one))
	}
	return out
}

func linkID(l paylink.Link) string       { return l.ID }
func paymentID(p paylink.Payment) string { return p.ID }
func debtID(d paylink.Debt) string       { return d.ID }

// standings compares the store's reading of how links stand with the vocabulary's, for
// every way in which link and debt can be.
func standings(t *testing.T, s store) {
	seed(t, s)
	var links []paylink.Link
	owed := map[string]paylink.Debt{}
	now := view(t, s, func(r paylink.Reader) (time.Time, error) { return r.Now(), nil })
	debts := []func(*paylink.Debt){nil,
		func(d *paylink.Debt) { d.Paid, d.Reserved, d.CancelledAt = 0, 0, time.Time{} },
		func(d *paylink.Debt) { d.Paid, d.Reserved, d.CancelledAt = 0, 1, time.Time{} },
		func(d *paylink.Debt) { d.Paid, d.CancelledAt = 1, time.Time{} },
		func(d *paylink.Debt) { d.Paid = 0 },
		func(d *paylink.Debt) { d.Paid = 1 },
		func(d *paylink.Debt) { *d = paylink.Debt{Scope: d.Scope, Reference: d.Reference, Paid: 1} }} // a mere name
	for _, state := range []paylink.LinkState{paylink.LinkOpen, paylink.LinkClosed} {
		for _, uses := range [][3]int{{0, 1, 5}, {1, 0, 0}, {1, 1, 0}, {1, 0, 1}, {3, 2, 1}} {
			for _, expires := range []time.Time{{}, now.Add(-time.Hour), now.Add(24 * time.Hour)} {
				for _, paused := range []bool{false, true} {
					for _, debt := range debts {
						l := newLink()
						l.State, l.MaxUses, l.Reserved, l.Succeeded, l.ExpiresAt, l.Paused = state, uses[0], uses[1], uses[2], expires, paused
						l.Scope, l.Reference = paylink.DebtScope(merchant.ID), fmt.Sprint("INV-", len(links))
						if debt != nil {
							d := newDebt(l.Reference)
							debt(&d)
							owed[l.ID] = d
						}
						links = append(links, l)
					}
				}
			}
		}
	}
	update(t, s, func(tx paylink.Tx) error {
		for _, l := range links {
			if err := tx.AddLink(l); err != nil {
				return err
			}
			if d, is := owed[l.ID]; is {
				if err := putDebt(tx, d); err != nil {
					return err
				}
			}
		}
		return nil
	})
	find := func(f paylink.LinkFilter) []string {
		f.MerchantID = merchant.ID
		var got []string
		for { // more than a page
			f.Limit = 200
			page := view(t, s, func(r paylink.Reader) ([]paylink.Link, error) { return r.Links(f) })
			got = append(got, ids(page, linkID)...)
			if len(page) < f.Limit {
				return got
			}
			f.Before = page[len(page)-1].ID
		}
	}
	stands := func(l paylink.Link) paylink.Standing { return owed[l.ID].Standing(l.StandingAt(now)) }
	seen := map[paylink.Standing]bool{}
	for _, l := range links {
		seen[stands(l)] = true
	}
	every := []paylink.Standing{paylink.Payable, paylink.UsedUp, paylink.Expired, paylink.Closed, paylink.Paused, paylink.InUse, paylink.Settled, paylink.WrittenOff}
	for _, want := range every {
		if !seen[want] {
			t.Errorf("no link is %s", want)
		}
		equal(t, string(want), find(paylink.LinkFilter{Standings: []paylink.Standing{want}}),
			ids(newestFirst(links, func(l paylink.Link) bool { return stands(l) == want }), linkID))
	}
	equal(t, "one of two", find(paylink.LinkFilter{TerminalID: terminal.ID, Standings: []paylink.Standing{paylink.Settled, paylink.UsedUp}}),
		ids(newestFirst(links, func(l paylink.Link) bool { return stands(l) == paylink.Settled || stands(l) == paylink.UsedUp }), linkID))
	equal(t, "with metadata", find(paylink.LinkFilter{Metadata: map[string]string{"a": "b"}, Standings: []paylink.Standing{paylink.Settled}}),
		ids(newestFirst(links, func(l paylink.Link) bool { return stands(l) == paylink.Settled }), linkID))
	equal(t, "any", len(find(paylink.LinkFilter{Standings: every})), len(links))
	for _, once := range []bool{true, false} {
		equal(t, fmt.Sprint("paid once: ", once), find(paylink.LinkFilter{Once: &once}),
			ids(newestFirst(links, func(l paylink.Link) bool { return (l.MaxUses == 1) == once }), linkID))
	}
	equal(t, "that expire later", find(paylink.LinkFilter{ExpiresFrom: now.Add(24 * time.Hour), ExpiresTill: now.Add(25 * time.Hour)}),
		ids(newestFirst(links, func(l paylink.Link) bool { return l.ExpiresAt.After(now) }), linkID))
	equal(t, "that expire before", len(find(paylink.LinkFilter{ExpiresTill: now.Add(-time.Hour)})), 0)
	equal(t, "made then", len(find(paylink.LinkFilter{CreatedFrom: then, CreatedTill: then.Add(time.Microsecond)})), len(links))
	equal(t, "made before", len(find(paylink.LinkFilter{CreatedTill: then})), 0)
	equal(t, "made after", len(find(paylink.LinkFilter{CreatedFrom: then.Add(time.Microsecond)})), 0)
}

// narrowed is what payments and debts are found by without an index of its own.
func narrowed(t *testing.T, s store) {
	l := seedLink(t, s)
	bought := make([]paylink.Payment, 6)
	owed := make([]paylink.Debt, 5)
	update(t, s, func(tx paylink.Tx) error {
		for i := range owed {
			d := newDebt(fmt.Sprint("INV-", i))
			d.Paid, d.Reserved, d.CancelledAt = 0, 0, time.Time{}
			d.CreatedAt, d.DueOn = then.Add(time.Duration(i)*time.Hour), fmt.Sprint("2026-12-0", i+1)
			switch i {
			case 1:
				d.Reserved = 1
			case 2:
				d.Paid, d.CancelledAt = 1, then
			case 3:
				d.CancelledAt, d.Dialect, d.Foreign = then, "elevate", `{"a":1}`
			case 4:
				d.DueOn, d.Dialect = "", "elevate" // with another Foreign
			}
			owed[i] = d
			if err := putDebt(tx, d); err != nil {
				return err
			}
		}
		for i := range bought {
			p, step := newPayment(l)
			p.Method, p.Hold, p.Scope, p.Reference = paylink.Card, i == 0, paylink.DebtScope(merchant.ID), fmt.Sprint("INV-", i)
			p.CompletedAt, p.UpdatedAt = then.Add(time.Duration(i)*time.Hour), then.Add(50*time.Hour)
			switch i {
			case 1:
				p.Method, p.TerminalID = paylink.Bank, "ter_2"
			case 2:
				p.CompletedAt = time.Time{}
			case 3:
				p.Last4 = "0000"
			}
			bought[i] = p
			if _, err := tx.AddPayment(p, step); err != nil {
				return err
			}
		}
		sent := bought[4]
		step, err := sent.Move(paylink.Sending, paylink.CauseSend, paylink.NoEvidence, "", then)
		if err != nil {
			return err
		}
		if err := tx.SavePayment(sent, []paylink.Step{step}, nil); err != nil {
			return err
		}
		bought[4] = sent
		return nil
	})
	yes, no, mark := true, false, paylink.Mark{Dialect: "elevate", Foreign: `{"a":1}`}
	scope := paylink.DebtScope(merchant.ID)
	for what, c := range map[string]struct {
		f    paylink.PaymentFilter
		want []int // the newest first
	}{
		"by card":                 {paylink.PaymentFilter{Method: paylink.Card}, []int{5, 4, 3, 2, 0}},
		"by card of a link":       {paylink.PaymentFilter{LinkID: l.ID, Method: paylink.Card, State: paylink.Reserved}, []int{5, 3, 2, 0}},
		"of another link":         {paylink.PaymentFilter{LinkID: "plk_other", Method: paylink.Card}, nil},
		"by bank, in a state":     {paylink.PaymentFilter{Method: paylink.Bank, State: paylink.Reserved}, []int{1}},
		"by one of two":           {paylink.PaymentFilter{Methods: []paylink.Method{paylink.Bank, paylink.Stablecoin}}, []int{1}},
		"in one of two states":    {paylink.PaymentFilter{States: []paylink.PaymentState{paylink.Sending, paylink.Unknown}}, []int{4}},
		"at one of two terminals": {paylink.PaymentFilter{Terminals: []string{"ter_2", "ter_3"}}, []int{1}},
		"held":                    {paylink.PaymentFilter{Hold: &yes}, []int{0}},
		"not held":                {paylink.PaymentFilter{Hold: &no, Method: paylink.Card}, []int{5, 4, 3, 2}},
		"by an end":               {paylink.PaymentFilter{Last4: "0000"}, []int{3}},
		"done from":               {paylink.PaymentFilter{DoneFrom: then.Add(4 * time.Hour)}, []int{5, 4, 2}},
		"done till":               {paylink.PaymentFilter{DoneTill: then.Add(3 * time.Hour)}, []int{1, 0}},
		"paid from":               {paylink.PaymentFilter{PaidFrom: then.Add(4 * time.Hour)}, []int{5, 4}},
		"paid till":               {paylink.PaymentFilter{PaidTill: then.Add(time.Hour)}, []int{2, 0}},
		"of debts without a mark": {paylink.PaymentFilter{Scope: scope, DebtUnmarked: mark}, []int{4, 2, 1, 0}},
		"of debts with a mark":    {paylink.PaymentFilter{Scope: scope, DebtMarked: mark}, []int{3}},
	} {
		var want []string
		for _, i := range c.want {
			want = append(want, bought[i].ID)
		}
		c.f.MerchantID = merchant.ID
		got := view(t, s, func(r paylink.Reader) ([]paylink.Payment, error) { return r.Payments(c.f) })
		equal(t, "payments "+what, ids(got, paymentID), want)
	}
	for what, c := range map[string]struct {
		f    paylink.DebtFilter
		want []int
	}{
		"with a mark":      {paylink.DebtFilter{Marked: mark}, []int{3}},
		"without it":       {paylink.DebtFilter{Unmarked: mark}, []int{4, 2, 1, 0}},
		"open":             {paylink.DebtFilter{States: []paylink.DebtState{paylink.DebtOpen}}, []int{4, 0}},
		"paid":             {paylink.DebtFilter{States: []paylink.DebtState{paylink.DebtPaid}}, []int{2}},
		"under way, or no": {paylink.DebtFilter{States: []paylink.DebtState{paylink.DebtInProgress, paylink.DebtCancelled}}, []int{3, 1}},
		"due from":         {paylink.DebtFilter{DueFrom: "2026-12-03"}, []int{3, 2}},
		"due till":         {paylink.DebtFilter{DueTill: "2026-12-02"}, []int{0}},
		"made from":        {paylink.DebtFilter{CreatedFrom: then.Add(3 * time.Hour)}, []int{4, 3}},
		"made till":        {paylink.DebtFilter{CreatedTill: then.Add(time.Hour)}, []int{0}},
	} {
		var want []string
		for _, i := range c.want {
			want = append(want, owed[i].ID)
		}
		c.f.MerchantID = merchant.ID
		got := view(t, s, func(r paylink.Reader) ([]paylink.Debt, error) { return r.Debts(c.f) })
		equal(t, "debts "+what, ids(got, debtID), want)
	}
}

// skipped passes over the rows nearest to where a page begins.
func skipped(t *testing.T, s store) {
	seed(t, s)
	all := make([]paylink.Link, 7)
	update(t, s, func(tx paylink.Tx) error {
		for i := range all {
			all[i] = newLink()
			if err := tx.AddLink(all[i]); err != nil {
				return err
			}
		}
		return nil
	})
	for what, c := range map[string]struct {
		p    paylink.Paging
		want []int
	}{
		"from the newest": {paylink.Paging{Skip: 2, Limit: 3}, []int{4, 3, 2}},
		"before one":      {paylink.Paging{Before: all[4].ID, Skip: 1, Limit: 2}, []int{2, 1}},
		"after one":       {paylink.Paging{After: all[1].ID, Skip: 2, Limit: 2}, []int{5, 4}},
		"all":             {paylink.Paging{Skip: 7, Limit: 1}, nil},
	} {
		for _, f := range []paylink.LinkFilter{{MerchantID: merchant.ID}, {MerchantID: merchant.ID, TerminalID: terminal.ID, State: paylink.LinkOpen},
			{MerchantID: merchant.ID, Metadata: all[0].Metadata}} {
			f.Paging = c.p
			var want []string
			for _, i := range c.want {
				want = append(want, all[i].ID)
			}
			got := view(t, s, func(r paylink.Reader) ([]paylink.Link, error) { return r.Links(f) })
			equal(t, what, ids(got, linkID), want)
		}
	}
}
