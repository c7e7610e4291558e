package till_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/internal/signing"
)

// receiver is a merchant's webhook server that answers what it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []message
}

type message struct {
	header http.Header
	body   []byte
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	rc := &receiver{status: 200}
	rc.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		rc.mu.Lock()
		defer rc.mu.Unlock()
		rc.got = append(rc.got, message{q.Header.Clone(), body})
		w.WriteHeader(rc.status)
	}))
	t.Cleanup(rc.Close)
	return rc
}

func (rc *receiver) answer(status int) { rc.mu.Lock(); rc.status = status; rc.mu.Unlock() }

func (rc *receiver) messages() []message {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	return slices.Clone(rc.got)
}

func (r *rig) endpoint(url string, types ...string) (paylink.Endpoint, signing.Secret) {
	r.t.Helper()
	e, secret, err := r.AddEndpoint(r.t.Context(), paylink.Endpoint{MerchantID: r.merchant.ID, URL: url, Types: types})
	if err != nil {
		r.t.Fatal(err)
	}
	return e, secret
}

func (r *rig) deliver() {
	r.t.Helper()
	for {
		n, err := r.Deliver(r.t.Context(), 50)
		if err != nil {
			r.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (r *rig) deliveries() (list []paylink.Delivery) {
	r.t.Helper()
	err := r.Read(r.t.Context(), func(rd paylink.Reader) (err error) {
		list, err = rd.Deliveries(paylink.DeliveryFilter{MerchantID: r.merchant.ID, Paging: paylink.Paging{Limit: 100}})
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func TestAnEventIsSignedAndSentOnce(t *testing.T) {
	t.Parallel()
	r, rc := newRig(t), newReceiver(t)
	_, secret := r.endpoint(rc.URL, paylink.EventPaymentSucceeded)
	addr, id := r.issue(nil)
	r.pay(r.order(addr, id, "ok"))
	r.deliver()
	r.deliver()
	got := rc.messages()
	if len(got) != 1 {
		t.Fatalf("%d messages, want one", len(got))
	}
	if err := signing.Verify(got[0].header, got[0].body, time.Now(), secret); err != nil {
		t.Error(err)
	}
	if d := r.deliveries(); len(d) != 1 || d[0].State != paylink.DeliveryDone || d[0].Tries != 1 {
		t.Errorf("deliveries %+v", d)
	}
}

// Receivers answer what they like. One that took the message is not sent it again
// because its answer is no text.
func TestAnAnswerOfAnyBytesIsWrittenDown(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a\x00\xffb") }))
		t.Cleanup(server.Close)
		r.endpoint(server.URL, paylink.EventPaymentSucceeded)
		addr, id := r.issue(nil)
		r.pay(r.order(addr, id, "ok"))
		r.deliver()
		d := r.deliveries()[0]
		var tries []paylink.Try
		err := r.Read(t.Context(), func(rd paylink.Reader) (err error) { tries, err = rd.Tries(d.ID); return err })
		if d.State != paylink.DeliveryDone || err != nil || len(tries) != 1 || tries[0].Answer != "a??b" {
			t.Errorf("%+v, tries %+v, %v", d, tries, err)
		}
	})
}

func TestAFailedDeliveryIsRetriedForThreeDaysWithTheSameBytes(t *testing.T) {
	t.Parallel()
	r, rc := newRig(t), newReceiver(t)
	r.endpoint(rc.URL, paylink.EventPaymentSucceeded)
	rc.answer(500)
	addr, id := r.issue(nil)
	r.pay(r.order(addr, id, "ok"))
	total := time.Duration(0)
	for range 120 {
		r.deliver()
		if r.deliveries()[0].State != paylink.DeliveryWaiting {
			break
		}
		total += time.Hour
		r.pass(time.Hour)
	}
	got := rc.messages()
	d := r.deliveries()[0]
	if d.State != paylink.DeliveryGivenUp || len(got) != 10 || total < 60*time.Hour || total > 95*time.Hour {
		t.Errorf("%s after %d tries in %s", d.State, len(got), total)
	}
	for _, m := range got[1:] {
		if m.header.Get(signing.HeaderID) != got[0].header.Get(signing.HeaderID) || string(m.body) != string(got[0].body) {
			t.Error("a retry is another message")
		}
	}
	rc.answer(200)
	if _, err := r.Replay(t.Context(), r.merchant.ID, d.ID); err != nil {
		t.Fatal(err)
	}
	r.deliver()
	if after := rc.messages(); len(after) != 11 || after[10].header.Get(signing.HeaderID) != got[0].header.Get(signing.HeaderID) {
		t.Errorf("replay sent %d messages", len(after)-10)
	}
	if _, err := r.Replay(t.Context(), "mer_other", d.ID); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("a stranger replayed: %v", err)
	}
}

func TestAnEndpointThatSaysGoneIsDisabledAndTheMerchantTold(t *testing.T) {
	t.Parallel()
	r, rc, other := newRig(t), newReceiver(t), newReceiver(t)
	e, _ := r.endpoint(rc.URL)
	r.endpoint(other.URL, paylink.EventEndpointDisabled)
	rc.answer(410)
	addr, id := r.issue(nil)
	r.pay(r.order(addr, id, "ok"))
	r.deliver()
	if got := r.events(e.ID); !slices.Equal(got, []string{paylink.EventEndpointDisabled}) {
		t.Errorf("told %v", got)
	}
	if len(other.messages()) != 1 {
		t.Errorf("the other endpoint heard %d messages", len(other.messages()))
	}
	before := len(rc.messages())
	r.pay(r.order(addr, id, "ok"))
	r.deliver()
	if len(rc.messages()) != before {
		t.Error("a disabled endpoint was called")
	}
	if _, err := r.EnableEndpoint(t.Context(), r.merchant.ID, e.ID); err != nil {
		t.Fatal(err)
	}
	rc.answer(200)
	r.pay(r.order(addr, id, "ok"))
	r.deliver()
	if len(rc.messages()) == before {
		t.Error("an endpoint that was enabled again hears nothing")
	}
}

func TestFiveDaysOfFailureDisableAnEndpoint(t *testing.T) {
	t.Parallel()
	r, rc := newRig(t), newReceiver(t)
	e, _ := r.endpoint(rc.URL)
	rc.answer(503)
	addr, id := r.issue(nil)
	for range 8 {
		r.pay(r.order(addr, id, "ok"))
		r.deliver()
		r.pass(20 * time.Hour)
	}
	r.deliver()
	var now paylink.Endpoint
	if err := r.Read(t.Context(), func(rd paylink.Reader) (err error) { now, err = rd.Endpoint(e.ID); return err }); err != nil {
		t.Fatal(err)
	}
	if !now.Disabled || now.DisabledReason == "" {
		t.Errorf("endpoint %+v", now)
	}
}

func TestDuringRotationBothSecretsSign(t *testing.T) {
	t.Parallel()
	r, rc := newRig(t), newReceiver(t)
	e, old := r.endpoint(rc.URL, paylink.EventPaymentSucceeded)
	_, fresh, err := r.RotateEndpoint(t.Context(), r.merchant.ID, e.ID)
	if err != nil {
		t.Fatal(err)
	}
	addr, id := r.issue(nil)
	r.pay(r.order(addr, id, "ok"))
	r.deliver()
	m := rc.messages()[0]
	for name, s := range map[string]signing.Secret{"old": old, "new": fresh} {
		if err := signing.Verify(m.header, m.body, time.Now(), s); err != nil {
			t.Errorf("%s secret: %v", name, err)
		}
	}
	r.pass(25 * time.Hour)
	r.pay(r.order(addr, id, "ok"))
	r.deliver()
	m = rc.messages()[1]
	if err := signing.Verify(m.header, m.body, time.Now().Add(25*time.Hour), fresh); err != nil {
		t.Errorf("new secret after a day: %v", err)
	}
	if err := signing.Verify(m.header, m.body, time.Now().Add(25*time.Hour), old); err == nil {
		t.Error("the old secret still signs after a day")
	}
}

func TestAMerchantsOwnSecretSigns(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	rc := newReceiver(t)
	const first, second = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	change, err := r.AddsEndpointWith(paylink.Endpoint{MerchantID: r.merchant.ID, URL: rc.URL}, first)
	if err != nil {
		t.Fatal(err)
	}
	e := r.did(change).Endpoint
	r.issue(nil)
	r.deliver()
	changed := r.did(r.AmendsEndpoint(r.merchant.ID, e.ID, func(e *paylink.Endpoint) error { e.Description = "Mine"; return nil }, second)).Endpoint
	if changed.Description != "Mine" || changed.URL != rc.URL {
		t.Errorf("changed: %+v", changed)
	}
	r.issue(nil)
	r.deliver()
	got := rc.messages()
	if len(got) != 2 {
		t.Fatalf("%d messages", len(got))
	}
	for i, texts := range [][]string{{first}, {first, second}} {
		for _, text := range texts {
			secret, err := signing.ParseSecret(text)
			if err == nil {
				err = signing.Verify(got[i].header, got[i].body, time.Now(), secret)
			}
			if err != nil {
				t.Errorf("message %d by %s: %v", i, text, err)
			}
		}
	}
	// Switched off it hears nothing; on again it does.
	off := func(is bool) {
		r.did(r.AmendsEndpoint(r.merchant.ID, e.ID, func(e *paylink.Endpoint) error { e.Disabled = is; return nil }, ""))
		r.issue(nil)
		r.deliver()
	}
	off(true)
	off(false)
	if n := len(rc.messages()); n != 3 {
		t.Errorf("%d messages", n)
	}
	if _, err := r.AddsEndpointWith(paylink.Endpoint{}, "whsec_x"); paylink.KindOf(err) != paylink.Invalid || err == nil {
		t.Errorf("a secret that is none: %v", err)
	}
	if err := r.refused(r.AmendsEndpoint(r.merchant.ID, e.ID, func(*paylink.Endpoint) error { return nil }, "short")); paylink.KindOf(err) != paylink.Invalid {
		t.Errorf("a secret that is none: %v", err)
	}
}

func TestARemovedEndpointHearsNothingMore(t *testing.T) {
	t.Parallel()
	r, rc := newRig(t), newReceiver(t)
	e, _ := r.endpoint(rc.URL)
	addr, id := r.issue(nil)
	if err := r.RemoveEndpoint(t.Context(), "mer_other", e.ID); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("a stranger removed it: %v", err)
	}
	if err := r.RemoveEndpoint(t.Context(), r.merchant.ID, e.ID); err != nil {
		t.Fatal(err)
	}
	r.pay(r.order(addr, id, "ok"))
	r.deliver()
	if n := len(rc.messages()); n != 0 {
		t.Errorf("%d messages after removal", n)
	}
	for _, d := range r.deliveries() {
		if d.State != paylink.DeliveryCancelled {
			t.Errorf("delivery %s is %s", d.ID, d.State)
		}
	}
}
