package storetest

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink"
)

// then is a moment that every fixture shares; stores keep microseconds.
var then = time.Date(2025, 11, 21, 9, 30, 15, 123456000, time.UTC)

var (
	merchant = paylink.Merchant{ID: "mer_1", Name: "Café Ω", Email: "c@example.org", URL: "https://example.org", Country: "CA", Footer: "f", CreatedAt: then}
	terminal = paylink.Terminal{ID: "ter_1", MerchantID: "mer_1", Name: "Main", Gateway: "sandbox", Account: "acct", Currency: "USD",
		Methods: []paylink.Method{paylink.Card, paylink.Bank}, Foreign: "guid-1", CreatedAt: then}
)

// counter makes fixtures differ.
var counter atomic.Int64

func next(prefix string) string {
	return paylink.NewID(prefix, then.Add(time.Duration(counter.Add(1))*time.Millisecond))
}

func newLink() paylink.Link {
	return paylink.Link{ID: next(paylink.PrefixLink), MerchantID: merchant.ID, TerminalID: terminal.ID, PartnerID: "par_1",
		State: paylink.LinkOpen, Version: 1,
		Price:    paylink.Price{Currency: "USD", Lines: []paylink.Line{{Title: "Tee", Amount: 2500, Owed: true, Kind: "k", Foreign: "f"}}},
		Schedule: &paylink.Schedule{Every: paylink.Monthly}, Hold: true, Save: true, Paused: true, Instrument: "ins_1", CustomerID: "cus_1", Scope: "par_1/shop",
		Reference: "order-1", MaxUses: 3, RedirectURL: "https://example.org/r",
		Page: paylink.Page{Title: "T", Language: "fr", Fonts: []string{"Inter"}, Ask: paylink.Ask{Email: true},
			Prefill: paylink.Payer{FirstName: "Ada"}, Methods: []paylink.Method{paylink.Card}},
		Dialect: "native", Foreign: `{"x":1}`, Metadata: map[string]string{"a": "b"},
		CreatedAt: then, UpdatedAt: then.Add(time.Minute), ExpiresAt: then.Add(time.Hour), ClosedAt: then.Add(2 * time.Hour), CloseReason: "why"}
}

func newPayment(l paylink.Link) (paylink.Payment, paylink.Step) {
	p := paylink.Payment{ID: next(paylink.PrefixPayment), LinkID: l.ID, Link: l.Version, MerchantID: l.MerchantID,
		TerminalID: l.TerminalID, Gateway: "sandbox", Account: "acct", Attempt: next("att_"), Fingerprint: "fp",
		Amount: paylink.Money{Minor: 2500, Currency: "USD"}, Hold: true, Surplus: true, Lines: l.Price.Lines,
		Schedule: &paylink.Schedule{Every: paylink.Weekly}, Scope: "s", Reference: "r", InDebt: true, Method: paylink.Card,
		Hosted: true, Instrument: "ins_1", Saved: "ins_2", SaveIt: true, ActionURL: "https://bank.example/3ds",
		GatewayRef: "ref", Brand: "visa", Last4: "4242", Funding: "credit", AuthCode: "A1", Decline: "declined",
		Payer: paylink.Payer{FirstName: "Zoë", Email: "z@example.org"}, Language: "es", ClientIP: "192.0.2.1",
		CreatedAt: then, UpdatedAt: then, SentAt: then.Add(time.Second), CompletedAt: then.Add(2 * time.Second),
		Looks: 2, LeaseTill: then.Add(3 * time.Second)}
	s, err := p.Move(paylink.Reserved, paylink.CauseSubmit, paylink.NoEvidence, "detail", then)
	if err != nil {
		panic(err)
	}
	return p, s
}

func newEvent(kind string) paylink.Event {
	return paylink.Event{ID: next(paylink.PrefixEvent), MerchantID: merchant.ID, Type: kind, ObjectID: "plk_x", Version: 2,
		Body: []byte("{\"a\":\"\x00ÿ\xff\"}"), CreatedAt: then}
}

func newEndpoint(types ...string) paylink.Endpoint {
	return paylink.Endpoint{ID: next(paylink.PrefixEndpoint), MerchantID: merchant.ID, URL: "https://example.org/hook", Description: "d",
		Types: types, Secret: []byte{0, 1, 255}, OldSecret: []byte{2, 0}, OldSecretUntil: then, FailingSince: then, CreatedAt: then}
}

// seed puts the merchant and the terminal that fixtures belong to.
func seed(t *testing.T, s paylink.Store) {
	t.Helper()
	update(t, s, func(tx paylink.Tx) error {
		if err := tx.PutMerchant(merchant); err != nil {
			return err
		}
		return tx.PutTerminal(terminal)
	})
}

// seedLink adds a link, after seed.
func seedLink(t *testing.T, s paylink.Store, change ...func(*paylink.Link)) paylink.Link {
	t.Helper()
	seed(t, s)
	l := newLink()
	for _, c := range change {
		c(&l)
	}
	update(t, s, func(tx paylink.Tx) error { return tx.AddLink(l) })
	return l
}

// seedPayment adds a payment to a new link.
func seedPayment(t *testing.T, s paylink.Store, change ...func(*paylink.Payment)) paylink.Payment {
	t.Helper()
	l := seedLink(t, s)
	p, step := newPayment(l)
	for _, c := range change {
		c(&p)
	}
	update(t, s, func(tx paylink.Tx) error {
		added, err := tx.AddPayment(p, step)
		if err == nil && !added {
			t.Error("a new attempt was taken for an old one")
		}
		return err
	})
	return p
}

func update(t *testing.T, s paylink.Store, f func(paylink.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), f); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view[T any](t *testing.T, s paylink.Store, f func(paylink.Reader) (T, error)) T {
	t.Helper()
	var v T
	err := s.View(context.Background(), func(r paylink.Reader) (err error) {
		v, err = f(r)
		return err
	})
	if err != nil {
		t.Fatalf("view: %v", err)
	}
	return v
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func kind(t *testing.T, what string, err error, want paylink.Kind, code string) {
	t.Helper()
	if err == nil || paylink.KindOf(err) != want || (code != "" && paylink.CodeOf(err) != code) {
		t.Errorf("%s: got %v, want an error of kind %s %s", what, err, want, code)
	}
}

// together runs f n times at once and returns how often it said true.
func together(t *testing.T, s paylink.Store, n int, f func(paylink.Tx) (bool, error)) int {
	t.Helper()
	var won atomic.Int64
	var all sync.WaitGroup
	start := make(chan struct{})
	for range n {
		all.Go(func() {
			<-start
			var mine bool
			err := s.Update(context.Background(), func(tx paylink.Tx) (err error) {
				mine, err = f(tx)
				return err
			})
			if err != nil {
				t.Errorf("one of %d at once: %v", n, err)
			} else if mine {
				won.Add(1)
			}
		})
	}
	close(start)
	all.Wait()
	return int(won.Load())
}
