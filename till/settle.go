package till

import (
	"context"
	"time"

	"paylink"
	"paylink/internal/fault"
)

// Evidence is an outcome and how we know it.
type Evidence struct {
	Kind    paylink.EvidenceKind
	Outcome paylink.Outcome
}

// Settle applies what a gateway said of a payment: state, ledger entries, the slot
// kept or given back, the debt, the saved instrument and the event, in one
// transaction. The gateway's answer, its callback, the payer's return and the
// resolver's timer all end here; the row lock and the table of states make their
// order and number irrelevant. It gives the payment as it stands afterwards.
func (t *Till) Settle(ctx context.Context, id string, ev Evidence) (paylink.Payment, error) {
	var p paylink.Payment
	do := func(tx paylink.Tx) (err error) {
		if p, err = tx.LockPayment(id); err == nil {
			p, err = t.settle(tx, p, ev)
		}
		fault.Point("K09.before")
		return err
	}
	err := t.Store.Update(ctx, do)
	if paylink.CodeOf(err) == "commit_unknown" {
		// Applying the same evidence twice changes nothing the second time.
		err = t.Store.Update(ctx, do)
	}
	fault.Point("K09.after")
	return p, err
}

// settle is Settle of a payment that is held.
func (t *Till) settle(tx paylink.Tx, p paylink.Payment, ev Evidence) (paylink.Payment, error) {
	before, o := p, ev.Outcome
	v := judge(p, o)
	switch {
	case v == noChange:
		return p, nil
	case v.cause == paylink.CauseLate && (ev.Kind != paylink.EvidenceBoth || v.to == ""):
		// One source is not enough to bring a finished payment back to life, and too much
		// to be forgotten: the resolver gets the second.
		return lookAgain(tx, p)
	}
	detail := o.Reference + " " + string(o.Status)
	if o.Detail != "" {
		detail += ": " + o.Detail
	}
	step, err := p.Move(v.to, v.cause, ev.Kind, detail, tx.Now())
	if err != nil {
		return p, err
	}
	if err := learn(tx, &p, o); err != nil {
		return p, err
	}
	if v.cause == paylink.CauseLate {
		if err := judgeSurplus(tx, &p); err != nil {
			return p, err
		}
	}
	if err := recount(tx, before, &p); err != nil {
		return p, err
	}
	if err := tx.SavePayment(p, []paylink.Step{step}, book(before, p, o, tx.Now())); err != nil {
		return p, err
	}
	if err := t.queueReceipt(tx, before, p); err != nil {
		return p, err
	}
	if kind := eventOf(p.State); kind != "" {
		return p, addEvent(tx, p.MerchantID, kind, p.ID, p.Version, p.View())
	}
	return p, nil
}

// lookAgain plans a look at a payment that had ended. That it is planned is what
// tells the resolver of the first source.
func lookAgain(tx paylink.Tx, p paylink.Payment) (paylink.Payment, error) {
	if !p.LookAt.IsZero() {
		return p, nil
	}
	p.LookAt, p.LeaseTill, p.Looks = tx.Now().Add(looks[0]), time.Time{}, 0
	return p, tx.SavePayment(p, nil, nil)
}

// learn copies what an outcome tells into the payment, and keeps an instrument that
// the gateway saved for us.
func learn(tx paylink.Tx, p *paylink.Payment, o paylink.Outcome) error {
	p.GatewayRef, p.ActionURL = o.Reference, ""
	if o.Method != "" {
		p.Method = o.Method
	}
	keep := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	keep(&p.Brand, o.Brand)
	keep(&p.Last4, o.Last4)
	keep(&p.Funding, o.Funding)
	keep(&p.AuthCode, o.AuthCode)
	switch p.State {
	case paylink.RequiresAction:
		p.ActionURL = o.ActionURL
	case paylink.Declined:
		p.Decline = o.Decline
		if o.Status == paylink.OutcomeCancelled && p.Decline == "" {
			p.Decline = paylink.DeclineCancelled
		}
	case paylink.Captured, paylink.CapturedLate, paylink.Pending:
		p.Captured, p.Decline = o.Amount.Minor, ""
	case paylink.PartlyRefunded, paylink.Refunded:
		p.Captured, p.Refunded = o.Amount.Minor, o.Refunded
	case paylink.Returned:
		p.Refunded = p.Captured
	}
	if p.State.Paid() && p.CompletedAt.IsZero() {
		p.CompletedAt = tx.Now()
	}
	p.LookAt = nextLook(*p, tx.Now())
	if p.State == paylink.CapturedLate && o.Status != paylink.OutcomeCaptured {
		p.LookAt = tx.Now() // it was given back since
	}
	// A payment by a saved instrument tells of that instrument: it is kept already.
	if o.Instrument == nil || p.Saved != "" || p.Instrument != "" || !p.State.Paid() {
		return nil
	}
	in := paylink.Instrument{ID: paylink.NewID(paylink.PrefixInstrument, tx.Now()), MerchantID: p.MerchantID,
		Gateway: p.Gateway, Account: p.Account, Saved: *o.Instrument, PaymentID: p.ID, CreatedAt: tx.Now()}
	in.Foreign = foreignInstrument()
	p.Saved = in.ID
	return tx.PutInstrument(in)
}

