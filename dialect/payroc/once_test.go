package payroc_test

import (
	"fmt"
	"strings"
	"testing"

	"paylink/dialect/dialecttest"
)

// nodes are how many nodes each engine has at once.
var nodes = map[string]int{"sqlite": 1, "postgres": 2}

// call sends a request without judging its answer: from many goroutines at once.
func (r *rig) call(method, path, body, key string) dialecttest.Reply {
	got, err := dialecttest.Send(method, r.url+path, body, "Authorization: Bearer "+r.token, "Idempotency-Key: "+key)
	if err != nil {
		return dialecttest.Reply{}
	}
	return got
}

func TestCallsAreDoneOnce(t *testing.T) {
	t.Parallel()
	for engine, dsn := range engines {
		for _, what := range []string{"create", "patch", "share"} {
			t.Run(engine+" "+what, func(t *testing.T) {
				t.Parallel()
				r := newRigOn(t, dsn(t))
				r.enrol("Other", "other-key", "999900")
				me := r.token
				stranger := r.authorize("other-key")
				link := r.make(pizza) // every change gives it another URL
				if err := r.store.Close(); err != nil {
					t.Fatal(err)
				}
				once := dialecttest.Once{Nodes: nodes[engine], Key: newUUID,
					Busy: func(a dialecttest.Reply) bool { return a.Status == 503 && a.Header.Get("Retry-After") != "" },
					Reused: func(a dialecttest.Reply) error {
						if a.Status != 409 || !strings.Contains(a.Body, "#idempotency-key-in-use") {
							return fmt.Errorf("it is no 409 idempotency-key-in-use")
						}
						return nil
					}}
				once.Open = func(t *testing.T) dialecttest.Node {
					n := *r
					n.t, n.token = t, me
					n.open()
					node := dialecttest.Node{Effects: n.count, Stop: func() { _ = n.store.Close() },
						Call: func(key string, other bool) dialecttest.Reply {
							return n.call("POST", terminal, map[bool]string{false: pizza, true: donation}[other], key)
						},
						Stranger: func(key string) dialecttest.Reply {
							s := n
							s.token = stranger
							return s.call("POST", strings.Replace(terminal, "1234001", "9999001", 1), pizza, key)
						}}
					switch what {
					case "share":
						n.mails()
						node.Stranger = nil // the link is not theirs
						node.Effects = func() int {
							return len(n.must(200, "GET", link+"/sharing-events", "").data(t))
						}
						node.Call = func(key string, other bool) dialecttest.Reply {
							return n.call("POST", link+"/sharing-events", `{"sharingMethod":"email","recipients":[{"name":"Ada","email":"`+
								map[bool]string{false: "ada", true: "grace"}[other]+`@example.com"}]}`, key)
						}
					case "patch":
						node.Stranger = nil // the link is not theirs
						node.Effects = func() int { return n.version(link) }
						node.Call = func(key string, other bool) dialecttest.Reply {
							return n.call("PATCH", link, `[{"op":"replace","path":"/expiresOn","value":"`+map[bool]string{false: "2031-01-31", true: "2031-01-30"}[other]+`"}]`, key)
						}
					}
					return node
				}
				once.Run(t)
			})
		}
	}
}

// version is how often a link was changed.
func (r *rig) version(link string) int {
	r.t.Helper()
	l, err := r.link(r.must(200, "GET", link, ""))
	if err != nil {
		r.t.Fatal(err)
	}
	return l.Version
}
