package till_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

func TestALetterIsSentOnceAndNeverLost(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		_, link := r.issue(nil)
		s := r.must(link, "ada@example.com", "busy@example.com", "cut@example.com", "lost@example.com", "refused@example.com")
		r.send()
		for range 3 {
			r.later(time.Hour)
		}
		times, ids := map[string]int{}, map[string]string{}
		for _, l := range r.arrived() {
			times[l[1]]++
			if had, ok := ids[l[1]]; ok && had != l[2] {
				t.Errorf("%s got %s and %s: nothing tells the receiver that they are one letter", l[1], had, l[2])
			}
			ids[l[1]] = l[2]
		}
		for to, want := range map[string]int{"ada@example.com": 1, "busy@example.com": 1, "cut@example.com": 1,
			"lost@example.com":    2, // nobody can know that the first had been taken
			"refused@example.com": 0} {
			if times[to] != want {
				t.Errorf("%s got %d letters, want %d", to, times[to], want)
			}
		}
		for _, m := range r.mails(paylink.MailFilter{ShareID: s.ID}) {
			want, tries := paylink.MailSent, 2
			switch m.To {
			case "ada@example.com":
				tries = 1
			case "refused@example.com":
				want, tries = paylink.MailFailed, 1
				if !strings.Contains(m.LastError, "550") {
					t.Errorf("the history does not say why: %q", m.LastError)
				}
			}
			if m.State != want || m.Tries != tries || !m.NextAt.IsZero() || m.DoneAt.IsZero() {
				t.Errorf("%s: %+v", m.To, m)
			}
		}
	})
}

func TestAMailServerThatIsAwayIsWaitedForForDays(t *testing.T) {
	t.Parallel()
	r := newMailRig(t)
	_, link := r.issue(nil)
	address := r.drop.Addr()
	if err := r.drop.Close(); err != nil {
		t.Fatal(err)
	}
	first := r.must(link, "ada@example.com")
	r.send()
	for range 3 {
		r.later(24 * time.Hour)
	}
	if m := r.mails(paylink.MailFilter{ShareID: first.ID})[0]; m.State != paylink.MailWaiting || m.Tries != 4 || m.LastError == "" {
		t.Fatalf("after three days: %+v", m)
	}
	r.open(address)
	r.later(24 * time.Hour)
	if got := r.arrived(); len(got) != 1 || got[0][1] != "ada@example.com" {
		t.Fatalf("once it is there again: %v", got)
	}
	if err := r.drop.Close(); err != nil {
		t.Fatal(err)
	}
	second := r.must(link, "tom@example.com")
	r.send()
	for range 13 {
		r.later(27 * time.Hour)
	}
	if m := r.mails(paylink.MailFilter{ShareID: second.ID})[0]; m.State != paylink.MailFailed || m.Tries != 13 || m.LastError == "" {
		t.Errorf("after all tries: %+v", m)
	}
}

func TestARestartSendsWhatWasCommitted(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		_, link := r.issue(nil)
		r.must(link, "ada@example.com")
		// A node claimed the letter and died before, or after, it was sent: nobody can tell.
		if err := r.db.Update(t.Context(), func(tx paylink.Tx) error {
			due, err := tx.DueMails(10, 2*time.Minute)
			if len(due) != 1 {
				t.Errorf("%d letters were due", len(due))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		next := *r.Till
		r.Till = &next
		r.send()
		if got := r.arrived(); len(got) != 0 {
			t.Errorf("while the first node may still send it: %v", got)
		}
		r.later(3 * time.Minute)
		if got := r.arrived(); len(got) != 1 {
			t.Errorf("after its lease: %v", got)
		}
	})
}

func TestTwoNodesSendEachLetterOnce(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		_, link := r.issue(nil)
		r.Post.Limits = till.MailLimits{Merchant: []till.MailLimit{{Letters: 1000, In: time.Hour}}}
		for range 12 {
			r.must(link, "ada@example.com", "tom@example.com")
		}
		other := *r.Till
		var all sync.WaitGroup
		for _, node := range []*till.Till{r.Till, &other, r.Till, &other} {
			all.Go(func() {
				for empty := 0; empty < 3; {
					n, err := node.Mail(context.Background(), 3)
					if err != nil {
						t.Error(err)
						return
					}
					if n == 0 {
						empty++
					}
				}
			})
		}
		all.Wait()
		seen := map[string]int{}
		for _, l := range r.arrived() {
			seen[l[2]]++
		}
		if len(seen) != 24 {
			t.Errorf("%d of 24 letters arrived", len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s arrived %d times", id, n)
			}
		}
	})
}

