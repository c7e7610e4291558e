package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// flows are the cases of FrontStream's flow that need a browser, by their ids.
var flows = map[string]func(*scene){
	"flow.open":            flowOpen,
	"flow.unknown":         flowUnknown,
	"flow.deleted":         flowDeleted,
	"flow.deleted.race":    flowDeletedRace,
	"flow.amount.fixed":    flowAmountFixed,
	"flow.amount.edit.min": flowAmountEditMin,
	"flow.amount.edit.max": flowAmountEditMax,
	"flow.amount.edit.bad": flowAmountEditBad,
	"flow.amount.multi":    flowAmountMulti,
	"flow.tran.shown":      flowTranShown,
	"flow.tran.input":      flowTranInput,
	"flow.tran.hidden":     flowTranHidden,
	"flow.tran.textonly":   flowTranTextOnly,
	"flow.powered.link":    flowPoweredLink,
	"flow.powered.text":    flowPoweredText,
	"flow.button.default":  flowButtonDefault,
	"flow.button.custom":   flowButtonCustom,
	"flow.lang":            flowLang,
	"flow.country":         flowCountry,
	"flow.prefill":         flowPrefill,
	"flow.methods":         flowMethods,
	"flow.token.pay":       flowTokenPay,
	"flow.recurring":       flowRecurring,
	"flow.decline":         flowDecline,
	"flow.receipt":         flowReceipt,
	"flow.theme":           flowTheme,
	"flow.theme.safe":      flowThemeSafe,
	"flow.fonts":           flowFonts,
}

func TestFlowInChromium(t *testing.T) {
	t.Parallel()
	p := Start(t)
	for id, run := range flows {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			run(newScene(t, p))
		})
	}
}

// laterFlows are cases of what is not built yet, and why.
var laterFlows = map[string]string{
	"flow.surcharge": "surcharges are not reckoned yet",
}

// Every case of FrontStream's flow is either in a browser here, or over HTTP in
// flow_frontstream_test.go, or named as one that comes later.
func TestEveryFlowCaseIsCovered(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../dialect/frontstream/testdata/frontstream-cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases struct {
		FlowCases []struct{ ID string } `json:"flowCases"`
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases.FlowCases) != 38 {
		t.Errorf("%d flow cases, want 38", len(cases.FlowCases))
	}
	source, err := os.ReadFile("flow_frontstream_test.go")
	if err != nil {
		t.Fatal(err)
	}
	overHTTP := map[string]bool{}
	for _, m := range regexp.MustCompile(`"(flow\.[a-z.]+)"`).FindAllStringSubmatch(string(source), -1) {
		overHTTP[m[1]] = true
	}
	var known []string
	for _, c := range cases.FlowCases {
		known = append(known, c.ID)
		_, later := laterFlows[c.ID]
		switch here := flows[c.ID] != nil || overHTTP[c.ID]; {
		case here && later:
			t.Errorf("%s is covered and is also called later", c.ID)
		case !here && !later:
			t.Errorf("%s is covered nowhere", c.ID)
		}
	}
	for id := range flows {
		if !slices.Contains(known, id) {
			t.Errorf("%s is no case of FrontStream's flow", id)
		}
	}
}

func flowOpen(s *scene) {
	tab := s.open(s.link(nil))
	if got := tab.Header("content-type"); got != "text/html; charset=utf-8" {
		s.t.Errorf("the page is %s", got)
	}
	if got := tab.Text(".pl-amount"); got != "$25.00" {
		s.t.Errorf("the page asks for %q", got)
	}
}

func flowUnknown(s *scene) {
	tab := s.tab()
	for _, path := range []string{"/pay/no-such-link", "/pay/" + strings.Repeat("a", 300), "/pay/"} {
		if status := tab.Goto(s.product.Ready.BaseURL + path); status != http.StatusNotFound || tab.Has("form") {
			s.t.Errorf("%.40s: status %d, a form: %v", path, status, tab.Has("form"))
		}
		tab.WaitText("h1", "We don’t know this link")
	}
}

