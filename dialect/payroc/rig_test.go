package payroc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"paylink"
	"paylink/dialect/dialecttest"
	"paylink/dialect/payroc"
	"paylink/internal/vault"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// day is when the tests play: the examples' createdOn.
var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const apiKey = "test-api-key" // of the examples

// rig is the API over a real store, with one merchant.
type rig struct {
	t     testing.TB
	file  string
	keys  []byte // that answers are sealed with
	store *sqlstore.Store
	till  *till.Till
	api   *payroc.Handler
	url   string
	token string
	made  till.Enrolled
}

// engines are the databases that promises about stored things are kept on.
var engines = booktest.Engines

func newRig(t testing.TB) *rig { return newRigOn(t, engines["sqlite"](t)) }

func newRigOn(t testing.TB, dsn string) *rig {
	t.Helper()
	r := &rig{t: t, file: dsn}
	r.open()
	r.at(day)
	r.made = r.enrol("Harbor Books", apiKey, "123400")
	r.token = r.authorize(apiKey)
	return r
}

// open starts the server on its file, once more after a close.
func (r *rig) open() {
	r.t.Helper()
	s, err := sqlstore.Open(context.Background(), r.file, sqlstore.Options{TestClock: true})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = s.Close() })
	if r.keys == nil {
		if r.keys, err = vault.Generate(); err != nil {
			r.t.Fatal(err)
		}
	}
	seal, err := vault.Parse(r.keys)
	if err != nil {
		r.t.Fatal(err)
	}
	r.store, r.till = s, &till.Till{Store: s, BaseURL: "https://pay.example", Key: bytes.Repeat([]byte{7}, 32), Seal: seal}
	mux := http.NewServeMux()
	r.api = &payroc.Handler{Till: r.till}
	r.api.Mount(mux)
	web := httptest.NewServer(mux)
	r.t.Cleanup(web.Close)
	r.url = web.URL
}

// at sets the clock.
func (r *rig) at(now time.Time) {
	r.t.Helper()
	if err := r.store.SetClockOffset(context.Background(), time.Until(now)); err != nil {
		r.t.Fatal(err)
	}
}

