package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink/client"
)

// server does each key once, as paylink does, and counts what it did.
type server struct {
	mu      sync.Mutex
	done    map[string]string // answers by key
	keys    []string          // of every request, in order
	removed bool
	answers []func(w http.ResponseWriter) bool // tricks before the next answers
	got     []*http.Request
	bodies  []string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	s.got, s.bodies = append(s.got, r), append(s.bodies, string(body))
	key := r.Header.Get("Idempotency-Key")
	s.keys = append(s.keys, key)
	if len(s.answers) > 0 {
		trick := s.answers[0]
		s.answers = s.answers[1:]
		if trick(w) {
			return
		}
	}
	switch {
	case r.Method == http.MethodDelete && s.removed:
		problem(w, 404, "webhook_endpoint_unknown")
	case r.Method == http.MethodDelete:
		s.removed = true
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPost:
		if s.done[key] == "" {
			s.done[key] = `{"id":"plk_` + string(rune('a'+len(s.done))) + `","object":"link"}`
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, s.done[key])
	default:
		_, _ = io.WriteString(w, `{"id":"plk_a","object":"link"}`)
	}
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Request-Id", "req_1")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"type":"/problems/`+code+`","title":"x","status":0,"code":"`+code+`","detail":"it is so","errors":[{"field":"amount","code":"required","message":"say it"}]}`)
}

// lossy loses the requests or the answers of the first so many calls.
type lossy struct {
	requests, answers int
}

var errLost = errors.New("connection reset by the test")

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.requests > 0 {
		l.requests--
		return nil, errLost
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if l.answers > 0 && err == nil {
		l.answers--
		res.Body.Close()
		return nil, errLost
	}
	return res, err
}

func rig(t *testing.T, l *lossy) (*server, *client.Client) {
	t.Helper()
	s := &server{done: map[string]string{}}
	http := httptest.NewServer(s)
	t.Cleanup(http.Close)
	c := client.New(http.URL+"/", "sk_test")
	c.Pause = time.Microsecond
	if l != nil {
		c.HTTP.Transport = l
	}
	return s, c
}

var cake = client.NewLink{Title: "Cake", Amount: "25.00", Currency: "USD"}

func TestALostRequestIsSentAgainAndDoneOnce(t *testing.T) {
	t.Parallel()
	s, c := rig(t, &lossy{requests: 3})
	l, err := c.Links.Make(t.Context(), cake)
	if err != nil || l.ID != "plk_a" || len(s.done) != 1 || len(s.keys) != 1 {
		t.Errorf("%+v %v: %d done by keys %v", l, err, len(s.done), s.keys)
	}
}

func TestALostAnswerIsAskedForAgainAndNothingIsDoneTwice(t *testing.T) {
	t.Parallel()
	s, c := rig(t, &lossy{answers: 3})
	l, err := c.Links.Make(t.Context(), cake)
	if err != nil || l.ID != "plk_a" || len(s.done) != 1 || len(s.keys) != 4 || s.keys[0] == "" || len(slices.Compact(slices.Clone(s.keys))) != 1 {
		t.Errorf("%+v %v: %d done by keys %v", l, err, len(s.done), s.keys)
	}
	if _, err := c.Links.Make(t.Context(), cake); err != nil || len(s.done) != 2 {
		t.Errorf("another call is another link: %d done, %v", len(s.done), err)
	}
}

func TestARemovalWhoseAnswerWasLostHasHappened(t *testing.T) {
	t.Parallel()
	_, c := rig(t, &lossy{answers: 1})
	if err := c.Endpoints.Remove(t.Context(), "whe_1"); err != nil {
		t.Error(err)
	}
	if err := c.Endpoints.Remove(t.Context(), "whe_1"); client.Code(err) != "webhook_endpoint_unknown" {
		t.Errorf("what was not there before: %v", err)
	}
}

