package storetest

import (
	"context"
	"testing"

	"paylink"
)

// metadata finds links by every pair that they have and by none that they had.
func metadata(t *testing.T, s store) {
	seed(t, s)
	marked := func(m map[string]string) paylink.Link {
		l := newLink()
		l.Metadata = m
		return l
	}
	one, two, three := marked(map[string]string{"order": "42", "shop": "x"}), marked(map[string]string{"order": "42", "shop": ""}), marked(nil)
	other := marked(map[string]string{"order": "42"})
	other.MerchantID = "mer_2"
	two.State = paylink.LinkClosed
	update(t, s, func(tx paylink.Tx) error {
		for _, l := range []paylink.Link{one, two, three, other} {
			if err := tx.AddLink(l); err != nil {
				return err
			}
		}
		return nil
	})
	find := func(what string, m map[string]string, f paylink.LinkFilter, want ...paylink.Link) {
		t.Helper()
		f.MerchantID, f.Metadata = merchant.ID, m
		err := s.View(context.Background(), func(r paylink.Reader) error {
			same(t, what, want)(r.Links(f))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	none := paylink.LinkFilter{}
	find("of one pair", map[string]string{"order": "42"}, none, two, one)
	find("of two pairs", map[string]string{"order": "42", "shop": "x"}, none, one)
	find("of an empty value", map[string]string{"shop": ""}, none, two)
	find("of a value that nobody has", map[string]string{"order": "4"}, none)
	find("of a key that nobody has", map[string]string{"Order": "42"}, none)
	find("in a state", map[string]string{"order": "42"}, paylink.LinkFilter{State: paylink.LinkClosed}, two)
	find("of a reference", map[string]string{"order": "42"}, paylink.LinkFilter{Reference: one.Reference, State: paylink.LinkOpen}, one)
	find("of a reference that no link has", map[string]string{"order": "42"}, paylink.LinkFilter{Reference: "nobody's"})
	find("before one in a state", map[string]string{"order": "42"}, paylink.LinkFilter{State: paylink.LinkOpen, Paging: paylink.Paging{Before: two.ID}}, one)
	find("before one", map[string]string{"order": "42"}, paylink.LinkFilter{Paging: paylink.Paging{Before: two.ID}}, one)
	find("after one", map[string]string{"order": "42"}, paylink.LinkFilter{Paging: paylink.Paging{After: one.ID}}, two)

	// A payment saves the link and leaves what it is found by alone; a change does not.
	was := one.Metadata
	one.Version++
	update(t, s, func(tx paylink.Tx) error { return tx.SaveLink(one) })
	find("after a payment", map[string]string{"shop": "x"}, none, one)
	one.Version++
	one.Metadata = map[string]string{"order": "42", "shop": "y", "new": "n"}
	update(t, s, func(tx paylink.Tx) error {
		if err := tx.SaveLink(one); err != nil {
			return err
		}
		return tx.FindBy(one, was)
	})
	find("by a value of before", map[string]string{"shop": "x"}, none)
	find("by a value of now", map[string]string{"shop": "y"}, none, one)
	find("by a new key", map[string]string{"new": "n", "order": "42"}, none, one)
	was, one.Metadata, one.Version = one.Metadata, nil, one.Version+1
	update(t, s, func(tx paylink.Tx) error { return tx.FindBy(one, was) })
	find("by what was taken away", map[string]string{"order": "42"}, none, two)
}

// bounds are part of the list; before and after walk within them.
func bounds(t *testing.T, s store) {
	seed(t, s)
	var all []paylink.Link
	for range 5 {
		all = append(all, newLink())
	}
	update(t, s, func(tx paylink.Tx) error {
		for _, l := range all {
			if err := tx.AddLink(l); err != nil {
				return err
			}
		}
		return nil
	})
	err := s.View(context.Background(), func(r paylink.Reader) error {
		within := paylink.Paging{Since: all[1].ID, Till: all[4].ID, Limit: 2}
		list := func(p paylink.Paging) ([]paylink.Link, error) {
			return r.Links(paylink.LinkFilter{MerchantID: merchant.ID, Paging: p})
		}
		same(t, "the newest within", []paylink.Link{all[3], all[2]})(list(within))
		older, newer := within, within
		older.Before, newer.After = all[2].ID, all[1].ID
		same(t, "older ones within", []paylink.Link{all[1]})(list(older))
		same(t, "the nearest newer ones within", []paylink.Link{all[3], all[2]})(list(newer))
		newer.After = all[3].ID
		same(t, "none is newer within", []paylink.Link(nil))(list(newer))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
