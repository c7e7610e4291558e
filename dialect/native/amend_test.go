package native_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// What a change names is changed, null takes it back, and the rest stays.
func TestAChangeTouchesWhatItNamesOnly(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(testing.TB) *rig{"SQLite": sqlite, "PostgreSQL": postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := make(t).merchant("a")
			link := m.must(201, "POST", "/links", `{"title":"Cake","description":"With cream","amount":"25.00","currency":"USD","metadata":{"a":"1","b":"2"},
				"expires_at":"2099-01-01T00:00:00Z","redirect_url":"https://shop.example/","embed_origins":["https://Shop.example"],"ask":{"name":true}}`)
			path := "/links/" + link.id(t)
			a := m.must(200, "POST", path, `{"amount":"30.00","description":null,"metadata":{"a":"9","b":null,"c":"3"},"ask":{"email":true},"max_uses":2}`)
			for field, want := range map[string]any{"amount.decimal": "30.00", "title": "Cake", "description": nil, "metadata.a": "9", "metadata.b": nil, "metadata.c": "3",
				"ask.email": true, "ask.name": nil, "max_uses": 2.0, "object_version": 2.0, "redirect_url": "https://shop.example/", "expires_at": "2099-01-01T00:00:00Z", "url": link.get(t, "url")} {
				if got := a.get(t, field); got != want {
					t.Errorf("%s is %v, want %v", field, got, want)
				}
			}
			if frame, _ := a.get(t, "html.frame").(string); !strings.Contains(frame, `src="https://pay.example/embed/`) || fmt.Sprint(a.get(t, "embed_origins")) != "[https://shop.example]" {
				t.Errorf("the frame is %s for %v", frame, a.get(t, "embed_origins"))
			}
			a = m.must(200, "POST", path, `{"metadata":null,"expires_at":null,"embed_origins":null,"max_uses":null,"redirect_url":null,"lines":[{"amount":"1"},{"amount":"2"}]}`)
			for field, want := range map[string]any{"metadata": nil, "expires_at": nil, "embed_origins": nil, "html.frame": nil, "max_uses": 1.0, "redirect_url": nil, "amount.decimal": "3.00"} {
				if got := a.get(t, field); got != want {
					t.Errorf("%s is %v, want %v", field, got, want)
				}
			}
			if read := m.must(200, "GET", path, ""); read.body != a.body || read.header.Get("ETag") != `"3"` {
				t.Errorf("read: %s with ETag %s, changed: %s", read.body, read.header.Get("ETag"), a.body)
			}
			if a := m.must(200, "POST", path+"?dry_run=true", `{"paused":true}`); a.get(t, "result.standing") != "paused" {
				t.Errorf("paused: %s", a.body)
			}
			if n := len(m.must(200, "GET", "/events?object="+link.id(t)+"&type=link.updated", "").get(t, "data").([]any)); n != 2 {
				t.Errorf("two changes were told %d times", n)
			}
		})
	}
}

