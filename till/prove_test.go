package till_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// seeds is how many worlds TestProveUnknownOutcomes plays on each engine: a few in
// every run, all of them where PAYLINK_PROVE says full.
func seeds() int {
	if os.Getenv("PAYLINK_PROVE") == "full" {
		return 200
	}
	return 8
}

// faults are what a world's payments meet (trust.md 7.3); each is the sandbox's own
// word for it.
var faults = []struct{ name, do string }{
	{"none", ""},
	{"F-06 time-out, booked", "no_answer_booked"},
	{"F-06 hang, booked", "hang_booked"},
	{"F-06 5xx, booked", "5xx_booked"},
	{"F-07 time-out, not booked", "no_answer_not_booked"},
	{"F-07 hang, not booked", "hang_not_booked"},
	{"F-07 5xx, not booked", "5xx_not_booked"},
	{"F-08 not found at first", "no_answer_booked+callback_never+not_found_lookups:3"},
	{"F-08 booked later by a queue", "queue_ms:4000+callback_never"},
	{"F-09 reset half way", "reset_half"},
	{"F-09 empty", "empty"},
	{"F-09 HTML", "html"},
	{"F-09 huge", "huge"},
	{"F-09 garbage", "garbage"},
	{"F-10 callback before the answer", "callback_early"},
	{"F-11 callbacks twice", "callback_twice"},
	{"F-12 callbacks out of order", "callback_out_of_order"},
	{"F-14 callback thirty days late", "no_answer_booked+callback_late_ms:2592000000"},
	{"F-15 callback never", "no_answer_booked+callback_never"},
	{"decline", "decline:insufficient_funds"},
	{"decline, answer lost", "decline:insufficient_funds+no_answer_booked"},
}

const proveAccount, proveKey = "acct_prove", "key_of_the_proving_account"

// world is one seed: a till, a bank with a book of its own, HTTP between them both
// ways, and a clock that both go by.
type world struct {
	*till.Till
	t      *testing.T
	rnd    *rand.Rand
	db     *sqlstore.Store
	url    string // the bank's
	offset time.Duration
	calls  atomic.Int64
	loose  bool // the bank charges the same key again (F-16, F-17)
}

func openWorld(t *testing.T, dsn string, seed uint64) *world {
	t.Helper()
	w := &world{t: t, rnd: rand.New(rand.NewPCG(seed, 7))}
	ctx := t.Context()
	var err error
	if w.db, err = sqlstore.Open(ctx, dsn, sqlstore.Options{TestClock: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	receiver := w.serve(http.HandlerFunc(w.receive))
	traits := bank.Traits{}
	switch seed % 4 {
	case 1:
		traits.NoIdempotency, w.loose = true, true // F-16
	case 2:
		traits.KeyLifeMS, w.loose = 1000, true // F-17: shorter than any outage
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + listener.Addr().String()
	srv, err := bank.Open(bank.Options{Path: filepath.Join(t.TempDir(), "bank.db"), BaseURL: w.url,
		Accounts: []bank.Account{{ID: proveAccount, Name: "Prove", Key: proveKey, CallbackURL: receiver,
			CallbackSecret: "secret_of_the_callbacks", Traits: traits}}})
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: srv.Handler()}
	go func() { _ = web.Serve(listener) }()
	g, err := sandbox.New(sandbox.Config{URL: w.url, TotalTimeout: 400 * time.Millisecond, RealTime: true, NotIdempotent: traits.NoIdempotency,
		KeyLife: time.Duration(traits.KeyLifeMS) * time.Millisecond,
		Accounts: func(string) (sandbox.Secrets, bool) {
			return sandbox.Secrets{Key: proveKey, CallbackSecret: "secret_of_the_callbacks"}, true
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close(); _ = web.Close(); _ = srv.Close() })
	w.Till = &till.Till{Store: w.db, Gateways: map[string]paylink.Gateway{"sandbox": g}, BaseURL: "https://pay.example",
		Key: bytes.Repeat([]byte{1}, 32), Seal: plain{}, Hooks: http.DefaultClient}
	return w
}

func (w *world) serve(h http.Handler) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(l) }()
	w.t.Cleanup(func() { _ = s.Close() })
	return "http://" + l.Addr().String()
}

// receive hands each callback to the till, many times at once now and then (F-11).
func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.calls.Add(1)
	var wg sync.WaitGroup
	var failed atomic.Bool
	for range 1 + 7*(w.calls.Load()%2) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := w.Callback(context.Background(), "sandbox", r.Header, body); err != nil {
				failed.Store(true)
			}
		}()
	}
	wg.Wait()
	if failed.Load() {
		rw.WriteHeader(http.StatusServiceUnavailable)
	}
}

