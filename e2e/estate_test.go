package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/gateway/sandbox/bank"
	"paylink/internal/pgtest"
	"paylink/store/sqlstore"
)

// The two engines, as tests name them.
const (
	onSQLite   = "SQLite"
	onPostgres = "PostgreSQL"
)

// estateAdmin is the key of an estate's bank, a throw-away.
const estateAdmin = "adm_for_the_bank_of_an_estate"

// estate is an installation made of processes: a bank of its own, a store, and
// nodes of paylink with fail points. Killing one never kills another. The nodes run
// `paylink demo` over one directory of keys: that allows webhooks to this machine
// and moving the clock, which `paylink serve` does not.
type estate struct {
	t        testing.TB
	dir      string
	database string
	bankURL  string
	bank     *process
	nodes    []*node
	client   *http.Client
	shop     *Merchant // hears the webhooks
	key      string    // of our own API
	front    string    // the address that is given out; the first node's if empty
	offset   time.Duration
}

// node is one process of paylink.
type node struct {
	*process
	url string
}

// newEstate makes an empty store, starts the bank and finds addresses for nodes;
// they are started by start.
func newEstate(t testing.TB, engine string, nodes int) *estate {
	t.Helper()
	if engine == onPostgres {
		return newEstateOn(t, pgtest.DSN(t), nodes)
	}
	return newEstateOn(t, filepath.Join(t.TempDir(), "book.db"), nodes)
}

func newEstateOn(t testing.TB, database string, nodes int) *estate {
	t.Helper()
	e := &estate{t: t, dir: t.TempDir(), database: database, shop: NewMerchant(t)}
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	e.client = &http.Client{Transport: transport, Timeout: 40 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(transport.CloseIdleConnections)
	for range nodes {
		e.nodes = append(e.nodes, &node{url: "http://127.0.0.1:" + freePort(t)})
	}
	port := freePort(t)
	e.bankURL = "http://127.0.0.1:" + port
	e.bank = startProcess(t, e.file("bank.log"), nil, "sandbox", "--listen", "127.0.0.1:"+port,
		"--data", e.file("bank"), "--admin-key", estateAdmin, "--log-level", "error")
	e.bank.serves(e.bankURL + "/book")
	return e
}

func (e *estate) file(name string) string { return filepath.Join(e.dir, name) }

func (e *estate) ready(i int) string { return e.file(fmt.Sprintf("ready%d", i)) }

// start starts a node with a plan of fail points ("" for none) and waits until it
// serves.
func (e *estate) start(i int, plan string) {
	e.t.Helper()
	e.launch(i, plan)
	var ready Ready
	for deadline := time.Now().Add(time.Minute); ready.BaseURL == ""; time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(e.ready(i))
		if err == nil {
			err = json.Unmarshal(text, &ready)
		} else if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		if err != nil || e.nodes[i].ended() || time.Now().After(deadline) {
			e.t.Fatalf("node %d does not get ready: %v\n%s", i, err, tail(e.nodes[i].text(), 3000))
		}
	}
	e.key = ready.Native.SecretKey
}

// launch starts a node and does not wait for it.
func (e *estate) launch(i int, plan string) {
	e.t.Helper()
	n := e.nodes[i]
	if err := os.Remove(e.ready(i)); err != nil && !errors.Is(err, os.ErrNotExist) {
		e.t.Fatal(err)
	}
	// All nodes give out one address: payers of one link may meet any of them.
	front := e.front
	if front == "" {
		front = e.nodes[0].url
	}
	n.process = startProcess(e.t, e.file(fmt.Sprintf("node%d.log", i)), []string{"FAULT=" + plan}, "demo",
		"--listen", strings.TrimPrefix(n.url, "http://"), "--base-url", front, "--database", e.database,
		"--data", e.file("demo"), "--gateway-url", e.bankURL, "--gateway-admin-key", estateAdmin, "--test-clock",
		"--no-inbox", "--ready-file", e.ready(i), "--log-level", "warn")
}

