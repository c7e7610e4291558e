package sqlstore

import (
	"fmt"
	"slices"
	"time"

	"paylink"
)

// The columns that never change come first.
const (
	paymentFixed   = "id, link_id, merchant_id, attempt, currency, amount, created_at"
	paymentMutable = `link_version, terminal_id, gateway, account, fingerprint, state, version, captured, refunded,
	hold, surplus, lines, schedule, scope, reference, in_debt, method, hosted, instrument, saved, save_it, action_url,
	gateway_ref, brand, last4, funding, auth_code, decline, payer, language, client_ip, updated_at, sent_at, completed_at,
	look_at, looks, lease_till`
	paymentColumns = paymentFixed + ", " + paymentMutable
)

func paymentDest(p *paylink.Payment) []any {
	return []any{&p.ID, &p.LinkID, &p.MerchantID, &p.Attempt, (*string)(&p.Amount.Currency), &p.Amount.Minor, at(&p.CreatedAt),
		num(&p.Link), &p.TerminalID, &p.Gateway, &p.Account, &p.Fingerprint, (*string)(&p.State), num(&p.Version), &p.Captured, &p.Refunded,
		&p.Hold, &p.Surplus, document{&p.Lines}, document{&p.Schedule}, &p.Scope, &p.Reference, &p.InDebt, (*string)(&p.Method),
		&p.Hosted, &p.Instrument, &p.Saved, &p.SaveIt, &p.ActionURL,
		&p.GatewayRef, &p.Brand, &p.Last4, &p.Funding, &p.AuthCode, &p.Decline, document{&p.Payer}, &p.Language, &p.ClientIP,
		at(&p.UpdatedAt), at(&p.SentAt), at(&p.CompletedAt),
		at(&p.LookAt), num(&p.Looks), at(&p.LeaseTill)}
}

func paymentFixedValues(p paylink.Payment) []any {
	return []any{p.ID, p.LinkID, p.MerchantID, p.Attempt, string(p.Amount.Currency), p.Amount.Minor, micros(p.CreatedAt)}
}

func paymentMutableValues(p paylink.Payment) []any {
	return []any{p.Link, p.TerminalID, p.Gateway, p.Account, p.Fingerprint, string(p.State), p.Version, p.Captured, p.Refunded,
		truth(p.Hold), truth(p.Surplus), encode(p.Lines), encode(p.Schedule), p.Scope, p.Reference, truth(p.InDebt), string(p.Method),
		truth(p.Hosted), p.Instrument, p.Saved, truth(p.SaveIt), p.ActionURL,
		p.GatewayRef, p.Brand, p.Last4, p.Funding, p.AuthCode, p.Decline, encode(p.Payer), p.Language, p.ClientIP,
		micros(p.UpdatedAt), micros(p.SentAt), micros(p.CompletedAt),
		micros(p.LookAt), p.Looks, micros(p.LeaseTill)}
}

var (
	paymentByID      = selectFrom("payment", paymentColumns, "WHERE id = $1")
	paymentByAttempt = selectFrom("payment", paymentColumns, "WHERE link_id = $1 AND attempt = $2")
	addPayment       = insertInto("payment", paymentColumns) + " ON CONFLICT (link_id, attempt) DO NOTHING"
	// The state before must be the one that the steps begin from, and what can never
	// change must be as it was.
	savePayment = updateOf("payment", paymentMutable, `id = #1 AND link_id = #2 AND merchant_id = #3 AND attempt = #4
		AND currency = #5 AND amount = #6 AND created_at = #7 AND state = #8 AND version = #9`)
)

// Payment implements paylink.Reader.
func (r *reader) Payment(id string) (paylink.Payment, error) {
	return find(r, "payment", id, paymentDest, paymentByID, id)
}

// PaymentByAttempt implements paylink.Reader.
func (r *reader) PaymentByAttempt(linkID, attempt string) (paylink.Payment, error) {
	return find(r, "payment", "of this attempt", paymentDest, paymentByAttempt, linkID, attempt)
}

