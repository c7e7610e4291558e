package bank_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink/gateway/sandbox/bank"
)

// receiver is the account's callback URL: it keeps what came and checks signatures.
type receiver struct {
	t      *testing.T
	mu     sync.Mutex
	got    []bank.Event
	refuse int // so many calls are answered 500
	web    *httptest.Server
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t}
	r.web = httptest.NewServer(r)
	t.Cleanup(r.web.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	header := req.Header.Get(bank.SignatureHeader)
	stamp, _, _ := strings.Cut(strings.TrimPrefix(header, "t="), ",")
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || bank.Sign(secret, time.Unix(at, 0), body) != header || time.Since(time.Unix(at, 0)) > time.Minute {
		r.t.Errorf("signature %q does not fit", header)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse > 0 {
		r.refuse--
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	var ev bank.Event
	if err := json.Unmarshal(body, &ev); err != nil {
		r.t.Error(err)
	}
	r.got = append(r.got, ev)
}

func (r *receiver) events(key string) []bank.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []bank.Event
	for _, ev := range r.got {
		if ev.Charge.Key == key {
			out = append(out, ev)
		}
	}
	return out
}

func (r *receiver) wait(key string, n int) []bank.Event {
	r.t.Helper()
	for range 3000 {
		if got := r.events(key); len(got) >= n {
			return got
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatalf("%d callbacks for %s, wanted %d", len(r.events(key)), key, n)
	return nil
}

func (r *receiver) account(a *bank.Account) {
	a.CallbackURL, a.CallbackSecret = r.web.URL+"/callback", secret
}

func TestCallbacksComeInEachMode(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	b := newBank(t, r.account)

	c := b.charge(order("plain", "tok_test_visa"))
	ev := r.wait("plain", 1)[0]
	if ev.Type != "charge.captured" || ev.Charge.ID != c.ID || ev.Charge.Amount != 2500 || ev.Charge.Account != accountID || ev.ID == "" {
		t.Errorf("plain: %+v", ev)
	}
	b.must(http.StatusOK, "POST", "/v1/charges/plain/refund", map[string]any{"key": "r1", "amount": 100}, nil)
	if got := r.wait("plain", 2)[1]; got.Charge.Refunded != 100 || got.Charge.Version != 2 || got.ID == ev.ID {
		t.Errorf("refund: %+v", got)
	}

	b.charge(order("twice", "tok_test_callback_twice"))
	if got := r.wait("twice", 2); got[0].ID != got[1].ID {
		t.Errorf("twice: %+v", got)
	}

	b.charge(order("early", "tok_test_callback_early"))
	if got := r.events("early"); len(got) != 1 {
		t.Errorf("early: %d callbacks before the answer, wanted 1", len(got))
	}

	b.trouble(bank.Rule{Op: "callback", Do: "callback_late_ms:3600000", Match: bank.Match{Key: "late"}},
		bank.Rule{Op: "callback", Do: "callback_never", Match: bank.Match{Key: "never"}},
		bank.Rule{Op: "callback", Do: "wrong_amount", Match: bank.Match{Key: "lie"}})
	b.charge(order("never", "tok_test_visa"))
	b.charge(order("lie", "tok_test_visa"))
	b.charge(order("late", "tok_test_visa"))
	if got := r.events("late"); len(got) != 0 {
		t.Errorf("late came at once: %+v", got)
	}

	b.charge(order("disorder", "tok_test_callback_out_of_order"))
	states := []bank.State{}
	for _, ev := range r.wait("disorder", 4) {
		states = append(states, ev.Charge.State)
	}
	if states[0] != bank.Captured || states[1] != bank.Authorized || states[2] != "processing" || states[3] != bank.Declined {
		t.Errorf("out of order: %v", states)
	}
	b.must(http.StatusOK, "POST", "/v1/clock", map[string]int64{"offset_ms": 3_700_000}, nil)
	r.wait("late", 1)
	if got := r.wait("lie", 1)[0]; got.Charge.Amount != 2501 {
		t.Errorf("lie: %+v", got)
	}
	if got := r.events("never"); len(got) != 0 {
		t.Errorf("never: %+v", got)
	}
	if got := r.events("early"); len(got) != 1 {
		t.Errorf("early was sent %d times", len(got))
	}
}

func TestCallbackIsSentAgainUntilTakenEvenByTheNextProcess(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.refuse = 1
	path := filepath.Join(t.TempDir(), "bank.db")
	a := bank.Account{ID: accountID, Name: "Test Shop", Key: apiKey}
	r.account(&a)
	b := openBank(t, path, a)
	b.charge(order("k", "tok_test_visa"))
	for { // the first try is refused
		r.mu.Lock()
		left := r.refuse
		r.mu.Unlock()
		if left == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.stop()
	again := openBank(t, path)
	if got := r.wait("k", 1); len(got) != 1 || got[0].Charge.State != bank.Captured {
		t.Errorf("after a restart: %+v", got)
	}
	if c := again.lookup("k"); c.State != bank.Captured || len(again.booked("k")) != 1 {
		t.Errorf("the book after a restart: %+v", c)
	}
}