func TestAChangeThatBreaksARuleChangesNothing(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	path := "/links/" + m.must(201, "POST", "/links", cake).id(t)
	before := m.must(200, "GET", path, "").body
	for body, want := range map[string]string{
		`{}`:                 " empty",
		`{"currency":"EUR"}`: "currency unknown_field",
		`{"reference":"x"}`:  "reference unknown_field",
		`{"amount":"1","lines":[{"amount":"1"}]}`:                     "amount amount_choice",
		`{"amount":{"minor":1,"currency":"EUR"}}`:                     "amount.currency currency_mixed",
		`{"amount":"1.001"}`:                                          "amount amount",
		`{"amount":null}`:                                             "amount amount_choice",
		`{"expires_at":"2020-01-01T00:00:00Z"}`:                       "expires_at past",
		`{"max_uses":-1}`:                                             "max_uses range",
		`{"title":"4111 1111 1111 1111"}`:                             "title card_number",
		`{"metadata":{"a":1}}`:                                        "metadata.a type",
		`{"metadata":"x"}`:                                            "metadata type",
		`{"paused":"yes"}`:                                            "paused type",
		`{"ask":true,"title":1}`:                                      "ask type|title type",
		`{"embed_origins":["https://shop.example/path"]}`:             "embed_origins[0] origin",
		`{"embed_origins":["http://shop.example"]}`:                   "embed_origins[0] origin",
		`{"embed_origins":["https://shöp.example"]}`:                  "embed_origins[0] origin",
		`{"embed_origins":["*"]}`:                                     "embed_origins[0] url",
		`{"embed_origins":["https://a.example;script-src *"]}`:        "embed_origins[0] url",
		`{"embed_origins":["https://a.example","https://A.example"]}`: "embed_origins[1] twice",
		`{"embed_origins":[]}`:                                        "embed_origins empty",
		`{"object_version":0,"title":"x"}`:                            "object_version range",
	} {
		got := m.must(400, "POST", path, body).codes(t)
		slices.Sort(got)
		if strings.Join(got, "|") != want {
			t.Errorf("%s\n got %v\nwant %s", body, got, want)
		}
	}
	many := map[bool][]string{}
	for i := range 51 {
		many[true] = append(many[true], fmt.Sprintf(`"k%d":"v"`, i))
	}
	m.must(200, "POST", path, `{"metadata":{`+strings.Join(many[true][:30], ",")+`}}`)
	if got := m.must(400, "POST", path, `{"metadata":{`+strings.Join(many[true][21:], ",")+`}}`).codes(t); !slices.Contains(got, "metadata too_many") {
		t.Errorf("51 keys in two calls: %v", got)
	}
	m.must(200, "POST", path, `{"metadata":null}`)
	after := m.must(200, "GET", path, "")
	if strings.ReplaceAll(after.body, `"object_version":3`, `"object_version":1`) != before {
		t.Errorf("before: %s\nafter: %s", before, after.body)
	}
	m.must(200, "POST", path+"/close", "")
	if a := m.must(409, "POST", path, `{"title":"x"}`); a.get(t, "code") != "link_closed" {
		t.Errorf("a closed link: %s", a.body)
	}
}

// Nobody overwrites what they have not seen.
func TestAChangeMayAskForTheVersionThatItSaw(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	path := "/links/" + m.must(201, "POST", "/links", cake).id(t)
	m.must(200, "POST", path, `{"title":"B"}`, `If-Match: "1"`)
	for _, header := range []string{`If-Match: "1"`, "If-Match: 2", "If-Match: ", `If-Match: W/"2"`} {
		if a := m.must(412, "POST", path, `{"title":"C"}`, header); a.get(t, "code") != "version_changed" {
			t.Errorf("%s: %s", header, a.body)
		}
	}
	m.must(412, "POST", path, `{"title":"C","object_version":1}`)
	m.must(200, "POST", path, `{"title":"C","object_version":2}`)
	m.must(200, "POST", path, `{"title":"D"}`, `If-Match: "1", "3"`)
	m.must(200, "POST", path, `{"title":"E"}`, `If-Match: *`)
	if got := m.must(200, "GET", path, "").get(t, "title"); got != "E" {
		t.Errorf("the title is %v", got)
	}
	one := m.must(200, "POST", path, `{"title":"F"}`, "Idempotency-Key: k", `If-Match: "5"`)
	if again := m.must(200, "POST", path, `{"title":"F"}`, "Idempotency-Key: k", `If-Match: "5"`); again.body != one.body {
		t.Errorf("again: %s, not %s", again.body, one.body)
	}
	m.must(422, "POST", path, `{"title":"F"}`, "Idempotency-Key: k", `If-Match: "6"`)
}

// A link of another API keeps what that API said of it.
func TestALinkOfAnotherAPIIsChangedThere(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	made, err := m.till.Issue(t.Context(), till.Issuance{Link: paylink.Link{MerchantID: m.id, TerminalID: m.terminal, Dialect: "other", Foreign: `{"x":1}`,
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 100, Kind: "k"}}}}, Render: func(paylink.Link, string) (int, []byte) { return 201, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.must(400, "POST", "/links/"+made.LinkID, `{"title":"x","metadata":{"a":"b"}}`).codes(t); !slices.Equal(got, []string{"title made_by"}) {
		t.Errorf("%v", got)
	}
	a := m.must(200, "POST", "/links/"+made.LinkID, `{"metadata":{"a":"b"},"embed_origins":["https://shop.example"]}`)
	if a.get(t, "metadata.a") != "b" || a.get(t, "made_by") != "other" {
		t.Errorf("%s", a.body)
	}
}