func flowDeleted(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	tab := s.open(link, NoScript())
	form := formOf(tab)
	if answer := s.shop.Delete(link); answer.Status != http.StatusOK {
		s.t.Fatalf("DELETE answered %d: %s", answer.Status, answer.Body)
	}
	if status := tab.Goto(link); status != http.StatusGone || tab.Has("form") || strings.Contains(tab.Text("body"), "$") {
		s.t.Errorf("a deleted link opens with status %d, a form %v and says\n%s", status, tab.Has("form"), tab.Text("body"))
	}
	form.Set("gateway_token", "tok_test_visa")
	if answer, body := s.post(link, form); answer.StatusCode != http.StatusGone {
		s.t.Errorf("the form of a deleted link was answered %d: %s", answer.StatusCode, body)
	}
	if all := s.charges(cents); len(all) != 0 {
		s.t.Errorf("the gateway was called: %+v", all)
	}
}

// formOf reads what the form in the tab would send.
func formOf(tab *Tab) url.Values {
	tab.t.Helper()
	pairs := Eval[[][2]string](tab.Scope, `[...document.querySelector("#pl-form").elements].filter(e => e.name && e.tagName !== "BUTTON" && (e.type !== "radio" && e.type !== "checkbox" || e.checked)).map(e => [e.name, e.value])`)
	form := url.Values{}
	for _, pair := range pairs {
		form.Set(pair[0], pair[1])
	}
	if form.Get("method") == "" {
		form.Set("method", "card")
	}
	return form
}

func flowDeletedRace(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	tab := s.open(link)
	forward(tab)
	s.card(tab, cardGood)
	s.shop.Delete(link)
	tab.Click(".pl-pay")
	tab.WaitText("h1", "This link is closed")
	if tab.Status() != http.StatusGone || tab.Has("form") {
		s.t.Errorf("status %d, a form: %v", tab.Status(), tab.Has("form"))
	}
	if all := s.charges(cents); len(all) != 0 {
		s.t.Errorf("the gateway was called: %+v", all)
	}
}

func flowAmountFixed(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}))
	if tab.Has("[name=amount]") {
		s.t.Error("a given amount can be edited")
	}
	Eval[any](tab.Scope, `(f => {
		for (const name of ["amount", "Amount", "price", "total", "currency"]) {
			const e = document.createElement("input");
			e.type = "hidden", e.name = name, e.value = name === "currency" ? "JPY" : "1.00";
			f.append(e);
		}
		document.querySelectorAll(".pl-amount bdi, .pl-sum bdi").forEach(e => e.textContent = "$1.00");
	})(document.querySelector("#pl-form"))`)
	s.press(tab, cardGood)
	result := s.verify(s.back(tab))
	if result.PaymentResult.TotalAmount.String() != text {
		s.t.Errorf("paid %s, want %s", result.PaymentResult.TotalAmount, text)
	}
	s.taken(cents, 1)
}

func openAmount(s *scene) string {
	return s.link(map[string]any{"PaymentLines": []map[string]any{{"Type": 12, "Recurring": 0}}})
}

func flowAmountEditMin(s *scene) {
	tab := s.open(openAmount(s))
	tab.Type("#f-amount", "0.01")
	s.press(tab, cardGood)
	if got := s.verify(s.back(tab)).PaymentResult.TotalAmount.String(); got != "0.01" {
		s.t.Errorf("paid %s", got)
	}
	s.taken(1, 1)
}

func flowAmountEditMax(s *scene) {
	link := openAmount(s)
	for _, text := range []string{"99999.99", "99,999.99"} {
		tab := s.open(link)
		tab.Type("#f-amount", text)
		tab.WaitText(".pl-amount", "$99,999.99")
		s.press(tab, cardGood)
		if got := s.verify(s.back(tab)).PaymentResult.TotalAmount.String(); got != "99999.99" {
			s.t.Errorf("%s typed, paid %s", text, got)
		}
	}
	s.taken(9999999, 2)
}

// Each wrong amount is refused by the script, and by the server where there is none.
func flowAmountEditBad(s *scene) {
	link := openAmount(s)
	before := len(s.shopPayments(link))
	tab := s.open(link)
	still := s.open(link, NoScript())
	for _, text := range []string{"0", "0.00", "100000", "-1", "1.005", "abc", ""} {
		tab.Type("#f-amount", text+" ")
		tab.Click(".pl-next")
		tab.WaitText("#e-amount", "Enter an amount between $0.01 and $99,999.99")
		if tab.Has(".pl-pay") {
			s.t.Errorf("%q is let through to the payment", text)
		}
		form := formOf(still)
		form.Set("amount", text)
		form.Set("gateway_token", "tok_test_visa")
		answer, body := s.post(link, form)
		if answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(body), "Enter an amount between $0.01 and $99,999.99") {
			s.t.Errorf("%q: the server answered %d", text, answer.StatusCode)
		}
	}
	if after := len(s.shopPayments(link)); after != before {
		s.t.Errorf("%d payments were made of wrong amounts", after-before)
	}
}

