package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
	"paylink/internal/safedial"
	"paylink/store/sqlstore"
	"paylink/till"
	"paylink/web/checkout"
	"paylink/web/look"
	"paylink/web/picture"
)

// store is a merchant who sells something: a till with its pages, the sandbox bank,
// and HTTP between them. What links look like that no API makes yet is seen here.
type store struct {
	*till.Till
	t        *testing.T
	url      string
	bank     string
	merchant paylink.Merchant
	terminal map[paylink.Currency]paylink.Terminal
}

const storeKey, storeSecret = "key_of_the_store_account", "secret_of_the_callbacks"

func newStore(t *testing.T) *store {
	t.Helper()
	s := &store{t: t, terminal: map[paylink.Currency]paylink.Terminal{}}
	db, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "paylink.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	outer := httptest.NewUnstartedServer(nil)
	s.url, s.bank = server.URL, "http://"+outer.Listener.Addr().String()
	b, err := bank.Open(bank.Options{Path: filepath.Join(t.TempDir(), "book.db"), BaseURL: s.bank, LoopbackPages: true,
		Accounts: []bank.Account{{ID: "acct", Name: "Harbor Books", Key: storeKey, CallbackURL: s.url + "/callbacks/sandbox", CallbackSecret: storeSecret,
			Traits: bank.Traits{ConfirmAfterMS: 150}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	outer.Config.Handler = b.Handler()
	outer.Start()
	t.Cleanup(outer.Close)
	g, err := sandbox.New(sandbox.Config{URL: s.bank, RealTime: true, Accounts: func(string) (sandbox.Secrets, bool) {
		return sandbox.Secrets{Key: storeKey, CallbackSecret: storeSecret}, true
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	key := sha256.Sum256([]byte(t.Name()))
	s.Till = &till.Till{Store: db, Gateways: map[string]paylink.Gateway{"sandbox": g}, BaseURL: s.url, Key: key[:], Hooks: http.DefaultClient}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	(&checkout.Handler{Acts: s.Till, Log: log, Picture: s.PicturePath}).Mount(mux)
	(&picture.Handler{Acts: s.Till, Log: log, Client: safedial.New(safedial.Options{AllowLoopback: true, Answer: picture.MaxBytes + 1}).Client()}).Mount(mux)
	mux.HandleFunc("POST /callbacks/{gateway}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := s.Callback(context.Background(), r.PathValue("gateway"), r.Header, body); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	e := till.Enrolment{Merchant: &paylink.Merchant{Name: "Harbor Books", Email: "help@harborbooks.example", Country: "US"}}
	for _, c := range []paylink.Currency{"USD", "JPY", "KWD", "USDC"} {
		methods := []paylink.Method{paylink.Card, paylink.Bank}
		if c.Stablecoin() {
			methods = []paylink.Method{paylink.Stablecoin}
		}
		e.Terminals = append(e.Terminals, paylink.Terminal{Name: string(c), Gateway: "sandbox", Account: "acct", Currency: c, Methods: methods})
	}
	made, err := s.Enrol(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	s.merchant = made.Merchant
	for _, term := range made.Terminals {
		s.terminal[term.Currency] = term
	}
	return s
}

// link makes a link of a price and gives its address.
func (s *store) link(p paylink.Price, page paylink.Page) string {
	s.t.Helper()
	a, err := s.Issue(s.t.Context(), till.Issuance{Render: func(_ paylink.Link, url string) (int, []byte) { return 200, []byte(url) },
		Link: paylink.Link{MerchantID: s.merchant.ID, TerminalID: s.terminal[p.Currency].ID, Dialect: "native", Foreign: "{}", Price: p, Page: page}})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(a.Body)
}

func (s *store) product(id, name string, price paylink.Money, images ...string) {
	s.t.Helper()
	err := s.Store.Update(context.Background(), func(tx paylink.Tx) error {
		return tx.PutProduct(paylink.Product{ID: id, MerchantID: s.merchant.ID, Name: name, Price: price, Active: true, Images: images,
			Foreign: "{}", Dialect: "native", CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *store) open(link string, opts ...TabOption) *Tab {
	s.t.Helper()
	tab := OpenTab(s.t, append([]TabOption{Allow(s.url, s.bank), Viewport(1280, 900), Media("prefers-reduced-motion", "reduce")}, opts...)...)
	if status := tab.Goto(link); status != http.StatusOK {
		s.t.Fatalf("%s opens with %d", link, status)
	}
	return tab
}

// took waits until the bank's book holds one charge of so much, and no other.
func (s *store) took(minor int64) bank.Charge {
	s.t.Helper()
	var page bank.Page
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		req, _ := http.NewRequest("GET", s.bank+"/book", nil)
		req.Header.Set("Authorization", "Bearer "+storeKey)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			s.t.Fatal(err)
		}
		page = bank.Page{}
		err = json.NewDecoder(res.Body).Decode(&page)
		res.Body.Close()
		if err != nil {
			s.t.Fatal(err)
		}
		if len(page.Charges) == 1 && page.Charges[0].Captured > 0 {
			break
		}
	}
	if len(page.Charges) != 1 || page.Charges[0].Captured != minor {
		s.t.Fatalf("the book holds %+v, want one charge of %d", page.Charges, minor)
	}
	return page.Charges[0]
}

func payCard(tab *Tab, bank string) {
	tab.t.Helper()
	tab.Click("label[for=m-card]")
	frame := tab.Frame(bank)
	frame.Wait("#number")
	typeCard(frame, cardGood)
	tab.Click(".pl-pay")
}

// breakfast is bread in a quantity to choose, jam, and a tax that needs rounding.
func (s *store) breakfast() string {
	s.product("prd_bread", "Bread", paylink.Money{Minor: 450, Currency: "USD"})
	s.product("prd_jam", "Jam", paylink.Money{Minor: 600, Currency: "USD"})
	return s.link(paylink.Price{Currency: "USD", Tax: &paylink.Levy{Name: "Sales tax", Percent: 88_750}, Lines: []paylink.Line{
		{Title: "Bread", Amount: 450, Product: "prd_bread", Quantity: 2, Adjust: &paylink.Range{Least: 1, Most: 9}},
		{Title: "Jam", Amount: 600, Product: "prd_jam"}}}, paylink.Page{Title: "Breakfast"})
}

func TestABundleIsPaidInTheQuantityThatThePayerChose(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tab := s.open(s.breakfast())
	tab.WaitText(".pl-amount", "$16.33")
	tab.Click("[data-by='1']")
	tab.Click("[data-by='1']")
	for _, at := range []string{".pl-amount", ".pl-next .pl-sum", ".pl-order dl", ".pl-pay .pl-sum"} {
		if got := Eval[string](tab.Scope, fmt.Sprintf("document.querySelector(%q).textContent", at)); !strings.Contains(got, "$26.13") { // 24.00 and 2.13
			t.Errorf("%s says %q", at, got)
		}
	}
	tab.Type("#f-quantity_prd_bread", "44")
	tab.Click(".pl-next")
	tab.WaitText(".pl-errors", "Choose a quantity from 1 to 9")
	tab.Axe("with a wrong quantity")
	tab.Click(".pl-errors a")
	tab.Type("#f-quantity_prd_bread", "3")
	tab.WaitText(".pl-order dl", "$21.23")
	tab.Click(".pl-next")
	payCard(tab, s.bank)
	tab.WaitText(".pl-facts", "3 × $4.50")
	tab.WaitText(".pl-facts", "$21.23")
	s.took(2123)
}

func TestABundleIsPaidWithoutScript(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tab := s.open(s.breakfast(), NoScript())
	if tab.Has("button[data-by]:not([hidden])") || !tab.Has(".pl-order > .pl-update") {
		t.Error("without script the page shows what needs it, or lacks what does not")
	}
	field := "#f-quantity_prd_bread"
	tab.Type(field, "4")
	tab.Click(".pl-order > .pl-update")
	tab.WaitText(".pl-amount", "$26.13")
	tab.Click("#m-card")
	// Changed once more and not updated: what was not shown is not taken.
	tab.Type(field, "3")
	tab.Click(".pl-pay")
	tab.WaitText(".pl-errors", "The total is $21.23. Nothing was taken yet.")
	tab.WaitText(".pl-pay", "$21.23")
	tab.Click(".pl-pay")
	tab.WaitURL(s.bank + "/pay/")
	typeCard(tab.Scope, cardGood)
	tab.Click("button.button")
	tab.WaitText(".pl-facts", "3 × $4.50")
	s.took(2123)
}

func TestACatalogSellsWhatIsChosenFromIt(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for i := range 100 {
		s.product(fmt.Sprintf("prd_%03d", i), fmt.Sprintf("Print number %d of the harbour", i), paylink.Money{Minor: int64(100 + i), Currency: "USD"})
	}
	link := s.link(paylink.Price{Currency: "USD", Catalog: true}, paylink.Page{Title: "All prints"})
	tab := s.open(link, Viewport(375, 740))
	tab.WaitText(".pl-amount", "Nothing chosen yet")
	if n := Eval[int](tab.Scope, "document.querySelectorAll('.pl-item').length"); n != 100 {
		t.Fatalf("%d products are shown", n)
	}
	tab.Click(".pl-next")
	tab.WaitText(".pl-errors", "Nothing chosen yet")
	tab.Axe("a catalog with nothing chosen")
	Eval[any](tab.Scope, `document.querySelector("#f-quantity_prd_007").closest("li").querySelector("[data-by='1']").click()`)
	tab.Type("#f-quantity_prd_050", "2")
	tab.WaitText(".pl-next", "$4.07")
	// What is sold changes while the page is open: it is said, and nothing taken.
	s.product("prd_007", "Print number 7 of the harbour", paylink.Money{Minor: 207, Currency: "USD"})
	tab.Click(".pl-next")
	payCard(tab, s.bank)
	tab.WaitText(".pl-errors", "Nothing was taken")
	if got := tab.Value("#f-quantity_prd_050"); got != "2" {
		t.Errorf("what was chosen became %s", got)
	}
	tab.Click(".pl-next")
	payCard(tab, s.bank)
	tab.WaitText(".pl-facts", "2 × $1.50")
	s.took(507)
}

func TestADonationIsShownWithItsTax(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	tab := s.open(s.link(paylink.Price{Currency: "USD", Tax: &paylink.Levy{Name: "VAT", Percent: 200_000}, Lines: []paylink.Line{{Open: true, Min: 100, Max: 100_000}}},
		paylink.Page{Title: "Keep the lamp turning", Donation: true}))
	tab.Type("#f-amount", "10.05")
	tab.WaitText(".pl-amount", "$12.06")
	tab.Click(".pl-next")
	tab.WaitText(".pl-pay", "Donate")
	payCard(tab, s.bank)
	tab.WaitText(".pl-facts", "$12.06")
	s.took(1206)
}

func TestWalletsPayExactlyLessOrMore(t *testing.T) {
	t.Parallel()
	for name, presses := range map[string][]string{"exact": {"exact"}, "under": {"less", "exact"}, "over": {"more"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			var opts []TabOption
			axe := func(tab *Tab, what string) { tab.Axe(what) }
			if name == "over" {
				opts = append(opts, NoScript())
				axe = func(*Tab, string) {} // it is a script
			}
			tab := s.open(s.link(paylink.Price{Currency: "USDC", Lines: []paylink.Line{{Amount: 25_000_000}}}, paylink.Page{Title: "Order 7"}), opts...)
			tab.Shot("wallet-" + name)
			tab.Click(".pl-pay")
			tab.WaitURL(s.bank + "/pay/")
			axe(tab, "the wallet's page")
			tab.Shot("wallet-bank-" + name)
			for i, press := range presses {
				if i > 0 {
					tab.WaitText(".missing", "12.50")
					axe(tab, "the wallet's page with a part")
					tab.Shot("wallet-bank-part")
				}
				tab.Click("button[value=" + press + "]")
			}
			tab.WaitURL(s.url + "/pay/")
			tab.WaitText("h2", "Thank you. Your payment is complete.")
			tab.WaitText(".pl-facts", "25.00\u00a0USDC")
			if c := s.took(25_000_000); (c.Wallet.SentBack == 2_500_000) != (name == "over") {
				t.Errorf("%d was sent back", c.Wallet.SentBack)
			}
		})
	}
}

// The script's sums are the server's, in every way to write them.
func TestTheScriptAddsUpAsTheServerDoes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, c := range []struct {
		currency paylink.Currency
		percent  paylink.Percent
	}{{"USD", 88_750}, {"JPY", 100_000}, {"KWD", 1}, {"USDC", 199_999}} {
		p := paylink.Price{Currency: c.currency, Tax: &paylink.Levy{Name: "Tax", Percent: c.percent}, Lines: []paylink.Line{
			{Title: "A", Amount: 1, Adjust: &paylink.Range{Most: paylink.MaxQuantity}}, {Title: "B", Amount: 33_333_333, Adjust: &paylink.Range{Most: 9}},
			{Title: "C", Amount: 90_071_992_547, Adjust: &paylink.Range{Most: paylink.MaxQuantity}}, {Title: "D", Amount: 5}}}
		link := s.link(p, paylink.Page{})
		tab := s.open(link)
		for _, w := range look.Languages() {
			tab.Goto(link + "?lang=" + w.Lang)
			for _, n := range [][3]int{{0, 0, 0}, {7, 0, 0}, {9999, 9, 9000}, {1, 3, 6}} {
				both := Eval[[]string](tab.Scope, fmt.Sprintf(`(async () => {
					[...document.querySelectorAll('[data-each]')].forEach((el, i) => { el.value = %s[i]; });
					document.querySelector('[data-each]').dispatchEvent(new Event('input', {bubbles: true}));
					const read = d => ['.pl-order dd[data-sum]', '[data-levy]', '[name=told]'].map(q => { const e = d.querySelector(q); return (e.value ?? e.textContent).trim(); }).join(' | ');
					const body = new URLSearchParams(new FormData(document.getElementById('pl-form')));
					body.set('act', 'total');
					const html = await fetch(location.pathname + '?lang=%s', {method: 'POST', body}).then(r => r.text());
					return [read(document), read(new DOMParser().parseFromString(html, 'text/html'))];
				})()`, fmt.Sprint("[", n[0], ",", n[1], ",", n[2], "]"), w.Lang))
				if both[0] != both[1] {
					t.Errorf("%s in %s, %v: the script says %q, the server %q", c.currency, w.Lang, n, both[0], both[1])
				}
			}
		}
	}
}
