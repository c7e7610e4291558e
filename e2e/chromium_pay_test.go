package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestPayersInChromium is what payers do, one at a time and twice, forwards and
// backwards, and what becomes of the money.
func TestPayersInChromium(t *testing.T) {
	t.Parallel()
	p := Start(t)
	for name, run := range map[string]func(*scene){
		"a card pays":                                      payByCard,
		"a declined card, then a good one":                 payAfterDecline,
		"the merchant's site leads on to another host":     payAndBeLedOn,
		"3-D Secure approved":                              paySecure,
		"3-D Secure refused, then another card":            payAfterRefusal,
		"3-D Secure left by the back button":               payAfterBack,
		"a double click":                                   payByDoubleClick,
		"a double click without script":                    payByDoubleClickWithoutScript,
		"two tabs":                                         payInTwoTabs,
		"two tabs in 3-D Secure (H-83)":                    payInTwoSecureTabs,
		"back after paying":                                payThenBack,
		"no script":                                        payWithoutScript,
		"no script, declined":                              declineWithoutScript,
		"no script, left at the gateway":                   leaveWithoutScript,
		"by the gateway's own page":                        payOnHostedPage,
		"keyboard only":                                    payByKeyboard,
		"a bank account by keyboard":                       payBankByKeyboard,
		"wrong card details stay at the fields":            payAfterTypingErrors,
		"an amount of the payer's choice":                  payChosenAmount,
		"in French":                                        payInFrench,
		"an unknown outcome is confirmed by itself":        payUnknown,
		"a forged return changes nothing (H-85)":           forgeReturn,
		"a hundred looks change nothing (H-78)":            lookOften,
		"a form from elsewhere is refused (H-77)":          payFromElsewhere,
		"closed while 3-D Secure runs finishes (H-84)":     closeDuringSecure,
		"the tab is closed while 3-D Secure runs, resumed": resumeSecure,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(newScene(t, p))
		})
	}
}

func payByCard(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	tab := s.pay(link, cardGood)
	result := s.verify(s.back(tab))
	if result.PaymentResult.TotalAmount.String() != text || result.PaymentResult.EmailAddress != "ada@example.com" {
		s.t.Errorf("the response token stands for %+v", result)
	}
	p := s.paymentOf(s.taken(cents, 1)[0])
	if p.State != "captured" || p.Brand != "visa" || p.Last4 != "4242" || p.Captured.Minor != cents {
		s.t.Errorf("the payment is %+v", p)
	}
	// No card number came near us: not into a request of ours, not into our log.
	for _, r := range tab.Requests() {
		if strings.HasPrefix(r.URL, s.product.Ready.BaseURL) && strings.Contains(r.URL, "4242") {
			s.t.Errorf("a request holds the card number: %s", r.URL)
		}
	}
	if log := s.product.Log(); strings.Contains(log, cardGood) || strings.Contains(log, strings.TrimPrefix(link, s.product.Ready.BaseURL+"/pay/")) {
		s.t.Error("the log holds a card number or the link's token")
	}
}

// payAndBeLedOn: browsers apply form-action to each redirect after the form. A payer
// who is held back on the form after the charge would pay again.
func payAndBeLedOn(s *scene) {
	hop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.merchant.ReturnURL()+"?"+r.URL.RawQuery, http.StatusFound)
	}))
	s.t.Cleanup(hop.Close)
	cents, text := amount()
	tab := s.pay(s.link(map[string]any{"PaymentLines": line(text), "RedirectUrl": hop.URL + "/thanks"}), cardGood, Allow(hop.URL))
	s.back(tab)
	s.taken(cents, 1)
}

