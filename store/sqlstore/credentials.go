package sqlstore

import "paylink"

const credentialColumns = "id, dialect, kind, lookup, hash, hint, merchant_id, partner_id, created_at, revoked_at"

func credentialDest(c *paylink.Credential) []any {
	return []any{&c.ID, &c.Dialect, &c.Kind, &c.Lookup, &c.Hash, &c.Hint, &c.MerchantID, &c.PartnerID,
		at(&c.CreatedAt), at(&c.RevokedAt)}
}

var (
	credentialByLookup = selectFrom("credential", credentialColumns, "WHERE dialect = $1 AND kind = $2 AND lookup = $3")
	credentialsOfOwner = selectFrom("credential", credentialColumns, "WHERE merchant_id = $1 AND partner_id = $2 ORDER BY id")
	putCredential      = upsertInto("credential", credentialColumns, "id")
)

// Credential implements paylink.Reader. What was looked up is not told: it may be
// the hash of a secret.
func (r *reader) Credential(dialect, kind, lookup string) (paylink.Credential, error) {
	return find(r, "credential", "of this kind", credentialDest, credentialByLookup, dialect, kind, lookup)
}

// Credentials implements paylink.Reader.
func (r *reader) Credentials(merchantID, partnerID string) ([]paylink.Credential, error) {
	return many(r, credentialDest, credentialsOfOwner, merchantID, partnerID)
}

// PutCredential implements paylink.Tx.
func (t *tx) PutCredential(c paylink.Credential) error {
	return t.put(putCredential, c.ID, c.Dialect, c.Kind, c.Lookup, c.Hash, c.Hint, c.MerchantID, c.PartnerID,
		micros(c.CreatedAt), micros(c.RevokedAt))
}

const tokenColumns = "hash, dialect, credential_id, partner_id, merchant_id, single, created_at, expires_at, spent_at"

func tokenDest(t *paylink.AccessToken) []any {
	return []any{&t.Hash, &t.Dialect, &t.CredentialID, &t.PartnerID, &t.MerchantID, &t.Single,
		at(&t.CreatedAt), at(&t.ExpiresAt), at(&t.SpentAt), at(&t.RevokedAt)}
}

var (
	// A token whose credential is gone counts as revoked from its first moment on.
	tokenByHash = "SELECT " + prefixed("t", tokenColumns) + `, coalesce(c.revoked_at, t.created_at)
	FROM access_token t LEFT JOIN credential c ON c.id = t.credential_id WHERE t.hash = $1`
	addToken = insertInto("access_token", tokenColumns)
)

const spendToken = `UPDATE access_token SET spent_at = $1
	WHERE hash = $2 AND single = 1 AND spent_at = 0 AND expires_at > $3
		AND EXISTS (SELECT 1 FROM credential c WHERE c.id = credential_id AND c.revoked_at = 0)`

// Token implements paylink.Reader.
func (r *reader) Token(hash string) (paylink.AccessToken, error) {
	return find(r, "token", "of this hash", tokenDest, tokenByHash, hash)
}

// AddToken implements paylink.Tx.
func (t *tx) AddToken(v paylink.AccessToken) error {
	return t.put(addToken, v.Hash, v.Dialect, v.CredentialID, v.PartnerID, v.MerchantID, truth(v.Single),
		micros(v.CreatedAt), micros(v.ExpiresAt), micros(v.SpentAt))
}

// SpendToken implements paylink.Tx.
func (t *tx) SpendToken(hash string) (bool, error) {
	now := micros(t.Now())
	return t.did(spendToken, now, hash, now)
}

const (
	scopeByName = "SELECT once FROM scope WHERE name = $1"
	putScope    = "INSERT INTO scope (name, once) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET once = excluded.once"
)

// Scope implements paylink.Reader.
func (r *reader) Scope(name string) (paylink.Scope, error) {
	once, err := scalar[bool](r, scopeByName, name)
	return paylink.Scope{Name: name, Once: once}, err
}

// PutScope implements paylink.Tx.
func (t *tx) PutScope(s paylink.Scope) error { return t.put(putScope, s.Name, truth(s.Once)) }
