package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"paylink"
)

// BankCharge is a charge in a gateway's book.
type BankCharge struct {
	Key      string // ours: the payment's id
	Account  string
	State    string // "captured", "settled", "pending", "authorized", … ; see SandboxBook
	Amount   paylink.Money
	Captured int64 // minor units
	Refunded int64
}

// took is what the gateway has of the payer's money; a bank debit that was accepted
// counts as taken, as it does in our book.
func (c BankCharge) took() int64 {
	if c.State == "pending" {
		return c.Amount.Minor
	}
	return c.Captured - c.Refunded
}

// succeeded: money was taken or held under the key, whatever became of it later.
func (c BankCharge) succeeded() bool {
	switch c.State {
	case "authorized", "captured", "pending", "settled", "returned":
		return true
	}
	return c.Captured > 0
}

// GatewayBook is the other party's book.
type GatewayBook struct {
	// Gateway is its name in payments: "sandbox".
	Gateway string
	// Accounts are those that are ours; empty means all of the book.
	Accounts []string
	// Each walks all charges, and does so anew at each call.
	Each func(ctx context.Context, f func(BankCharge) error) error
}

// SandboxBook reads the sandbox's book over HTTP, from base ("http://127.0.0.1:41002").
func SandboxBook(base string) *GatewayBook {
	client := &http.Client{Timeout: time.Minute}
	return &GatewayBook{Gateway: "sandbox", Each: func(ctx context.Context, f func(BankCharge) error) error {
		for after := int64(0); ; {
			next, err := sandboxPage(ctx, client, base, after, f)
			if err != nil {
				return fmt.Errorf("the sandbox's book at %s can't be read: %w", base, err)
			}
			if next == 0 {
				return nil
			}
			after = next
		}
	}}
}

func sandboxPage(ctx context.Context, client *http.Client, base string, after int64, f func(BankCharge) error) (int64, error) {
	u := strings.TrimSuffix(base, "/") + "/book?" + url.Values{"after": {strconv.FormatInt(after, 10)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return 0, err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("it answered %d", res.StatusCode)
	}
	var page struct {
		Charges []struct {
			Account, Key, State, Currency string
			Amount, Captured, Refunded    int64
		}
		Next int64
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<20)).Decode(&page); err != nil {
		return 0, err
	}
	for _, c := range page.Charges {
		err := f(BankCharge{Key: c.Key, Account: c.Account, State: c.State, Captured: c.Captured, Refunded: c.Refunded,
			Amount: paylink.Money{Minor: c.Amount, Currency: paylink.Currency(c.Currency)}})
		if err != nil {
			return 0, err
		}
	}
	if page.Next != 0 && page.Next <= after {
		return 0, errors.New("its pages do not go on")
	}
	return page.Next, nil
}

// charges is a gateway's book, summed by key.
type charges struct {
	book *GatewayBook
	at   map[key]charge
	n    int
}

type charge struct {
	took, amount int64
	currency     paylink.Currency
	account      uint64
	successes    int16
	held         bool
	seen         bool // a payment of ours has this key
}

func readBook(ctx context.Context, b *GatewayBook) (*charges, error) {
	if b == nil {
		return nil, nil
	}
	cs := &charges{book: b, at: map[key]charge{}}
	err := b.Each(ctx, func(c BankCharge) error {
		if len(b.Accounts) > 0 && !slices.Contains(b.Accounts, c.Account) {
			return nil
		}
		cs.n++
		k := keyOf(c.Key)
		sum := cs.at[k]
		sum.took += c.took()
		sum.amount, sum.currency, sum.account = c.Amount.Minor, c.Amount.Currency, short(c.Account)
		sum.held = sum.held || c.State == "authorized"
		if c.succeeded() {
			sum.successes++
		}
		cs.at[k] = sum
		return nil
	})
	return cs, err
}

// charge compares a payment with what the gateway has under its key. Without rest
// the gateway's book, which was read first, may lack what is under way.
func (a *audit) charge(p paylink.Payment) {
	if a.charges == nil || p.Gateway != a.charges.book.Gateway {
		return
	}
	k := keyOf(p.ID)
	c, ok := a.charges.at[k]
	if ok {
		c.seen = true
		a.charges.at[k] = c
	}
	if c.successes > 1 {
		a.say("I-03", p.ID, "the gateway holds %d successful charges for one key", c.successes)
	}
	if ok && c.successes > 0 && (c.amount != p.Amount.Minor || c.currency != p.Amount.Currency || c.account != short(p.Account)) {
		a.say("I-06", p.ID, "the gateway charged %d %s, or another account's; the payment is of %s", c.amount, c.currency, p.Amount)
	}
	// A mismatch is about books that differ: a person is at it.
	if !a.o.Quiet || p.State == paylink.Mismatch || p.State.Open() {
		return
	}
	if ours := p.Captured - p.Refunded; ours != c.took {
		a.say("I-02", p.ID, "our book holds %d minor units (%s), the gateway's %d", ours, p.State, c.took)
	}
	if held := p.State == paylink.Authorized; held != c.held {
		a.say("I-02", p.ID, "our book says held: %t (%s); the gateway's: %t", held, p.State, c.held)
	}
}

// closeBook finds the charges that no payment of ours has.
func (a *audit) closeBook() error {
	if a.charges == nil {
		return nil
	}
	a.report.Charges = a.charges.n
	orphans := 0
	for _, c := range a.charges.at {
		orphans += int(one(!c.seen))
	}
	if orphans == 0 {
		return nil
	}
	return a.charges.book.Each(a.ctx, func(c BankCharge) error {
		if have, ok := a.charges.at[keyOf(c.Key)]; ok && !have.seen {
			a.say("I-02", c.Key, "the gateway's book has this charge (%s, %s, account %s); ours does not know it", c.State, c.Amount, c.Account)
		}
		return nil
	})
}