// shopPayments are the payments of a link, newest first.
func (s *scene) shopPayments(link string) []payment {
	s.t.Helper()
	type list[T any] struct{ Data []T }
	links := JSON[list[struct{ ID, URL string }]](s.t, s.native("GET", "/links?limit=100", nil, http.StatusOK))
	for _, l := range links.Data {
		if l.URL == link {
			return JSON[list[payment]](s.t, s.native("GET", "/payments?limit=100&link="+url.QueryEscape(l.ID), nil, http.StatusOK)).Data
		}
	}
	s.t.Fatalf("our own API does not list %s", link)
	return nil
}

func flowAmountMulti(s *scene) {
	lines := []map[string]any{{"Amount": "0.10", "Type": 12, "Recurring": 0}, {"Amount": "0.20", "Type": 1, "Recurring": 0}, {"Amount": "4999.63", "Type": 4, "Recurring": 0}}
	tab := s.open(s.link(map[string]any{"PaymentLines": lines}))
	rows := Eval[[]string](tab.Scope, `[...document.querySelectorAll(".pl-lines tbody td")].map(e => e.textContent.trim())`)
	if !slices.Equal(rows, []string{"$0.10", "$0.20", "$4,999.63"}) {
		s.t.Errorf("the rows are %q", rows)
	}
	if got := tab.Text(".pl-lines tfoot td"); got != "$4,999.93" || tab.Text(".pl-amount") != got {
		s.t.Errorf("the total is %q and the amount %q", got, tab.Text(".pl-amount"))
	}
	if tab.Has("[name=amount]") {
		s.t.Error("the amount can be edited")
	}
	s.press(tab, cardGood)
	s.back(tab)
	s.taken(499993, 1)
}

func flowTranShown(s *scene) {
	tab := s.open(s.link(map[string]any{"TranId": "INV-1", "ShowTransactionId": true, "TransactionIdText": "Invoice#:"}))
	if got := strings.Join(strings.Fields(tab.Text(".pl-pairs")), " "); got != "Invoice#: INV-1" {
		s.t.Errorf("the page shows %q", got)
	}
	if tab.Has("[name=reference]") {
		s.t.Error("the reference can be edited")
	}
}

func flowTranInput(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text), "ShowTransactionId": true, "TransactionIdText": "Invoice#:"})
	tab := s.open(link)
	if got := Eval[string](tab.Scope, `document.querySelector("label[for=f-reference]").innerText`); !strings.HasPrefix(got, "Invoice#:") {
		s.t.Errorf("the field is called %q", got)
	}
	tab.Type("#f-reference", "INV-9")
	s.press(tab, cardGood)
	s.back(tab)
	if got := s.paymentOf(s.taken(cents, 1)[0]).Reference; got != "INV-9" {
		s.t.Errorf("the payment's reference is %q", got)
	}
	// It may be left out, and it may be 100 characters long but not 101.
	tab = s.open(link, NoScript())
	form := formOf(tab)
	form.Set("gateway_token", "tok_test_visa")
	for length, want := range map[int]int{0: http.StatusSeeOther, 100: http.StatusSeeOther, 101: http.StatusUnprocessableEntity} {
		tab.Goto(link)
		form.Set("reference", strings.Repeat("x", length))
		form.Set("attempt", formOf(tab).Get("attempt"))
		if answer, _ := s.post(link, form); answer.StatusCode != want {
			s.t.Errorf("a reference of %d characters was answered %d, want %d", length, answer.StatusCode, want)
		}
	}
}

func flowTranHidden(s *scene) {
	cents, text := amount()
	for _, show := range []any{nil, false} {
		tab := s.open(s.link(map[string]any{"PaymentLines": line(text), "TranId": "HIDDEN-1", "TransactionIdText": "Invoice#:", "ShowTransactionId": show}))
		if strings.Contains(tab.HTML(), "HIDDEN-1") {
			s.t.Errorf("with ShowTransactionId %v the page holds the TranId", show)
		}
		if show == false {
			s.press(tab, cardGood)
			s.back(tab)
			if got := s.paymentOf(s.taken(cents, 1)[0]).Reference; got != "HIDDEN-1" {
				s.t.Errorf("the payment's reference is %q", got)
			}
		}
	}
}

