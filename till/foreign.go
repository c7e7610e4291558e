package till

import (
	"context"
	"errors"
	"slices"

	"paylink"
)

// maxDraws is how many ids may be taken by other things before something is wrong.
const maxDraws = 5

// ForeignIDs gives the ids by which an API calls things of ours, by our ids, all of
// one prefix. What has none yet is given one of draw's: an API calls by its ids what
// was made through it, and what others made once it is seen through it. Two who see a
// thing for the first time at once get the same id for it.
func (t *Till) ForeignIDs(ctx context.Context, dialect, prefix string, objects []string, draw func() string) (map[string]string, error) {
	kind := paylink.ForeignKind(dialect, prefix)
	ids, missing := map[string]string{}, []string(nil)
	err := t.Store.View(ctx, func(r paylink.Reader) error {
		for _, id := range objects {
			f, err := r.ForeignIDOf(kind, id)
			switch {
			case paylink.KindOf(err) == paylink.NotFound:
				missing = append(missing, id)
			case err != nil:
				return err
			}
			ids[id] = f.Value
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return ids, err
	}
	slices.Sort(missing) // whoever gives some of the same meets the first of them first
	err = t.Store.Update(ctx, func(tx paylink.Tx) error {
		for _, id := range missing {
			f, err := name(tx, paylink.ForeignID{Kind: kind, ObjectID: id, CreatedAt: tx.Now()}, draw)
			if err != nil {
				return err
			}
			ids[id] = f.Value
		}
		return nil
	})
	return ids, err
}

// name gives a thing an id of draw's, or finds the one that somebody gave it before.
func name(tx paylink.Tx, f paylink.ForeignID, draw func() string) (paylink.ForeignID, error) {
	for range maxDraws {
		f.Value = draw()
		if given, err := tx.AddForeignID(f); given || err != nil {
			return f, err
		}
		had, err := tx.ForeignIDOf(f.Kind, f.ObjectID)
		if paylink.KindOf(err) != paylink.NotFound || err == nil {
			return had, err
		}
	}
	return f, paylink.E(paylink.Conflict, "foreign_id_taken", "every id that was drawn for "+f.ObjectID+" is another's")
}

// Name makes an API call a thing of ours by an id of the caller's choice (a terminal,
// whose ids an operator knows beforehand). The same again is nothing new; an id that
// another thing has, or a thing that has another id, is a Conflict.
func (t *Till) Name(ctx context.Context, dialect, prefix, objectID, value string) error {
	kind := paylink.ForeignKind(dialect, prefix)
	return t.Store.Update(ctx, func(tx paylink.Tx) error {
		f, err := name(tx, paylink.ForeignID{Kind: kind, ObjectID: objectID, CreatedAt: tx.Now()}, func() string { return value })
		return errors.Join(err, unless(err != nil || f.Value == value,
			paylink.E(paylink.Conflict, "foreign_id_taken", objectID+" is called "+f.Value+" already")))
	})
}
