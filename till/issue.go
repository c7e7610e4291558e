package till

import (
	"context"
	"encoding/json"
	"errors"

	"paylink"
	"paylink/internal/fault"
)

// Issuance is what it takes to make a link.
type Issuance struct {
	// Link as it shall be, without ID, State, Version, counters and times. Merchant,
	// Terminal and Price must be set; Foreign and Page were checked by the dialect.
	Link paylink.Link
	// Slug is a further address, ForeignID the dialect's own id of the link, where it
	// has them. One that is taken is a Conflict, "address_taken".
	Slug      string
	ForeignID string
	// Spend is the one-time access token (the token, not its hash) that this call
	// uses up if it succeeds; empty where the dialect has none.
	Spend string
	// Bring is a way to pay that the gateway knows already and that comes with this
	// call: it is kept in the same transaction, and the link is bound to it. nil
	// without.
	Bring *paylink.Instrument
	// Claim is the caller's idempotency key: Scope, Key and Fingerprint; nil without.
	Claim *paylink.Claim
	// Render makes the answer from the link and its URL. It must be pure: it may run
	// more than once.
	Render func(l paylink.Link, url string) (status int, body []byte)
}

// Answer is what the caller is told.
type Answer struct {
	Status   int
	Body     []byte
	LinkID   string
	Replayed bool // the stored answer of an earlier call with the same key
}

// errLost says inside a transaction that another call owns the key; it rolls back.
var errLost = errors.New("the idempotency key is taken")

// Issue makes a link, in one transaction: key, token, link, addresses, event and
// stored answer are committed together or not at all. A repeated key gives the
// first answer byte for byte; the same key with another fingerprint is an Error of
// kind Reused. Input that breaks a rule changes nothing and spends nothing; a hold that
// is bound to a saved way to pay which can't be held is Invalid at "hold".
func (t *Till) Issue(ctx context.Context, is Issuance) (Answer, error) {
	if err := is.Link.Price.Check(); err != nil {
		return Answer{}, err
	}
	if is.Claim != nil {
		if a, err := t.replay(ctx, *is.Claim); err == nil || paylink.KindOf(err) != paylink.NotFound {
			return a, err
		}
	}
	token := paylink.NewToken()
	url := t.LinkURL(token)
	var ans Answer
	err := t.Store.Update(ctx, func(tx paylink.Tx) error {
		ans = Answer{}
		l, err := is.begin(tx)
		if err != nil {
			return err
		}
		ans.LinkID = l.ID
		ans.Status, ans.Body = is.Render(l, url)
		if is.Claim != nil {
			c := *is.Claim
			c.Status, c.Body, c.ObjectID, c.CreatedAt = ans.Status, ans.Body, l.ID, tx.Now()
			if won, err := tx.AddClaim(c); err != nil || !won {
				return errors.Join(err, unless(won, errLost))
			}
		}
		if is.Spend != "" {
			if spent, err := tx.SpendToken(paylink.HashSecret(is.Spend)); err != nil || !spent {
				return errors.Join(err, unless(spent, paylink.E(paylink.Unauthenticated, "token", "the access token is unknown, used or expired")))
			}
		}
		if err := t.add(tx, is, l, token, url); err != nil {
			return err
		}
		fault.Point("K01.before")
		return nil
	})
	fault.Point("K01.after")
	switch {
	case errors.Is(err, errLost):
		a, rerr := t.replay(ctx, *is.Claim)
		if paylink.KindOf(rerr) == paylink.NotFound {
			rerr = errBusy
		}
		return a, rerr
	case paylink.CodeOf(err) == "commit_unknown":
		// Nobody knows whether it was committed: look, rather than guess.
		if _, rerr := t.link(ctx, ans.LinkID); rerr == nil {
			return ans, nil
		}
	}
	if err != nil {
		return Answer{}, err
	}
	return ans, nil
}

// begin gives the link as it will be.
func (is Issuance) begin(tx paylink.Tx) (paylink.Link, error) {
	l := is.Link
	l.ID = paylink.NewID(paylink.PrefixLink, tx.Now())
	l.State, l.Version, l.Reserved, l.Succeeded, l.CreatedAt, l.UpdatedAt = paylink.LinkOpen, 1, 0, 0, tx.Now(), tx.Now()
	if is.Bring != nil {
		brought, err := bring(tx, *is.Bring)
		if err != nil {
			return l, err
		}
		l.Instrument = brought.ID
	}
	return l, holdable(tx, l)
}

