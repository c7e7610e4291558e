package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// accents is one merchant's four APIs, and our own, beside a browser.
type accents struct {
	*scene
	devdraft *devdraft
	ready    struct {
		Payroc struct {
			APIKey   string `json:"api_key"`
			Terminal string `json:"processing_terminal_id"`
		} `json:"payroc"`
		Elevate struct {
			Brand, Username, Password string
			Provider                  int64 `json:"payment_provider_id"`
			Invoice                   int64 `json:"invoice_id"`
		} `json:"elevate"`
	}
	payrocToken, elevateToken string
}

// thing is any object of JSON; list any array of them.
type thing = map[string]any

func newAccents(t *testing.T) *accents {
	p := Start(t)
	a := &accents{scene: newScene(t, p), devdraft: p.devdraft(t)}
	if err := json.Unmarshal(p.Ready.Raw, &a.ready); err != nil {
		t.Fatal(err)
	}
	a.payrocToken = JSON[thing](t, a.ask200("POST", "/authorize", http.Header{"X-Api-Key": {a.ready.Payroc.APIKey}}, nil))["access_token"].(string)
	a.elevateToken = JSON[thing](t, a.ask200("POST", "/v1/authenticate", nil, thing{
		"brand": a.ready.Elevate.Brand, "username": a.ready.Elevate.Username, "password": a.ready.Elevate.Password}))["token"].(string)
	return a
}

// ask200 calls any of the APIs and fails unless it succeeds.
func (a *accents) ask200(method, path string, header http.Header, body any) Answer {
	a.t.Helper()
	answer := a.shop.Call(method, path, header, body)
	if answer.Status/100 != 2 {
		a.t.Fatalf("%s %s answered %d: %s", method, path, answer.Status, answer.Body)
	}
	return answer
}

func (a *accents) payroc(method, path string, body any) thing {
	a.t.Helper()
	header := http.Header{"Authorization": {"Bearer " + a.payrocToken}}
	if body != nil {
		header.Set("Idempotency-Key", fmt.Sprintf("00000000-0000-4000-8000-%012d", amounts.Add(1)))
	}
	return JSON[thing](a.t, a.ask200(method, path, header, body))
}

func (a *accents) elevate(method, path string, body any) Answer {
	a.t.Helper()
	return a.ask200(method, path, http.Header{"Authorization": {"Bearer " + a.elevateToken}}, body)
}

// payrocLink makes a singleUse link of Payroc's.
func (a *accents) payrocLink(authType string, cents int64) string {
	made := a.payroc("POST", "/v1/processing-terminals/"+a.ready.Payroc.Terminal+"/payment-links", thing{
		"type": "singleUse", "merchantReference": "R-" + authType, "authType": authType, "paymentMethods": []string{"card"}, "expiresOn": "2999-12-31",
		"order": thing{"orderId": "O-" + authType, "charge": thing{"type": "preset", "amount": cents, "currency": "USD"}}})
	return made["assets"].(thing)["paymentUrl"].(string)
}

// byCard fills in the form and pays by card.
func (a *accents) byCard(tab *Tab) {
	signAs(tab)
	a.press(tab, cardGood)
}

// byWallet pays at the sandbox's wallet.
func (a *accents) byWallet(tab *Tab) {
	signAs(tab)
	forward(tab)
	tab.Click(".pl-pay")
	tab.WaitURL(a.product.Ready.GatewayURL + "/pay/")
	tab.Click("button[value=exact]")
}

const thanks = "Thank you. Your payment is complete."

// TestALinkOfEachAPIIsPaidAndSeenByTheOthers makes links through each API, pays each in
// Chromium, and looks for link and payment through our own API and through every other
// one that can show them.
func TestALinkOfEachAPIIsPaidAndSeenByTheOthers(t *testing.T) {
	t.Parallel()
	a := newAccents(t)
	held, holdText := amount()
	sold, saleText := amount()
	given, gift := amount()
	billed, bill := amount()
	invoice := JSON[thing](t, a.elevate("POST", "/v1/payment-provider-payment-link", thing{"paymentProviderId": a.ready.Elevate.Provider,
		"amountInMajorCurrency": json.Number(bill), "description": "Invoice", "invoiceId": a.ready.Elevate.Invoice}))
	for _, one := range []struct {
		name, made    string // by which API
		link          string
		pay           func(*Tab)
		end           string // the text of the page at the end; empty: back at the merchant's
		state, amount string // as our own API tells the payment
		cents         int64  // of dollars
	}{
		{"a subscription", "devdraft", a.devdraft.call("POST", "/payment-links", thing{"title": "Friends of the harbor", "url": "friends", "linkType": "SUBSCRIPTION",
			"recurringType": "MONTHLY", "amount": 10.5, "customerId": a.devdraft.Demo.CustomerID})["url"].(string), a.byWallet, thanks, "captured", "10.500000", 0},
		{"a bundle", "devdraft", a.devdraft.call("POST", "/payment-links", thing{"title": "Two tees", "url": "two-tees", "linkType": "PRODUCT",
			"customerId":          a.devdraft.Demo.CustomerID,
			"paymentLinkProducts": []any{thing{"productId": a.devdraft.Demo.ProductID, "quantity": 2}}})["url"].(string), a.byWallet, thanks, "captured", "50.000000", 0},
		{"a pre-authorization", "payroc", a.payrocLink("preAuthorization", held), a.byCard, "held", "authorized", holdText, held},
		{"a single-use sale", "payroc", a.payrocLink("sale", sold), a.byCard, thanks, "captured", saleText, sold},
		{"an invoice", "elevate", invoice["paymentLink"].(string), func(tab *Tab) {
			tab.Type("#f-email", "ada@example.com")
			a.press(tab, cardGood)
		}, thanks, "captured", bill, billed},
		{"a donation", "frontstream", a.link(map[string]any{"PaymentLines": []map[string]any{{"Type": 12, "Recurring": 0}}}), func(tab *Tab) {
			tab.Type("#f-amount", gift)
			a.press(tab, cardGood)
		}, "", "captured", gift, given},
	} {
		t.Run(one.name, func(t *testing.T) {
			s := *a
			s.t, s.scene = t, &scene{t, a.product, a.merchant, a.shop}
			tab := s.tab()
			if status := tab.Goto(one.link); status != http.StatusOK {
				t.Fatalf("%s opens with %d", one.link, status)
			}
			one.pay(tab)
			if one.end != "" {
				tab.WaitText("h2", one.end)
			} else {
				s.back(tab)
			}
			payment := s.paidOf(one.amount)
			if payment["state"] != one.state {
				t.Errorf("the payment is %v, want %s", payment["state"], one.state)
			}
			link := JSON[thing](t, s.native("GET", "/links/"+payment["link"].(string)+"?expand=payments", nil, http.StatusOK))
			if link["made_by"] != one.made || len(link["payments"].(thing)["data"].([]any)) != 1 {
				t.Errorf("our own API tells the link as made by %v with the payments %v", link["made_by"], link["payments"])
			}
			if one.cents > 0 { // Payroc knows no stablecoins
				s.seenByPayroc(link["url"].(string), one.cents)
			}
			s.seenByDevdraft(link["url"].(string), one.link)
		})
	}
	a.seenByElevate(billed)
}

