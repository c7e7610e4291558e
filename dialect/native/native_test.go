package native_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/dialecttest"
	"paylink/till"
)

func TestTheTranscriptsAreKept(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	dialecttest.Run(t, r.mux, "testdata/*.txt", func(t *testing.T) map[string]string {
		m := r.merchant(t.Name())
		return map[string]string{"key": m.key, "terminal": m.terminal}
	})
}

// Whatever is wrong with a link is told at once, each under its field.
func TestABrokenOrderIsToldWhole(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	for body, want := range map[string]string{
		`{}`: "amount amount_choice",
		`{"amount":"1","lines":[{"amount":"1"}],"currency":"USD"}`: "amount amount_choice",
		`{"amount":"25.00"}`:                                                                          "currency required",
		`{"amount":25.00,"currency":"USD"}`:                                                           "amount type",
		`{"amount":19.99,"currency":"USD","titel":"x"}`:                                               "amount type|titel unknown_field",
		`{"amount":"25.001","currency":"USD"}`:                                                        "amount amount",
		`{"amount":"1e3","currency":"USD"}`:                                                           "amount amount",
		`{"amount":"+1","currency":"USD"}`:                                                            "amount amount",
		`{"amount":"0.00","currency":"USD"}`:                                                          "amount amount_range",
		`{"amount":"-5","currency":"USD"}`:                                                            "amount amount",
		`{"amount":"1","currency":"usd"}`:                                                             "currency currency_unknown",
		`{"amount":"1","currency":"JPY"}`:                                                             "currency currency_terminal",
		`{"amount":{"minor":2500,"currency":"USD"},"currency":"EUR"}`:                                 "amount.currency currency_mixed",
		`{"amount":{"minor":25.5,"currency":"USD"}}`:                                                  "amount.minor type",
		`{"amount":{"minor":1e3,"currency":"USD"}}`:                                                   "amount.minor type",
		`{"amount":{"minor":1000000000000000,"currency":"USD"}}`:                                      "amount amount_range",
		`{"amount":{"minor":2500,"currency":"USD","decimal":"2.50"}}`:                                 "amount.decimal decimal",
		`{"lines":[],"currency":"USD"}`:                                                               "lines empty",
		`{"lines":[{"amount":"1"},{"title":"x"}],"currency":"USD"}`:                                   "lines[1].amount required",
		`{"lines":[{"amount":{"minor":1,"currency":"USD"}},{"amount":{"minor":1,"currency":"EUR"}}]}`: "lines[1].amount.currency currency_mixed",
		`{"lines":[{"amount":"999999999999.00"},{"amount":"9999999999999.00"}],"currency":"USD"}`:     "lines total_too_large",
		`{"open_amount":{"min":"10","max":"5"},"currency":"USD"}`:                                     "open_amount line_range",
		`{"open_amount":{"min":"10"},"currency":"USD"}`:                                               "open_amount.max required",
		`{"amount":"1","currency":"USD","max_uses":-1}`:                                               "max_uses range",
		`{"amount":"1","currency":"USD","max_uses":"2"}`:                                              "max_uses range",
		`{"amount":"1","currency":"USD","max_uses":1.0}`:                                              "max_uses range",
		`{"amount":"1","currency":"USD","expires_at":"tomorrow"}`:                                     "expires_at time",
		`{"amount":"1","currency":"USD","expires_at":"2020-01-01T00:00:00Z"}`:                         "expires_at past",
		`{"amount":"1","currency":"USD","redirect_url":"javascript:alert(1)"}`:                        "redirect_url url",
		`{"amount":"1","currency":"USD","redirect_url":"//evil.example"}`:                             "redirect_url url",
		`{"amount":"1","currency":"USD","redirect_url":"https://good@evil.example/"}`:                 "redirect_url url",
		`{"amount":"1","currency":"USD","language":"english please"}`:                                 "language language",
		`{"amount":"1","currency":"USD","country":"XX"}`:                                              "country country",
		`{"amount":"1","currency":"USD","terminal":"ter_0"}`:                                          "terminal terminal_unknown",
		`{"amount":"1","currency":"EUR","terminal":"` + m.terminal + `"}`:                             "currency currency_terminal",
		`{"amount":"1","currency":"USD","hold":"yes"}`:                                                "hold type",
		`{"amount":"1","currency":"USD","ask":{"shoe_size":true}}`:                                    "ask.shoe_size unknown_field",
		`{"amount":"1","currency":"USD","ask":true}`:                                                  "ask type",
		`{"amount":"1","currency":"USD","metadata":{"a":1}}`:                                          "metadata.a type",
		`{"amount":"1","currency":"USD","metadata":{"":"x"}}`:                                         "metadata[0] key",
		`{"amount":"1","currency":"USD","metadata":{"a":"` + strings.Repeat("x", 501) + `"}}`:         "metadata.a too_long",
		`{"amount":"1","currency":"USD","title":"` + strings.Repeat("é", 201) + `"}`:                  "title too_long",
		`{"amount":"1","currency":"USD","title":"4111 1111 1111 1111"}`:                               "title card_number",
		`{"amount":"1","currency":"USD","reference":"4111-1111-1111-1111"}`:                           "reference card_number",
		`{"amount":"1","currency":"USD","title":"pay\u202eUSD"}`:                                      "title text",
		`{"amount":"1","currency":"USD","id":"plk_mine","paid_count":7,"state":"closed"}`:             "id unknown_field|paid_count unknown_field|state unknown_field",
		`{"amount":"x","currency":"USD","language":"?","max_uses":9999999}`:                           "amount amount|language language|max_uses range",
	} {
		a := m.must(400, "POST", "/links", body)
		got := a.codes(t)
		slices.Sort(got)
		if strings.Join(got, "|") != want {
			t.Errorf("%s\n got %v\nwant %s", body, got, want)
		}
		if a.header.Get("Content-Type") != "application/problem+json" || a.get(t, "type") != "/problems/invalid" {
			t.Errorf("%s: no problem document: %s", body, a.body)
		}
	}
	if n := len(m.must(200, "GET", "/links", "").get(t, "data").([]any)); n != 0 {
		t.Errorf("broken orders made %d links", n)
	}
}

