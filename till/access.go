package till

import (
	"context"
	"crypto/subtle"
	"time"

	"paylink"
)

// Authenticate finds the credential that a caller names by its public part and
// proves by its secret. Unknown, wrong and revoked give one and the same error,
// after the same work (trust.md section 3, "Timing-safe credentials").
func (t *Till) Authenticate(ctx context.Context, dialect, kind, lookup, secret string) (paylink.Credential, error) {
	var c paylink.Credential
	err := t.Store.View(ctx, func(r paylink.Reader) (err error) {
		c, err = r.Credential(dialect, kind, lookup)
		return err
	})
	if err != nil && paylink.KindOf(err) != paylink.NotFound {
		return paylink.Credential{}, err
	}
	good := subtle.ConstantTimeCompare([]byte(paylink.HashSecret(secret)), []byte(c.Hash)) == 1
	if err != nil || !good || !c.RevokedAt.IsZero() {
		return paylink.Credential{}, paylink.E(paylink.Unauthenticated, "credential", "the credentials are not valid")
	}
	return c, nil
}

// BySecret authenticates where the secret is all that the caller sends (a bearer
// key): it is found by its hash.
func (t *Till) BySecret(ctx context.Context, dialect, kind, secret string) (paylink.Credential, error) {
	return t.Authenticate(ctx, dialect, kind, paylink.HashSecret(secret), secret)
}

// MintToken makes an access token for a credential that was just authenticated. The
// token itself is returned here and never again.
func (t *Till) MintToken(ctx context.Context, c paylink.Credential, life time.Duration, single bool) (string, paylink.AccessToken, error) {
	token := paylink.NewSecret("")
	var row paylink.AccessToken
	err := t.Store.Update(ctx, func(tx paylink.Tx) error {
		row = paylink.AccessToken{Hash: paylink.HashSecret(token), Dialect: c.Dialect, CredentialID: c.ID,
			PartnerID: c.PartnerID, MerchantID: c.MerchantID, Single: single,
			CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(life)}
		return tx.AddToken(row)
	})
	return token, row, err
}

// CheckToken gives the row of a live access token without spending it: a single
// token is spent by the act that succeeds, in that act's transaction.
func (t *Till) CheckToken(ctx context.Context, dialect, token string) (paylink.AccessToken, error) {
	var row paylink.AccessToken
	err := t.Store.View(ctx, func(r paylink.Reader) (err error) {
		if row, err = r.Token(paylink.HashSecret(token)); err != nil {
			return err
		}
		if row.Dialect != dialect || !row.Live(r.Now()) {
			return paylink.E(paylink.NotFound, "token", "spent, expired or another API's")
		}
		return nil
	})
	if paylink.KindOf(err) == paylink.NotFound {
		err = paylink.E(paylink.Unauthenticated, "token", "the access token is unknown, used or expired")
	}
	return row, err
}
