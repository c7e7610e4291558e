package till_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// rig is a till over a real store and a gateway that does what a test's script says.
type rig struct {
	*till.Till
	t        *testing.T
	db       *sqlstore.Store
	gateway  *scripted
	merchant paylink.Merchant
	terminal paylink.Terminal
}

// plain is a Sealer that binds a text to its context and hides nothing: whether
// sealing is secret is proven in internal/vault.
type plain struct{}

func (plain) Seal(p, c []byte) ([]byte, error) { return append(append([]byte{}, c...), p...), nil }
func (plain) Open(s, c []byte) ([]byte, error) {
	if len(s) < len(c) || string(s[:len(c)]) != string(c) {
		return nil, errors.New("sealed for another place")
	}
	return s[len(c):], nil
}

func newRig(t *testing.T) *rig {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), booktest.SQLite(t), sqlstore.Options{TestClock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	g := &scripted{charges: map[string]*charged{}}
	key := sha256.Sum256([]byte(t.Name()))
	r := &rig{t: t, db: db, gateway: g, Till: &till.Till{Store: db, Gateways: map[string]paylink.Gateway{"scripted": g},
		BaseURL: "https://pay.example", Key: key[:], Seal: plain{}, Hooks: http.DefaultClient}}
	made, err := r.Enrol(t.Context(), till.Enrolment{Merchant: &paylink.Merchant{Name: "Corner Bakery"},
		Terminals: []paylink.Terminal{{Name: "Main", Gateway: "scripted", Account: "acct_1", Currency: "USD",
			Methods: []paylink.Method{paylink.Card, paylink.Bank}}}})
	if err != nil {
		t.Fatal(err)
	}
	r.merchant, r.terminal = made.Merchant, made.Terminals[0]
	return r
}

