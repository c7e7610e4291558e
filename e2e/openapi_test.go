package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// nativeClient calls paylink's own API and has kin-openapi judge every answer, and
// every request that was taken, by the document that the program serves.
type nativeClient struct {
	t      *testing.T
	p      *Product
	router routers.Router
	tried  map[string][]int // statuses that were seen, by operation
}

func newNativeClient(t *testing.T, p *Product) (*nativeClient, *openapi3.T) {
	t.Helper()
	res, err := http.Get(p.Ready.BaseURL + "/api/v1/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("openapi.json was answered %d: %v", res.StatusCode, err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatalf("openapi.json is not valid: %v", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &nativeClient{t: t, p: p, router: router, tried: map[string][]int{}}, doc
}

// do sends a request and gives the answer, which must be as the document says.
func (c *nativeClient) do(status int, method, path, body string, header ...string) map[string]any {
	c.t.Helper()
	r, err := http.NewRequest(method, c.p.Ready.BaseURL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.p.Ready.Native.SecretKey)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != status {
		c.t.Fatalf("%s %s %s was answered %d, want %d: %s", method, path, body, res.StatusCode, status, answer)
	}
	c.judge(r, body, res, answer)
	var v map[string]any
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &v); err != nil {
			c.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return v
}

func (c *nativeClient) judge(r *http.Request, body string, res *http.Response, answer []byte) {
	c.t.Helper()
	r.Body = io.NopCloser(strings.NewReader(body))
	r.URL.Host, r.URL.Scheme = "", "" // the document's server is relative
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		c.t.Fatalf("%s %s is not in the document: %v", r.Method, r.URL, err)
	}
	c.tried[route.Operation.OperationID] = append(c.tried[route.Operation.OperationID], res.StatusCode)
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
	if err := openapi3filter.ValidateRequest(context.Background(), in); (err == nil) != (res.StatusCode != http.StatusBadRequest) {
		c.t.Errorf("%s %s %s was answered %d; the document says: %v", r.Method, r.URL, body, res.StatusCode, err)
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: res.StatusCode, Header: res.Header,
		Body: io.NopCloser(bytes.NewReader(answer)), Options: in.Options}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		c.t.Errorf("%s %s: the answer %d %s is not as the document says: %v", r.Method, r.URL, res.StatusCode, answer, err)
	}
}

func text(v map[string]any, name string) string {
	s, _ := v[name].(string)
	return s
}

// first is the first thing of a list.
func (c *nativeClient) first(path string) map[string]any {
	c.t.Helper()
	data, _ := c.do(200, "GET", path, "")["data"].([]any)
	if len(data) == 0 {
		c.t.Fatalf("GET %s: an empty list", path)
	}
	return data[0].(map[string]any)
}

var attemptInForm = regexp.MustCompile(`name="attempt" value="([^"]+)"`)