func TestAChangeNeverPromisesLessThanWasSold(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	id := m.must(201, "POST", "/links", `{"amount":"1","currency":"USD","max_uses":5}`).id(t)
	err := m.db.Update(t.Context(), func(tx paylink.Tx) error {
		l, err := tx.LockLink(id)
		if err != nil {
			return err
		}
		l.Reserved, l.Succeeded, l.Version = 1, 2, 2
		return tx.SaveLink(l)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.must(400, "POST", "/links/"+id, `{"max_uses":2}`).codes(t); !slices.Equal(got, []string{"max_uses in_use"}) {
		t.Errorf("%v", got)
	}
	m.must(200, "POST", "/links/"+id, `{"max_uses":3}`)
	m.must(200, "POST", "/links/"+id, `{"max_uses":0}`)
}

// A dry run shows the link, the event and the page, keeps nothing and uses no key.
func TestADryRunShowsAndChangesNothing(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	a := m.must(200, "POST", "/links?dry_run=true", cake, "Idempotency-Key: k")
	if a.get(t, "object") != "dry_run" || a.get(t, "status") != 201.0 || a.get(t, "result.title") != "Cake" || a.get(t, "page.status") != 200.0 {
		t.Errorf("%s", a.body)
	}
	events := a.get(t, "events").([]any)
	if len(events) != 1 || events[0].(map[string]any)["type"] != "link.created" || !strings.Contains(a.get(t, "page.html").(string), "seen by a payer") {
		t.Errorf("%s", a.body)
	}
	m.must(404, "GET", "/links/"+a.get(t, "result.id").(string), "")
	path := "/links/" + m.must(201, "POST", "/links", strings.Replace(cake, "Cake", "Pie", 1), "Idempotency-Key: k").id(t) // the key was not used
	m.must(201, "POST", "/webhook_endpoints", `{"url":"https://example.com/hook"}`)
	before := m.everything()
	a = m.must(200, "POST", path+"?dry_run=true", `{"title":"Tart"}`, "Idempotency-Key: j")
	if a.get(t, "result.title") != "Tart" || a.get(t, "result.object_version") != 2.0 {
		t.Errorf("%s", a.body)
	}
	if a = m.must(200, "POST", path+"/close?dry_run=true", ""); a.get(t, "result.state") != "closed" {
		t.Errorf("%s", a.body)
	}
	m.must(400, "POST", path+"?dry_run=true", `{"title":1}`)
	m.must(404, "POST", "/links/plk_0?dry_run=true", `{"title":"x"}`)
	m.must(400, "POST", "/links?dry_run=true", `{}`)
	if after := m.everything(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	for _, bad := range []string{"/links?dry_run=yes", "/links?dry_run=true&dry_run=true", "/links?dryrun=true", path + "/close?x=1", "/webhook_endpoints?dry_run=true", "/links?%zz"} {
		m.must(400, "POST", bad, cake)
	}
	m.must(201, "POST", "/links?dry_run=false", cake)
}

func TestLinksAreFoundByMetadataAndTime(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m, other := r.merchant("a"), r.merchant("b")
	make := func(m *merchant, metadata string) string {
		return m.must(201, "POST", "/links", `{"amount":"1","currency":"USD","metadata":`+metadata+`}`).id(t)
	}
	one, two := make(m, `{"order":"42","shop":"é x"}`), make(m, `{"order":"42"}`)
	make(m, `{"order":"4"}`)
	make(other, `{"order":"42"}`)
	ids := func(query string) (out []string) {
		for _, v := range m.must(200, "GET", "/links?"+query, "").get(t, "data").([]any) {
			out = append(out, v.(map[string]any)["id"].(string))
		}
		return out
	}
	for query, want := range map[string][]string{
		"metadata[order]=42": {two, one},
		"metadata%5Border%5D=42&metadata[shop]=%C3%A9%20x":   {one},
		"metadata[order]=42&limit=1":                         {two},
		"metadata[order]=42&before=" + two:                   {one},
		"metadata[order]=42&state=closed":                    nil,
		"metadata[order]=":                                   nil,
		"metadata[order]=42&created_to=2020-01-01T00:00:00Z": nil,
		"metadata[order]=42&created_from=2020-01-01T00:00:00Z&created_to=2099-01-01T00:00:00%2B02:00": {two, one},
	} {
		if got := ids(query); !slices.Equal(got, want) {
			t.Errorf("%s gives %v, want %v", query, got, want)
		}
	}
	m.must(200, "POST", "/links/"+one, `{"metadata":{"order":null}}`)
	if got := ids("metadata[order]=42"); !slices.Equal(got, []string{two}) {
		t.Errorf("after the change: %v", got)
	}
	for _, bad := range []string{"metadata=42", "metadata[]=42", "metadata[order=42", "metadata[a]=1&metadata[a]=2", "created_from=yesterday", "created_to=1",
		"metadata[a]=1&metadata[b]=1&metadata[c]=1&metadata[d]=1&metadata[e]=1&metadata[f]=1"} {
		m.must(400, "GET", "/links?"+bad, "")
	}
	m.must(400, "GET", "/payments?metadata[order]=42", "")
}

func TestIdsAreShownAsThingsWhereThatIsAsked(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	link := m.must(201, "POST", "/links", `{"amount":"25.00","currency":"USD"}`).id(t)
	pay := payment(t, r, m, link)
	settled(t, r, pay)
	for _, path := range []string{"/links/" + link, "/links?limit=1"} {
		a := m.must(200, "GET", path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"expand=payments", "")
		if strings.Count(a.body, `"id":"`+pay+`"`) != 1 {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	if a := m.must(200, "GET", "/payments/"+pay+"?expand=link", ""); a.get(t, "link.id") != link {
		t.Errorf("%s", a.body)
	}
	a := m.must(200, "GET", "/payments?reference=INV-42&expand=link", "")
	if data := a.get(t, "data").([]any); len(data) != 1 || data[0].(map[string]any)["link"].(map[string]any)["id"] != link {
		t.Errorf("%s", a.body)
	}
	if a := m.must(200, "GET", "/payments/"+pay, ""); a.get(t, "link") != link {
		t.Errorf("%s", a.body)
	}
	if n := len(m.must(200, "GET", "/payments?created_to="+time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "").get(t, "data").([]any)); n != 0 {
		t.Errorf("%d payments of an hour ago", n)
	}
	for _, bad := range []string{"/links/" + link + "?expand=link", "/links?expand=payments,", "/payments?expand=payments", "/payments/" + pay + "?expand=link&expand=link", "/links/" + link + "?limit=1", "/links/" + link + "?%zz"} {
		m.must(400, "GET", bad, "")
	}
}

// What a merchant puts into a page of theirs is markup of ours around their words.
func TestSnippetsAreEscaped(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	a := m.must(201, "POST", "/links", `{"title":"\"><script>","button":"<b onclick='x'>","amount":"1","currency":"USD","embed_origins":["https://shop.example","http://localhost:3000"]}`)
	button, frame := a.get(t, "html.button").(string), a.get(t, "html.frame").(string)
	if strings.Contains(button+frame, "<script") || strings.Contains(button, "<b") || !strings.Contains(button, "&lt;b onclick=&#39;x&#39;&gt;</a>") ||
		!strings.Contains(frame, `title="&#34;&gt;&lt;script&gt;"`) {
		t.Errorf("%s\n%s", button, frame)
	}
	if b := m.must(201, "POST", "/links", `{"amount":"1","currency":"USD"}`).get(t, "html.button").(string); !strings.HasSuffix(b, ">Pay 1.00 USD</a>") {
		t.Errorf("%s", b)
	}
}

// What a link sells may go off sale; its merchant can still change the rest of it.
func TestALinkWhoseProductIsOffSaleCanBeChanged(t *testing.T) {
	t.Parallel()
	m := sqlite(t).merchant("a")
	ticket := m.must(201, "POST", "/products", `{"name":"Ticket","price":"25.00","currency":"USD"}`).id(t)
	path := "/links/" + m.must(201, "POST", "/links", `{"currency":"USD","lines":[{"product":"`+ticket+`"}]}`).id(t)
	m.must(200, "POST", "/products/"+ticket, `{"active":false}`)
	if a := m.must(200, "POST", path, `{"paused":true,"metadata":{"why":"sold out"}}`); a.get(t, "standing") != "paused" || a.get(t, "amount.decimal") != "25.00" {
		t.Errorf("%s", a.body)
	}
	if got := m.must(400, "POST", path, `{"lines":[{"product":"`+ticket+`"}]}`).codes(t); !slices.Equal(got, []string{"lines[0].product product_gone"}) {
		t.Errorf("named anew: %v", got)
	}
}