// check runs the program's own audit over store and bank and fails the test where
// it finds a violation.
func (e *estate) check() {
	e.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	out, err := exec.CommandContext(ctx, faultProgram(e.t), "check", "--database", e.database,
		"--sandbox-url", e.bankURL, "--quiet").CombinedOutput()
	if err != nil {
		e.t.Errorf("paylink check: %v\n%s", err, out)
	}
}

// api calls our own API at a node. An error says that no whole answer came.
func (e *estate) api(i int, method, path, key string, in any) (status int, answer []byte, err error) {
	head := map[string]string{"Authorization": "Bearer " + e.key}
	if key != "" {
		head["Idempotency-Key"] = key
	}
	return e.call(method, e.nodes[i].url+"/api/v1"+path, head, in)
}

func (e *estate) call(method, address string, head map[string]string, in any) (status int, answer []byte, err error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return 0, nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, address, body)
	if err != nil {
		return 0, nil, err
	}
	for name, value := range head {
		req.Header.Set(name, value)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := e.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// listen registers the shop for all events.
func (e *estate) listen() {
	e.t.Helper()
	status, body, err := e.api(0, http.MethodPost, "/webhook_endpoints", "", map[string]any{"url": e.shop.HookURL()})
	if err != nil || status/100 != 2 {
		e.t.Fatalf("the webhook endpoint was answered %d: %s %v", status, body, err)
	}
}

// book reads the bank's whole book.
func (e *estate) book() []bank.Charge {
	e.t.Helper()
	var all []bank.Charge
	for after := int64(0); ; {
		var page bank.Page
		status, body, err := e.call(http.MethodGet, fmt.Sprintf("%s/book?after=%d", e.bankURL, after), nil, nil)
		if err = errors.Join(err, json.Unmarshal(body, &page)); err != nil || status != http.StatusOK {
			e.t.Fatalf("the bank's book: %d %v", status, err)
		}
		all = append(all, page.Charges...)
		if after = page.Next; after == 0 {
			return all
		}
	}
}

// read looks into the store beside the running nodes.
func (e *estate) read(f func(paylink.Ledgers) error) {
	e.t.Helper()
	store, err := sqlstore.Open(context.Background(), e.database, sqlstore.Options{TestClock: true, ReadOnly: true})
	if err != nil {
		e.t.Fatal(err)
	}
	defer store.Close()
	if err := store.Audit(context.Background(), f); err != nil {
		e.t.Fatal(err)
	}
}

// advance moves the store's clock on while no node runs: leases, time-outs and
// waits of before are over.
func (e *estate) advance(d time.Duration) {
	e.t.Helper()
	store, err := sqlstore.Open(context.Background(), e.database, sqlstore.Options{TestClock: true})
	if err != nil {
		e.t.Fatal(err)
	}
	e.offset += d
	if err := errors.Join(store.SetClockOffset(context.Background(), e.offset), store.Close()); err != nil {
		e.t.Fatal(err)
	}
}

// settle waits until no payment is open and no delivery waits, at most a minute and
// a half.
func (e *estate) settle() {
	e.t.Helper()
	var left []string
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		left = nil
		e.read(func(l paylink.Ledgers) error {
			err := l.EachPayment(func(p paylink.Payment, _ []paylink.Step, _ []paylink.Entry) error {
				if p.State.Open() {
					left = append(left, p.ID+" "+string(p.State))
				}
				return nil
			})
			return errors.Join(err, l.EachDelivery(func(d paylink.Delivery) error {
				if d.State == paylink.DeliveryWaiting {
					left = append(left, d.ID+" "+d.EventType+" "+d.LastError)
				}
				return nil
			}))
		})
		if len(left) == 0 {
			return
		}
	}
	e.t.Fatalf("this is still open: %s", strings.Join(left, ", "))
}
