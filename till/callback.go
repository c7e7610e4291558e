package till

import (
	"context"
	"errors"
	"net/http"
	"time"

	"paylink"
	"paylink/internal/fault"
)

// Callback takes a gateway's call to us. It is verified by the gateway's own rules,
// kept, and applied in one transaction; a call that was here before changes
// nothing. An error of kind Unauthenticated or Invalid refuses it; any other means
// that it should be sent again. Calls about keys that are not ours are kept and
// answered like any other, so that they can be looked into.
func (t *Till) Callback(ctx context.Context, gateway string, h http.Header, body []byte) error {
	ctx = context.WithoutCancel(ctx)
	g, err := t.gateway(gateway)
	if err != nil {
		return err
	}
	reader, ok := g.(paylink.CallbackReader)
	if !ok {
		return paylink.E(paylink.NotFound, "callbacks", "this gateway does not call back")
	}
	now, err := t.now(ctx)
	if err != nil {
		return err
	}
	n, err := reader.ReadCallback(h, body, now)
	if err != nil {
		return err
	}
	err = t.take(ctx, gateway, n, body, "")
	if errors.Is(err, errLate) {
		err = t.take(ctx, gateway, n, body, t.second(ctx, g, n))
	}
	return err
}

// errLate rolls back a callback that claims a success after the end.
var errLate = errors.New("a late success needs a second source")

// take keeps a callback and settles by it. How it is known is told where the gateway
// was asked, too; without that a late success is errLate and nothing is kept.
func (t *Till) take(ctx context.Context, gateway string, n paylink.Notice, body []byte, known paylink.EvidenceKind) error {
	err := t.Store.Update(ctx, func(tx paylink.Tx) error {
		id := n.Key
		p, err := tx.LockPayment(id)
		switch {
		case paylink.KindOf(err) == paylink.NotFound:
			id = ""
		case err != nil:
			return err
		case p.Gateway != gateway || p.Account != n.Account:
			id = "" // another merchant's account: kept, not believed (mycart #405)
		case known == "" && judge(p, n.Outcome).cause == paylink.CauseLate:
			return errLate
		}
		fresh, err := tx.AddCallback(gateway, n.EventID, id, body)
		if err != nil || !fresh || id == "" {
			return err
		}
		fault.Point("K10.before")
		ev := Evidence{Kind: known, Outcome: n.Outcome}
		if known == "" {
			ev.Kind = paylink.EvidenceCallback
		}
		_, err = t.settle(tx, p, ev)
		fault.Point("K11.before")
		return err
	})
	fault.Point("K11.after")
	return err
}

// second asks the gateway itself: only both together bring a finished payment back
// to life. Where it says otherwise, or nothing now, the resolver goes on asking.
func (t *Till) second(ctx context.Context, g paylink.Gateway, n paylink.Notice) paylink.EvidenceKind {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	o, err := g.Lookup(ctx, n.Account, n.Key)
	if err != nil || o.Status != n.Outcome.Status || o.Amount != n.Outcome.Amount {
		return paylink.EvidenceCallback
	}
	return paylink.EvidenceBoth
}

func (t *Till) now(ctx context.Context) (now time.Time, err error) {
	err = t.Store.View(ctx, func(r paylink.Reader) error {
		now = r.Now()
		return nil
	})
	return now, err
}
