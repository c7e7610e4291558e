package till

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"paylink"
	"paylink/internal/fault"
)

// patience is how long a payment may be Reserved or Sending before the resolver
// looks after it: longer than a gateway call may take (20 s).
const patience = 30 * time.Second

// Order is what a payer wants.
type Order struct {
	Address string // the link's token or slug
	Attempt string // from the form, made by NewAttempt
	Typed   paylink.Money
	// Quantities by the place of the line in the price that the form showed; see
	// paylink.Choice.
	Quantities []int64
	Method     paylink.Method
	// Token comes from the gateway's own fields. Without it, and without Saved, the
	// payer is sent to the gateway's page.
	Token     string
	Saved     bool // pay with the instrument that the link is bound to
	Save      bool // the payer agreed to keep the instrument
	Reference string
	Payer     paylink.Payer
	Language  string
	ClientIP  string
}

// Pay takes a payer's order through reserve, send and settle, and gives the payment
// as it stands then: paid, declined, needing action (ActionURL), or unknown. The
// same attempt again gives the same payment and does nothing.
//
// Errors before anything was reserved: Invalid (faults by form field; "attempt" and
// "price_changed" where the form is not of the link as it stands), NotFound, Gone
// (closed, expired, used up, the debt paid or cancelled, "product_gone", "debt_currency",
// "total_too_large"), Conflict "in_use" and "duplicate_reference",
// Reused (the attempt was used with other content). An error after that is never
// returned: the payment's state says what is known.
func (t *Till) Pay(ctx context.Context, o Order) (paylink.Payment, error) {
	// A payer who closes the browser must not stop a payment half way.
	ctx = context.WithoutCancel(ctx)
	p, purpose, fresh, err := t.reserve(ctx, o)
	if code := paylink.CodeOf(err); code == "in_use" || code == "duplicate_running" {
		// The slot may be held by the same payer's page at the gateway, left behind.
		if t.takeOver(ctx, o, p, code) {
			p, purpose, fresh, err = t.reserve(ctx, o)
		}
	}
	if err != nil || !fresh {
		return p, err
	}
	return t.send(ctx, p, o, purpose), nil
}

// reserve claims the link's slot and the debt and writes the payment with the price
// that we compute, in one transaction. fresh is false where the attempt had been
// used before: the payment is that one. purpose is what it is for, in the link's words.
func (t *Till) reserve(ctx context.Context, o Order) (p paylink.Payment, purpose string, fresh bool, err error) {
	fault.Point("K04.enter")
	err = t.Store.Update(ctx, func(tx paylink.Tx) error {
		p, fresh = paylink.Payment{}, false
		// The row lock makes claims of one link queue up.
		offer, err := tx.LockOffer(o.Address)
		if err != nil {
			return err
		}
		print := o.fingerprint()
		if old, err := tx.PaymentByAttempt(offer.Link.ID, o.Attempt); err == nil {
			p = old
			return same(old, print)
		} else if paylink.KindOf(err) != paylink.NotFound {
			return err
		}
		if err := standing(offer.Link, tx.Now()); err != nil {
			return err
		}
		// Read in this transaction: what a product costs, or the debt comes to, may have
		// changed since the form was shown, and then the form's attempt is not one of the
		// link's any more. The debt is held first: claim must find it as it was priced.
		shown := offer
		var debt paylink.Debt
		if offer.Link.AsksForDebt() {
			if debt, err = tx.LockDebt(offer.Link.Scope, offer.Link.Reference); err == nil && debt.Made() {
				err = asked(debt) // that it is over says more than what else is in the way
			}
			if err != nil {
				return err
			}
		}
		_, priced, err := resolve(tx, &shown.Link, debt)
		if err != nil {
			return err
		}
		if err := t.checkAttempt(shown.Link, priced, o.Attempt); err != nil {
			return err
		}
		if p, err = t.draft(tx, shown, o); err != nil {
			return err
		}
		p.Fingerprint = print
		if err := t.claim(tx, &offer.Link, &p); err != nil {
			return err
		}
		step, err := p.Move(paylink.Reserved, paylink.CauseSubmit, paylink.NoEvidence, "", tx.Now())
		if err != nil {
			return err
		}
		if fresh, err = tx.AddPayment(p, step); err != nil {
			return err
		}
		if !fresh {
			return errTwin
		}
		if err := tx.SaveLink(offer.Link); err != nil {
			return err
		}
		if purpose = offer.Link.Page.Title; purpose == "" {
			purpose = p.Reference
		}
		fault.Point("K04.before")
		return nil
	})
	fault.Point("K04.after")
	if errors.Is(err, errTwin) || paylink.CodeOf(err) == "commit_unknown" {
		p, err = t.twin(ctx, o, err)
		return p, "", false, err
	}
	return p, purpose, fresh && err == nil, err
}

// errTwin rolls back a reservation whose attempt another request just used.
var errTwin = errors.New("the attempt is being used")