// tell posts to the bank's controls.
func (w *world) tell(method, path string, body any) {
	w.t.Helper()
	raw, _ := json.Marshal(body)
	req, _ := http.NewRequest(method, w.url+path, bytes.NewReader(raw))
	req.Header.Set("Authorization", "Bearer "+proveKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		text, _ := io.ReadAll(res.Body)
		w.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
}

// play issues a link of an amount of its own, makes the trouble, and lets two
// payers press pay, the first of them twice at once.
func (w *world) play(n int, merchant paylink.Merchant, terminal paylink.Terminal, do string) {
	amount := int64(10000 + n)
	l := paylink.Link{MerchantID: merchant.ID, TerminalID: terminal.ID, Dialect: "native", Foreign: "{}", MaxUses: n % 2,
		Price: paylink.Price{Currency: terminal.Currency, Lines: []paylink.Line{{Amount: amount}}}}
	a, err := w.Issue(w.t.Context(), till.Issuance{Link: l, Render: func(_ paylink.Link, url string) (int, []byte) { return 200, []byte(url) }})
	if err != nil {
		w.t.Error(err)
		return
	}
	addr := string(a.Body[len("https://pay.example/pay/"):])
	if do != "" {
		w.tell("POST", "/v1/trouble", []bank.Rule{{Match: bank.Match{Amount: amount}, Op: "charge", Do: do, Times: 1 + n%2}})
	}
	first := till.Order{Address: addr, Attempt: w.NewAttempt(a.LinkID, 1), Method: terminal.Methods[0], Token: bank.TokenPrefix + "visa"}
	if first.Method == paylink.Stablecoin {
		first.Token = bank.TokenPrefix + []string{"wallet", "wallet_over", "wallet_under"}[n%3]
	}
	second := first
	second.Attempt = w.NewAttempt(a.LinkID, 1)
	var wg sync.WaitGroup
	for _, o := range []till.Order{first, first, second} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, err := w.Pay(context.Background(), o)
			if k := paylink.KindOf(err); err != nil && k != paylink.Conflict && k != paylink.Gone {
				w.t.Errorf("paying: %v", err)
			}
		}()
	}
	wg.Wait()
	if n%5 == 0 {
		if _, _, err := w.Close(w.t.Context(), till.Closing{LinkID: a.LinkID, MerchantID: merchant.ID}); err != nil {
			w.t.Error(err)
		}
	}
}

// settleDown ends all trouble and lets time pass on both sides until nothing is open.
func (w *world) settleDown() {
	w.tell("DELETE", "/v1/trouble", nil)
	for _, step := range []time.Duration{5 * time.Second, 40 * time.Second, time.Minute, 5 * time.Minute, time.Hour, 12 * time.Hour,
		48 * time.Hour, 31 * 24 * time.Hour} {
		w.offset += step
		if err := w.db.SetClockOffset(w.t.Context(), w.offset); err != nil {
			w.t.Fatal(err)
		}
		w.tell("POST", "/v1/clock", map[string]int64{"offset_ms": w.offset.Milliseconds()})
		for range 50 {
			if n, _ := w.Reconcile(w.t.Context(), 100); n == 0 {
				break
			}
		}
	}
	// The bank's own callbacks, the late ones included, come on a real timer.
	for quiet, seen := 0, int64(-1); quiet < 4; quiet++ {
		if now := w.calls.Load(); now != seen {
			quiet, seen = 0, now
		}
		time.Sleep(60 * time.Millisecond)
	}
}

