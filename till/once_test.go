package till_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"paylink"
	"paylink/till"
)

func addHook(r *rig, url string) till.Change {
	return r.AddsEndpoint(paylink.Endpoint{MerchantID: r.merchant.ID, URL: url})
}

func shown(c till.Changed) (int, string, []byte) {
	return 201, c.Endpoint.ID, []byte(c.Endpoint.ID + " " + c.Secret.Reveal())
}

func TestAKeyUsedByManyAtOnceDoesItsChangeOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	answers := make([]till.Answer, 64)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			claim := &paylink.Claim{Scope: "s", Key: "k", Fingerprint: "f"}
			a, err := r.Once(t.Context(), claim, addHook(r, "https://example.com/"), shown)
			if err != nil {
				t.Error(err)
			}
			answers[i] = a
		})
	}
	wg.Wait()
	first := 0
	for _, a := range answers {
		if !bytes.Equal(a.Body, answers[0].Body) || a.Status != 201 || a.LinkID != answers[0].LinkID {
			t.Fatalf("answers differ: %d %s", a.Status, a.Body)
		}
		if !a.Replayed {
			first++
		}
	}
	var have []paylink.Endpoint
	err := r.Read(t.Context(), func(rd paylink.Reader) (err error) {
		have, err = rd.Endpoints(r.merchant.ID)
		return err
	})
	if err != nil || len(have) != 1 || first != 1 {
		t.Errorf("%d endpoints by %d calls that were the first, %v", len(have), first, err)
	}
}

func TestAKeyIsKeptByWhatSucceededOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	claim := &paylink.Claim{Scope: "s", Key: "k", Fingerprint: "f"}
	refused := errors.New("refused")
	fail := func(paylink.Tx) (till.Changed, error) { return till.Changed{}, refused }
	if _, err := r.Once(t.Context(), claim, fail, shown); !errors.Is(err, refused) {
		t.Fatalf("a failing change: %v", err)
	}
	made, err := r.Once(t.Context(), claim, addHook(r, "https://example.com/"), shown)
	if err != nil || made.Replayed {
		t.Fatalf("the key was burnt by a failure: %+v, %v", made, err)
	}
	// What would fail the second time is the first time's answer.
	again, err := r.Once(t.Context(), claim, fail, shown)
	if err != nil || !again.Replayed || !bytes.Equal(again.Body, made.Body) {
		t.Errorf("again: %+v, %v", again, err)
	}
	_, err = r.Once(t.Context(), &paylink.Claim{Scope: "s", Key: "k", Fingerprint: "g"}, addHook(r, "https://example.com/"), shown)
	if paylink.KindOf(err) != paylink.Reused {
		t.Errorf("another request under the key: %v", err)
	}
	if _, err = r.Once(t.Context(), &paylink.Claim{Scope: "t", Key: "k", Fingerprint: "g"}, addHook(r, "https://example.com/"), shown); err != nil {
		t.Errorf("the same key of somebody else: %v", err)
	}
}

// A stored answer that holds a secret must be sealed, and to its own row.
func TestAStoredAnswerIsSealedToItsKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	claim := &paylink.Claim{Scope: "s", Key: "k", Fingerprint: "f"}
	made, err := r.Once(t.Context(), claim, addHook(r, "https://example.com/"), shown)
	if err != nil {
		t.Fatal(err)
	}
	var kept paylink.Claim
	if err := r.Read(t.Context(), func(rd paylink.Reader) (err error) { kept, err = rd.Claim("s", "k"); return err }); err != nil {
		t.Fatal(err)
	}
	// The rig's sealer puts the context in front of the text.
	if want := append([]byte("claim\x00s\x00k"), made.Body...); !bytes.Equal(kept.Body, want) || kept.ObjectID != made.LinkID {
		t.Errorf("kept: %q about %s", kept.Body, kept.ObjectID)
	}
}

func TestAMerchantHasTwentyEndpointsAtMost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var last string
	for range 20 {
		e, _, err := r.AddEndpoint(t.Context(), paylink.Endpoint{MerchantID: r.merchant.ID, URL: "https://example.com/"})
		if err != nil {
			t.Fatal(err)
		}
		last = e.ID
	}
	if _, _, err := r.AddEndpoint(t.Context(), paylink.Endpoint{MerchantID: r.merchant.ID, URL: "https://example.com/"}); paylink.CodeOf(err) != "too_many_endpoints" {
		t.Errorf("the 21st: %v", err)
	}
	if err := r.RemoveEndpoint(t.Context(), r.merchant.ID, last); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.AddEndpoint(t.Context(), paylink.Endpoint{MerchantID: r.merchant.ID, URL: "https://example.com/"}); err != nil {
		t.Errorf("after one was removed: %v", err)
	}
}
