package payroc_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"paylink/dialect/payroc"
)

// A token that was given is good for all of its hour, whatever happens to the server.
func TestATokenSurvivesARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(donation)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	r.open()
	r.at(day.Add(payroc.TokenLife - time.Minute))
	r.must(200, "GET", link, "")
	r.at(day.Add(payroc.TokenLife + time.Minute))
	r.must(401, "GET", link, "")
}

func TestARevokedKeyAndItsTokensAreWorthNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(donation)
	if err := r.till.Revoke(context.Background(), r.made.Credentials[0]); err != nil {
		t.Fatal(err)
	}
	r.must(401, "GET", link, "")
	r.must(401, "POST", "/authorize", "", "X-Api-Key: "+apiKey)
}

// What is another merchant's gets the answer of what does not exist.
func TestForeignThingsLookUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	mine, theirs := r.make(donation), ""
	r.enrol("Other", "other-key", "999900")
	me := r.token
	r.token = r.authorize("other-key")
	theirs = "/v1/payment-links/" + r.must(201, "POST", strings.Replace(terminal, "1234001", "9999001", 1), donation, key()).text(t, "paymentLinkId")
	r.token = me
	for _, c := range [][4]string{
		{"GET", theirs, "/v1/payment-links/AAAAAAAAAA", ""},
		{"GET", theirs, "/v1/payment-links/short", ""},
		{"PATCH", theirs, "/v1/payment-links/AAAAAAAAAA", `[{"op":"replace","path":"/expiresOn","value":"2027-06-30"}]`},
		{"POST", theirs + "/deactivate", "/v1/payment-links/AAAAAAAAAA/deactivate", ""},
		{"POST", strings.Replace(terminal, "1234001", "9999001", 1), strings.Replace(terminal, "1234001", "0000000", 1), donation},
		{"GET", strings.Replace(terminal, "1234001", "9999001", 1), strings.Replace(terminal, "1234001", "12%2F34%20%00", 1), ""},
	} {
		a, b := r.must(404, c[0], c[1], c[3], key()), r.must(404, c[0], c[2], c[3], key())
		if a.body != b.body {
			t.Errorf("%s %s: %s, not %s", c[0], c[1], a.body, b.body)
		}
	}
	r.must(400, "GET", terminal+"?after="+path.Base(theirs), "")
	r.must(200, "GET", mine, "")
}

// What goes wrong here is told as Payroc tells it, and its cause to the log only.
func TestWithoutItsStore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var log strings.Builder
	mux := http.NewServeMux()
	(&payroc.Handler{Till: r.till, Log: slog.New(slog.NewTextHandler(&log, nil))}).Mount(mux)
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest("POST", "/authorize", nil)
	req.Header.Set("X-Api-Key", apiKey)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, req)
	a := reply{w.Code, w.Header(), w.Body.String()}
	a.judge(t, "POST", "/authorize")
	if a.status < 500 || !strings.HasSuffix(a.text(t, "type"), "#api-error") || (a.status == 503) != (a.header.Get("Retry-After") == "1") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if !strings.Contains(log.String(), "path=/authorize") || strings.Contains(log.String(), apiKey) {
		t.Errorf("the log: %s", log.String())
	}
}