// compare joins the two books by key, in both directions.
func (w *world) compare() (payments, charges int) {
	res, err := http.Get(w.url + "/book?limit=1000")
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var page bank.Page
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		w.t.Fatal(err)
	}
	taken, times := map[string]int64{}, map[string]int{}
	for _, c := range page.Charges {
		if c.Captured > 0 {
			taken[c.Key] += c.Captured - c.Refunded
			times[c.Key]++
		}
	}
	uses := map[string]int{}
	limits := map[string]int{}
	err = w.db.Audit(w.t.Context(), func(l paylink.Ledgers) error {
		if err := l.EachLink(func(l paylink.Link) error {
			limits[l.ID] = l.MaxUses
			if l.Reserved != 0 {
				w.t.Errorf("link %s still holds %d slots", l.ID, l.Reserved)
			}
			uses[l.ID] -= l.Succeeded
			return nil
		}); err != nil {
			return err
		}
		return l.EachPayment(func(p paylink.Payment, _ []paylink.Step, _ []paylink.Entry) error {
			payments++
			if p.State.Open() || p.State == paylink.RequiresAction {
				w.t.Errorf("payment %s is still %s", p.ID, p.State)
			}
			if taken[p.ID] != p.Captured-p.Refunded {
				w.t.Errorf("payment %s (%s): the bank holds %d, we hold %d", p.ID, p.State, taken[p.ID], p.Captured-p.Refunded)
			}
			if times[p.ID] > 1 {
				w.t.Errorf("payment %s was charged %d times", p.ID, times[p.ID])
			}
			if p.State.Uses() && !p.Surplus {
				uses[p.LinkID]++
			}
			if p.Surplus {
				w.t.Errorf("payment %s is surplus: two charges for one slot", p.ID)
			}
			delete(taken, p.ID)
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for key := range taken {
		w.t.Errorf("the bank took money under %s, which is no payment of ours", key)
	}
	for id, n := range uses {
		if n != 0 {
			w.t.Errorf("link %s: its counter is off by %d", id, n)
		}
	}
	return payments, len(page.Charges)
}

// TestProveUnknownOutcomes is F-06 to F-12 and F-14 to F-17: whatever the answer's
// fate, the two books end equal, nobody is charged twice, nothing is lost.
func TestProveUnknownOutcomes(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			var worlds, payments, charges atomic.Int64
			t.Cleanup(func() {
				t.Logf("%s: %d seeds × %d faults, %d payments, %d charges in the bank's book", engine, worlds.Load(), len(faults), payments.Load(), charges.Load())
			})
			for seed := range seeds() {
				t.Run(fmt.Sprintf("seed%d", seed), func(t *testing.T) {
					t.Parallel()
					dsn := filepath.Join(t.TempDir(), "paylink.db")
					if engine == "postgres" {
						dsn = booktest.Postgres(t)
					}
					w := openWorld(t, dsn, uint64(seed))
					made, err := w.Enrol(t.Context(), till.Enrolment{Merchant: &paylink.Merchant{Name: "Prove"},
						Terminals: []paylink.Terminal{
							{Name: "Main", Gateway: "sandbox", Account: proveAccount, Currency: "USD", Methods: []paylink.Method{paylink.Card}},
							{Name: "Coins", Gateway: "sandbox", Account: proveAccount, Currency: "USDC", Methods: []paylink.Method{paylink.Stablecoin}}}})
					if err != nil {
						t.Fatal(err)
					}
					order := w.rnd.Perm(len(faults))
					var wg sync.WaitGroup
					for n, i := range order {
						wg.Add(1)
						go func() {
							defer wg.Done()
							terminal := made.Terminals[0]
							if (n+seed)%4 == 0 {
								terminal = made.Terminals[1]
							}
							w.play(2*i+seed%2+100*n, made.Merchant, terminal, faults[i].do)
						}()
					}
					wg.Wait()
					w.settleDown()
					p, c := w.compare()
					worlds.Add(1)
					payments.Add(int64(p))
					charges.Add(int64(c))
				})
			}
		})
	}
}
