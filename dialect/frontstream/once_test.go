package frontstream_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink/dialect/dialecttest"
	"paylink/dialect/frontstream"
	"paylink/store/sqlstore"
	"paylink/till"
)

// An AccessToken is used up by the call that succeeds with it: of 64 at once one does,
// on both engines, across nodes, and the others are told so, after a restart too.
func TestATokenMakesOneLink(t *testing.T) {
	t.Parallel()
	for engine, nodes := range map[string]int{"sqlite": 1, "postgres": 2} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dsn := engines[engine](t)
			r := newRigOn(t, dsn)
			tokens := []string{r.token(), r.token()}
			if err := r.store.Close(); err != nil {
				t.Fatal(err)
			}
			body, err := json.Marshal(order(nil))
			if err != nil {
				t.Fatal(err)
			}
			dialecttest.Once{Nodes: nodes, OneTime: true,
				Key: func() (token string) { token, tokens = tokens[0], tokens[1:]; return token },
				Reused: func(a dialecttest.Reply) error {
					if a.Status != 400 || !strings.Contains(a.Body, "AccessToken") {
						return fmt.Errorf("it is no 400 about the AccessToken")
					}
					return nil
				},
				Open: func(t *testing.T) dialecttest.Node {
					n := *r
					var err error
					if n.store, err = sqlstore.Open(t.Context(), dsn, sqlstore.Options{TestClock: true}); err != nil {
						t.Fatal(err)
					}
					n.t, n.till = t, &till.Till{Store: n.store, BaseURL: "https://pay.example", Key: bytes.Repeat([]byte{7}, 32)}
					mux := http.NewServeMux()
					(&frontstream.Handler{Till: n.till}).Mount(mux)
					web := httptest.NewServer(mux)
					return dialecttest.Node{Effects: n.count, Stop: func() { web.Close(); _ = n.store.Close() },
						Call: func(token string, other bool) (out dialecttest.Reply) {
							send := body
							if other {
								send = bytes.Replace(body, []byte("25.00"), []byte("26.00"), 1)
							}
							req, err := http.NewRequest("POST", web.URL+"/api/paylink", bytes.NewReader(send))
							if err != nil {
								return out
							}
							req.Header = withToken(token)
							res, err := http.DefaultClient.Do(req)
							if err != nil {
								return out
							}
							defer res.Body.Close()
							raw, _ := io.ReadAll(res.Body)
							return dialecttest.Reply{Status: res.StatusCode, Header: res.Header, Body: string(raw)}
						}}
				}}.Run(t)
		})
	}
}