func flowTranTextOnly(s *scene) {
	tab := s.open(s.link(map[string]any{"TransactionIdText": "Invoice#:"}))
	if strings.Contains(tab.HTML(), "Invoice#") || tab.Has("[name=reference]") {
		s.t.Error("TransactionIdText alone shows something")
	}
}

func flowPoweredLink(s *scene) {
	tab := s.open(s.link(map[string]any{"PoweredByText": "Powered by Example & Sons", "PoweredByUrl": "https://example.com/us?a=1"}))
	if got := tab.Text(`a.EPF__link__text[href="https://example.com/us?a=1"]`); got != "Powered by Example & Sons" {
		s.t.Errorf("the link says %q", got)
	}
}

func flowPoweredText(s *scene) {
	tab := s.open(s.link(map[string]any{"PoweredByText": "Powered by Example"}))
	if !strings.Contains(tab.Text(".pl-foot"), "Powered by Example") || Eval[bool](tab.Scope, `[...document.links].some(a => a.textContent.includes("Powered by"))`) {
		s.t.Errorf("the foot says %q", tab.Text(".pl-foot"))
	}
	tab = s.open(s.link(map[string]any{"PoweredByUrl": "https://example.com/us"}))
	if strings.Contains(tab.HTML(), "example.com/us") {
		s.t.Error("PoweredByUrl alone shows something")
	}
}

func flowButtonDefault(s *scene) {
	tab := s.open(s.link(nil))
	forward(tab)
	if got := tab.Text(".pl-pay .p-button-label"); got != "Submit Payment" {
		s.t.Errorf("the button says %q", got)
	}
}

func flowButtonCustom(s *scene) {
	for _, text := range []string{"Donate now", `<b>Give</b> & "help" {{.Secret}} ${7*7} %s%n`} {
		tab := s.open(s.link(map[string]any{"DonateButtonText": text}))
		forward(tab)
		if got := tab.Text(".pl-pay .p-button-label"); got != text {
			s.t.Errorf("the button says %q, want %q", got, text)
		}
		if got := tab.Text(".pl-pay .pl-sum"); got != "$25.00" {
			s.t.Errorf("beside it stands %q", got)
		}
	}
}

func flowLang(s *scene) {
	for _, c := range []struct {
		language any
		lang     string
		button   string
		amount   string
	}{{nil, "en", "Submit Payment", "$25.00"}, {"fr", "fr", "Envoyer le paiement", "25,00"}, {"es-MX", "es", "Enviar el pago", "25"}, {"zz", "en", "Submit Payment", "$25.00"}} {
		tab := s.open(s.link(map[string]any{"Language": c.language}))
		if got := Eval[string](tab.Scope, "document.documentElement.lang"); got != c.lang {
			s.t.Errorf("Language %v: the page is in %q", c.language, got)
		}
		forward(tab)
		if got := tab.Text(".pl-pay .p-button-label"); got != c.button {
			s.t.Errorf("Language %v: the button says %q", c.language, got)
		}
		if got := tab.Text(".pl-amount"); !strings.Contains(got, c.amount) {
			s.t.Errorf("Language %v: the amount is %q", c.language, got)
		}
		choose(tab, "card")
		if got := s.frame(tab, "card").Text("label[for=number]"); c.lang == "fr" && !strings.Contains(got, "Numéro") {
			s.t.Errorf("the gateway's field is called %q", got)
		}
	}
}

func flowCountry(s *scene) {
	for _, c := range []struct{ fallback, country, want string }{{"CA", "US", "US"}, {"CA", "", "CA"}, {"", "AU", "AU"}} {
		changes := map[string]any{"DefaultCountryCode": c.fallback, "Country": c.country, "State": nil, "Zip": nil, "Phone": nil}
		tab := s.open(s.link(changes))
		if got := tab.Value("#f-country"); got != c.want {
			s.t.Errorf("DefaultCountryCode %q, Country %q: %q is selected", c.fallback, c.country, got)
		}
	}
}