// paidOf is the payment of an amount, as our own API lists it.
func (a *accents) paidOf(decimal string) thing {
	a.t.Helper()
	for _, row := range a.product.native(a.t, "/payments?limit=100") {
		if row["amount"].(thing)["decimal"] == decimal {
			return row
		}
	}
	a.t.Fatalf("our own API lists no payment of %s", decimal)
	return nil
}

// seenByPayroc looks for the link in the terminal's list, and for its payment.
func (a *accents) seenByPayroc(address string, cents int64) {
	a.t.Helper()
	list := a.payroc("GET", "/v1/processing-terminals/"+a.ready.Payroc.Terminal+"/payment-links?limit=100", nil)
	for _, row := range list["data"].([]any) {
		link := row.(thing)
		if link["assets"].(thing)["paymentUrl"] != address {
			continue
		}
		payments := a.payroc("GET", "/v1/payments?paymentLinkId="+url.QueryEscape(link["paymentLinkId"].(string)), nil)["data"].([]any)
		if len(payments) != 1 {
			a.t.Errorf("Payroc's API lists %d payments of %v, want 1", len(payments), link)
			return
		}
		if got := payments[0].(thing)["order"].(thing)["amount"]; got != float64(cents) {
			a.t.Errorf("Payroc's API tells a payment of %v, want %d", got, cents)
		}
		return
	}
	a.t.Errorf("Payroc's API does not list %s", address)
}

// seenByDevdraft looks for the link in Devdraft's list: under its own address, or, for
// Devdraft's own, under that of its slug.
func (a *accents) seenByDevdraft(address, slug string) {
	a.t.Helper()
	header := http.Header{"X-Client-Key": {a.devdraft.Demo.ClientKey}, "X-Client-Secret": {a.devdraft.Demo.ClientSecret}}
	for _, link := range JSON[[]thing](a.t, a.ask200("GET", "/api/v0/payment-links?take=100", header, nil)) {
		if link["url"] == address || link["url"] == slug {
			return
		}
	}
	a.t.Errorf("Devdraft's API does not list %s", address)
}

// seenByElevate looks for the invoice's payment, and for what Devdraft's customer paid.
func (a *accents) seenByElevate(cents int64) {
	a.t.Helper()
	want := json.Number(fmt.Sprintf("%d.%02d", cents/100, cents%100))
	invoices := JSON[[]struct {
		ID     int64 `json:"generatedInvoiceId"`
		Amount json.Number
		Major  json.Number `json:"amountInMajorCurrency"`
		Status string      `json:"thirdPartyPaymentStatus"`
	}](a.t, a.elevate("GET", "/v1/invoice-payments?page=1&pageSize=100", nil))
	if len(invoices) != 1 || invoices[0].ID != a.ready.Elevate.Invoice || invoices[0].Status != "CONFIRMED" || !sameNumber(invoices[0].Major, want) {
		a.t.Errorf("Elevate's API tells the invoice's payments as %+v, want one of %s", invoices, want)
	}
	for _, customer := range JSON[[]thing](a.t, a.elevate("GET", "/v1/customers?page=1&pageSize=100", nil)) {
		if customer["emailAddress"] != "grace@example.com" {
			continue
		}
		paid := JSON[[]thing](a.t, a.elevate("GET", fmt.Sprintf("/v1/customer-payments?page=1&pageSize=100&customer_id=%v", customer["id"]), nil))
		if len(paid) != 2 {
			a.t.Errorf("Elevate's API tells that Devdraft's customer made the payments %v, want two", paid)
		}
		return
	}
	a.t.Error("Elevate's API does not list Devdraft's customer")
}

func sameNumber(a, b json.Number) bool {
	x, err := a.Float64()
	y, err2 := b.Float64()
	return err == nil && err2 == nil && x == y
}