func TestWhoeverNeverAnswersIsAskedNoMoreThanTold(t *testing.T) {
	t.Parallel()
	s, c := rig(t, &lossy{requests: 99})
	if _, err := c.Links.Make(t.Context(), cake); !errors.Is(err, errLost) || len(s.keys) != 0 {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Links.Show(ctx, "plk_a"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestLaterIsLaterAndNoIsNo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		code   string
		sent   int
	}{{503, "unavailable", 2}, {500, "internal", 2}, {429, "too_many", 2}, {409, "idempotency_key_in_flight", 2},
		{400, "invalid", 1}, {401, "credential", 1}, {409, "link_closed", 1}, {422, "idempotency_key_reused", 1}, {412, "version_changed", 1}} {
		s, cl := rig(t, nil)
		s.answers = []func(http.ResponseWriter) bool{func(w http.ResponseWriter) bool { problem(w, c.status, c.code); return true }}
		_, err := cl.Links.Make(t.Context(), cake)
		if len(s.keys) != c.sent || (err == nil) != (c.sent == 2) {
			t.Errorf("%s: sent %d times, %v", c.code, len(s.keys), err)
		}
		var said *client.Error
		if err != nil && (!errors.As(err, &said) || said.Status != c.status || said.Code != c.code || said.RequestID != "req_1" || len(said.Faults) != 1 || said.Faults[0].Field != "amount") {
			t.Errorf("%s: %+v", c.code, err)
		}
	}
	// What is no problem document still is an error, and one that breaks off is asked again.
	s, cl := rig(t, nil)
	s.answers = []func(http.ResponseWriter) bool{func(w http.ResponseWriter) bool { http.Error(w, "<html>", http.StatusBadGateway); return true },
		func(w http.ResponseWriter) bool {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":`)
			return true
		},
		func(w http.ResponseWriter) bool { http.Error(w, "no", http.StatusForbidden); return true }}
	if _, err := cl.Links.Make(t.Context(), cake); client.Code(err) != "forbidden" || len(s.keys) != 3 {
		t.Errorf("sent %d times, %v", len(s.keys), err)
	}
}

func TestTheCallersKeyVersionAndDryRunAreSent(t *testing.T) {
	t.Parallel()
	s, c := rig(t, nil)
	if _, err := c.Links.Make(client.WithKey(t.Context(), "order-42"), cake); err != nil || s.keys[0] != "order-42" {
		t.Errorf("%v %v", s.keys, err)
	}
	if _, err := c.Links.Update(t.Context(), "plk_/x", client.LinkChange{Title: new("B"), IfVersion: 3, Unset: []string{"expires_at"}}); err != nil {
		t.Error(err)
	}
	if r := s.got[1]; r.Header.Get("If-Match") != `"3"` || r.URL.EscapedPath() != "/api/v1/links/plk_%2Fx" || s.bodies[1] != `{"expires_at":null,"title":"B"}` ||
		r.Header.Get("Authorization") != "Bearer sk_test" {
		t.Errorf("%v %s", r.Header, s.bodies[1])
	}
	if _, err := c.Links.Rehearse(t.Context(), cake); err != nil || s.got[2].URL.RawQuery != "dry_run=true" || s.keys[2] != "" {
		t.Errorf("%v %v", s.got[2].URL, err)
	}
}

// pages serves a list of n events by key, as paylink does.
func pages(n, refused *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if refused.Load() > 0 {
			refused.Add(-1)
			problem(w, 400, "invalid")
			return
		}
		q := r.URL.Query()
		limit := 100
		_ = json.Unmarshal([]byte(q.Get("limit")), &limit)
		limit = min(limit, 3)
		var all []string
		for i := n.Load(); i > 0; i-- {
			id := "evt_" + string(rune('a'+i))
			if (q.Get("before") == "" || id < q.Get("before")) && id > q.Get("after") {
				all = append(all, id)
			}
		}
		more := len(all) > limit
		switch {
		case more && q.Get("after") != "":
			all = all[len(all)-limit:]
		case more:
			all = all[:limit]
		}
		var data []string
		for _, id := range all {
			at := time.Date(2026, 1, 1, 0, 0, int(id[4])*5, 0, time.UTC)
			data = append(data, `{"id":"`+id+`","created_at":"`+at.Format(time.RFC3339)+`","type":"x","data":{}}`)
		}
		_, _ = io.WriteString(w, `{"object":"list","data":[`+strings.Join(data, ",")+`],"has_more":`+map[bool]string{true: "true", false: "false"}[more]+`}`)
	}
}

func TestAListIsWalkedToItsEnd(t *testing.T) {
	t.Parallel()
	var n, refused atomic.Int64
	n.Store(8)
	s := httptest.NewServer(pages(&n, &refused))
	defer s.Close()
	c := client.New(s.URL, "sk_test")
	var got []string
	for e, err := range c.Events.List(t.Context(), client.EventFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.ID[4:])
	}
	if strings.Join(got, "") != "ihgfedcb" {
		t.Errorf("%v", got)
	}
	refused.Store(1)
	for _, err := range c.Events.List(t.Context(), client.EventFilter{}) {
		if client.Code(err) != "invalid" {
			t.Errorf("an error in the walk: %v", err)
		}
	}
}

func TestFollowingGivesEachEventOnceAsItHappens(t *testing.T) {
	t.Parallel()
	var n, refused atomic.Int64
	n.Store(4)
	s := httptest.NewServer(pages(&n, &refused))
	defer s.Close()
	c := client.New(s.URL, "sk_test")
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	follow := func(after string, until int) (got string) {
		for e, err := range c.Events.Follow(ctx, client.EventFilter{}, after, time.Microsecond) {
			if err != nil {
				t.Fatal(err)
			}
			got += e.ID[4:]
			if n.Load() < 12 {
				n.Add(3) // more than a page, while it is followed
			}
			if len(got) == until {
				break
			}
		}
		return got
	}
	if got := follow("evt_c", 11); got != "defghijklmn" {
		t.Errorf("from the third: %s", got)
	}
	n.Store(0)
	done := make(chan string)
	go func() { done <- follow("evt_", 1) }()
	n.Store(1)
	if got := <-done; got != "b" {
		t.Errorf("from the very first: %s", got)
	}
	refused.Store(1)
	for _, err := range c.Events.Follow(ctx, client.EventFilter{}, "", time.Microsecond) {
		if client.Code(err) != "invalid" {
			t.Errorf("refused: %v", err)
		}
	}
}
