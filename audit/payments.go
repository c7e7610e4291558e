package audit

import (
	"strings"

	"paylink"
)

func (a *audit) readPayments() error {
	return a.l.EachPayment(func(p paylink.Payment, steps []paylink.Step, entries []paylink.Entry) error {
		a.report.Payments++
		a.report.Steps += len(steps)
		a.report.Entries += len(entries)
		a.report.States[string(p.State)]++
		a.amounts(p)
		a.price(p)
		a.steps(p, steps)
		a.entries(p, entries)
		a.charge(p)
		a.told26(p, steps)
		if a.o.Quiet && (p.State == paylink.Reserved || p.State == paylink.Sending || p.State == paylink.Unknown) {
			a.say("quiet", p.ID, "the payment is still %s", p.State)
		}
		return a.slot(p, steps)
	})
}

func (a *audit) amounts(p paylink.Payment) {
	if p.Amount.Minor < 1 || p.Amount.Minor > paylink.MaxMinor || !p.Amount.Currency.Known() {
		a.say("I-11", p.ID, "the amount %d %s is out of range", p.Amount.Minor, p.Amount.Currency)
	}
	if p.Captured < 0 || p.Captured > p.Amount.Minor {
		a.say("I-07", p.ID, "%d minor units were captured of %d", p.Captured, p.Amount.Minor)
	}
	if p.Refunded < 0 || p.Refunded > p.Captured {
		a.say("I-08", p.ID, "%d minor units were refunded of %d captured", p.Refunded, p.Captured)
	}
}

// entries checks that postings balance, and that together they are what the
// payment says it took and gave back.
func (a *audit) entries(p paylink.Payment, entries []paylink.Entry) {
	sums := map[string]int64{} // by posting and currency
	by := map[string]int64{}   // by account, in the payment's currency
	for _, e := range entries {
		sums[e.Posting+" "+string(e.Amount.Currency)] += e.Amount.Minor
		account, _, _ := strings.Cut(e.Account, ":")
		if e.Amount.Currency != p.Amount.Currency || e.PaymentID != p.ID || e.MerchantID != p.MerchantID {
			a.say("book", p.ID, "an entry of %s is of another payment, merchant or currency", e.Posting)
		}
		by[account] += e.Amount.Minor
	}
	for posting, sum := range sums {
		if sum != 0 {
			a.say("I-01", p.ID, "posting %s sums to %d, not to zero", posting, sum)
		}
	}
	net := p.Captured - p.Refunded
	if got := -by[paylink.AccountPayable] - by[paylink.AccountOwedBack]; got != net {
		a.say("book", p.ID, "its entries give the merchant %d minor units; captured less refunded is %d", got, net)
	}
	if by[paylink.AccountSuspense] != 0 && p.State != paylink.Mismatch {
		a.say("book", p.ID, "money is in suspense though nothing waits for a decision")
	}
	if p.Surplus && by[paylink.AccountPayable] != 0 {
		a.say("I-04", p.ID, "the payment is surplus; its money is booked as the merchant's, not as owed back")
	}
	if !p.Surplus && by[paylink.AccountOwedBack] != 0 {
		a.say("I-04", p.ID, "money is owed back for a payment that is not surplus")
	}
}
