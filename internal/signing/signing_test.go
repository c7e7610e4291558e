package signing_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"paylink/internal/signing"
)

// The vector that the official libraries test themselves with.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorTime      = 1614265330
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

func secret(t *testing.T, text string) signing.Secret {
	t.Helper()
	s, err := signing.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signed(t *testing.T, secrets ...signing.Secret) http.Header {
	t.Helper()
	h := http.Header{}
	if err := signing.Sign(h, vectorID, time.Unix(vectorTime, 999), []byte(vectorBody), secrets...); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestTheOfficialVector(t *testing.T) {
	t.Parallel()
	h := signed(t, secret(t, vectorSecret))
	if got := h.Get("Webhook-Signature"); got != vectorSignature {
		t.Errorf("signature %q, want %q", got, vectorSignature)
	}
	if h.Get("webhook-id") != vectorID || h.Get("webhook-timestamp") != "1614265330" {
		t.Errorf("headers %v", h)
	}
	if err := signing.Verify(h, []byte(vectorBody), time.Unix(vectorTime, 0), secret(t, vectorSecret)); err != nil {
		t.Error(err)
	}
}

func TestRotationSignsWithBothSecrets(t *testing.T) {
	t.Parallel()
	older, newer := secret(t, vectorSecret), signing.NewSecret()
	h := signed(t, newer, older)
	list := strings.Split(h.Get("webhook-signature"), " ")
	if len(list) != 2 || list[1] != vectorSignature {
		t.Fatalf("signatures %q", list)
	}
	now := time.Unix(vectorTime, 0)
	for name, s := range map[string]signing.Secret{"old": older, "new": newer} {
		if err := signing.Verify(h, []byte(vectorBody), now, s); err != nil {
			t.Errorf("receiver with the %s secret: %v", name, err)
		}
	}
	if err := signing.Verify(h, []byte(vectorBody), now, signing.NewSecret(), newer); err != nil {
		t.Errorf("receiver with two secrets: %v", err)
	}
}

func TestWhatWasChangedIsRefused(t *testing.T) {
	t.Parallel()
	s, now := secret(t, vectorSecret), time.Unix(vectorTime, 0)
	for name, c := range map[string]struct {
		change func(http.Header)
		body   string
		want   error
	}{
		"nothing":             {func(http.Header) {}, vectorBody, nil},
		"body":                {func(http.Header) {}, vectorBody + " ", signing.ErrSignature},
		"empty body":          {func(http.Header) {}, "", signing.ErrSignature},
		"id":                  {func(h http.Header) { h.Set("webhook-id", "msg_other") }, vectorBody, signing.ErrSignature},
		"time":                {func(h http.Header) { h.Set("webhook-timestamp", "1614265331") }, vectorBody, signing.ErrSignature},
		"moved dot":           {func(h http.Header) { h.Set("webhook-id", vectorID+".1614265330") }, vectorBody, signing.ErrSignature},
		"signature":           {func(h http.Header) { h.Set("webhook-signature", "v1,"+strings.Repeat("A", 43)+"=") }, vectorBody, signing.ErrSignature},
		"short signature":     {func(h http.Header) { h.Set("webhook-signature", "v1,") }, vectorBody, signing.ErrSignature},
		"other version":       {func(h http.Header) { h.Set("webhook-signature", "v2"+vectorSignature[2:]) }, vectorBody, signing.ErrSignature},
		"no base64":           {func(h http.Header) { h.Set("webhook-signature", "v1,*** "+vectorSignature) }, vectorBody, nil},
		"asymmetric besides":  {func(h http.Header) { h.Set("webhook-signature", "v1a,xyz "+vectorSignature) }, vectorBody, nil},
		"no id":               {func(h http.Header) { h.Del("webhook-id") }, vectorBody, signing.ErrHeaders},
		"no time":             {func(h http.Header) { h.Del("webhook-timestamp") }, vectorBody, signing.ErrHeaders},
		"no signature":        {func(h http.Header) { h.Del("webhook-signature") }, vectorBody, signing.ErrHeaders},
		"time with plus":      {func(h http.Header) { h.Set("webhook-timestamp", "+1614265330") }, vectorBody, signing.ErrHeaders},
		"time with fraction":  {func(h http.Header) { h.Set("webhook-timestamp", "1614265330.5") }, vectorBody, signing.ErrHeaders},
		"time beyond numbers": {func(h http.Header) { h.Set("webhook-timestamp", "99999999999999999999") }, vectorBody, signing.ErrHeaders},
		"time far away":       {func(h http.Header) { h.Set("webhook-timestamp", "9223372036854775807") }, vectorBody, signing.ErrTimestamp},
	} {
		h := signed(t, s)
		c.change(h)
		if err := signing.Verify(h, []byte(c.body), now, s); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := signing.Verify(signed(t, s), []byte(vectorBody), now, signing.NewSecret()); !errors.Is(err, signing.ErrSignature) {
		t.Errorf("a stranger's secret: %v", err)
	}
	if err := signing.Verify(signed(t, s), []byte(vectorBody), now, signing.Secret{}); !errors.Is(err, signing.ErrSignature) {
		t.Errorf("an empty secret: %v", err)
	}
}

func TestToleranceIsFiveMinutesBothWays(t *testing.T) {
	t.Parallel()
	s := secret(t, vectorSecret)
	h := signed(t, s)
	for away, want := range map[time.Duration]error{
		300 * time.Second: nil, -300 * time.Second: nil, 301 * time.Second: signing.ErrTimestamp, -301 * time.Second: signing.ErrTimestamp,
	} {
		if err := signing.Verify(h, []byte(vectorBody), time.Unix(vectorTime, 0).Add(away), s); !errors.Is(err, want) {
			t.Errorf("%s away: %v, want %v", away, err, want)
		}
	}
}

func TestSecretsHave24To64Bytes(t *testing.T) {
	t.Parallel()
	of := func(n int) string { return "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for _, n := range []int{24, 32, 64} {
		if s := secret(t, of(n)); s.Reveal() != of(n) {
			t.Errorf("%d bytes come back as %q", n, s.Reveal())
		}
	}
	for _, text := range []string{"", "whsec_", of(23), of(65), vectorSecret[6:], "WHSEC_" + vectorSecret[6:], vectorSecret + "=", vectorSecret + "\n", "whsec_" + strings.Repeat("*", 32)} {
		if _, err := signing.ParseSecret(text); err == nil || len(text) > 10 && strings.Contains(err.Error(), text[6:]) {
			t.Errorf("%q: error %v", text, err)
		}
	}
	a, b := signing.NewSecret(), signing.NewSecret()
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(a.Reveal(), "whsec_"))
	if err != nil || len(raw) != 32 || a.Reveal() == b.Reveal() {
		t.Errorf("new secrets of %d bytes, %v", len(raw), err)
	}
}

func TestSecretsDoNotShowInLogs(t *testing.T) {
	t.Parallel()
	s := secret(t, vectorSecret)
	for _, verb := range []string{"%v", "%s", "%+v", "%#v", "%q", "%x"} {
		if text := fmt.Sprintf(verb, s); strings.Contains(text, vectorSecret[6:]) {
			t.Errorf("%s shows %q", verb, text)
		}
	}
	type holder struct{ S signing.Secret }
	if text := fmt.Sprintf("%+v %#v", holder{s}, holder{s}); strings.Contains(text, vectorSecret[6:]) || strings.Contains(text, "0x") {
		t.Errorf("inside a struct it shows as %q", text)
	}
}

func TestSignRefusesWhatCannotBeVerified(t *testing.T) {
	t.Parallel()
	s, at := signing.NewSecret(), time.Unix(vectorTime, 0)
	for _, id := range []string{"", "a.b", "a b", "a\n", "é"} {
		h := http.Header{}
		if err := signing.Sign(h, id, at, nil, s); err == nil || len(h) > 0 {
			t.Errorf("id %q is signed: %v", id, h)
		}
	}
	for name, secrets := range map[string][]signing.Secret{"no secret": nil, "an empty secret": {s, {}}} {
		if err := signing.Sign(http.Header{}, "msg_1", at, nil, secrets...); err == nil {
			t.Errorf("%s signs", name)
		}
	}
}
