package native_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"paylink"
	"paylink/internal/safedial"
)

// operation is what the test needs of one.
type operation struct {
	path, method string
	Query        string `json:"x-example-query"`
	RequestBody  struct {
		Content map[string]struct {
			Examples map[string]struct{ Value json.RawMessage }
		}
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]struct {
			Examples map[string]struct{ Value json.RawMessage }
		}
	}
}

const jsonMedia = "application/json"

func operations(t *testing.T) (ops []operation, schemas *jsonschema.Compiler) {
	t.Helper()
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]operation
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for method, op := range doc.Paths[path] {
			op.path, op.method = path, strings.ToUpper(method)
			ops = append(ops, op)
		}
	}
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	schemas = jsonschema.NewCompiler()
	schemas.AssertFormat()
	if err := schemas.AddResource("openapi.json", whole); err != nil {
		t.Fatal(err)
	}
	return ops, schemas
}

// world is one of everything that an example can name, fresh for each of them.
func (m *merchant) world(t *testing.T) belongings {
	t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(receiver.Close)
	m.till.Hooks = safedial.New(safedial.Options{AllowLoopback: true}).Client()
	hook := m.must(201, "POST", "/webhook_endpoints", `{"url":"`+receiver.URL+`/hooks","description":"Shop","types":["link.created"]}`).id(t)
	link := m.must(201, "POST", "/links", `{"title":"Invoice 42","amount":"25.00","currency":"USD","max_uses":2,"reference":"INV-42","metadata":{"order":"42"},"ask":{"email":true}}`).id(t)
	pay := payment(t, m.rig, m, link)
	settled(t, m.rig, pay)
	if _, err := m.till.Deliver(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	all := m.goods(t, link)
	maps.Copy(all, belongings{"links": link, "payments": pay, "webhook_endpoints": hook,
		"events":     firstOf(t, m.must(200, "GET", "/events?object="+link, "")),
		"deliveries": firstOf(t, m.must(200, "GET", "/webhook_endpoints/"+hook+"/deliveries", ""))})
	return all
}

// goods is one of each thing that stands beside links.
func (m *merchant) goods(t testing.TB, link string) belongings {
	t.Helper()
	customer := m.must(201, "POST", "/customers", `{"first_name":"Grace","email":"grace@example.com"}`).id(t)
	return belongings{"customers": customer,
		"products": m.must(201, "POST", "/products", `{"name":"Ticket","description":"One seat","price":"25.00","currency":"USD","metadata":{"sku":"T-1"}}`).id(t),
		"taxes":    m.must(201, "POST", "/taxes", `{"name":"VAT","percent":"20"}`).id(t),
		"debts":    m.must(201, "POST", "/debts", `{"amount":"80.00","currency":"USD","title":"Invoice","due_on":"2027-01-31","customer":"`+customer+`"}`).id(t),
		"shares":   m.must(201, "POST", "/links/"+link+"/share", `{"recipients":[{"name":"Ada","email":"`+m.id+`@example.com"}],"message":"Hello"}`).id(t)}
}

// settled brings a payment to its good end in the store alone.
func settled(t *testing.T, r *rig, id string) {
	t.Helper()
	err := r.db.Update(t.Context(), func(tx paylink.Tx) error {
		p, err := tx.LockPayment(id)
		if err != nil {
			return err
		}
		sending, err := p.Move(paylink.Sending, paylink.CauseSend, paylink.NoEvidence, "", tx.Now())
		if err != nil {
			return err
		}
		captured, err := p.Move(paylink.Captured, paylink.CauseOutcome, paylink.EvidenceResponse, "ch_1", tx.Now())
		p.Captured, p.CompletedAt, p.Brand, p.Last4, p.GatewayRef, p.Reference = p.Amount.Minor, tx.Now(), "visa", "4242", "ch_1", "INV-42"
		if err != nil {
			return err
		}
		return tx.SavePayment(p, []paylink.Step{sending, captured}, paylink.Post(p, "a", "b", p.Captured, tx.Now()))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Each operation's example is sent, its answer is as the document's schema says, and
// has the shape of the example answer beside it.
func TestTheDocumentsExamplesAreTrue(t *testing.T) {
	t.Parallel()
	ops, schemas := operations(t)
	r := sqlite(t)
	for _, op := range ops {
		t.Run(op.method+" "+op.path, func(t *testing.T) {
			requests := map[string]json.RawMessage{"answer": nil}
			if given := op.RequestBody.Content[jsonMedia].Examples; len(given) > 0 {
				clear(requests)
				for name, one := range given {
					requests[name] = one.Value
				}
			}
			good := ""
			for status := range op.Responses {
				if status[0] == '2' && status > good { // of a dry run: 200 beside 201
					good = status
				}
			}
			for name, body := range requests {
				m := r.merchant(op.method + op.path + name)
				have := m.world(t)
				path := strings.ReplaceAll(op.path, "{id}", have[strings.Split(op.path, "/")[1]])
				if op.Query != "" {
					path += "?" + op.Query
				}
				a := m.do(op.method, path, string(body))
				if fmt.Sprint(a.status) != good {
					t.Errorf("%s: got %d %s, want %s", name, a.status, a.body, good)
					continue
				}
				if good == "204" || op.path == "/openapi.json" {
					continue
				}
				got, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
				if err != nil {
					t.Fatal(err)
				}
				escape := strings.NewReplacer("~", "~0", "/", "~1")
				schema, err := schemas.Compile("openapi.json#/paths/" + escape.Replace(op.path) + "/" + strings.ToLower(op.method) +
					"/responses/" + good + "/content/application~1json/schema")
				if err != nil {
					t.Fatal(err)
				}
				if err := schema.Validate(got); err != nil {
					t.Errorf("%s: the answer is not as the document says: %v\n%s", name, err, a.body)
				}
				example, there := op.Responses[good].Content[jsonMedia].Examples[name]
				if !there {
					t.Errorf("%s has no example of its answer, which was\n%s", name, a.body)
					continue
				}
				shown, err := jsonschema.UnmarshalJSON(bytes.NewReader(example.Value))
				if err != nil {
					t.Fatal(err)
				}
				if err := schema.Validate(shown); err != nil {
					t.Errorf("%s: the example is not as the document says: %v", name, err)
				}
				if w, g := shape(shown), shape(got); w != g {
					t.Errorf("%s: the shape is\n%s\nand the example's\n%s", name, g, w)
				}
			}
		})
	}
}

// shape is a value without its scalars: names, types, and of a list its first item.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+":"+shape(v[name]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		return "[" + shape(v[0]) + "]"
	case string:
		return "s"
	case bool:
		return "b"
	case nil:
		return "null"
	}
	return "n"
}
