package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/gateway/sandbox/bank"
	"paylink/internal/pgtest"
)

// twoNodes is two processes of paylink on one PostgreSQL database, and a bank. Every
// callback of the bank reaches both nodes in the same moment (trust.md F-13).
func twoNodes(t testing.TB) *estate {
	t.Helper()
	e := newEstate(t, onPostgres, 2)
	first, err := url.Parse(e.nodes[0].url)
	if err != nil {
		t.Fatal(err)
	}
	pages := httputil.NewSingleHostReverseProxy(first)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/callbacks/sandbox" {
			e.toBoth(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	e.front = front.URL
	e.start(0, "")
	e.start(1, "")
	e.listen()
	return e
}

// toBoth hands one callback to all nodes at once, and is content if all are.
func (e *estate) toBoth(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	status := make([]int, len(e.nodes))
	var wg sync.WaitGroup
	for i, n := range e.nodes {
		wg.Go(func() {
			req, err := http.NewRequest(http.MethodPost, n.url+r.URL.Path, bytes.NewReader(body))
			if err != nil {
				return
			}
			req.Header = r.Header.Clone()
			res, err := e.client.Do(req)
			if err != nil {
				return
			}
			res.Body.Close()
			status[i] = res.StatusCode
		})
	}
	wg.Wait()
	for _, s := range status {
		if s != http.StatusOK {
			http.Error(w, fmt.Sprint(status), http.StatusServiceUnavailable)
			return
		}
	}
}

func rounds(short, full int) int {
	if proveFull() {
		return full
	}
	return short
}

// makeLink makes a link that may be paid so many times.
func (tr *traffic) makeLink(key string, uses int) *soldLink {
	l := &soldLink{key: key, order: map[string]any{"title": "Order " + key, "max_uses": uses,
		"amount": map[string]any{"minor": 4200, "currency": "USD"}}}
	tr.links = append(tr.links, l)
	if !tr.sell(0, l) {
		tr.e.t.Fatalf("the link %s was not made", key)
	}
	return l
}

// queue opens a link for so many payers, at all nodes in turn; each holds a form.
func (tr *traffic) queue(l *soldLink, payers int, token string) []*press {
	out := make([]*press, payers)
	tr.each(payers, func(n int) {
		if attempt, ok := tr.open(n%len(tr.e.nodes), l); ok && attempt != "" {
			out[n] = &press{link: l, method: "card", form: form(attempt, token, "card")}
		}
	})
	for _, p := range out {
		if p == nil {
			tr.e.t.Fatalf("the page of link %s showed no form", l.id)
		}
	}
	tr.presses = append(tr.presses, out...)
	return out
}

// all presses at the same moment, at all nodes in turn, and counts who was let through.
func (tr *traffic) all(presses []*press) (through int) {
	var ready, wg sync.WaitGroup
	start := make(chan struct{})
	for n, p := range presses {
		ready.Add(1)
		wg.Go(func() {
			ready.Done()
			<-start
			if _, ok := tr.press(n%len(tr.e.nodes), p); !ok {
				tr.e.t.Errorf("a payer had no answer")
			}
		})
	}
	ready.Wait()
	close(start)
	wg.Wait()
	for _, p := range presses {
		if p.told {
			through++
		}
	}
	return through
}

// tally counts what the bank took and what our book counts, by link.
func (e *estate) tally() (taken map[string]int, links map[string]paylink.Link, payments map[string][]paylink.Payment) {
	e.t.Helper()
	linkOf, taken := map[string]string{}, map[string]int{}
	links, payments = map[string]paylink.Link{}, map[string][]paylink.Payment{}
	e.read(func(l paylink.Ledgers) error {
		if err := l.EachLink(func(one paylink.Link) error { links[one.ID] = one; return nil }); err != nil {
			return err
		}
		return l.EachPayment(func(p paylink.Payment, _ []paylink.Step, _ []paylink.Entry) error {
			linkOf[p.ID] = p.LinkID
			payments[p.LinkID] = append(payments[p.LinkID], p)
			return nil
		})
	})
	for _, c := range e.book() {
		if c.State == bank.Captured {
			taken[linkOf[c.Key]]++
		}
		if c.Attempts != 1 {
			e.t.Errorf("the bank was asked %d times for %s", c.Attempts, c.Key)
		}
	}
	return taken, links, payments
}

// TestProveTwoNodesRaceForTheLastSlot is trust.md F-25: 200 payers press at the same
// moment, on two nodes, at a link that may be paid once, and at one that may be paid
// a hundred times.
func TestProveTwoNodesRaceForTheLastSlot(t *testing.T) {
	t.Parallel()
	e := twoNodes(t)
	tr := &traffic{e: e}
	const payers = 200
	count, start := rounds(3, 50), time.Now()
	want := map[*soldLink]int{}
	for round := range count {
		for _, uses := range []int{1, 100} {
			l := tr.makeLink(fmt.Sprintf("last-%d-%d", round, uses), uses)
			want[l] = uses
			if through := tr.all(tr.queue(l, payers, "tok_test_visa")); through != uses {
				t.Errorf("round %d: %d of %d payers were let through to a link that may be paid %d times", round, through, payers, uses)
			}
		}
	}
	e.settle()
	taken, links, _ := e.tally()
	for l, uses := range want {
		if got := links[l.id]; taken[l.id] != uses || got.Succeeded != uses || got.Reserved != 0 {
			t.Errorf("%s: the bank took %d payments, our book counts %d and %d held, want %d", l.key, taken[l.id], got.Succeeded, got.Reserved, uses)
		}
	}
	tr.judge(0)
	e.check()
	t.Logf("%d rounds in %s: %d payers at each of %d links on two nodes, no link paid more often than it may, none less",
		count, time.Since(start).Round(time.Second), payers, len(want))
}

// TestProveTwoNodesTakeOneAttemptOnce submits one form to both nodes at once, several
// times: one payment, asked for once at the bank.
func TestProveTwoNodesTakeOneAttemptOnce(t *testing.T) {
	t.Parallel()
	e := twoNodes(t)
	tr := &traffic{e: e}
	count := rounds(5, 50)
	for round := range count {
		l := tr.makeLink(fmt.Sprintf("twin-%d", round), 3)
		p := tr.queue(l, 1, "tok_test_visa")[0]
		twins := []*press{p}
		for range 5 {
			twins = append(twins, &press{link: l, method: p.method, form: p.form})
		}
		if through := tr.all(twins); through != len(twins) {
			t.Errorf("round %d: %d of %d presses of one form were led to their payment", round, through, len(twins))
		}
	}
	e.settle()
	taken, _, payments := e.tally()
	for _, l := range tr.links {
		if taken[l.id] != 1 || len(payments[l.id]) != 1 {
			t.Errorf("%s: one form pressed six times made %d payments, the bank took %d", l.key, len(payments[l.id]), taken[l.id])
		}
	}
	tr.judge(0)
	e.check()
	t.Logf("%d forms, each pressed six times at once on two nodes: one payment each", count)
}

// TestProveTwoNodesCloseAgainstPay is trust.md F-26: a link is closed on one node
// while payers press on both. Nothing is reserved after the close (I-36).
func TestProveTwoNodesCloseAgainstPay(t *testing.T) {
	t.Parallel()
	e := twoNodes(t)
	tr := &traffic{e: e}
	count, through := rounds(8, 50), 0
	for round := range count {
		l := tr.makeLink(fmt.Sprintf("close-%d", round), 100)
		presses := tr.queue(l, 12, "tok_test_visa")
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(time.Duration(round%8) * 5 * time.Millisecond) // the two meet at another moment in each round
			if !tr.close(1, l) {
				t.Errorf("round %d: the close was not answered", round)
			}
		})
		through += tr.all(presses)
		wg.Wait()
	}
	e.settle()
	taken, links, payments := e.tally()
	for _, l := range tr.links {
		for _, p := range payments[l.id] {
			if !p.CreatedAt.Before(links[l.id].ClosedAt) {
				t.Errorf("payment %s was reserved %s after its link was closed", p.ID, p.CreatedAt.Sub(links[l.id].ClosedAt))
			}
		}
		if taken[l.id] != links[l.id].Succeeded {
			t.Errorf("%s: the bank took %d, our book counts %d", l.key, taken[l.id], links[l.id].Succeeded)
		}
	}
	tr.judge(0)
	e.check()
	t.Logf("%d closes against 12 payers each: %d payers were first, %d came too late", count, through, count*12-through)
}

