package till

import (
	"context"
	"errors"
	"net/http/httptrace"
	"strings"
	"time"

	"paylink"
	"paylink/internal/fault"
)

const (
	// callLimit bounds one call of a gateway (trust.md 4.5: total 20 s).
	callLimit = 20 * time.Second
	// fence is how long after "sending" began to be committed a request may still leave. A
	// node that was paused longer does not send: others may have looked by then.
	fence = 10 * time.Second
)

// send writes down that the payment is being sent, calls the gateway with no
// transaction open, and settles by what it says. It gives the payment as it stands.
func (t *Till) send(ctx context.Context, p paylink.Payment, o Order, purpose string) paylink.Payment {
	g, err := t.gateway(p.Gateway)
	if err != nil {
		return p // stays reserved; the resolver gives it up
	}
	charge, err := t.charge(ctx, p, o, purpose)
	if err != nil {
		return p
	}
	before := time.Now()
	sending, err := t.step(ctx, p.ID, "K05", func(tx paylink.Tx, p *paylink.Payment) ([]paylink.Step, error) {
		s, err := p.Move(paylink.Sending, paylink.CauseSend, paylink.NoEvidence, "", tx.Now())
		p.SentAt, p.LookAt = tx.Now(), tx.Now().Add(patience)
		return []paylink.Step{s}, err
	})
	if err != nil {
		return p
	}
	fault.Point("K06.before")
	// Both clocks: the monotonic one stands still while the machine sleeps.
	if time.Since(before) > fence || time.Now().Round(0).Sub(before.Round(0)) > fence {
		return t.notSent(ctx, sending)
	}
	out, err := t.call(ctx, g, charge)
	fault.Point("K08.before")
	switch {
	case errors.Is(err, paylink.ErrNotSent):
		return t.notSent(ctx, sending)
	case err != nil:
		return t.silence(ctx, sending, err)
	}
	settled, err := t.Settle(ctx, p.ID, Evidence{Kind: paylink.EvidenceResponse, Outcome: out})
	if err != nil {
		return sending // the gateway knows; the resolver will ask it
	}
	return settled
}

func (t *Till) call(ctx context.Context, g paylink.Gateway, c paylink.Charge) (paylink.Outcome, error) {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	if fault.Enabled {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			WroteRequest: func(httptrace.WroteRequestInfo) { fault.Point("K07.after") }})
	}
	return g.Charge(ctx, c)
}

// charge is what the gateway is told of a payment. It knows the payee by the
// account; purpose says what it is for.
func (t *Till) charge(ctx context.Context, p paylink.Payment, o Order, purpose string) (paylink.Charge, error) {
	c := paylink.Charge{Key: p.ID, Account: p.Account, Amount: p.Amount, Hold: p.Hold, Method: p.Method,
		Token: o.Token, Hosted: p.Hosted, Save: p.SaveIt, ReturnURL: t.AttemptURL(o.Address, p.Attempt),
		Payer: p.Payer, Language: p.Language, Description: purpose}
	if p.Instrument == "" {
		return c, nil
	}
	err := t.Store.View(ctx, func(r paylink.Reader) error {
		saved, err := r.Instrument(p.Instrument)
		c.Instrument, c.Token, c.Hosted = saved.Saved.Token, "", false
		return err
	})
	return c, err
}

// step changes one payment by a closure that moves it, in one transaction, and
// keeps link and debt counts right. It passes the fail point's before and after.
func (t *Till) step(ctx context.Context, id, point string, move func(paylink.Tx, *paylink.Payment) ([]paylink.Step, error)) (paylink.Payment, error) {
	var p paylink.Payment
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		if p, err = tx.LockPayment(id); err != nil {
			return err
		}
		before := p
		steps, err := move(tx, &p)
		if err != nil {
			return err
		}
		if err := recount(tx, before, &p); err != nil {
			return err
		}
		if err := tx.SavePayment(p, steps, nil); err != nil {
			return err
		}
		fault.Point(point + ".before")
		return nil
	})
	fault.Point(point + ".after")
	return p, err
}

// notSent takes a payment back whose request never left, and gives its slot free:
// the one case in which the payer may be told "nothing was taken" at once.
func (t *Till) notSent(ctx context.Context, was paylink.Payment) paylink.Payment {
	p, err := t.step(ctx, was.ID, "K09", func(tx paylink.Tx, p *paylink.Payment) ([]paylink.Step, error) {
		back, err := p.Move(paylink.Reserved, paylink.CauseNotSent, paylink.NoEvidence, "", tx.Now())
		if err != nil {
			return nil, err
		}
		end, err := p.Move(paylink.Abandoned, paylink.CauseGiveUp, paylink.NoEvidence, "gateway not reached", tx.Now())
		p.LookAt, p.Decline = time.Time{}, "gateway_down"
		return []paylink.Step{back, end}, err
	})
	if err != nil {
		return was
	}
	return p
}

// silence writes down that no usable answer came.
func (t *Till) silence(ctx context.Context, was paylink.Payment, cause error) paylink.Payment {
	p, err := t.step(ctx, was.ID, "K09", func(tx paylink.Tx, p *paylink.Payment) ([]paylink.Step, error) {
		s, err := p.Move(paylink.Unknown, paylink.CauseSilence, paylink.NoEvidence, brief(cause), tx.Now())
		p.LookAt = tx.Now().Add(looks[0])
		return []paylink.Step{s}, err
	})
	if err != nil {
		// A callback may have settled it meanwhile: that is better than what we have.
		if now, rerr := t.payment(ctx, was.ID); rerr == nil {
			return now
		}
		return was
	}
	return p
}

func (t *Till) payment(ctx context.Context, id string) (p paylink.Payment, err error) {
	err = t.Store.View(ctx, func(r paylink.Reader) (err error) {
		p, err = r.Payment(id)
		return err
	})
	return p, err
}

// brief keeps an error's text short enough to be stored beside a step.
func brief(err error) string {
	s := err.Error()
	if len(s) > 200 {
		s = s[:200]
	}
	return storable(s)
}

// storable makes what others said fit for a book: PostgreSQL takes neither NUL nor
// broken UTF-8.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
}
