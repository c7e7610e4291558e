package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"paylink"
)

func eventDeliveries(t *testing.T, s store) {
	all, one, other := newEndpoint(), newEndpoint("a", "b"), newEndpoint("c")
	disabled, removed, stranger := newEndpoint(), newEndpoint(), newEndpoint()
	disabled.Disabled, removed.RemovedAt, stranger.MerchantID = true, then, "mer_2"
	e := newEvent("a")
	var now time.Time
	update(t, s, func(tx paylink.Tx) error {
		now = tx.Now()
		for _, v := range []paylink.Endpoint{all, one, other, disabled, removed, stranger} {
			if err := tx.PutEndpoint(v); err != nil {
				return err
			}
		}
		return tx.AddEvent(e)
	})
	list := view(t, s, func(r paylink.Reader) ([]paylink.Delivery, error) {
		return r.Deliveries(paylink.DeliveryFilter{EventID: e.ID, Paging: paylink.Paging{Limit: 10}})
	})
	got := make(map[string]bool)
	for _, d := range list {
		got[d.EndpointID] = true
		want := paylink.Delivery{ID: d.ID, EventID: e.ID, EventType: "a", EndpointID: d.EndpointID, MerchantID: merchant.ID,
			State: paylink.DeliveryWaiting, NextAt: now, CreatedAt: now}
		equal(t, "delivery", d, want)
	}
	equal(t, "who is told", got, map[string]bool{all.ID: true, one.ID: true})
}

// waiting puts endpoints with n deliveries each that are due.
func waiting(t *testing.T, s store, endpoints, n int) (ids []string) {
	t.Helper()
	update(t, s, func(tx paylink.Tx) error {
		ids = nil
		for range endpoints {
			e := newEndpoint()
			ids = append(ids, e.ID)
			if err := tx.PutEndpoint(e); err != nil {
				return err
			}
		}
		for range n {
			if err := tx.AddEvent(newEvent("a")); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

func dueDeliveriesOnce(t *testing.T, s store) {
	waiting(t, s, 3, 20)
	seen := drain(t, s, func(tx paylink.Tx) (ids []string, err error) {
		list, err := tx.DueDeliveries(7, 100, time.Hour)
		if len(list) > 7 {
			t.Errorf("asked for 7 and got %d", len(list))
		}
		for _, d := range list {
			ids = append(ids, d.ID)
			if !d.LeaseTill.Equal(tx.Now().Add(time.Hour)) {
				t.Errorf("the lease is till %v at %v", d.LeaseTill, tx.Now())
			}
		}
		return ids, err
	})
	if len(seen) != 60 {
		t.Errorf("%d of 60 due deliveries were claimed", len(seen))
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s was claimed %d times", id, times)
		}
	}
}

func fairDeliveries(t *testing.T, s store) {
	ids := waiting(t, s, 3, 30)
	claim := func() (list []paylink.Delivery) {
		update(t, s, func(tx paylink.Tx) (err error) {
			list, err = tx.DueDeliveries(100, 2, time.Hour)
			return err
		})
		return list
	}
	count := make(map[string]int)
	first := claim()
	for _, d := range first {
		count[d.EndpointID]++
	}
	equal(t, "deliveries of each endpoint", count, map[string]int{ids[0]: 2, ids[1]: 2, ids[2]: 2})
	equal(t, "more while those are out", len(claim()), 0)
	// One is done: its endpoint, and only that, has room for one more.
	update(t, s, func(tx paylink.Tx) error {
		d := first[0]
		d.State, d.NextAt, d.LeaseTill = paylink.DeliveryDone, time.Time{}, time.Time{}
		return tx.SaveDelivery(d, nil)
	})
	after := claim()
	if len(after) != 1 || after[0].EndpointID != first[0].EndpointID {
		t.Errorf("after one was done the claim gave %v", after)
	}
}

func cancelledDeliveries(t *testing.T, s store) {
	ids := waiting(t, s, 2, 3)
	update(t, s, func(tx paylink.Tx) error { return tx.CancelDeliveries(ids[0]) })
	update(t, s, func(tx paylink.Tx) error {
		list, err := tx.DueDeliveries(100, 100, time.Hour)
		for _, d := range list {
			if d.EndpointID != ids[1] {
				t.Errorf("a cancelled delivery is due: %v", d)
			}
		}
		equal(t, "those of the other endpoint", len(list), 3)
		return err
	})
	list := view(t, s, func(r paylink.Reader) ([]paylink.Delivery, error) {
		return r.Deliveries(paylink.DeliveryFilter{EndpointID: ids[0], State: paylink.DeliveryCancelled})
	})
	equal(t, "cancelled", len(list), 3)
}

func tries(t *testing.T, s store) {
	waiting(t, s, 1, 1)
	var d paylink.Delivery
	var made []paylink.Try
	for n := 1; n <= 2; n++ {
		try := paylink.Try{N: n, At: then, Took: 1234567 * time.Nanosecond, Status: 500, Error: fmt.Sprint(n), Answer: "no"}
		update(t, s, func(tx paylink.Tx) error {
			list, err := tx.Deliveries(paylink.DeliveryFilter{})
			if err != nil {
				return err
			}
			d = list[0]
			d.Tries, d.NextAt, d.LeaseTill, d.LastStatus, d.LastError = n, then.Add(time.Hour), time.Time{}, 500, "no"
			try.DeliveryID = d.ID
			return tx.SaveDelivery(d, &try)
		})
		made = append(made, try)
	}
	equal(t, "tries", view(t, s, func(r paylink.Reader) ([]paylink.Try, error) { return r.Tries(d.ID) }), made)
	equal(t, "delivery", view(t, s, func(r paylink.Reader) (paylink.Delivery, error) { return r.Delivery(d.ID) }), d)
	d.ID = "whd_unknown"
	err := s.Update(context.Background(), func(tx paylink.Tx) error { return tx.SaveDelivery(d, nil) })
	kind(t, "an unknown delivery", err, paylink.NotFound, "")
}