func TestALetterThatIsNoLongerTrueIsNotSent(t *testing.T) {
	t.Parallel()
	r := newMailRig(t)
	address, paid := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	_, closed := r.issue(nil)
	_, expired := r.issue(func(l *paylink.Link) { l.ExpiresAt = time.Now().Add(time.Hour) })
	held, inUse := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	d := r.owe("INV-7")
	_, owed := r.issueFor(d)
	elsewhere, other := r.issueFor(d)
	_, paused := r.issue(nil)
	pause := func(is bool) {
		t.Helper()
		_, _, err := r.Amend(t.Context(), till.Amendment{LinkID: paused, MerchantID: r.merchant.ID,
			Edit: func(l *paylink.Link, _ paylink.Standing) error { l.Paused = is; return nil }})
		if err != nil {
			t.Fatal(err)
		}
	}
	shares := map[string]paylink.Share{}
	for _, id := range []string{paid, closed, expired, inUse, owed, paused} {
		shares[id] = r.must(id, "ada@example.com")
	}
	r.pay(r.order(address, paid, "good"))
	r.pay(r.order(elsewhere, other, "good"))
	pause(true)
	if _, _, err := r.Close(t.Context(), till.Closing{LinkID: closed, MerchantID: r.merchant.ID}); err != nil {
		t.Fatal(err)
	}
	p := r.pay(r.order(held, inUse, "action"))
	r.later(2 * time.Hour)
	if got := r.arrived(); len(got) != 0 {
		t.Fatalf("sent: %v", got)
	}
	for id, why := range map[string]string{paid: "used_up", closed: "closed", expired: "expired", owed: "settled"} {
		m := r.mails(paylink.MailFilter{ShareID: shares[id].ID})[0]
		v := shares[id].View([]paylink.Mail{m})
		if m.State != paylink.MailCancelled || m.Tries != 0 || !strings.Contains(v.Recipients[0].Reason, why) {
			t.Errorf("%s: %+v", why, m)
		}
	}
	for what, id := range map[string]string{"while somebody is paying": inUse, "while it is paused": paused} {
		if m := r.mails(paylink.MailFilter{ShareID: shares[id].ID})[0]; m.State != paylink.MailWaiting || m.Tries != 0 {
			t.Errorf("%s: %+v", what, m)
		}
	}
	if _, err := r.share(paused, "ada@example.com"); paylink.CodeOf(err) != "link_paused" {
		t.Errorf("a paused link was shared: %v", err)
	}
	pause(false)
	if _, err := r.Settle(t.Context(), p.ID, till.Evidence{Kind: paylink.EvidenceQuery, Outcome: r.gateway.says(p, paylink.OutcomeDeclined)}); err != nil {
		t.Fatal(err)
	}
	r.later(time.Hour)
	if got := r.arrived(); len(got) != 2 {
		t.Errorf("once they can be paid again: %v", got)
	}
}

