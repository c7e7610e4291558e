package native_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/dialecttest"
	"paylink/dialect/native"
	"paylink/internal/safedial"
	"paylink/internal/vault"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// rig is the API over a real store.
type rig struct {
	t    testing.TB
	till *till.Till
	db   *sqlstore.Store
	mux  *http.ServeMux
	dsn  string
	url  string // where it listens
}

func sqlite(t testing.TB) *rig { return newRig(t, booktest.SQLite(t)) }

func postgres(t testing.TB) *rig { return newRig(t, booktest.Postgres(t)) }

func newRig(t testing.TB, dsn string) *rig {
	t.Helper()
	db, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{TestClock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	keys, err := vault.Generate()
	if err != nil {
		t.Fatal(err)
	}
	seal, err := vault.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	key := sha256.Sum256([]byte(t.Name()))
	r := &rig{t: t, db: db, dsn: dsn, mux: http.NewServeMux()}
	r.till = &till.Till{Store: db, BaseURL: "https://pay.example", Key: key[:], Seal: seal,
		Hooks: safedial.New(safedial.Options{AllowLoopback: true}).Client()}
	r.till.Post = &till.Post{} // letters wait; who sends them is another test's matter
	h := &native.Handler{Till: r.till, Preview: func(s till.Sight) (int, []byte, error) {
		return 200, []byte(s.Link.Page.Title + " seen by a payer"), nil
	}, CheckHookURL: func(raw string) error {
		return safedial.CheckURL(raw, safedial.Options{AllowLoopback: true})
	}}
	h.Mount(r.mux)
	server := httptest.NewServer(r.mux)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// merchant is one caller.
type merchant struct {
	*rig
	id, terminal, key string
	credential        paylink.Credential
}

func (r *rig) merchant(name string) *merchant {
	r.t.Helper()
	made, err := r.till.Enrol(context.Background(), till.Enrolment{
		Merchant: &paylink.Merchant{Name: name, Email: "shop@example.com"},
		Terminals: []paylink.Terminal{
			{Name: "Main", Gateway: "sandbox", Account: "acct_" + name, Currency: "USD", Methods: []paylink.Method{paylink.Card}},
			{Name: "Euro", Gateway: "sandbox", Account: "acct_" + name, Currency: "EUR", Methods: []paylink.Method{paylink.Card}},
		},
		Credentials: []till.NewCredential{{Dialect: native.Name, Kind: native.KindKey, Prefix: native.KeyPrefix}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return &merchant{rig: r, id: made.Merchant.ID, terminal: made.Terminals[0].ID, key: made.Secrets[0], credential: made.Credentials[0]}
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   string
}

// get reads a member of the answer: "amount.minor".
func (a reply) get(t testing.TB, path string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("not JSON: %s", a.body)
	}
	for _, name := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

func (a reply) id(t testing.TB) string {
	t.Helper()
	id, _ := a.get(t, "id").(string)
	if id == "" {
		t.Fatalf("no id in %d %s", a.status, a.body)
	}
	return id
}

// do sends a request; headers are "Name: value".
func (m *merchant) do(method, path, body string, headers ...string) reply {
	m.t.Helper()
	got, err := dialecttest.Send(method, m.url+"/api/v1"+path, body, append([]string{"Authorization: Bearer " + m.key}, headers...)...)
	if err != nil {
		m.t.Fatal(err)
	}
	return reply{got.Status, got.Header, got.Body}
}

// must is do with a status that must come.
func (m *merchant) must(status int, method, path, body string, headers ...string) reply {
	m.t.Helper()
	a := m.do(method, path, body, headers...)
	if a.status != status {
		m.t.Fatalf("%s %s %s: got %d %s, want %d", method, path, body, a.status, a.body, status)
	}
	return a
}

const cake = `{"title":"Cake","amount":"25.00","currency":"USD"}`

// codes are the problem's errors, "field code".
func (a reply) codes(t testing.TB) (out []string) {
	t.Helper()
	var p struct {
		Errors []struct{ Field, Code, Message string }
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("not JSON: %s", a.body)
	}
	for _, e := range p.Errors {
		if e.Message == "" {
			t.Errorf("an error without words: %s", a.body)
		}
		out = append(out, e.Field+" "+e.Code)
	}
	return out
}
