package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// stranger sends requests that it makes up from the document alone: good ones, and
// ones with a fault in them. It knows nothing of the API but the ids that it was told.
type stranger struct {
	*nativeClient
	*rand.Rand
	ids   map[string][]string // by prefix
	calls []call
	seen  map[string]map[int]int // statuses by operation
}

// call is an operation of the document.
type call struct {
	method, path string
	op           *openapi3.Operation
}

func newStranger(t *testing.T, p *Product, seed uint64) *stranger {
	c, doc := newNativeClient(t, p)
	s := &stranger{nativeClient: c, Rand: rand.New(rand.NewPCG(seed, seed)), ids: map[string][]string{}, seen: map[string]map[int]int{}}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		for _, method := range slices.Sorted(maps.Keys(item.Operations())) {
			s.calls = append(s.calls, call{method, path, item.GetOperation(method)})
		}
	}
	return s
}

// prefixes are what ids in a path begin with.
var prefixes = map[string]string{"links": "plk", "payments": "pay", "events": "evt", "webhook_endpoints": "whe", "deliveries": "whd",
	"products": "prd", "taxes": "tax", "customers": "cus", "debts": "deb", "shares": "shr"}

func (s *stranger) chance(percent int) bool { return s.IntN(100) < percent }

func pick[T any](s *stranger, list []T) T { return list[s.IntN(len(list))] }

// id is one that was seen, of the right kind mostly.
func (s *stranger) id(kind string) string {
	if known := s.ids[prefixes[kind]]; len(known) > 0 && s.chance(85) {
		return pick(s, known)
	}
	return pick(s, []string{prefixes[kind] + "_" + strings.Repeat("0", 26), "x", "%00", "..", "ä", strings.Repeat("z", 90)})
}

