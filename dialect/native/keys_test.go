package native_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
)

// together sends the same request n times at once and gives the answers.
func (m *merchant) together(n int, method, path, body, key string) []reply {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	out := make([]reply, n)
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			out[i] = m.do(method, path, body, "Idempotency-Key: "+key)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return out
}

// Of 64 equal requests at once one is executed, and all get its answer: 2xx with the
// same bytes, or 409 while it runs (trust.md I-18, I-20).
func TestSixtyFourEqualRequestsAreOne(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(testing.TB) *rig{"SQLite": sqlite, "PostgreSQL": postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := make(t)
			m := r.merchant("a")
			for _, c := range []struct {
				path, body, list string
				status           int
			}{
				{"/links", cake, "/links", 201},
				{"/webhook_endpoints", `{"url":"https://example.com/hook"}`, "/webhook_endpoints", 201},
			} {
				all := m.together(64, "POST", c.path, c.body, "k")
				replays := 0
				first := ""
				for _, a := range all {
					switch {
					case a.status == http.StatusConflict && a.get(t, "code") == "idempotency_key_in_flight":
						continue
					case a.status != c.status:
						t.Fatalf("%s: %d %s", c.path, a.status, a.body)
					case first == "":
						first = a.body
					case a.body != first:
						t.Fatalf("%s: answers differ:\n%s\n%s", c.path, first, a.body)
					}
					if a.header.Get("Idempotent-Replayed") == "true" {
						replays++
					}
				}
				if made := len(m.must(200, "GET", c.list, "").get(t, "data").([]any)); made != 1 || first == "" {
					t.Errorf("%s: %d made by one key", c.path, made)
				}
				if again := m.do("POST", c.path, c.body, "Idempotency-Key: k"); again.body != first || again.header.Get("Idempotent-Replayed") != "true" {
					t.Errorf("%s: later: %s, not %s", c.path, again.body, first)
				}
				if replays == 0 {
					t.Errorf("%s: 64 at once, and none was a replay", c.path)
				}
			}
			// Rotation twice would lock out whoever has the first answer.
			hook := firstOf(t, m.must(200, "GET", "/webhook_endpoints", ""))
			secrets := map[string]bool{}
			for _, a := range m.together(64, "POST", "/webhook_endpoints/"+hook+"/rotate", "", "k") {
				if a.status == 200 {
					secrets[a.get(t, "secret").(string)] = true
				}
			}
			if len(secrets) != 1 {
				t.Errorf("one key rotated to %d secrets", len(secrets))
			}
		})
	}
}

func TestKeysOfTwoMerchantsNeverMeet(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	a, b := r.merchant("a"), r.merchant("b")
	one := a.must(201, "POST", "/links", cake, "Idempotency-Key: k")
	two := b.must(201, "POST", "/links", strings.Replace(cake, "25", "26", 1), "Idempotency-Key: k")
	if one.id(t) == two.id(t) || two.header.Get("Idempotent-Replayed") != "" {
		t.Error("one merchant's key answered another's request")
	}
}

// A key lives exactly 24 hours; then it is new.
func TestAKeyIsForgottenAfterADay(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	one := m.must(201, "POST", "/links", cake, "Idempotency-Key: k").id(t)
	if err := r.db.SetClockOffset(t.Context(), 23*time.Hour); err != nil {
		t.Fatal(err)
	}
	if again := m.must(201, "POST", "/links", cake, "Idempotency-Key: k").id(t); again != one {
		t.Error("forgotten within the day")
	}
	if err := r.db.SetClockOffset(t.Context(), 24*time.Hour+time.Minute); err != nil {
		t.Fatal(err)
	}
	if again := m.must(201, "POST", "/links", cake, "Idempotency-Key: k").id(t); again == one {
		t.Error("remembered after a day")
	}
}

// A repeated call gets its first answer though the same could not be asked for now.
func TestAReplayDoesNotAskWhatTimeItIs(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	body := fmt.Sprintf(`{"amount":"1","currency":"USD","expires_at":%q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	one := m.must(201, "POST", "/links", body, "Idempotency-Key: k")
	if err := r.db.SetClockOffset(t.Context(), 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	if again := m.must(201, "POST", "/links", body, "Idempotency-Key: k"); again.body != one.body {
		t.Errorf("%s is not %s", again.body, one.body)
	}
	m.must(400, "POST", "/links", body, "Idempotency-Key: other")
}

// Lists are walked by id: every row once, in both directions, and has_more is true
// exactly when there is more.
func TestListsAreWalkedByKey(t *testing.T) {
	t.Parallel()
	r := sqlite(t)
	m := r.merchant("a")
	var made []string
	for range 7 {
		made = append([]string{m.must(201, "POST", "/links", cake).id(t)}, made...)
		time.Sleep(2 * time.Millisecond) // ids of one millisecond have no order among them
	}
	page := func(query string) (ids []string, more bool) {
		a := m.must(200, "GET", "/links?limit=3&"+query, "")
		for _, one := range a.get(t, "data").([]any) {
			ids = append(ids, one.(map[string]any)["id"].(string))
		}
		return ids, a.get(t, "has_more").(bool)
	}
	check := func(query string, want []string, wantMore bool) {
		t.Helper()
		got, more := page(query)
		if fmt.Sprint(got) != fmt.Sprint(want) || more != wantMore {
			t.Errorf("%s: %v %t, want %v %t", query, got, more, want, wantMore)
		}
	}
	check("", made[:3], true)
	check("before="+made[2], made[3:6], true)
	check("before="+made[3], made[4:7], false)
	check("before="+made[6], nil, false)
	check("after="+made[6], made[3:6], true)
	check("after="+made[3], made[:3], false)
	check("after="+made[0], nil, false)
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "before=a&after=b", "limit=1&limit=2", "page=2", "state=paid", "%zz"} {
		if a := m.do("GET", "/links?"+query, ""); a.status != 400 {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
}

// payment puts a payment into the store: how one comes to be is the till's matter.
func payment(t testing.TB, r *rig, m *merchant, linkID string) string {
	t.Helper()
	var id string
	err := r.db.Update(context.Background(), func(tx paylink.Tx) error {
		l, err := tx.LockLink(linkID)
		if err != nil {
			return err
		}
		p := paylink.Payment{ID: paylink.NewID(paylink.PrefixPayment, tx.Now()), LinkID: linkID, Link: 1, MerchantID: m.id, TerminalID: m.terminal,
			Gateway: "sandbox", Account: "acct", Attempt: paylink.NewToken(), Amount: paylink.Money{Minor: 2500, Currency: "USD"},
			Lines: l.Price.Lines, Method: paylink.Card, Payer: paylink.Payer{FirstName: "Ada", Email: "ada@example.com"}, CreatedAt: tx.Now()}
		s, err := p.Move(paylink.Reserved, paylink.CauseSubmit, paylink.NoEvidence, "", tx.Now())
		if err != nil {
			return err
		}
		id = p.ID
		_, err = tx.AddPayment(p, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}