// TestProveTwoNodesTakeACallbackOnce is trust.md F-13: each callback of the bank,
// also those that come twice, early or in a wrong order, reaches both nodes in the
// same moment, while the answer and the resolver settle, too. One event each.
func TestProveTwoNodesTakeACallbackOnce(t *testing.T) {
	t.Parallel()
	e := twoNodes(t)
	tr := &traffic{e: e, mix: usualTokens, seed: 13}
	until := time.Now().Add(time.Duration(rounds(5, 60)) * time.Second)
	tr.run(8, func() bool { return time.Now().After(until) })
	e.settle()
	f := tr.judge(0)
	told := map[string]string{}
	e.read(func(l paylink.Ledgers) error {
		return l.EachEvent(func(ev paylink.Event) error {
			about := fmt.Sprintf("%s %s %d", ev.Type, ev.ObjectID, ev.Version)
			if had, twice := told[about]; twice {
				t.Errorf("the merchant is told twice of %s: %s and %s", about, had, ev.ID)
			}
			told[about] = ev.ID
			return nil
		})
	})
	e.check()
	t.Logf("%d charges whose callbacks reached two nodes at once: %d took money, %d events, none twice", f.Charges, f.Captured, len(told))
}

// TestProveStopUnderLoadLosesNoAnswer is trust.md F-48: what was done before a
// SIGTERM ended the program was answered, and what was answered is there.
func TestProveStopUnderLoadLosesNoAnswer(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{onSQLite, onPostgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			for round := range rounds(1, 10) {
				e := newEstate(t, engine, 1)
				e.start(0, "")
				e.listen()
				tr := &traffic{e: e, mix: append([]string{"tok_test_slow"}, usualTokens...), seed: uint64(round + 1)}
				at := time.Now().Add(time.Duration(1500+300*round) * time.Millisecond)
				time.AfterFunc(time.Until(at), e.nodes[0].terminate)
				// A little longer: requests come in while it stops, too.
				tr.run(8, func() bool { return time.Since(at) > 200*time.Millisecond })
				e.nodes[0].stopped(25 * time.Second)
				tr.judgeUnanswered()
				f := recovered(tr)
				t.Logf("stopped amid %d links and %d presses: all that was done was answered, %d acknowledged requests all present", f.Links, f.Presses, f.Surely)
			}
		})
	}
}

