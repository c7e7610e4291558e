package main

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// makeLink makes a link as FrontStream's clients do.
func makeLink(t testing.TB, r demoReady, fields string) string {
	t.Helper()
	status, body := postJSON(t, r.BaseURL+"/api/ClientSession", nil,
		fmt.Sprintf(`{"ClientId":%q,"ClientSecret":%q}`, r.FrontStream.ClientID, r.FrontStream.ClientSecret))
	var session struct{ Token string }
	if err := json.Unmarshal([]byte(body), &session); err != nil || status != http.StatusOK {
		t.Fatalf("a session: %d %s", status, body)
	}
	status, body = postJSON(t, r.BaseURL+"/api/paylink", map[string]string{"AccessToken": session.Token},
		fmt.Sprintf(`{"ApiKey":%q,"RedirectUrl":"https://merchant.example/thanks","PaymentLines":[{"Amount":"25.00","Type":12,"Recurring":0}]%s}`, r.FrontStream.APIKey, fields))
	var link struct{ PayLinkUrl string }
	if err := json.Unmarshal([]byte(body), &link); err != nil || status != http.StatusOK {
		t.Fatalf("a link: %d %s", status, body)
	}
	return link.PayLinkUrl
}

var attemptField = regexp.MustCompile(`name="attempt"[^>]*value="([^"]*)"`)

// pay fills in the form of a link without scripts and sends it with a token of the
// gateway's frame. It gives where the payer is sent.
func pay(t testing.TB, link, token string, change url.Values) (int, string) {
	t.Helper()
	status, page := get(t, link)
	found := attemptField.FindStringSubmatch(page)
	if status != http.StatusOK || found == nil {
		t.Fatalf("the page of a link: %d, no attempt in it", status)
	}
	form := url.Values{"attempt": {html.UnescapeString(found[1])}, "first_name": {"Ann"}, "last_name": {"Lee"},
		"email": {"ann@payer.example"}, "street": {"1 Main"}, "city": {"Springfield"}, "state": {"IL"}, "postal": {"62701"},
		"country": {"US"}, "phone": {"2175550123"}, "method": {"card"}, "gateway_token": {token}}
	for k, v := range change {
		form[k] = v
	}
	res, err := browser.PostForm(link, form)
	if err != nil {
		t.Fatal(err)
	}
	status, _ = readAnswer(t, res)
	return status, res.Header.Get("Location")
}

// payWell pays a link and gives where on the merchant's site the payer is sent.
func payWell(t testing.TB, link string) string {
	t.Helper()
	status, back := pay(t, link, "tok_test_visa", nil)
	if status != http.StatusSeeOther || !strings.HasPrefix(back, "https://merchant.example/thanks?responseToken=") {
		t.Fatalf("after the payment the payer is sent to %q (%d), want the merchant's site with a token", back, status)
	}
	return back
}

// inboxOf is what arrived at the demo's inbox.
func inboxOf(t testing.TB, r demoReady) []shownMessage {
	t.Helper()
	_, body := get(t, r.BaseURL+"/demo/inbox.json")
	var list []shownMessage
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatalf("the inbox: %v in %s", err, body)
	}
	return list
}