func payAfterDecline(s *scene) {
	cents, text := amount()
	tab := s.pay(s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)})), cardDeclined)
	tab.WaitText(".pl-errors", "Your bank declined this payment. You have not been charged.")
	if !focused(tab.Scope, ".pl-errors") {
		s.t.Error("the summary of errors does not have the focus")
	}
	if got := Eval[string](tab.Scope, `document.querySelector("#f-email").value`); got != "ada@example.com" {
		s.t.Errorf("the e-mail was lost: %q", got)
	}
	tab.Wait(".pl-pay")
	s.card(tab, cardGood)
	tab.Click(".pl-pay")
	s.back(tab)
	s.taken(cents, 1)
	if all := s.charges(cents); len(all) != 2 {
		s.t.Errorf("the book holds %+v", all)
	}
}

// secure waits for the bank's 3-D Secure page.
func (s *scene) secure(tab *Tab) {
	s.t.Helper()
	tab.WaitURL(s.product.Ready.GatewayURL + "/3ds/")
}

func paySecure(s *scene) {
	cents, text := amount()
	tab := s.pay(s.link(map[string]any{"PaymentLines": line(text)}), card3DS)
	s.secure(tab)
	s.taken(cents, 0)
	tab.Click("button[value=approve]")
	s.back(tab)
	s.taken(cents, 1)
}

func payAfterRefusal(s *scene) {
	cents, text := amount()
	tab := s.pay(s.link(map[string]any{"PaymentLines": line(text)}), card3DS)
	s.secure(tab)
	tab.Click("button[value=refuse]")
	tab.WaitURL(s.product.Ready.BaseURL)
	tab.WaitText(".pl-errors", "Your bank could not confirm that it was you. You have not been charged.")
	s.taken(cents, 0)
	tab.Wait(".pl-pay")
	s.card(tab, cardGood)
	tab.Click(".pl-pay")
	s.back(tab)
	s.taken(cents, 1)
}

func payAfterBack(s *scene) {
	cents, text := amount()
	link := s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)}))
	tab := s.pay(link, card3DS)
	s.secure(tab)
	tab.Back()
	tab.WaitURL(link)
	tab.Wait("#pl-form")
	s.press(tab, cardGood)
	s.back(tab)
	s.taken(cents, 1)
}

func payByDoubleClick(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}))
	forward(tab)
	s.card(tab, cardGood)
	tab.DoubleClick(".pl-pay")
	s.back(tab)
	s.taken(cents, 1)
	if all := s.charges(cents); len(all) != 1 {
		s.t.Errorf("the book holds %+v", all)
	}
}

func payByDoubleClickWithoutScript(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}), NoScript())
	choose(tab, "card")
	tab.DoubleClick(".pl-pay")
	s.hosted(tab, cardGood)
	tab.DoubleClick("button.button")
	s.back(tab)
	s.taken(cents, 1)
	if all := s.charges(cents); len(all) != 1 {
		s.t.Errorf("the book holds %+v", all)
	}
}

func payInTwoTabs(s *scene) {
	cents, text := amount()
	link := s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)}))
	one := s.open(link)
	two := one.Another()
	two.Goto(link)
	for _, tab := range []*Tab{one, two} {
		forward(tab)
		s.card(tab, cardGood)
	}
	one.Click(".pl-pay")
	s.back(one)
	two.Click(".pl-pay")
	two.WaitText(".pl-errors", "This reference has been paid already. You have not been charged again.")
	s.taken(cents, 1)
	if all := s.charges(cents); len(all) != 1 {
		s.t.Errorf("the second tab reached the gateway: %+v", all)
	}
}

func payInTwoSecureTabs(s *scene) {
	cents, text := amount()
	link := s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)}))
	one := s.open(link)
	two := one.Another()
	two.Goto(link)
	for _, tab := range []*Tab{one, two} {
		s.press(tab, card3DS)
		s.secure(tab)
	}
	// Both stand before "approve"; the first belongs to a payment that the second replaced.
	one.Click("button[value=approve]")
	two.Click("button[value=approve]")
	s.back(two)
	s.taken(cents, 1)
	one.Goto(link)
	s.press(one, cardGood)
	one.WaitText(".pl-errors", "This reference has been paid already")
	s.taken(cents, 1)
}

