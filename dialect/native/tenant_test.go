package native_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"paylink/dialect/native"
)

// belongings is one thing of each kind that an id can name.
type belongings map[string]string

// own makes one of everything for a merchant.
func (m *merchant) own() belongings {
	m.t.Helper()
	hook := m.must(201, "POST", "/webhook_endpoints", `{"url":"https://example.com/hook"}`).id(m.t)
	link := m.must(201, "POST", "/links", cake).id(m.t)
	event := firstOf(m.t, m.must(200, "GET", "/events?object="+link, ""))
	delivery := firstOf(m.t, m.must(200, "GET", "/webhook_endpoints/"+hook+"/deliveries", ""))
	all := m.goods(m.t, link)
	maps.Copy(all, belongings{"links": link, "webhook_endpoints": hook, "events": event, "deliveries": delivery})
	return all
}

func firstOf(t testing.TB, a reply) string {
	t.Helper()
	data, _ := a.get(t, "data").([]any)
	if len(data) == 0 {
		t.Fatalf("an empty list: %s", a.body)
	}
	return data[0].(map[string]any)["id"].(string)
}

// strange is an id of the same kind that nobody has.
func strange(id string) string { return id[:4] + strings.Repeat("z", len(id)-4) }

// Each route that takes an id, with a foreign one and with one that nobody has: the
// same status, the same body, and nothing changed (trust.md I-31). The routes are
// the handler's own table, so a new one can't be forgotten.
func TestAForeignIDLooksLikeAnUnknownOne(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(testing.TB) *rig{"SQLite": sqlite, "PostgreSQL": postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := make(t)
			owner, other := r.merchant("owner"), r.merchant("other")
			theirs := owner.own()
			theirs["payments"] = payment(t, r, owner, theirs["links"])
			before := owner.everything()
			tested := 0
			for _, pattern := range native.Patterns() {
				method, path, _ := strings.Cut(pattern, " ")
				if !strings.Contains(path, "{id}") {
					continue
				}
				kind := strings.Split(path, "/")[1]
				id, known := theirs[kind]
				if !known {
					t.Fatalf("%s: the test has no %s", pattern, kind)
				}
				tested++
				foreign := other.do(method, strings.Replace(path, "{id}", id, 1), "")
				unknown := other.do(method, strings.Replace(path, "{id}", strange(id), 1), "")
				for _, odd := range []string{"%00", "%ff%fe", "a%0Ab", "%E2%80%AE", strings.Repeat("z", 65), "'%20OR%201=1--"} {
					if a := other.do(method, strings.Replace(path, "{id}", odd, 1), ""); a.status != 404 || a.body != unknown.body {
						t.Errorf("%s with id %s: %d %s", pattern, odd, a.status, a.body)
					}
				}
				if foreign.status != 404 || foreign.status != unknown.status || foreign.body != unknown.body {
					t.Errorf("%s: foreign %d %s, unknown %d %s", pattern, foreign.status, foreign.body, unknown.status, unknown.body)
				}
				if method == "GET" { // the owner's own call works, so the 404 is no accident
					owner.must(200, method, strings.Replace(path, "{id}", id, 1), "")
				}
			}
			if tested < 12 {
				t.Errorf("only %d routes take an id", tested)
			}
			for _, query := range []string{"/payments?link=" + theirs["links"], "/events?object=" + theirs["links"], "/links?before=" + theirs["links"],
				"/payments?after=" + theirs["payments"], "/links", "/payments", "/events", "/webhook_endpoints"} {
				if a := other.must(200, "GET", query, ""); a.body != `{"object":"list","data":[],"has_more":false}` {
					t.Errorf("%s shows %s", query, a.body)
				}
			}
			if a := other.must(400, "POST", "/links", `{"amount":"1","currency":"USD","terminal":"`+owner.terminal+`"}`); !slices.Equal(a.codes(t), []string{"terminal terminal_unknown"}) {
				t.Errorf("a foreign terminal: %s", a.body)
			}
			if after := owner.everything(); after != before {
				t.Errorf("another merchant's calls changed something:\n%s\n%s", before, after)
			}
		})
	}
}

// everything is all that a merchant can see.
func (m *merchant) everything() string {
	var b strings.Builder
	for _, path := range []string{"/links", "/payments", "/events", "/webhook_endpoints", "/products", "/taxes", "/customers", "/debts"} {
		b.WriteString(m.must(200, "GET", path, "").body)
	}
	hook := firstOf(m.t, m.must(200, "GET", "/webhook_endpoints", ""))
	b.WriteString(m.must(200, "GET", "/webhook_endpoints/"+hook+"/deliveries", "").body)
	return b.String()
}
