package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"paylink"
	"paylink/audit"
)

// books is a fake store: what an audit reads, as plain slices.
type books struct {
	links      []paylink.Link
	payments   []row
	debts      []paylink.Debt
	events     []paylink.Event
	deliveries []paylink.Delivery
	claims     []paylink.Claim
	endpoints  []paylink.Endpoint
	shares     []paylink.Share
	mails      []paylink.Mail
	words      []paylink.Word
	damage     error
	charges    []audit.BankCharge
	walks      int
}

type row struct {
	paylink.Payment
	steps   []paylink.Step
	entries []paylink.Entry
}

func (b *books) Audit(_ context.Context, f func(paylink.Ledgers) error) error { return f(b) }
func (b *books) Now() time.Time                                               { return day.Add(24 * time.Hour) }
func (b *books) Integrity() error                                             { return b.damage }

func each[T any](list []T, f func(T) error) error {
	for _, one := range list {
		if err := f(one); err != nil {
			return err
		}
	}
	return nil
}

func (b *books) EachLink(f func(paylink.Link) error) error         { return each(b.links, f) }
func (b *books) EachDebt(f func(paylink.Debt) error) error         { return each(b.debts, f) }
func (b *books) EachEvent(f func(paylink.Event) error) error       { return each(b.events, f) }
func (b *books) EachDelivery(f func(paylink.Delivery) error) error { return each(b.deliveries, f) }
func (b *books) EachClaim(f func(paylink.Claim) error) error       { return each(b.claims, f) }
func (b *books) EachEndpoint(f func(paylink.Endpoint) error) error { return each(b.endpoints, f) }
func (b *books) EachShare(f func(paylink.Share) error) error       { return each(b.shares, f) }
func (b *books) EachMail(f func(paylink.Mail) error) error         { return each(b.mails, f) }
func (b *books) EachWord(f func(paylink.Word) error) error         { return each(b.words, f) }
func (b *books) EachPayment(f func(paylink.Payment, []paylink.Step, []paylink.Entry) error) error {
	return each(b.payments, func(r row) error { return f(r.Payment, r.steps, r.entries) })
}

func (b *books) gateway() *audit.GatewayBook {
	return &audit.GatewayBook{Gateway: "sandbox", Each: func(_ context.Context, f func(audit.BankCharge) error) error {
		b.walks++
		return each(b.charges, f)
	}}
}

var day = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// at is a moment of the story, in seconds.
func at(s int) time.Time { return day.Add(time.Duration(s) * time.Second) }

const merchant = "mer_1"

// link adds a link that costs 25.00 USD, with its event and delivery.
func (b *books) link(id string, max int, sec int) *paylink.Link {
	b.links = append(b.links, paylink.Link{ID: id, MerchantID: merchant, State: paylink.LinkOpen, Version: 1, MaxUses: max,
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Title: "Seat", Amount: 2000}, {Amount: 500}}}, CreatedAt: at(sec)})
	b.event(paylink.EventLinkCreated, id, 1, sec)
	return &b.links[len(b.links)-1]
}

func (b *books) event(kind, object string, version, sec int) {
	id := fmt.Sprintf("evt_%03d", len(b.events))
	data, _ := json.Marshal(map[string]any{"id": object, "object_version": version})
	body, _ := json.Marshal(paylink.EventView{ID: id, Object: "event", Type: kind, CreatedAt: at(sec), Version: version, Data: data})
	b.events = append(b.events, paylink.Event{ID: id, MerchantID: merchant, Type: kind, ObjectID: object, Version: version, Body: body, CreatedAt: at(sec)})
	for _, e := range b.endpoints {
		if e.MerchantID == merchant && e.Wants(kind) && e.CreatedAt.Before(at(sec)) {
			b.deliveries = append(b.deliveries, paylink.Delivery{ID: fmt.Sprintf("whd_%03d", len(b.deliveries)), EventID: id, EventType: kind,
				EndpointID: e.ID, MerchantID: merchant, State: paylink.DeliveryDone, Tries: 1, DoneAt: at(sec + 1)})
		}
	}
}

