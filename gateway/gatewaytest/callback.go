package gatewaytest

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"paylink"
)

// callbacks takes a real callback of the gateway and then forges it.
func callbacks(t *testing.T, h Harness, g paylink.CallbackReader) {
	k := key(t)
	h.pay(t, h.charge(k, h.Token(t, Approved)))
	header, body := h.Callback(t, k)
	now := time.Now()
	n, err := g.ReadCallback(header, body, now)
	if err != nil {
		t.Fatalf("a true callback is refused: %v", err)
	}
	if n.EventID == "" || n.Account != h.Account || n.Key != k {
		t.Fatalf("notice %+v", n)
	}
	h.wantSound(t, n.Outcome, paylink.OutcomeCaptured)

	refuse := func(name string, header http.Header, body []byte, now time.Time) {
		t.Helper()
		n, err := g.ReadCallback(header, body, now)
		if kind := paylink.KindOf(err); err == nil || (kind != paylink.Unauthenticated && kind != paylink.Invalid) {
			t.Errorf("%s: %+v, %v; wanted a refusal", name, n, err)
		}
	}
	refuse("no signature", http.Header{}, body, now)
	refuse("another body", header, append(bytes.Clone(body), ' '), now)
	refuse("an amount that was changed", header, bytes.Replace(body, []byte("2500"), []byte("2501"), 1), now)
	refuse("another key", header, bytes.Replace(body, []byte(k), []byte("pay_forged"), -1), now)
	refuse("an empty body", header, nil, now)
	refuse("a day old", header, body, now.Add(24*time.Hour))
	refuse("a day ahead", header, body, now.Add(-24*time.Hour))
	for name := range header {
		forged := header.Clone()
		v := []byte(forged.Get(name))
		if len(v) < 20 || name == "Content-Type" || name == "User-Agent" || name == "Accept-Encoding" {
			continue
		}
		v[len(v)-1] ^= 1 // the last digit of the signature
		forged.Set(name, string(v))
		refuse("a forged "+name, forged, body, now)
	}
}
