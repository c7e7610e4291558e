package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Event is what happened. Raw is the whole, byte for byte what webhooks carry.
type Event struct {
	ID        string          `json:"id"`
	Object    string          `json:"object"`
	Type      string          `json:"type"` // "payment.succeeded"
	CreatedAt time.Time       `json:"created_at"`
	Version   int             `json:"object_version"`
	Data      json.RawMessage `json:"data"` // the object as it was then
	Raw       json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the bytes beside their meaning.
func (e *Event) UnmarshalJSON(raw []byte) error {
	type plain Event
	e.Raw = slices.Clone(raw)
	return json.Unmarshal(raw, (*plain)(e))
}

// Link is the event's data as a link.
func (e Event) Link() (l Link, err error) { return l, json.Unmarshal(e.Data, &l) }

// Payment is the event's data as a payment.
func (e Event) Payment() (p Payment, err error) { return p, json.Unmarshal(e.Data, &p) }

// EventFilter narrows a list; empty fields do not.
type EventFilter struct {
	Type   string
	Object string // the id of a link, a payment …
}

func (f EventFilter) query() url.Values {
	q := url.Values{}
	set(q, "type", f.Type)
	set(q, "object", f.Object)
	return q
}

// Events are what the merchant was told.
type Events struct{ c *Client }

// Show reads an event.
func (e *Events) Show(ctx context.Context, id string) (out Event, err error) {
	err = e.c.call(ctx, request{method: http.MethodGet, path: "/events/" + segment(id)}, &out)
	return out, err
}

// List gives events, newest first.
func (e *Events) List(ctx context.Context, f EventFilter) iter.Seq2[Event, error] {
	return walk(ctx, e.c, "/events", f.query(), func(one Event) string { return one.ID })
}

// settling is how late an event may become visible behind one with a larger id: two
// servers of one store commit side by side.
const settling = 10 * time.Second

// Follow gives events as they happen, oldest first, from behind the one that after
// names; with "" from now on. It asks every so often and ends with the context, or
// with an error that asking again does not mend. Where it was interrupted it goes on
// with the last id that it gave.
func (e *Events) Follow(ctx context.Context, f EventFilter, after string, every time.Duration) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if after == "" {
			after = "evt_" // older than every event
			for newest, err := range e.List(ctx, EventFilter{}) {
				if err != nil {
					yield(Event{}, err)
					return
				}
				after = newest.ID
				break
			}
		}
		given := map[string]bool{after: true}
		for {
			fresh, err := e.since(ctx, f, after)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			var newest time.Time
			for _, one := range fresh {
				if one.CreatedAt.After(newest) {
					newest = one.CreatedAt
				}
				if given[one.ID] {
					continue
				}
				given[one.ID] = true
				if !yield(one, nil) {
					return
				}
			}
			for _, one := range fresh {
				if newest.Sub(one.CreatedAt) > settling { // nothing comes behind it any more
					after = one.ID
				}
			}
			for id := range given {
				if id < after {
					delete(given, id)
				}
			}
			if sleep(ctx, every) != nil {
				return
			}
		}
	}
}

// since is everything that is newer than an id, oldest first.
func (e *Events) since(ctx context.Context, f EventFilter, after string) (all []Event, err error) {
	for {
		q := f.query()
		q.Set("after", after)
		q.Set("limit", strconv.Itoa(pageSize))
		var p Page[Event]
		if err := e.c.call(ctx, request{method: http.MethodGet, path: "/events", query: q}, &p); err != nil {
			return nil, err
		}
		slices.Reverse(p.Data)
		all = append(all, p.Data...)
		if !p.HasMore || len(p.Data) == 0 {
			return all, nil
		}
		after = p.Data[len(p.Data)-1].ID
	}
}
