package till

import (
	"context"
	"fmt"
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

// maxEndpoints bounds how many endpoints a merchant has at a time: each event goes
// to all of them.
const maxEndpoints = 20

// AddEndpoint makes a webhook endpoint. The URL must have been judged by whoever
// dials (scheme, host, no credentials). The secret is returned here and by
// RotateEndpoint only.
func (t *Till) AddEndpoint(ctx context.Context, e paylink.Endpoint) (paylink.Endpoint, signing.Secret, error) {
	done, err := t.do(ctx, t.AddsEndpoint(e))
	return done.Endpoint, done.Secret, err
}

// AddsEndpoint is AddEndpoint as a Change.
func (t *Till) AddsEndpoint(e paylink.Endpoint) Change { return t.addsEndpoint(e, signing.NewSecret()) }

// AddsEndpointWith is AddsEndpoint with a secret that the merchant brings, of the form
// of ours: "whsec_" and base64 of 24 to 64 bytes.
func (t *Till) AddsEndpointWith(e paylink.Endpoint, secret string) (Change, error) {
	own, err := ownSecret(secret)
	return t.addsEndpoint(e, own), err
}

func ownSecret(text string) (signing.Secret, error) {
	own, err := signing.ParseSecret(text)
	if err != nil {
		err = paylink.E(paylink.Invalid, "secret", err.Error())
	}
	return own, err
}

func (t *Till) addsEndpoint(e paylink.Endpoint, secret signing.Secret) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		have, err := tx.Endpoints(e.MerchantID)
		if err != nil {
			return done, err
		}
		if len(have) >= maxEndpoints {
			return done, paylink.E(paylink.Conflict, "too_many_endpoints", fmt.Sprintf("a merchant can have %d webhook endpoints; remove one first", maxEndpoints))
		}
		done.Endpoint, done.Secret = e, secret
		done.Endpoint.ID, done.Endpoint.CreatedAt = paylink.NewID(paylink.PrefixEndpoint, tx.Now()), tx.Now()
		if done.Endpoint.Secret, err = t.Seal.Seal([]byte(secret.Reveal()), []byte(done.Endpoint.ID)); err != nil {
			return done, err
		}
		return done, tx.PutEndpoint(done.Endpoint)
	}
}

// RotateEndpoint gives an endpoint a new secret; for 24 hours deliveries are signed
// with both.
func (t *Till) RotateEndpoint(ctx context.Context, merchantID, id string) (paylink.Endpoint, signing.Secret, error) {
	done, err := t.do(ctx, t.RotatesEndpoint(merchantID, id))
	return done.Endpoint, done.Secret, err
}

// RotatesEndpoint is RotateEndpoint as a Change.
func (t *Till) RotatesEndpoint(merchantID, id string) Change {
	secret := signing.NewSecret()
	return changeEndpoint(merchantID, id, func(tx paylink.Tx, done *Changed) error { return t.rotate(tx, done, secret) })
}

func (t *Till) rotate(tx paylink.Tx, done *Changed, secret signing.Secret) error {
	e := &done.Endpoint
	sealed, err := t.Seal.Seal([]byte(secret.Reveal()), []byte(e.ID))
	e.OldSecret, e.OldSecretUntil, e.Secret = e.Secret, tx.Now().Add(rotation), sealed
	done.Secret = secret
	return err
}

// AmendsEndpoint changes an endpoint's URL, description and types, and switches it off
// or on: edit changes it as it stands, and may refuse; what else it does is undone. A
// secret that the merchant brings takes the place of the old one as in RotateEndpoint;
// empty for none.
func (t *Till) AmendsEndpoint(merchantID, id string, edit func(*paylink.Endpoint) error, secret string) Change {
	return changeEndpoint(merchantID, id, func(tx paylink.Tx, done *Changed) error {
		edited := done.Endpoint
		if err := edit(&edited); err != nil {
			return err
		}
		e := &done.Endpoint
		was := e.Disabled
		e.URL, e.Description, e.Types, e.Disabled = edited.URL, edited.Description, edited.Types, edited.Disabled
		switch {
		case e.Disabled && !was:
			e.DisabledReason = "switched off by its owner"
		case !e.Disabled && was:
			e.DisabledReason, e.FailingSince = "", time.Time{}
		}
		if secret == "" {
			return nil
		}
		own, err := ownSecret(secret)
		if err != nil {
			return err
		}
		return t.rotate(tx, done, own)
	})
}

// EnableEndpoint switches a disabled endpoint on again.
func (t *Till) EnableEndpoint(ctx context.Context, merchantID, id string) (paylink.Endpoint, error) {
	done, err := t.do(ctx, t.EnablesEndpoint(merchantID, id))
	return done.Endpoint, err
}

// EnablesEndpoint is EnableEndpoint as a Change.
func (t *Till) EnablesEndpoint(merchantID, id string) Change {
	return changeEndpoint(merchantID, id, func(_ paylink.Tx, done *Changed) error {
		e := &done.Endpoint
		e.Disabled, e.DisabledReason, e.FailingSince = false, "", time.Time{}
		return nil
	})
}

// RemoveEndpoint ends an endpoint; what waits for it is cancelled, its log stays.
func (t *Till) RemoveEndpoint(ctx context.Context, merchantID, id string) error {
	_, err := t.do(ctx, changeEndpoint(merchantID, id, func(tx paylink.Tx, done *Changed) error {
		done.Endpoint.RemovedAt = tx.Now()
		return tx.CancelDeliveries(done.Endpoint.ID)
	}))
	return err
}

func changeEndpoint(merchantID, id string, change func(paylink.Tx, *Changed) error) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		if done.Endpoint, err = tx.LockEndpoint(id); err != nil {
			return done, err
		}
		if done.Endpoint.MerchantID != merchantID || !done.Endpoint.RemovedAt.IsZero() {
			return done, paylink.E(paylink.NotFound, "endpoint_unknown", "no such webhook endpoint")
		}
		if err := change(tx, &done); err != nil {
			return done, err
		}
		return done, tx.PutEndpoint(done.Endpoint)
	}
}

// Replay sends an event to an endpoint again, now, whatever became of it before.
// It is the same message: same webhook-id, same bytes.
func (t *Till) Replay(ctx context.Context, merchantID, deliveryID string) (paylink.Delivery, error) {
	done, err := t.do(ctx, t.Replays(merchantID, deliveryID))
	return done.Delivery, err
}

// Replays is Replay as a Change.
func (t *Till) Replays(merchantID, deliveryID string) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		old, err := tx.Delivery(deliveryID)
		if err != nil {
			return done, err
		}
		to, err := tx.Endpoint(old.EndpointID)
		if err != nil {
			return done, err
		}
		if old.MerchantID != merchantID || !to.RemovedAt.IsZero() {
			return done, paylink.E(paylink.NotFound, "delivery_unknown", "no such delivery")
		}
		if to.Disabled {
			return done, paylink.E(paylink.Conflict, "endpoint_disabled", "the endpoint is disabled; enable it first")
		}
		done.Delivery = paylink.Delivery{ID: paylink.NewID(paylink.PrefixDelivery, tx.Now()), EventID: old.EventID, EventType: old.EventType,
			EndpointID: old.EndpointID, MerchantID: merchantID, State: paylink.DeliveryWaiting, NextAt: tx.Now(), CreatedAt: tx.Now()}
		return done, tx.AddDelivery(done.Delivery)
	}
}
