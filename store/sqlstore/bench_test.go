package sqlstore_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink"
	"paylink/store/sqlstore"
)

var benchLink = paylink.Link{MerchantID: "mer_1", TerminalID: "ter_1", State: paylink.LinkOpen, Version: 1,
	Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Title: "Tee", Amount: 2500}, {Title: "Shipping", Amount: 500}}},
	Scope: "par_1/shop", Reference: "order", MaxUses: 1, RedirectURL: "https://example.org/return",
	Page: paylink.Page{Title: "Tee", Language: "en", Ask: paylink.Ask{Email: true, Name: true}}, Dialect: "native"}

// issue is what making a link writes: link, address, idempotency key, event.
func issue(tx paylink.Tx, token string) error {
	now := tx.Now()
	l := benchLink
	l.ID, l.CreatedAt = paylink.NewID(paylink.PrefixLink, now), now
	claimed, err := tx.AddClaim(paylink.Claim{Scope: "mer_1/native/POST/links", Key: token, Fingerprint: token, Status: 201,
		Body: []byte(`{"id":"` + l.ID + `","url":"https://pay.example.org/` + token + `"}`), ObjectID: l.ID, CreatedAt: now})
	if err != nil || !claimed {
		return fmt.Errorf("claim %v: %w", claimed, err)
	}
	if err := tx.AddLink(l, paylink.Address{Kind: paylink.AddressToken, Value: token, CreatedAt: now}); err != nil {
		return err
	}
	return tx.AddEvent(paylink.Event{ID: paylink.NewID(paylink.PrefixEvent, now), MerchantID: "mer_1", Type: paylink.EventLinkCreated,
		ObjectID: l.ID, Version: 1, Body: []byte(`{"id":"` + l.ID + `","object":"link"}`), CreatedAt: now})
}

func benchStore(b *testing.B, dsn string) *sqlstore.Store {
	s := openStore(b, dsn, sqlstore.Options{})
	err := s.Update(context.Background(), func(tx paylink.Tx) error {
		if err := tx.PutMerchant(paylink.Merchant{ID: "mer_1", Name: "M"}); err != nil {
			return err
		}
		return tx.PutTerminal(paylink.Terminal{ID: "ter_1", MerchantID: "mer_1", Currency: "USD", Methods: []paylink.Method{paylink.Card}})
	})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// callers runs f b.N times on n goroutines and reports calls per second.
func callers(b *testing.B, n int, f func() error) {
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for range n {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "calls/s")
}

func BenchmarkIssue(b *testing.B) {
	for _, engine := range []struct {
		name string
		dsn  func(testing.TB) string
	}{{"SQLite", sqliteFile}, {"PostgreSQL", migratedPostgres}} {
		for _, n := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/%d", engine.name, n), func(b *testing.B) {
				s := benchStore(b, engine.dsn(b))
				callers(b, n, func() error {
					token := paylink.NewToken()
					return s.Update(context.Background(), func(tx paylink.Tx) error { return issue(tx, token) })
				})
			})
		}
	}
}

func BenchmarkOffer(b *testing.B) {
	for _, engine := range []struct {
		name string
		dsn  func(testing.TB) string
	}{{"SQLite", sqliteFile}, {"PostgreSQL", migratedPostgres}} {
		for _, n := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d", engine.name, n), func(b *testing.B) {
				s := benchStore(b, engine.dsn(b))
				if err := s.Update(context.Background(), func(tx paylink.Tx) error { return issue(tx, "token") }); err != nil {
					b.Fatal(err)
				}
				callers(b, n, func() error {
					return s.View(context.Background(), func(r paylink.Reader) error {
						_, err := r.Offer("token")
						return err
					})
				})
			})
		}
	}
}
