package till

import (
	"context"
	"errors"

	"paylink"
	"paylink/internal/fault"
	"paylink/internal/signing"
)

// Change is one of the till's small acts, ready to be done: Closing.Change,
// AddsEndpoint and the like make one, Once does it.
type Change func(tx paylink.Tx) (Changed, error)

// Changed is what an act left behind; the parts that it does not touch are empty.
type Changed struct {
	Link     paylink.Link
	URL      string // of Link
	Endpoint paylink.Endpoint
	Secret   signing.Secret // of Endpoint, where it was made anew
	Delivery paylink.Delivery
	Product  paylink.Product
	Tax      paylink.Tax
	Customer paylink.Customer
	Debt     paylink.Debt
	Share    paylink.Share
	Mails    []paylink.Mail // of Share
}

// do does a change without a key.
func (t *Till) do(ctx context.Context, change Change) (done Changed, err error) {
	err = t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		done, err = change(tx)
		return err
	})
	fault.Point("K26.after") // a close's, which the other small acts pass, too
	return done, err
}

// Once does a change under the caller's idempotency key (Scope, Key, Fingerprint;
// nil: without one): key, change and answer are committed together or not at all.
// A repeated key gives the first answer byte for byte and changes nothing; with
// another fingerprint it is an Error of kind Reused. A change that fails keeps no key.
//
// Stored answers are sealed, because some hold a secret that is shown once.
// render makes the answer and names the object it is about. It must be pure.
func (t *Till) Once(ctx context.Context, claim *paylink.Claim, change Change, render func(Changed) (status int, objectID string, body []byte)) (Answer, error) {
	if claim == nil {
		done, err := t.do(ctx, change)
		if err != nil {
			return Answer{}, err
		}
		status, id, body := render(done)
		return Answer{Status: status, Body: body, LinkID: id}, nil
	}
	if a, err := t.replaySealed(ctx, *claim); err == nil || paylink.KindOf(err) != paylink.NotFound {
		return a, err
	}
	var ans Answer
	err := t.Store.Update(ctx, func(tx paylink.Tx) error {
		ans = Answer{}
		done, err := change(tx)
		if err != nil {
			return err
		}
		ans.Status, ans.LinkID, ans.Body = render(done)
		c := *claim
		c.Status, c.ObjectID, c.CreatedAt = ans.Status, ans.LinkID, tx.Now()
		if c.Body, err = t.Seal.Seal(ans.Body, claimContext(c)); err != nil {
			return err
		}
		won, err := tx.AddClaim(c)
		return errors.Join(err, unless(won || err != nil, errLost))
	})
	fault.Point("K26.after")
	if err == nil {
		return ans, nil
	}
	// Whoever owns the key has the answer; so does a commit whose fate is unknown. A
	// change may also have failed because the same call had done it just before.
	if a, rerr := t.replaySealed(ctx, *claim); paylink.KindOf(rerr) != paylink.NotFound || rerr == nil {
		return a, rerr
	}
	if errors.Is(err, errLost) {
		err = errBusy
	}
	return Answer{}, err
}

// errBusy: a call owned the key and is gone again without an answer, or still works.
var errBusy = paylink.E(paylink.Busy, "idempotency_key_in_flight", "a request with this idempotency key is being worked on; send it again")

func claimContext(c paylink.Claim) []byte { return []byte("claim\x00" + c.Scope + "\x00" + c.Key) }

// replaySealed is replay for answers that Once stored.
func (t *Till) replaySealed(ctx context.Context, c paylink.Claim) (Answer, error) {
	a, err := t.replay(ctx, c)
	if err == nil {
		a.Body, err = t.Seal.Open(a.Body, claimContext(c))
	}
	return a, err
}
