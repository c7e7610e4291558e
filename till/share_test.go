package till_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

func TestASharesRowsLettersAndEventAreCommittedTogether(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		_, link := r.issue(nil)
		r.merchant.Email = "shop@example.com"
		if err := r.db.Update(t.Context(), func(tx paylink.Tx) error { return tx.PutMerchant(r.merchant) }); err != nil {
			t.Fatal(err)
		}
		broken := errors.New("the caller gave up")
		s := till.Sharing{LinkID: link, MerchantID: r.merchant.ID, Message: "please", Copy: true,
			Recipients: []paylink.Recipient{{Name: "Ada", Email: "ada@example.com"}, {Name: "Tom", Email: "tom@example.com"}}}
		err := r.db.Update(t.Context(), func(tx paylink.Tx) error {
			if _, err := r.Shares(s)(tx); err != nil {
				t.Error(err)
			}
			return broken
		})
		if all := r.mails(paylink.MailFilter{}); !errors.Is(err, broken) || len(all) != 0 {
			t.Fatalf("%v, and %d letters of a share that was not made", err, len(all))
		}
		made, err := r.shareAs(s)
		if err != nil {
			t.Fatal(err)
		}
		all := r.mails(paylink.MailFilter{ShareID: made.ID})
		if len(all) != 3 || all[0].Kind != paylink.MailShare || all[2].Kind != paylink.MailShareCopy || all[2].To != "shop@example.com" || all[0].MessageID != all[0].ID+"@pay.example" {
			t.Errorf("letters: %+v", all)
		}
		if kinds := r.events(made.ID); len(kinds) != 1 || kinds[0] != paylink.EventLinkShared {
			t.Errorf("events: %v", kinds)
		}
		r.send()
		if got := r.arrived(); len(got) != 3 {
			t.Errorf("%d letters arrived", len(got))
		}
		v := made.View(r.mails(paylink.MailFilter{ShareID: made.ID}))
		if len(v.Recipients) != 2 || v.Recipients[1].State != paylink.MailSent || v.Recipients[1].SentAt == nil || v.Recipients[0].Email != "ada@example.com" {
			t.Errorf("the history says %+v", v)
		}
	})
}

func TestWhatCantBePaidIsNotShared(t *testing.T) {
	t.Parallel()
	r := newMailRig(t)
	address, paid := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	r.pay(r.order(address, paid, "good"))
	_, closed := r.issue(nil)
	if _, _, err := r.Close(t.Context(), till.Closing{LinkID: closed, MerchantID: r.merchant.ID}); err != nil {
		t.Fatal(err)
	}
	_, expired := r.issue(func(l *paylink.Link) { l.ExpiresAt = time.Now().Add(-time.Minute) })
	_, open := r.issue(nil)
	for id, code := range map[string]string{paid: "link_used_up", closed: "link_closed", expired: "link_expired"} {
		if _, err := r.share(id, "ada@example.com"); paylink.KindOf(err) != paylink.Conflict || paylink.CodeOf(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := r.shareAs(till.Sharing{LinkID: open, MerchantID: "mer_2", Recipients: []paylink.Recipient{{Email: "a@example.com"}}}); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("another merchant's: %v", err)
	}
	for _, to := range []string{"", "a b@example.com", "ada@exämple.com", "ada@example.com\r\nBcc: v@example.com", "<ada@example.com>"} {
		if _, err := r.share(open, to); paylink.KindOf(err) != paylink.Invalid || err == nil {
			t.Errorf("to %q: %v", to, err)
		}
	}
	for field, s := range map[string]till.Sharing{
		"message":            {Message: "4242 4242 4242 4242"},
		"recipients[0].name": {Recipients: []paylink.Recipient{{Name: strings.Repeat("x", till.MostName+1), Email: "a@example.com"}}},
	} {
		s.LinkID, s.MerchantID = open, r.merchant.ID
		if s.Recipients == nil {
			s.Recipients = []paylink.Recipient{{Name: "Ada", Email: "a@example.com"}}
		}
		_, err := r.shareAs(s)
		var e *paylink.Error
		if !errors.As(err, &e) || len(e.Faults) != 1 || e.Faults[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	r.Post = nil
	if _, err := r.share(open, "ada@example.com"); paylink.CodeOf(err) != "mail_off" || paylink.KindOf(err) != paylink.Unavailable {
		t.Errorf("without mail: %v", err)
	}
	if all := r.mails(paylink.MailFilter{}); len(all) != 0 {
		t.Errorf("letters: %+v", all)
	}
}

func TestLimitsHoldWhoeverAsksAtTheSameTime(t *testing.T) {
	mailOnBoth(t, func(t *testing.T, r *mailRig) {
		r.Post.Limits = till.MailLimits{Merchant: []till.MailLimit{{Letters: 5, In: time.Hour}}}
		var links []string
		for range 8 {
			_, id := r.issue(nil)
			links = append(links, id)
		}
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				_, err := r.share(links[i%len(links)], "ada@example.com")
				if err == nil {
					won.Add(1)
				} else if paylink.KindOf(err) != paylink.Limited {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 5 {
			t.Errorf("%d letters under a limit of 5", won.Load())
		}
		r.later(time.Hour + time.Minute)
		r.must(links[0], "ada@example.com")
	})
}

func TestLimitsSayWhenToTryAgain(t *testing.T) {
	t.Parallel()
	r := newMailRig(t)
	r.Post.Limits = till.MailLimits{Address: []till.MailLimit{{Letters: 3, In: time.Hour}}}
	_, link := r.issue(nil)
	r.must(link, "ada@example.com", "tom@example.com")
	r.later(20 * time.Minute)
	r.must(link, "ADA+invoices@example.com") // the same mailbox (RFC 5233)
	wait := func(to ...string) time.Duration {
		t.Helper()
		_, err := r.share(link, to...)
		var e *paylink.Error
		if !errors.As(err, &e) || e.Kind != paylink.Limited {
			t.Fatalf("%v: %v", to, err)
		}
		return e.After.Round(time.Minute)
	}
	if got := wait("ada+1@example.com", "ada@EXAMPLE.com"); got != 40*time.Minute {
		t.Errorf("two more fit in after %v", got)
	}
	if got := wait("ada@example.com", "ada@example.com", "ada@example.com"); got != time.Hour {
		t.Errorf("three more fit in after %v", got)
	}
	if got := wait("ada@example.com", "ada@example.com", "ada@example.com", "ada@example.com"); got != time.Hour {
		t.Errorf("four never fit, and it says %v", got)
	}
	r.must(link, "ada@example.com")
	if err := r.Read(context.Background(), func(rd paylink.Reader) error {
		shares, err := rd.Shares(paylink.ShareFilter{LinkID: link})
		if len(shares) != 3 {
			t.Errorf("%d shares", len(shares))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
