package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"paylink"
	"paylink/gateway/sandbox/bank"
)

// again does what merchants and payers do who got no answer: the same once more.
// What was acknowledged before must be answered as before.
func (tr *traffic) again(i int) {
	tr.each(len(tr.links), func(n int) {
		if !tr.sell(i, tr.links[n]) {
			tr.e.t.Errorf("the link %s was not answered after the restart", tr.links[n].key)
		}
	})
	tr.each(len(tr.presses), func(n int) {
		p := tr.presses[n]
		ok := true
		switch {
		case p.gone:
		case p.told:
			ok = tr.watch(i, p)
		default:
			_, ok = tr.press(i, p)
		}
		if !ok {
			tr.e.t.Errorf("a payer of link %s was not answered after the restart", p.link.id)
		}
	})
}

// each does something for 0 to n-1, eight at a time.
func (tr *traffic) each(n int, f func(int)) {
	var wg sync.WaitGroup
	hands := make(chan struct{}, 8)
	for i := range n {
		hands <- struct{}{}
		wg.Go(func() {
			defer func() { <-hands }()
			f(i)
		})
	}
	wg.Wait()
}

// figures of a run.
type figures struct {
	Links, Presses, Surely, Charges, Captured int
}

// judge compares the history, the store and the bank's book when all is quiet:
// every acknowledged request is there (I-23), nothing is there that nobody asked for
// (I-24), the two books agree charge by charge (I-02, I-03), and the merchant heard
// of every payment (I-29).
func (tr *traffic) judge(i int) figures {
	t := tr.e.t
	f := figures{Links: len(tr.links), Presses: len(tr.presses), Surely: tr.surely}
	links, payments := map[string]paylink.Link{}, map[string]paylink.Payment{}
	tr.e.read(func(l paylink.Ledgers) error {
		if err := l.EachLink(func(one paylink.Link) error { links[one.ID] = one; return nil }); err != nil {
			return err
		}
		return l.EachPayment(func(p paylink.Payment, _ []paylink.Step, _ []paylink.Entry) error { payments[p.ID] = p; return nil })
	})
	ordered := map[string]bool{}
	for _, l := range tr.links {
		ordered[l.id] = true
		have, ok := links[l.id]
		if !ok {
			t.Errorf("the link %s was acknowledged and is not there", l.id)
		}
		if l.closed && have.State != paylink.LinkClosed {
			t.Errorf("the closing of link %s was acknowledged, and it is %s", l.id, have.State)
		}
		var view paylink.LinkView
		status, answer, err := tr.e.api(i, http.MethodGet, "/links/"+l.id, "", nil)
		if err != nil || status != http.StatusOK || json.Unmarshal(answer, &view) != nil || view.URL != l.url {
			t.Errorf("the link %s was read as %d %s %v, want the URL %s", l.id, status, answer, err, l.url)
		}
	}
	for id, l := range links {
		// The demo has a link of its own.
		if !ordered[id] && strings.HasPrefix(l.Page.Title, "Order ") {
			t.Errorf("the link %s (%s) was made for nobody", id, l.Page.Title)
		}
	}
	tr.judgePresses(payments)
	f.Charges, f.Captured = tr.judgeBooks(payments)
	tr.judgeHooks(payments)
	return f
}

// judgePresses compares what payers were told with the store's payments.
func (tr *traffic) judgePresses(payments map[string]paylink.Payment) {
	t := tr.e.t
	byAttempt := map[string]paylink.Payment{}
	for _, p := range payments {
		byAttempt[p.Attempt] = p
	}
	pressed := map[string]bool{}
	for _, p := range tr.presses {
		attempt := p.form.Get("attempt")
		pressed[attempt] = true
		have, ok := byAttempt[attempt]
		switch {
		case p.told && !ok:
			t.Errorf("an attempt at link %s was acknowledged and is not there", p.link.id)
		case p.paid != "" && (have.ID != p.paid || !have.State.Paid()):
			t.Errorf("the receipt %s was shown, and the payment is %s %s", p.paid, have.ID, have.State)
		}
	}
	for attempt, p := range byAttempt {
		if !pressed[attempt] {
			t.Errorf("payment %s was made by nobody's press", p.ID)
		}
	}
}

// judgeBooks compares the bank's book with ours, both ways.
func (tr *traffic) judgeBooks(payments map[string]paylink.Payment) (charges, captured int) {
	t := tr.e.t
	taken := map[string]int64{}
	for _, c := range tr.e.book() {
		charges++
		p, ours := payments[c.Key]
		if !ours {
			t.Errorf("the bank has a charge %s that we do not know", c.Key)
		}
		took := c.State == bank.Captured || c.State == bank.Pending || c.State == bank.Settled
		if !took {
			continue
		}
		captured++
		if _, twice := taken[c.Key]; twice {
			t.Errorf("the bank took money twice for %s", c.Key)
		}
		taken[c.Key] = c.Amount
		if !p.State.Uses() || p.Captured != c.Amount || p.Amount.Currency != paylink.Currency(c.Currency) {
			t.Errorf("the bank took %d %s for %s, which is %s with %d %s in our book", c.Amount, c.Currency, c.Key, p.State, p.Captured, p.Amount.Currency)
		}
	}
	for id, p := range payments {
		if _, ok := taken[id]; p.State.Uses() && !ok {
			t.Errorf("payment %s is %s in our book, and the bank took nothing", id, p.State)
		}
	}
	return charges, captured
}

// judgeHooks wants the merchant to have heard of every payment that took money.
func (tr *traffic) judgeHooks(payments map[string]paylink.Payment) {
	heard := map[string]bool{}
	for _, h := range tr.e.shop.Hooks() {
		var e struct {
			Type string `json:"type"`
			Data struct {
				ID string `json:"id"`
			} `json:"data"`
		}
		if err := json.Unmarshal(h.Body, &e); err != nil {
			tr.e.t.Errorf("a webhook can't be read: %v", err)
		}
		heard[e.Type+" "+e.Data.ID] = true
	}
	for id, p := range payments {
		event := map[paylink.PaymentState]string{paylink.Captured: paylink.EventPaymentSucceeded, paylink.CapturedLate: paylink.EventPaymentSucceeded,
			paylink.Pending: paylink.EventPaymentPending, paylink.Declined: paylink.EventPaymentDeclined}[p.State]
		if event != "" && !heard[event+" "+id] {
			tr.e.t.Errorf("the merchant never heard %s of %s", event, id)
		}
	}
}
