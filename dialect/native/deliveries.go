package native

import (
	"net/http"
	"time"

	"paylink"
	"paylink/till"
)

// deliveryAnswer is one event on its way to one endpoint.
type deliveryAnswer struct {
	ID          string                `json:"id"`
	Object      string                `json:"object"` // "delivery"
	Event       string                `json:"event"`
	EventType   string                `json:"event_type"`
	Endpoint    string                `json:"webhook_endpoint"`
	State       paylink.DeliveryState `json:"state"`
	Tries       int                   `json:"tries"`
	NextTryAt   *time.Time            `json:"next_try_at,omitempty"`
	LastStatus  int                   `json:"last_status,omitempty"`
	LastError   string                `json:"last_error,omitempty"`
	CreatedAt   time.Time             `json:"created_at"`
	DeliveredAt *time.Time            `json:"delivered_at,omitempty"`
}

func viewDelivery(d paylink.Delivery) deliveryAnswer {
	return deliveryAnswer{ID: d.ID, Object: "delivery", Event: d.EventID, EventType: d.EventType, Endpoint: d.EndpointID,
		State: d.State, Tries: d.Tries, NextTryAt: orNil(d.NextAt), LastStatus: d.LastStatus, LastError: d.LastError,
		CreatedAt: d.CreatedAt, DeliveredAt: orNil(d.DoneAt)}
}

// tryAnswer is one sending. What the receiver answered is its own merchant's
// business, and nobody else's: an endpoint can't be used to read other machines,
// because private addresses are not dialled.
type tryAnswer struct {
	N      int       `json:"n"`
	At     time.Time `json:"at"`
	TookMS int64     `json:"took_ms"`
	Status int       `json:"status"` // 0: no answer came
	Error  string    `json:"error,omitempty"`
	Answer string    `json:"answer,omitempty"` // its beginning
}

var deliveryStates = []string{string(paylink.DeliveryWaiting), string(paylink.DeliveryDone),
	string(paylink.DeliveryGivenUp), string(paylink.DeliveryCancelled)}

func (h *Handler) listDeliveries(c call) (answer, error) {
	q, err := c.query("state", "event")
	if err != nil {
		return answer{}, err
	}
	state, err := q.one("state", deliveryStates...)
	if err != nil {
		return answer{}, err
	}
	var out list[deliveryAnswer]
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		e, err := h.endpoint(c, r)
		if err != nil {
			return err
		}
		all, err := r.Deliveries(paylink.DeliveryFilter{MerchantID: c.merchant, EndpointID: e.ID, EventID: q.get("event"),
			State: paylink.DeliveryState(state), Paging: q.paging()})
		all, more := trim(q, all)
		out = newList[deliveryAnswer](more)
		for _, d := range all {
			out.Data = append(out.Data, viewDelivery(d))
		}
		return err
	})
	return ok(out), err
}

func (h *Handler) delivery(c call, r paylink.Reader) (paylink.Delivery, error) {
	d, err := r.Delivery(c.id())
	if err != nil || d.MerchantID != c.merchant {
		return d, theirs(err, "delivery")
	}
	return d, nil
}

func (h *Handler) readDelivery(c call) (answer, error) {
	var d paylink.Delivery
	err := h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		d, err = h.delivery(c, r)
		return err
	})
	return ok(viewDelivery(d)), err
}

// listTries gives all sendings of a delivery, oldest first: there are ten at most.
func (h *Handler) listTries(c call) (answer, error) {
	out := newList[tryAnswer](false)
	err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		d, err := h.delivery(c, r)
		if err != nil {
			return err
		}
		all, err := r.Tries(d.ID)
		for _, t := range all {
			out.Data = append(out.Data, tryAnswer{N: t.N, At: t.At, TookMS: t.Took.Milliseconds(), Status: t.Status, Error: t.Error, Answer: t.Answer})
		}
		return err
	})
	return ok(out), err
}

func (h *Handler) replayDelivery(c call) (answer, error) {
	if err := c.empty(); err != nil {
		return answer{}, err
	}
	return h.once(c, "delivery", h.Till.Replays(c.merchant, c.id()), func(d till.Changed) (int, string, any) {
		return http.StatusCreated, d.Delivery.ID, viewDelivery(d.Delivery)
	})
}
