package bank_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paylink/gateway/sandbox/bank"
)

const (
	apiKey    = "key_of_the_test_account"
	adminKey  = "key_of_the_test_admin"
	secret    = "secret_of_the_callbacks"
	accountID = "acct_test"
)

// testBank is a bank behind a real listener, with the account that tests use.
type testBank struct {
	t      *testing.T
	url    string
	path   string
	srv    *bank.Server
	web    *httptest.Server
	client *http.Client
}

func openBank(t *testing.T, path string, accounts ...bank.Account) *testBank {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &testBank{t: t, url: "http://" + l.Addr().String(), path: path}
	b.srv, err = bank.Open(bank.Options{Path: path, BaseURL: b.url, AdminKey: adminKey, Accounts: accounts, LoopbackPages: true})
	if err != nil {
		t.Fatal(err)
	}
	b.web = httptest.NewUnstartedServer(b.srv.Handler())
	_ = b.web.Listener.Close()
	b.web.Listener = l
	b.web.Start()
	b.client = &http.Client{Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(b.stop)
	return b
}

func (b *testBank) stop() {
	if b.web == nil {
		return
	}
	b.web.CloseClientConnections()
	b.web.Close()
	b.web = nil
	if err := b.srv.Close(); err != nil {
		b.t.Error(err)
	}
}

// newBank opens a bank with one account, changed by the function when given.
func newBank(t *testing.T, change ...func(*bank.Account)) *testBank {
	t.Helper()
	a := bank.Account{ID: accountID, Name: "Test Shop", Key: apiKey}
	for _, f := range change {
		f(&a)
	}
	return openBank(t, filepath.Join(t.TempDir(), "bank.db"), a)
}

// call sends JSON and returns the status, and the body unless the connection broke.
func (b *testBank) call(method, path, key string, in any) (int, []byte, error) {
	b.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequest(method, b.url+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := b.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, got, err
}

// must wants the status and reads the answer into out.
func (b *testBank) must(status int, method, path string, in, out any) {
	b.t.Helper()
	key := apiKey
	if strings.HasPrefix(path, "/v1/trouble") || path == "/v1/outage" || path == "/v1/clock" || path == "/v1/accounts" {
		key = adminKey
	}
	got, body, err := b.call(method, path, key, in)
	if err != nil || got != status {
		b.t.Fatalf("%s %s: status %d (wanted %d), error %v, body %.300s", method, path, got, status, err, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			b.t.Fatalf("%s %s: %v in %.300s", method, path, err, body)
		}
	}
}

func order(key, token string) bank.ChargeRequest {
	q := bank.ChargeRequest{Key: key, Amount: 2500, Currency: "USD", Capture: true, ReturnURL: "http://127.0.0.1:1/return"}
	q.Source.Token = token
	return q
}

func hosted(key string) bank.ChargeRequest {
	q := order(key, "")
	q.Source.Hosted = true
	return q
}

func (b *testBank) charge(q bank.ChargeRequest) bank.Charge {
	b.t.Helper()
	var c bank.Charge
	b.must(http.StatusOK, "POST", "/v1/charges", q, &c)
	return c
}

func (b *testBank) lookup(key string) bank.Charge {
	b.t.Helper()
	var c bank.Charge
	b.must(http.StatusOK, "GET", "/v1/charges/"+key, nil, &c)
	return c
}

// wait looks until the charge is in the state.
func (b *testBank) wait(key string, state bank.State) bank.Charge {
	b.t.Helper()
	var c bank.Charge
	for range 3000 {
		_, body, err := b.call("GET", "/v1/charges/"+key, apiKey, nil)
		if err == nil && json.Unmarshal(body, &c) == nil && c.State == state {
			return c
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatalf("charge %s is %q, not %q", key, c.State, state)
	return c
}

// booked is the charges of the key in the book.
func (b *testBank) booked(key string) []bank.Charge {
	b.t.Helper()
	var page bank.Page
	b.must(http.StatusOK, "GET", "/book?key="+key, nil, &page)
	return page.Charges
}

func (b *testBank) trouble(rules ...bank.Rule) {
	b.t.Helper()
	b.must(http.StatusOK, "POST", "/v1/trouble", rules, nil)
}

func errorCode(body []byte) string {
	var e struct {
		Error struct{ Code string }
	}
	_ = json.Unmarshal(body, &e)
	return e.Error.Code
}

func (b *testBank) wantError(status int, code, method, path string, in any) {
	b.t.Helper()
	got, body, err := b.call(method, path, apiKey, in)
	if err != nil || got != status || errorCode(body) != code {
		b.t.Fatalf("%s %s: %d %s, error %v; wanted %d %s", method, path, got, body, err, status, code)
	}
}
