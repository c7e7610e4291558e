package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// mail is a letter that the demo's mail server keeps.
type mail struct {
	N                 int
	To, Subject, Text string
	MessageID         string `json:"message_id"`
	Repeated          bool
}

// mails waits for letters to an address, newest first.
func (s *scene) mails(to string, n int) []mail {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get(s.product.Ready.BaseURL + "/demo/mails.json")
		if err != nil {
			s.t.Fatal(err)
		}
		var all, mine []mail
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err == nil {
			err = json.Unmarshal(text, &all)
		}
		if err != nil {
			s.t.Fatalf("the mails: %v", err)
		}
		for _, m := range all {
			if strings.Contains(m.To, to) {
				mine = append(mine, m)
			}
		}
		if len(mine) >= n {
			return mine
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d letters to %s, want %d", len(mine), to, n)
		}
	}
}

// payroc calls Payroc's API as the demo's merchant, and gives the answer to what makes
// something.
func (s *scene) payroc(path, body string) map[string]any {
	s.t.Helper()
	known := JSON[struct {
		Payroc struct {
			APIKey string `json:"api_key"`
		}
	}](s.t, Answer{Body: s.product.Ready.Raw})
	token := JSON[map[string]any](s.t, s.shop.Call("POST", "/v1/authorize", http.Header{"X-Api-Key": {known.Payroc.APIKey}}, nil))
	key := fmt.Sprintf("8e03978e-40d5-43e8-bc93-%012d", amounts.Add(1))
	a := s.shop.Call("POST", path, http.Header{"Authorization": {"Bearer " + token["access_token"].(string)}, "Idempotency-Key": {key}}, []byte(body))
	if a.Status != http.StatusCreated {
		s.t.Fatalf("%s answers %d %s", path, a.Status, a.Body)
	}
	return JSON[map[string]any](s.t, a)
}

// flowReceipt: one mail to Email on success, which the merchant's people can look at
// in the demo's inbox.
func flowReceipt(s *scene) {
	_, text := amount()
	to := fmt.Sprintf("receipt%d@payer.example", amounts.Add(1))
	tab := s.pay(s.link(map[string]any{"PaymentLines": line(text), "Email": to}), cardGood)
	s.back(tab)
	got := s.mails(to, 1)
	if len(got) != 1 || got[0].Subject != "Your payment of $"+text+" to Demo Store" || !strings.Contains(got[0].Text, "Visa •••• 4242") {
		s.t.Fatalf("the receipt: %+v", got)
	}
	inbox := s.tab()
	if status := inbox.Goto(s.product.Ready.BaseURL + "/demo/inbox"); status != http.StatusOK {
		s.t.Fatalf("the inbox answers %d", status)
	}
	address := fmt.Sprintf("/demo/mails/%d", got[0].N)
	letter := fmt.Sprintf("details:has(> iframe[src=%q])", address)
	inbox.Click(letter + " > summary")
	// The frame is a process of its own, which sees no more than this address does.
	inbox.Wait(letter + "[open]")
	page := s.tab()
	if status := page.Goto(s.product.Ready.BaseURL + address); status != http.StatusOK {
		s.t.Fatalf("the letter answers %d", status)
	}
	page.WaitText("body", "Demo Store has received your payment of $"+text)
	if page.Style(".card", "", "background-color") == "rgba(0, 0, 0, 0)" {
		s.t.Error("the letter is shown without its styles")
	}
}

// TestALinkThatWasSharedIsOpenedFromItsLetterAndPaid is a share by Payroc's API, the
// letter, the press of its button, and the payment.
func TestALinkThatWasSharedIsOpenedFromItsLetterAndPaid(t *testing.T) {
	t.Parallel()
	s := newScene(t, Start(t))
	cents, text := amount()
	to := "sarah.hopper@payer.example"
	link := s.payroc("/v1/processing-terminals/1234001/payment-links", fmt.Sprintf(
		`{"type":"singleUse","merchantReference":"Ref1","order":{"orderId":"Order1","description":"Large pizza","charge":{"type":"preset","amount":%d,"currency":"USD"}},"authType":"sale","paymentMethods":["card"],"expiresOn":"2099-12-20","customLabels":[{"element":"paymentButton","label":"Pay for pizza"}]}`, cents))
	path := "/v1/payment-links/" + link["paymentLinkId"].(string) + "/sharing-events"
	body := `{"sharingMethod":"email","message":"Dear Sarah,\n\nplease pay.","recipients":[{"name":"Sarah Hazel Hopper","email":"` + to + `"}]}`
	s.payroc(path, body)
	got := s.mails(to, 1)[0]
	if !strings.Contains(got.Text, "Dear Sarah,") || !strings.Contains(got.Text, "Pay for pizza:") || got.Subject != "Demo Store has sent you a payment link for $"+text {
		t.Errorf("the letter: %+v", got)
	}
	letter := s.tab()
	letter.Goto(fmt.Sprintf("%s/demo/mails/%d", s.product.Ready.BaseURL, got.N))
	if words := letter.Text("a.press"); words != "Pay for pizza" {
		t.Errorf("the button says %q", words)
	}
	word := strings.Repeat("Donaudampfschifffahrt", 7)
	other := JSON[map[string]any](t, s.native("POST", "/links", map[string]any{"title": word, "description": word, "currency": "USD",
		"lines": []map[string]any{{"title": word, "amount": "99999.99"}, {"title": "Tea", "amount": "1"}}}, http.StatusCreated))
	s.native("POST", "/links/"+other["id"].(string)+"/share", map[string]any{
		"recipients": []map[string]any{{"name": word[:90], "email": "long@payer.example"}}}, http.StatusCreated)
	for _, n := range []int{s.mails("long@payer.example", 1)[0].N, got.N} {
		letter.Goto(fmt.Sprintf("%s/demo/mails/%d", s.product.Ready.BaseURL, n))
		for _, width := range []int64{600, 375, 320} {
			letter.Resize(width, 900)
			if wide := Eval[float64](letter.Scope, "document.documentElement.scrollWidth"); wide > float64(width) {
				t.Errorf("at %d pixels letter %d is %v wide", width, n, wide)
			}
		}
	}
	tab := s.open(letter.Attribute("a.press", "href"))
	tab.Type("#f-first_name", "Sarah")
	tab.Type("#f-last_name", "Hopper")
	tab.Type("#f-email", to)
	s.press(tab, cardGood)
	tab.WaitText("main", "Thank you. Your payment is complete.")
	s.taken(cents, 1)
	if all := s.mails(to, 2); len(all) != 2 || all[0].Subject != "Your payment of $"+text+" to Demo Store" {
		t.Errorf("after the payment: %+v", all)
	}
}