func TestTooManyOfAThingIsRefused(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	lines := strings.TrimSuffix(strings.Repeat(`{"amount":"1"},`, 101), ",")
	if got := m.must(400, "POST", "/links", `{"currency":"USD","lines":[`+lines+`]}`).codes(t); !slices.Contains(got, "lines too_many") {
		t.Errorf("101 lines: %v", got)
	}
	meta := map[string]string{}
	for i := range 51 {
		meta[strings.Repeat("k", i+1)] = "v"
	}
	raw, _ := json.Marshal(map[string]any{"currency": "USD", "amount": "1", "metadata": meta})
	if got := m.must(400, "POST", "/links", string(raw)).codes(t); !slices.Contains(got, "metadata too_many") {
		t.Errorf("51 keys: %v", got)
	}
}

func TestWhatCannotBeReadIsRefusedBeforeAnything(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	for _, c := range []struct {
		body, header string
		status       int
		code         string
	}{
		{`{"a":`, "", 400, "body_unreadable"},
		{`{"amount":"1","AMOUNT":"2"}`, "", 400, "duplicate_member"},
		{`{} {}`, "", 400, "body_unreadable"},
		{`[]`, "", 400, "invalid"},
		{cake, "Content-Type: text/plain", 415, "media_type"},
		{cake, "Content-Encoding: gzip", 415, "content_encoding"},
		{`{"title":"` + strings.Repeat("x", 70_000) + `"}`, "", 413, "body_too_large"},
		{cake, "Idempotency-Key: ", 400, "idempotency_key"},
		{cake, "Idempotency-Key: " + strings.Repeat("k", 256), 400, "idempotency_key"},
	} {
		header := c.header
		if header == "" {
			header = "X-Nothing: 1"
		}
		a := m.must(c.status, "POST", "/links", c.body, header)
		if a.get(t, "code") != c.code || a.get(t, "type") != "/problems/"+c.code || a.header.Get("X-Request-Id") == "" {
			t.Errorf("%.40s: %s", c.body, a.body)
		}
	}
}

