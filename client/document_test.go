package client_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"paylink/client"
)

// Every answer that the API's document shows is read whole: no member is unknown to
// the types here, and what is written again is the same.
func TestTheTypesAreTheDocuments(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../dialect/native/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			RequestBody struct {
				Content map[string]struct {
					Examples map[string]struct{ Value json.RawMessage }
				}
			}
			Responses map[string]struct {
				Content map[string]struct {
					Examples map[string]struct{ Value json.RawMessage }
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]func() any{
		"link": func() any { return &client.Link{} }, "payment": func() any { return &client.Payment{} }, "event": func() any { return &client.Event{} },
		"webhook_endpoint": func() any { return &client.Endpoint{} }, "delivery": func() any { return &client.Delivery{} }, "try": func() any { return &client.Try{} },
		"product": func() any { return &client.Product{} }, "tax": func() any { return &client.Tax{} }, "customer": func() any { return &client.Customer{} },
		"debt": func() any { return &client.Debt{} }, "share": func() any { return &client.Share{} },
	}
	orders := map[string]func() any{"makeLink": func() any { return &client.NewLink{} }, "makeEndpoint": func() any { return &client.NewEndpoint{} },
		"makeProduct": func() any { return &client.NewProduct{} }, "makeTax": func() any { return &client.NewTax{} }, "makeCustomer": func() any { return &client.NewCustomer{} },
		"makeDebt": func() any { return &client.NewDebt{} }, "shareLink": func() any { return &client.NewShare{} }}
	same := func(op string, raw json.RawMessage, into any) {
		t.Helper()
		d := json.NewDecoder(bytes.NewReader(raw))
		if _, own := into.(json.Unmarshaler); !own {
			d.DisallowUnknownFields()
		}
		if err := d.Decode(into); err != nil {
			t.Errorf("%s: %v\n%s", op, err, raw)
			return
		}
		again, err := json.Marshal(into)
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if json.Unmarshal(raw, &a) != nil || json.Unmarshal(again, &b) != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: read\n%s\nwritten\n%s", op, raw, again)
		}
	}
	read := 0
	for path, methods := range doc.Paths {
		for method, op := range methods {
			for status, response := range op.Responses {
				for _, example := range response.Content["application/json"].Examples {
					var one struct {
						Object string
						Data   []json.RawMessage
					}
					if status[0] != '2' || json.Unmarshal(example.Value, &one) != nil {
						continue
					}
					all := []json.RawMessage{example.Value}
					if one.Object == "list" {
						all = one.Data
					}
					for _, raw := range all {
						kind := struct{ Object string }{"try"} // the only thing without a name of its own
						if err := json.Unmarshal(raw, &kind); err != nil || kinds[kind.Object] == nil {
							t.Fatalf("%s %s: an object %q", method, path, kind.Object)
						}
						same(method+" "+path, raw, kinds[kind.Object]())
						read++
					}
				}
			}
			if order := orders[op.OperationID]; order != nil {
				for name, example := range op.RequestBody.Content["application/json"].Examples {
					if name != "lines" { // its amounts are in minor units, which the types here don't write
						same(method+" "+path, example.Value, order())
						read++
					}
				}
			}
		}
	}
	if read < 20 {
		t.Errorf("only %d examples were read", read)
	}
}
