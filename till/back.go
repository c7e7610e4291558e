package till

import (
	"context"

	"paylink"
)

// Back is called when a payer returns from the gateway's page. What their URL says
// is no evidence: the gateway is asked, and the payment is given as it stands then.
// It may be called any number of times; for payments that wait for nothing it only
// reads.
func (t *Till) Back(ctx context.Context, linkID, attempt string) (paylink.Payment, error) {
	p, err := t.LookAttempt(ctx, linkID, attempt)
	if err != nil || (p.State != paylink.RequiresAction && p.State != paylink.Unknown && !confirming(p)) {
		return p, err
	}
	after, err := t.ask(context.WithoutCancel(ctx), p)
	if err != nil {
		return p, nil // the page says "being confirmed"; the resolver goes on asking
	}
	return after, nil
}

// ask looks a payment up at its gateway and settles by the answer.
func (t *Till) ask(ctx context.Context, p paylink.Payment) (paylink.Payment, error) {
	g, err := t.gateway(p.Gateway)
	if err != nil {
		return p, err
	}
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	o, err := g.Lookup(ctx, p.Account, p.ID)
	if err != nil || o.Status == paylink.OutcomeNotFound || o.Status == paylink.OutcomeProcessing {
		return p, err
	}
	return t.Settle(ctx, p.ID, Evidence{Kind: paylink.EvidenceQuery, Outcome: o})
}
