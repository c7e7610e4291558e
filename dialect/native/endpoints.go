package native

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"paylink"
	"paylink/till"
)

// endpointAnswer is a webhook endpoint. Its secret is shown when it is made and
// when it is rotated, and at no other time.
type endpointAnswer struct {
	ID             string     `json:"id"`
	Object         string     `json:"object"` // "webhook_endpoint"
	URL            string     `json:"url"`
	Description    string     `json:"description,omitempty"`
	Types          []string   `json:"types"` // empty: all
	Enabled        bool       `json:"enabled"`
	DisabledReason string     `json:"disabled_reason,omitempty"`
	FailingSince   *time.Time `json:"failing_since,omitempty"`
	Secret         string     `json:"secret,omitempty"`
	OldSecretUntil *time.Time `json:"old_secret_until,omitempty"`
	CreatedAt      time.Time  `json:"created_at"`
}

func viewEndpoint(e paylink.Endpoint) endpointAnswer {
	v := endpointAnswer{ID: e.ID, Object: "webhook_endpoint", URL: e.URL, Description: e.Description, Types: e.Types,
		Enabled: !e.Disabled, DisabledReason: e.DisabledReason, FailingSince: orNil(e.FailingSince),
		OldSecretUntil: orNil(e.OldSecretUntil), CreatedAt: e.CreatedAt}
	if v.Types == nil {
		v.Types = []string{}
	}
	return v
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *Handler) makeEndpoint(c call) (answer, error) {
	e, err := h.readHook(c)
	if err != nil {
		return answer{}, err
	}
	return h.once(c, "webhook_endpoint", h.Till.AddsEndpoint(e), func(d till.Changed) (int, string, any) {
		v := viewEndpoint(d.Endpoint)
		v.Secret = d.Secret.Reveal()
		return http.StatusCreated, v.ID, v
	})
}

func (h *Handler) readHook(c call) (paylink.Endpoint, error) {
	r := &reader{}
	e := paylink.Endpoint{MerchantID: c.merchant}
	if !r.object("", c.body, "url", "description", "types") {
		return e, r.faults.Err()
	}
	e.Description = r.text(c.body, "", "description", maxTitle)
	before := len(r.faults)
	e.URL = r.text(c.body, "", "url", maxURL)
	if len(r.faults) == before {
		if e.URL == "" {
			r.fault("url", "required", "say where events should be sent")
		} else if err := h.CheckHookURL(e.URL); err != nil {
			r.fault("url", "url", "%v", err)
		}
	}
	for i, item := range r.items(c.body, "", "types", len(eventTypes)) {
		path := fmt.Sprintf("types[%d]", i)
		switch {
		case !slices.Contains(eventTypes, item.Text):
			r.fault(path, "event_type", "is not a type of event")
		case slices.Contains(e.Types, item.Text):
			r.fault(path, "twice", "is given twice")
		default:
			e.Types = append(e.Types, item.Text)
		}
	}
	return e, r.faults.Err()
}

func (h *Handler) rotateEndpoint(c call) (answer, error) {
	if err := c.empty(); err != nil {
		return answer{}, err
	}
	return h.once(c, "webhook_endpoint", h.Till.RotatesEndpoint(c.merchant, c.id()), func(d till.Changed) (int, string, any) {
		v := viewEndpoint(d.Endpoint)
		v.Secret = d.Secret.Reveal()
		return http.StatusOK, v.ID, v
	})
}

func (h *Handler) enableEndpoint(c call) (answer, error) {
	if err := c.empty(); err != nil {
		return answer{}, err
	}
	return h.once(c, "webhook_endpoint", h.Till.EnablesEndpoint(c.merchant, c.id()), func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Endpoint.ID, viewEndpoint(d.Endpoint)
	})
}

// empty refuses a body with members where none has a meaning.
func (c call) empty() error {
	r := &reader{}
	r.object("", c.body)
	return r.faults.Err()
}

func (h *Handler) removeEndpoint(c call) (answer, error) {
	err := h.Till.RemoveEndpoint(c.Context(), c.merchant, c.id())
	if paylink.KindOf(err) == paylink.NotFound {
		err = unknown("webhook_endpoint")
	}
	return answer{status: http.StatusNoContent}, err
}

// endpoint reads one that is the caller's and still exists.
func (h *Handler) endpoint(c call, r paylink.Reader) (paylink.Endpoint, error) {
	e, err := r.Endpoint(c.id())
	if err != nil || e.MerchantID != c.merchant || !e.RemovedAt.IsZero() {
		return e, theirs(err, "webhook_endpoint")
	}
	return e, nil
}

func (h *Handler) readEndpoint(c call) (answer, error) {
	var e paylink.Endpoint
	err := h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		e, err = h.endpoint(c, r)
		return err
	})
	return ok(viewEndpoint(e)), err
}

// listEndpoints gives all of them: there are few (till: at most 20).
func (h *Handler) listEndpoints(c call) (answer, error) {
	out := newList[endpointAnswer](false)
	err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		all, err := r.Endpoints(c.merchant)
		slices.Reverse(all)
		for _, e := range all {
			out.Data = append(out.Data, viewEndpoint(e))
		}
		return err
	})
	return ok(out), err
}
