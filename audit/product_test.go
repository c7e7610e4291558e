package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/audit"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
	"paylink/internal/vault"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// product is the till over a real store and the real sandbox, each with its own book.
type product struct {
	*till.Till
	t      *testing.T
	db     *sqlstore.Store
	bank   string // its origin
	made   till.Enrolled
	offset time.Duration
}

func newProduct(t *testing.T, dsn string) *product {
	t.Helper()
	db, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{TestClock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p := &product{t: t, db: db}
	callbacks := httptest.NewServer(http.HandlerFunc(p.callback))
	t.Cleanup(callbacks.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.bank = "http://" + l.Addr().String()
	srv, err := bank.Open(bank.Options{Path: filepath.Join(t.TempDir(), "bank.db"), BaseURL: p.bank, AdminKey: "admin",
		Accounts: []bank.Account{{ID: "acct", Name: "Bakery", Key: "bank_key_of_the_test", CallbackURL: callbacks.URL, CallbackSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}})
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: srv.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = web.Serve(l) }()
	t.Cleanup(func() { _ = web.Close(); _ = srv.Close() })
	g, err := sandbox.New(sandbox.Config{URL: p.bank, RealTime: true, TotalTimeout: 3 * time.Second, Accounts: func(string) (sandbox.Secrets, bool) {
		return sandbox.Secrets{Key: "bank_key_of_the_test", CallbackSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, true
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	text, err := vault.Generate()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := vault.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p.Till = &till.Till{Store: db, Gateways: map[string]paylink.Gateway{"sandbox": g}, BaseURL: "http://pay.test",
		Key: keys.SigningKey(), Seal: keys, Hooks: http.DefaultClient}
	p.made, err = p.Enrol(context.Background(), till.Enrolment{Merchant: &paylink.Merchant{Name: "Bakery"},
		Scopes: []paylink.Scope{{Name: "once", Once: true}},
		Terminals: []paylink.Terminal{{Gateway: "sandbox", Account: "acct", Currency: "USD",
			Methods: []paylink.Method{paylink.Card, paylink.Bank}}}})
	if err != nil {
		t.Fatal(err)
	}
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(hook.Close)
	if _, _, err := p.AddEndpoint(context.Background(), paylink.Endpoint{MerchantID: p.made.Merchant.ID, URL: hook.URL}); err != nil {
		t.Fatal(err)
	}
	tee := paylink.Product{MerchantID: p.made.Merchant.ID, Name: "Tee", Price: paylink.Money{Minor: 1, Currency: "USD"}}
	if _, err := p.Once(context.Background(), nil, p.AddsProduct(tee), func(till.Changed) (int, string, []byte) { return 201, "", nil }); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *product) callback(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	_, _ = b.ReadFrom(r.Body)
	if err := p.Callback(r.Context(), "sandbox", r.Header, b.Bytes()); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// link issues one and gives its address and id.
func (p *product) link(change func(*paylink.Link)) (address, id string) {
	l := paylink.Link{MerchantID: p.made.Merchant.ID, TerminalID: p.made.Terminals[0].ID, Dialect: "native", Foreign: "{}",
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 2000}, {Amount: 500}}}, Metadata: map[string]string{"order": "42"}}
	change(&l)
	a, err := p.Issue(context.Background(), till.Issuance{Link: l, Claim: &paylink.Claim{Scope: "s", Key: paylink.NewToken(), Fingerprint: "f"},
		Render: func(_ paylink.Link, url string) (int, []byte) { return 201, []byte(url) }})
	if err != nil {
		p.t.Fatal(err)
	}
	return string(a.Body[len("http://pay.test/pay/"):]), a.LinkID
}

// owe makes a debt, under an idempotency key.
func (p *product) owe() (d paylink.Debt) {
	p.t.Helper()
	_, err := p.Once(context.Background(), &paylink.Claim{Scope: "s", Key: paylink.NewToken(), Fingerprint: "f"},
		p.AddsDebt(paylink.Debt{MerchantID: p.made.Merchant.ID, Reference: "INV-3", Amount: paylink.Money{Minor: 2500, Currency: "USD"}}),
		func(done till.Changed) (int, string, []byte) {
			d = done.Debt
			return 201, d.ID, nil
		})
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

func (p *product) ask(path string, in any, out any) {
	body, _ := json.Marshal(in)
	req, _ := http.NewRequest(http.MethodPost, p.bank+path, bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer admin")
	req.Header.Set("Origin", p.bank)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Error(err)
		return
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		p.t.Errorf("%s: %d", path, res.StatusCode)
	}
	if out != nil {
		_ = json.NewDecoder(res.Body).Decode(out)
	}
}

// pay pays a link by a test number, once.
func (p *product) pay(address, id, number, reference string) {
	var made struct{ Token string }
	p.ask("/v1/tokens", map[string]string{"method": "card", "number": number, "expiry": "12/39", "cvc": "123", "holder": "A"}, &made)
	_, _ = p.Pay(context.Background(), till.Order{Address: address, Attempt: p.NewAttempt(id, 1), Method: paylink.Card, Token: made.Token,
		Reference: reference, Typed: paylink.Money{Minor: 1234, Currency: "USD"}})
}

// rest lets time pass until nothing is under way.
func (p *product) rest() {
	for range 40 {
		p.offset += 2 * time.Minute
		if err := p.db.SetClockOffset(context.Background(), p.offset); err != nil {
			p.t.Fatal(err)
		}
		_, _ = p.Reconcile(context.Background(), 100)
		for n := 1; n > 0; {
			var err error
			if n, err = p.Deliver(context.Background(), 100); err != nil {
				p.t.Fatal(err)
			}
		}
	}
}

func (p *product) audit(quiet bool) ([]audit.Violation, audit.Report) {
	p.t.Helper()
	found, report, err := audit.Run(context.Background(), p.db, audit.Options{Book: audit.SandboxBook(p.bank), Quiet: quiet})
	if err != nil {
		p.t.Fatal(err)
	}
	return found, report
}

// numbers are the sandbox's, one for each way in which a card payment can go wrong.
var numbers = []string{"4242424242424242", "4000000000009995", "4000000000070021", "4000000000070039", "4000000000070047",
	"4000000000070054", "4000000000070062", "4000000000070070", "4000000000070096", "4000000000070104", "4000000000070112",
	"4000000000070120", "4000000000003220"}

// Payments of every kind, several at once on each link, some in trouble: at each
// moment the books break no rule, and at rest they agree with the bank's.
func TestTheRealBooksBreakNoRule(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func() string{
		"SQLite":     func() string { return booktest.SQLite(t) },
		"PostgreSQL": func() string { return booktest.Postgres(t) },
	} {
		at := dsn()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProduct(t, at)
			var payers sync.WaitGroup
			crowd := func(reference string, change func(*paylink.Link)) {
				address, id := p.link(change)
				for _, number := range numbers {
					payers.Go(func() { p.pay(address, id, number, reference) })
				}
			}
			crowd("", func(l *paylink.Link) { l.MaxUses = 1 })
			crowd("", func(l *paylink.Link) { l.MaxUses = 3 })
			crowd("", func(*paylink.Link) {})
			crowd("", func(l *paylink.Link) { l.Hold = true })
			crowd("INV-1", func(l *paylink.Link) { l.Scope, l.Page.ShowReference = "once", true })
			crowd("", func(l *paylink.Link) { l.Scope, l.Reference = "often", "INV-2" })
			d := p.owe()
			crowd("", func(l *paylink.Link) { l.Scope, l.Reference = d.Scope, d.Reference })
			crowd("", func(l *paylink.Link) { l.Scope, l.Reference = d.Scope, d.Reference })
			crowd("", func(l *paylink.Link) { l.Price.Lines = []paylink.Line{{Open: true, Min: 100, Max: 5000}} })
			time.Sleep(300 * time.Millisecond)
			if found, _ := p.audit(false); len(found) > 0 {
				t.Errorf("while payers pay: %v", found)
			}
			payers.Wait()
			_, closed := p.link(func(*paylink.Link) {})
			if _, _, err := p.Close(context.Background(), till.Closing{LinkID: closed, MerchantID: p.made.Merchant.ID}); err != nil {
				t.Fatal(err)
			}
			p.rest()
			// Whoever held the debt may have failed after all others were turned away.
			address, id := p.link(func(l *paylink.Link) { l.Scope, l.Reference = d.Scope, d.Reference })
			p.pay(address, id, numbers[0], "")
			p.rest()
			if err := p.Read(context.Background(), func(r paylink.Reader) (err error) { d, err = r.DebtByID(d.ID); return err }); err != nil || d.State() != paylink.DebtPaid {
				t.Errorf("the debt is %s: %v", d.State(), err)
			}
			found, report := p.audit(true)
			for _, v := range found {
				t.Error(v)
			}
			if report.Payments < 30 || report.States["captured"] < 15 || report.States["authorized"] == 0 || report.States["declined"] == 0 ||
				report.Charges < 15 || report.Events < 30 || report.Deliveries < 30 || report.Claims != 12 {
				t.Errorf("too little happened to prove anything: %+v", report)
			}
			p.break_(report)
		})
	}
}

// break_ plants violations in the real store: the audit finds them there as well.
func (p *product) break_(was audit.Report) {
	p.t.Helper()
	var paid paylink.Payment
	err := p.db.Update(context.Background(), func(tx paylink.Tx) error {
		list, err := tx.Payments(paylink.PaymentFilter{MerchantID: p.made.Merchant.ID, State: paylink.Captured, Paging: paylink.Paging{Limit: 1}})
		if err != nil || len(list) != 1 {
			return fmt.Errorf("%d payments, %w", len(list), err)
		}
		paid = list[0]
		l, err := tx.LockLink(paid.LinkID)
		if err != nil {
			return err
		}
		l.Reserved++
		was := l.Metadata
		l.Metadata = map[string]string{"order": "43"}
		if err := tx.FindBy(l, was); err != nil { // and it stays written on the link as it was
			return err
		}
		l.Metadata = was
		if err := tx.SaveLink(l); err != nil {
			return err
		}
		paid.Captured--
		return tx.SavePayment(paid, nil, nil)
	})
	if err != nil {
		p.t.Fatal(err)
	}
	found, report := p.audit(true)
	var ids []string
	for _, v := range found {
		ids = append(ids, v.ID)
	}
	slices.Sort(ids)
	if fmt.Sprint(ids) != "[I-02 I-05 book find]" {
		p.t.Errorf("planted a counter, an amount and a row of an index; found %v of %d payments (%d before)", found, report.Payments, was.Payments)
	}
}
