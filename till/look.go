package till

import (
	"context"
	"time"

	"paylink"
)

// Sight is what a payer may see of a link.
type Sight struct {
	paylink.Offer
	Standing paylink.Standing
	Now      time.Time
	Debt     paylink.Debt // of the merchant's, where the link asks for one
	// Saved is the instrument that the link is bound to, where it is and can be paid so.
	Saved *paylink.Instrument
	// Products are those that the price names. The link's price is given as they, and the
	// debt, stand, and Priced tells it from what it was before one of them changed. Both are
	// empty where it names none.
	Products []paylink.Product
	Priced   string
}

// Look gives the link behind an address. It changes nothing: no row, no session,
// no gateway object; a mail scanner may look a thousand times (trust.md, anchor 5).
// An address that is unknown or retired is NotFound.
func (t *Till) Look(ctx context.Context, address string) (Sight, error) {
	var s Sight
	err := t.Store.View(ctx, func(r paylink.Reader) (err error) {
		s, err = sightOf(r, address)
		return err
	})
	return s, err
}

func sightOf(r paylink.Reader, address string) (s Sight, err error) {
	if s.Offer, err = r.Offer(address); err != nil {
		return s, err
	}
	s.Now = r.Now()
	behind, err := lookBehind(r, &s.Link)
	if err != nil {
		return s, err
	}
	s.Standing, s.Products, s.Priced, s.Debt = behind.standing, behind.products, behind.priced, behind.debt
	s.Saved, err = boundTo(r, s.Link)
	return s, err
}

// LookBack is Look for the pages of payments that were begun: an address that the
// link had when the payer came serves them to the end.
func (t *Till) LookBack(ctx context.Context, address string) (Sight, error) {
	s, err := t.Look(ctx, address)
	if paylink.KindOf(err) != paylink.NotFound || err == nil {
		return s, err
	}
	var living string
	verr := t.Store.View(ctx, func(r paylink.Reader) error {
		old, err := r.Address(paylink.AddressToken, address)
		if err != nil {
			return err
		}
		all, err := r.Addresses(old.LinkID)
		for _, a := range all {
			if a.Kind == paylink.AddressToken && a.RetiredAt.IsZero() {
				living = a.Value
			}
		}
		return err
	})
	if verr != nil || living == "" {
		return s, err
	}
	if s, err = t.Look(ctx, living); err == nil {
		s.Address.Value = address // the pages go on under the address that the payer has
	}
	return s, err
}

// LookAttempt gives the payment of an attempt at a link, NotFound where the form
// was never submitted. Whoever knows the attempt's token may see its state.
func (t *Till) LookAttempt(ctx context.Context, linkID, attempt string) (paylink.Payment, error) {
	var p paylink.Payment
	if len(attempt) != attemptLength {
		return p, paylink.E(paylink.NotFound, "attempt_unknown", "no such attempt at this link")
	}
	err := t.Store.View(ctx, func(r paylink.Reader) (err error) {
		p, err = r.PaymentByAttempt(linkID, attempt)
		return err
	})
	return p, err
}

// LastPaid is the payment that paid a link's debt, or the newest one that used up a
// link that may be paid once; the page for whoever comes second says when it was paid,
// and nothing about by whom.
func (t *Till) LastPaid(ctx context.Context, l paylink.Link) (p paylink.Payment, err error) {
	err = t.Store.View(ctx, func(r paylink.Reader) error {
		if l.Scope != "" && l.Reference != "" {
			if d, err := r.Debt(l.Scope, l.Reference); err != nil || d.PaymentID != "" {
				if err == nil {
					p, err = r.Payment(d.PaymentID)
				}
				return err
			}
		}
		list, err := r.Payments(paylink.PaymentFilter{LinkID: l.ID, Paging: paylink.Paging{Limit: 50}})
		for _, one := range list {
			if one.State.Uses() && !one.Surplus {
				p = one
				return err
			}
		}
		if err == nil {
			err = paylink.E(paylink.NotFound, "payment_unknown", "the link has no payment that used it")
		}
		return err
	})
	return p, err
}
