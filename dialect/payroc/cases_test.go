package payroc_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func newUUID() string { return uuid.NewString() }

// example is one of testdata: a request and the answer to it.
type example struct {
	Name    string `json:"name"`
	Request struct {
		Method, Path string
		Headers      map[string]string
		Body         json.RawMessage
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
	Body         json.RawMessage // of invalid-create-bodies
	ExpectStatus int             `json:"expect_status"`
	Hint         string          `json:"parameter_hint"`
}

func examples(t *testing.T, file string, n int) (all []example) {
	t.Helper()
	var f struct{ Cases, Errors []example }
	raw, err := os.ReadFile("testdata/" + file + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil || len(f.Cases) != n {
		t.Fatalf("%s: %v, %d cases, want %d", file, err, len(f.Cases), n)
	}
	return f.Cases
}

// play sends an example's request. names gives links of the examples their real ids.
func (r *rig) play(t *testing.T, e example, names *strings.Replacer) reply {
	t.Helper()
	body := string(e.Request.Body)
	if body == "null" {
		body = ""
	}
	var headers []string
	for name, value := range e.Request.Headers {
		if name != "Authorization" && name != "Content-Length" && name != "Idempotency-Key" {
			headers = append(headers, name+": "+value)
		}
	}
	if e.Request.Headers["Idempotency-Key"] != "" {
		headers = append(headers, key()) // the examples use one key for several requests
	}
	a := r.send(e.Request.Method, names.Replace(e.Request.Path), body, headers...)
	if a.status != e.Response.Status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, e.Response.Status)
	}
	for name, want := range e.Response.Headers {
		want = strings.ReplaceAll(want, "<API base>", "https://pay.example")
		if got := a.header.Get(name); got != want && (name != "location" || path.Dir(got) != path.Dir(want)) {
			t.Errorf("header %s: %s, want %s", name, got, want)
		}
	}
	if len(e.Response.Body) > 0 {
		same(t, a.body, string(e.Response.Body))
	}
	return a
}

// same compares two bodies but for what is made up anew in each: ids, URLs and tokens.
func same(t *testing.T, got, want string) {
	t.Helper()
	g, w := plain(decode(t, got)), plain(decode(t, want))
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %v\nwant %v", g, w)
	}
}

func plain(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for name, m := range v {
			v[name] = plain(m)
			switch name {
			case "paymentLinkId", "access_token", "scope", "sharingEventId", "dateTime":
				delete(v, name)
			case "resource": // the examples spell it both ways
				v[name] = strings.ToLower(m.(string))
			case "href":
				u, _ := url.Parse(m.(string))
				q := u.Query()
				for _, cursor := range []string{"before", "after"} {
					if q.Has(cursor) {
						q.Set(cursor, "ID")
					}
				}
				v[name] = u.Path[strings.Index(u.Path, "/v1/"):] + "?" + q.Encode()
			case "assets":
				a := m.(map[string]any)
				link := a["paymentUrl"].(string)
				a["paymentButton"] = strings.ReplaceAll(a["paymentButton"].(string), link, "URL")
				a["paymentUrl"] = "URL"
			}
		}
	}
	return v
}

// euros plays an example in euros at the terminal that takes them: a terminal of ours
// has one currency.
func euros(e example) example {
	if strings.Contains(string(e.Request.Body), `"EUR"`) {
		e.Request.Path = strings.Replace(e.Request.Path, "1234001", "1234002", 1)
	}
	return e
}

func TestAuthorizeExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.token = ""
	for _, e := range examples(t, "authorize", 4) {
		t.Run(e.Name, func(t *testing.T) { r.play(t, e, strings.NewReplacer()) })
	}
}

func TestCreateExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, e := range examples(t, "create", 5) {
		t.Run(e.Name, func(t *testing.T) {
			a := r.play(t, euros(e), strings.NewReplacer())
			if want := "https://pay.example/v1/payment-links/" + a.text(t, "paymentLinkId"); a.header.Get("Location") != want {
				t.Errorf("location %s, want %s", a.header.Get("Location"), want)
			}
			same(t, r.must(200, "GET", strings.TrimPrefix(a.header.Get("Location"), "https://pay.example"), "").body, a.body)
		})
	}
}

