package frontstream_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink/dialect/frontstream"
)

func TestATokenIsSpentBySuccessOnly(t *testing.T) {
	t.Parallel()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engine)
			token := r.token()
			post := func(o any) answer { return r.call("POST", "/api/paylink", withToken(token), o) }
			for name, failing := range map[string]answer{
				"400": post(order(map[string]any{"RedirectUrl": nil})),
				"404": post(order(map[string]any{"ApiKey": "unknown"})),
				"415": r.call("POST", "/api/paylink", http.Header{"AccessToken": {token}, "Content-Type": {"text/plain"}}, "{}"),
				"del": r.call("DELETE", "/api/paylink?PayLinkId=unknown", withToken(token), nil),
			} {
				if failing.status == 200 {
					t.Errorf("%s: did not fail", name)
				}
			}
			made := post(order(nil))
			if made.status != 200 {
				t.Fatalf("after failing calls the token answers %d %s", made.status, made.body)
			}
			for name, again := range map[string]answer{
				"post":   post(order(nil)),
				"delete": r.call("DELETE", "/api/paylink?PayLinkId="+lastSegment(t, made), withToken(token), nil),
			} {
				if codes, _ := rules(t, again); len(codes) != 1 || codes[0] != frontstream.CodeBadToken {
					t.Errorf("%s with a used token: %v", name, codes)
				}
			}
			token = r.token()
			if a := r.call("DELETE", "/api/paylink?PayLinkId="+lastSegment(t, made), withToken(token), nil); a.status != 200 {
				t.Fatalf("DELETE answered %d %s", a.status, a.body)
			}
			if a := post(order(nil)); a.status != 400 {
				t.Errorf("a token that deleted a link makes another: %d", a.status)
			}
		})
	}
}

func TestOneTokenMakesOneLinkHoweverManyAskAtOnce(t *testing.T) {
	t.Parallel()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, engine)
			token, before := r.token(), r.newest()
			var good, bad atomic.Int32
			var all sync.WaitGroup
			for range 32 {
				all.Go(func() {
					switch a := r.call("POST", "/api/paylink", withToken(token), order(nil)); a.status {
					case 200:
						good.Add(1)
					case 400:
						bad.Add(1)
					default:
						t.Errorf("answered %d %s", a.status, a.body)
					}
				})
			}
			all.Wait()
			if good.Load() != 1 || bad.Load() != 31 || r.newest() == before {
				t.Errorf("%d calls made a link, %d were refused", good.Load(), bad.Load())
			}
		})
	}
}

func TestATokenLivesFiveHoursToTheSecond(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	old, other := r.token(), r.token()
	if err := r.store.SetClockOffset(t.Context(), 5*time.Hour-10*time.Second); err != nil {
		t.Fatal(err)
	}
	if a := r.call("POST", "/api/paylink", withToken(old), order(nil)); a.status != 200 {
		t.Errorf("after almost 5 hours: %d %s", a.status, a.body)
	}
	if err := r.store.SetClockOffset(t.Context(), 5*time.Hour+time.Second); err != nil {
		t.Fatal(err)
	}
	if codes, _ := rules(t, r.call("POST", "/api/paylink", withToken(other), order(nil))); codes[0] != frontstream.CodeBadToken {
		t.Errorf("after 5 hours and a second: %v", codes)
	}
}

func TestTokensOfARevokedClientAreWorthNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	token := r.token()
	if err := r.till.Revoke(t.Context(), r.made.Credentials[1]); err != nil {
		t.Fatal(err)
	}
	if codes, _ := rules(t, r.call("POST", "/api/paylink", withToken(token), order(nil))); codes[0] != frontstream.CodeBadToken {
		t.Errorf("POST: %v", codes)
	}
	again := r.call("POST", "/api/ClientSession", jsonHeader, map[string]string{"ClientId": clientID, "ClientSecret": secret})
	if codes, _ := rules(t, again); codes[0] != frontstream.CodeBadClient {
		t.Errorf("ClientSession: %v", codes)
	}
}

func TestARevokedApiKeyIsUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	if err := r.till.Revoke(t.Context(), r.made.Credentials[0]); err != nil {
		t.Fatal(err)
	}
	isProblem(t, r.post(order(nil)), 404)
}

