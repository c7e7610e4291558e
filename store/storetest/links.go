package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"paylink"
)

func takenAddress(t *testing.T, s store) {
	seed(t, s)
	first, second := newLink(), newLink()
	a := paylink.Address{Kind: paylink.AddressSlug, Value: "sale", CreatedAt: then}
	own := paylink.Address{Kind: paylink.AddressToken, Value: "own", CreatedAt: then}
	update(t, s, func(tx paylink.Tx) error { return tx.AddLink(first, a) })
	update(t, s, func(tx paylink.Tx) error {
		kind(t, "a taken address", tx.AddLink(second, own, a), paylink.Conflict, "address_taken")
		return nil // what could be written stays unwritten even so
	})
	err := s.View(context.Background(), func(r paylink.Reader) error {
		_, err := r.Link(second.ID)
		kind(t, "the second link", err, paylink.NotFound, "")
		_, err = r.Address(own.Kind, own.Value)
		kind(t, "the second link's own address", err, paylink.NotFound, "")
		got, err := r.Address(a.Kind, a.Value)
		equal(t, "whose the address is", got.LinkID, first.ID)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func retiredAddress(t *testing.T, s store) {
	seed(t, s)
	l := newLink()
	token := paylink.Address{Kind: paylink.AddressToken, Value: "tok", LinkID: l.ID, CreatedAt: then}
	slug := paylink.Address{Kind: paylink.AddressSlug, Value: "slug", LinkID: l.ID, CreatedAt: then.Add(time.Second)}
	update(t, s, func(tx paylink.Tx) error { return tx.AddLink(l, token, slug) })
	update(t, s, func(tx paylink.Tx) error { return tx.RetireAddresses(l.ID, paylink.AddressSlug) })
	err := s.View(context.Background(), func(r paylink.Reader) error {
		_, err := r.Offer("slug")
		kind(t, "offer at a retired address", err, paylink.NotFound, "")
		if _, err := r.Offer("tok"); err != nil {
			t.Errorf("offer at a living address: %v", err)
		}
		list, err := r.Addresses(l.ID)
		if err != nil || len(list) != 2 || list[0] != token || list[1].RetiredAt.IsZero() {
			t.Errorf("living addresses come first: %v, %v", list, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func offer(t *testing.T, s store) {
	seed(t, s)
	l := newLink()
	token := paylink.Address{Kind: paylink.AddressToken, Value: "tok", LinkID: l.ID, CreatedAt: then}
	other := paylink.Address{Kind: "other", Value: "other", LinkID: l.ID, CreatedAt: then}
	update(t, s, func(tx paylink.Tx) error { return tx.AddLink(l, token, other) })
	equal(t, "offer", view(t, s, func(r paylink.Reader) (paylink.Offer, error) { return r.Offer("tok") }),
		paylink.Offer{Link: l, Address: token, Merchant: merchant, Terminal: terminal})
	update(t, s, func(tx paylink.Tx) error {
		o, err := tx.LockOffer("tok")
		equal(t, "held offer", o, paylink.Offer{Link: l, Address: token, Merchant: merchant, Terminal: terminal})
		return err
	})
	err := s.View(context.Background(), func(r paylink.Reader) error { _, err := r.Offer("other"); return err })
	kind(t, "an offer by an address that opens nothing", err, paylink.NotFound, "")
}

// heldOffer waits for whoever has the link, and is read after that: an address that
// was retired meanwhile opens nothing, and the terminal is the one of now.
func heldOffer(t *testing.T, s store) {
	seed(t, s)
	l := newLink()
	token := paylink.Address{Kind: paylink.AddressToken, Value: "tok", LinkID: l.ID, CreatedAt: then}
	slug := paylink.Address{Kind: paylink.AddressSlug, Value: "slug", LinkID: l.ID, CreatedAt: then}
	update(t, s, func(tx paylink.Tx) error { return tx.AddLink(l, token, slug) })
	held, done := make(chan bool), make(chan error)
	go func() {
		done <- s.Update(context.Background(), func(tx paylink.Tx) error {
			if _, err := tx.LockLink(l.ID); err != nil {
				return err
			}
			close(held)
			time.Sleep(200 * time.Millisecond) // the others wait by now
			moved := terminal
			moved.Account = "another"
			return errors.Join(tx.RetireAddresses(l.ID, paylink.AddressToken), tx.PutTerminal(moved))
		})
	}()
	<-held
	var all sync.WaitGroup
	all.Go(func() {
		err := s.Update(context.Background(), func(tx paylink.Tx) error { _, err := tx.LockOffer("tok"); return err })
		kind(t, "an offer whose address was retired while it waited", err, paylink.NotFound, "")
	})
	all.Go(func() {
		update(t, s, func(tx paylink.Tx) error {
			o, err := tx.LockOffer("slug")
			if o.Terminal.Account != "another" {
				t.Errorf("the account is %q, as it was before the wait", o.Terminal.Account)
			}
			return err
		})
	})
	all.Wait()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// noText: URLs and headers hold any byte, and PostgreSQL takes no zero byte and nothing
// but UTF-8.
func noText(t *testing.T, s store) {
	for _, name := range []string{"\x00", "a\x00", "\xff", "a\xffb"} {
		err := s.View(context.Background(), func(r paylink.Reader) error {
			_, err := r.Offer(name)
			kind(t, "an offer", err, paylink.NotFound, "")
			_, err = r.Address(paylink.AddressSlug, name)
			kind(t, "an address", err, paylink.NotFound, "")
			_, err = r.Credential("native", "secret_key", name)
			kind(t, "a credential", err, paylink.NotFound, "")
			_, err = r.Link(name)
			kind(t, "a link", err, paylink.NotFound, "")
			_, err = r.PaymentByAttempt("plk_1", name)
			kind(t, "a payment", err, paylink.NotFound, "")
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// newAddress takes the place of a retired one, which no other link can have.
func newAddress(t *testing.T, s store) {
	l := seedLink(t, s)
	address := func(value string) paylink.Address {
		return paylink.Address{Kind: paylink.AddressToken, Value: value, LinkID: l.ID, CreatedAt: then}
	}
	update(t, s, func(tx paylink.Tx) error { return tx.AddAddress(address("old")) })
	update(t, s, func(tx paylink.Tx) error {
		if err := tx.RetireAddresses(l.ID, paylink.AddressToken); err != nil {
			return err
		}
		return tx.AddAddress(address("new"))
	})
	err := s.View(context.Background(), func(r paylink.Reader) error { _, err := r.Offer("old"); return err })
	kind(t, "an offer by a retired address", err, paylink.NotFound, "")
	if o := view(t, s, func(r paylink.Reader) (paylink.Offer, error) { return r.Offer("new") }); o.Link.ID != l.ID {
		t.Errorf("the new address leads to %q", o.Link.ID)
	}
	update(t, s, func(tx paylink.Tx) error {
		kind(t, "a taken address", tx.AddAddress(address("old")), paylink.Conflict, "address_taken")
		return tx.PutSetting("after", "kept") // and the transaction goes on
	})
}

// lockedLink loses an update wherever two could hold one row. Whoever has the row
// later has the later time, too: or a link would be closed before the payment that
// was reserved first (trust.md I-36).
func lockedLink(t *testing.T, s store) {
	seed(t, s)
	l := newLink()
	l.MaxUses = 0
	token := paylink.Address{Kind: paylink.AddressToken, Value: "tok", LinkID: l.ID, CreatedAt: then}
	update(t, s, func(tx paylink.Tx) error { return tx.AddLink(l, token) })
	lockings := []func(paylink.Tx) (paylink.Link, error){
		func(tx paylink.Tx) (paylink.Link, error) { return tx.LockLink(l.ID) },
		func(tx paylink.Tx) (paylink.Link, error) {
			o, err := tx.LockOffer("tok")
			return o.Link, err
		},
	}
	const callers, rounds = 8, 10
	var all sync.WaitGroup
	var mu sync.Mutex // tells the race detector what the row's lock tells nobody
	var last time.Time
	for n := range callers {
		all.Go(func() {
			for range rounds {
				err := s.Update(context.Background(), func(tx paylink.Tx) error {
					l, err := lockings[n%2](tx)
					if err != nil {
						return err
					}
					now := tx.Now()
					mu.Lock()
					if now.Before(last) {
						t.Errorf("the time was %s and is %s for the next who has the row", last, now)
					}
					last = now
					mu.Unlock()
					l.Reserved++
					l.Version++
					return tx.SaveLink(l)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got := view(t, s, func(r paylink.Reader) (paylink.Link, error) { return r.Link(l.ID) })
	if got.Reserved != callers*rounds || got.Version != 1+callers*rounds {
		t.Errorf("%d reservations left %d at version %d", callers*rounds, got.Reserved, got.Version)
	}
}

func lockedDebt(t *testing.T, s store) {
	won := together(t, s, 64, func(tx paylink.Tx) (bool, error) {
		d, err := tx.LockDebt("s", "r")
		if err != nil || d.Reserved > 0 {
			return false, err
		}
		d.Reserved++
		return true, tx.SaveDebt(d)
	})
	if won != 1 {
		t.Errorf("%d of 64 found the debt free", won)
	}
	equal(t, "debt", view(t, s, func(r paylink.Reader) (paylink.Debt, error) { return r.Debt("s", "r") }),
		paylink.Debt{Scope: "s", Reference: "r", Reserved: 1})
}

func oversoldLink(t *testing.T, s store) {
	l := seedLink(t, s)
	for _, bad := range []func(*paylink.Link){
		func(l *paylink.Link) { l.Reserved, l.Succeeded = 2, 2 },
		func(l *paylink.Link) { l.Reserved = -1 },
		func(l *paylink.Link) { l.Succeeded = -1 },
	} {
		changed := l
		bad(&changed)
		err := s.Update(context.Background(), func(tx paylink.Tx) error { return tx.SaveLink(changed) })
		kind(t, "an impossible count", err, paylink.Internal, "store_check")
	}
	equal(t, "link", view(t, s, func(r paylink.Reader) (paylink.Link, error) { return r.Link(l.ID) }), l)
}

func staleLink(t *testing.T, s store) {
	l := seedLink(t, s)
	newer := l
	newer.Version, newer.State = 2, paylink.LinkClosed
	update(t, s, func(tx paylink.Tx) error { return tx.SaveLink(newer) })
	stolen := newer
	stolen.MerchantID = "mer_2"
	unknown := newer
	unknown.ID = "plk_unknown"
	for what, bad := range map[string]paylink.Link{"an older version": l, "another owner": stolen, "an unknown link": unknown} {
		err := s.Update(context.Background(), func(tx paylink.Tx) error { return tx.SaveLink(bad) })
		kind(t, what, err, paylink.Conflict, "stale_link")
	}
	equal(t, "link", view(t, s, func(r paylink.Reader) (paylink.Link, error) { return r.Link(l.ID) }), newer)
}
