package payroc_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"paylink"
)

func TestAKeyIsRememberedForSevenDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	once := key()
	first := r.must(201, "POST", terminal, pizza, once)
	for _, c := range []struct {
		after time.Duration
		same  bool
	}{{7*24*time.Hour - time.Minute, true}, {7*24*time.Hour + time.Minute, false}} {
		r.at(day.Add(c.after))
		r.token = r.authorize(apiKey)
		if again := r.must(201, "POST", terminal, pizza, once); (again.body == first.body) != c.same {
			t.Errorf("after %s: %s", c.after, again.body)
		}
	}
}

func TestALinkIsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, c := range map[string]struct {
		body string
		is   func(paylink.Link) bool
	}{
		"typed": {donation, func(l paylink.Link) bool {
			return l.MaxUses == 0 && l.Price.Open() && l.Price.Lines[0].Min == 1 && l.Price.Lines[0].Max == 99_999_999 && l.ExpiresAt.IsZero() && !l.Save
		}},
		"single": {pizza, func(l paylink.Link) bool {
			return l.MaxUses == 1 && l.Price.Lines[0].Amount == 4999 && l.Reference == "LinkRef7654" && l.Scope == "" &&
				l.Page.Description == "Large pizza" && l.ExpiresAt.Equal(time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC)) && len(l.Page.Methods) == 2
		}},
		"held, by card only": {strings.Replace(pizza, `"sale"`, `"preAuthorization"`, 1), func(l paylink.Link) bool {
			return l.Hold && len(l.Page.Methods) == 1 && l.Page.Methods[0] == paylink.Card
		}},
		"kept": {strings.Replace(pizza, `"authType"`, `"credentialOnFile":{"tokenize":true},"customLabels":[{"label":"Eat <now>"}],"authType"`, 1),
			func(l paylink.Link) bool { return l.Save && l.Page.Button == "Eat <now>" }},
		"for ever": {strings.Replace(pizza, "2026-12-20", "9999-12-31", 1), func(l paylink.Link) bool { return l.ExpiresAt.IsZero() }},
		"today":    {strings.Replace(pizza, "2026-12-20", "2026-11-20", 1), func(l paylink.Link) bool { return !l.ExpiresAt.IsZero() }},
	} {
		a := r.must(201, "POST", terminal, c.body, key())
		if l, err := r.link(a); err != nil || !c.is(l) {
			t.Errorf("%s: %+v %v", name, l, err)
		}
		if strings.Contains(a.text(t, "assets.paymentButton"), "<now>") {
			t.Errorf("the button's text is not escaped: %s", a.body)
		}
	}
}

// All that is wrong is told at once.
func TestAllBrokenRulesAreTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.must(400, "POST", terminal, `{"type":"singleUse","merchantReference":"4111 1111 1111 1111","order":{"description":7,"charge":{"type":"preset","amount":"5","currency":"usd"}},
		"authType":"preAuthorization","paymentMethods":["bankTransfer"],"customLabels":[{"label":""},3],"credentialOnFile":{"tokenize":"yes","mitAgreement":"never"}}`, key())
	want := "[merchantReference order.orderId order.description order.charge.currency order.charge.amount paymentMethods customLabels[0].label customLabels[1] expiresOn credentialOnFile.mitAgreement credentialOnFile.tokenize]"
	if got := fmt.Sprint(a.parameters(t)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, body := range []string{"", "[]", "null", "{", donation + donation, strings.Replace(donation, `"type":"multiUse"`, `"type":"multiUse","TYPE":"singleUse"`, 1),
		strings.Replace(donation, `"currency"`, `"amount":5,"currency"`, 1), strings.Replace(donation, `["card"]`, `[]`, 1), strings.Replace(donation, `USD`, `EUR`, 1)} {
		r.must(400, "POST", terminal, body, key())
	}
	// Members that nobody knows, and nulls, are as good as absent.
	r.must(201, "POST", terminal, strings.Replace(donation, `"authType"`, `"colour":"red","customLabels":null,"expiresOn":null,"authType"`, 1), key())
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(donation)
	for accept, status := range map[string]int{"": 200, "*/*": 200, "application/json": 200, "application/*;q=0.1": 200, "text/html": 406, "text/html, */*;q=0.5": 200,
		"*/*, application/json;q=0": 406, "application/json;q=0.0, text/html": 406, "application/problem+json": 406, ";;": 200} {
		if a := r.send("GET", link, "", "Accept: "+accept); a.status != status {
			t.Errorf("Accept: %s: %d, want %d", accept, a.status, status)
		}
	}
	r.must(200, "GET", link, "", "Content-Type: text/plain")
	r.must(200, "PATCH", link, `[]`, key(), "Content-Type: application/json-patch+json")
	r.must(415, "PATCH", link, `[]`, key(), "Content-Encoding: gzip")
	for _, c := range [][3]string{{"PUT", link, "GET, PATCH"}, {"DELETE", terminal, "GET, POST"}, {"GET", "/authorize", "POST"}} {
		if a := r.must(405, c[0], c[1], ""); a.header.Get("Allow") != c[2] {
			t.Errorf("%s %s: Allow %s", c[0], c[1], a.header.Get("Allow"))
		}
	}
	r.must(404, "GET", link+"/sharing-events/x", "")
	r.token = ""
	for _, header := range []string{"X-Nothing: 1", "Authorization: Bearer ", "Authorization: Bearer " + apiKey, "Authorization: Basic x", "X-Api-Key: " + apiKey} {
		r.must(401, "GET", link, "", header)
	}
}

// Of Payroc's currencies all are known, and only the terminal's is taken.
func TestCurrencies(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var f struct{ Codes []string }
	raw, err := os.ReadFile("testdata/currencies.json")
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil || len(f.Codes) != 171 {
		t.Fatalf("%d currencies, %v", len(f.Codes), err)
	}
	for _, code := range append(f.Codes, "BYN", "usd", "") {
		a := r.send("POST", terminal, strings.Replace(donation, "USD", code, 1), key())
		known := strings.Contains(a.body, "the currency of the processing terminal")
		if listed := slices.Contains(f.Codes, code); (a.status == 201) != (code == "USD") || known != (listed && code != "USD") {
			t.Errorf("%q: %d %s", code, a.status, a.body)
		}
	}
}

// A key in quotes (IETF draft) or capitals is the same key; two keys are none
// (trust.md H-66).
func TestAKeyIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := newUUID()
	first := r.must(201, "POST", terminal, donation, "Idempotency-Key: "+id)
	for _, written := range []string{`"` + id + `"`, strings.ToUpper(id), " " + id} {
		if a := r.must(201, "POST", terminal, donation, "Idempotency-Key: "+written); a.body != first.body {
			t.Errorf("%s: another link was made", written)
		}
	}
	for _, written := range []string{`"` + id, id + "," + newUUID(), `""`, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"} {
		if a := r.must(400, "POST", terminal, donation, "Idempotency-Key: "+written); strings.Join(a.parameters(t), "") != "Idempotency-Key" {
			t.Errorf("%s: %s", written, a.body)
		}
	}
}
