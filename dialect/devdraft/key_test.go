package devdraft_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// Of 64 equal creates at once one is executed, and all get its answer (trust.md I-20).
func TestSixtyFourEqualCreatesAreOne(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		once, body := key(), plain(nil)
		var mu sync.Mutex
		answers := map[string]int{}
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				a := r.send("POST", links, body, once)
				if a.status == 409 && strings.Contains(a.body, "is being worked on") {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				answers[fmt.Sprint(a.status)+a.body]++
			})
		}
		all.Wait()
		if made := r.must(200, "GET", links, "").rows(t); len(made) != 1 || len(answers) != 1 {
			t.Errorf("%d links, answers: %v", len(made), answers)
		}
	})
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
