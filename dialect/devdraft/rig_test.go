package devdraft_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"paylink"
	"paylink/dialect/devdraft"
	"paylink/dialect/dialecttest"
	"paylink/internal/vault"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// day is when the tests play.
var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const clientKey, clientSecret = "ck_of_the_test", "secret-of-the-test"

// engines are the databases that every promise is kept on.
var engines = booktest.Engines

// rig is the API over a real store, with one app.
type rig struct {
	t     testing.TB
	store *sqlstore.Store
	till  *till.Till
	h     *devdraft.Handler
	mux   *http.ServeMux
	url   string
	made  till.Enrolled
	dsn   string
	known string // the path of a link
	// key and secret are of who calls.
	key, secret string
}

func newRig(t testing.TB, engine string) *rig {
	t.Helper()
	r := &rig{t: t}
	r.dsn = engines[engine](t)
	r.open(r.dsn)
	if err := r.store.SetClockOffset(context.Background(), time.Until(day)); err != nil {
		t.Fatal(err)
	}
	r.made = r.enrol("Harbor Books", clientKey, clientSecret)
	r.key, r.secret = clientKey, clientSecret
	return r
}

// seal is one vault for all nodes of a test.
var seal = func() till.Sealer {
	text, err := vault.Generate()
	if err != nil {
		panic(err)
	}
	v, err := vault.Parse(text)
	if err != nil {
		panic(err)
	}
	return v
}()

// open starts a node over a database.
func (r *rig) open(dsn string) {
	r.t.Helper()
	s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{TestClock: true})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = s.Close() })
	r.store = s
	r.till = &till.Till{Store: s, BaseURL: "https://pay.example", Key: bytes.Repeat([]byte{7}, 32), Seal: seal}
	r.h = &devdraft.Handler{Till: r.till, Picture: func(file string) string { return "https://pay.example/" + file },
		CheckHookURL: func(url string) error {
			if !strings.HasPrefix(url, "https://") {
				return errors.New("must begin with https://")
			}
			return nil
		}}
	r.mux = http.NewServeMux()
	r.h.Mount(r.mux)
	web := httptest.NewServer(r.mux)
	r.t.Cleanup(web.Close)
	r.url = web.URL
}

