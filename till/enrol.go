package till

import (
	"context"

	"paylink"
)

// Enrolment makes merchants and what belongs to them, in one transaction. The zero
// parts are left out. Ids and times are filled in; Secrets are returned once.
type Enrolment struct {
	Merchant    *paylink.Merchant
	Terminals   []paylink.Terminal
	Partner     *paylink.Partner // granted the merchant
	Scopes      []paylink.Scope
	Instruments []paylink.Instrument
	Credentials []NewCredential
}

// NewCredential is a credential to be made. Lookup is its public part; empty where
// the secret is all there is (then it is found by the secret's hash).
type NewCredential struct {
	Dialect, Kind string
	Lookup        string
	Secret        string // made up where empty, with Prefix in front
	Prefix        string
	ForPartner    bool
}

// Enrolled is what an enrolment made.
type Enrolled struct {
	Merchant    paylink.Merchant
	Terminals   []paylink.Terminal
	Partner     paylink.Partner
	Instruments []paylink.Instrument
	Credentials []paylink.Credential
	Secrets     []string // beside Credentials
}

// Enrol makes all of it or nothing. A Merchant with an ID is an existing one that
// gets the rest.
func (t *Till) Enrol(ctx context.Context, e Enrolment) (Enrolled, error) {
	var out Enrolled
	err := t.Store.Update(ctx, func(tx paylink.Tx) error {
		out = Enrolled{}
		if err := e.people(tx, &out); err != nil {
			return err
		}
		for _, s := range e.Scopes {
			if err := tx.PutScope(s); err != nil {
				return err
			}
		}
		for _, term := range e.Terminals {
			term.ID, term.MerchantID, term.CreatedAt = paylink.NewID(paylink.PrefixTerminal, tx.Now()), out.Merchant.ID, tx.Now()
			if err := tx.PutTerminal(term); err != nil {
				return err
			}
			out.Terminals = append(out.Terminals, term)
		}
		for _, in := range e.Instruments {
			in.MerchantID = out.Merchant.ID
			in, err := bring(tx, in)
			if err != nil {
				return err
			}
			out.Instruments = append(out.Instruments, in)
		}
		return e.credentials(tx, &out)
	})
	return out, err
}

func (e Enrolment) people(tx paylink.Tx, out *Enrolled) (err error) {
	if e.Merchant != nil && e.Merchant.ID != "" {
		out.Merchant, err = tx.Merchant(e.Merchant.ID)
	} else if e.Merchant != nil {
		out.Merchant = *e.Merchant
		out.Merchant.ID, out.Merchant.CreatedAt = paylink.NewID(paylink.PrefixMerchant, tx.Now()), tx.Now()
		err = tx.PutMerchant(out.Merchant)
	}
	if err != nil || e.Partner == nil {
		return err
	}
	out.Partner = *e.Partner
	if out.Partner.ID == "" {
		out.Partner.ID = paylink.NewID(paylink.PrefixPartner, tx.Now())
	}
	out.Partner.CreatedAt = tx.Now()
	if err := tx.PutPartner(out.Partner); err != nil {
		return err
	}
	return tx.Grant(out.Partner.ID, out.Merchant.ID)
}

func (e Enrolment) credentials(tx paylink.Tx, out *Enrolled) error {
	for _, n := range e.Credentials {
		secret := n.Secret
		if secret == "" {
			secret = paylink.NewSecret(n.Prefix)
		}
		c := paylink.Credential{ID: paylink.NewID(paylink.PrefixCredential, tx.Now()), Dialect: n.Dialect, Kind: n.Kind,
			Lookup: n.Lookup, Hash: paylink.HashSecret(secret), Hint: secret[max(0, len(secret)-4):], CreatedAt: tx.Now()}
		if c.Lookup == "" {
			c.Lookup = c.Hash
		}
		if n.ForPartner {
			c.PartnerID = out.Partner.ID
		} else {
			c.MerchantID = out.Merchant.ID
		}
		if err := tx.PutCredential(c); err != nil {
			return err
		}
		out.Credentials, out.Secrets = append(out.Credentials, c), append(out.Secrets, secret)
	}
	return nil
}

// Revoke ends a credential at once, on all nodes.
func (t *Till) Revoke(ctx context.Context, c paylink.Credential) error {
	return t.Store.Update(ctx, func(tx paylink.Tx) error {
		cur, err := tx.Credential(c.Dialect, c.Kind, c.Lookup)
		if err != nil {
			return err
		}
		cur.RevokedAt = tx.Now()
		return tx.PutCredential(cur)
	})
}
