package frontstream_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/dialect/frontstream"
	"paylink/till"
)

// one is a case of testdata/frontstream-cases.json.
type one struct {
	ID          string             `json:"id"`
	Expect      int                `json:"expect"`
	Body        string             `json:"body"`
	Patch       map[string]any     `json:"patch"`
	Remove      []string           `json:"remove"`
	Raw         *string            `json:"raw"`
	ContentType *string            `json:"contentType"`
	Headers     map[string]*string `json:"headers"`
	ErrField    string             `json:"errfield"`
	Path        string             `json:"path"`
}

type file struct {
	Base     map[string]any `json:"base"`
	Cases    []one          `json:"cases"`
	Deletes  []one          `json:"deleteCases"`
	Sessions []one          `json:"clientSessionCases"`
}

func readCases(t *testing.T) (f file) {
	t.Helper()
	raw, err := os.ReadFile("testdata/frontstream-cases.json")
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil || len(f.Cases) < 150 || len(f.Deletes) != 7 || len(f.Sessions) != 5 {
		t.Fatalf("frontstream-cases.json: %v; %d, %d and %d cases", err, len(f.Cases), len(f.Deletes), len(f.Sessions))
	}
	return f
}

func TestCases(t *testing.T) {
	t.Parallel()
	f := readCases(t)
	theme, err := os.ReadFile("testdata/theme.css")
	if err != nil {
		t.Fatal(err)
	}
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engine)
			for _, c := range f.Cases {
				t.Run(c.ID, func(t *testing.T) { r.play(t, f.Base, c, string(theme)) })
			}
		})
	}
}

// play sends a case's request and holds the answer against what it expects.
func (r *rig) play(t *testing.T, base map[string]any, c one, theme string) {
	body := maps.Clone(base)
	maps.Copy(body, c.Patch)
	for _, name := range c.Remove {
		delete(body, name)
	}
	if body["Theme"] == "@THEME_EXAMPLE" {
		body["Theme"] = theme
	}
	var send any = body
	if c.Raw != nil {
		send = *c.Raw
	}
	method, header := "POST", http.Header{}
	if c.ContentType != nil {
		header.Set("Content-Type", *c.ContentType)
	}
	token := "@valid"
	for name, value := range c.Headers {
		switch {
		case name == "@method":
			method = *value
		case strings.EqualFold(name, "AccessToken"):
			token = ""
			if value != nil {
				header[name] = []string{r.placeholder(*value)}
			}
		case value != nil:
			header.Set(name, *value)
		}
	}
	if token != "" {
		header["AccessToken"] = []string{r.placeholder(token)}
	}
	before := r.newest()
	a := r.call(method, c.Path, header, send)
	if a.status == 200 {
		r.unspent = ""
	}
	if a.status != c.Expect {
		t.Fatalf("got %d %s, want %d", a.status, a.body, c.Expect)
	}
	r.shape(t, a, c)
	if made := r.newest() != before; made != (c.Expect == 200) {
		t.Errorf("a link was made: %v", made)
	}
}

// shape checks the form of the body, and that it names the broken fields, each once.
func (r *rig) shape(t *testing.T, a answer, c one) {
	t.Helper()
	if got := a.header.Get("Content-Type"); a.body != "" && got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %s", got)
	}
	switch c.Body {
	case "PayLinkResponse":
		lastSegment(t, a)
	case "BrokenRule[]":
		codes, messages := rules(t, a)
		fields := strings.Split(c.ErrField, ",")
		if len(codes) != len(fields) {
			t.Errorf("%d broken rules, want %d: %s", len(codes), len(fields), messages)
		}
		for _, field := range fields {
			if !strings.Contains(messages, field) {
				t.Errorf("%q is not named: %s", field, messages)
			}
		}
	case "ProblemDetails", "empty|ProblemDetails":
		isProblem(t, a, c.Expect)
	default:
		t.Fatalf("the case expects the unknown body %q", c.Body)
	}
}

func (r *rig) placeholder(s string) string {
	switch s {
	case "@valid":
		return r.spare()
	case "@used":
		token := r.token()
		if a := r.call("POST", "/api/paylink", withToken(token), order(nil)); a.status != 200 {
			r.t.Fatalf("a token can't be used: %s", a.body)
		}
		return token
	case "@expired":
		return r.tokenOfAge(5*time.Hour + time.Second)
	}
	return s
}

