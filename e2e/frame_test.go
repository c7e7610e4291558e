package e2e

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/gateway/sandbox/bank"
	"paylink/till"
	"paylink/web/checkout"
)

// listener is a till that takes orders and charges nothing: what the page and the
// gateway's frame do together is seen without the rest of the product.
type listener struct {
	mu     sync.Mutex
	offer  paylink.Offer
	frame  string
	orders []till.Order
}

func (l *listener) LookBack(ctx context.Context, address string) (till.Sight, error) {
	return l.Look(ctx, address)
}

func (l *listener) Look(_ context.Context, address string) (till.Sight, error) {
	if address != l.offer.Address.Value {
		return till.Sight{}, paylink.E(paylink.NotFound, "link_unknown", "no such link")
	}
	return till.Sight{Offer: l.offer, Standing: paylink.Payable, Now: time.Now()}, nil
}

func (l *listener) Pay(_ context.Context, o till.Order) (paylink.Payment, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.orders = append(l.orders, o)
	return paylink.Payment{Attempt: o.Attempt, State: paylink.Captured}, nil
}

func (l *listener) taken() []till.Order {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]till.Order(nil), l.orders...)
}

func (l *listener) Back(_ context.Context, _, attempt string) (paylink.Payment, error) {
	return paylink.Payment{ID: "pay_1", Attempt: attempt, State: paylink.Captured, Amount: paylink.Money{Minor: 2500, Currency: "USD"}, CompletedAt: time.Now()}, nil
}
func (l *listener) LastPaid(context.Context, paylink.Link) (paylink.Payment, error) {
	return paylink.Payment{}, nil
}
func (l *listener) Gateway(paylink.Offer) (paylink.Gateway, error) {
	return framed{origin: l.frame}, nil
}
func (l *listener) AttemptFor(till.Sight) string { return strings.Repeat("Ab1_", 11) }
func (l *listener) ReturnURL(link paylink.Link, _ paylink.Payment) string {
	return link.RedirectURL
}
func (l *listener) LinkURL(address string) string { return "http://127.0.0.1/pay/" + address }
func (l *listener) AttemptURL(address, attempt string) string {
	return l.LinkURL(address) + "/" + attempt
}

type framed struct {
	paylink.Gateway
	origin string
}

func (f framed) Traits() paylink.Traits {
	return paylink.Traits{Name: "sandbox", Label: "Sandbox", FrameURL: f.origin + "/frame", Origins: []string{f.origin}}
}