// furnish makes the two links that the other examples speak of.
func (r *rig) furnish(t *testing.T) *strings.Replacer {
	t.Helper()
	all := examples(t, "create", 5)
	multi, single := r.play(t, all[0], strings.NewReplacer()), r.play(t, all[2], strings.NewReplacer())
	return strings.NewReplacer("JZURRJBUPS", multi.text(t, "paymentLinkId"), "CKHP6VVWYT", single.text(t, "paymentLinkId"))
}

func TestRetrieveExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	names := r.furnish(t)
	for _, e := range examples(t, "retrieve", 2) {
		t.Run(e.Name, func(t *testing.T) { r.play(t, e, names) })
	}
}

func TestDeactivateExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	names := r.furnish(t)
	all := examples(t, "deactivate", 2)
	r.play(t, all[0], names)
	all[1].Request = all[0].Request
	r.play(t, all[1], names)
}

func TestPatchExamples(t *testing.T) {
	t.Parallel()
	for _, e := range examples(t, "patch", 5) {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			names := r.furnish(t)
			link := names.Replace(e.Request.Path)
			before := r.must(200, "GET", link, "")
			a := r.play(t, e, names)
			after := r.must(200, "GET", link, "")
			if a.status == 200 {
				same(t, after.body, a.body)
			} else {
				same(t, after.body, before.body)
			}
			rotated := before.text(t, "assets.paymentUrl") != after.text(t, "assets.paymentUrl")
			if rotated != (before.text(t, "type") == "singleUse") {
				t.Errorf("the URL was changed: %t", rotated)
			}
			if _, err := r.link(before); (err != nil) != rotated {
				t.Errorf("the old URL: %v", err)
			}
		})
	}
}

func TestListExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	all := examples(t, "list", 5)
	all[4].Request.Method, all[4].Request.Path = "GET", terminal
	r.play(t, all[4], strings.NewReplacer()) // empty
	all[0].Response.Status = 400             // before together with after
	r.play(t, all[0], strings.NewReplacer())

	made := examples(t, "create", 5)
	made[3].Request.Body = json.RawMessage(strings.Replace(string(made[3].Request.Body), `"EUR"`, `"USD"`, 1))
	for _, i := range []int{0, 2, 1, 3, 0} { // in the order of the pages
		r.play(t, withoutAnswer(made[i]), strings.NewReplacer())
	}
	next := terminal + "?limit=2"
	for _, e := range all[1:4] {
		e.Request.Method, e.Request.Path = "GET", next
		e.Response.Body = json.RawMessage(strings.Replace(string(e.Response.Body), `"EUR"`, `"USD"`, 1))
		next = linkTo(t, r.play(t, e, strings.NewReplacer()), "next")
	}
	if next != "" {
		t.Errorf("after the last page: %s", next)
	}
}

func withoutAnswer(e example) example {
	e.Response.Body, e.Response.Headers = nil, nil
	return e
}

// linkTo is the path of a page's link, "" without one.
func linkTo(t testing.TB, a reply, rel string) string {
	t.Helper()
	for _, one := range a.get(t, "links").([]any) {
		l := one.(map[string]any)
		href, ok := strings.CutPrefix(l["href"].(string), "https://pay.example/")
		if !ok || l["method"] != "get" {
			t.Errorf("link %v", l)
		}
		if l["rel"] == rel {
			return "/" + href
		}
	}
	return ""
}

func TestInvalidCreateBodies(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, e := range examples(t, "invalid-create-bodies", 10) {
		t.Run(e.Name, func(t *testing.T) {
			a := r.must(e.ExpectStatus, "POST", terminal, string(e.Body), key())
			if !slices.Contains(a.parameters(t), e.Hint) {
				t.Errorf("%s does not name %s", a.body, e.Hint)
			}
		})
	}
	if n := r.must(200, "GET", terminal, "").get(t, "data").([]any); len(n) != 0 {
		t.Errorf("%d links were made", len(n))
	}
}

func TestIdempotencyExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	all := examples(t, "idempotency", 5)
	once := key()
	first := r.must(201, "POST", terminal, donation, once)
	again := r.must(201, "POST", terminal, donation, once)
	if first.body != again.body || first.header.Get("Location") != again.header.Get("Location") {
		t.Errorf("%s: %s, then %s", all[0].Name, first.body, again.body)
	}
	for i, headers := range [][]string{1: nil, 2: {"Idempotency-Key: "}, 3: {"Idempotency-Key: 8e03978e-40d5-13e8-bc93-6894a57f9324"}, 4: {once}} {
		if i == 0 {
			continue
		}
		e := all[i]
		a := r.must(e.Response.Status, "POST", terminal, pizza, headers...)
		if strings.Contains(string(e.Response.Body), "title") {
			same(t, a.body, string(e.Response.Body))
		} else if typ := decode(t, string(e.Response.Body)).(map[string]any)["type"]; a.get(t, "type") != typ {
			t.Errorf("%s: %s", e.Name, a.body)
		}
	}
	r.must(409, "POST", strings.Replace(terminal, "4001", "4003", 1), donation, once)
	r.must(409, "PATCH", "/v1/payment-links/"+first.text(t, "paymentLinkId"), "[]", once)
	if n := r.must(200, "GET", terminal, "").get(t, "data").([]any); len(n) != 1 {
		t.Errorf("%d links were made", len(n))
	}
}

// TestErrorExamples provokes every error of Payroc's list that these routes have, but
// for 500.
func TestErrorExamples(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	link := r.make(donation)
	dead := r.make(donation)
	r.must(200, "POST", dead+"/deactivate", "")
	once := key()
	r.must(201, "POST", terminal, donation, once)
	provoked := map[string]reply{
		"bad-request":             r.send("POST", terminal, strings.Replace(donation, `"merchantReference":"LinkRef6543",`, "", 1), key()),
		"idempotency-key-missing": r.send("POST", terminal, donation),
		"not-authorized":          r.send("GET", link, "", "Authorization: Bearer x"),
		"not-found":               r.send("GET", "/v1/payment-links/AAAAAAAAAA", ""),
		"not-acceptable":          r.send("GET", link, "", "Accept: text/html"),
		"idempotency-key-in-use":  r.send("POST", terminal, pizza, once),
		"cannot-be-modified":      r.send("POST", dead+"/deactivate", ""),
		"payload-too-large":       r.send("POST", terminal, `"`+strings.Repeat("x", 1<<17)+`"`, key()),
		"unsupported-media-type":  r.send("POST", terminal, donation, key(), "Content-Type: text/plain"),
	}
	var f struct {
		Errors []struct {
			Status int
			Body   json.RawMessage
			Source string
		}
	}
	raw, err := os.ReadFile("testdata/errors.json")
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil || len(f.Errors) < 14 {
		t.Fatalf("%d errors, %v", len(f.Errors), err)
	}
	for _, e := range f.Errors {
		_, fragment, _ := strings.Cut(decode(t, string(e.Body)).(map[string]any)["type"].(string), "#")
		if a, here := provoked[fragment]; here && e.Source == "spec" {
			if a.status != e.Status {
				t.Errorf("%s: %d", fragment, a.status)
			}
			same(t, a.body, string(e.Body))
			delete(provoked, fragment)
		}
	}
	for fragment := range provoked {
		t.Errorf("%s is in no example", fragment)
	}
	lacks := r.must(400, "POST", strings.Replace(terminal, "4001", "4003", 1), pizza, key())
	if !strings.HasSuffix(lacks.text(t, "type"), "#capabilities-missing") || lacks.parameters(t)[0] != "processingTerminalId" {
		t.Errorf("bank transfers at a terminal for cards: %s", lacks.body)
	}
}
