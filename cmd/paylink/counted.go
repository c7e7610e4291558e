package main

import (
	"context"

	"paylink"
)

// counted is a store that counts, after their commit, the steps, events and tries
// that pass through it. What did not commit is not counted.
type counted struct {
	paylink.Store
	meter *meter
}

// Update implements paylink.Store.
func (c counted) Update(ctx context.Context, f func(paylink.Tx) error) error {
	var seen *countedTx
	err := c.Store.Update(ctx, func(tx paylink.Tx) error {
		seen = &countedTx{Tx: tx} // a closure that runs again starts again
		return f(seen)
	})
	if err == nil && seen != nil {
		seen.tell(c.meter)
	}
	return err
}

type countedTx struct {
	paylink.Tx
	states  []paylink.PaymentState
	events  []string
	results []string
	mails   []string
}

func (t *countedTx) AddPayment(p paylink.Payment, s paylink.Step) (bool, error) {
	ok, err := t.Tx.AddPayment(p, s)
	if ok && err == nil {
		t.states = append(t.states, s.To)
	}
	return ok, err
}

func (t *countedTx) SavePayment(p paylink.Payment, steps []paylink.Step, entries []paylink.Entry) error {
	for _, s := range steps {
		t.states = append(t.states, s.To)
	}
	return t.Tx.SavePayment(p, steps, entries)
}

func (t *countedTx) AddEvent(e paylink.Event) error {
	t.events = append(t.events, e.Type)
	return t.Tx.AddEvent(e)
}

func (t *countedTx) SaveDelivery(d paylink.Delivery, try *paylink.Try) error {
	if try != nil {
		result := "failed"
		switch {
		case try.Error == "":
			result = "delivered"
		case try.Status != 0:
			result = "refused"
		}
		t.results = append(t.results, result)
	}
	return t.Tx.SaveDelivery(d, try)
}

func (t *countedTx) SaveMail(m paylink.Mail) error {
	switch {
	case m.State == paylink.MailWaiting && m.LastError != "":
		t.mails = append(t.mails, "put_off")
	case m.State != paylink.MailWaiting:
		t.mails = append(t.mails, string(m.State))
	}
	return t.Tx.SaveMail(m)
}

func (t *countedTx) tell(m *meter) {
	for _, s := range t.states {
		m.steps.WithLabelValues(string(s)).Inc()
	}
	for _, e := range t.events {
		m.events.WithLabelValues(e).Inc()
	}
	for _, r := range t.mails {
		m.mails.WithLabelValues(r).Inc()
	}
	for _, r := range t.results {
		m.tries.WithLabelValues(r).Inc()
	}
}