func TestWithoutAGoodKeyNothingIsTold(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	bad := []string{"", "Bearer", "Bearer sk_wrong", "Basic " + m.key, "Bearer " + m.key + "x", "Bearer " + m.key + ",x", m.key}
	first := ""
	for _, auth := range bad {
		for _, path := range []string{"/links", "/links/plk_1"} {
			a := m.must(401, "GET", path, "", "Authorization: "+auth)
			if a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%q: no WWW-Authenticate", auth)
			}
			if strings.HasPrefix(auth, "Bearer sk_wrong") {
				first = a.body
			} else if strings.HasPrefix(auth, "Bearer "+m.key+"x") && a.body != first {
				t.Errorf("unknown and wrong keys differ: %s and %s", first, a.body)
			}
		}
	}
	// A body that can't be read is not looked at before the key.
	m.must(401, "POST", "/links", `{"a":`, "Authorization: Bearer sk_wrong")
	if err := r.till.Revoke(t.Context(), m.credential); err != nil {
		t.Fatal(err)
	}
	if a := m.must(401, "GET", "/links", ""); a.body != first {
		t.Errorf("a revoked key is told apart: %s", a.body)
	}
}

func TestUnknownPathsAndMethodsAreProblems(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	if a := m.must(404, "GET", "/nothing", ""); a.get(t, "code") != "not_found" {
		t.Errorf("unknown path: %s", a.body)
	}
	a := m.must(405, "PUT", "/links", "{}")
	if a.get(t, "code") != "method_not_allowed" || a.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("unknown method: %s, Allow %q", a.body, a.header.Get("Allow"))
	}
	if a := m.must(405, "PATCH", "/webhook_endpoints/whe_1", "{}"); a.header.Get("Allow") != "DELETE, GET, HEAD" {
		t.Errorf("Allow %q", a.header.Get("Allow"))
	}
	m.must(200, "HEAD", "/links", "")
}

// Secrets at rest: the key as a hash, webhook secrets sealed, wherever they may be.
func TestNoSecretIsAtRestInClear(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	made := m.must(201, "POST", "/webhook_endpoints", `{"url":"https://example.com/hook"}`, "Idempotency-Key: k")
	rotated := m.must(200, "POST", "/webhook_endpoints/"+made.id(t)+"/rotate", "", "Idempotency-Key: k")
	var raw []byte
	files, err := filepath.Glob(r.dsn + "*") // the write-ahead log too
	for _, file := range files {
		one, rerr := os.ReadFile(file)
		raw, err = append(raw, one...), errors.Join(err, rerr)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), made.id(t)) {
		t.Fatal("the file does not hold the endpoint: the test looks at the wrong place")
	}
	for what, secret := range map[string]string{"key": m.key, "webhook secret": made.get(t, "secret").(string), "new secret": rotated.get(t, "secret").(string)} {
		if strings.Contains(string(raw), secret) || strings.Contains(string(raw), strings.TrimPrefix(secret, "whsec_")) {
			t.Errorf("the %s is in the file in clear", what)
		}
	}
}

func TestTheDocumentIsServedToAnybody(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	res, err := http.Get(r.url + "/api/v1/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var doc struct{ OpenAPI string }
	if err := json.NewDecoder(res.Body).Decode(&doc); err != nil || res.StatusCode != 200 || doc.OpenAPI != "3.1.0" {
		t.Errorf("%d %+v %v", res.StatusCode, doc, err)
	}
}

func TestAHoldNeedsATerminalThatTakesCards(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	if _, err := m.till.Enrol(t.Context(), till.Enrolment{Merchant: &paylink.Merchant{ID: m.id}, Terminals: []paylink.Terminal{
		{Name: "Coins", Gateway: "sandbox", Account: "acct_a", Currency: "USDC", Methods: []paylink.Method{paylink.Stablecoin}}}}); err != nil {
		t.Fatal(err)
	}
	if got := m.must(400, "POST", "/links", `{"amount":"1","currency":"USDC","hold":true}`).codes(t); !slices.Equal(got, []string{"hold hold_terminal"}) {
		t.Errorf("%v", got)
	}
	m.must(201, "POST", "/links", `{"amount":"1","currency":"USDC"}`)
	m.must(201, "POST", "/links", `{"amount":"1","currency":"USD","hold":true}`)
}
