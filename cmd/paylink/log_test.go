package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
)

func TestCardNumbersAndTokensLeaveNoLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"card 4111111111111111.", "card [removed]."},
		{"card 4111 1111 1111 1111, 4111-1111-1111-1111", "card [removed], [removed]"},
		{"378282246310005", "[removed]"},
		{"4242 4242 4242 4242 12/27 and 1 4242  4242  4242  4242", "[removed] 12/27 and 1 [removed]"},
		{"4242\u00a04242\u202f4242.4242/12 ４２４２４２４２４２４２４２４２", "[removed]/12 [removed]"},
		{"4111111111111112 is no card number", "4111111111111112 is no card number"},
		{"12345678901234567890123 is too long", "12345678901234567890123 is too long"},
		{"0000000000000000", "0000000000000000"},
		{"/pay/RFGeAhGS2hHpt7LMDwyogI?x", "/pay/[removed]?x"},
		{"/pay/short", "/pay/short"},
		{"key sk_nXR7dIzTDsP9p6s8TZ6TIoQze4rZtUoqvekTavUOoVS, again sk_nXR7dIzTDsP9p6s8TZ6TIoQze4rZtUoqvekTavUOoVS", "key sk_[removed], again sk_[removed]"},
		{"whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxs", "whsec_[removed]"},
		{"nothing here", "nothing here"},
		{"", ""},
	} {
		if got := scrubText(c.in); got != c.want {
			t.Errorf("%q became %q, want %q", c.in, got, c.want)
		}
	}
}

func TestOnlyListedFieldsAreLogged(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := newLog(&b, slog.LevelInfo)
	log.Info("a line", "status", 200, "email", "canary@payer.example", "api_key", "canary-key", slog.Group("payer", "status", "canary-group"))
	log.With("card", "canary-card").Error("4242 4242 4242 4242", "error", "token sk_canarycanarycanarycanary")
	got := b.String()
	if strings.Contains(got, "canary") || strings.Contains(got, "4242") || !strings.Contains(got, `"status":200`) || strings.Count(got, "\n") != 2 {
		t.Errorf("the log holds\n%s", got)
	}
}

func TestWhatALineQuotesStaysJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "plain", `a "quote"`, `back\slash`, "line\nbreak", "é", "\xff"} {
		line := appendText(nil, "", text)
		if !json.Valid(line) {
			t.Errorf("%q became %s", text, line)
		}
	}
}

func TestLinesThatWaitKeepTheirOrder(t *testing.T) {
	t.Parallel()
	var out output
	log := newLog(&out, slog.LevelInfo)
	log.lines.later([]byte("first 4111111111111111\n"))
	log.lines.later([]byte("second\n"))
	log.Info("third")
	if got := out.String(); !strings.HasPrefix(got, "first [removed]\nsecond\n{") {
		t.Errorf("the log holds\n%s", got)
	}
	log.lines.later([]byte("fourth\n"))
	eventually(t, "a line that waits is written by itself", func() bool { return strings.HasSuffix(out.String(), "fourth\n") })
}
