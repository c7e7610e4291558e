package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestALoadMakesEachCallOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var made []int
	var now, most atomic.Int64
	r, err := load(4, 100, func(n int) error {
		at := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); at > old && !most.CompareAndSwap(old, at); old = most.Load() {
		}
		time.Sleep(time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		made = append(made, n)
		return nil
	})
	slices.Sort(made)
	if err != nil || len(made) != 100 || made[0] != 0 || made[99] != 99 || len(slices.Compact(made)) != 100 {
		t.Errorf("the calls made: %v (%v)", made, err)
	}
	if most.Load() != 4 {
		t.Errorf("%d callers at once, want 4", most.Load())
	}
	if len(r.times) != 100 || r.median() < time.Millisecond || r.slowest1() < r.median() || r.took < 25*time.Millisecond {
		t.Errorf("measured %+v", r)
	}
	if both := r.and(r); len(both.times) != 200 || both.median() != r.median() || both.took != 2*r.took {
		t.Errorf("twice is %+v", both)
	}
}

func TestAFailedCallEndsTheLoad(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	_, err := load(2, 1000, func(n int) error {
		if calls.Add(1) >= 5 {
			return errors.New("refused")
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "refused") || calls.Load() > 7 {
		t.Errorf("after %d calls: %v", calls.Load(), err)
	}
}

func TestTheTableSaysRatioGoalAndWhetherItIsMet(t *testing.T) {
	t.Parallel()
	ours := result{time.Second, slices.Repeat([]time.Duration{2 * time.Millisecond}, 500)}
	bare := result{2 * time.Second, slices.Repeat([]time.Duration{time.Millisecond}, 2000)}
	var out strings.Builder
	if err := write(&out, []row{compared("make", ours, bare, 0.5), compared("read", ours, bare, 0.6)}); err != nil {
		t.Fatal(err)
	}
	for _, cell := range []string{"500/s, p50 2ms, p99 2ms", "1000/s, p50 1ms, p99 1ms", "0.50", "≥ 0.60"} {
		if !strings.Contains(out.String(), cell) {
			t.Errorf("the table lacks %q:\n%s", cell, out.String())
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || !strings.HasSuffix(lines[2], "| yes |") || !strings.HasSuffix(lines[3], "| no  |") {
		t.Errorf("the table:\n%s", out.String())
	}
}

const schema = `CREATE TABLE link (id TEXT PRIMARY KEY CHECK (length(id) = 24 AND id LIKE 'lnk_%'), number INTEGER UNIQUE, price INTEGER NOT NULL, foreign_text TEXT) STRICT;
	CREATE INDEX link_price ON link (price);
	CREATE TABLE event (id BLOB NOT NULL, link TEXT NOT NULL REFERENCES link, PRIMARY KEY (id)) WITHOUT ROWID`

func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+pragmas)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// An id that begins with the time finds its place at the end of an index, a token
// anywhere.
func TestASampleTellsOrderedKeysFromRandomOnes(t *testing.T) {
	t.Parallel()
	row := func(id, token string) *sample {
		return &sample{Rows: []writtenRow{{Table: "link", Values: []value{{Text: &id}, {Text: &token}, {}, {Text: &token}},
			Unique: []bool{true, true, true, false}}}}
	}
	s := row("lnk_06gzsb6s2m001787hh3g", "TSolz3SzqI7bWIY3cZHEGZ")
	s.tellRandom(row("lnk_06gzsb6s2n0044xa0k0s", "Bn8yRQlVHcR9qcUjXBF5jc"))
	if got := s.Rows[0].Random; !slices.Equal(got, []bool{false, true, false, false}) {
		t.Errorf("random: %v", got)
	}
	one, two := s.Rows[0].args(), s.Rows[0].args()
	if one[0].(string) >= two[0].(string) || one[1] == two[1] || len(one[1].(string)) != 22 || one[3] != two[3] {
		t.Errorf("copies: %v and %v", one, two)
	}
}

func TestTheBareProgramWritesWhatWasSampled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, filepath.Join(dir, "store.db"))
	execute(t, store, schema)
	execute(t, store, `INSERT INTO link VALUES ('lnk_00000000000000000000', 1, 5, 'before')`)
	execute(t, open(t, filepath.Join(dir, "book.db")), `CREATE TABLE charge (id TEXT)`)
	s, err := sampleSQLite(dir, func() error {
		execute(t, store, `INSERT INTO link VALUES ('lnk_0123456789abcdefABCD', 2, 2500, 'it''s here')`)
		execute(t, store, `INSERT INTO event VALUES (x'00112233445566778899aabbccddeeff', 'lnk_0123456789abcdefABCD')`)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Rows) != 2 || len(s.Schema) != 3 {
		t.Fatalf("sampled %d rows and %d statements: %+v", len(s.Rows), len(s.Schema), s)
	}
	s.tellRandom(s)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "sample.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	bareDir := t.TempDir()
	w, err := newWriter(file, bareDir)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	c := newClient(8)
	if _, err := load(8, 200, func(int) error { _, err := c.link(ready{BaseURL: server.URL}, "t"); return err }); err != nil {
		t.Fatal(err)
	}
	var got string
	err = open(t, filepath.Join(bareDir, "bare.db")).QueryRow(`SELECT
		(SELECT count(DISTINCT id) || ' ' || count(DISTINCT number) || ' ' || min(price) || ' ' || max(foreign_text) FROM link) || ' ' ||
		(SELECT count(*) || ' ' || min(length(id)) FROM event)`).Scan(&got)
	if want := "200 200 2500 it's here 200 16"; err != nil || got != want {
		t.Errorf("the bare program wrote %q (%v), want %q", got, err, want)
	}
}

func TestAPayerSendsTheFormBackAndFollowsToTheMerchant(t *testing.T) {
	t.Parallel()
	var server *httptest.Server
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pay/x", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<form><input type="hidden" name="attempt" value="a&amp;1"/><input value="" name="gateway_token" type="hidden">
			<input type="radio" name="method" value="card" checked><input type="radio" name="method" value="bank"><input type="checkbox" name="save" value="1">
			<input name="city" value=""><textarea id="f-street" name="street" required></textarea><select name="country"><option value=CA><option value="DE" selected>Germany</select><select name="state" required></select></form>`)
	})
	mux.HandleFunc("POST /v1/tokens", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"token":"tok_1"}`) })
	mux.HandleFunc("POST /pay/x", func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		if got := r.PostForm.Encode(); got != "attempt=a%261&city=Seattle&country=DE&gateway_token=tok_1&method=card&state=WA&street=410+Terry+Avenue+North" {
			t.Errorf("the form sent back is %s", got)
		}
		http.Redirect(w, r, "/pay/x/1", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /pay/x/1", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://merchant.example/thanks?responseToken=1", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /pay/declined", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "declined") })
	server = httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p := ready{BaseURL: server.URL, GatewayURL: server.URL}
	c := newClient(1)
	if err := c.pay(p, server.URL+"/pay/x"); err != nil {
		t.Error(err)
	}
	if err := c.settled(p, "/pay/declined"); err == nil {
		t.Error("a payer who stays on our page counts as paid")
	}
}