func payThenBack(s *scene) {
	cents, text := amount()
	link := s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)}))
	tab := s.pay(link, cardGood)
	s.back(tab)
	tab.Back()
	tab.WaitURL(link)
	tab.Wait("#pl-form")
	s.press(tab, cardGood)
	tab.WaitText(".pl-errors", "This reference has been paid already. You have not been charged again.")
	s.taken(cents, 1)
	tab.Reload()
	s.taken(cents, 1)
}

// hosted waits for the gateway's own card page and types a card there.
func (s *scene) hosted(tab *Tab, number string) {
	s.t.Helper()
	tab.WaitURL(s.product.Ready.GatewayURL + "/pay/")
	tab.Type("#number", number)
	tab.Type("#expiry", "12/39")
	tab.Type("#cvc", "123")
}

func payWithoutScript(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}), NoScript())
	if tab.Has("iframe") || !tab.Has("#f-email") || !tab.Has(".pl-pay") {
		s.t.Error("without script the form is not whole on one page")
	}
	choose(tab, "card")
	tab.Click(".pl-pay")
	s.hosted(tab, cardGood)
	tab.Click("button.button")
	if got := s.verify(s.back(tab)).PaymentResult.TotalAmount.String(); got != text {
		s.t.Errorf("paid %s, want %s", got, text)
	}
	s.taken(cents, 1)
}

func declineWithoutScript(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}), NoScript())
	// Nothing chosen: said by the server, without losing what is typed.
	tab.Click(".pl-pay")
	tab.WaitText(".pl-errors", "Choose how you would like to pay")
	choose(tab, "card")
	tab.Click(".pl-pay")
	s.hosted(tab, cardDeclined)
	tab.Click("button.button")
	tab.WaitURL(s.product.Ready.BaseURL)
	tab.WaitText(".pl-errors", "You have not been charged")
	tab.Click(".pl-pay")
	s.hosted(tab, cardGood)
	tab.Click("button.button")
	s.back(tab)
	s.taken(cents, 1)
}

func leaveWithoutScript(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)})), NoScript())
	choose(tab, "bank")
	tab.Click(".pl-pay")
	tab.WaitURL(s.product.Ready.GatewayURL + "/pay/")
	tab.Click(".cancel a")
	tab.WaitURL(s.product.Ready.BaseURL)
	s.taken(cents, 0)
	if tab.Has(".pl-go") {
		// The payment waits at the bank; the payer goes on there, or pays another way.
		tab.Click(".pl-go")
		tab.WaitURL(s.product.Ready.GatewayURL + "/pay/")
		tab.Type("#holder", "Ada Lovelace")
		tab.Type("#routing", bankRouting)
		tab.Type("#account", bankAccount)
		tab.Click("button.button")
	} else {
		choose(tab, "card")
		tab.Click(".pl-pay")
		s.hosted(tab, cardGood)
		tab.Click("button.button")
	}
	s.back(tab)
	s.taken(cents, 1)
}

func payOnHostedPage(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}))
	forward(tab)
	choose(tab, "card")
	tab.Click("button[value=hosted]")
	s.hosted(tab, cardGood)
	tab.Click("button.button")
	s.back(tab)
	s.taken(cents, 1)
}

// tabTo presses Tab until the focus is on the selector, within what a patient
// person would press.
func tabTo(tab *Tab, selector string) {
	tab.t.Helper()
	for range 60 {
		if focused(tab.Scope, selector) {
			// In a frame the ring is around a field inside.
			if selector != "iframe" && !Eval[bool](tab.Scope, `document.activeElement.matches(":focus-visible")`) {
				tab.t.Errorf("the focus on %s is not visible", selector)
			}
			return
		}
		tab.Press(kb.Tab)
	}
	tab.t.Fatalf("the keyboard does not reach %s", selector)
}

