package native_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/dialecttest"
	"paylink/store/booktest"
)

// call sends a request without judging its answer: from many goroutines at once.
func (m *merchant) call(path, body, key string) dialecttest.Reply {
	got, err := dialecttest.Send(http.MethodPost, m.url+"/api/v1"+path, body, "Authorization: Bearer "+m.key, "Idempotency-Key: "+key)
	if err != nil {
		return dialecttest.Reply{}
	}
	return got
}

// What is promised about repetition is kept by every call that makes something, on
// both engines, across nodes and a restart.
func TestCallsAreDoneOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, body, other string }{
		{"/links", cake, strings.Replace(cake, "25", "26", 1)},
		{"/webhook_endpoints", `{"url":"https://example.com/hook"}`, `{"url":"https://example.com/other"}`},
	} {
		for engine, nodes := range map[string]int{"sqlite": 1, "postgres": 2} {
			t.Run(engine+c.path, func(t *testing.T) {
				t.Parallel()
				dsn := filepath.Join(t.TempDir(), "paylink.db")
				if engine == "postgres" {
					dsn = booktest.Postgres(t)
				}
				r := newRig(t, dsn)
				me, stranger := r.merchant("me"), r.merchant("stranger")
				if err := r.db.Close(); err != nil {
					t.Fatal(err)
				}
				dialecttest.Once{Nodes: nodes, Key: paylink.NewToken,
					Busy: func(a dialecttest.Reply) bool {
						return a.Status == 409 && strings.Contains(a.Body, "idempotency_key_in_flight")
					},
					Reused: func(a dialecttest.Reply) error {
						if a.Status != 422 || !strings.Contains(a.Body, "idempotency_key_reused") {
							return fmt.Errorf("it is no 422 idempotency_key_reused")
						}
						return nil
					},
					Open: func(t *testing.T) dialecttest.Node {
						n := newRig(t, dsn)
						n.till.Key, n.till.Seal = r.till.Key, r.till.Seal
						at := func(m *merchant) *merchant {
							m = &merchant{rig: n, id: m.id, terminal: m.terminal, key: m.key}
							return m
						}
						return dialecttest.Node{Stop: func() { _ = n.db.Close() },
							Effects: func() int { return len(at(me).must(200, "GET", c.path, "").get(t, "data").([]any)) },
							Call: func(key string, other bool) dialecttest.Reply {
								return at(me).call(c.path, map[bool]string{false: c.body, true: c.other}[other], key)
							},
							Stranger: func(key string) dialecttest.Reply { return at(stranger).call(c.path, c.body, key) }}
					}}.Run(t)
			})
		}
	}
}