// enrol makes an app with a wallet in USDC and one in EURC.
func (r *rig) enrol(name, key, secret string) till.Enrolled {
	r.t.Helper()
	made, err := r.till.Enrol(context.Background(), till.Enrolment{Merchant: &paylink.Merchant{Name: name},
		Terminals: []paylink.Terminal{
			{Name: "dollars", Gateway: "sandbox", Account: "acct_1", Currency: "USD", Methods: []paylink.Method{paylink.Card}},
			{Name: "usdc", Gateway: "sandbox", Account: "acct_1", Currency: "USDC", Methods: []paylink.Method{paylink.Stablecoin}},
			{Name: "eurc", Gateway: "sandbox", Account: "acct_1", Currency: "EURC", Methods: []paylink.Method{paylink.Stablecoin}}},
		Credentials: []till.NewCredential{{Dialect: devdraft.Name, Kind: devdraft.KindClient, Lookup: key, Secret: secret}}})
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

// send sends a request; headers are "Name: value" and come beside the credentials.
func (r *rig) send(method, path, body string, headers ...string) reply {
	r.t.Helper()
	var own []string
	if r.key != "" {
		own = append(own, "x-client-key: "+r.key)
	}
	if r.secret != "" {
		own = append(own, "x-client-secret: "+r.secret)
	}
	got, err := dialecttest.Send(method, r.url+path, body, append(own, headers...)...)
	if err != nil {
		r.t.Fatal(err)
	}
	a := reply{got.Status, got.Header, got.Body}
	a.judge(r.t, method+" "+path)
	return a
}

// judge holds every refusal against NestJS's form.
func (a reply) judge(t testing.TB, what string) {
	t.Helper()
	if a.header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%s: Content-Type %s", what, a.header.Get("Content-Type"))
	}
	if a.status < 400 {
		return
	}
	var f struct {
		StatusCode int
		Message    any
		Error      string
	}
	if err := json.Unmarshal([]byte(a.body), &f); err != nil || f.StatusCode != a.status || (f.Error != http.StatusText(a.status) && f.Error != "Payload Too Large") || f.Message == nil || f.Message == "" {
		t.Errorf("%s: a refusal of %d in a strange form: %s %v", what, a.status, a.body, err)
	}
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

// value is a body, with its numbers as they are written.
func (a reply) value(t testing.TB) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(a.body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	return v
}

// get reads a member: "tax.percentage".
func (a reply) get(t testing.TB, path string) any {
	t.Helper()
	v := a.value(t)
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func (a reply) text(t testing.TB, path string) string {
	t.Helper()
	s, _ := a.get(t, path).(string)
	return s
}

// rows are the elements of a bare array, or of a listing's data.
func (a reply) rows(t testing.TB) (out []map[string]any) {
	t.Helper()
	v := a.value(t)
	if m, is := v.(map[string]any); is {
		v = m["data"]
	}
	all, is := v.([]any)
	if !is {
		t.Fatalf("no list: %s", a.body)
	}
	for _, one := range all {
		out = append(out, one.(map[string]any))
	}
	return out
}

// broken are the messages of a 400.
func (a reply) broken(t testing.TB) (out []string) {
	t.Helper()
	switch m := a.get(t, "message").(type) {
	case string:
		out = append(out, m)
	case []any:
		for _, one := range m {
			out = append(out, one.(string))
		}
	}
	return out
}

const links = "/api/v0/payment-links"

// key is a header with a new idempotency key.
func key() string { return "idempotency-key: " + uuid.NewString() }

// body is a JSON object made from a plain one with members changed; nil takes one out.
func body(plain string, change map[string]any) string {
	m := map[string]any{}
	if err := json.Unmarshal([]byte(plain), &m); err != nil {
		panic(err)
	}
	for name, v := range change {
		if v == absent {
			delete(m, name)
			continue
		}
		m[name] = v
	}
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// absent takes a member out of a body.
const absent = "\x00absent"

// slug is one that nobody had.
func slug() string { return "s-" + strings.ToLower(paylink.NewToken()) }

// plain is a link with what is required.
func plain(change map[string]any) string {
	all := map[string]any{"url": slug()}
	for name, v := range change {
		all[name] = v
	}
	return body(`{"title":"Pro plan","linkType":"PRODUCT","allowQuantityAdjustment":true,"allowMobilePayment":false,"currency":"usdc","collectTax":false,"collectAddress":false,"amount":29.99}`, all)
}

// make makes a link and gives its answer.
func (r *rig) make(change map[string]any) reply {
	r.t.Helper()
	return r.must(201, "POST", links, plain(change))
}

// link is our link by Devdraft's answer.
func (r *rig) link(a reply) (l paylink.Link) {
	r.t.Helper()
	url, err := r.h.Open(context.Background(), a.text(r.t, "id"))
	if err == nil {
		var s till.Sight
		s, err = r.till.Look(context.Background(), filepath.Base(url))
		l = s.Link
	}
	if err != nil {
		r.t.Fatalf("%s: %v", a.body, err)
	}
	return l
}

// product, tax and customer make one and give its id.
func (r *rig) product(change map[string]any) string {
	r.t.Helper()
	return r.must(201, "POST", "/api/v0/products", body(`{"name":"Tee","description":"of cotton","price":25}`, change)).text(r.t, "id")
}

func (r *rig) tax(percent string) string {
	r.t.Helper()
	return r.must(201, "POST", "/api/v0/taxes", `{"name":"Sales tax","percentage":`+percent+`}`).text(r.t, "id")
}

func (r *rig) customer(email string) string {
	r.t.Helper()
	return r.must(201, "POST", "/api/v0/customers", `{"first_name":"Ada","last_name":"Lovelace","phone_number":"+1-555-123-4567","email":"`+email+`"}`).text(r.t, "id")
}

// enrolPoor makes an app without a wallet, who calls with "ck_poor" and "poor".
func (r *rig) enrolPoor() {
	r.t.Helper()
	_, err := r.till.Enrol(context.Background(), till.Enrolment{Merchant: &paylink.Merchant{Name: "Poor"},
		Terminals:   []paylink.Terminal{{Name: "dollars", Gateway: "sandbox", Account: "acct_2", Currency: "USD", Methods: []paylink.Method{paylink.Card}}},
		Credentials: []till.NewCredential{{Dialect: devdraft.Name, Kind: devdraft.KindClient, Lookup: "ck_poor", Secret: "poor"}}})
	if err != nil {
		r.t.Fatal(err)
	}
}

// issue makes a link as another API would, and gives its URL.
func (r *rig) issue(l paylink.Link) (url string) {
	r.t.Helper()
	_, err := r.till.Issue(context.Background(), till.Issuance{Link: l, Render: func(_ paylink.Link, u string) (int, []byte) {
		url = u
		return 201, nil
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	return url
}

// at sets the clock.
func (r *rig) at(now time.Time) {
	r.t.Helper()
	if err := r.store.SetClockOffset(context.Background(), time.Until(now)); err != nil {
		r.t.Fatal(err)
	}
}

// paid makes a link one that was paid once more: how, is the till's matter.
func (r *rig) paid(path string) {
	r.t.Helper()
	l := r.link(r.must(200, "GET", path, ""))
	err := r.store.Update(context.Background(), func(tx paylink.Tx) error {
		l, err := tx.LockLink(l.ID)
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

// version is how often a link was changed.
func (r *rig) version(path string) int { return r.link(r.must(200, "GET", path, "")).Version }