func payByKeyboard(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text), "FirstName": nil, "LastName": nil, "Email": nil}))
	for _, field := range [][2]string{{"#f-first_name", "Ada"}, {"#f-last_name", "Lovelace"}, {"#f-email", "ada@example.com"}} {
		tabTo(tab, field[0])
		tab.Press(field[1])
	}
	tabTo(tab, ".pl-next")
	tab.Press(kb.Enter)
	tab.Wait(".pl-pay")
	tabTo(tab, "[name=method]")
	tab.Press(" ")
	fields := s.frame(tab, "card")
	fields.Wait("#number")
	tabTo(tab, "iframe")
	tab.Press(cardGood + kb.Tab + "1239" + kb.Tab + "123")
	if got := fields.Value("#cvc"); got != "123" {
		s.t.Errorf("the security code's field holds %q", got)
	}
	tab.Press(kb.Enter) // in the frame: as if the pay button had been pressed
	s.back(tab)
	s.taken(cents, 1)
}

func payBankByKeyboard(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}))
	tabTo(tab, ".pl-next")
	tab.Press(kb.Enter)
	tab.Wait(".pl-pay")
	tabTo(tab, "[name=method]")
	tab.Press(kb.ArrowDown)
	s.frame(tab, "bank").Wait("#holder")
	tabTo(tab, "iframe")
	tab.Press("Ada Lovelace" + kb.Tab + bankRouting + kb.Tab + bankAccount)
	tabTo(tab, ".pl-pay")
	tab.Press(kb.Enter)
	s.back(tab)
	s.taken(cents, 1)
}

func payAfterTypingErrors(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": line(text)}))
	forward(tab)
	choose(tab, "card")
	fields := s.frame(tab, "card")
	fields.Type("#number", "4242424242424241")
	fields.Type("#expiry", "0120")
	tab.Click(".pl-pay")
	for _, field := range []string{"#number-error", "#expiry-error", "#cvc-error"} {
		fields.Wait(field)
	}
	fields.Axe("the card's fields with errors")
	tab.WaitGone(".pl-busy")
	typeCard(fields, cardGood)
	tab.Click(".pl-pay")
	s.back(tab)
	s.taken(cents, 1)
}

func payChosenAmount(s *scene) {
	cents, text := amount()
	tab := s.open(s.link(map[string]any{"PaymentLines": []map[string]any{{"Type": 1, "Recurring": 0}}}))
	if got := tab.Text(".pl-amount"); got != "An amount of your choice" {
		s.t.Errorf("before anything is typed the page says %q", got)
	}
	tab.Type("#f-amount", text)
	tab.WaitText(".pl-amount", "$"+text)
	forward(tab)
	if got := tab.Text(".pl-sum"); got != "$"+text {
		s.t.Errorf("the button says %q", got)
	}
	s.card(tab, cardDeclined)
	tab.Click(".pl-pay")
	tab.WaitText(".pl-errors", "You have not been charged")
	if got := Eval[string](tab.Scope, `document.querySelector("#f-amount").value`); got != text {
		s.t.Errorf("after a decline the amount is %q, want %q", got, text)
	}
	tab.WaitText(".pl-sum", "$"+text)
	s.card(tab, cardGood)
	tab.Click(".pl-pay")
	s.back(tab)
	s.taken(cents, 1)
}

func payInFrench(s *scene) {
	cents, text := amount()
	french := strings.ReplaceAll(text, ".", ",")
	tab := s.open(s.link(map[string]any{"Language": "fr-CA", "PaymentLines": []map[string]any{{"Type": 12, "Recurring": 0}}}))
	tab.Type("#f-amount", french)
	s.press(tab, cardDeclined)
	tab.WaitText(".pl-errors", "Rien n’a été débité")
	s.card(tab, cardGood)
	tab.Click(".pl-pay")
	if got := s.verify(s.back(tab)).PaymentResult.TotalAmount.String(); got != text {
		s.t.Errorf("paid %s, want %s", got, text)
	}
	s.taken(cents, 1)
}

