package frontstream_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/dialecttest"
	"paylink/dialect/frontstream"
)

// numbered are the texts that a Newtonsoft server takes a number for (A3): all but
// those that have a form of their own.
var numbered = []string{"City", "DonateButtonText", "ExternalCardToken", "ExternalCheckToken", "ExternalEventId", "ExternalEventName", "FirstName",
	"IntegrationSource", "IpAddress", "Language", "LastName", "PaymentLines[].Amount", "PaymentLines[].ExternalLineId", "PoweredByText", "Street",
	"Theme", "TranId", "TransactionIdText"}

// TestEveryFieldOfAPayLink tries each field that FrontStream's OpenAPI has of a
// PayLinkRequest. One body can't hold all: the tokens exclude one another.
func TestEveryFieldOfAPayLink(t *testing.T) {
	t.Parallel()
	openapi, err := os.ReadFile("testdata/frontstream-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	base := order(map[string]any{"ProcessorGuid": guid, "IntegrationSource": "shop", "IpAddress": "192.0.2.1", "TranId": "T-1", "ShowTransactionId": true,
		"TransactionIdText": "Invoice#:", "PoweredByText": "Us", "PoweredByUrl": "https://us.example", "DonateButtonText": "Give", "Language": "en",
		"DefaultCountryCode": "US", "Theme": ".p-card{color:red}", "ThemeFonts": []string{"Open Sans"}, "FirstName": "Ada", "LastName": "Lovelace",
		"Email": "ada@example.com", "Street": "1 Main", "City": "Springfield", "Zip": "62701", "State": "IL", "Country": "US", "Phone": "217-555-0123",
		"TokenizeCard": true, "ExternalEventId": "E1", "ExternalEventName": "Gala",
		"PaymentLines": []map[string]any{{"Amount": "25.00", "Type": 12, "Recurring": 0, "ExternalLineId": "L1"}}})
	texts := map[string]func(int) string{
		"RedirectUrl":  func(n int) string { return fmt.Sprintf("https://merchant.example/%0*d", n-25, 0) },
		"PoweredByUrl": func(n int) string { return fmt.Sprintf("https://merchant.example/%0*d", n-25, 0) },
		"Email": func(n int) string {
			return fmt.Sprintf("a@%s.%s.example", strings.Repeat("b", 40), strings.Repeat("c", n-51))
		},
		"Country":               func(n int) string { return "USA"[:n] },
		"DefaultCountryCode":    func(n int) string { return "USA"[:n] },
		"Zip":                   func(n int) string { return "12345-67890"[:n] },
		"PaymentLines[].Amount": func(n int) string { return "12345.67"[8-n:] },
	}
	for name, change := range map[string]map[string]any{"whole": nil, "whole, strictly": nil, "with a saved way": {"TokenGuid": guid}, "with a card": {"ExternalCardToken": "tok-1"},
		"with an account": {"ExternalCheckToken": "tok-2"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := base
			if change != nil {
				body = order(change)
			}
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			fields, err := dialecttest.Schema(openapi, "#/components/schemas/PayLinkRequest", string(raw))
			if err != nil {
				t.Fatal(err)
			}
			if change != nil {
				fields = slices.DeleteFunc(fields, func(f dialecttest.Field) bool { _, is := change[f.Path]; return !is })
			}
			strict := strings.HasSuffix(name, "strictly")
			r := newRig(t, "sqlite", func(h *frontstream.Handler) { h.Strict = strict })
			c := dialecttest.Contract{Fields: fields, Body: string(raw), Text: texts,
				Send: func(t *testing.T, body string) (int, string) {
					a := r.post(body)
					return a.status, a.body
				},
				Count: func(t *testing.T) int { return r.count() },
				Refused: func(path, answer string) error {
					if !strings.Contains(answer, path[strings.LastIndex(path, ".")+1:]) {
						return fmt.Errorf("it does not name %s", path)
					}
					return nil
				},
			}
			has := func(path string) bool {
				at := slices.IndexFunc(fields, func(f dialecttest.Field) bool { return f.Path == path })
				return at >= 0 && strings.Contains(string(raw), `"`+path[strings.LastIndex(path, ".")+1:]+`"`)
			}
			except := func(path, of, why string) {
				if has(path) {
					c.Except = append(c.Except, dialecttest.Exception{Path: path, Case: of, Why: why})
				}
			}
			except("State", "limit 50", "A22: in the US it is a code of two letters")
			except("Phone", "limit 20", "A23: the seven documented forms are shorter")
			for _, path := range numbered {
				if !strict {
					except(path, "wrong type: integer", "A3: a Newtonsoft server takes it")
					except(path, "wrong type: number", "A3: a Newtonsoft server takes it")
				}
			}
			c.Run(t)
		})
	}
}

// count is how many links the merchant has.
func (r *rig) count() (n int) {
	r.t.Helper()
	err := r.till.Read(r.t.Context(), func(rd paylink.Reader) error {
		n = 0
		for page := (paylink.Paging{Limit: 200}); ; {
			list, err := rd.Links(paylink.LinkFilter{MerchantID: r.made.Merchant.ID, Paging: page})
			if n += len(list); err != nil || len(list) < 200 {
				return err
			}
			page.Before = list[len(list)-1].ID
		}
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}