// issue makes a link of 25.00 USD and gives its address.
func (r *rig) issue(change func(*paylink.Link)) (address, linkID string) {
	r.t.Helper()
	l := paylink.Link{MerchantID: r.merchant.ID, TerminalID: r.terminal.ID, Dialect: "native", Foreign: "{}",
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Title: "Cake", Amount: 2500}}}}
	if change != nil {
		change(&l)
	}
	a, err := r.Issue(context.Background(), till.Issuance{Link: l, Render: func(_ paylink.Link, url string) (int, []byte) {
		return 201, []byte(url)
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	return string(a.Body[len("https://pay.example/pay/"):]), a.LinkID
}

func (r *rig) order(address, linkID, token string) till.Order {
	return till.Order{Address: address, Attempt: r.NewAttempt(linkID, r.link(linkID).Version), Method: paylink.Card, Token: token}
}

func (r *rig) pay(o till.Order) paylink.Payment {
	r.t.Helper()
	p, err := r.Pay(context.Background(), o)
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

func (r *rig) link(id string) (l paylink.Link) {
	r.t.Helper()
	if err := r.Read(context.Background(), func(rd paylink.Reader) (err error) { l, err = rd.Link(id); return err }); err != nil {
		r.t.Fatal(err)
	}
	return l
}

func (r *rig) payment(id string) (p paylink.Payment) {
	r.t.Helper()
	if err := r.Read(context.Background(), func(rd paylink.Reader) (err error) { p, err = rd.Payment(id); return err }); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// events are the types that the merchant was told, oldest first.
func (r *rig) events(object string) (kinds []string) {
	r.t.Helper()
	err := r.Read(context.Background(), func(rd paylink.Reader) error {
		list, err := rd.Events(paylink.EventFilter{MerchantID: r.merchant.ID, ObjectID: object, Paging: paylink.Paging{Limit: 100}})
		for i := range list {
			kinds = append(kinds, list[len(list)-1-i].Type)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return kinds
}

// pass moves the database's clock and lets the resolver run until nothing is due.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.gateway.elapsed += d
	if err := r.db.SetClockOffset(context.Background(), r.gateway.elapsed); err != nil {
		r.t.Fatal(err)
	}
	for {
		n, err := r.Reconcile(context.Background(), 100)
		if n == 0 {
			return
		}
		_ = err // troubles of the gateway are part of the script
	}
}

// scripted is a gateway with a book, whose trouble is chosen by the charge's token.
type scripted struct {
	mu      sync.Mutex
	charges map[string]*charged
	calls   int // charges that arrived
	horizon time.Duration
	elapsed time.Duration
	down    bool
	hide    int // lookups that still find nothing
}

type charged struct {
	paylink.Outcome
	times int // how often it took money: more than once is the catastrophe
}

func (g *scripted) Traits() paylink.Traits {
	return paylink.Traits{Name: "scripted", Label: "Script", Horizon: g.horizon, Idempotent: true}
}

func (g *scripted) Charge(_ context.Context, c paylink.Charge) (paylink.Outcome, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.Token == "refused_dial" {
		return paylink.Outcome{}, paylink.ErrNotSent
	}
	g.calls++
	out := paylink.Outcome{Status: paylink.OutcomeCaptured, Reference: "ref_" + c.Key, Account: c.Account, Amount: c.Amount, Brand: "visa", Last4: "4242"}
	switch c.Token {
	case "lost_not_done":
		return paylink.Outcome{}, errors.New("connection reset")
	case "decline":
		out.Status, out.Decline = paylink.OutcomeDeclined, paylink.DeclineFunds
	case "hold":
		out.Status = paylink.OutcomeAuthorized
	case "bank":
		out.Status = paylink.OutcomePending
	case "action", "":
		out.Status, out.ActionURL = paylink.OutcomeAction, "https://bank.example/3ds"
	case "less":
		out.Amount.Minor--
	case "other_account":
		out.Account = "acct_2"
	case "other_currency":
		out.Amount.Currency = "EUR"
	}
	if had := g.charges[c.Key]; had != nil {
		return had.Outcome, nil
	}
	g.charges[c.Key] = &charged{Outcome: out, times: 1}
	if c.Token == "lost_but_done" {
		return paylink.Outcome{}, errors.New("connection reset")
	}
	return out, nil
}

func (g *scripted) Lookup(_ context.Context, _, key string) (paylink.Outcome, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down {
		return paylink.Outcome{}, errors.New("no answer")
	}
	c := g.charges[key]
	if g.hide > 0 || c == nil {
		g.hide--
		return paylink.Outcome{Status: paylink.OutcomeNotFound}, nil
	}
	return c.Outcome, nil
}

// says changes what the gateway's book holds of a key.
func (g *scripted) says(p paylink.Payment, s paylink.OutcomeStatus) paylink.Outcome {
	g.mu.Lock()
	defer g.mu.Unlock()
	o := paylink.Outcome{Status: s, Reference: "ref_" + p.ID, Account: p.Account, Amount: p.Amount}
	g.charges[p.ID] = &charged{Outcome: o, times: 1}
	return o
}

// ReadCallback takes a Notice as JSON; "forged" is refused.
func (g *scripted) ReadCallback(h http.Header, body []byte, _ time.Time) (paylink.Notice, error) {
	if h.Get("Signature") != "good" {
		return paylink.Notice{}, paylink.E(paylink.Unauthenticated, "signature", "not signed by the gateway")
	}
	var n paylink.Notice
	return n, json.Unmarshal(body, &n)
}

func (r *rig) callback(id string, p paylink.Payment, o paylink.Outcome) error {
	body, _ := json.Marshal(paylink.Notice{EventID: id, Account: p.Account, Key: p.ID, Outcome: o})
	return r.Callback(context.Background(), "scripted", http.Header{"Signature": {"good"}}, body)
}

// cancelling is a scripted gateway that can make keys unusable.
type cancelling struct{ *scripted }

func (g cancelling) CancelKey(_ context.Context, account, key string) (paylink.Outcome, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c := g.charges[key]; c != nil && c.Status != paylink.OutcomeAction {
		return c.Outcome, nil
	}
	o := paylink.Outcome{Status: paylink.OutcomeCancelled, Account: account}
	g.charges[key] = &charged{Outcome: o}
	return o, nil
}

func (r *rig) canCancel() { r.Gateways["scripted"] = cancelling{r.gateway} }

// whole fails the test where counters, ledger or steps do not agree with the states.
func (r *rig) whole() {
	r.t.Helper()
	type count struct{ holds, uses int }
	links, got := map[string]count{}, map[string]count{}
	err := r.db.Audit(context.Background(), func(l paylink.Ledgers) error {
		err := l.EachPayment(func(p paylink.Payment, steps []paylink.Step, entries []paylink.Entry) error {
			c := links[p.LinkID]
			if p.State.Holds() {
				c.holds++
			}
			if p.State.Uses() && !p.Surplus {
				c.uses++
			}
			links[p.LinkID] = c
			if len(steps) != p.Version || steps[len(steps)-1].To != p.State {
				r.t.Errorf("payment %s: %d steps for version %d, ending in %s, not %s", p.ID, len(steps), p.Version, steps[len(steps)-1].To, p.State)
			}
			sum, payable := int64(0), int64(0)
			for _, e := range entries {
				sum += e.Amount.Minor
				if e.Account == paylink.AccountPayable || e.Account == paylink.AccountOwedBack {
					payable -= e.Amount.Minor
				}
			}
			if sum != 0 || payable != p.Captured-p.Refunded {
				r.t.Errorf("payment %s: entries sum to %d, payable %d, captured %d, refunded %d", p.ID, sum, payable, p.Captured, p.Refunded)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return l.EachLink(func(l paylink.Link) error {
			got[l.ID] = count{l.Reserved, l.Succeeded}
			return nil
		})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	for id, c := range got {
		if links[id] != c {
			r.t.Errorf("link %s counts %+v, its payments say %+v", id, c, links[id])
		}
	}
	for key, c := range r.gateway.charges {
		if c.times > 1 {
			r.t.Errorf("payment %s was charged %d times", key, c.times)
		}
	}
}