// pay adds a payment of a link that walks through states, a second apart, with the
// entries, events and counters that belong to it.
func (b *books) pay(id, linkID string, sec int, walk ...paylink.PaymentState) *row {
	l := b.findLink(linkID)
	r := row{Payment: paylink.Payment{ID: id, LinkID: l.ID, Link: 1, MerchantID: merchant, Gateway: "sandbox", Account: "acct",
		Amount: paylink.Money{Minor: 2500, Currency: "USD"}, Lines: l.Price.Lines, CreatedAt: at(sec)}}
	for i, to := range walk {
		cause, ev := causeOf(r.State, to)
		s, err := r.Move(to, cause, ev, "x", at(sec+i))
		if err != nil {
			panic(err)
		}
		r.steps = append(r.steps, s)
		before := r.Captured - r.Refunded
		switch to {
		case paylink.Captured, paylink.CapturedLate, paylink.Pending:
			r.Captured = 2500
		case paylink.Refunded, paylink.Returned:
			r.Refunded = r.Captured
		case paylink.PartlyRefunded:
			r.Refunded = 1000
		}
		r.entries = append(r.entries, paylink.Post(r.Payment, paylink.AccountPayable, paylink.AccountClearing+":sandbox",
			r.Captured-r.Refunded-before, at(sec+i))...)
		if kind := told[to]; kind != "" {
			b.event(kind, id, r.Version, sec+i)
		}
	}
	if r.State.Holds() {
		l.Reserved++
	}
	if r.State.Uses() {
		l.Succeeded++
	}
	b.payments = append(b.payments, r)
	b.charge(r)
	return &b.payments[len(b.payments)-1]
}

// charge writes what the gateway has of a payment.
func (b *books) charge(r row) {
	state, ok := map[paylink.PaymentState]string{paylink.Captured: "captured", paylink.CapturedLate: "captured",
		paylink.Authorized: "authorized", paylink.Declined: "declined", paylink.Refunded: "captured", paylink.PartlyRefunded: "captured",
		paylink.Pending: "pending", paylink.Returned: "returned", paylink.RequiresAction: "requires_action"}[r.State]
	if !ok {
		return
	}
	c := audit.BankCharge{Key: r.ID, Account: r.Account, State: state, Amount: r.Amount, Captured: r.Captured, Refunded: r.Refunded}
	if state == "pending" {
		c.Captured = 0
	}
	b.charges = append(b.charges, c)
}

func (b *books) findLink(id string) *paylink.Link {
	for i := range b.links {
		if b.links[i].ID == id {
			return &b.links[i]
		}
	}
	panic(id)
}

func causeOf(from, to paylink.PaymentState) (paylink.Cause, paylink.EvidenceKind) {
	switch {
	case to == paylink.Reserved && from == "":
		return paylink.CauseSubmit, ""
	case to == paylink.Reserved:
		return paylink.CauseNotSent, ""
	case to == paylink.Sending:
		return paylink.CauseSend, ""
	case to == paylink.Abandoned:
		return paylink.CauseGiveUp, ""
	case to == paylink.Unknown:
		return paylink.CauseSilence, ""
	case to == paylink.CapturedLate:
		return paylink.CauseLate, paylink.EvidenceBoth
	}
	return paylink.CauseOutcome, paylink.EvidenceQuery
}

var told = map[paylink.PaymentState]string{
	paylink.Authorized: "payment.authorized", paylink.Pending: "payment.pending", paylink.Captured: "payment.succeeded",
	paylink.CapturedLate: "payment.succeeded", paylink.Declined: "payment.declined", paylink.Returned: "payment.returned",
	paylink.Refunded: "payment.refunded", paylink.PartlyRefunded: "payment.refunded", paylink.Mismatch: "payment.review",
}