// learn keeps the ids in an answer.
func (s *stranger) learn(answer []byte) {
	for _, word := range strings.FieldsFunc(string(answer), func(r rune) bool { return !(r == '_' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z')) }) {
		if len(word) == 30 && word[3] == '_' && len(s.ids[word[:3]]) < 200 && !slices.Contains(s.ids[word[:3]], word) {
			s.ids[word[:3]] = append(s.ids[word[:3]], word)
		}
	}
}

// send makes up a request, sends it, and holds the answer to the document.
func (s *stranger) send() {
	s.t.Helper()
	c := pick(s, s.calls)
	path := c.path
	if strings.Contains(path, "{id}") {
		path = strings.ReplaceAll(path, "{id}", url.PathEscape(s.id(strings.Split(path, "/")[1])))
	}
	if strings.Contains(path, "..") { // a client would resolve it before it is sent
		path = strings.ReplaceAll(path, "..", "%2e%2e")
	}
	q, header := url.Values{}, http.Header{}
	for _, ref := range c.op.Parameters {
		p := ref.Value
		if p.In == "path" || s.chance(70) {
			continue
		}
		value := fmt.Sprint(s.value(p.Name, p.Schema.Value, 0))
		if s.chance(15) {
			value = pick(s, []string{"", "x", "-1", "\x7f", "1e9", strings.Repeat("9", 300), "true", "ä\u202e"})
		}
		switch {
		case p.In == "header":
			header.Set(p.Name, strings.Map(func(r rune) rune {
				if r < ' ' || r > '~' {
					return 'x'
				}
				return r
			}, value))
		case p.Name == "metadata":
			q.Set("metadata["+pick(s, []string{"order", "a", "ä", "a]b", ""})+"]", pick(s, []string{"42", "b", ""}))
		default:
			q.Set(p.Name, value)
		}
	}
	if s.chance(3) {
		q.Set("surprise", "1")
	}
	body := ""
	if c.op.RequestBody != nil && s.chance(97) {
		raw, err := json.Marshal(s.spoil(s.value("", c.op.RequestBody.Value.Content.Get("application/json").Schema.Value, 0)))
		if err != nil {
			s.t.Fatal(err)
		}
		body = string(raw)
		if s.chance(3) {
			body = pick(s, []string{"{", "[]", "null", "\"x\"", body + body, strings.Repeat("[", 200), "{\"a\":1,\"a\":2}", "\xff", strings.Repeat(" ", 70_000)})
		}
	}
	target := s.p.Ready.BaseURL + "/api/v1" + path
	if len(q) > 0 {
		target += "?" + q.Encode()
	}
	r, err := http.NewRequest(c.method, target, strings.NewReader(body))
	if err != nil {
		s.t.Fatalf("%s %s: %v", c.method, target, err)
	}
	r.Header = header
	if s.chance(98) {
		r.Header.Set("Authorization", "Bearer "+s.p.Ready.Native.SecretKey)
	}
	if body != "" && s.chance(99) {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", c.method, target, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.hold(c, r, body, res, answer)
	s.learn(answer)
}

// hold fails the test where an answer is a 5xx, or not one of the document's.
func (s *stranger) hold(c call, r *http.Request, body string, res *http.Response, answer []byte) {
	s.t.Helper()
	if s.seen[c.op.OperationID] == nil {
		s.seen[c.op.OperationID] = map[int]int{}
	}
	s.seen[c.op.OperationID][res.StatusCode]++
	told := func(why any) {
		s.t.Errorf("%s %s %v\n%.2000s\nwas answered %d %.2000s\n%v", r.Method, r.URL, r.Header, body, res.StatusCode, answer, why)
	}
	if res.StatusCode >= 500 {
		told("a 5xx")
		return
	}
	route, params, err := s.router.FindRoute(&http.Request{Method: c.method, URL: &url.URL{Path: "/api/v1" + strings.ReplaceAll(c.path, "{id}", "x")}})
	if err != nil {
		s.t.Fatalf("%s %s is not in the document: %v", c.method, c.path, err)
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: res.StatusCode, Header: res.Header,
		Body: io.NopCloser(bytes.NewReader(answer)), Options: options}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		told(err)
	}
}

// texts that look like what a name asks for. Where the document says no more than
// "string", these get a request past the door.
func (s *stranger) textFor(name string) (string, bool) {
	switch name {
	case "currency":
		return pick(s, []string{"USD", "USD", "USD", "EUR", "XXX"}), true
	case "language":
		return pick(s, []string{"en", "fr-CA", "?"}), true
	case "country":
		return pick(s, []string{"US", "CA", "ZZ"}), true
	case "email":
		return fmt.Sprintf("p%d@example.com", s.IntN(100_000)), true
	case "url", "redirect_url":
		return pick(s, []string{"https://shop.example/a?b=c", "https://shop.example/", "javascript:alert(1)"}), true
	case "images", "embed_origins":
		return fmt.Sprintf("https://shop%d.example", s.IntN(1000)), true
	case "product", "tax", "customer", "debt":
		return s.id(map[string]string{"product": "products", "tax": "taxes", "customer": "customers", "debt": "debts"}[name]), true
	case "before", "after", "link", "object", "event":
		return s.id(pick(s, []string{"links", "events", "payments"})), true
	case "terminal":
		return "ter_" + strings.Repeat("0", 26), true
	case "amount", "price", "min", "max":
		return pick(s, []string{"1.00", "25", "99.99", "0.01", "0", "-1", "1.001", "9999999999.99"}), true
	case "percent":
		return pick(s, []string{"0", "8.875", "20", "100"}), true
	case "due_on":
		return "2027-01-31", true
	}
	return "", false
}

// value is one that a schema allows.
func (s *stranger) value(name string, schema *openapi3.Schema, depth int) any {
	switch {
	case schema.Const != nil:
		return schema.Const
	case len(schema.Enum) > 0:
		return pick(s, schema.Enum)
	case len(schema.OneOf) > 0:
		return s.value(name, pick(s, schema.OneOf).Value, depth)
	}
	kind := "object"
	if schema.Type != nil {
		kind = pick(s, schema.Type.Slice())
	}
	switch kind {
	case "null":
		return nil
	case "boolean":
		return s.chance(50)
	case "integer":
		least, most := int64(0), int64(1_000_000)
		if schema.Min != nil {
			least = int64(*schema.Min)
		}
		if schema.Max != nil {
			most = int64(*schema.Max)
		}
		return pick(s, []int64{least, most, least + s.Int64N(most-least+1), min(most, max(least, 5))})
	case "array":
		n := int(schema.MinItems) + s.IntN(3)
		out := []any{}
		for range n {
			out = append(out, s.value(name, schema.Items.Value, depth+1))
		}
		return out
	case "string":
		return s.text(name, schema)
	}
	out := map[string]any{}
	for _, member := range slices.Sorted(maps.Keys(schema.Properties)) {
		if slices.Contains(schema.Required, member) || s.chance(30) {
			out[member] = s.value(member, schema.Properties[member].Value, depth+1)
		}
	}
	if more := schema.AdditionalProperties.Schema; more != nil {
		for range s.IntN(3) {
			out[pick(s, []string{"order", "a", "ä", "long name of a key"})] = s.value("", more.Value, depth+1)
		}
	}
	// One price is what the document asks for in words.
	if _, is := schema.Properties["open_amount"]; is && s.chance(85) {
		keep := pick(s, []string{"amount", "lines", "open_amount"})
		for _, other := range []string{"amount", "lines", "open_amount", "debt", "terminal"} {
			delete(out, other)
		}
		out[keep] = s.value(keep, schema.Properties[keep].Value, depth+1)
		if _, new := schema.Properties["currency"]; new {
			out["currency"] = "USD"
		}
	}
	return out
}

func (s *stranger) text(name string, schema *openapi3.Schema) string {
	if schema.Format == "date-time" {
		return pick(s, []string{"2099-01-01T00:00:00Z", "2030-06-01T12:00:00+02:00", "2001-01-01T00:00:00Z"})
	}
	if text, known := s.textFor(name); known && s.chance(90) {
		return text
	}
	most := uint64(40)
	if schema.MaxLength != nil {
		most = *schema.MaxLength
	}
	n := pick(s, []uint64{schema.MinLength, most, min(most, schema.MinLength+uint64(s.IntN(20)))})
	letters := []rune(pick(s, []string{"abc XYZ", "äöü€", "<b>'\"&", "漢字", "0123", "العربية"}))
	out := make([]rune, 0, n)
	for range n {
		out = append(out, pick(s, letters))
	}
	return string(out)
}

// spoil puts a fault into a value, in one of three requests.
func (s *stranger) spoil(v any) any {
	m, ok := v.(map[string]any)
	if !ok || !s.chance(33) {
		return v
	}
	names := slices.Sorted(maps.Keys(m))
	if len(names) == 0 || s.chance(15) {
		m[pick(s, []string{"surprise", "id", "state", "Title", ""})] = 1
		return m
	}
	name := pick(s, names)
	switch inner := m[name].(type) {
	case map[string]any:
		if s.chance(50) {
			m[name] = s.spoil(inner)
			return m
		}
	case []any:
		if len(inner) > 0 && s.chance(50) {
			inner[s.IntN(len(inner))] = s.wrong()
			return m
		}
	}
	if s.chance(20) {
		delete(m, name)
		return m
	}
	m[name] = s.wrong()
	return m
}

// wrong is a value that hardly anything may be.
func (s *stranger) wrong() any {
	return pick(s, []any{nil, true, -1, 1.5, 1e300, "", "\u0000", "\u202e", strings.Repeat("x", 6000), "4111 1111 1111 1111", []any{}, []any{nil}, map[string]any{},
		map[string]any{"a": map[string]any{"b": []any{1}}}, "'; DROP TABLE link; --", "<script>alert(1)</script>"})
}

// Whatever a stranger sends who read nothing but the document, the server never
// breaks, and never answers what the document does not say.
func TestProveThatNoRequestGetsAnAnswerOutsideTheDocument(t *testing.T) {
	p := Start(t)
	span, seed := 5*time.Second, uint64(1)
	if proveFull() {
		span, seed = 10*time.Minute, uint64(time.Now().UnixNano())
	}
	s := newStranger(t, p, seed)
	link := s.do(201, "POST", "/links", `{"amount":"25.00","currency":"USD","max_uses":0,"ask":{"name":true,"email":true}}`)
	s.payByForm(text(link, "url"))
	sent, began := 0, time.Now()
	for ; time.Since(began) < span && !t.Failed(); sent++ {
		s.send()
	}
	good := 0
	for _, c := range s.calls {
		ok := false
		for status := range s.seen[c.op.OperationID] {
			ok = ok || status < 300
		}
		if ok {
			good++
		} else if proveFull() {
			t.Errorf("%s %s was never answered well: %v", c.method, c.path, s.seen[c.op.OperationID])
		}
	}
	t.Logf("seed %d: %d requests in %s; %d of %d operations were answered well; statuses %v", seed, sent, time.Since(began).Round(time.Second), good, len(s.calls), s.totals())
	if sent < 100 || good < len(s.calls)/2 {
		t.Errorf("only %d requests were sent, and %d of %d operations answered well", sent, good, len(s.calls))
	}
}

func (s *stranger) totals() map[int]int {
	all := map[int]int{}
	for _, one := range s.seen {
		for status, n := range one {
			all[status] += n
		}
	}
	return all
}
