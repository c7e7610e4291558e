package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// scene is one test's part of a running product: a merchant's site, a client of
// its own, and payers' tabs. Scenes share a product, so each charge of a scene
// has an amount that no other scene uses.
type scene struct {
	t        *testing.T
	product  *Product
	merchant *Merchant
	shop     *FrontStream
}

func newScene(t *testing.T, p *Product) *scene {
	t.Helper()
	return &scene{t, p, NewMerchant(t), p.FrontStream(t)}
}

var amounts atomic.Int64

// amount is one that nobody else uses, in cents and as FrontStream writes it. The
// sandbox makes trouble of amounts that end in 900 or more; these do not.
func amount() (cents int64, text string) {
	cents = 20_000 + amounts.Add(1)
	return cents, fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

func line(amount string) []map[string]any {
	return []map[string]any{{"Amount": amount, "Type": 12, "Recurring": 0}}
}

// prefill is everything that the form asks for of a payer, so that a test about
// something else need not type it.
var prefill = map[string]any{
	"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com", "Street": "1 Main St", "City": "Austin",
	"State": "TX", "Zip": "78701", "Country": "US", "Phone": "202-555-0123",
}

// link makes a link that sends the payer back to the scene's merchant.
func (s *scene) link(changes map[string]any) string {
	s.t.Helper()
	all := maps.Clone(prefill)
	all["RedirectUrl"] = s.merchant.ReturnURL()
	maps.Copy(all, changes)
	return s.shop.Link(all)
}

// once are the changes that make a link's reference payable only once.
func (s *scene) once() map[string]any {
	return map[string]any{"TranId": fmt.Sprintf("ONCE-%d", amounts.Add(1)), "IntegrationSource": s.product.Ready.FrontStream.IntegrationSource}
}

func merged(parts ...map[string]any) map[string]any {
	all := map[string]any{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// tab opens an empty tab that may go where this scene's payers go.
func (s *scene) tab(opts ...TabOption) *Tab {
	s.t.Helper()
	return s.product.Open(s.t, append([]TabOption{Allow(s.merchant.URL), Media("prefers-reduced-motion", "reduce")}, opts...)...)
}

// open opens a link and fails unless its form is shown.
func (s *scene) open(link string, opts ...TabOption) *Tab {
	s.t.Helper()
	tab := s.tab(opts...)
	if status := tab.Goto(link); status != http.StatusOK || !tab.Has("#pl-form") {
		s.t.Fatalf("the link %s opens with status %d and shows the form: %v", link, status, tab.Has("#pl-form"))
	}
	return tab
}

// forward goes from the payer's details to the payment.
func forward(tab *Tab) {
	tab.t.Helper()
	if tab.Has(".pl-next") {
		tab.Click(".pl-next")
	}
	tab.Wait(".pl-pay")
}

// signAs types who pays, where the merchant did not.
func signAs(tab *Tab) {
	tab.t.Helper()
	tab.Type("#f-first_name", "Ada")
	tab.Type("#f-last_name", "Lovelace")
	tab.Type("#f-email", "ada@example.com")
}

// choose chooses a way to pay, where there is more than one.
func choose(tab *Tab, method string) {
	tab.t.Helper()
	if tab.Has("#m-" + method) {
		tab.Click("#m-" + method)
	}
}

// frame is the gateway's fields of a method.
func (s *scene) frame(tab *Tab, method string) Scope {
	lang := Eval[string](tab.Scope, "document.documentElement.lang")
	return tab.Frame(s.product.Ready.GatewayURL + "/frame?parent=" + url.QueryEscape(s.product.Ready.BaseURL) + "&lang=" + lang + "&method=" + method)
}

// card chooses a card and types it into the gateway's frame.
func (s *scene) card(tab *Tab, number string) {
	s.t.Helper()
	choose(tab, "card")
	typeCard(s.frame(tab, "card"), number)
}

func typeCard(fields Scope, number string) {
	fields.Type("#number", number)
	fields.Type("#expiry", "1239")
	fields.Type("#cvc", "123")
}

// Cards of the sandbox (gateway/sandbox/README.md).
const (
	cardGood     = "4242424242424242"
	cardDeclined = "4000000000000002"
	cardNoFunds  = "4000000000009995"
	card3DS      = "4000000000003220"
	cardLost     = "4000000000070120" // booked, answer lost, and not found at first
	cardDocument = "5454545454545454" // FrontStream's demo card
	bankRouting  = "110000000"
	bankAccount  = "000123456789"
)

// pay opens a link, types a card and presses the button.
func (s *scene) pay(link, number string, opts ...TabOption) *Tab {
	s.t.Helper()
	tab := s.open(link, opts...)
	s.press(tab, number)
	return tab
}

func (s *scene) press(tab *Tab, number string) {
	s.t.Helper()
	forward(tab)
	s.card(tab, number)
	tab.Click(".pl-pay")
}

// back waits until the payer is at the merchant's again and returns the response token.
func (s *scene) back(tab *Tab) string {
	s.t.Helper()
	at := tab.WaitURL(s.merchant.ReturnURL())
	token := at.Query().Get("responseToken")
	if token == "" {
		s.t.Fatalf("the payer came back without responseToken: %s", at.String())
	}
	return token
}

// charge is an entry of the bank's book.
type charge struct {
	Key, State, Reason, Method     string
	Amount, Captured, Version, Seq int64
}

// charges are those of an amount in the bank's book, oldest first.
func (s *scene) charges(cents int64) []charge {
	s.t.Helper()
	var found []charge
	for after := int64(0); ; {
		var page struct {
			Charges []charge
			Next    int64
		}
		answer, err := http.Get(fmt.Sprintf("%s/book?after=%d", s.product.Ready.GatewayURL, after))
		if err != nil {
			s.t.Fatal(err)
		}
		err = json.NewDecoder(answer.Body).Decode(&page)
		answer.Body.Close()
		if err != nil {
			s.t.Fatalf("the bank's book: %v", err)
		}
		for _, c := range page.Charges {
			if c.Amount == cents {
				found = append(found, c)
			}
		}
		if page.Next == 0 {
			return found
		}
		after = page.Next
	}
}

// taken fails unless the bank took the amount exactly so often, and returns those charges.
func (s *scene) taken(cents int64, times int) []charge {
	s.t.Helper()
	all := s.charges(cents)
	var took []charge
	for _, c := range all {
		if c.Captured > 0 || c.State == "pending" || c.State == "settled" {
			took = append(took, c)
		}
	}
	if len(took) != times {
		s.t.Errorf("the bank took %d cents %d times, want %d: %+v", cents, len(took), times, all)
	}
	return took
}

// native calls our own API with the demo merchant's key.
func (s *scene) native(method, path string, body any, want int) Answer {
	s.t.Helper()
	answer := s.shop.Call(method, "/api/v1"+path, http.Header{"Authorization": {"Bearer " + s.product.Ready.Native.SecretKey}}, body)
	if answer.Status != want {
		s.t.Fatalf("%s %s answered %d, want %d: %s", method, path, answer.Status, want, answer.Body)
	}
	return answer
}

// payment is a payment as our own API tells of it.
type payment struct {
	ID, Link, State, Reference, Method, Brand, Last4, Instrument string
	DeclineCode                                                  string `json:"decline_code"`
	Amount, Captured                                             struct{ Minor int64 }
	Payer                                                        struct{ Email string }
	Schedule                                                     map[string]any
}

// paymentOf is the payment behind a charge: the bank's key is the payment's id.
func (s *scene) paymentOf(c charge) payment {
	s.t.Helper()
	return JSON[payment](s.t, s.native("GET", "/payments/"+c.Key, nil, http.StatusOK))
}

// verify reads what a response token stands for.
func (s *scene) verify(token string) (result struct {
	PaymentResult struct {
		TotalAmount  json.Number
		EmailAddress string
		TokenGUID    string `json:"TokenGuid"`
	}
}) {
	s.t.Helper()
	answer := s.shop.Verify(token)
	if answer.Status != http.StatusOK {
		s.t.Fatalf("VerifyAuthToken answered %d: %s", answer.Status, answer.Body)
	}
	text := JSON[string](s.t, answer)
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		s.t.Fatalf("the text that VerifyAuthToken answers is no JSON: %v\n%s", err, text)
	}
	return result
}

// view is a way to look at a page.
type view struct {
	name   string
	width  int64
	scheme string
}

var (
	wideLight  = view{"wide-light", 1280, "light"}
	wideDark   = view{"wide-dark", 1280, "dark"}
	phoneLight = view{"phone-light", 375, "light"}
	phoneDark  = view{"phone-dark", 375, "dark"}
	allViews   = []view{wideLight, wideDark, phoneLight, phoneDark}
)

// inspect looks at a page in a state as different payers see it: axe-core finds
// nothing, nothing has to be scrolled sideways, and a picture is taken.
func inspect(tab *Tab, state string, views ...view) {
	tab.t.Helper()
	for _, v := range views {
		height := int64(900)
		if v.width < 700 {
			height = 740
		}
		tab.Resize(v.width, height)
		tab.scheme(v.scheme)
		tab.Axe(state + ", " + v.name)
		for _, frame := range Eval[[]string](tab.Scope, `[...document.querySelectorAll("iframe")].filter(`+shown+`).map(e => e.src)`) {
			s := tab.Frame(frame)
			// axe-core takes what shines through a frame for white.
			Eval[any](s, fmt.Sprintf("document.documentElement.style.backgroundColor = %q", Eval[string](tab.Scope, ground)))
			s.Axe(state + ", the gateway's fields, " + v.name)
			Eval[any](s, `document.documentElement.style.backgroundColor = ""`)
		}
		tab.fits(state + ", " + v.name)
		tab.Shot("live-" + strings.ReplaceAll(state, " ", "-") + "-" + v.name)
	}
}

// ground is the colour that a frame stands on.
const ground = `(() => {
	for (let e = document.querySelector("iframe"); e; e = e.parentElement) {
		const colour = getComputedStyle(e).backgroundColor;
		if (colour !== "rgba(0, 0, 0, 0)") return colour;
	}
	return "white";
})()`

// fits fails if the page has to be scrolled sideways.
func (tab *Tab) fits(state string) {
	tab.t.Helper()
	if over := Eval[int](tab.Scope, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		tab.t.Errorf("%s can be scrolled %d px sideways", state, over)
	}
}

func (tab *Tab) scheme(scheme string) {
	tab.t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	tab.do("prefer "+scheme, set(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}))
}

// focused says whether the focus of the scope's document is on the selector.
func focused(s Scope, selector string) bool {
	return Eval[bool](s, fmt.Sprintf("!!document.activeElement && document.activeElement.matches(%q)", selector))
}

// get asks as a program does, following no redirect.
func (s *scene) get(address string, header ...string) (*http.Response, []byte) {
	s.t.Helper()
	return s.ask("GET", address, nil, header...)
}

// post sends a form as a browser of our own origin does.
func (s *scene) post(address string, form url.Values, header ...string) (*http.Response, []byte) {
	s.t.Helper()
	return s.ask("POST", address, form, append([]string{"Content-Type", "application/x-www-form-urlencoded", "Origin", s.product.Ready.BaseURL}, header...)...)
}

func (s *scene) ask(method, address string, form url.Values, header ...string) (*http.Response, []byte) {
	s.t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := http.Client{Timeout: Patience, Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer, body
}

// documentedTheme is the Theme example of FrontStream's OpenAPI document.
func documentedTheme(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../web/theme/testdata/documented.css")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimSpace(string(text)), `"`)
}