// twin finds the payment that an attempt has by now.
func (t *Till) twin(ctx context.Context, o Order, cause error) (p paylink.Payment, err error) {
	err = t.Store.View(ctx, func(r paylink.Reader) error {
		offer, err := r.Offer(o.Address)
		if err != nil {
			return err
		}
		p, err = r.PaymentByAttempt(offer.Link.ID, o.Attempt)
		return err
	})
	if err != nil {
		return p, cause
	}
	// After a lost commit the payment may be ours, reserved and not sent. It is not
	// sent now: the resolver gives it up and the payer tries again.
	return p, same(p, o.fingerprint())
}

func same(p paylink.Payment, print string) error {
	if p.Fingerprint != print {
		return paylink.E(paylink.Reused, "attempt_reused", "this form was submitted before with other content; open the link again")
	}
	return nil
}

// fingerprint covers what decides about money: the link, the amount typed, the
// quantities, the reference, the method. A token differs at each press and is left out, so that a
// double press with two tokens is still one attempt.
func (o Order) fingerprint() string {
	what := []any{o.Address, o.Typed, o.Reference, o.Method, o.Saved}
	if len(o.Quantities) > 0 {
		what = append(what, o.Quantities)
	}
	raw, _ := json.Marshal(what)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// draft makes the payment that an order asks for, priced by the server.
func (t *Till) draft(tx paylink.Tx, offer paylink.Offer, o Order) (paylink.Payment, error) {
	l := offer.Link
	bill, err := l.Price.Bill(paylink.Choice{Typed: o.Typed, Quantities: o.Quantities})
	if err != nil {
		return paylink.Payment{}, err
	}
	saved, err := boundTo(tx, l)
	if err == nil {
		err = o.check(offer, saved != nil)
	}
	if err != nil {
		return paylink.Payment{}, err
	}
	reference := l.Reference
	if reference == "" && l.Page.ShowReference {
		reference = o.Reference
	}
	p := paylink.Payment{ID: paylink.NewID(paylink.PrefixPayment, tx.Now()), LinkID: l.ID, Link: l.Version,
		MerchantID: l.MerchantID, TerminalID: l.TerminalID, Gateway: offer.Terminal.Gateway, Account: offer.Terminal.Account,
		Attempt: o.Attempt, Amount: bill.Total, Hold: l.Hold, Lines: bill.Lines, Schedule: l.Schedule,
		Scope: l.Scope, Reference: reference, Method: o.Method, SaveIt: l.Save || o.Save,
		Payer: o.Payer, Language: o.Language, ClientIP: o.ClientIP, CreatedAt: tx.Now(), LookAt: tx.Now().Add(patience)}
	switch {
	case saved != nil:
		p.Instrument, p.Method, p.SaveIt = saved.ID, saved.Saved.Method, false
	case o.Token == "":
		p.Hosted = true
	}
	return p, nil
}

// check refuses what the form can't have offered. With bound it has offered the saved
// way to pay, whatever the order says.
func (o Order) check(offer paylink.Offer, bound bool) error {
	var f paylink.Faults
	offered := bound
	for _, m := range offer.Methods() {
		offered = offered || m == o.Method
	}
	if !offered {
		f.Add("method", "method", "choose one of the ways to pay that this link offers")
	}
	for _, text := range []struct{ field, value string }{{"reference", o.Reference}, {"first_name", o.Payer.FirstName},
		{"last_name", o.Payer.LastName}, {"email", o.Payer.Email}, {"street", o.Payer.Street}, {"city", o.Payer.City},
		{"region", o.Payer.Region}, {"postal", o.Payer.Postal}, {"phone", o.Payer.Phone}} {
		if err := paylink.CheckText(text.value); err != nil {
			f.Add(text.field, "text", err.Error())
		} else if paylink.HoldsCardNumber(text.value) {
			f.Add(text.field, "card_number", "must not hold a card number")
		}
	}
	return f.Err()
}

// standing turns why a link can't be paid into an error.
func standing(l paylink.Link, now time.Time) error {
	switch s := l.StandingAt(now); s {
	case paylink.Payable:
		return nil
	case paylink.InUse:
		return paylink.E(paylink.Conflict, "in_use", "a payment of this link is under way")
	case paylink.Paused:
		return paylink.E(paylink.Gone, string(s), "this link can't be paid at present")
	default:
		return paylink.E(paylink.Gone, string(s), "this link can't be paid any more")
	}
}

// claim counts the payment in its link's slot and its debt.
func (t *Till) claim(tx paylink.Tx, l *paylink.Link, p *paylink.Payment) error {
	l.Reserved++
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
	if d.Made() {
		if err := asked(d); err != nil {
			return err
		}
	}
	if scope.Once && d.Paid > 0 {
		return paylink.E(paylink.Conflict, "duplicate_reference", "this reference was paid before")
	}
	if (scope.Once || d.Made()) && d.Reserved > 0 {
		return paylink.E(paylink.Conflict, "duplicate_running", "a payment of this reference is under way")
	}
	d.Reserved++
	p.InDebt = true
	return tx.SaveDebt(d)
}
