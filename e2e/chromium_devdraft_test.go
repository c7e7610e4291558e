package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// devdraft is a client of Devdraft's API.
type devdraft struct {
	t       testing.TB
	product *Product
	Demo    struct {
		ClientKey    string `json:"client_key"`
		ClientSecret string `json:"client_secret"`
		ProductID    string `json:"product_id"`
		TaxID        string `json:"tax_id"`
		CustomerID   string `json:"customer_id"`
	} `json:"devdraft"`
}

func (p *Product) devdraft(t testing.TB) *devdraft {
	t.Helper()
	d := &devdraft{t: t, product: p}
	if err := json.Unmarshal(p.Ready.Raw, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// call sends a request and gives the answer's members.
func (d *devdraft) call(method, path string, body map[string]any) (out map[string]any) {
	d.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequest(method, d.product.Ready.BaseURL+"/api/v0"+path, strings.NewReader(string(raw)))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-client-key", d.Demo.ClientKey)
	req.Header.Set("x-client-secret", d.Demo.ClientSecret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode/100 != 2 {
		d.t.Fatalf("%s %s: %d %v %v", method, path, res.StatusCode, out, err)
	}
	return out
}

// TestDevdraftsLinksArePaidFromAWallet makes links of each type by Devdraft's API, opens
// them by their slugs and pays them.
func TestDevdraftsLinksArePaidFromAWallet(t *testing.T) {
	t.Parallel()
	p := Start(t)
	d := p.devdraft(t)
	for slug, one := range map[string]struct {
		link    map[string]any
		before  func(*Tab)
		amount  string // as the page shows it
		decimal string // as our API tells it
	}{
		"Bundle/1": {link: map[string]any{"linkType": "PRODUCT", "description": "**By hand**", "collectTax": true, "taxId": d.Demo.TaxID,
			"paymentLinkProducts": []any{map[string]any{"productId": d.Demo.ProductID, "quantity": 2}}},
			before: func(tab *Tab) { tab.Click("[data-by='1']") }, amount: "81.375\u00a0USDC", decimal: "81.375000"}, // 75 and 8.5 percent
		"friends":    {link: map[string]any{"linkType": "SUBSCRIPTION", "amount": 10, "currency": "eurc"}, amount: "10.00\u00a0EURC", decimal: "10.000000"},
		"invoice-42": {link: map[string]any{"linkType": "INVOICE", "amount": 120.5, "paymentForId": "INV-42"}, amount: "120.50\u00a0USDC", decimal: "120.500000"},
		"shop": {link: map[string]any{"linkType": "COLLECTION", "isForAllProduct": true},
			before: func(tab *Tab) { tab.Click("[data-by='1']") }, amount: "25.00\u00a0USDC", decimal: "25.000000"},
		"gift": {link: map[string]any{"linkType": "DONATION"},
			before: func(tab *Tab) { tab.Type("#f-amount", "7.50") }, amount: "7.50\u00a0USDC", decimal: "7.500000"},
	} {
		t.Run(slug, func(t *testing.T) {
			t.Parallel()
			body := map[string]any{"title": "Harbor " + slug, "url": slug, "customerId": d.Demo.CustomerID}
			for name, v := range one.link {
				body[name] = v
			}
			made := d.call("POST", "/payment-links", body)
			tab := p.Open(t, Media("prefers-reduced-motion", "reduce"))
			if status := tab.Goto(strings.ToLower(made["url"].(string))); status != http.StatusOK {
				t.Fatalf("%v opens with %d", made["url"], status)
			}
			if one.before != nil {
				one.before(tab)
			}
			signAs(tab)
			forward(tab)
			tab.Click(".pl-pay")
			tab.WaitURL(p.Ready.GatewayURL + "/pay/")
			tab.Click("button[value=exact]")
			tab.WaitURL(p.Ready.BaseURL + "/pay/")
			tab.WaitText("h2", "Thank you. Your payment is complete.")
			tab.WaitText(".pl-facts", one.amount)
			for _, row := range p.native(t, "/payments?limit=100") {
				if amount := row["amount"].(map[string]any); amount["decimal"] == one.decimal && row["state"] == "captured" {
					return
				}
			}
			t.Errorf("no payment of %s is told", one.decimal)
		})
	}
}

// native reads a list of our own API.
func (p *Product) native(t testing.TB, path string) []map[string]any {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.Ready.BaseURL+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.Ready.Native.SecretKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var list struct {
		Data []map[string]any `json:"data"`
	}
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list.Data
}