// framedPage serves one link whose card fields are the sandbox's, and remembers
// every byte that the page's own server was sent.
func framedPage(t *testing.T, change func(*paylink.Link)) (site, gateway string, l *listener, heard func() string) {
	t.Helper()
	outer := httptest.NewUnstartedServer(nil)
	b, err := bank.Open(bank.Options{Path: filepath.Join(t.TempDir(), "book.db"), BaseURL: "http://" + outer.Listener.Addr().String(), LoopbackPages: true,
		Accounts: []bank.Account{{ID: "acct", Name: "Harbor Books", Key: "key-of-the-frame-tests"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	outer.Config.Handler = b.Handler()
	outer.Start()
	t.Cleanup(outer.Close)
	l = &listener{frame: outer.URL, offer: paylink.Offer{
		Link: paylink.Link{ID: "plk_01m3k5v7x9a1b2c3d4e5f6g7h8", Version: 1, State: paylink.LinkOpen, Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 2500}}},
			Page: paylink.Page{Title: "Order 1042", Language: "en", Ask: paylink.Ask{Email: true}}},
		Address: paylink.Address{Value: "tok"}, Merchant: paylink.Merchant{Name: "Harbor Books", Country: "US"},
		Terminal: paylink.Terminal{Gateway: "sandbox", Currency: "USD", Methods: []paylink.Method{paylink.Card, paylink.Bank}}}}
	if change != nil {
		change(&l.offer.Link)
	}
	mux := http.NewServeMux()
	(&checkout.Handler{Acts: l, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}).Mount(mux)
	var mu sync.Mutex
	var all strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		all.WriteString(r.RequestURI + "\n" + string(body) + "\n")
		mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, outer.URL, l, func() string { mu.Lock(); defer mu.Unlock(); return all.String() }
}

func TestACardTypedIntoTheFrameReachesThePageAsATokenOnly(t *testing.T) {
	t.Parallel()
	site, gateway, l, heard := framedPage(t, nil)
	tab := OpenTab(t, Allow(site, gateway), Viewport(1280, 900))
	tab.Goto(site + "/pay/tok")
	tab.Type("#f-email", "ada@example.com")
	tab.Click(".pl-next")
	tab.Click("label[for=m-card]")
	frame := tab.Frame(gateway)
	frame.Wait("#number")
	tab.Shot("frame-card")
	tab.Axe("with the card frame")
	tab.Click(".pl-pay")
	frame.WaitText("#number-error", "card")
	tab.Shot("frame-errors")
	frame.Type("#number", "4242424242424242")
	tab.until("the brand to be marked", func() (bool, error) {
		return Eval[string](tab.Scope, `document.querySelector(".epf-cc-selected")?.dataset.brand ?? ""`) == "visa", nil
	})
	frame.Type("#expiry", "1234")
	frame.Type("#cvc", "123")
	tab.Shot("frame-filled")
	tab.DoubleClick(".pl-pay")
	tab.WaitURL(site + "/pay/tok/")
	orders := l.taken()
	if len(orders) != 1 || !strings.HasPrefix(orders[0].Token, "tok_") || orders[0].Method != paylink.Card || orders[0].Payer.Email != "ada@example.com" {
		t.Errorf("%+v", orders)
	}
	for _, secret := range []string{"4242424242424242", "4242+4242", "4242%20"} {
		if strings.Contains(heard(), secret) {
			t.Error("the card number reached the page's server")
		}
	}
}

func TestABankAccountHasItsOwnFields(t *testing.T) {
	t.Parallel()
	site, gateway, l, _ := framedPage(t, func(link *paylink.Link) {
		link.Page.Ask = paylink.Ask{}
		link.Page.Theme = ".EPF__body{background-color:#000}"
	})
	tab := OpenTab(t, Allow(site, gateway), Phone(), Media("prefers-color-scheme", "dark"))
	tab.Goto(site + "/pay/tok")
	tab.Click("label[for=m-bank]")
	frame := tab.Frame(gateway)
	frame.Type("#holder", "Ada Lovelace")
	frame.Type("#routing", "110000000")
	frame.Type("#account", "000123456789")
	tab.Shot("frame-bank")
	tab.Press("\r")
	tab.WaitURL(site + "/pay/tok/")
	if orders := l.taken(); len(orders) != 1 || orders[0].Method != paylink.Bank || orders[0].Token == "" {
		t.Errorf("%+v", orders)
	}
}

func TestTheGatewaysOwnPageIsAWayWithoutTheFrame(t *testing.T) {
	t.Parallel()
	site, gateway, l, _ := framedPage(t, func(link *paylink.Link) { link.Page.Ask = paylink.Ask{} })
	tab := OpenTab(t, Allow(site, gateway), Phone())
	tab.Goto(site + "/pay/tok")
	tab.Click("label[for=m-card]")
	tab.Click("[name=way]")
	tab.WaitURL(site + "/pay/tok/")
	if orders := l.taken(); len(orders) != 1 || orders[0].Token != "" {
		t.Errorf("%+v", orders)
	}
}

func TestTheCountryChangesTheAddressWithScript(t *testing.T) {
	t.Parallel()
	site, gateway, _, _ := framedPage(t, func(link *paylink.Link) { link.Page.Ask = paylink.Ask{Address: true}; link.Page.Country = "US" })
	tab := OpenTab(t, Allow(site, gateway), Viewport(1280, 900))
	tab.Goto(site + "/pay/tok")
	tab.Type("#f-street", "1 Main St")
	tab.Choose("#f-country", "CA")
	tab.WaitText("label[for=f-postal]", "Postal code")
	tab.WaitText("label[for=f-state]", "Province")
	if got := tab.Value("#f-street"); got != "1 Main St" {
		t.Errorf("the street was lost: %q", got)
	}
	tab.Choose("#f-state", "ON")
	tab.Axe("after the country was changed")
}

func TestTheTypedAmountIsShownWhereItIsCharged(t *testing.T) {
	t.Parallel()
	site, gateway, l, _ := framedPage(t, func(link *paylink.Link) {
		link.Page.Ask = paylink.Ask{}
		link.Price.Lines = []paylink.Line{{Open: true, Min: 1, Max: 9999999}}
	})
	tab := OpenTab(t, Allow(site, gateway), Phone())
	tab.Goto(site + "/pay/tok")
	tab.Type("#f-amount", "1,234.5")
	tab.WaitText(".pl-amount", "$1,234.50")
	tab.Click(".pl-next")
	tab.WaitText(".pl-sum", "$1,234.50")
	tab.Shot("typed-amount")
	tab.Click("label[for=m-card]")
	tab.Click("[name=way]")
	tab.WaitURL(site + "/pay/tok/")
	if orders := l.taken(); len(orders) != 1 || orders[0].Typed.Minor != 123450 {
		t.Errorf("%+v", orders)
	}
}
