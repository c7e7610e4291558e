package till

import (
	"context"

	"paylink"
)

// takeOver frees a slot that a payer left behind at the gateway's page or in 3-D
// Secure, for links and references that can be paid only once. It asks the
// gateway to make the old key unusable; only its word that nothing was and will be
// taken frees the slot. refused is the payment that found it taken, and why. It
// reports whether anything changed.
func (t *Till) takeOver(ctx context.Context, o Order, refused paylink.Payment, why string) bool {
	var waiting []paylink.Payment
	paging := paylink.Paging{Limit: 10}
	err := t.Store.View(ctx, func(r paylink.Reader) (err error) {
		if why == "duplicate_running" {
			// The same debt, over whichever link; other debts of this link are other people's.
			waiting, err = r.Payments(paylink.PaymentFilter{Scope: refused.Scope, Reference: refused.Reference,
				State: paylink.RequiresAction, Paging: paging})
			return err
		}
		offer, err := r.Offer(o.Address)
		// A link for many people is not one payer's: nobody's page is closed there.
		if err != nil || offer.Link.MaxUses != 1 {
			return err
		}
		waiting, err = r.Payments(paylink.PaymentFilter{LinkID: offer.Link.ID, State: paylink.RequiresAction, Paging: paging})
		return err
	})
	changed := false
	for _, p := range waiting {
		if err != nil {
			break
		}
		var after paylink.Payment
		if after, err = t.cancelKey(ctx, p); err == nil && after.State != p.State {
			changed = true
		}
	}
	return changed
}

// cancelKey makes the gateway promise that a key can't be used any more, or learns
// what became of it. Gateways that can't promise leave the payment as it is.
func (t *Till) cancelKey(ctx context.Context, p paylink.Payment) (paylink.Payment, error) {
	g, err := t.gateway(p.Gateway)
	if err != nil {
		return p, err
	}
	canceller, ok := g.(paylink.KeyCanceller)
	if !ok {
		return p, nil
	}
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	o, err := canceller.CancelKey(ctx, p.Account, p.ID)
	if err != nil {
		return p, err
	}
	return t.Settle(ctx, p.ID, Evidence{Kind: paylink.EvidenceQuery, Outcome: o})
}