// judgeUnanswered wants nothing in the store that was done without an answer.
func (tr *traffic) judgeUnanswered() {
	made, attempts := map[string]bool{}, map[string]bool{}
	tr.e.read(func(l paylink.Ledgers) error {
		if err := l.EachLink(func(one paylink.Link) error { made[one.Page.Title] = true; return nil }); err != nil {
			return err
		}
		return l.EachPayment(func(p paylink.Payment, _ []paylink.Step, _ []paylink.Entry) error {
			attempts[p.Attempt] = true
			return nil
		})
	})
	for _, l := range tr.links {
		if l.answer == nil && made["Order "+l.key] {
			tr.e.t.Errorf("the link %s was made, and its maker had no answer", l.key)
		}
	}
	for _, p := range tr.presses {
		if !p.told && !p.gone && attempts[p.form.Get("attempt")] {
			tr.e.t.Errorf("a payment of link %s was taken, and its payer had no answer", p.link.id)
		}
	}
}

// TestProveDatabaseCrashUnderLoad is trust.md F-23 without a replica: PostgreSQL is
// killed under load and comes back; two nodes go on by themselves.
func TestProveDatabaseCrashUnderLoad(t *testing.T) {
	t.Parallel()
	server := pgtest.Private(t)
	e := newEstateOn(t, server.DSN("postgres"), 2)
	e.start(0, "")
	e.start(1, "")
	e.listen()
	tr := &traffic{e: e, mix: usualTokens, seed: 23, outage: true}
	crashes, over := rounds(1, 10), make(chan struct{})
	go func() {
		defer close(over)
		for range crashes {
			time.Sleep(3 * time.Second)
			if err := server.Crash(); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
			if err := server.Restart(); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(2 * time.Second)
	}()
	tr.run(8, func() bool {
		select {
		case <-over:
			return true
		default:
			return false
		}
	})
	for _, n := range e.nodes {
		n.kill()
	}
	e.advance(10 * time.Minute)
	e.start(1, "")
	f := recovered(tr)
	t.Logf("%d crashes of the database: %d acknowledged requests all present, %d charges, %d took money", crashes, f.Surely, f.Charges, f.Captured)
}