// payByForm pays a link as a browser without JavaScript would, with a token of the sandbox.
func (c *nativeClient) payByForm(link string) {
	c.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		c.t.Fatal(err)
	}
	page := c.p.Ready.BaseURL + u.Path
	res, err := http.Get(page)
	if err != nil {
		c.t.Fatal(err)
	}
	raw, err := io.ReadAll(res.Body)
	res.Body.Close()
	m := attemptInForm.FindSubmatch(raw)
	if err != nil || m == nil {
		c.t.Fatalf("the page %s (%d) has no form: %v", page, res.StatusCode, err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err = client.PostForm(page, url.Values{"attempt": {string(m[1])}, "lang": {"en"}, "gateway_token": {"tok_test_visa"}, "method": {"card"},
		"first_name": {"Ada"}, "last_name": {"Lovelace"}, "email": {"ada@payer.example"}})
	if err != nil {
		c.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("the payer's form was answered %d", res.StatusCode)
	}
}

// goods tells the story of what stands beside links, and of a link of each.
func (c *nativeClient) goods(linkID string) {
	c.t.Helper()
	product := text(c.do(201, "POST", "/products", `{"name":"Ticket","description":"One seat","price":"25.00","currency":"USD","images":["https://shop.example/a.jpg"],"metadata":{"a":"b"}}`), "id")
	tax := text(c.do(201, "POST", "/taxes", `{"name":"VAT","percent":"8.875"}`), "id")
	customer := text(c.do(201, "POST", "/customers", `{"first_name":"Ada","email":"ada@buyer.example","country":"GB"}`), "id")
	debt := text(c.do(201, "POST", "/debts", `{"amount":{"minor":8000,"currency":"USD"},"title":"Invoice","customer":"`+customer+`","due_on":"2027-01-31"}`), "id")
	c.do(201, "POST", "/links", `{"currency":"USD","lines":[{"product":"`+product+`","quantity":2}],"tax":"`+tax+`","customer":"`+customer+`"}`)
	c.do(201, "POST", "/links", `{"debt":"`+debt+`"}`)
	for path, change := range map[string]string{"/products/" + product: `{"price":"26.00","description":null}`, "/taxes/" + tax: `{"percent":"9"}`,
		"/customers/" + customer: `{"city":"London","country":null}`, "/debts/" + debt: `{"amount":"79.00","due_on":null}`} {
		c.do(200, "POST", path, change)
		c.do(200, "GET", path, "")
		c.do(400, "POST", path, `{"nothing":"x"}`)
	}
	for _, path := range []string{"/products?active=true", "/taxes?limit=1", "/customers?email=ADA@buyer.example", "/debts?unpaid=true&customer=" + customer} {
		c.first(path)
	}
	c.do(200, "POST", "/debts/"+debt+"/cancel", `{"reason":"cash"}`)
	c.do(409, "POST", "/debts/"+debt+"/cancel", "")
	share := c.do(201, "POST", "/links/"+linkID+"/share", `{"recipients":[{"name":"Ada","email":"ada@buyer.example"}],"message":"Hello","merchant_copy":true}`)
	c.first("/links/" + linkID + "/shares")
	c.do(200, "GET", "/shares/"+text(share, "id"), "")
	for _, path := range []string{"/products/" + product, "/taxes/" + tax, "/customers/" + customer} {
		c.do(204, "DELETE", path, "")
		c.do(404, "GET", path, "")
	}
}

// The document that the program serves is valid OpenAPI 3.1, and a whole story of
// requests and answers is as it says: kin-openapi is the judge.
func TestTheOpenAPIDocumentTellsTheTruth(t *testing.T) {
	shop := NewMerchant(t)
	c, doc := newNativeClient(t, Start(t))
	hook := c.do(201, "POST", "/webhook_endpoints", `{"url":"`+shop.HookURL()+`","description":"Shop"}`, "Idempotency-Key", "h")
	hookID := text(hook, "id")
	link := c.do(201, "POST", "/links", `{"title":"Cake","description":"With cream","lines":[{"title":"Cake","amount":"20.00"},{"amount":{"minor":500,"currency":"USD"}}],
		"currency":"USD","max_uses":3,"expires_at":"2099-01-01T00:00:00Z","redirect_url":"https://shop.example/","reference":"INV-1","metadata":{"a":"b"},
		"language":"en","country":"US","button":"Buy","theme":"h1{color:red}","ask":{"name":true,"email":true},"hold":false}`, "Idempotency-Key", "l")
	linkID := text(link, "id")
	open := c.do(201, "POST", "/links", `{"open_amount":{"min":"1","max":"10.00"},"currency":"USD","max_uses":0}`)
	c.payByForm(text(link, "url"))
	shop.WaitHook("about the payment", func(h Hook) bool { return strings.Contains(string(h.Body), "payment.succeeded") })

	for _, path := range []string{"/links", "/links?limit=1", "/links?state=open&reference=INV-1", "/links?before=" + linkID, "/links?after=" + linkID,
		"/links/" + linkID, "/payments?link=" + linkID + "&state=captured", "/events?type=payment.succeeded", "/webhook_endpoints", "/webhook_endpoints/" + hookID,
		"/webhook_endpoints/" + hookID + "/deliveries?limit=100"} {
		c.do(200, "GET", path, "")
	}
	payment := c.first("/payments")
	if text(payment, "state") != "captured" {
		t.Errorf("the payment is %v", payment)
	}
	c.do(200, "GET", "/payments/"+text(payment, "id"), "")
	c.do(200, "GET", "/events/"+text(c.first("/events?object="+text(payment, "id")), "id"), "")
	delivery := ""
	for deadline := time.Now().Add(Patience); delivery == "" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if data, _ := c.do(200, "GET", "/webhook_endpoints/"+hookID+"/deliveries?state=delivered", "")["data"].([]any); len(data) > 0 {
			delivery = text(data[0].(map[string]any), "id")
		}
	}
	if text(c.do(200, "GET", "/deliveries/"+delivery, ""), "state") != "delivered" || c.first("/deliveries/" + delivery + "/tries")["status"] != 204.0 {
		t.Error("the delivery's log does not tell what the merchant answered")
	}
	c.do(200, "POST", "/links/"+linkID, `{"title":"Pie","lines":[{"title":"Pie","amount":"21.00","quantity":2,"adjustable":{"least":1,"most":3}}],"metadata":{"a":null},"embed_origins":["https://shop.example"]}`, "If-Match", "*")
	c.do(200, "POST", "/links?dry_run=true", `{"amount":"1.00","currency":"USD"}`)
	for _, path := range []string{"/links?metadata[a]=b&expand=payments&created_from=2020-01-01T00:00:00Z", "/links/" + linkID + "?expand=payments", "/payments?expand=link&reference=INV-1", "/payments/" + text(payment, "id") + "?expand=link"} {
		c.do(200, "GET", path, "")
	}
	c.goods(linkID)
	c.do(201, "POST", "/deliveries/"+delivery+"/replay", "")
	c.do(200, "POST", "/webhook_endpoints/"+hookID+"/rotate", "{}")
	c.do(200, "POST", "/webhook_endpoints/"+hookID+"/enable", "")
	c.do(200, "POST", "/links/"+text(open, "id")+"/close", `{"reason":"done"}`)
	c.do(200, "GET", "/openapi.json", "")

	// What is refused is refused as the document says, and by it as well.
	c.do(409, "POST", "/links/"+text(open, "id")+"/close", "")
	c.do(422, "POST", "/webhook_endpoints", `{"url":"https://shop.example/other"}`, "Idempotency-Key", "h")
	c.do(412, "POST", "/links/"+linkID, `{"title":"x"}`, "If-Match", `"1"`)
	c.do(401, "GET", "/links", "", "Authorization", "Bearer sk_wrong")
	for _, id := range []string{"/links/plk_0", "/payments/pay_0", "/events/evt_0", "/webhook_endpoints/whe_0", "/deliveries/whd_0", "/deliveries/whd_0/tries"} {
		c.do(404, "GET", id, "")
	}
	for _, bad := range []string{`{"amount":25.00,"currency":"USD"}`, `{"amount":"25,00","currency":"USD"}`, `{"lines":[],"currency":"USD"}`, `{"amount":"1","currency":"USD","titel":"x"}`,
		`{"amount":"1","currency":"USD","max_uses":-1}`, `{"amount":"1","currency":"USD","ask":{"shoe_size":true}}`, `{"amount":"1","currency":"USD","metadata":{"a":1}}`} {
		c.do(400, "POST", "/links", bad)
	}
	c.do(400, "POST", "/webhook_endpoints", `{"url":"https://shop.example/","types":["payment.made"]}`)
	c.do(400, "GET", "/links?limit=101", "")
	c.do(204, "DELETE", "/webhook_endpoints/"+hookID, "")
	c.do(404, "DELETE", "/webhook_endpoints/"+hookID, "")

	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if !slices.ContainsFunc(c.tried[op.OperationID], func(status int) bool { return status < 300 }) {
				t.Errorf("%s %s was never answered well here", method, path)
			}
		}
	}
}
