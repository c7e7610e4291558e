package frontstream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/frontstream"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

const (
	guid     = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" // of the fixtures' processor and token (frontstream-cases.json)
	apiKey   = "key-live-merchant-1"
	clientID = "8d5c7a36-1f0e-4b57-9a7c-2f6f7f0c3b11"
	secret   = "client-secret-of-the-test"
)

// engines are the databases that every promise is kept on.
var engines = booktest.Engines

// rig is the API over a real store, with one merchant and their partner.
type rig struct {
	t       testing.TB
	store   *sqlstore.Store
	till    *till.Till
	handler *frontstream.Handler
	url     string
	made    till.Enrolled
	unspent string // see spare
}

func newRig(t testing.TB, engine string, change ...func(*frontstream.Handler)) *rig {
	t.Helper()
	return newRigOn(t, engines[engine](t), change...)
}

func newRigOn(t testing.TB, dsn string, change ...func(*frontstream.Handler)) *rig {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), dsn, sqlstore.Options{TestClock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r := &rig{t: t, store: s, till: &till.Till{Store: s, BaseURL: "https://pay.example", Key: bytes.Repeat([]byte{7}, 32)}}
	r.handler = &frontstream.Handler{Till: r.till}
	for _, f := range change {
		f(r.handler)
	}
	mux := http.NewServeMux()
	r.handler.Mount(mux)
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	r.url = web.URL
	r.made = r.enrol(till.Enrolment{
		Merchant: &paylink.Merchant{Name: "Harbor Books", Country: "US"}, Partner: &paylink.Partner{Name: "Integrator"},
		Terminals: []paylink.Terminal{
			{Name: "first", Gateway: "sandbox", Account: "acct_1", Currency: "USD", Methods: []paylink.Method{paylink.Card, paylink.Bank}, Foreign: guid},
			{Name: "second", Gateway: "sandbox", Account: "acct_2", Currency: "USD", Methods: []paylink.Method{paylink.Card}, Foreign: "3f2504e0-4f89-41d3-9a0c-0305e82c3302"}},
		Instruments: []paylink.Instrument{{Gateway: "sandbox", Account: "acct_1", Foreign: guid,
			Saved: paylink.SavedInstrument{Token: "ins_bank_1", Method: paylink.Card, Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2040}}},
		Credentials: []till.NewCredential{{Dialect: frontstream.Name, Kind: "api_key", Secret: apiKey},
			{Dialect: frontstream.Name, Kind: "client", Lookup: clientID, Secret: secret, ForPartner: true}}})
	return r
}

func (r *rig) enrol(e till.Enrolment) till.Enrolled {
	r.t.Helper()
	made, err := r.till.Enrol(context.Background(), e)
	if err != nil {
		r.t.Fatal(err)
	}
	return made
}

// answer is what the API answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends a request; a body that is no string is sent as JSON.
func (r *rig) call(method, target string, header http.Header, body any) answer {
	r.t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		text = string(raw)
	}
	req, err := http.NewRequest(method, r.url+target, strings.NewReader(text))
	if err != nil {
		r.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(got)}
}

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

// token asks for a fresh AccessToken.
func (r *rig) token() string {
	r.t.Helper()
	a := r.call("POST", "/api/ClientSession", jsonHeader, map[string]string{"ClientId": clientID, "ClientSecret": secret})
	var out struct{ Token string }
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != 200 || out.Token == "" {
		r.t.Fatalf("ClientSession answered %d %s", a.status, a.body)
	}
	return out.Token
}

// spare is a token for a call that may fail: it is the same until a call succeeded
// with it, so that a failure that spent it would be seen by the next.
func (r *rig) spare() string {
	if r.unspent == "" {
		r.unspent = r.token()
	}
	return r.unspent
}

func withToken(token string) http.Header {
	return http.Header{"Content-Type": {"application/json"}, "AccessToken": {token}}
}

// order is the base request of frontstream-cases.json with some members changed; nil removes one.
func order(changes map[string]any) map[string]any {
	o := map[string]any{"ApiKey": apiKey, "RedirectUrl": "https://merchant.example/thanks",
		"PaymentLines": []map[string]any{{"Amount": "25.00", "Type": 12, "Recurring": 0}}}
	for name, v := range changes {
		o[name] = v
		if v == nil {
			delete(o, name)
		}
	}
	return o
}

// post sends an order with a fresh token.
func (r *rig) post(o any) answer {
	r.t.Helper()
	return r.call("POST", "/api/paylink", withToken(r.token()), o)
}

// make makes a link and gives its address.
func (r *rig) make(changes map[string]any) string {
	r.t.Helper()
	a := r.post(order(changes))
	if a.status != 200 {
		r.t.Fatalf("POST /api/paylink answered %d %s", a.status, a.body)
	}
	return lastSegment(r.t, a)
}

func lastSegment(t testing.TB, a answer) string {
	t.Helper()
	var out map[string]string
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || len(out) != 1 {
		t.Fatalf("%s is no PayLinkResponse: %v", a.body, err)
	}
	u, err := url.Parse(out["PayLinkUrl"])
	if err != nil || u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" || len(path.Base(u.Path)) != 22 {
		t.Fatalf("PayLinkUrl is %q", out["PayLinkUrl"])
	}
	return path.Base(u.Path)
}

// link is what an address leads to.
func (r *rig) link(address string) paylink.Link {
	r.t.Helper()
	s, err := r.till.Look(context.Background(), address)
	if err != nil {
		r.t.Fatal(err)
	}
	return s.Link
}

// newest is the id of the link that was made last: it changes when one is made.
func (r *rig) newest() (id string) {
	r.t.Helper()
	err := r.till.Read(context.Background(), func(rd paylink.Reader) error {
		list, err := rd.Links(paylink.LinkFilter{MerchantID: r.made.Merchant.ID, Paging: paylink.Paging{Limit: 1}})
		if len(list) > 0 {
			id = list[0].ID
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// rules are the broken rules of a 400.
func rules(t testing.TB, a answer) (codes []int, messages string) {
	t.Helper()
	var all []map[string]any
	if err := json.Unmarshal([]byte(a.body), &all); err != nil || len(all) == 0 || a.status != 400 {
		t.Fatalf("%d %s is no 400 with BrokenRules", a.status, a.body)
	}
	for _, one := range all {
		code, _ := one["ErrorCode"].(float64)
		message, _ := one["Message"].(string)
		logger, has := one["LoggerMessage"]
		if len(one) != 3 || code == 0 || message == "" || !has || logger != nil {
			t.Fatalf("%v is no BrokenRule", one)
		}
		codes, messages = append(codes, int(code)), messages+message+"\n"
	}
	return codes, messages
}

func isProblem(t testing.TB, a answer, status int) {
	t.Helper()
	var p struct {
		Type, Title, Detail, Instance string
		Status                        int
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != status || p.Status != status || p.Title == "" || p.Type == "" {
		t.Errorf("got %d %s, want ProblemDetails with %d", a.status, a.body, status)
	}
}
