package storetest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"

	"paylink"
)

func paging(t *testing.T, s store) {
	seed(t, s)
	const n = 23
	var want []string
	update(t, s, func(tx paylink.Tx) error {
		want = nil
		for range n {
			l := newLink()
			want = append(want, l.ID)
			if err := tx.AddLink(l); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Reverse(want) // newest first
	page := func(p paylink.Paging) (ids []string) {
		p.Limit = 5
		list := view(t, s, func(r paylink.Reader) ([]paylink.Link, error) {
			return r.Links(paylink.LinkFilter{MerchantID: merchant.ID, Paging: p})
		})
		for _, l := range list {
			ids = append(ids, l.ID)
		}
		return ids
	}
	var down []string
	for got := page(paylink.Paging{}); len(got) > 0; got = page(paylink.Paging{Before: down[len(down)-1]}) {
		down = append(down, got...)
		if len(down) == 10 { // a list that grows at its head moves nothing
			update(t, s, func(tx paylink.Tx) error { return tx.AddLink(newLink()) })
		}
	}
	equal(t, "walking to the oldest", down, want)
	up := []string{want[n-1]}
	for got := page(paylink.Paging{After: up[0]}); len(got) > 0; got = page(paylink.Paging{After: up[0]}) {
		up = append(got, up...)
	}
	equal(t, "walking to the newest", up[1:], want)
	equal(t, "between two", page(paylink.Paging{Before: want[2], After: want[6]}), want[3:6])
}

func filters(t *testing.T, s store) {
	seed(t, s)
	closed, other, referenced := newLink(), newLink(), newLink()
	closed.State, other.MerchantID = paylink.LinkClosed, "mer_2"
	referenced.Reference, referenced.CustomerID = "special", "special"
	p, step := newPayment(closed)
	q, qStep := newPayment(referenced)
	q.MerchantID = "mer_2"
	e, f := newEvent("a"), newEvent("b")
	f.ObjectID = "plk_y"
	update(t, s, func(tx paylink.Tx) error {
		for _, l := range []paylink.Link{closed, other, referenced} {
			if err := tx.AddLink(l); err != nil {
				return err
			}
		}
		if _, err := tx.AddPayment(p, step); err != nil {
			return err
		}
		if _, err := tx.AddPayment(q, qStep); err != nil {
			return err
		}
		return errors.Join(tx.AddEvent(e), tx.AddEvent(f))
	})
	err := s.View(context.Background(), func(r paylink.Reader) error {
		same(t, "all links", []paylink.Link{referenced, other, closed})(r.Links(paylink.LinkFilter{}))
		same(t, "a merchant's", []paylink.Link{other})(r.Links(paylink.LinkFilter{MerchantID: "mer_2"}))
		same(t, "closed ones", []paylink.Link{closed})(r.Links(paylink.LinkFilter{MerchantID: merchant.ID, State: paylink.LinkClosed}))
		same(t, "open ones", []paylink.Link{referenced})(r.Links(paylink.LinkFilter{MerchantID: merchant.ID, State: paylink.LinkOpen}))
		same(t, "of a reference", []paylink.Link{referenced})(r.Links(paylink.LinkFilter{MerchantID: merchant.ID, Reference: "special"}))
		same(t, "of a customer", []paylink.Link{referenced})(r.Links(paylink.LinkFilter{MerchantID: merchant.ID, CustomerID: "special"}))
		// A merchant's own word is a value, whichever it is.
		same(t, "of a reference like our own words", []paylink.Link(nil))(r.Links(paylink.LinkFilter{MerchantID: merchant.ID, Reference: "literal"}))
		same(t, "payments of such a debt", []paylink.Payment(nil))(r.Payments(paylink.PaymentFilter{Scope: "literal", Reference: "literal"}))
		same(t, "payments of a debt, of both merchants", []paylink.Payment{q, p})(r.Payments(paylink.PaymentFilter{Scope: p.Scope, Reference: p.Reference}))
		same(t, "payments of a reference in no scope", []paylink.Payment(nil))(r.Payments(paylink.PaymentFilter{Reference: p.Reference}))
		same(t, "a merchant's payments of a reference", []paylink.Payment{p})(r.Payments(paylink.PaymentFilter{MerchantID: merchant.ID, Reference: p.Reference}))
		same(t, "payments of a link", []paylink.Payment{p})(r.Payments(paylink.PaymentFilter{LinkID: closed.ID}))
		same(t, "payments of a merchant", []paylink.Payment{q})(r.Payments(paylink.PaymentFilter{MerchantID: "mer_2"}))
		same(t, "payments in a state", []paylink.Payment{p})(r.Payments(paylink.PaymentFilter{MerchantID: merchant.ID, State: paylink.Reserved}))
		same(t, "payments in another", []paylink.Payment(nil))(r.Payments(paylink.PaymentFilter{MerchantID: merchant.ID, State: paylink.Captured}))
		same(t, "events", []paylink.Event{f, e})(r.Events(paylink.EventFilter{MerchantID: merchant.ID}))
		same(t, "events of a type", []paylink.Event{f})(r.Events(paylink.EventFilter{MerchantID: merchant.ID, Type: "b"}))
		same(t, "events of an object", []paylink.Event{e})(r.Events(paylink.EventFilter{ObjectID: "plk_x"}))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// snapshot counts pairs that are always written together.
func snapshot(t *testing.T, s store) {
	seed(t, s)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	wrote := make(chan struct{})
	var once sync.Once
	for range 3 {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := s.Update(context.Background(), func(tx paylink.Tx) error {
					l := newLink()
					p, step := newPayment(l)
					if err := tx.AddLink(l); err != nil {
						return err
					}
					if _, err := tx.AddPayment(p, step); err != nil {
						return err
					}
					return tx.AddEvent(newEvent("a"))
				})
				if err != nil {
					t.Error(err)
					return
				}
				once.Do(func() { close(wrote) })
			}
		})
	}
	<-wrote
	for range 5 {
		err := s.Audit(context.Background(), func(books paylink.Ledgers) error {
			links, payments, events := 0, 0, 0
			err := errors.Join(
				books.EachLink(func(paylink.Link) error { links++; return nil }),
				books.EachPayment(func(paylink.Payment, []paylink.Step, []paylink.Entry) error { payments++; return nil }),
				books.EachEvent(func(paylink.Event) error { events++; return nil }))
			if links == 0 || links != payments || links != events {
				t.Errorf("one snapshot shows %d links, %d payments, %d events", links, payments, events)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	close(stop)
	writers.Wait()
}

func auditWhole(t *testing.T, s store) {
	// More than one page of the walk, so that pages must meet.
	l := seedLink(t, s)
	const n = 620
	var ids []string
	found := newLink()
	found.Metadata = map[string]string{}
	for i := range n {
		found.Metadata["key "+strconv.Itoa(i)] = strconv.Itoa(n - i)
	}
	update(t, s, func(tx paylink.Tx) error {
		ids = nil
		if err := tx.AddLink(found); err != nil {
			return err
		}
		for range n {
			p, step := newPayment(l)
			ids = append(ids, p.ID)
			if _, err := tx.AddPayment(p, step); err != nil {
				return err
			}
			if err := tx.SavePayment(p, nil, paylink.Post(p, "a", "b", 100, then)); err != nil {
				return err
			}
		}
		if _, err := tx.LockDebt("s", "r"); err != nil {
			return err
		}
		if _, err := tx.AddClaim(paylink.Claim{Scope: "s", Key: "k"}); err != nil {
			return err
		}
		if err := tx.PutEndpoint(newEndpoint()); err != nil {
			return err
		}
		if err := tx.AddShare(newShare(l, sarah)); err != nil {
			return err
		}
		if _, err := tx.AddMail(newMail(l, sarah.Email)); err != nil {
			return err
		}
		return tx.AddEvent(newEvent("a"))
	})
	var got []string
	var others int
	words := map[string]string{}
	err := s.Audit(context.Background(), func(books paylink.Ledgers) error {
		if books.Now().IsZero() {
			t.Error("an audit has no time")
		}
		return errors.Join(
			books.EachPayment(func(p paylink.Payment, steps []paylink.Step, entries []paylink.Entry) error {
				got = append(got, p.ID)
				if len(steps) != 1 || steps[0].PaymentID != p.ID || len(entries) != 2 || entries[1].PaymentID != p.ID {
					t.Errorf("payment %s came with %v and %v", p.ID, steps, entries)
				}
				return nil
			}),
			books.EachLink(func(paylink.Link) error { others++; return nil }),
			books.EachDebt(func(paylink.Debt) error { others++; return nil }),
			books.EachEvent(func(paylink.Event) error { others++; return nil }),
			books.EachDelivery(func(paylink.Delivery) error { others++; return nil }),
			books.EachClaim(func(paylink.Claim) error { others++; return nil }),
			books.EachEndpoint(func(paylink.Endpoint) error { others++; return nil }),
			books.EachShare(func(paylink.Share) error { others++; return nil }),
			books.EachMail(func(paylink.Mail) error { others++; return nil }),
			books.EachWord(func(w paylink.Word) error {
				if w.LinkID == found.ID {
					words[w.Key] = w.Value
					same(t, "whose word", merchant.ID)(w.MerchantID, nil)
				}
				return nil
			}),
			books.Integrity())
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "payments in the order of ids", got, ids)
	equal(t, "one of each other table, and a link", others, 9)
	equal(t, "what a link is found by", words, found.Metadata)
}

func auditEnds(t *testing.T, s store) {
	seedLink(t, s)
	err := s.Audit(context.Background(), func(books paylink.Ledgers) error {
		return books.EachLink(func(paylink.Link) error { return errMine })
	})
	if !errors.Is(err, errMine) {
		t.Errorf("got %v", err)
	}
}
