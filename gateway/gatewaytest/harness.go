package gatewaytest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"paylink"
)

// Ending is how a charge should end.
type Ending int

const (
	Approved Ending = iota
	Refused         // a decline with a definite reason
	Asked           // the payer is sent to a page first (3-D Secure)
)

// Call is a network call of the adapter.
type Call string

const (
	Charge  Call = "charge"
	Lookup  Call = "lookup"
	Cancel  Call = "cancel"
	Capture Call = "capture"
	Void    Call = "void"
	Refund  Call = "refund"
)

// Fault is how a call is lost.
type Fault bool

const (
	NotDone Fault = false // lost before the gateway did anything
	Done    Fault = true  // done, but the answer is lost
)

// Book is what the gateway's own book says of one key.
type Book struct {
	Charges  int   // charges that hold or took money
	Taken    int64 // minor units
	Returned int64
}

// Harness is a gateway to be tested. Everything is needed but what belongs to an
// optional interface that the adapter lacks.
type Harness struct {
	Gateway     paylink.Gateway
	Unreachable paylink.Gateway // the same adapter, at an address where nobody listens
	Account     string
	Currency    paylink.Currency
	ReturnURL   string
	// Token gives a token of the gateway's own fields for a charge that ends so.
	Token func(t *testing.T, e Ending) string
	// Book reads the gateway's own book, not through the adapter.
	Book func(t *testing.T, key string) Book
	// Lose makes the next call of that kind about that key be lost.
	Lose func(t *testing.T, call Call, key string, f Fault)
	// Callback waits for the gateway's callback about that key.
	Callback func(t *testing.T, key string) (http.Header, []byte)
	Wallet   *Wallet
}

// key makes a key that no other test uses.
func key(t *testing.T) string {
	name := strings.NewReplacer("/", "_", " ", "_").Replace(t.Name())
	if len(name) > 60 {
		name = name[len(name)-60:]
	}
	return paylink.NewID("pay_", time.Now()) + "_" + name
}

func (h Harness) charge(key, token string) paylink.Charge {
	return paylink.Charge{Key: key, Account: h.Account, Amount: paylink.Money{Minor: 2500, Currency: h.Currency},
		Method: paylink.Card, Token: token, ReturnURL: h.ReturnURL, Description: "a test",
		Payer: paylink.Payer{FirstName: "Ann", LastName: "Example", Email: "ann@example.com"}, Language: "en"}
}

// pay charges and wants an outcome.
func (h Harness) pay(t *testing.T, c paylink.Charge) paylink.Outcome {
	t.Helper()
	out, err := h.Gateway.Charge(context.Background(), c)
	if err != nil {
		t.Fatalf("charge %s: %v", c.Key, err)
	}
	return out
}

func (h Harness) look(t *testing.T, key string) paylink.Outcome {
	t.Helper()
	out, err := h.Gateway.Lookup(context.Background(), h.Account, key)
	if err != nil {
		t.Fatalf("lookup %s: %v", key, err)
	}
	return out
}

func (h Harness) wantBook(t *testing.T, key string, want Book) {
	t.Helper()
	if got := h.Book(t, key); got != want {
		t.Fatalf("the gateway's book says %+v of %s, wanted %+v", got, key, want)
	}
}

func want(t *testing.T, out paylink.Outcome, status paylink.OutcomeStatus) {
	t.Helper()
	if out.Status != status {
		t.Fatalf("outcome %+v, wanted %s", out, status)
	}
}

// wantSound wants an outcome that tells all of a payment of 25.00.
func (h Harness) wantSound(t *testing.T, out paylink.Outcome, status paylink.OutcomeStatus) {
	t.Helper()
	want(t, out, status)
	if out.Account != h.Account || out.Amount != (paylink.Money{Minor: 2500, Currency: h.Currency}) || out.Reference == "" || out.Last4 == "" {
		t.Fatalf("outcome lacks account, amount, reference or last four: %+v", out)
	}
}