// Payments implements paylink.Reader.
func (r *reader) Payments(f paylink.PaymentFilter) ([]paylink.Payment, error) {
	merchant, state, method := equals("merchant_id", f.MerchantID), equals("state", string(f.State)), equals("method", string(f.Method))
	if f.State != "" {
		method = aside("method", string(f.Method))
	}
	if f.LinkID != "" || f.Reference != "" {
		state, method = aside("state", string(f.State)), aside("method", string(f.Method))
	}
	if f.LinkID != "" {
		merchant = aside("merchant_id", f.MerchantID)
	}
	filter := where(merchant, equals("link_id", f.LinkID), state, method, equals("last4", f.Last4))
	if f.Reference != "" {
		filter = append(filter, literal("reference <> ''"), equals("reference", f.Reference))
		if f.Scope != "" || f.MerchantID == "" { // no scope is a scope, too
			filter = append(filter, equals("scope", f.Scope))
		}
	} else if f.Scope != "" {
		filter = append(filter, equals("scope", f.Scope))
	}
	filter = append(filter, among("state", f.States)...)
	filter = append(filter, among("method", f.Methods)...)
	filter = append(filter, among("terminal_id", f.Terminals)...)
	filter = append(filter, either("hold = 1", f.Hold)...)
	filter = append(filter, during("CASE WHEN completed_at > 0 THEN completed_at ELSE updated_at END", f.DoneFrom, f.DoneTill)...)
	filter = append(filter, during("CASE WHEN completed_at > 0 THEN completed_at ELSE created_at END", f.PaidFrom, f.PaidTill)...)
	if f.DebtMarked != (paylink.Mark{}) || f.DebtUnmarked != (paylink.Mark{}) {
		filter = append(filter, condition{made: func(arg func(any) string) string {
			text := "EXISTS (SELECT 1 FROM debt d WHERE d.scope = payment.scope AND d.reference = payment.reference AND d.id <> ''"
			for _, c := range marked("d.", f.DebtMarked, f.DebtUnmarked) {
				text += " AND " + c.made(arg)
			}
			return text + ")"
		}})
	}
	return list(r, paymentDest, "payment", paymentColumns, f.Paging, filter)
}

// LockPayment implements paylink.Tx.
func (t *tx) LockPayment(id string) (paylink.Payment, error) {
	defer t.waited()
	return find(&t.reader, "payment", id, paymentDest, paymentByID+t.engine.lock, id)
}

// AddPayment implements paylink.Tx.
func (t *tx) AddPayment(p paylink.Payment, s paylink.Step) (bool, error) {
	if err := follows(p, "", 0, []paylink.Step{s}); err != nil {
		return false, err
	}
	added, err := t.did(addPayment, append(paymentFixedValues(p), paymentMutableValues(p)...)...)
	if err != nil || !added {
		return false, err
	}
	return true, t.addStep(s)
}

// SavePayment implements paylink.Tx. It refuses steps that are not in the table or
// do not follow the one before, and entries that do not sum to zero.
func (t *tx) SavePayment(p paylink.Payment, steps []paylink.Step, entries []paylink.Entry) error {
	state, version := p.State, p.Version-len(steps)
	if len(steps) > 0 {
		state = steps[0].From
	}
	if err := follows(p, state, version, steps); err != nil {
		return err
	}
	if err := balanced(p, entries); err != nil {
		return err
	}
	args := append(paymentMutableValues(p), paymentFixedValues(p)...)
	saved, err := t.did(savePayment, append(args, string(state), version)...)
	if err != nil {
		return err
	}
	if !saved {
		return conflict("stale_payment", fmt.Sprintf("payment %s is not at version %d and %q, or its amount or owner would change; read it again", p.ID, version, state))
	}
	for _, s := range steps {
		if err := t.addStep(s); err != nil {
			return err
		}
	}
	return t.addEntries(entries)
}

// follows checks that steps lead from a state to the payment's own, one by one.
func follows(p paylink.Payment, from paylink.PaymentState, version int, steps []paylink.Step) error {
	for i, s := range steps {
		if err := s.Allowed(); err != nil {
			return wrong("step", err)
		}
		if s.PaymentID != p.ID || s.N != version+i+1 || s.From != from {
			return wrong("step", fmt.Errorf("payment %s: step %d from %q of %s can't follow step %d to %q", p.ID, s.N, s.From, s.PaymentID, version+i, from))
		}
		from = s.To
	}
	if from != p.State || version+len(steps) != p.Version {
		return wrong("step", fmt.Errorf("payment %s is %q at version %d, but its steps lead to %q at %d", p.ID, p.State, p.Version, from, version+len(steps)))
	}
	return nil
}

// duePayments writes the leases into the rows that it selects. MATERIALIZED: the
// rows are to be chosen once, whatever plan is made of the rest.
func duePayments(e *engine) string {
	return `WITH due AS MATERIALIZED (
		SELECT id FROM payment WHERE look_at > 0 AND look_at <= $1 AND lease_till <= $1 ORDER BY look_at LIMIT $2` + e.skip + `)
	UPDATE payment SET lease_till = $3 WHERE id IN (SELECT id FROM due)
	RETURNING ` + paymentColumns
}

// DuePayments implements paylink.Tx; the longest overdue come first.
func (t *tx) DuePayments(limit int, lease time.Duration) ([]paylink.Payment, error) {
	now := t.Now()
	list, err := claimed(t, paymentDest, duePayments(t.engine), micros(now), limit, micros(now.Add(lease)))
	slices.SortFunc(list, func(a, b paylink.Payment) int { return a.LookAt.Compare(b.LookAt) })
	return list, err
}