// enrol makes a merchant with a terminal in dollars (number 1), one in euros (2) and
// one for cards only (3).
func (r *rig) enrol(name, key, number string) till.Enrolled {
	r.t.Helper()
	both := []paylink.Method{paylink.Card, paylink.Bank}
	made, err := r.till.Enrol(context.Background(), till.Enrolment{Merchant: &paylink.Merchant{Name: name, Email: "help@harbor.example"},
		Terminals: []paylink.Terminal{
			{Name: "dollars", Gateway: "sandbox", Account: "acct_1", Currency: "USD", Methods: both, Foreign: number + "1"},
			{Name: "euros", Gateway: "sandbox", Account: "acct_1", Currency: "EUR", Methods: both, Foreign: number + "2"},
			{Name: "cards", Gateway: "sandbox", Account: "acct_1", Currency: "USD", Methods: both[:1], Foreign: number + "3"}},
		Credentials: []till.NewCredential{{Dialect: payroc.Name, Kind: payroc.KindKey, Secret: key}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return made
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request; headers are "Name: value" and come beside the token.
func (r *rig) send(method, path, body string, headers ...string) reply {
	r.t.Helper()
	var own []string
	if r.token != "" {
		own = append(own, "Authorization: Bearer "+r.token)
	}
	got, err := dialecttest.Send(method, r.url+path, body, append(own, headers...)...)
	if err != nil {
		r.t.Fatal(err)
	}
	a := reply{got.Status, got.Header, got.Body}
	a.judge(r.t, method, path)
	return a
}

// must is send with a status that must come.
func (r *rig) must(status int, method, path, body string, headers ...string) reply {
	r.t.Helper()
	a := r.send(method, path, body, headers...)
	if a.status != status {
		r.t.Fatalf("%s %s %.300s: got %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

var schemas = sync.OnceValue(func() map[string]*jsonschema.Schema {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	out := map[string]*jsonschema.Schema{}
	for name, file := range map[string]string{"payroc.json": "testdata/schema.json", "payments.json": "testdata/payments.json"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			panic(err)
		}
		if err := c.AddResource(name, doc); err != nil {
			panic(err)
		}
	}
	for _, name := range []string{"token", "problem", "paymentLink", "paymentLinkPage", "emailShareEvent", "sharingEventPage"} {
		out[name] = c.MustCompile("payroc.json#/$defs/" + name)
	}
	for _, name := range []string{"payment", "paymentPage", "bankTransferPayment", "bankTransferPaymentPage"} {
		out[name] = c.MustCompile("payments.json#/$defs/" + name)
	}
	return out
})

// judge holds every answer against Payroc's schema of it.
func (a reply) judge(t testing.TB, method, path string) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	kind, media := "paymentLink", "application/json"
	switch {
	case a.status >= 400:
		kind, media = "problem", "application/problem+json"
	case strings.HasSuffix(path, "/authorize"):
		kind = "token"
	case method == "POST" && strings.HasSuffix(path, "/sharing-events"):
		kind = "emailShareEvent"
	case strings.HasSuffix(path, "/sharing-events"):
		kind = "sharingEventPage"
	case method == "GET" && strings.Contains(path, "/processing-terminals/"):
		kind = "paymentLinkPage"
	case path == "/v1/payments" || path == "/v1/bank-transfer-payments":
		kind = map[string]string{"p": "paymentPage", "b": "bankTransferPaymentPage"}[path[4:5]]
	case strings.HasPrefix(path, "/v1/payments/"):
		kind = "payment"
	case strings.HasPrefix(path, "/v1/bank-transfer-payments/"):
		kind = "bankTransferPayment"
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
	if err == nil {
		err = schemas()[kind].Validate(v)
	}
	if err != nil || a.header.Get("Content-Type") != media {
		t.Errorf("%s %s answered %d %s %s, which is no %s: %v", method, path, a.status, a.header.Get("Content-Type"), a.body, kind, err)
	}
}

// get reads a member of the answer: "order.charge.amount"; numbers as their text.
func (a reply) get(t testing.TB, path string) any {
	t.Helper()
	v := decode(t, a.body)
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

func (a reply) text(t testing.TB, path string) string {
	t.Helper()
	s, _ := a.get(t, path).(string)
	return s
}

// parameters are the fields that a 400 names.
func (a reply) parameters(t testing.TB) (out []string) {
	t.Helper()
	var p struct {
		Errors []struct{ Parameter, Message string }
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatal(err)
	}
	for _, e := range p.Errors {
		if e.Message == "" {
			t.Errorf("an error without words: %s", a.body)
		}
		out = append(out, e.Parameter)
	}
	return out
}

func decode(t testing.TB, body string) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return v
}

func (r *rig) authorize(key string) string {
	r.t.Helper()
	return r.must(200, "POST", "/authorize", "", "X-Api-Key: "+key).text(r.t, "access_token")
}

const (
	terminal = "/v1/processing-terminals/1234001/payment-links"
	donation = `{"type":"multiUse","merchantReference":"LinkRef6543","order":{"charge":{"type":"prompt","currency":"USD"}},"authType":"sale","paymentMethods":["card"]}`
	pizza    = `{"type":"singleUse","merchantReference":"LinkRef7654","order":{"orderId":"OrderRef7654","description":"Large pizza","charge":{"type":"preset","amount":4999,"currency":"USD"}},"authType":"sale","paymentMethods":["card","bankTransfer"],"expiresOn":"2026-12-20"}`
)

// key is a header with a new idempotency key.
func key() string { return "Idempotency-Key: " + newUUID() }

// make makes a link and gives its path.
func (r *rig) make(body string) string {
	r.t.Helper()
	return "/v1/payment-links/" + r.must(201, "POST", terminal, body, key()).text(r.t, "paymentLinkId")
}

// patch changes a link by one operation or more.
func (r *rig) patch(status int, path string, operations ...string) reply {
	r.t.Helper()
	return r.must(status, "PATCH", path, "["+strings.Join(operations, ",")+"]", key())
}

// paid makes a link one that was paid once: how, is the till's matter.
func (r *rig) paid(path string) {
	r.t.Helper()
	err := r.store.Update(context.Background(), func(tx paylink.Tx) error {
		f, err := tx.ForeignID("payroc/plk", filepath.Base(path))
		if err != nil {
			return err
		}
		l, err := tx.LockLink(f.ObjectID)
		if err != nil {
			return err
		}
		l.Succeeded++
		return tx.SaveLink(l)
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// link is what a payment URL leads to.
func (r *rig) link(a reply) (paylink.Link, error) {
	r.t.Helper()
	s, err := r.till.Look(context.Background(), filepath.Base(a.text(r.t, "assets.paymentUrl")))
	return s.Link, err
}
