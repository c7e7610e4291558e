package storetest

import (
	"context"
	"testing"

	"paylink"
)

// foreignID is given once: to a thing one of a kind, and to one thing of it.
func foreignID(t *testing.T, s store) {
	f := paylink.ForeignID{Kind: paylink.ForeignKind("d", paylink.PrefixLink), Value: "AAAAAAAAAA", ObjectID: "plk_1", CreatedAt: then}
	update(t, s, func(tx paylink.Tx) error {
		same(t, "given", true)(tx.AddForeignID(f))
		for what, change := range map[string]func(*paylink.ForeignID){
			"a second id of the thing": func(f *paylink.ForeignID) { f.Value = "BBBBBBBBBB" },
			"another thing's":          func(f *paylink.ForeignID) { f.ObjectID = "plk_2" },
			"again":                    func(*paylink.ForeignID) {},
		} {
			other := f
			change(&other)
			same(t, what, false)(tx.AddForeignID(other))
		}
		other := f
		other.Kind = paylink.ForeignKind("e", paylink.PrefixLink)
		same(t, "another API's", true)(tx.AddForeignID(other))
		return nil
	})
	err := s.View(context.Background(), func(r paylink.Reader) error {
		same(t, "by its value", f)(r.ForeignID(f.Kind, f.Value))
		same(t, "by its thing", f)(r.ForeignIDOf(f.Kind, f.ObjectID))
		_, err := r.ForeignID(f.Kind, "BBBBBBBBBB")
		kind(t, "an id that nobody has", err, paylink.NotFound, "")
		_, err = r.ForeignIDOf(f.Kind, "plk_2")
		kind(t, "a thing without one", err, paylink.NotFound, "")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	won := together(t, s, 32, func(tx paylink.Tx) (bool, error) {
		return tx.AddForeignID(paylink.ForeignID{Kind: f.Kind, Value: next(""), ObjectID: "plk_3", CreatedAt: then})
	})
	if won != 1 {
		t.Errorf("32 at once gave a thing %d ids", won)
	}
}
