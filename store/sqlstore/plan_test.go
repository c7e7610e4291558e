package sqlstore_test

import (
	"context"
	"database/sql/driver"
	"strings"
	"sync"
	"testing"
	"time"

	"paylink"
	"paylink/store/sqlstore"
)

// TestEveryQueryHasAnIndex asks SQLite how it would run each statement that reads
// a table which grows, and accepts neither a scan of the table nor a sort of what
// an index could have given in order.
func TestEveryQueryHasAnIndex(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	texts := make(map[string]bool)
	file := sqliteFile(t)
	s := openStore(t, file, sqlstore.Options{}.Wrapped(func(c driver.Connector) driver.Connector {
		return faulty{c, func(text string) error {
			mu.Lock()
			defer mu.Unlock()
			texts[text] = true
			return nil
		}}
	}))
	page := paylink.Paging{Limit: 20}
	pages := []paylink.Paging{page, {Before: "x", Limit: 20}, {After: "x", Limit: 20}, {Before: "y", After: "x", Limit: 20},
		{Since: "x", Till: "y", Limit: 20}, {After: "x", Skip: 3, Limit: 20}, {Skip: 3, Limit: 20}}
	err := s.Update(context.Background(), func(tx paylink.Tx) error {
		// The reference and state that no link has are looked for by their own index.
		if err := tx.AddLink(paylink.Link{ID: "plk_a", MerchantID: "m", State: paylink.LinkOpen, Metadata: map[string]string{"a": "1"}}); err != nil {
			return err
		}
		for _, p := range pages {
			for _, f := range []paylink.LinkFilter{{}, {MerchantID: "m"}, {MerchantID: "m", State: paylink.LinkClosed}, {MerchantID: "m", State: paylink.LinkOpen}, {MerchantID: "m", Reference: "r"},
				{MerchantID: "m", Scope: "s", Reference: "r"},
				{MerchantID: "m", Metadata: map[string]string{"a": "1"}}, {MerchantID: "m", State: paylink.LinkClosed, Metadata: map[string]string{"a": "1"}}, {MerchantID: "m", State: paylink.LinkOpen, Reference: "r", Metadata: map[string]string{"a": "1", "b": ""}},
				{MerchantID: "m", Recipient: paylink.Recipient{Email: "e"}}, {MerchantID: "m", Recipient: paylink.Recipient{Name: "n"}},
				{MerchantID: "m", TerminalID: "t", Recipient: paylink.Recipient{Name: "n", Email: "e"}},
				{MerchantID: "m", TerminalID: "t"}, {MerchantID: "m", TerminalID: "t", Reference: "r"}, {MerchantID: "m", TerminalID: "t", State: paylink.LinkOpen},
				{MerchantID: "m", TerminalID: "t", Standings: []paylink.Standing{paylink.Settled, paylink.UsedUp}, Once: new(bool), CreatedFrom: time.Now(), ExpiresTill: time.Now()}} {
				f.Paging = p
				_, _ = tx.Links(f)
			}
			for _, f := range []paylink.PaymentFilter{{}, {MerchantID: "m"}, {LinkID: "l"}, {MerchantID: "m", State: paylink.Captured}, {MerchantID: "m", LinkID: "l"},
				{MerchantID: "m", Reference: "r"}, {Scope: "s", Reference: "r", State: paylink.RequiresAction},
				{MerchantID: "m", Method: paylink.Bank}, {MerchantID: "m", Method: paylink.Card, State: paylink.Declined}, {MerchantID: "m", LinkID: "l", State: paylink.Captured},
				{MerchantID: "m", Method: paylink.Card, States: []paylink.PaymentState{"a", "b"}, Terminals: []string{"t"}, Hold: new(bool), DoneFrom: time.Now()},
				{MerchantID: "m", Scope: "s", DebtUnmarked: paylink.Mark{Dialect: "elevate", Foreign: "{}"}, Methods: []paylink.Method{paylink.Bank}}} {
				f.Paging = p
				_, _ = tx.Payments(f)
			}
			for _, f := range []paylink.DebtFilter{{MerchantID: "m"}, {MerchantID: "m", Unpaid: true}, {MerchantID: "m", CustomerID: "c"},
				{MerchantID: "m", Marked: paylink.Mark{Dialect: "elevate", Foreign: "{}"}},
				{MerchantID: "m", Unmarked: paylink.Mark{Dialect: "elevate", Foreign: "{}"}, States: []paylink.DebtState{paylink.DebtPaid}, DueFrom: "d", CreatedTill: time.Now()}} {
				f.Paging = p
				_, _ = tx.Debts(f)
			}
			for _, is := range []*bool{nil, new(bool)} {
				_, _ = tx.Products(paylink.ProductFilter{MerchantID: "m", Active: is, Paging: p})
				_, _ = tx.Products(paylink.ProductFilter{MerchantID: "m", Active: is, Currency: "USD", Paging: p})
				_, _ = tx.Taxes(paylink.TaxFilter{MerchantID: "m", Active: is, Paging: p})
			}
			for _, f := range []paylink.EventFilter{{}, {MerchantID: "m"}, {MerchantID: "m", Type: "a"}, {ObjectID: "o"}, {MerchantID: "m", ObjectID: "o"}} {
				f.Paging = p
				_, _ = tx.Events(f)
			}
			for _, f := range []paylink.DeliveryFilter{{}, {MerchantID: "m"}, {EndpointID: "e"}, {EventID: "e"}, {MerchantID: "m", State: paylink.DeliveryGivenUp}, {MerchantID: "m", EndpointID: "e"}} {
				f.Paging = p
				_, _ = tx.Deliveries(f)
			}
		}
		for _, p := range pages {
			for _, f := range []paylink.ShareFilter{{}, {MerchantID: "m"}, {MerchantID: "m", LinkID: "l"}, {MerchantID: "m", Recipient: paylink.Recipient{Email: "e"}},
				{MerchantID: "m", LinkID: "l", Recipient: paylink.Recipient{Name: "n"}}, {MerchantID: "m", LinkID: "l", Recipient: paylink.Recipient{Name: "n", Email: "e"}}} {
				f.Paging = p
				_, _ = tx.Shares(f)
			}
			for _, f := range []paylink.MailFilter{{}, {MerchantID: "m"}, {LinkID: "l"}, {PaymentID: "p"}, {ShareID: "s"}, {MerchantID: "m", ShareID: "s"}} {
				f.Paging = p
				_, _ = tx.Mails(f)
			}
		}
		_, _ = tx.Share("x")
		_, _ = tx.ShareByForeign("x", "y")
		_, _ = tx.Mail("x")
		_, _ = tx.NthMail("k", "m", "", 7)
		_, _ = tx.NthMail("k", "", "to", 7)
		_, _ = tx.DueMails(10, time.Minute)
		_ = tx.SaveMail(paylink.Mail{})
		_, _ = tx.Link("x")
		_, _ = tx.Addresses("x")
		_, _ = tx.Address("x", "x")
		_, _ = tx.Offer("x")
		_, _ = tx.ForeignID("x", "x")
		_, _ = tx.ForeignIDOf("x", "x")
		_, _ = tx.Debt("x", "x")
		_, _ = tx.DebtByID("x")
		_, _ = tx.Number(paylink.Series{}, 1)
		_, _ = tx.NumbersOf(paylink.Series{}, "x")
		_, _ = tx.GiveNumber(paylink.Series{}, "x")
		_, _ = tx.Claim("x", "x")
		_, _ = tx.Token("x")
		_, _ = tx.Credential("x", "x", "x")
		_, _ = tx.Credentials("x", "")
		_, _ = tx.Instrument("x")
		_, _ = tx.InstrumentByForeign("x", "y")
		_, _ = tx.Terminals("x")
		_, _ = tx.TerminalByForeign("x")
		_, _ = tx.PaymentByAttempt("x", "x")
		_, _ = tx.Steps("x")
		_, _ = tx.Entries("x")
		_, _ = tx.Endpoints("x")
		_, _ = tx.Tries("x")
		_, _ = tx.DuePayments(10, time.Minute)
		_, _ = tx.DueDeliveries(10, 2, time.Minute)
		_, _ = tx.SpendToken("x")
		_ = tx.CancelDeliveries("x")
		return tx.RetireAddresses("x", "token")
	})
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	db := plain(t, file)
	checked := 0
	for text := range texts {
		if (!strings.Contains(text, "FROM") && !strings.HasPrefix(text, "UPDATE")) || strings.Contains(text, "sqlite_master") || strings.Contains(text, "CREATE TABLE") {
			continue
		}
		args := make([]any, strings.Count(text, "?"))
		if len(args) == 0 {
			args = make([]any, 9)[:strings.Count(text, "$")]
		}
		rows, err := db.Query("EXPLAIN QUERY PLAN "+text, args...)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		checked++
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			// The first page of everything is a scan that its LIMIT ends.
			scan := strings.HasPrefix(detail, "SCAN ") && !strings.Contains(detail, "USING") && strings.Contains(text, "WHERE")
			for _, few := range []string{"waiting", "w", "due", "few", "CONSTANT ROW", "2-ITERATION"} { // a few rows each, by their own LIMIT
				scan = scan && !strings.HasPrefix(detail, "SCAN "+few)
			}
			// The addresses of one link, and what is due and was claimed, are few.
			sort := strings.Contains(detail, "TEMP B-TREE FOR ORDER BY") && !strings.Contains(text, "FROM address") && !strings.Contains(text, "waiting")
			if scan || sort {
				t.Errorf("%s:\n%s", detail, text)
			}
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
	if checked < 80 {
		t.Errorf("only %d statements were checked", checked)
	}
}
