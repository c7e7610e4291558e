package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/gateway/gatewaytest"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
)

const (
	account  = "acct_shop"
	adminKey = "key_of_the_test_admin"
)

var secrets = map[string]sandbox.Secrets{
	account:      {Key: "key_of_the_shops_account", CallbackSecret: "secret_of_the_shop"},
	"acct_other": {Key: "key_of_the_other_account", CallbackSecret: "secret_of_the_other"},
}

func secretsOf(account string) (sandbox.Secrets, bool) {
	s, ok := secrets[account]
	return s, ok
}

// house is a bank on a listener of its own, its callbacks' receiver and our adapter.
type house struct {
	t       *testing.T
	url     string
	gateway *sandbox.Gateway
	mu      sync.Mutex
	calls   map[string]callback
}

type callback struct {
	header http.Header
	body   []byte
}

func newHouse(t *testing.T, change ...func(*bank.Account, *sandbox.Config)) *house {
	t.Helper()
	h := &house{t: t, calls: map[string]callback{}}
	receiver := httptest.NewServer(http.HandlerFunc(h.receive))
	t.Cleanup(receiver.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.url = "http://" + l.Addr().String()
	c := sandbox.Config{URL: h.url, Accounts: secretsOf}
	var accounts []bank.Account
	for id, s := range secrets {
		a := bank.Account{ID: id, Name: id, Key: s.Key, CallbackURL: receiver.URL, CallbackSecret: s.CallbackSecret,
			Traits: bank.Traits{ConfirmAfterMS: 20}}
		for _, f := range change {
			f(&a, &c)
		}
		accounts = append(accounts, a)
	}
	srv, err := bank.Open(bank.Options{Path: filepath.Join(t.TempDir(), "bank.db"), BaseURL: h.url, AdminKey: adminKey, Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: srv.Handler()}
	go func() { _ = web.Serve(l) }()
	if h.gateway, err = sandbox.New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.gateway.Close()
		_ = web.Close()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) receive(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var ev bank.Event
	if err := json.Unmarshal(body, &ev); err != nil {
		h.t.Error(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls[ev.Charge.Key] = callback{r.Header.Clone(), body}
}

func (h *house) callback(t *testing.T, key string) (http.Header, []byte) {
	t.Helper()
	for range 3000 {
		h.mu.Lock()
		c, ok := h.calls[key]
		h.mu.Unlock()
		if ok {
			return c.header, c.body
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no callback about %s", key)
	return nil, nil
}

// ask calls the bank itself, with the admin's key.
func (h *house) ask(t *testing.T, method, path string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, h.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+adminKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode == http.StatusOK && out != nil {
		err = json.Unmarshal(got, out)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, got, err)
	}
}

func (h *house) trouble(t *testing.T, r bank.Rule) {
	t.Helper()
	h.ask(t, "POST", "/v1/trouble", []bank.Rule{r}, nil)
}

func (h *house) book(t *testing.T, key string) gatewaytest.Book {
	t.Helper()
	var page bank.Page
	h.ask(t, "GET", "/book?key="+key, nil, &page)
	var b gatewaytest.Book
	for _, c := range page.Charges {
		if c.State == bank.Authorized || c.State == bank.Captured || c.State == bank.Pending || c.State == bank.Settled {
			b.Charges++
		}
		for _, m := range c.Movements {
			switch m.Kind {
			case "capture", "settle":
				b.Taken += m.Amount
			default:
				b.Returned += m.Amount
			}
		}
	}
	return b
}

func (h *house) harness(t *testing.T) gatewaytest.Harness {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + dead.Addr().String()
	_ = dead.Close()
	unreachable, err := sandbox.New(sandbox.Config{URL: url, Accounts: secretsOf})
	if err != nil {
		t.Fatal(err)
	}
	names := map[gatewaytest.Ending]string{gatewaytest.Approved: "visa", gatewaytest.Refused: "insufficient_funds", gatewaytest.Asked: "3ds"}
	return gatewaytest.Harness{Gateway: h.gateway, Unreachable: unreachable, Account: account, Currency: "USD",
		ReturnURL: "http://127.0.0.1:1/return", Book: h.book, Callback: h.callback,
		Token: func(_ *testing.T, e gatewaytest.Ending) string { return bank.TokenPrefix + names[e] },
		Wallet: &gatewaytest.Wallet{Currency: "USDC", Token: func(_ *testing.T, tooMuch bool) string {
			if tooMuch {
				return bank.TokenPrefix + "wallet_over"
			}
			return bank.TokenPrefix + "wallet"
		}},
		Lose: func(t *testing.T, call gatewaytest.Call, key string, f gatewaytest.Fault) {
			do := "no_answer_not_booked"
			if f == gatewaytest.Done {
				do = "no_answer_booked"
			}
			h.trouble(t, bank.Rule{Op: string(call), Do: do, Match: bank.Match{Key: key}, Times: 1})
		}}
}

func TestTheSandboxIsAGateway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	gatewaytest.Run(t, h.harness(t))
}

func order(key string) paylink.Charge {
	return paylink.Charge{Key: key, Account: account, Amount: paylink.Money{Minor: 2500, Currency: "USD"}, Method: paylink.Card,
		Token: "tok_test_visa", ReturnURL: "http://127.0.0.1:1/return"}
}

// TestSpoiledAnswersLeaveTheOutcomeUnknown: each call, each way to spoil its
// answer (trust.md F-06 to F-09); afterwards a lookup tells the truth.
func TestSpoiledAnswersLeaveTheOutcomeUnknown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(_ *bank.Account, c *sandbox.Config) { c.TotalTimeout = time.Second })
	patient, err := sandbox.New(sandbox.Config{URL: h.url, Accounts: secretsOf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(patient.Close)
	ctx := context.Background()
	for i, do := range []string{"no_answer_booked", "hang_booked", "5xx_booked", "garbage", "html", "empty", "huge", "reset_half", "slow_ms:1300"} {
		t.Run(do, func(t *testing.T) {
			t.Parallel()
			key := fmt.Sprintf("pay_%d", i)
			h.trouble(t, bank.Rule{Op: "charge", Do: do, Match: bank.Match{Key: key}, Times: 1})
			out, err := h.gateway.Charge(ctx, order(key))
			if err == nil || errors.Is(err, paylink.ErrNotSent) {
				t.Fatalf("charge: %+v, %v", out, err)
			}
			for range 3000 { // a slow bank books after we gave up
				if h.book(t, key).Charges == 1 {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			h.trouble(t, bank.Rule{Op: "lookup", Do: do, Match: bank.Match{Key: key, Nth: 1}})
			if out, err := h.gateway.Lookup(ctx, account, key); err == nil && do != "no_answer_booked" {
				t.Errorf("a spoiled lookup: %+v", out) // net/http asks again by itself where a kept connection ended
			}
			if out, err := patient.Lookup(ctx, account, key); err != nil || out.Status != paylink.OutcomeCaptured {
				t.Errorf("lookup: %+v, %v", out, err)
			}
			if b := h.book(t, key); b.Charges != 1 || b.Taken != 2500 {
				t.Errorf("book: %+v", b)
			}
		})
	}
}

func TestLiesAreToldAsTheyAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for do, want := range map[string]paylink.Outcome{
		"wrong_amount":   {Account: account, Amount: paylink.Money{Minor: 2501, Currency: "USD"}},
		"wrong_currency": {Account: account, Amount: paylink.Money{Minor: 2500, Currency: "EUR"}},
		"other_account":  {Account: "somebody-else", Amount: paylink.Money{Minor: 2500, Currency: "USD"}},
	} {
		h.trouble(t, bank.Rule{Op: "charge", Do: do, Match: bank.Match{Key: do}})
		out, err := h.gateway.Charge(context.Background(), order(do))
		if err != nil || out.Status != paylink.OutcomeCaptured || out.Account != want.Account || out.Amount != want.Amount {
			t.Errorf("%s: %+v, %v", do, out, err)
		}
	}
}

func TestARefusedRequestIsDeclinedOnlyWhenItsKeyIsDead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	// The first request waits inside the bank; the second is refused, because its
	// token is not known. The first must not come through behind our back.
	h.trouble(t, bank.Rule{Op: "charge", Do: "queue_ms:3600000", Times: 2})
	for _, key := range []string{"k", "comes"} {
		if out, err := h.gateway.Charge(ctx, order(key)); err == nil {
			t.Fatalf("queued: %+v", out)
		}
	}
	bad := order("k")
	bad.Token = "tok_lapsed"
	if out, err := h.gateway.Charge(ctx, bad); err != nil || out.Status != paylink.OutcomeDeclined || out.Decline != paylink.DeclineGeneric {
		t.Fatalf("refused: %+v, %v", out, err)
	}
	h.ask(t, "POST", "/v1/clock", map[string]int64{"offset_ms": 3_700_000}, nil)
	for range 3000 { // what was queued after it has come
		if h.book(t, "comes").Charges == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if h.book(t, "comes").Charges != 1 {
		t.Fatal("the queue stands still")
	}
	if b := h.book(t, "k"); b.Charges != 0 {
		t.Fatalf("book: %+v", b)
	}
	// A key that made a charge is never told as declined.
	if _, err := h.gateway.Charge(ctx, order("paid")); err != nil {
		t.Fatal(err)
	}
	bad.Key = "paid"
	if out, err := h.gateway.Charge(ctx, bad); err == nil || errors.Is(err, paylink.ErrNotSent) {
		t.Fatalf("another request under a paid key: %+v, %v", out, err)
	}
}

// TestARefusalWhoseKeyCouldNotBeCancelledIsUnknown: the dial that fails is the
// cancelling's, so "nothing was sent" would be a lie about the charge.
func TestARefusalWhoseKeyCouldNotBeCancelledIsUnknown(t *testing.T) {
	t.Parallel()
	var web *httptest.Server
	web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = web.Listener.Close()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"error":{"code":"token_unknown","message":"lapsed"}}`)
	}))
	t.Cleanup(web.Close)
	g, err := sandbox.New(sandbox.Config{URL: web.URL, Accounts: secretsOf})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := g.Charge(context.Background(), order("k")); err == nil || errors.Is(err, paylink.ErrNotSent) {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestCallbacksCanBeJudgedByTheRealTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(_ *bank.Account, c *sandbox.Config) { c.RealTime = true })
	if _, err := h.gateway.Charge(context.Background(), order("k")); err != nil {
		t.Fatal(err)
	}
	header, body := h.callback(t, "k")
	if _, err := h.gateway.ReadCallback(header, body, time.Now().AddDate(0, 1, 0)); err != nil {
		t.Errorf("with paylink's clock a month ahead: %v", err)
	}
	old := http.Header{bank.SignatureHeader: {bank.Sign(secrets[account].CallbackSecret, time.Now().Add(-time.Hour), body)}}
	if _, err := h.gateway.ReadCallback(old, body, time.Now()); paylink.KindOf(err) != paylink.Unauthenticated {
		t.Errorf("an hour old: %v", err)
	}
}

func TestAccountsNeverMix(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	if _, err := h.gateway.Charge(ctx, order("k")); err != nil {
		t.Fatal(err)
	}
	if out, err := h.gateway.Lookup(ctx, "acct_other", "k"); err != nil || out.Status != paylink.OutcomeNotFound {
		t.Errorf("another account sees %+v, %v", out, err)
	}
	c := order("k2")
	c.Account = "acct_nobody"
	if out, err := h.gateway.Charge(ctx, c); !errors.Is(err, paylink.ErrNotSent) {
		t.Errorf("an account without a key: %+v, %v", out, err)
	}
	// A callback signed with another account's secret says nothing about ours.
	_, body := h.callback(t, "k")
	now := time.Now()
	forged := http.Header{bank.SignatureHeader: {bank.Sign(secrets["acct_other"].CallbackSecret, now, body)}}
	if n, err := h.gateway.ReadCallback(forged, body, now); paylink.KindOf(err) != paylink.Unauthenticated {
		t.Errorf("signed by another account: %+v, %v", n, err)
	}
	sign := func(body []byte) http.Header {
		return http.Header{bank.SignatureHeader: {bank.Sign(secrets[account].CallbackSecret, now, body)}}
	}
	for name, body := range map[string][]byte{
		"unknown state": bytes.Replace(body, []byte(`"captured"`), []byte(`"teleported"`), 1),
		"text behind":   append(bytes.Clone(body), "{}"...),
		"too long":      append(bytes.Clone(body), bytes.Repeat([]byte(" "), 64<<10)...),
		"xml":           []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`),
	} {
		if n, err := h.gateway.ReadCallback(sign(body), body, now); paylink.KindOf(err) != paylink.Invalid {
			t.Errorf("%s: %+v, %v", name, n, err)
		}
	}
}

func TestBankDebitIsPendingThenCapturedOrReturned(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(a *bank.Account, _ *sandbox.Config) { a.Traits.SettleAfterMS, a.Traits.ReturnAfterMS = 50, 50 })
	ctx := context.Background()
	for name, want := range map[string]paylink.OutcomeStatus{"bank": paylink.OutcomeCaptured, "bank_returned": paylink.OutcomeReturned, "bank_returned_late": paylink.OutcomeReturned} {
		c := order(name)
		c.Method, c.Token = paylink.Bank, bank.TokenPrefix+name
		out, err := h.gateway.Charge(ctx, c)
		if err != nil || out.Status != paylink.OutcomePending || out.Method != paylink.Bank || out.Last4 == "" {
			t.Fatalf("%s: %+v, %v", name, out, err)
		}
		for range 3000 {
			if out, err = h.gateway.Lookup(ctx, account, name); err == nil && out.Status == want {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if out.Status != want || out.Amount.Minor != 2500 {
			t.Errorf("%s: %+v, %v; wanted %s", name, out, err, want)
		}
	}
}

func TestADeadAddressIsNotSentAndASilentOneIsGivenUp(t *testing.T) {
	t.Parallel()
	// A TLS address that is none: the handshake fails before any byte of ours.
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	g, err := sandbox.New(sandbox.Config{URL: "https://" + plain.Listener.Addr().String(), Accounts: secretsOf})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := g.Charge(context.Background(), order("k")); !errors.Is(err, paylink.ErrNotSent) {
		t.Errorf("failed handshake: %+v, %v", out, err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	g, err = sandbox.New(sandbox.Config{URL: "http://" + silent.Addr().String(), Accounts: secretsOf, TotalTimeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if out, err := g.Charge(context.Background(), order("k")); err == nil || errors.Is(err, paylink.ErrNotSent) || time.Since(start) > 15*time.Second {
		t.Errorf("silent: %+v, %v after %v", out, err, time.Since(start))
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	for _, bad := range []sandbox.Config{
		{}, {URL: "http://127.0.0.1:1"}, {Accounts: secretsOf}, {Accounts: secretsOf, URL: "ftp://bank.example"},
		{Accounts: secretsOf, URL: "https://bank.example/path"}, {Accounts: secretsOf, URL: "https://user@bank.example"},
		{Accounts: secretsOf, URL: "https://bank.example", PublicURL: "bank.example"},
	} {
		if _, err := sandbox.New(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	g, err := sandbox.New(sandbox.Config{Accounts: secretsOf, URL: "http://10.0.0.1:2/", PublicURL: "https://bank.example"})
	if err != nil {
		t.Fatal(err)
	}
	if tr := g.Traits(); tr.FrameURL != "https://bank.example/frame" || len(tr.Origins) != 1 || tr.Origins[0] != "https://bank.example" || !tr.Idempotent || !tr.Demo {
		t.Errorf("traits %+v", tr)
	}
}
