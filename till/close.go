package till

import (
	"context"
	"errors"

	"paylink"
	"paylink/internal/fault"
)

// Closing says which link to end, and who asks.
type Closing struct {
	LinkID  string // or
	Address string // the token of its URL
	// MerchantID or PartnerID is who asks. A link that is not theirs looks unknown.
	MerchantID string
	PartnerID  string
	Reason     string
	Spend      string // one-time access token, used up on success
}

// Close ends a link for ever: no new payment can be reserved from the moment it
// returns; one that is under way may finish (trust.md H-84). It gives the link and
// its URL. A closed link again is an Error of kind Gone.
func (t *Till) Close(ctx context.Context, c Closing) (paylink.Link, string, error) {
	done, err := t.do(ctx, t.Closes(c))
	return done.Link, done.URL, err
}

// Closes is Close as a Change.
func (t *Till) Closes(c Closing) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		if done.Link, err = c.close(tx); err != nil {
			return done, err
		}
		l := done.Link
		if done.URL, err = t.urlOf(tx, l.ID); err != nil {
			return done, err
		}
		err = t.tell(tx, paylink.EventLinkClosed, l, done.URL)
		fault.Point("K26.before")
		return done, err
	}
}

func (c Closing) close(tx paylink.Tx) (l paylink.Link, err error) {
	id, err := c.find(tx)
	if err != nil {
		return l, err
	}
	if l, err = tx.LockLink(id); err != nil {
		return l, err
	}
	if ok, err := c.may(tx, l); err != nil || !ok {
		return l, errors.Join(err, unless(ok, paylink.E(paylink.NotFound, "link_unknown", "no such link")))
	}
	if l.State == paylink.LinkClosed {
		return l, paylink.E(paylink.Gone, "link_closed", "the link was closed before")
	}
	if c.Spend != "" {
		if spent, err := tx.SpendToken(paylink.HashSecret(c.Spend)); err != nil || !spent {
			return l, errors.Join(err, unless(spent, paylink.E(paylink.Unauthenticated, "token", "the access token is unknown, used or expired")))
		}
	}
	l.State, l.ClosedAt, l.UpdatedAt, l.CloseReason = paylink.LinkClosed, tx.Now(), tx.Now(), c.Reason
	l.Version++
	return l, tx.SaveLink(l)
}

func (c Closing) find(r paylink.Reader) (string, error) {
	if c.LinkID != "" {
		return c.LinkID, nil
	}
	a, err := r.Address(paylink.AddressToken, c.Address)
	if err == nil && !a.RetiredAt.IsZero() {
		err = paylink.E(paylink.NotFound, "link_unknown", "no such link")
	}
	return a.LinkID, err
}

func (c Closing) may(r paylink.Reader, l paylink.Link) (bool, error) {
	if c.MerchantID != "" {
		return l.MerchantID == c.MerchantID, nil
	}
	return r.PartnerMay(c.PartnerID, l.MerchantID)
}

// urlOf is the URL of a link's newest living token address.
func (t *Till) urlOf(r paylink.Reader, linkID string) (string, error) {
	all, err := r.Addresses(linkID)
	if err != nil {
		return "", err
	}
	for _, a := range all {
		if a.Kind == paylink.AddressToken && a.RetiredAt.IsZero() {
			return t.LinkURL(a.Value), nil
		}
	}
	return "", nil
}

// URLOf is urlOf for readers outside: lists of links show the URL of each.
func (t *Till) URLOf(r paylink.Reader, linkID string) (string, error) { return t.urlOf(r, linkID) }
