package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestEveryStateIsAccessible walks the finished program's pages through every
// state that a payer can reach and looks at each wide and narrow, light and dark:
// axe-core finds nothing, nothing is cut off.
func TestEveryStateIsAccessible(t *testing.T) {
	t.Parallel()
	p := Start(t)
	for name, run := range map[string]func(*scene){
		"the form":            stateForm,
		"the form with lines": stateLines,
		"declined":            stateDeclined,
		"at the bank":         stateBank,
		"confirming":          stateConfirming,
		"receipt":             stateReceipt,
		"closed":              stateClosed,
		"without script":      stateStill,
		"in other languages":  stateLanguages,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(newScene(t, p))
		})
	}
}

func stateForm(s *scene) {
	tab := s.open(s.link(map[string]any{"PaymentLines": []map[string]any{{"Type": 12, "Recurring": 0}}, "ShowTransactionId": true, "PoweredByText": "Powered by Example",
		"PoweredByUrl": "https://example.com/"}))
	inspect(tab, "details", allViews...)
	tab.Type("#f-amount", "0")
	tab.Type("#f-email", "nobody")
	tab.Choose("#f-state", "")
	tab.Click(".pl-next")
	tab.WaitText(".pl-errors", "Enter an email address")
	inspect(tab, "details with errors", allViews...)
	tab.Type("#f-amount", "25")
	tab.Type("#f-email", "ada@example.com")
	tab.Choose("#f-state", "TX")
	forward(tab)
	inspect(tab, "methods", wideLight, phoneDark)
	choose(tab, "card")
	fields := s.frame(tab, "card")
	fields.Wait("#number")
	inspect(tab, "card", allViews...)
	tab.Click(".pl-pay")
	fields.Wait("#number-error")
	inspect(tab, "card with errors", wideLight, phoneDark)
	choose(tab, "bank")
	s.frame(tab, "bank").Wait("#routing")
	inspect(tab, "bank account", wideLight, phoneDark)
}

func stateLines(s *scene) {
	lines := []map[string]any{{"Amount": "10.00", "Type": 12, "Recurring": 0}, {"Amount": "2.50", "Type": 4, "Recurring": 0}, {"Amount": "3.75", "Type": 1, "Recurring": 0}, {"Amount": "4.00", "Type": 5, "Recurring": 0}}
	tab := s.open(s.link(map[string]any{"PaymentLines": lines, "TranId": "A-7", "ShowTransactionId": true}))
	inspect(tab, "four lines", wideLight, phoneDark)
	tab.Goto(s.link(map[string]any{"PaymentLines": []map[string]any{{"Amount": "10.00", "Type": 12, "Recurring": 4}}}))
	forward(tab)
	inspect(tab, "recurring", wideDark, phoneLight)
	tab.Goto(s.link(map[string]any{"TokenGuid": s.product.Ready.FrontStream.TokenGUID}))
	forward(tab)
	inspect(tab, "saved card", wideLight, phoneDark)
}

func stateDeclined(s *scene) {
	once := s.once()
	link := s.link(once)
	tab := s.pay(link, cardDeclined)
	tab.WaitText(".pl-errors", "You have not been charged")
	inspect(tab, "declined", wideLight, phoneDark)
	tab.Wait(".pl-pay")
	s.card(tab, cardGood)
	tab.Click(".pl-pay")
	s.back(tab)
	tab.Goto(link)
	s.press(tab, cardGood)
	tab.WaitText(".pl-errors", "This reference has been paid already")
	inspect(tab, "paid already", wideDark, phoneLight)
}

func stateBank(s *scene) {
	link := s.link(s.once())
	tab := s.open(link)
	attempt := Eval[string](tab.Scope, `document.querySelector("[name=attempt]").value`)
	s.press(tab, card3DS)
	s.secure(tab)
	inspect(tab, "3-D Secure", wideLight, phoneDark)
	tab.Goto(link + "/" + attempt)
	tab.WaitText("h2", "One more step at your bank")
	inspect(tab, "resume", wideLight, phoneDark)
	tab.Click(".pl-go")
	s.secure(tab)
	tab.Click("button[value=approve]")
	s.back(tab)
	tab.Goto(s.link(nil))
	forward(tab)
	choose(tab, "card")
	tab.Click("button[value=hosted]")
	s.hosted(tab, "4242424242424241")
	inspect(tab, "hosted page", wideDark, phoneLight)
	tab.Click("button.button")
	tab.Wait(".errors")
	inspect(tab, "hosted page with errors", wideLight, phoneDark)
}

func stateConfirming(s *scene) {
	tab := s.pay(s.link(nil), cardLost)
	tab.WaitText("h2", "We are confirming your payment")
	Eval[any](tab.Scope, "window.stop()") // it would ask again in the middle of the inspection
	inspect(tab, "confirming", wideLight, phoneDark)
	tab.Reload()
	s.back(tab)
}

