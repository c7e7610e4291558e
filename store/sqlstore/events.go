package sqlstore

import "paylink"

const eventColumns = "id, merchant_id, type, object_id, version, body, created_at"

func eventDest(e *paylink.Event) []any {
	return []any{&e.ID, &e.MerchantID, &e.Type, &e.ObjectID, num(&e.Version), (*octets)(&e.Body), at(&e.CreatedAt)}
}

var (
	eventByID = selectFrom("event", eventColumns, "WHERE id = $1")
	addEvent  = insertInto("event", eventColumns)
)

// Event implements paylink.Reader.
func (r *reader) Event(id string) (paylink.Event, error) {
	return find(r, "event", id, eventDest, eventByID, id)
}

// Events implements paylink.Reader.
func (r *reader) Events(f paylink.EventFilter) ([]paylink.Event, error) {
	merchant, kind := equals("merchant_id", f.MerchantID), equals("type", f.Type)
	if f.ObjectID != "" {
		merchant, kind = aside("merchant_id", f.MerchantID), aside("type", f.Type)
	}
	return list(r, eventDest, "event", eventColumns, f.Paging, where(merchant, kind, equals("object_id", f.ObjectID)))
}

// listener is as much of an endpoint as it takes to see whether it wants an event.
const listeners = "SELECT id, types FROM endpoint WHERE merchant_id = $1 AND removed_at = 0 AND disabled = 0 ORDER BY id"

func listenerDest(e *paylink.Endpoint) []any { return []any{&e.ID, document{&e.Types}} }

// AddEvent implements paylink.Tx.
func (t *tx) AddEvent(e paylink.Event) error {
	if err := t.put(addEvent, e.ID, e.MerchantID, e.Type, e.ObjectID, e.Version, blob(e.Body), micros(e.CreatedAt)); err != nil {
		return err
	}
	endpoints, err := many(&t.reader, listenerDest, listeners, e.MerchantID)
	if err != nil {
		return err
	}
	now := t.Now()
	for _, to := range endpoints {
		if !to.Wants(e.Type) {
			continue
		}
		err := t.AddDelivery(paylink.Delivery{ID: paylink.NewID(paylink.PrefixDelivery, now), EventID: e.ID, EventType: e.Type,
			EndpointID: to.ID, MerchantID: e.MerchantID, State: paylink.DeliveryWaiting, NextAt: now, CreatedAt: now})
		if err != nil {
			return err
		}
	}
	return nil
}

const endpointColumns = `id, merchant_id, url, description, types, secret, old_secret, old_secret_until, disabled,
	disabled_reason, failing_since, created_at, removed_at`

func endpointDest(e *paylink.Endpoint) []any {
	return []any{&e.ID, &e.MerchantID, &e.URL, &e.Description, document{&e.Types}, (*octets)(&e.Secret), (*octets)(&e.OldSecret), at(&e.OldSecretUntil),
		&e.Disabled, &e.DisabledReason, at(&e.FailingSince), at(&e.CreatedAt), at(&e.RemovedAt)}
}

var (
	endpointByID        = selectFrom("endpoint", endpointColumns, "WHERE id = $1")
	endpointsOfMerchant = selectFrom("endpoint", endpointColumns, "WHERE merchant_id = $1 AND removed_at = 0 ORDER BY id")
	putEndpoint         = upsertInto("endpoint", endpointColumns, "id")
)

// Endpoint implements paylink.Reader; removed ones are found too.
func (r *reader) Endpoint(id string) (paylink.Endpoint, error) {
	return find(r, "endpoint", id, endpointDest, endpointByID, id)
}

// Endpoints implements paylink.Reader: those that exist, oldest first.
func (r *reader) Endpoints(merchantID string) ([]paylink.Endpoint, error) {
	return many(r, endpointDest, endpointsOfMerchant, merchantID)
}

// LockEndpoint implements paylink.Tx.
func (t *tx) LockEndpoint(id string) (paylink.Endpoint, error) {
	return find(&t.reader, "endpoint", id, endpointDest, endpointByID+t.engine.lock, id)
}

// PutEndpoint implements paylink.Tx.
func (t *tx) PutEndpoint(e paylink.Endpoint) error {
	return t.put(putEndpoint, e.ID, e.MerchantID, e.URL, e.Description, encode(e.Types), blob(e.Secret), blob(e.OldSecret),
		micros(e.OldSecretUntil), truth(e.Disabled), e.DisabledReason, micros(e.FailingSince), micros(e.CreatedAt), micros(e.RemovedAt))
}
