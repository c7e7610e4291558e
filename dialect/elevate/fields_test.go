package elevate_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/dialecttest"
	"paylink/till"
)

// Every field of the contract's table, at its limits and beyond.
func TestEveryFieldOfTheContract(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		page, err := os.ReadFile("testdata/contract.md")
		if err != nil {
			t.Fatal(err)
		}
		fields, err := dialecttest.Markdown(string(page), "Request", dialecttest.Columns{Field: "Field", Type: "Type", Required: "Req.", Limits: "Limits"})
		if err != nil || len(fields) != 7 {
			t.Fatalf("%d fields: %v", len(fields), err)
		}
		links := func() (all []paylink.Link) {
			err := r.till.Read(context.Background(), func(rd paylink.Reader) (err error) {
				all, err = rd.Links(paylink.LinkFilter{MerchantID: r.made.Merchant.ID, Paging: paylink.Paging{Limit: 200}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		dialecttest.Contract{Fields: fields,
			Body:         `{"paymentProviderId":1,"amountInMajorCurrency":10.5,"description":"Invoice 42","emailAddress":"a@b.example","invoiceId":1,"adhocInvoiceId":1,"customerId":1}`,
			NullIsAbsent: "Elevate's optional fields may be left out or null, which its documentation does not tell apart",
			Send: func(t *testing.T, body string) (int, string) {
				a := r.send("POST", linkPath, body)
				if a.status == 201 { // so that the next equal call makes another one
					if _, _, err := r.till.Close(context.Background(), till.Closing{LinkID: r.look(a).Link.ID, MerchantID: r.made.Merchant.ID}); err != nil {
						t.Fatal(err)
					}
				}
				return a.status, a.body
			},
			Refused: func(path, answer string) error {
				if !strings.Contains(answer, "Validation failed for field '"+path+"'") {
					return fmt.Errorf("the field is not named")
				}
				return nil
			},
			Count: func(*testing.T) int { return len(links()) },
		}.Run(t)
	})
}