// nextLook is when a payment that was just settled should be looked at again.
func nextLook(p paylink.Payment, now time.Time) time.Time {
	switch {
	case p.State == paylink.RequiresAction, confirming(p):
		return now.Add(looks[1])
	case p.State == paylink.Authorized, p.State == paylink.Pending:
		return now.Add(24 * time.Hour)
	}
	return time.Time{}
}

// confirming payments are transfers that a network confirms in seconds or minutes; a
// bank takes days.
func confirming(p paylink.Payment) bool {
	return p.State == paylink.Pending && p.Method == paylink.Stablecoin
}

// judgeSurplus decides whether a late success still finds its slot and its debt
// free. If not, the money is owed back whole.
func judgeSurplus(tx paylink.Tx, p *paylink.Payment) error {
	l, err := tx.LockLink(p.LinkID)
	if err != nil {
		return err
	}
	p.Surplus = l.MaxUses > 0 && l.Reserved+l.Succeeded >= l.MaxUses
	if p.Scope == "" || p.Reference == "" {
		return nil
	}
	scope, err := tx.Scope(p.Scope)
	if err != nil {
		return err
	}
	d, err := tx.LockDebt(p.Scope, p.Reference)
	if err != nil {
		return err
	}
	p.Surplus = p.Surplus || ((scope.Once || d.Made()) && d.Reserved+d.Paid > 0)
	p.InDebt = !p.Surplus
	return nil
}

// recount keeps the link's and the debt's counters equal to the number of payments
// that hold or use them, by the difference that this change makes.
func recount(tx paylink.Tx, before paylink.Payment, p *paylink.Payment) error {
	held, used := weight(before)
	holds, uses := weight(*p)
	if held == holds && used == uses {
		return nil
	}
	l, err := tx.LockLink(p.LinkID)
	if err != nil {
		return err
	}
	l.Reserved += holds - held
	l.Succeeded += uses - used
	if err := tx.SaveLink(l); err != nil {
		return err
	}
	if !p.InDebt && !before.InDebt {
		return nil
	}
	return countDebt(tx, *p, holds-held, uses-used)
}

// weight is what a payment counts in its link: slots held, slots used.
func weight(p paylink.Payment) (holds, uses int) {
	switch {
	case p.Surplus:
		return 0, 0
	case p.State.Holds():
		return 1, 0
	case p.State.Uses():
		return 0, 1
	}
	return 0, 0
}

// book makes the ledger entries of a change: captures, returns and refunds move
// money between the gateway's clearing account and the merchant's.
func book(before, p paylink.Payment, o paylink.Outcome, now time.Time) []paylink.Entry {
	clearing := paylink.AccountClearing + ":" + p.Gateway
	whose := paylink.AccountPayable
	if p.Surplus {
		whose = paylink.AccountOwedBack
	}
	if p.State == paylink.Mismatch {
		// Money in another currency has no account here: a person reads the gateway's book.
		if o.Amount.Currency == p.Amount.Currency && o.Status != paylink.OutcomeAuthorized {
			return paylink.Post(p, paylink.AccountSuspense, clearing, o.Amount.Minor, now)
		}
		return nil
	}
	entries := paylink.Post(p, whose, clearing, p.Captured-before.Captured, now)
	return append(entries, paylink.Post(p, clearing, whose, p.Refunded-before.Refunded, now)...)
}

// eventOf is what a merchant hears of a state; empty for the ones in between.
func eventOf(s paylink.PaymentState) string {
	return map[paylink.PaymentState]string{
		paylink.Authorized: paylink.EventPaymentHeld, paylink.Pending: paylink.EventPaymentPending,
		paylink.Captured: paylink.EventPaymentSucceeded, paylink.CapturedLate: paylink.EventPaymentSucceeded,
		paylink.Declined: paylink.EventPaymentDeclined, paylink.Voided: paylink.EventPaymentVoided,
		paylink.AuthExpired: paylink.EventPaymentVoided, paylink.Returned: paylink.EventPaymentReturned,
		paylink.PartlyRefunded: paylink.EventPaymentRefunded, paylink.Refunded: paylink.EventPaymentRefunded,
		paylink.Disputed: paylink.EventPaymentDisputed, paylink.DisputeWon: paylink.EventPaymentDisputed,
		paylink.DisputeLost: paylink.EventPaymentDisputed, paylink.Mismatch: paylink.EventPaymentReview,
	}[s]
}
