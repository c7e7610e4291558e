package till

import (
	"context"
	"time"

	"paylink"
	"paylink/internal/signing"
)

// rotation is how long deliveries carry the old signature beside the new one.
const rotation = 24 * time.Hour

// secrets opens the signing secrets that are good at a moment: the new one first.
func (t *Till) secrets(e paylink.Endpoint, at time.Time) ([]signing.Secret, error) {
	var out []signing.Secret
	sealed := [][]byte{e.Secret}
	if len(e.OldSecret) > 0 && at.Before(e.OldSecretUntil) {
		sealed = append(sealed, e.OldSecret)
	}
	for _, s := range sealed {
		plain, err := t.Seal.Open(s, []byte(e.ID))
		if err != nil {
			return nil, err
		}
		secret, err := signing.ParseSecret(string(plain))
		if err != nil {
			return nil, err
		}
		out = append(out, secret)
	}
	return out, nil
}

// AddEndpoint makes a webhook endpoint. The URL must have been judged by whoever
// dials (scheme, host, no credentials). The secret is returned here and by
// RotateEndpoint only.
func (t *Till) AddEndpoint(ctx context.Context, e paylink.Endpoint) (paylink.Endpoint, signing.Secret, error) {
	secret := signing.NewSecret()
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		e.ID, e.CreatedAt = paylink.NewID(paylink.PrefixEndpoint, tx.Now()), tx.Now()
		if e.Secret, err = t.Seal.Seal([]byte(secret.Reveal()), []byte(e.ID)); err != nil {
			return err
		}
		return tx.PutEndpoint(e)
	})
	return e, secret, err
}

// RotateEndpoint gives an endpoint a new secret; for 24 hours deliveries are signed
// with both.
func (t *Till) RotateEndpoint(ctx context.Context, merchantID, id string) (paylink.Endpoint, signing.Secret, error) {
	secret := signing.NewSecret()
	e, err := t.changeEndpoint(ctx, merchantID, id, func(tx paylink.Tx, e *paylink.Endpoint) error {
		sealed, err := t.Seal.Seal([]byte(secret.Reveal()), []byte(e.ID))
		e.OldSecret, e.OldSecretUntil, e.Secret = e.Secret, tx.Now().Add(rotation), sealed
		return err
	})
	return e, secret, err
}

// EnableEndpoint switches a disabled endpoint on again.
func (t *Till) EnableEndpoint(ctx context.Context, merchantID, id string) (paylink.Endpoint, error) {
	return t.changeEndpoint(ctx, merchantID, id, func(_ paylink.Tx, e *paylink.Endpoint) error {
		e.Disabled, e.DisabledReason, e.FailingSince = false, "", time.Time{}
		return nil
	})
}

// RemoveEndpoint ends an endpoint; what waits for it is cancelled, its log stays.
func (t *Till) RemoveEndpoint(ctx context.Context, merchantID, id string) error {
	_, err := t.changeEndpoint(ctx, merchantID, id, func(tx paylink.Tx, e *paylink.Endpoint) error {
		e.RemovedAt = tx.Now()
		return tx.CancelDeliveries(e.ID)
	})
	return err
}

func (t *Till) changeEndpoint(ctx context.Context, merchantID, id string, change func(paylink.Tx, *paylink.Endpoint) error) (paylink.Endpoint, error) {
	var e paylink.Endpoint
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		if e, err = tx.LockEndpoint(id); err != nil {
			return err
		}
		if e.MerchantID != merchantID || !e.RemovedAt.IsZero() {
			return paylink.E(paylink.NotFound, "endpoint_unknown", "no such webhook endpoint")
		}
		if err := change(tx, &e); err != nil {
			return err
		}
		return tx.PutEndpoint(e)
	})
	return e, err
}

// Replay sends an event to an endpoint again, now, whatever became of it before.
// It is the same message: same webhook-id, same bytes.
func (t *Till) Replay(ctx context.Context, merchantID, deliveryID string) (paylink.Delivery, error) {
	var d paylink.Delivery
	err := t.Store.Update(ctx, func(tx paylink.Tx) error {
		old, err := tx.Delivery(deliveryID)
		if err != nil {
			return err
		}
		to, err := tx.Endpoint(old.EndpointID)
		if err != nil {
			return err
		}
		if old.MerchantID != merchantID || !to.RemovedAt.IsZero() {
			return paylink.E(paylink.NotFound, "delivery_unknown", "no such delivery")
		}
		if to.Disabled {
			return paylink.E(paylink.Conflict, "endpoint_disabled", "the endpoint is disabled; enable it first")
		}
		d = paylink.Delivery{ID: paylink.NewID(paylink.PrefixDelivery, tx.Now()), EventID: old.EventID, EventType: old.EventType,
			EndpointID: old.EndpointID, MerchantID: merchantID, State: paylink.DeliveryWaiting, NextAt: tx.Now(), CreatedAt: tx.Now()}
		return tx.AddDelivery(d)
	})
	return d, err
}