func payUnknown(s *scene) {
	cents, text := amount()
	tab := s.pay(s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)})), cardLost)
	tab.WaitText("h2", "We are confirming your payment")
	if body := tab.Text("main"); !strings.Contains(body, "Do not pay again") || strings.Contains(body, "not been charged") || tab.Has("form") {
		s.t.Errorf("the page says\n%s", body)
	}
	if all := s.charges(cents); len(all) != 1 || s.paymentOf(all[0]).State != "unknown" {
		s.t.Errorf("while it is confirmed the book holds %+v", all)
	}
	s.back(tab) // by itself: the page asks again until the answer is known
	s.taken(cents, 1)
}

func forgeReturn(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	tab := s.open(link)
	attempt := Eval[string](tab.Scope, `document.querySelector("[name=attempt]").value`)
	s.press(tab, card3DS)
	s.secure(tab)
	all := s.charges(cents)
	if len(all) != 1 {
		s.t.Fatalf("the book holds %+v", all)
	}
	for _, forged := range []string{link + "/" + attempt + "?status=success&amount=1&payment=" + all[0].Key, link + "?status=success&redirect_status=succeeded"} {
		answer, body := s.get(forged)
		if answer.StatusCode != http.StatusOK || strings.Contains(string(body), "responseToken") || strings.Contains(string(body), "payment is complete") {
			s.t.Errorf("%s was answered %d", forged, answer.StatusCode)
		}
	}
	if got := s.paymentOf(all[0]).State; got != "requires_action" {
		s.t.Errorf("after forged returns the payment is %s", got)
	}
	s.taken(cents, 0)
}

func lookOften(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	for n := range 100 {
		method := []string{"GET", "HEAD", "OPTIONS", "GET"}[n%4]
		answer, _ := s.ask(method, link, nil, "Purpose", "prefetch", "Sec-Purpose", "prefetch", "User-Agent", fmt.Sprintf("scanner/%d", n))
		if answer.StatusCode >= 500 || method == "GET" && answer.StatusCode != http.StatusOK || answer.Header.Get("Set-Cookie") != "" {
			s.t.Fatalf("%s was answered %d with the cookie %q", method, answer.StatusCode, answer.Header.Get("Set-Cookie"))
		}
	}
	if all := s.charges(cents); len(all) != 0 || len(s.shopPayments(link)) != 0 {
		s.t.Errorf("looking made %d charges and %d payments", len(all), len(s.shopPayments(link)))
	}
}

func payFromElsewhere(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	form := formOf(s.open(link, NoScript()))
	form.Set("gateway_token", "tok_test_visa")
	for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
		if answer, _ := s.post(link, form, header...); answer.StatusCode != http.StatusForbidden {
			s.t.Errorf("a form with %v was answered %d", header, answer.StatusCode)
		}
	}
	answer, _ := s.get(link)
	if got := answer.Header.Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'none'") {
		s.t.Errorf("the page may be framed: %s", got)
	}
	s.taken(cents, 0)
}

func closeDuringSecure(s *scene) {
	cents, text := amount()
	link := s.link(map[string]any{"PaymentLines": line(text)})
	tab := s.pay(link, card3DS)
	s.secure(tab)
	s.shop.Delete(link)
	tab.Click("button[value=approve]")
	s.back(tab)
	s.taken(cents, 1)
	if status := tab.Goto(link); status != http.StatusGone || tab.Has("form") {
		s.t.Errorf("the deleted link opens with status %d", status)
	}
}

func resumeSecure(s *scene) {
	cents, text := amount()
	link := s.link(merged(s.once(), map[string]any{"PaymentLines": line(text)}))
	tab := s.pay(link, card3DS)
	s.secure(tab)
	second := tab.Another()
	address := Eval[string](tab.Scope, "location.href")
	tab.Close()
	second.Goto(address) // the browser restores the tab
	second.Click("button[value=approve]")
	s.back(second)
	s.taken(cents, 1)
	if !slices.ContainsFunc(second.Requests(), func(r Request) bool { return strings.HasPrefix(r.URL, link+"/") }) {
		s.t.Error("the payer did not come back by the attempt's page")
	}
}
