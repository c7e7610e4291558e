package till

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"paylink"
	"paylink/internal/fault"
	"paylink/internal/signing"
)

// retries is how long after each failed try the next one comes: about 75 hours in
// all (Standard Webhooks 1.0.0, the specification's own example).
var retries = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

const (
	// disableAfter is how long an endpoint may fail without one success.
	disableAfter = 5 * 24 * time.Hour
	hookTimeout  = 15 * time.Second
	hookLease    = time.Minute
	perEndpoint  = 4 // at once, so that a slow receiver delays no other merchant's
	answerKept   = 512
)

// Deliver sends up to limit events that are due, signed, each to its endpoint, and
// writes down what came of it. It gives how many it took; zero says that nothing is
// due. A delivery whose mark was lost in a crash is sent again: receivers know it
// by its webhook-id, which never changes.
func (t *Till) Deliver(ctx context.Context, limit int) (int, error) {
	var due []paylink.Delivery
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		due, err = tx.DueDeliveries(limit, perEndpoint, hookLease)
		fault.Point("K17.before")
		return err
	})
	fault.Point("K17.after")
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(due))
	for i, d := range due {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = alone(func() error { return t.deliver(ctx, d) })
		}()
	}
	wg.Wait()
	return len(due), errors.Join(errs...)
}

func (t *Till) deliver(ctx context.Context, d paylink.Delivery) error {
	var e paylink.Event
	var to paylink.Endpoint
	var at time.Time
	err := t.Store.View(ctx, func(r paylink.Reader) (err error) {
		if e, err = r.Event(d.EventID); err == nil {
			to, err = r.Endpoint(d.EndpointID)
		}
		at = r.Now()
		return err
	})
	if err != nil {
		return err
	}
	try := paylink.Try{DeliveryID: d.ID, N: d.Tries + 1, At: at}
	wait := time.Duration(0)
	if to.Disabled || !to.RemovedAt.IsZero() {
		return t.cancelDelivery(ctx, d)
	}
	start := time.Now()
	try.Status, try.Answer, wait, err = t.post(ctx, to, e, at)
	try.Took = time.Since(start)
	if err != nil {
		try.Error = brief(err)
	}
	fault.Point("K18.after")
	return t.mark(ctx, d, try, wait)
}

// post sends one signed message. The error is for the log of tries: it is nil
// exactly when the receiver took the message (2xx).
func (t *Till) post(ctx context.Context, to paylink.Endpoint, e paylink.Event, at time.Time) (status int, answer string, wait time.Duration, err error) {
	secrets, err := t.secrets(to, at)
	if err != nil {
		return 0, "", 0, err
	}
	ctx, stop := context.WithTimeout(ctx, hookTimeout)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(e.Body))
	if err != nil {
		return 0, "", 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "paylink-webhooks/1")
	if err := signing.Sign(req.Header, e.ID, at, e.Body, secrets...); err != nil {
		return 0, "", 0, err
	}
	res, err := t.Hooks.Do(req)
	if err != nil {
		return 0, "", 0, err
	}
	defer res.Body.Close()
	head, _ := io.ReadAll(io.LimitReader(res.Body, answerKept))
	if s, perr := strconv.Atoi(res.Header.Get("Retry-After")); perr == nil && s > 0 {
		wait = min(time.Duration(s)*time.Second, 24*time.Hour)
	}
	if res.StatusCode/100 != 2 {
		err = fmt.Errorf("the receiver answered %d", res.StatusCode)
	}
	return res.StatusCode, storable(string(head)), wait, err
}

// mark writes down what came of a try and plans the next.
func (t *Till) mark(ctx context.Context, d paylink.Delivery, try paylink.Try, wait time.Duration) error {
	err := t.Store.Update(context.WithoutCancel(ctx), func(tx paylink.Tx) error {
		cur, err := tx.Delivery(d.ID)
		if err != nil || cur.State != paylink.DeliveryWaiting {
			return err
		}
		cur.Tries, cur.LastStatus, cur.LastError, cur.LeaseTill = try.N, try.Status, try.Error, time.Time{}
		to, err := tx.LockEndpoint(d.EndpointID)
		if err != nil {
			return err
		}
		switch {
		case try.Error == "":
			cur.State, cur.DoneAt, cur.NextAt = paylink.DeliveryDone, tx.Now(), time.Time{}
		case try.N > len(retries):
			cur.State, cur.NextAt = paylink.DeliveryGivenUp, time.Time{}
		default:
			cur.NextAt = tx.Now().Add(max(jitter(retries[try.N-1]), wait))
		}
		if err := tx.SaveDelivery(cur, &try); err != nil {
			return err
		}
		err = t.health(tx, to, try)
		fault.Point("K19.before")
		return err
	})
	fault.Point("K19.after")
	return err
}

// jitter spreads retries by a tenth either way, so that a receiver that comes back
// is not met by all at once.
func jitter(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}

// health keeps since when an endpoint has failed without a success, and disables it
// after long failure or when it says that it is gone (410), telling the merchant.
func (t *Till) health(tx paylink.Tx, to paylink.Endpoint, try paylink.Try) error {
	was := to.FailingSince
	switch {
	case try.Error == "":
		to.FailingSince = time.Time{}
	case to.FailingSince.IsZero():
		to.FailingSince = tx.Now()
	}
	reason := ""
	switch {
	case try.Status == http.StatusGone:
		reason = "the receiver answered 410 Gone"
	case try.Error != "" && !was.IsZero() && tx.Now().Sub(was) > disableAfter:
		reason = "every delivery has failed since " + was.Format(time.RFC3339)
	}
	if reason == "" || to.Disabled {
		if to.FailingSince.Equal(was) {
			return nil
		}
		return tx.PutEndpoint(to)
	}
	to.Disabled, to.DisabledReason = true, reason
	if err := tx.PutEndpoint(to); err != nil {
		return err
	}
	if err := tx.CancelDeliveries(to.ID); err != nil {
		return err
	}
	return addEvent(tx, to.MerchantID, paylink.EventEndpointDisabled, to.ID, 1, endpointAlert{to.ID, to.URL, reason})
}

type endpointAlert struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

func (t *Till) cancelDelivery(ctx context.Context, d paylink.Delivery) error {
	return t.Store.Update(ctx, func(tx paylink.Tx) error {
		d.State, d.NextAt, d.LeaseTill = paylink.DeliveryCancelled, time.Time{}, time.Time{}
		return tx.SaveDelivery(d, nil)
	})
}
