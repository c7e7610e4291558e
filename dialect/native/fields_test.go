package native_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"paylink/dialect/dialecttest"
)

// TestEveryFieldOfALink tries each field that our own document has of a new link. One
// body can't hold all: exactly one of amount, lines and open_amount is given.
func TestEveryFieldOfALink(t *testing.T) {
	t.Parallel()
	openapi, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	r := sqlite(t)
	for name, price := range map[string]string{"amount": `"amount":"25.00"`, "lines": `"lines":[{"title":"Cake","amount":"25.00"}]`,
		"open_amount": `"open_amount":{"min":"1.00","max":"9.00"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := r.merchant(name)
			body := `{` + price + `,"currency":"USD","title":"Cake","description":"x","max_uses":1,"expires_at":"2099-01-31T00:00:00Z",
				"redirect_url":"https://merchant.example/thanks","reference":"INV-1","metadata":{"a":"b"},"language":"en","country":"US","button":"Pay",
				"theme":"body{}","ask":{"name":true,"email":true,"address":false,"phone":false},"hold":false,"terminal":"` + m.terminal + `"}`
			fields, err := dialecttest.Schema(openapi, "#/components/schemas/NewLink", body)
			if err != nil {
				t.Fatal(err)
			}
			except := []dialecttest.Exception{
				{Path: name, Case: "absent", Why: "one of amount, lines, open_amount and debt is given"},
				{Path: name, Case: "null", Why: "one of amount, lines, open_amount and debt is given"},
				{Path: "currency", Case: "absent", Why: "the amounts are decimals, which need one"},
				{Path: "currency", Case: "null", Why: "the amounts are decimals, which need one"},
				{Path: "terminal", Case: "limit", Why: "there is no terminal of such a name"},
				{Path: "currency", Case: "limit 4", Why: "the merchant has no terminal for USDC"},
			}
			if name == "lines" {
				except = append(except, dialecttest.Exception{Path: "lines[].amount", Case: "absent", Why: "a line has an amount or a product"},
					dialecttest.Exception{Path: "lines[].amount", Case: "null", Why: "a line has an amount or a product"})
			}
			dialecttest.Contract{Fields: fields, Body: body, NullIsAbsent: "as in an answer that is sent back",
				Except: except,
				Text: map[string]func(int) string{
					"country":      func(n int) string { return "USA"[:n] },
					"currency":     func(n int) string { return "USDCX"[:n] },
					"language":     func(n int) string { return ("enx" + strings.Repeat("-aaaaaaaa", 4))[:n] },
					"redirect_url": func(n int) string { return "https://merchant.example/" + strings.Repeat("a", max(0, n-25)) },
				},
				Send: func(t *testing.T, body string) (int, string) {
					a := m.do("POST", "/links", body)
					return a.status, a.body
				},
				Count: func(t *testing.T) (n int) {
					for next := "/links?limit=100"; next != ""; {
						a := m.must(200, "GET", next, "")
						all := a.get(t, "data").([]any)
						n, next = n+len(all), ""
						if a.get(t, "has_more").(bool) {
							next = "/links?limit=100&before=" + all[len(all)-1].(map[string]any)["id"].(string)
						}
					}
					return n
				},
				Refused: func(path, answer string) error {
					codes := reply{body: answer}.codes(t)
					for _, code := range codes {
						// Which of the three is missing can't be told.
						if field, why, _ := strings.Cut(code, " "); dialecttest.Near(field, path) || why == "amount_choice" {
							return nil
						}
					}
					return fmt.Errorf("%v does not name %s", codes, path)
				}}.Run(t)
		})
	}
}
