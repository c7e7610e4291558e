package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// api is one of the foreign APIs, with lines for a shell that make a link through it.
type api struct{ Name, Lines string }

// apis are the lines of the README with this demo's values.
func (d *demo) apis() []api {
	r := d.ready()
	return []api{
		{"FrontStream", fmt.Sprintf(`TOKEN=$(curl -s %[1]s/api/ClientSession -H 'Content-Type: application/json' \
  -d '{"ClientId":"%[2]s","ClientSecret":"%[3]s"}' | sed 's/.*"Token":"\([^"]*\)".*/\1/')
curl -s %[1]s/api/paylink -H "AccessToken: $TOKEN" -H 'Content-Type: application/json' \
  -d '{"ApiKey":"%[4]s","RedirectUrl":"https://merchant.example/thanks",
       "PaymentLines":[{"Amount":"25.00","Type":12,"Recurring":0}]}'`,
			d.base, r.FrontStream.ClientID, r.FrontStream.ClientSecret, r.FrontStream.APIKey)},
		{"Payroc", fmt.Sprintf(`TOKEN=$(curl -s -X POST %[1]s/v1/authorize -H 'x-api-key: %[2]s' \
  | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -s %[1]s/v1/processing-terminals/%[3]s/payment-links -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
  -d '{"type":"multiUse","merchantReference":"Ref1","authType":"sale","paymentMethods":["card"],
       "order":{"charge":{"type":"preset","amount":2500,"currency":"USD"}}}'`, d.base, r.Payroc.APIKey, r.Payroc.TerminalID)},
		{"Devdraft", fmt.Sprintf(`curl -s %s/api/v0/payment-links -H 'x-client-key: %s' \
  -H 'x-client-secret: %s' -H 'Content-Type: application/json' \
  -d '{"title":"Friends of the harbor","url":"friends-'$(date +%%s)'","linkType":"DONATION"}'`, d.base, r.Devdraft.ClientKey, r.Devdraft.ClientSecret)},
		{"Elevate", fmt.Sprintf(`TOKEN=$(curl -s %[1]s/v1/authenticate -H 'Content-Type: application/json' \
  -d '{"brand":"%[2]s","username":"%[3]s","password":"%[4]s"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
curl -s %[1]s/v1/payment-provider-payment-link -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
  -d '{"paymentProviderId":%[5]d,"amountInMajorCurrency":10.5,"description":"Invoice 42","invoiceId":%[6]d}'`,
			d.base, r.Elevate.Brand, r.Elevate.Username, r.Elevate.Password, r.Elevate.ProviderID, r.Elevate.InvoiceID)},
	}
}

func (d *demo) nativeLines() string {
	return fmt.Sprintf(`curl -s %s/api/v1/links -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \
  -d '{"title":"A first invoice","amount":"25.00","currency":"USD"}'`, d.base, d.known.NativeKey)
}

// shellLines are our own commands. In the demo's usual directory they find it by
// themselves.
func (d *demo) shellLines() string {
	at := ""
	if filepath.Clean(d.Data) != "paylink-demo" {
		at = "export PAYLINK_URL=" + d.base + " PAYLINK_SECRET_KEY=" + d.known.NativeKey + "\n"
	}
	return at + strings.ReplaceAll(`paylink link make --amount 25 --title "Invoice 42"
paylink payments ls
paylink listen --forward http://127.0.0.1:3000/hooks --events 'payment.*'`, "paylink ", calledAs(os.Args[0])+" ")
}

// calledAs is how a shell finds this program, by how it was started: bin/paylink need
// not be on anybody's PATH.
func calledAs(name string) string {
	if filepath.Base(name) != "paylink" || strings.ContainsAny(name, " '\"$`\\") {
		return "paylink"
	}
	return name
}
