package till_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/store/booktest"
	"paylink/store/sqlstore"
	"paylink/till"
)

// unsent are the share.failed events about a share, oldest first: version and data.
func (r *rig) unsent(shareID string) (versions []int, data []paylink.ShareView) {
	r.t.Helper()
	err := r.Read(r.t.Context(), func(rd paylink.Reader) error {
		list, err := rd.Events(paylink.EventFilter{MerchantID: r.merchant.ID, Type: paylink.EventShareFailed, ObjectID: shareID})
		for _, e := range slices.Backward(list) {
			var body paylink.EventView
			var v paylink.ShareView
			if err := errors.Join(json.Unmarshal(e.Body, &body), json.Unmarshal(body.Data, &v)); err != nil {
				return err
			}
			versions, data = append(versions, e.Version), append(data, v)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return versions, data
}

func TestTheMerchantIsToldOfEachLetterThatWillNotBeSent(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		r.merchant.Email = "refused@shop.example"
		if err := r.db.Update(t.Context(), func(tx paylink.Tx) error { return tx.PutMerchant(r.merchant) }); err != nil {
			t.Fatal(err)
		}
		_, link := r.issue(nil)
		s, err := r.shareAs(till.Sharing{LinkID: link, MerchantID: r.merchant.ID, Copy: true, Recipients: []paylink.Recipient{
			{Name: "Ada", Email: "ada@example.com"}, {Name: "Tom", Email: "refused@example.com"}, {Name: "Eve", Email: "refused@example.org"}, {Name: "Bob", Email: "busy@example.com"}}})
		if err != nil {
			t.Fatal(err)
		}
		other := *r.Till
		var all sync.WaitGroup
		for _, node := range []*till.Till{r.Till, &other, r.Till, &other} { // letters of one share end side by side
			all.Go(func() {
				if _, err := node.Mail(t.Context(), 2); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		r.send()
		r.later(time.Hour)
		versions, data := r.unsent(s.ID)
		if !slices.Equal(versions, []int{2, 3, 4}) {
			t.Fatalf("told of versions %v of a share of which three letters were refused", versions)
		}
		last := data[2]
		for i, want := range []paylink.MailState{paylink.MailSent, paylink.MailFailed, paylink.MailFailed} {
			if to := last.Recipients[i]; to.State != want && i > 0 || (to.State == paylink.MailFailed) != strings.Contains(to.Reason, "550") {
				t.Errorf("told: %+v", to)
			}
		}
		if c := last.Copy; c == nil || c.Email != "refused@shop.example" || c.State != paylink.MailFailed || !strings.Contains(c.Reason, "550") {
			t.Errorf("told of the copy: %+v", c)
		}
		v := s.View(r.mails(paylink.MailFilter{ShareID: s.ID}))
		if v.Recipients[0].State != paylink.MailSent || v.Recipients[1].State != paylink.MailFailed || v.Recipients[3].State != paylink.MailSent || v.Copy.State != paylink.MailFailed {
			t.Errorf("read: %+v", v)
		}
		if kinds := r.events(s.ID); len(kinds) != 4 || kinds[0] != paylink.EventLinkShared {
			t.Errorf("events: %v", kinds)
		}
	})
}

// What was wrong between us and the mail server, its address among it, is the operator's
// to know.
func TestNoMerchantReadsOfTheOperatorsMailServer(t *testing.T) {
	t.Parallel()
	r := newMailRig(t)
	var heard []error
	var mu sync.Mutex
	r.Post.Trouble = func(err error) { mu.Lock(); heard = append(heard, err); mu.Unlock() }
	_, link := r.issue(nil)
	address := r.drop.Addr()
	if err := r.drop.Close(); err != nil {
		t.Fatal(err)
	}
	s := r.must(link, "ada@example.com")
	r.send()
	for range 13 {
		r.later(27 * time.Hour)
	}
	versions, data := r.unsent(s.ID)
	if len(versions) != 1 || data[0].Recipients[0].State != paylink.MailFailed {
		t.Fatalf("told: %v %+v", versions, data)
	}
	why := data[0].Recipients[0].Reason
	if strings.Contains(why, address) || strings.Contains(why, "127.0.0.1") || !strings.Contains(why, "mail server") {
		t.Errorf("the merchant reads %q", why)
	}
	if len(heard) != 13 || !strings.Contains(heard[0].Error(), address) {
		t.Errorf("the operator hears %v", heard)
	}
	r.Post.Write = func(till.Letter) (paylink.Message, error) {
		return paylink.Message{}, errors.New("the template is broken")
	}
	s = r.must(link, "tom@example.com")
	if _, err := r.Mail(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "template") {
		t.Errorf("the operator is told %v", err)
	}
	if m := r.mails(paylink.MailFilter{ShareID: s.ID})[0]; m.Tries != 1 || m.LastError == "" || strings.Contains(m.LastError, "template") || len(heard) != 13 {
		t.Errorf("a letter that could not be written: %+v", m)
	}
}

// A receipt is the payer's; a merchant can't mend the address that a payer typed.
func TestAReceiptThatIsRefusedTellsNobody(t *testing.T) {
	t.Parallel()
	r := newMailRig(t)
	address, link := r.issue(nil)
	o := r.order(address, link, "good")
	o.Payer.Email = "refused@example.com"
	p := r.pay(o)
	r.send()
	m := r.mails(paylink.MailFilter{PaymentID: p.ID})[0]
	if versions, _ := r.unsent(""); m.State != paylink.MailFailed || len(versions) != 0 {
		t.Errorf("%+v, and %d events", m, len(versions))
	}
}

func TestALetterAboutALinkThatStaysPausedHasAnEnd(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		pause := func(link string, is bool) {
			t.Helper()
			_, _, err := r.Amend(t.Context(), till.Amendment{LinkID: link, MerchantID: r.merchant.ID,
				Edit: func(l *paylink.Link, _ paylink.Standing) error { l.Paused = is; return nil }})
			if err != nil {
				t.Fatal(err)
			}
		}
		shares := map[string]paylink.Share{}
		links := map[string]string{}
		for what, change := range map[string]func(*paylink.Link){"stays": nil, "goes on": nil, "is closed": nil,
			"expires": func(l *paylink.Link) { l.ExpiresAt = time.Now().Add(30 * time.Hour) }} {
			_, links[what] = r.issue(change)
			shares[what] = r.must(links[what], "ada@example.com")
			pause(links[what], true)
		}
		letter := func(what string) paylink.Mail {
			t.Helper()
			return r.mails(paylink.MailFilter{ShareID: shares[what].ID})[0]
		}
		r.later(0)
		r.later(24 * time.Hour)
		if _, _, err := r.Close(t.Context(), till.Closing{LinkID: links["is closed"], MerchantID: r.merchant.ID}); err != nil {
			t.Fatal(err)
		}
		r.later(2 * 24 * time.Hour)
		for what, want := range map[string]paylink.MailState{"stays": paylink.MailWaiting, "goes on": paylink.MailWaiting,
			"is closed": paylink.MailCancelled, "expires": paylink.MailCancelled} {
			if m := letter(what); m.State != want {
				t.Errorf("after three days, of a link that %s: %+v", what, m)
			}
		}
		pause(links["goes on"], false)
		r.later(2 * 24 * time.Hour)
		if m := letter("stays"); m.State != paylink.MailFailed || m.Tries != 0 || !m.NextAt.IsZero() || m.DoneAt.IsZero() || !strings.Contains(m.LastError, "paused") {
			t.Errorf("after five days: %+v", m)
		}
		for what, events := range map[string]int{"stays": 1, "goes on": 0, "is closed": 1, "expires": 1} {
			versions, data := r.unsent(shares[what].ID)
			if len(versions) != events {
				t.Errorf("of a link that %s the merchant was told %v", what, versions)
			} else if events == 1 && (versions[0] != 2 || data[0].Recipients[0].Reason != letter(what).LastError || data[0].Recipients[0].State != letter(what).State) {
				t.Errorf("of a link that %s: told %+v of %+v", what, data, letter(what))
			}
		}
		pause(links["stays"], false)
		r.later(24 * time.Hour)
		if got := r.arrived(); len(got) != 1 || letter("goes on").State != paylink.MailSent {
			t.Errorf("%d letters arrived; of the link that goes on: %+v", len(got), letter("goes on"))
		}
	})
}

// late is a store of a node that stands still before it writes down a letter's end.
type late struct {
	paylink.Store
	once *sync.Once
	do   func()
}

func (l late) Update(ctx context.Context, f func(paylink.Tx) error) error {
	return l.Store.Update(ctx, func(tx paylink.Tx) error { return f(lateTx{tx, l}) })
}

type lateTx struct {
	paylink.Tx
	late late
}

func (tx lateTx) LockMerchant(id string) (paylink.Merchant, error) {
	tx.late.once.Do(tx.late.do)
	return tx.Tx.LockMerchant(id)
}

func (tx lateTx) Mail(id string) (paylink.Mail, error) {
	m, err := tx.Tx.Mail(id)
	tx.late.once.Do(tx.late.do)
	return m, err
}

// Only an engine of many writers lets another node come in between.
func TestALetterThatTwoNodesGiveUpIsToldOnce(t *testing.T) {
	t.Parallel()
	base := newRig(t)
	db, err := sqlstore.Open(t.Context(), booktest.Postgres(t), sqlstore.Options{TestClock: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	base.on(db)
	r := withMail(t, base)
	_, link := r.issue(nil)
	s := r.must(link, "refused@example.com")
	slow := *r.Till
	slow.Store = late{db, &sync.Once{}, func() { r.later(3 * time.Minute) }}
	if _, err := slow.Mail(t.Context(), 1); err != nil {
		t.Error(err)
	}
	if versions, _ := r.unsent(s.ID); !slices.Equal(versions, []int{2}) {
		t.Errorf("told of versions %v of a share of which one letter was refused", versions)
	}
	if m := r.mails(paylink.MailFilter{ShareID: s.ID})[0]; m.State != paylink.MailFailed || m.Tries != 1 {
		t.Errorf("%+v", m)
	}
}