func flowPrefill(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}))
	for field, want := range map[string]string{"#f-first_name": "Ada", "#f-last_name": "Lovelace", "#f-email": "ada@example.com", "#f-street": "1 Main St",
		"#f-city": "Austin", "#f-state": "TX", "#f-postal": "78701", "#f-country": "US"} {
		if got := tab.Value(field); got != want {
			s.t.Errorf("%s holds %q, want %q", field, got, want)
		}
		if Eval[bool](tab.Scope, fmt.Sprintf("(e => e.readOnly === true || e.disabled)(%s)", query(field))) {
			s.t.Errorf("%s cannot be edited", field)
		}
	}
	digits := regexp.MustCompile(`\D`).ReplaceAllString(tab.Value("#f-phone"), "")
	if !strings.HasSuffix(digits, "2025550123") {
		s.t.Errorf("the phone number is %q", tab.Value("#f-phone"))
	}
	tab.Type("#f-email", "countess@example.com")
	s.press(tab, cardGood)
	if got := s.verify(s.back(tab)).PaymentResult.EmailAddress; got != "countess@example.com" {
		s.t.Errorf("the payment is %s's", got)
	}
	if got := s.paymentOf(s.taken(cents, 1)[0]).Payer.Email; got != "countess@example.com" {
		s.t.Errorf("the stored payer is %s", got)
	}
}

func flowMethods(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}))
	forward(tab)
	choose(tab, "card")
	for _, field := range []string{"#number", "#expiry", "#cvc"} {
		s.frame(tab, "card").Wait(field)
	}
	choose(tab, "bank")
	bank := s.frame(tab, "bank")
	for _, field := range []string{"#routing", "#account"} {
		bank.Wait(field)
	}
	if tab.Has(`iframe[src*="method=card"]`) {
		s.t.Error("the card's fields are still shown")
	}
	bank.Type("#holder", "Ada Lovelace")
	bank.Type("#routing", bankRouting)
	bank.Type("#account", bankAccount)
	tab.Click(".pl-pay")
	s.back(tab)
	if took := s.taken(cents, 1); len(took) == 1 && (took[0].Method != "bank" || s.paymentOf(took[0]).State != "pending") {
		s.t.Errorf("the bank's entry is %+v and our payment %+v", took[0], s.paymentOf(took[0]))
	}
}

func flowTokenPay(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text), "TokenGuid": s.product.Ready.FrontStream.TokenGUID}))
	forward(tab)
	if tab.Has("iframe") || tab.Has("#m-card") {
		s.t.Error("a card is asked for though one is saved")
	}
	if got := tab.Text("#pl-form"); !strings.Contains(got, "•••• ") {
		s.t.Errorf("the saved card is not named: %s", got)
	}
	tab.Click(".pl-pay")
	s.back(tab)
	s.taken(cents, 1)
}

func flowRecurring(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": []map[string]any{{"Amount": text, "Type": 12, "Recurring": 4}}}))
	if got := tab.Text(".pl-amount"); got != "$"+text+" a month" {
		s.t.Errorf("the page asks for %q", got)
	}
	forward(tab)
	if got := tab.Text(".pl-terms"); !strings.Contains(got, "Today you pay $"+text) || !strings.Contains(got, "every month") {
		s.t.Errorf("the terms are %q", got)
	}
	s.card(tab, cardGood)
	tab.Click(".pl-pay")
	s.back(tab)
	if took := s.taken(cents, 1); len(took) == 1 && s.paymentOf(took[0]).Schedule["every"] != "monthly" {
		s.t.Errorf("the payment's schedule is %v", s.paymentOf(took[0]).Schedule)
	}
}

func flowDecline(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	tab := s.pay(link, cardNoFunds)
	tab.WaitText(".pl-errors", "You have not been charged")
	if !strings.HasPrefix(tab.URL(), link) || len(s.merchant.Redirects()) != 0 {
		s.t.Errorf("the payer was sent to %s", tab.URL())
	}
	if all := s.charges(cents); len(all) != 1 || s.paymentOf(all[0]).State != "declined" {
		s.t.Errorf("the book holds %+v", all)
	}
	tab.Wait(".pl-pay")
	s.card(tab, cardGood)
	tab.Click(".pl-pay")
	s.back(tab)
	s.taken(cents, 1)
}
