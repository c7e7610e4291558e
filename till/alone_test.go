package till_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// breaking is a gateway that panics when it is asked after some charges.
type breaking struct {
	paylink.Gateway
	keys map[string]bool
}

func (g breaking) Lookup(ctx context.Context, account, key string) (paylink.Outcome, error) {
	if g.keys[key] {
		panic("a gateway broke")
	}
	return g.Gateway.Lookup(ctx, account, key)
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What panics over one thing fails that thing, and what waits beside it is done.
func TestAPanicOverOneThingLeavesTheOthers(t *testing.T) {
	t.Parallel()
	panicked := func(t *testing.T, what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "panic: "+what) || !strings.Contains(err.Error(), "alone_test.go") {
			t.Errorf("got %v, want the panic with its stack", err)
		}
	}
	t.Run("letters", func(t *testing.T) {
		t.Parallel()
		r := newMailRig(t)
		_, link := r.issue(nil)
		write := r.Post.Write
		r.Post.Write = func(l till.Letter) (paylink.Message, error) {
			if l.Mail.To == "broken@example.com" {
				panic("a template broke")
			}
			return write(l)
		}
		s := r.must(link, "broken@example.com", "whole@example.com")
		_, err := r.Mail(t.Context(), 20)
		panicked(t, "a template broke", err)
		for _, m := range r.mails(paylink.MailFilter{ShareID: s.ID}) {
			want := map[string]paylink.MailState{"broken@example.com": paylink.MailWaiting, "whole@example.com": paylink.MailSent}[m.To]
			if m.State != want || m.Tries != 1 {
				t.Errorf("the letter to %s is %s after %d tries, want %s after 1", m.To, m.State, m.Tries, want)
			}
		}
	})
	t.Run("webhooks", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		rc := newReceiver(t)
		r.Hooks = &http.Client{Transport: transport(func(q *http.Request) (*http.Response, error) {
			if q.URL.Host == "broken.example" {
				panic("a client broke")
			}
			return http.DefaultTransport.RoundTrip(q)
		})}
		r.endpoint("https://broken.example/")
		r.endpoint(rc.URL)
		r.issue(nil)
		_, err := r.Deliver(t.Context(), 50)
		panicked(t, "a client broke", err)
		if n := len(rc.messages()); n != 1 {
			t.Errorf("the other endpoint got %d messages, want 1", n)
		}
	})
	t.Run("payments", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		var ids []string
		for range 2 {
			address, link := r.issue(nil)
			ids = append(ids, r.pay(r.order(address, link, "lost_but_done")).ID)
		}
		g := breaking{r.Gateways["scripted"], map[string]bool{}}
		r.Gateways["scripted"] = g
		g.keys[ids[0]] = true
		r.gateway.elapsed += time.Hour
		if err := r.db.SetClockOffset(t.Context(), r.gateway.elapsed); err != nil {
			t.Fatal(err)
		}
		_, err := r.Reconcile(t.Context(), 100)
		panicked(t, "a gateway broke", err)
		if s := [2]paylink.PaymentState{r.payment(ids[0]).State, r.payment(ids[1]).State}; s != [2]paylink.PaymentState{paylink.Unknown, paylink.Captured} {
			t.Errorf("they are %v, want one unknown and one captured", s)
		}
	})
}
