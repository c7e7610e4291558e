package devdraft

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"paylink"
	"paylink/till"
)

// webhook is a webhook endpoint as it is answered (OpenAPI, WebhookResponseDto). Its
// secret is never told.
type webhook struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	URL       string        `json:"url"`
	Active    bool          `json:"isActive"`
	Encrypted bool          `json:"encrypted"`
	CreatedAt string        `json:"created_at"`
	UpdatedAt string        `json:"updated_at"`
	Stats     deliveryStats `json:"delivery_stats"`
}

type deliveryStats struct {
	Total      int     `json:"total_events"`
	Successful int     `json:"successful_deliveries"`
	Failed     int     `json:"failed_deliveries"`
	Last       *string `json:"last_delivery"`
}

// mostCountedDeliveries bounds the statistics: older deliveries are not looked at.
const mostCountedDeliveries = 1000

func showWebhook(e paylink.Endpoint, stats deliveryStats) webhook {
	name := e.Description
	if name == "" {
		if u, err := url.Parse(e.URL); err == nil {
			name = u.Host
		}
	}
	at := stamp(e.CreatedAt) // when it was changed is not written down
	return webhook{UUID(paylink.PrefixEndpoint, e.ID), name, e.URL, !e.Disabled, false, at, at, stats}
}

func statsOf(r paylink.Reader, endpoint string) (s deliveryStats, err error) {
	var last time.Time
	for p := (paylink.Paging{Limit: chunk}); s.Total < mostCountedDeliveries; {
		list, err := r.Deliveries(paylink.DeliveryFilter{EndpointID: endpoint, Paging: p})
		if err != nil {
			return s, err
		}
		for _, d := range list {
			s.Total++
			switch d.State {
			case paylink.DeliveryDone:
				s.Successful++
			case paylink.DeliveryGivenUp, paylink.DeliveryCancelled:
				s.Failed++
			}
			if d.DoneAt.After(last) {
				last = d.DoneAt
			}
		}
		if len(list) < p.Limit {
			break
		}
		p.Before = list[len(list)-1].ID
	}
	if !last.IsZero() {
		at := stamp(last)
		s.Last = &at
	}
	return s, nil
}

// ownSecret is the form of the secrets that merchants bring (pages: at least 32
// characters, letters, digits, '_' and '-').
var ownSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{32,64}$`)

// webhook reads members onto an endpoint, and the merchant's own secret in the form of
// ours, "" without one.
func (r *reader) webhook(e *paylink.Endpoint, check func(string) error) (secret string) {
	for _, name := range []string{"name", "url"} {
		if r.null(name) {
			r.need(name)
		}
	}
	r.text("name", 3, 100, &e.Description)
	before := e.URL
	r.text("url", 1, maxURL, &e.URL)
	if e.URL != before && check != nil {
		if err := check(e.URL); err != nil {
			r.wrong("Invalid webhook URL format: url " + err.Error())
		}
	}
	on, encrypted := !e.Disabled, false
	r.flag("isActive", &on)
	e.Disabled = !on
	if r.flag("encrypted", &encrypted); encrypted {
		r.wrong("encrypted must be false: bodies are signed and sent over TLS, and not encrypted beyond that")
	}
	text := ""
	v, _ := r.Member("signing_secret")
	r.text("signing_secret", 1, 200, &text)
	switch encoded, ours := strings.CutPrefix(v.Text, "whsec_"); {
	case text == "":
	case ours && isKey(encoded):
		secret = text
	case ownSecret.MatchString(text):
		secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(text))
	default:
		r.wrong("signing_secret must have 32 to 64 letters, digits, '_' and '-'")
	}
	return secret
}

// isKey reports base64 of a key as Standard Webhooks has them.
func isKey(encoded string) bool {
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	return err == nil && len(key) >= 24 && len(key) <= 64
}

func (h *Handler) createWebhook(c call) (answer, error) {
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	e := paylink.Endpoint{MerchantID: c.merchant}
	r := &reader{Value: c.body}
	r.need("name", "url")
	secret := r.webhook(&e, h.CheckHookURL)
	if err := r.err(); err != nil {
		return answer{}, err
	}
	change := h.Till.AddsEndpoint(e)
	if secret != "" {
		if change, err = h.Till.AddsEndpointWith(e, secret); err != nil {
			return answer{}, err
		}
	}
	return h.webhookChange(c, claim, http.StatusCreated, change)
}

func (h *Handler) webhookChange(c call, claim *paylink.Claim, status int, change till.Change) (answer, error) {
	var stats deliveryStats
	a, err := h.once(c, claim, func(tx paylink.Tx) (done till.Changed, err error) {
		if done, err = change(tx); err == nil {
			stats, err = statsOf(tx, done.Endpoint.ID)
		}
		return done, err
	}, func(d till.Changed) (int, string, any) { return status, d.Endpoint.ID, showWebhook(d.Endpoint, stats) })
	return a, absent(err, "Webhook")
}

func (h *Handler) updateWebhook(c call) (answer, error) {
	id, known := fromUUID(paylink.PrefixEndpoint, c.PathValue("id"))
	if !known {
		return answer{}, unknown("Webhook")
	}
	claim, err := c.claim(c.body)
	if err != nil {
		return answer{}, err
	}
	// The secret is judged before the endpoint is known.
	r := &reader{Value: c.body}
	secret := r.webhook(&paylink.Endpoint{}, h.CheckHookURL)
	if err := r.err(); err != nil {
		return answer{}, err
	}
	return h.webhookChange(c, claim, http.StatusOK, h.Till.AmendsEndpoint(c.merchant, id, func(e *paylink.Endpoint) error {
		r := &reader{Value: c.body}
		r.webhook(e, h.CheckHookURL)
		return r.err()
	}, secret))
}

// webhook reads the endpoint in the path.
func (h *Handler) webhook(c call) (v webhook, id string, err error) {
	id, known := fromUUID(paylink.PrefixEndpoint, c.PathValue("id"))
	if !known {
		return v, "", unknown("Webhook")
	}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		e, err := r.Endpoint(id)
		if err != nil || e.MerchantID != c.merchant || !e.RemovedAt.IsZero() {
			return orElse(absent(err, "Webhook"), unknown("Webhook"))
		}
		stats, err := statsOf(r, id)
		v = showWebhook(e, stats)
		return err
	})
	return v, id, err
}

func (h *Handler) readWebhook(c call) (answer, error) {
	v, _, err := h.webhook(c)
	return ok(v), err
}

func (h *Handler) deleteWebhook(c call) (answer, error) {
	v, id, err := h.webhook(c)
	if err == nil {
		err = absent(h.Till.RemoveEndpoint(c.Context(), c.merchant, id), "Webhook")
	}
	return ok(v), err
}

// listWebhooks gives the app's endpoints, newest first: there are few (till: at most 20).
func (h *Handler) listWebhooks(c call) (answer, error) {
	w, _, err := c.window()
	if err != nil {
		return answer{}, err
	}
	out := []webhook{}
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		all, err := r.Endpoints(c.merchant)
		slices.Reverse(all)
		for i, e := range all {
			if i < w.skip || len(out) == w.take {
				continue
			}
			stats, err := statsOf(r, e.ID)
			if err != nil {
				return err
			}
			out = append(out, showWebhook(e, stats))
		}
		return err
	})
	return ok(out), err
}
