package elevate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/dialect/dialecttest"
	"paylink/dialect/elevate"
	"paylink/internal/vault"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// day is when the tests play.
var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	brand, username, password = "harbor", "billing-api", "a-password-of-128-random-bits"
	linkPath                  = "/v1/payment-provider-payment-link"
)

// engines are the databases that every promise is kept on.
var engines = booktest.Engines

// onBoth proves a claim on both engines.
func onBoth(t *testing.T, prove func(t *testing.T, r *rig)) {
	t.Helper()
	t.Parallel()
	for name, dsn := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prove(t, newRig(t, dsn(t)))
		})
	}
}

// rig is the API over a real store, with one merchant: two terminals, a customer, an
// invoice and an adhoc invoice, each number 1.
type rig struct {
	t     testing.TB
	dsn   string
	store *sqlstore.Store
	till  *till.Till
	url   string
	token string
	made  till.Enrolled
	debts [2]paylink.Debt // the invoice, the adhoc invoice
}

func newRig(t testing.TB, dsn string) *rig {
	t.Helper()
	r := &rig{t: t, dsn: dsn}
	r.open()
	r.at(day)
	r.made = r.enrol(brand)
	r.token = r.login(brand)
	r.furnish()
	return r
}

// open starts the server on its database, once more after a close.
func (r *rig) open() {
	r.t.Helper()
	r.store, r.till, r.url = node(r.t, r.dsn)
}

