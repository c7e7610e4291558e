package sqlstore

import "paylink"

const claimColumns = "scope, key, fingerprint, status, body, object_id, created_at, life"

func claimDest(c *paylink.Claim) []any {
	return []any{&c.Scope, &c.Key, &c.Fingerprint, num(&c.Status), (*octets)(&c.Body), &c.ObjectID, at(&c.CreatedAt), (*span)(&c.Life)}
}

var (
	claimByKey = selectFrom("claim", claimColumns, "WHERE scope = $1 AND key = $2 AND created_at + life > $3")
	// One statement, so that of two who meet an outlived claim one replaces it.
	addClaim = insertInto("claim", claimColumns) + `
	ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
		body = excluded.body, object_id = excluded.object_id, created_at = excluded.created_at, life = excluded.life
	WHERE claim.created_at + claim.life <= $9`
)

// Claim implements paylink.Reader. An outlived one is not found.
func (r *reader) Claim(scope, key string) (paylink.Claim, error) {
	return find(r, "claim", key, claimDest, claimByKey, scope, key, micros(r.Now()))
}

// AddClaim implements paylink.Tx. Its life begins at c.CreatedAt, or now where
// that is zero.
func (t *tx) AddClaim(c paylink.Claim) (bool, error) {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = t.Now()
	}
	return t.did(addClaim, c.Scope, c.Key, c.Fingerprint, c.Status, blob(c.Body), c.ObjectID, micros(c.CreatedAt),
		c.Lasts().Microseconds(), micros(t.Now()))
}

const (
	addCallback = `INSERT INTO callback (gateway, event_id, payment_id, body, created_at)
	VALUES ($1, $2, $3, $4, $5) ON CONFLICT (gateway, event_id) DO NOTHING`
	redeem = "INSERT INTO redeemed (payment_id, created_at) VALUES ($1, $2) ON CONFLICT (payment_id) DO NOTHING"
)

// AddCallback implements paylink.Tx.
func (t *tx) AddCallback(gateway, eventID, paymentID string, body []byte) (bool, error) {
	return t.did(addCallback, gateway, eventID, paymentID, blob(body), micros(t.Now()))
}

// Redeem implements paylink.Tx.
func (t *tx) Redeem(paymentID string) (bool, error) {
	return t.did(redeem, paymentID, micros(t.Now()))
}

const (
	settingByName = "SELECT value FROM setting WHERE name = $1"
	putSetting    = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)

// Setting implements paylink.Reader.
func (r *reader) Setting(name string) (string, error) { return scalar[string](r, settingByName, name) }

// PutSetting implements paylink.Tx.
func (t *tx) PutSetting(name, value string) error { return t.put(putSetting, name, value) }
