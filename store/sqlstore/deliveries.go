package sqlstore

import (
	"slices"
	"time"

	"paylink"
)

const deliveryColumns = `id, event_id, event_type, endpoint_id, merchant_id, state, tries, next_at, lease_till, last_status,
	last_error, created_at, done_at`

func deliveryDest(d *paylink.Delivery) []any {
	return []any{&d.ID, &d.EventID, &d.EventType, &d.EndpointID, &d.MerchantID, (*string)(&d.State), num(&d.Tries), at(&d.NextAt),
		at(&d.LeaseTill), num(&d.LastStatus), &d.LastError, at(&d.CreatedAt), at(&d.DoneAt)}
}

func deliveryValues(d paylink.Delivery) []any {
	return []any{d.ID, d.EventID, d.EventType, d.EndpointID, d.MerchantID, string(d.State), d.Tries, micros(d.NextAt),
		micros(d.LeaseTill), d.LastStatus, d.LastError, micros(d.CreatedAt), micros(d.DoneAt)}
}

var (
	deliveryByID = selectFrom("delivery", deliveryColumns, "WHERE id = $1")
	addDelivery  = insertInto("delivery", deliveryColumns)
	saveDelivery = updateOf("delivery", deliveryColumns, "id = #1")
)

const cancelDeliveries = `UPDATE delivery SET state = 'cancelled', next_at = 0, lease_till = 0, done_at = $1
	WHERE endpoint_id = $2 AND state = 'pending'`

// Delivery implements paylink.Reader.
func (r *reader) Delivery(id string) (paylink.Delivery, error) {
	return find(r, "delivery", id, deliveryDest, deliveryByID, id)
}

// Deliveries implements paylink.Reader.
func (r *reader) Deliveries(f paylink.DeliveryFilter) ([]paylink.Delivery, error) {
	return list(r, deliveryDest, "delivery", deliveryColumns, f.Paging,
		where(equals("merchant_id", f.MerchantID), equals("endpoint_id", f.EndpointID),
			equals("event_id", f.EventID), equals("state", string(f.State))))
}

// AddDelivery implements paylink.Tx.
func (t *tx) AddDelivery(d paylink.Delivery) error {
	t.wakeFor(d)
	return t.put(addDelivery, deliveryValues(d)...)
}

// SaveDelivery implements paylink.Tx.
func (t *tx) SaveDelivery(d paylink.Delivery, try *paylink.Try) error {
	t.wakeFor(d)
	saved, err := t.did(saveDelivery, append(deliveryValues(d), d.ID)...)
	if err != nil {
		return err
	}
	if !saved {
		return notFound("delivery", d.ID)
	}
	if try == nil {
		return nil
	}
	return t.put(addTry, try.DeliveryID, try.N, micros(try.At), int64(try.Took), try.Status, try.Error, try.Answer)
}

func (t *tx) wakeFor(d paylink.Delivery) {
	if !d.NextAt.IsZero() && !d.NextAt.After(t.Now()) {
		t.woke = true
	}
}

// CancelDeliveries implements paylink.Tx.
func (t *tx) CancelDeliveries(endpointID string) error {
	return t.put(cancelDeliveries, micros(t.Now()), endpointID)
}

// dueDeliveries finds the endpoints for which something waits by hopping through
// the index from one to the next, then looks at the oldest few of each. The cost
// grows with the endpoints, not with the backlog of one whose receiver is down.
// What is being sent counts among those few: the lease is looked at last.
func dueDeliveries(e *engine) string {
	return `WITH RECURSIVE waiting (endpoint_id) AS (
		SELECT min(endpoint_id) FROM delivery WHERE next_at > 0
		UNION ALL
		SELECT (SELECT min(d.endpoint_id) FROM delivery d WHERE d.next_at > 0 AND d.endpoint_id > w.endpoint_id)
		FROM waiting w WHERE w.endpoint_id IS NOT NULL
	), due AS MATERIALIZED (
		SELECT d.id FROM waiting w JOIN delivery d ON d.id IN (
			SELECT f.id FROM delivery f WHERE f.endpoint_id = w.endpoint_id AND f.next_at > 0 AND f.next_at <= $1
			ORDER BY f.next_at, f.id LIMIT $2)
		WHERE d.next_at > 0 AND d.next_at <= $1 AND d.lease_till <= $1
		ORDER BY d.next_at, d.id LIMIT $3` + e.skipOf("d") + `)
	UPDATE delivery SET lease_till = $4 WHERE id IN (SELECT id FROM due)
	RETURNING ` + deliveryColumns
}

// DueDeliveries implements paylink.Tx; the longest overdue come first. Of one
// endpoint no more than perEndpoint are out at a time, those of other claims
// included.
func (t *tx) DueDeliveries(limit, perEndpoint int, lease time.Duration) ([]paylink.Delivery, error) {
	now := t.Now()
	list, err := claimed(t, deliveryDest, dueDeliveries(t.engine), micros(now), perEndpoint, limit, micros(now.Add(lease)))
	slices.SortFunc(list, func(a, b paylink.Delivery) int { return a.NextAt.Compare(b.NextAt) })
	return list, err
}

const tryColumns = "delivery_id, n, at, took, status, error, answer"

func tryDest(t *paylink.Try) []any {
	return []any{&t.DeliveryID, num(&t.N), at(&t.At), (*int64)(&t.Took), num(&t.Status), &t.Error, &t.Answer}
}

var (
	addTry          = insertInto("delivery_try", tryColumns)
	triesOfDelivery = selectFrom("delivery_try", tryColumns, "WHERE delivery_id = $1 ORDER BY n")
)

// Tries implements paylink.Reader.
func (r *reader) Tries(deliveryID string) ([]paylink.Try, error) {
	return many(r, tryDest, triesOfDelivery, deliveryID)
}
