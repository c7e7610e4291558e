package storetest

import (
	"context"
	"testing"
	"time"

	"paylink"
)

func tokenOnce(t *testing.T, s store) {
	update(t, s, func(tx paylink.Tx) error {
		if err := tx.PutCredential(paylink.Credential{ID: "cre_1"}); err != nil {
			return err
		}
		return tx.AddToken(paylink.AccessToken{Hash: "h", CredentialID: "cre_1", Single: true, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(time.Hour)})
	})
	if won := together(t, s, 64, func(tx paylink.Tx) (bool, error) { return tx.SpendToken("h") }); won != 1 {
		t.Errorf("a token was spent %d times", won)
	}
}

func tokenLife(t *testing.T, s store) {
	update(t, s, func(tx paylink.Tx) error {
		now := tx.Now()
		for _, c := range []paylink.Credential{{ID: "cre_1", Lookup: "1"}, {ID: "cre_2", Lookup: "2", RevokedAt: now}} {
			if err := tx.PutCredential(c); err != nil {
				return err
			}
		}
		for _, v := range []paylink.AccessToken{
			{Hash: "expired", CredentialID: "cre_1", Single: true, ExpiresAt: now},
			{Hash: "living", CredentialID: "cre_1", Single: true, ExpiresAt: now.Add(time.Microsecond)},
			{Hash: "reusable", CredentialID: "cre_1", ExpiresAt: now.Add(time.Hour)},
			{Hash: "revoked", CredentialID: "cre_2", Single: true, ExpiresAt: now.Add(time.Hour)},
			{Hash: "orphan", CredentialID: "cre_none", Single: true, ExpiresAt: now.Add(time.Hour)},
		} {
			if err := tx.AddToken(v); err != nil {
				return err
			}
		}
		same(t, "expired at this microsecond", false)(tx.SpendToken("expired"))
		same(t, "a microsecond left", true)(tx.SpendToken("living"))
		same(t, "spent", false)(tx.SpendToken("living"))
		same(t, "not single", false)(tx.SpendToken("reusable"))
		same(t, "unknown", false)(tx.SpendToken("unknown"))
		same(t, "of a revoked credential", false)(tx.SpendToken("revoked"))
		same(t, "of no credential", false)(tx.SpendToken("orphan"))
		return nil
	})
}

func claimOnce(t *testing.T, s store) {
	if won := together(t, s, 64, func(tx paylink.Tx) (bool, error) {
		return tx.AddClaim(paylink.Claim{Scope: "s", Key: "k", Body: []byte("answer")})
	}); won != 1 {
		t.Errorf("a key was claimed %d times", won)
	}
	// Another scope's key is another key.
	update(t, s, func(tx paylink.Tx) error {
		same(t, "the same key in another scope", true)(tx.AddClaim(paylink.Claim{Scope: "s2", Key: "k"}))
		return nil
	})
}

func claimLife(t *testing.T, s store) {
	first := paylink.Claim{Scope: "s", Key: "k", Fingerprint: "one", Status: 201, Body: []byte{0, 1, 255}, ObjectID: "plk_1", Life: paylink.ClaimLife}
	second := paylink.Claim{Scope: "s", Key: "k", Fingerprint: "two", Status: 200, ObjectID: "plk_2", Life: paylink.ClaimLife}
	update(t, s, func(tx paylink.Tx) error {
		now := tx.Now()
		first.CreatedAt = now.Add(-paylink.ClaimLife + time.Microsecond)
		second.CreatedAt = now
		same(t, "a new claim", true)(tx.AddClaim(first))
		same(t, "a claim with a microsecond to live", false)(tx.AddClaim(second))
		same(t, "it", first)(tx.Claim("s", "k"))
		return nil
	})
	if err := s.SetClockOffset(context.Background(), time.Second); err != nil {
		t.Fatal(err)
	}
	update(t, s, func(tx paylink.Tx) error {
		_, err := tx.Claim("s", "k")
		kind(t, "an outlived claim", err, paylink.NotFound, "")
		same(t, "a claim in place of an outlived one", true)(tx.AddClaim(second))
		same(t, "the new one", second)(tx.Claim("s", "k"))
		return nil
	})
	// Exactly 24 hours old is outlived.
	update(t, s, func(tx paylink.Tx) error {
		old := paylink.Claim{Scope: "s", Key: "exact", CreatedAt: tx.Now().Add(-paylink.ClaimLife)}
		same(t, "a claim", true)(tx.AddClaim(old))
		same(t, "a claim at exactly 24 hours", true)(tx.AddClaim(paylink.Claim{Scope: "s", Key: "exact"}))
		week := paylink.Claim{Scope: "s", Key: "week", CreatedAt: tx.Now().Add(-7*24*time.Hour + time.Microsecond), Life: 7 * 24 * time.Hour}
		same(t, "a claim of a week", true)(tx.AddClaim(week))
		same(t, "it, with a microsecond to live", week)(tx.Claim("s", "week"))
		same(t, "another in its place", false)(tx.AddClaim(paylink.Claim{Scope: "s", Key: "week"}))
		return nil
	})
}

func redeemOnce(t *testing.T, s store) {
	if won := together(t, s, 32, func(tx paylink.Tx) (bool, error) { return tx.Redeem("pay_1") }); won != 1 {
		t.Errorf("redeemed %d times", won)
	}
	update(t, s, func(tx paylink.Tx) error {
		same(t, "another payment's", true)(tx.Redeem("pay_2"))
		return nil
	})
}

func callbackOnce(t *testing.T, s store) {
	if won := together(t, s, 32, func(tx paylink.Tx) (bool, error) { return tx.AddCallback("g", "e", "pay_1", []byte("{}")) }); won != 1 {
		t.Errorf("kept %d times", won)
	}
	update(t, s, func(tx paylink.Tx) error {
		same(t, "another gateway's event of the same name", true)(tx.AddCallback("g2", "e", "pay_1", nil))
		return nil
	})
}
