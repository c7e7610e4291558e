package devdraft_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"paylink/dialect/dialecttest"
)

// TestEveryFieldOfALink tries each field of the contract's table.
func TestEveryFieldOfALink(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("testdata/fields.md")
	if err != nil {
		t.Fatal(err)
	}
	fields, err := dialecttest.Markdown(string(page), "POST request body", dialecttest.Columns{Field: "Field", Type: "Type / limits", Required: "Seed says"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, "sqlite")
	const url = "a-slug"
	body := body(`{"title":"Pro plan","linkType":"PRODUCT","allowQuantityAdjustment":true,"allowMobilePayment":false,"currency":"usdc","description":"x",
		"coverImage":"https://example.com/a.jpg","amount":29.99,"paymentForId":"sub_1","isForAllProduct":false,"collectTax":true,"collectAddress":true,"limitPayments":true,
		"maxPayments":100,"customFields":{"a":"b"},"expiration_date":"2030-12-31T23:59:59Z","recurringType":"MONTHLY","requirePhoneNumber":true,"allowBusinessTaxId":true,
		"confirmationPage":"SHOW","createInvoicePdf":true,"walletId":"w","allowCryptoPayment":true}`,
		map[string]any{"url": url, "customerId": r.customer("ada@example.org"), "taxId": r.tax("8.5"),
			"paymentLinkProducts": []any{map[string]any{"productId": r.product(nil), "quantity": 2}}})
	differs := []dialecttest.Exception{
		{Path: "currency", Case: "limit eurc", Why: "the product is priced in dollars, which euros in coins do not stand for"},
		{Path: "maxPayments", Case: "absent", Why: "limitPayments is true: a limit without a number is none"},
		{Path: "maxPayments", Case: "null", Why: "limitPayments is true: a limit without a number is none"}}
	dialecttest.Contract{Fields: fields, Body: body, Except: differs, NullIsAbsent: "answers hold nulls, and can be sent back",
		Send: func(t *testing.T, body string) (int, string) {
			a := r.send("POST", links, strings.Replace(body, `"`+url+`"`, `"`+slug()+`"`, 1)) // slugs are unique
			return a.status, a.body
		},
		Count: func(t *testing.T) (n int) {
			for skip := 0; ; skip += 100 {
				rows := r.must(200, "GET", fmt.Sprintf("%s?skip=%d&take=100", links, skip), "").rows(t)
				if n += len(rows); len(rows) < 100 {
					return n
				}
			}
		},
		Refused: func(path, answer string) error {
			var f struct{ Message []string }
			if err := json.Unmarshal([]byte(answer), &f); err != nil {
				return err
			}
			path = strings.ReplaceAll(path, "[0]", ".0")
			for _, one := range f.Message {
				if dialecttest.Near(strings.TrimPrefix(strings.Fields(one)[0], "each"), path) || strings.Contains(one, " in the "+path+" ") || strings.Contains(one, " in "+path+" ") {
					return nil
				}
			}
			return fmt.Errorf("%q does not name %s", f.Message, path)
		}}.Run(t)
}
