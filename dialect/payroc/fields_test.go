package payroc_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"paylink/dialect/dialecttest"
	"paylink/till"
)

// TestEveryFieldOfALink tries each field that Payroc's schema has of each type of link.
func TestEveryFieldOfALink(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile("testdata/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	const shared = `"authType":"sale","paymentMethods":["card","bankTransfer"],"customLabels":[{"element":"paymentButton","label":"PAY"}],
		"credentialOnFile":{"tokenize":true,"mitAgreement":"unscheduled"},"expiresOn":"2031-12-31"}`
	differs := []dialecttest.Exception{
		{Path: "order.charge.currency", Case: "limit", Why: "a terminal has one currency"},
	}
	for name, body := range map[string]string{
		"singleUsePaymentLink": `{"type":"singleUse","merchantReference":"Ref","order":{"orderId":"Order","description":"x","charge":{"type":"preset","amount":4999,"currency":"USD"}},` + shared,
		"multiUsePaymentLink":  `{"type":"multiUse","merchantReference":"Ref","order":{"description":"x","charge":{"type":"prompt","currency":"USD"}},` + shared,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			fields, err := dialecttest.Schema(schema, "#/$defs/"+name, body)
			if err != nil {
				t.Fatal(err)
			}
			dialecttest.Contract{Fields: fields, Body: body, Except: differs, NullIsAbsent: "SDKs write null for what a caller left out; see README.md",
				Send: func(t *testing.T, body string) (int, string) {
					a := r.send("POST", terminal, body, key())
					return a.status, a.body
				},
				Count:   func(t *testing.T) int { return r.count() },
				Refused: names}.Run(t)
		})
	}
}

// TestEveryFieldOfASharing tries each field that Payroc's schema has of a sharing event.
func TestEveryFieldOfASharing(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile("testdata/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	fields, err := dialecttest.Schema(schema, "#/$defs/emailShareEvent", toSarah)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.mails()
	r.till.Post.Limits = till.MailLimits{Address: []till.MailLimit{{Letters: 1000, In: time.Hour}}}
	link := r.make(donation)
	dialecttest.Contract{Fields: fields, Body: toSarah, NullIsAbsent: "SDKs write null for what a caller left out; see README.md",
		Text: map[string]func(int) string{"recipients[].email": func(n int) string {
			if n < 20 {
				return "a@b.example"[:n]
			}
			return "a@" + strings.Repeat("b", 40) + "." + strings.Repeat("c", 40) + "." + strings.Repeat("d", n-92) + ".example"
		}},
		Send: func(t *testing.T, body string) (int, string) {
			a := r.send("POST", link+"/sharing-events", body, key())
			return a.status, a.body
		},
		Count: func(t *testing.T) (n int) {
			for next := link + "/sharing-events?limit=100"; next != ""; {
				a := r.must(200, "GET", next, "")
				n += len(a.data(t))
				next = linkTo(t, a, "next")
			}
			return n
		},
		Refused: names}.Run(t)
}

// names reports whether a 400 tells a field, or what is inside of it or around it.
func names(path, answer string) error {
	var p struct{ Errors []struct{ Parameter string } }
	if err := json.Unmarshal([]byte(answer), &p); err != nil {
		return err
	}
	var all []string
	for _, e := range p.Errors {
		all = append(all, e.Parameter)
	}
	if !slices.ContainsFunc(all, func(s string) bool { return dialecttest.Near(s, path) }) {
		return fmt.Errorf("%v does not name %s", all, path)
	}
	return nil
}

// count is how many links the merchant has.
func (r *rig) count() (n int) {
	r.t.Helper()
	for next := terminal + "?limit=100"; next != ""; {
		a := r.must(200, "GET", next, "")
		n += len(a.data(r.t))
		next = linkTo(r.t, a, "next")
	}
	return n
}