// healthy is a day on which everything went as it should, with each kind of end.
func healthy() *books {
	b := &books{}
	b.endpoints = []paylink.Endpoint{
		{ID: "whe_all", MerchantID: merchant, CreatedAt: at(0)},
		{ID: "whe_some", MerchantID: merchant, Types: []string{paylink.EventPaymentSucceeded}, CreatedAt: at(0)},
		{ID: "whe_other", MerchantID: "mer_2", CreatedAt: at(0)},
	}
	b.link("plk_one", 1, 10)
	b.link("plk_many", 0, 11)
	b.link("plk_shut", 2, 12)
	b.link("plk_debt", 0, 13)
	b.findLink("plk_one").Metadata = map[string]string{"order": "42", "shop": ""}
	b.findLink("plk_many").Metadata = map[string]string{"order": "42"}
	b.words = []paylink.Word{{MerchantID: merchant, Key: "order", Value: "42", LinkID: "plk_many"},
		{MerchantID: merchant, Key: "order", Value: "42", LinkID: "plk_one"}, {MerchantID: merchant, Key: "shop", LinkID: "plk_one"}}
	b.pay("pay_01", "plk_one", 100, paylink.Reserved, paylink.Sending, paylink.Declined)
	b.pay("pay_02", "plk_one", 110, paylink.Reserved, paylink.Sending, paylink.Unknown, paylink.Captured)
	b.pay("pay_03", "plk_many", 120, paylink.Reserved, paylink.Sending, paylink.RequiresAction, paylink.Authorized)
	b.pay("pay_04", "plk_many", 130, paylink.Reserved, paylink.Sending, paylink.Captured, paylink.PartlyRefunded, paylink.Refunded)
	b.pay("pay_05", "plk_many", 140, paylink.Reserved, paylink.Sending, paylink.Pending, paylink.Captured, paylink.Returned)
	b.pay("pay_06", "plk_many", 150, paylink.Reserved, paylink.Sending, paylink.Reserved, paylink.Abandoned)
	b.pay("pay_07", "plk_many", 160, paylink.Reserved, paylink.Sending, paylink.Declined, paylink.CapturedLate)
	b.pay("pay_08", "plk_shut", 170, paylink.Reserved, paylink.Sending, paylink.Pending)
	shut := b.findLink("plk_shut")
	shut.State, shut.Version, shut.ClosedAt = paylink.LinkClosed, 2, at(300)
	b.event(paylink.EventLinkClosed, "plk_shut", 2, 300)
	first := b.pay("pay_09", "plk_debt", 400, paylink.Reserved, paylink.Sending, paylink.Declined)
	first.Scope, first.Reference, first.InDebt = "s", "r", true
	second := b.pay("pay_10", "plk_debt", 410, paylink.Reserved, paylink.Sending, paylink.Captured)
	second.Scope, second.Reference, second.InDebt = "s", "r", true
	b.debts = []paylink.Debt{{Scope: "s", Reference: "r", Paid: 1}, {Scope: "s", Reference: "never paid"}}
	b.claims = []paylink.Claim{{Scope: "mer_1 links", Key: "k", Status: 201, Body: []byte("{}"), ObjectID: "plk_one"},
		{Scope: "mer_1 hooks", Key: "k", Status: 201, Body: []byte("{}"), ObjectID: "whe_all"},
		{Scope: "mer_1 payroc", Key: "k", Status: 201, Body: []byte("{}"), ObjectID: "shr_1"}}
	b.shares = []paylink.Share{{ID: "shr_1", LinkID: "plk_many", MerchantID: merchant, MerchantCopy: true,
		Recipients: []paylink.Recipient{{Name: "Ada", Email: "ada@example.com"}}}}
	b.event(paylink.EventLinkShared, "shr_1", 1, 420)
	b.event(paylink.EventShareFailed, "shr_1", 2, 422)
	b.mails = []paylink.Mail{{ID: "mail_1", ShareID: "shr_1", Kind: paylink.MailShare, State: paylink.MailSent, Tries: 1, DoneAt: at(421)},
		{ID: "mail_2", ShareID: "shr_1", Kind: paylink.MailShareCopy, State: paylink.MailFailed, LastError: "550", DoneAt: at(422)},
		{ID: "mail_3", PaymentID: "pay_02", Kind: paylink.MailReceipt, State: paylink.MailWaiting, NextAt: at(900)}}
	return b
}