func stateReceipt(s *scene) {
	for _, number := range []string{cardGood, ""} {
		link := s.link(nil)
		tab := s.open(link)
		attempt := Eval[string](tab.Scope, `document.querySelector("[name=attempt]").value`)
		forward(tab)
		if number == "" {
			choose(tab, "bank")
			fields := s.frame(tab, "bank")
			fields.Type("#holder", "Ada Lovelace")
			fields.Type("#routing", bankRouting)
			fields.Type("#account", bankAccount)
		} else {
			s.card(tab, number)
		}
		tab.Click(".pl-pay")
		s.back(tab)
		if status := tab.Goto(link + "/" + attempt + "?receipt"); status != http.StatusOK {
			s.t.Errorf("the receipt is answered %d", status)
		}
		name, last4 := "receipt", "4242"
		if number == "" {
			name, last4 = "receipt of a bank account", bankAccount[len(bankAccount)-4:]
		}
		if body := tab.Text("main"); !strings.Contains(body, "$25.00") || !strings.Contains(body, last4) {
			s.t.Errorf("the receipt says\n%s", body)
		}
		inspect(tab, name, wideLight, wideDark, phoneLight, phoneDark)
	}
}

func stateClosed(s *scene) {
	link := s.link(nil)
	form := formOf(s.open(link, NoScript()))
	s.shop.Delete(link)
	tab := s.tab()
	for _, c := range []struct {
		name, address, heading string
		status                 int
	}{
		{"cancelled", link, "This link is closed", http.StatusGone},
		{"unknown", s.product.Ready.BaseURL + "/pay/nothing", "We don’t know this link", http.StatusNotFound},
	} {
		if status := tab.Goto(c.address); status != c.status || tab.Text("h1") != c.heading {
			s.t.Errorf("%s: status %d, %q", c.name, status, tab.Text("h1"))
		}
		inspect(tab, c.name, wideLight, phoneDark)
	}
	// Used up and expired links are made by our own API.
	used := s.nativeLink(map[string]any{"amount": "12.00", "currency": "USD", "max_uses": 1})
	tab.Goto(used)
	s.press(tab, cardGood)
	tab.WaitText("h2", "Thank you. Your payment is complete.")
	inspect(tab, "receipt without a shop to go back to", wideLight, phoneDark)
	if status := tab.Goto(used); status != http.StatusGone || tab.Text("h1") != "This has been paid already" {
		s.t.Errorf("a link that is used up: status %d, %q", status, tab.Text("h1"))
	}
	inspect(tab, "already paid", wideLight, phoneDark)
	answer, body := s.post(link, form, "Origin", "https://evil.example")
	if answer.StatusCode != http.StatusForbidden || !strings.Contains(string(body), "forbidden") {
		s.t.Errorf("a form from elsewhere was answered %d: %s", answer.StatusCode, body)
	}
}

// nativeLink makes a link by our own API and returns its address.
func (s *scene) nativeLink(order map[string]any) string {
	s.t.Helper()
	return JSON[struct{ URL string }](s.t, s.native("POST", "/links", order, http.StatusCreated)).URL
}

func stateStill(s *scene) {
	tab := s.open(s.link(nil), NoScript())
	for _, width := range []int64{320, 375, 1280} {
		tab.Resize(width, 640)
		tab.fits("the form without script")
		tab.Shot("live-still-" + map[int64]string{320: "320", 375: "375", 1280: "1280"}[width])
	}
	// The server finds the same faults as the script: its page, without the script's own check.
	tab = s.open(s.link(nil))
	Eval[any](tab.Scope, `document.querySelectorAll("#pl-form input:not([type=hidden]):not([type=radio]), #pl-form textarea").forEach(e => e.value = "")`)
	Eval[any](tab.Scope, `document.querySelector("#pl-form").submit()`)
	tab.WaitText(".pl-errors", "Enter your first name")
	if tab.Status() != http.StatusUnprocessableEntity || !focused(tab.Scope, ".pl-errors") {
		s.t.Errorf("the form with every error has the status %d and the focus on the summary: %v", tab.Status(), focused(tab.Scope, ".pl-errors"))
	}
	inspect(tab, "every error", view{"320-dark", 320, "dark"}, wideLight)
}

func stateLanguages(s *scene) {
	tab := s.tab()
	link := s.link(map[string]any{"PaymentLines": []map[string]any{{"Amount": "10.00", "Type": 12, "Recurring": 4}}})
	for _, lang := range []string{"fr", "es"} {
		tab.Goto(link + "?" + url.Values{"lang": {lang}}.Encode())
		forward(tab)
		choose(tab, "card")
		s.frame(tab, "card").Wait("#number")
		inspect(tab, "in "+lang, wideLight, phoneDark)
		tab.Resize(320, 640)
		tab.fits("320 px in " + lang)
		tab.Shot("live-in-" + lang + "-320")
	}
}
