package till

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"paylink"
)

// Amendment changes what a link offers from now on. Payments that were reserved
// before keep the price that they were shown.
type Amendment struct {
	LinkID     string // or
	ForeignID  string // the id that
	Dialect    string // calls it by
	MerchantID string // who asks; a link of others looks unknown
	// Edit changes the link as it stands, and may refuse. It must not touch id, owner,
	// state, version, counters and times of making and closing, nor the debt that the
	// link asks for; what it does to those is undone. Another price of such a link is
	// Invalid at "amount", code "debt_decides"; a hold of what can't be held is Invalid
	// at "hold".
	Edit func(l *paylink.Link, now paylink.Standing) error
	// Rotate gives the link a new URL; the old one opens it no more.
	Rotate bool
}

// Amend does an Amendment and gives the link and its URL. A closed link is Gone.
func (t *Till) Amend(ctx context.Context, a Amendment) (paylink.Link, string, error) {
	done, err := t.do(ctx, t.Amends(a))
	return done.Link, done.URL, err
}

// Amends is Amend as a Change.
func (t *Till) Amends(a Amendment) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		l, err := a.held(tx)
		if err != nil {
			return done, err
		}
		edited := l // of its own, so that what Edit writes in place is seen as a change
		edited.Price.Lines, edited.Metadata = slices.Clone(l.Price.Lines), maps.Clone(l.Metadata)
		if err := a.Edit(&edited, l.StandingAt(tx.Now())); err != nil {
			return done, err
		}
		if !reflect.DeepEqual(edited.Price, l.Price) {
			if err := mayCost(l, edited.Price); err != nil {
				return done, err
			}
		}
		if edited.Hold != l.Hold || edited.Instrument != l.Instrument {
			if err := holdable(tx, edited); err != nil {
				return done, err
			}
		}
		edited.ID, edited.MerchantID, edited.PartnerID, edited.Dialect = l.ID, l.MerchantID, l.PartnerID, l.Dialect
		if l.AsksForDebt() {
			edited.Scope, edited.Reference = l.Scope, l.Reference
		}
		edited.State, edited.Reserved, edited.Succeeded = l.State, l.Reserved, l.Succeeded
		edited.CreatedAt, edited.ClosedAt, edited.CloseReason = l.CreatedAt, l.ClosedAt, l.CloseReason
		edited.UpdatedAt = tx.Now()
		edited.Version = l.Version + 1
		if err := tx.SaveLink(edited); err != nil {
			return done, err
		}
		if !maps.Equal(edited.Metadata, l.Metadata) {
			if err := tx.FindBy(edited, l.Metadata); err != nil {
				return done, err
			}
		}
		if err := t.keep(tx, edited); err != nil {
			return done, err
		}
		if a.Rotate {
			if err := rotate(tx, l.ID); err != nil {
				return done, err
			}
		}
		done.Link = edited
		if done.URL, err = t.urlOf(tx, l.ID); err != nil {
			return done, err
		}
		return done, t.tell(tx, paylink.EventLinkUpdated, edited, done.URL)
	}
}

// mayCost judges another price of a link. A debt is paid by one payment: none of its
// links may come to ask for less than it did, nor for more, whichever API is asked.
func mayCost(l paylink.Link, p paylink.Price) error {
	if l.AsksForDebt() {
		var f paylink.Faults
		f.Add("amount", "debt_decides", "the link's debt decides about it")
		return f.Err()
	}
	return p.Check()
}

// held is the link that is asked for, if the asker may change it.
func (a Amendment) held(tx paylink.Tx) (l paylink.Link, err error) {
	id := a.LinkID
	if id == "" {
		f, err := tx.ForeignID(paylink.ForeignKind(a.Dialect, paylink.PrefixLink), a.ForeignID)
		if err != nil {
			return l, err
		}
		id = f.ObjectID
	}
	if l, err = tx.LockLink(id); err != nil {
		return l, err
	}
	switch {
	case l.MerchantID != a.MerchantID:
		err = paylink.E(paylink.NotFound, "link_unknown", "no such link")
	case l.State == paylink.LinkClosed:
		err = paylink.E(paylink.Gone, "link_closed", "the link was closed; make a new one")
	}
	return l, err
}

// rotate retires a link's URL and gives it another. A payment that is under way goes
// on: it was reserved before, and its attempt's page is told by its own address.
func rotate(tx paylink.Tx, linkID string) error {
	if err := tx.RetireAddresses(linkID, paylink.AddressToken); err != nil {
		return err
	}
	return tx.AddAddress(paylink.Address{Kind: paylink.AddressToken, Value: paylink.NewToken(), LinkID: linkID, CreatedAt: tx.Now()})
}