func TestTokensAreReusableWhereTheSettingSaysSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite", func(h *frontstream.Handler) { h.ReusableTokens = true })
	token := r.token()
	for range 3 {
		if a := r.call("POST", "/api/paylink", withToken(token), order(nil)); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if err := r.store.SetClockOffset(t.Context(), 5*time.Hour+time.Second); err != nil {
		t.Fatal(err)
	}
	if a := r.call("POST", "/api/paylink", withToken(token), order(nil)); a.status != 400 {
		t.Errorf("it outlives its 5 hours: %d", a.status)
	}
}

// Who calls is judged before what they send.
func TestWithoutATokenNothingOfTheBodyIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	want := r.call("POST", "/api/paylink", withToken("unknown"), order(nil))
	for name, c := range map[string]struct {
		header http.Header
		body   any
		code   int
	}{
		"none, good body":     {jsonHeader, order(nil), frontstream.CodeNoToken},
		"none, bad body":      {jsonHeader, "[", frontstream.CodeNoToken},
		"empty":               {withToken(""), order(nil), frontstream.CodeNoToken},
		"unknown, bad body":   {withToken("unknown"), "[", frontstream.CodeBadToken},
		"unknown, bad key":    {withToken("unknown"), order(map[string]any{"ApiKey": "x"}), frontstream.CodeBadToken},
		"10 kB":               {withToken(string(make10k())), order(nil), frontstream.CodeBadToken},
		"two":                 {http.Header{"Content-Type": {"application/json"}, "AccessToken": {"a", "b"}}, order(nil), frontstream.CodeBadToken},
		"a client secret":     {withToken(secret), order(nil), frontstream.CodeBadToken},
		"an api key":          {withToken(apiKey), order(nil), frontstream.CodeBadToken},
		"expired by a second": {withToken(r.tokenOfAge(5*time.Hour + time.Second)), order(nil), frontstream.CodeBadToken},
		"bearer instead":      {http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + r.token()}}, order(nil), frontstream.CodeNoToken},
	} {
		a := r.call("POST", "/api/paylink", c.header, c.body)
		if codes, _ := rules(t, a); len(codes) != 1 || codes[0] != c.code {
			t.Errorf("%s: %v, want %d", name, codes, c.code)
		}
		if c.code == frontstream.CodeBadToken && a.body != want.body {
			t.Errorf("%s is told apart from an unknown token: %s", name, a.body)
		}
	}
}

func make10k() []byte {
	b := make([]byte, 10_000)
	for i := range b {
		b[i] = 'x'
	}
	return b
}

// What is another's looks like what does not exist (trust.md H-64).
func TestAnotherMerchantsThingsLookUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t, "sqlite")
	foreign, made := r.other()
	for name, c := range map[string][2]map[string]any{
		"ApiKey":        {{"ApiKey": "key-of-the-other"}, {"ApiKey": "key-of-nobody"}},
		"ProcessorGuid": {{"ProcessorGuid": made.Terminals[0].Foreign}, {"ProcessorGuid": "00000000-0000-4000-8000-000000000001"}},
		"TokenGuid":     {{"TokenGuid": made.Instruments[0].Foreign}, {"TokenGuid": "00000000-0000-4000-8000-000000000001"}},
	} {
		theirs, nobodys := r.post(order(c[0])), r.post(order(c[1]))
		if theirs.status != nobodys.status || theirs.body != nobodys.body || theirs.status == 200 {
			t.Errorf("%s of another: %d %s; of nobody: %d %s", name, theirs.status, theirs.body, nobodys.status, nobodys.body)
		}
	}
	del := func(id string) answer {
		return r.call("DELETE", "/api/paylink?PayLinkId="+id, withToken(r.token()), nil)
	}
	if theirs, nobodys := del(foreign), del("0000000000000000000000"); theirs.body != nobodys.body || theirs.status != 400 {
		t.Errorf("link of another: %d %s; of nobody: %s", theirs.status, theirs.body, nobodys.body)
	}
	// A known token of the same merchant, but at another processor, is told: it is theirs.
	if codes, messages := rules(t, r.post(order(map[string]any{"TokenGuid": guid, "ProcessorGuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3302"}))); codes[0] != frontstream.CodeNotAllowed {
		t.Errorf("a token of another processor: %s", messages)
	}
}