func TestAPayerGetsOneReceiptOfWhatIsTrue(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		pay := func(token, email string, hold bool) paylink.Payment {
			t.Helper()
			address, link := r.issue(func(l *paylink.Link) { l.Hold = hold })
			o := r.order(address, link, token)
			o.Payer, o.Language = paylink.Payer{FirstName: "Ada", Email: email}, "fr"
			return r.pay(o)
		}
		receipts := func(p paylink.Payment) []paylink.Mail {
			t.Helper()
			return r.mails(paylink.MailFilter{PaymentID: p.ID})
		}
		for what, c := range map[string]struct {
			p paylink.Payment
			n int
		}{
			"paid":                  {pay("good", "ada@example.com", false), 1},
			"held":                  {pay("hold", "ada@example.com", true), 1},
			"accepted by a bank":    {pay("bank", "ada@example.com", false), 1},
			"declined":              {pay("decline", "ada@example.com", false), 0},
			"unknown":               {pay("lost_not_done", "ada@example.com", false), 0},
			"without an address":    {pay("good", "", false), 0},
			"at a host of one name": {pay("good", "ada@localhost", false), 1},
			"with a foreign form":   {pay("good", "ädä@example.com", false), 0},
		} {
			all := receipts(c.p)
			if len(all) != c.n {
				t.Errorf("%s (%s): %d receipts, want %d", what, c.p.State, len(all), c.n)
			} else if c.n == 1 && (all[0].Kind != paylink.MailReceipt || all[0].Language != "fr" || all[0].Name != "Ada" || all[0].LinkID != c.p.LinkID) {
				t.Errorf("%s: %+v", what, all[0])
			}
		}
		// The same said again, and what comes later, is no second receipt.
		p := pay("bank", "tom@example.com", false)
		for range 3 {
			if _, err := r.Settle(t.Context(), p.ID, till.Evidence{Kind: paylink.EvidenceQuery, Outcome: r.gateway.says(p, paylink.OutcomeCaptured)}); err != nil {
				t.Fatal(err)
			}
		}
		if all := receipts(p); len(all) != 1 || r.payment(p.ID).State != paylink.Captured {
			t.Errorf("%d receipts of a payment that is %s", len(all), r.payment(p.ID).State)
		}
		late := pay("lost_but_done", "late@example.com", false)
		r.pass(time.Hour)
		if all := receipts(late); len(all) != 1 || r.payment(late.ID).State != paylink.Captured {
			t.Errorf("found out later: %d receipts of a payment that is %s", len(all), r.payment(late.ID).State)
		}
		r.send()
		for _, l := range r.arrived() {
			if l[1] == "tom@example.com" && !strings.HasPrefix(l[3], "captured") {
				t.Errorf("the receipt says %q of what is captured by now", l[3])
			}
		}
		r.Post = nil
		if all := receipts(pay("good", "ada@example.com", false)); len(all) != 0 {
			t.Errorf("a till without mail queued %v", all)
		}
		r.whole()
	})
}

// A payment that came late beside another gets its receipt, which knows that it is owed
// back; what it says is proven in web/letter.
func TestAReceiptKnowsThatItsPaymentIsOwedBack(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		r.Post.Write = func(l till.Letter) (paylink.Message, error) {
			m, err := written(l)
			m.Text = fmt.Sprint("owed back: ", l.Payment.Surplus)
			return m, err
		}
		address, link := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
		by := func(token, email string) paylink.Payment {
			o := r.order(address, link, token)
			o.Payer.Email = email
			return r.pay(o)
		}
		late := by("decline", "late@example.com")
		by("ok", "ada@example.com")
		if err := r.callback("ev", late, r.gateway.says(late, paylink.OutcomeCaptured)); err != nil {
			t.Fatal(err)
		}
		r.send()
		got := map[string]string{}
		for _, l := range r.arrived() {
			got[l[1]] += strings.TrimSpace(l[3])
		}
		if len(got) != 2 || got["ada@example.com"] != "owed back: false" || got["late@example.com"] != "owed back: true" {
			t.Errorf("%v", got)
		}
	})
}

func TestAReceiptOfWhatCameToNothingIsNotSent(t *testing.T) {
	t.Parallel()
	r := newMailRig(t)
	address, link := r.issue(func(l *paylink.Link) { l.Hold = true })
	o := r.order(address, link, "hold")
	o.Payer.Email = "ada@example.com"
	p := r.pay(o)
	if _, err := r.Settle(t.Context(), p.ID, till.Evidence{Kind: paylink.EvidenceQuery, Outcome: r.gateway.says(p, paylink.OutcomeVoided)}); err != nil {
		t.Fatal(err)
	}
	r.send()
	m := r.mails(paylink.MailFilter{PaymentID: p.ID})[0]
	if got := r.arrived(); len(got) != 0 || m.State != paylink.MailCancelled || !strings.Contains(m.LastError, "voided") {
		t.Errorf("%v, %+v", got, m)
	}
}

func TestAReceiptOfWhatAnOperatorDecidedIsSent(t *testing.T) {
	t.Parallel()
	for charged, want := range map[bool]int{true: 1, false: 0} {
		r := newMailRig(t)
		address, link := r.issue(nil)
		o := r.order(address, link, "lost_not_done")
		o.Payer.Email = "ada@example.com"
		p := r.pay(o)
		if _, err := r.Decide(t.Context(), p.ID, charged, "asked the gateway"); err != nil {
			t.Fatal(err)
		}
		r.send()
		if got := r.arrived(); len(got) != want {
			t.Errorf("charged %t: %v arrived", charged, got)
		}
	}
}
