package devdraft_test

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"paylink/dialect/dialecttest"
)

// Whatever happens, what is asked for under a key is done once (trust.md I-18 to I-22).
func TestCallsUnderAKeyAreDoneOnce(t *testing.T) {
	t.Parallel()
	nodes := map[string]int{"sqlite": 1, "postgres": 2}
	for engine := range engines {
		for name, call := range map[string]struct {
			method string
			path   func(r *rig) string
			bodies [2]string
			count  string
		}{
			"create": {"POST", func(*rig) string { return links }, [2]string{plain(nil), plain(nil)}, links},
			"update": {"PUT", func(r *rig) string { return r.known }, [2]string{`{"title":"Once"}`, `{"title":"Twice"}`}, ""},
			"tax":    {"POST", func(*rig) string { return "/api/v0/taxes" }, [2]string{`{"name":"VAT","percentage":20}`, `{"name":"VAT","percentage":19}`}, "/api/v0/taxes"},
		} {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				first := newRig(t, engine)
				first.enrol("Other", "ck_other", "other")
				known := links + "/" + first.make(nil).text(t, "id")
				if err := first.store.Close(); err != nil {
					t.Fatal(err)
				}
				dialecttest.Once{Nodes: nodes[engine], Key: uuid.NewString,
					Open: func(t *testing.T) dialecttest.Node {
						r := &rig{t: t, key: clientKey, secret: clientSecret, known: known}
						r.open(first.dsn)
						send := func(key, body string) dialecttest.Reply {
							if call.method == "POST" && call.count == links { // another key needs another slug
								body = strings.Replace(body, `"url":"s-`, `"url":"`+key[:8], 1)
							}
							a := r.send(call.method, call.path(r), body, "idempotency-key: "+key)
							return dialecttest.Reply{Status: a.status, Header: a.header, Body: a.body}
						}
						node := dialecttest.Node{
							Call: func(key string, other bool) dialecttest.Reply {
								if other {
									return send(key, call.bodies[1])
								}
								return send(key, call.bodies[0])
							},
							Effects: func() int {
								if call.count == "" {
									return r.version(known)
								}
								return len(r.must(200, "GET", call.count+"?take=100", "").rows(t))
							},
							Stop: func() { _ = r.store.Close() },
						}
						if call.method == "POST" {
							node.Stranger = func(key string) dialecttest.Reply {
								other := *r
								other.key, other.secret = "ck_other", "other"
								a := other.send("POST", call.path(r), strings.Replace(call.bodies[0], `"url":"s-`, `"url":"other-`, 1), "idempotency-key: "+key)
								return dialecttest.Reply{Status: a.status, Header: a.header, Body: a.body}
							}
						}
						return node
					},
					Busy: func(r dialecttest.Reply) bool {
						return r.Status == 409 && strings.Contains(r.Body, "is being worked on")
					},
					Reused: func(r dialecttest.Reply) error {
						if r.Status != 409 || !strings.Contains(r.Body, "already used with different request data") {
							return errors.New("no refusal of a key that was used")
						}
						return nil
					}}.Run(t)
			})
		}
	}
}

// Without a key the slug alone keeps two links apart.
func TestASlugIsOneLinksOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		body := plain(nil)
		var mu sync.Mutex
		statuses := map[int]int{}
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				a := r.send("POST", links, body)
				mu.Lock()
				defer mu.Unlock()
				statuses[a.status]++
			})
		}
		all.Wait()
		if statuses[201] != 1 || statuses[409] != 15 {
			t.Errorf("%v", statuses)
		}
	})
}

func TestAKeyIsGoodForOneRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		once, body := key(), plain(nil)
		first := r.must(201, "POST", links, body, once)
		path := links + "/" + first.text(t, "id")
		// The members' order is not the request; nor is the letters' case the key.
		again := r.must(201, "POST", links, strings.Replace(strings.TrimSuffix(body, "}"), "{", "{ ", 1)+" }", strings.ToUpper(once))
		if again.body != first.body {
			t.Errorf("again: %s", again.body)
		}
		if a := r.must(409, "POST", links, plain(nil), once); a.text(t, "message") != "Conflict: Idempotency key already used with different request data" {
			t.Errorf("another body: %s", a.body)
		}
		// Another route, another method, another app: another key.
		changed := r.must(200, "PUT", path, `{"title":"Once"}`, once)
		if a := r.must(200, "PUT", path, `{"title":"Once"}`, once); a.body != changed.body {
			t.Errorf("changed again: %s, first %s", a.body, changed.body)
		}
		r.must(409, "PUT", path, `{"title":"Twice"}`, once)
		r.must(201, "POST", "/api/v0/taxes", `{"name":"x","percentage":1}`, once)
		r.enrol("Other", "ck_other", "other")
		r.key, r.secret = "ck_other", "other"
		r.must(201, "POST", links, plain(nil), once)
		r.key, r.secret = clientKey, clientSecret
		// A call that failed keeps no key.
		fresh := key()
		r.must(400, "POST", links, plain(map[string]any{"title": "x"}), fresh)
		r.must(201, "POST", links, plain(nil), fresh)
		// A repetition gets its answer though what it asks for may no longer be made.
		dated := plain(map[string]any{"expiration_date": "2026-11-20T13:00:00Z"})
		late := key()
		made := r.must(201, "POST", links, dated, late)
		r.at(day.Add(23 * time.Hour))
		if a := r.must(201, "POST", links, dated, late); a.body != made.body {
			t.Errorf("late: %s", a.body)
		}
		r.at(day.Add(25 * time.Hour))
		r.must(409, "POST", links, body, once) // the key is forgotten, the slug is taken
		r.must(400, "POST", links, dated, late)
		for _, bad := range []string{"", "x", "8e03978e-40d5-13e8-bc93-6894a57f9324", "My Idempotency Key"} {
			r.must(400, "POST", links, plain(nil), "idempotency-key: "+bad)
		}
	})
}

// Forms are compared by what they hold, pictures by their bytes.
func TestAKeyOfAForm(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	once := key()
	send := func(status int, content string) reply {
		body, media := form(t, part{"name", "", "Tee"}, part{"description", "", "x"}, part{"price", "", "9.5"}, part{"images", "a.png", pictures["image/png"] + content})
		return r.must(status, "POST", products, body, media, once)
	}
	if first, again := send(201, "a"), send(201, "a"); first.body != again.body {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	send(409, "b")
	if n := r.must(200, "GET", products, "").rows(t); len(n) != 1 {
		t.Errorf("%d products", len(n))
	}
}

// The members of a form come in no order; its pictures do.
func TestAFormUnderAKeyIsTheSameRequestInAnyOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	pictures := ""
	for i := range 10 {
		pictures += "https://example.com/" + strconv.Itoa(i) + ".png,"
	}
	body := url.Values{"name": {"Tee"}, "description": {"x"}, "price": {"9.5"}, "currency": {"USD"}, "status": {"ACTIVE"}, "unit": {"kg"},
		"weight": {"1"}, "images": {pictures}}.Encode()
	key := "idempotency-key: " + uuid.NewString()
	first := r.must(201, "POST", "/api/v0/products", body, "Content-Type: application/x-www-form-urlencoded", key)
	for range 20 {
		if again := r.must(201, "POST", "/api/v0/products", body, "Content-Type: application/x-www-form-urlencoded", key); again.body != first.body {
			t.Fatalf("%s, then %s", first.body, again.body)
		}
	}
}