// node is a server on a database.
func node(t testing.TB, dsn string) (*sqlstore.Store, *till.Till, string) {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{TestClock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	keys, err := vault.Generate()
	if err != nil {
		t.Fatal(err)
	}
	seal, err := vault.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	acts := &till.Till{Store: s, BaseURL: "https://pay.example", Key: bytes.Repeat([]byte{7}, 32), Seal: seal,
		Gateways: map[string]paylink.Gateway{"sandbox": bank{}}}
	mux := http.NewServeMux()
	(&elevate.Handler{Till: acts}).Mount(mux)
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return s, acts, web.URL
}

// at sets the clock.
func (r *rig) at(now time.Time) {
	r.t.Helper()
	if err := r.store.SetClockOffset(context.Background(), time.Until(now)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) enrol(brand string) till.Enrolled {
	r.t.Helper()
	made, err := r.till.Enrol(context.Background(), till.Enrolment{Merchant: &paylink.Merchant{Name: "Harbor Power"},
		Terminals: []paylink.Terminal{
			{Name: "dollars", Gateway: "sandbox", Account: "acct_1", Currency: "USD", Methods: []paylink.Method{paylink.Card, paylink.Bank}},
			{Name: "yen", Gateway: "sandbox", Account: "acct_1", Currency: "JPY", Methods: []paylink.Method{paylink.Card}}},
		Credentials: []till.NewCredential{{Dialect: elevate.Name, Kind: elevate.KindUser, Lookup: elevate.Lookup(brand, username), Secret: password}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return made
}

// furnish makes the customer and what they owe.
func (r *rig) furnish() {
	r.t.Helper()
	who := paylink.Customer{ID: paylink.NewID(paylink.PrefixCustomer, day), MerchantID: r.made.Merchant.ID, CreatedAt: day, UpdatedAt: day,
		Payer: paylink.Payer{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.org"}}
	r.update(func(tx paylink.Tx) error { return tx.PutCustomer(who) })
	r.debts = [2]paylink.Debt{
		r.owe(paylink.Debt{Reference: "INV-1", Title: "November", CustomerID: who.ID, DueOn: "2026-12-01", Amount: paylink.Money{Minor: 1050, Currency: "USD"}}),
		r.owe(paylink.Debt{Reference: "ADH-1", Title: "Repair", Amount: paylink.Money{Minor: 9900, Currency: "USD"}, Dialect: elevate.Name, Foreign: elevate.Adhoc}),
	}
	r.update(func(tx paylink.Tx) error {
		provider, err := elevate.NumberTerminal(tx, r.made.Terminals[0])
		if err != nil {
			return err
		}
		number, err := elevate.NumberCustomer(tx, who)
		if err != nil {
			return err
		}
		first, err := elevate.NumberDebt(tx, r.debts[0])
		if err != nil {
			return err
		}
		second, err := elevate.NumberDebt(tx, r.debts[1])
		if provider*number*first*second != 1 {
			r.t.Errorf("the first numbers are %d, %d, %d, %d", provider, number, first, second)
		}
		return err
	})
}

func (r *rig) update(f func(paylink.Tx) error) {
	r.t.Helper()
	if err := r.store.Update(context.Background(), f); err != nil {
		r.t.Fatal(err)
	}
}

// owe makes a debt of the merchant.
func (r *rig) owe(d paylink.Debt) paylink.Debt {
	r.t.Helper()
	d.MerchantID = r.made.Merchant.ID
	return r.debt(r.till.AddsDebt(d))
}

// debt does a change of a debt.
func (r *rig) debt(c till.Change) (d paylink.Debt) {
	r.t.Helper()
	_, err := r.till.Once(context.Background(), nil, c, func(done till.Changed) (int, string, []byte) {
		d = done.Debt
		return 200, d.ID, nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request; headers are "Name: value" and come beside the token.
func (r *rig) send(method, target, body string, headers ...string) reply {
	r.t.Helper()
	return send(r.t, r.url, r.token, method, target, body, headers...)
}

func send(t testing.TB, url, token, method, target, body string, headers ...string) reply {
	t.Helper()
	var own []string
	if token != "" {
		own = append(own, "Authorization: Bearer "+token)
	}
	got, err := dialecttest.Send(method, url+target, body, append(own, headers...)...)
	if err != nil {
		t.Error(err)
		return reply{}
	}
	a := reply{got.Status, got.Header, got.Body}
	if a.status >= 400 && method != http.MethodHead {
		a.judge(t, method+" "+target+" "+body)
	}
	return a
}

// judge holds an error against Elevate's form of it.
func (a reply) judge(t testing.TB, what string) {
	t.Helper()
	var p map[string]string
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || len(p) != 2 || p["error"] != http.StatusText(a.status) || p["message"] == "" {
		t.Errorf("%.300s answered %d %s, which is no error of this API", what, a.status, a.body)
	}
}

// must is send with a status that must come.
func (r *rig) must(status int, method, target, body string, headers ...string) reply {
	r.t.Helper()
	a := r.send(method, target, body, headers...)
	if a.status != status {
		r.t.Fatalf("%s %s %.300s: got %d %s, want %d", method, target, body, a.status, a.body, status)
	}
	return a
}

// get reads a member of the answer; numbers as their text.
func (a reply) get(t testing.TB, name string) any {
	t.Helper()
	m, ok := decode(t, a.body).(map[string]any)
	if !ok {
		t.Fatalf("%s is no object", a.body)
	}
	return m[name]
}

func (a reply) text(t testing.TB, name string) string {
	t.Helper()
	s, _ := a.get(t, name).(string)
	return s
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

func (r *rig) login(brand string) string {
	r.t.Helper()
	body, _ := json.Marshal(map[string]string{"brand": brand, "username": username, "password": password})
	return send(r.t, r.url, "", "POST", "/v1/authenticate", string(body)).text(r.t, "token")
}

// look is the link behind a payment link.
func (r *rig) look(a reply) till.Sight {
	r.t.Helper()
	s, err := r.till.Look(context.Background(), path.Base(a.text(r.t, "paymentLink")))
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// pay pays a link with a token that says what the bank does.
func (r *rig) pay(a reply, how string) paylink.Payment {
	r.t.Helper()
	p, err := r.tryPay(a, how)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

func (r *rig) tryPay(a reply, how string) (paylink.Payment, error) {
	r.t.Helper()
	s := r.look(a)
	return r.till.Pay(context.Background(), till.Order{Address: s.Address.Value, Attempt: r.till.NewAttempt(s.Link.ID, s.Link.Version),
		Method: paylink.Card, Token: how})
}

// bank does what a charge's token says.
type bank struct{}

func (bank) Traits() paylink.Traits {
	return paylink.Traits{Name: "sandbox", Label: "Bank", Idempotent: true}
}

func (bank) Charge(_ context.Context, c paylink.Charge) (paylink.Outcome, error) {
	o := paylink.Outcome{Status: paylink.OutcomeCaptured, Reference: "ref_" + c.Key, Account: c.Account, Amount: c.Amount}
	switch c.Token {
	case "decline":
		o.Status, o.Decline = paylink.OutcomeDeclined, paylink.DeclineFunds
	case "action":
		o.Status, o.ActionURL = paylink.OutcomeAction, "https://bank.example/3ds"
	case "pending":
		o.Status = paylink.OutcomePending
	}
	return o, nil
}

func (bank) Lookup(context.Context, string, string) (paylink.Outcome, error) {
	return paylink.Outcome{Status: paylink.OutcomeProcessing}, nil
}

// order is a request for a link, with more members before its end.
func order(amount string, more ...string) string {
	return `{"paymentProviderId":1,"amountInMajorCurrency":` + amount + `,"description":"Invoice 42"` + strings.Join(append([]string{""}, more...), ",") + `}`
}