// tokenOfAge is a token that was given some time ago.
func (r *rig) tokenOfAge(age time.Duration) string {
	r.t.Helper()
	token := paylink.NewSecret("")
	err := r.store.Update(r.t.Context(), func(tx paylink.Tx) error {
		client := r.made.Credentials[1]
		return tx.AddToken(paylink.AccessToken{Hash: paylink.HashSecret(token), Dialect: frontstream.Name, CredentialID: client.ID,
			PartnerID: client.PartnerID, Single: true, CreatedAt: tx.Now().Add(-age), ExpiresAt: tx.Now().Add(frontstream.TokenLife - age)})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return token
}

// other is a merchant of another partner, and a link of theirs.
func (r *rig) other() (address string, made till.Enrolled) {
	r.t.Helper()
	made = r.enrol(till.Enrolment{Merchant: &paylink.Merchant{Name: "Other"}, Partner: &paylink.Partner{Name: "Other integrator"},
		Terminals:   []paylink.Terminal{{Name: "t", Gateway: "sandbox", Account: "acct_9", Currency: "USD", Methods: []paylink.Method{paylink.Card}, Foreign: "3f2504e0-4f89-41d3-9a0c-0305e82c3309"}},
		Instruments: []paylink.Instrument{{Gateway: "sandbox", Account: "acct_9", Foreign: "3f2504e0-4f89-41d3-9a0c-0305e82c3308", Saved: paylink.SavedInstrument{Token: "x", Method: paylink.Card}}},
		Credentials: []till.NewCredential{{Dialect: frontstream.Name, Kind: "api_key", Secret: "key-of-the-other"},
			{Dialect: frontstream.Name, Kind: "client", Lookup: "8d5c7a36-1f0e-4b57-9a7c-2f6f7f0c3b12", Secret: "other-secret", ForPartner: true}}})
	l := paylink.Link{MerchantID: made.Merchant.ID, TerminalID: made.Terminals[0].ID, Dialect: frontstream.Name, Foreign: "{}",
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 100}}}}
	_, err := r.till.Issue(r.t.Context(), till.Issuance{Link: l, Render: func(_ paylink.Link, url string) (int, []byte) {
		address = url[strings.LastIndex(url, "/")+1:]
		return 200, nil
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	return address, made
}

func TestDeleteCases(t *testing.T) {
	t.Parallel()
	f := readCases(t)
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engine)
			foreign, _ := r.other()
			for _, c := range f.Deletes {
				t.Run(c.ID, func(t *testing.T) {
					id := r.make(nil)
					query, body := "PayLinkId="+id, any(nil)
					switch c.ID {
					case "del.ok":
					case "del.empty":
						query = "PayLinkId="
					case "del.foreign":
						query = "PayLinkId=" + foreign
					case "del.twice":
						r.call("DELETE", "/api/paylink?"+query, withToken(r.token()), nil)
					case "del.fullurl":
						query = "PayLinkId=" + url.QueryEscape("https://pay.example/pay/"+id)
					case "del.source":
						query += "&IntegrationSource=Acme"
					case "del.body":
						body = order(nil)
					default:
						t.Fatalf("no test plays %s", c.ID)
					}
					a := r.call("DELETE", "/api/paylink?"+query, withToken(r.token()), body)
					if a.status != c.Expect {
						t.Fatalf("got %d %s, want %d", a.status, a.body, c.Expect)
					}
					if c.Expect == 200 {
						if got := lastSegment(t, a); got != id || r.link(id).State != paylink.LinkClosed {
							t.Errorf("answered the URL of %s; the link is %s", got, r.link(id).State)
						}
					} else {
						rules(t, a)
					}
					if r.link(foreign).State != paylink.LinkOpen {
						t.Error("another merchant's link was touched")
					}
				})
			}
		})
	}
}

func TestClientSessionCases(t *testing.T) {
	t.Parallel()
	f := readCases(t)
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engine)
			ask := func(body map[string]string) answer { return r.call("POST", "/api/ClientSession", jsonHeader, body) }
			for _, c := range f.Sessions {
				t.Run(c.ID, func(t *testing.T) {
					body, names := map[string]string{"ClientId": clientID, "ClientSecret": secret}, ""
					switch c.ID {
					case "auth.ok", "auth.expiry":
					case "auth.unknown":
						body["ClientId"] = "8d5c7a36-1f0e-4b57-9a7c-000000000000"
						if wrong := ask(map[string]string{"ClientId": clientID, "ClientSecret": "wrong"}); wrong.body != ask(body).body {
							t.Errorf("a wrong secret is answered otherwise: %s", wrong.body)
						}
					case "auth.noid":
						delete(body, "ClientId")
						names = "ClientId"
					case "auth.nosecret":
						delete(body, "ClientSecret")
						names = "ClientSecret"
					default:
						t.Fatalf("no test plays %s", c.ID)
					}
					before := time.Now()
					a := ask(body)
					if a.status != c.Expect {
						t.Fatalf("got %d %s, want %d", a.status, a.body, c.Expect)
					}
					if c.Expect != 200 {
						if _, messages := rules(t, a); !strings.Contains(messages, names) {
							t.Errorf("%s is not named: %s", names, messages)
						}
						return
					}
					var s struct{ Token, ClientId, ExpirationDate string }
					if err := json.Unmarshal([]byte(a.body), &s); err != nil || s.Token == "" || s.ClientId != clientID {
						t.Fatalf("%s: %v", a.body, err)
					}
					at, err := time.Parse("2006-01-02T15:04:05.000Z", s.ExpirationDate)
					if off := at.Sub(before.Add(5 * time.Hour)); err != nil || off < -10*time.Second || off > 10*time.Second {
						t.Errorf("ExpirationDate %s is %s off 5 hours (%v)", s.ExpirationDate, off, err)
					}
				})
			}
		})
	}
}