// add writes the link with its addresses and its event.
func (t *Till) add(tx paylink.Tx, is Issuance, l paylink.Link, token, url string) error {
	if err := tx.AddLink(l, addresses(l, token, is)...); err != nil {
		return err
	}
	if is.ForeignID != "" {
		f := paylink.ForeignID{Kind: paylink.ForeignKind(l.Dialect, paylink.PrefixLink), Value: is.ForeignID, ObjectID: l.ID, CreatedAt: l.CreatedAt}
		if given, err := tx.AddForeignID(f); err != nil || !given {
			return errors.Join(err, unless(given, paylink.E(paylink.Conflict, "address_taken", "another link has this id; choose another")))
		}
	}
	if err := t.keep(tx, l); err != nil {
		return err
	}
	return t.tell(tx, paylink.EventLinkCreated, l, url)
}

// Issues is the making of a link as a Change, without Claim, Spend and Render: what
// Rehearse plays.
func (t *Till) Issues(is Issuance) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		if err := is.Link.Price.Check(); err != nil {
			return done, err
		}
		token := paylink.NewToken()
		done.URL = t.LinkURL(token)
		if done.Link, err = is.begin(tx); err != nil {
			return done, err
		}
		return done, t.add(tx, is, done.Link, token, done.URL)
	}
}

func unless(ok bool, err error) error {
	if ok {
		return nil
	}
	return err
}

func addresses(l paylink.Link, token string, is Issuance) []paylink.Address {
	out := []paylink.Address{{Kind: paylink.AddressToken, Value: token, LinkID: l.ID, CreatedAt: l.CreatedAt}}
	if is.Slug != "" {
		out = append(out, paylink.Address{Kind: paylink.AddressSlug, Value: is.Slug, LinkID: l.ID, CreatedAt: l.CreatedAt})
	}
	return out
}

// Answered gives the answer that Issue stored under a key, an Error of kind NotFound
// where the key is free, and of kind Reused where it holds another request. Dialects
// ask before they judge what depends on the moment: a repeated call gets its first
// answer though what it asks for may no longer be made.
func (t *Till) Answered(ctx context.Context, c paylink.Claim) (Answer, error) {
	return t.replay(ctx, c)
}

// replay gives the stored answer of a key, NotFound where the key is free.
func (t *Till) replay(ctx context.Context, c paylink.Claim) (Answer, error) {
	var had paylink.Claim
	err := t.Store.View(ctx, func(r paylink.Reader) (err error) {
		if had, err = r.Claim(c.Scope, c.Key); err != nil {
			return err
		}
		if !r.Now().Before(had.CreatedAt.Add(had.Lasts())) {
			return paylink.E(paylink.NotFound, "claim", "the idempotency key has outlived its time")
		}
		return nil
	})
	if err != nil {
		return Answer{}, err
	}
	if had.Fingerprint != c.Fingerprint {
		return Answer{}, paylink.E(paylink.Reused, "idempotency_key_reused",
			"this idempotency key was used before with another request; use a new key")
	}
	return Answer{Status: had.Status, Body: had.Body, LinkID: had.ObjectID, Replayed: true}, nil
}

func (t *Till) link(ctx context.Context, id string) (l paylink.Link, err error) {
	err = t.Store.View(ctx, func(r paylink.Reader) (err error) {
		l, err = r.Link(id)
		return err
	})
	return l, err
}

// addEvent freezes what a merchant must hear, in the transaction that makes it true.
func addEvent(tx paylink.Tx, merchantID, kind, objectID string, version int, data any) error {
	e := paylink.Event{ID: paylink.NewID(paylink.PrefixEvent, tx.Now()), MerchantID: merchantID, Type: kind,
		ObjectID: objectID, Version: version, CreatedAt: tx.Now()}
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	e.Body, err = json.Marshal(paylink.EventView{ID: e.ID, Object: "event", Type: kind, CreatedAt: e.CreatedAt, Version: version, Data: raw})
	if err != nil {
		return err
	}
	return tx.AddEvent(e)
}
