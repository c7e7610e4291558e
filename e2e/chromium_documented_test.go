package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	webhook "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// TestDocumentedRequestEndToEnd is the first promise of the project: whoever knows
// FrontStream sends the request of its documentation, with every optional member
// that may stand beside the others, and all the way to the webhook holds.
func TestDocumentedRequestEndToEnd(t *testing.T) {
	t.Parallel()
	s := newScene(t, Start(t))
	secret := s.listen()
	theme := documentedTheme(t)
	answer := s.shop.Create(map[string]any{
		"ProcessorGuid": s.product.Ready.FrontStream.ProcessorGUID, "IntegrationSource": s.product.Ready.FrontStream.IntegrationSource,
		"IpAddress": "203.0.113.7", "RedirectUrl": s.merchant.ReturnURL() + "?order=7#done",
		"PaymentLines": []map[string]any{{"Amount": "125.00", "Type": 12, "Recurring": 0, "ExternalLineId": "line-1"}},
		"TranId":       "INV-1001", "ShowTransactionId": true, "TransactionIdText": "Invoice#:",
		"PoweredByText": "Powered by Your Company", "PoweredByUrl": "https://yourcompany.example/", "DonateButtonText": "Donate now",
		"Language": "en", "DefaultCountryCode": "CA", "Theme": theme,
		"ThemeFonts": []string{"Open Sans:400,500,600,700 ", "Montserrat:400, 700 ", "Roboto:400, 700 "},
		"FirstName":  "Ada", "LastName": "Lovelace", "Email": "ada@example.com", "Street": "1 Main St", "City": "Austin", "Zip": "78701-1234",
		"State": "TX", "Country": "US", "Phone": "+12025550123", "TokenizeCard": true, "ExternalEventId": "42", "ExternalEventName": "Gala",
	})
	if answer.Status != http.StatusOK || !strings.HasPrefix(string(answer.Body), `{"PayLinkUrl":"`+s.product.Ready.BaseURL) {
		t.Fatalf("the documented request was answered %d: %s", answer.Status, answer.Body)
	}
	tab := s.open(JSON[struct{ PayLinkUrl string }](t, answer).PayLinkUrl, Viewport(1280, 900))
	tab.Shot("live-documented-1")
	for selector, want := range map[string]string{".pl-amount": "$125.00", ".pl-pairs": "INV-1001", `a[href="https://yourcompany.example/"]`: "Powered by Your Company"} {
		if got := tab.Text(selector); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	th := newThemed(t, theme)
	th.walk(s, tab)
	tab.Shot("live-documented-2")
	// Of the 37 selectors one is about the field for an amount, which is given here;
	// flow.theme looks at it.
	if missing := strings.Join(th.missing(), " | "); missing != ".has-error .input-group-addon" {
		t.Errorf("these selectors find no element that is shown: %q", missing)
	}
	if got := tab.Text(".pl-pay .p-button-label"); got != "Donate now" {
		t.Errorf("the button says %q", got)
	}
	tab.Click(".pl-pay")
	at := tab.WaitURL(s.merchant.ReturnURL())
	if token := at.Query().Get("responseToken"); at.Query().Get("order") != "7" || at.Fragment != "done" || token == "" || !strings.HasSuffix(at.RawQuery, "&responseToken="+token) {
		t.Fatalf("the browser landed on %s", at.String())
	}
	result := s.verify(at.Query().Get("responseToken")).PaymentResult
	if total, err := result.TotalAmount.Float64(); err != nil || total != 125 || result.EmailAddress != "ada@example.com" || result.TokenGUID == "" {
		t.Errorf("VerifyAuthToken tells %+v", result)
	}
	if again := s.shop.Verify(at.Query().Get("responseToken")); again.Status != http.StatusBadRequest {
		t.Errorf("the second time VerifyAuthToken answers %d: %s", again.Status, again.Body)
	}
	s.heard(secret, "payment.succeeded", func(p payment) bool {
		return p.Amount.Minor == 12500 && p.Reference == "INV-1001" && p.Payer.Email == "ada@example.com" && p.Last4 == "5454"
	})
	s.heard(secret, "link.created", func(p payment) bool { return p.Reference == "INV-1001" })
	s.taken(12500, 1)
	// The card was saved: the token pays a later link without typing a number.
	later := s.open(s.link(map[string]any{"PaymentLines": line("126.00"), "TokenGuid": result.TokenGUID}))
	forward(later)
	if got := later.Text("#pl-form"); !strings.Contains(got, "•••• 5454") {
		t.Errorf("the saved card is not named: %s", got)
	}
	later.Click(".pl-pay")
	s.back(later)
	s.taken(12600, 1)
}

// listen registers the merchant's endpoint through our own API and returns its secret.
func (s *scene) listen() string {
	s.t.Helper()
	answer := s.native("POST", "/webhook_endpoints", map[string]any{"url": s.merchant.HookURL()}, http.StatusCreated)
	secret := JSON[struct{ Secret string }](s.t, answer).Secret
	if !strings.HasPrefix(secret, "whsec_") {
		s.t.Fatalf("the endpoint's secret is %q", secret)
	}
	return secret
}

// heard waits for a webhook of the type that the function accepts, and fails
// unless the Standard Webhooks library verifies it and refuses it when changed.
func (s *scene) heard(secret, kind string, accept func(payment) bool) {
	s.t.Helper()
	verifier, err := webhook.NewWebhook(secret)
	if err != nil {
		s.t.Fatal(err)
	}
	type event struct {
		Type      string
		CreatedAt time.Time `json:"created_at"`
		Data      payment
	}
	hook := s.merchant.WaitHook("of "+kind, func(h Hook) bool {
		var e event
		return json.Unmarshal(h.Body, &e) == nil && e.Type == kind && accept(e.Data)
	})
	if err := verifier.Verify(hook.Body, hook.Header); err != nil {
		s.t.Errorf("the Standard Webhooks library refuses %s: %v\n%v\n%s", kind, err, hook.Header, hook.Body)
	}
	if err := verifier.Verify(append(hook.Body, ' '), hook.Header); err == nil {
		s.t.Error("the Standard Webhooks library takes a changed body")
	}
}
