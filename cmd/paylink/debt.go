package main

import (
	"unicode/utf8"

	"paylink"
	"paylink/dialect/elevate"
	"paylink/till"
)

type debtCommand struct {
	Add    debtAdd    `cmd:"" help:"Make a debt, which links can be made for."`
	List   debtList   `cmd:"" help:"List a merchant's newest debts."`
	Cancel debtCancel `cmd:"" help:"End a debt that was paid elsewhere or is asked for no more."`
}

// The longest texts of a debt: what fits into a heading, and a line of a bank's.
const (
	maxDebtReference = 100
	maxDebtText      = 250
)

type debtAdd struct {
	Merchant  string `arg:"" help:"The merchant's id."`
	Amount    string `required:"" help:"As a plain decimal: 84.50"`
	Currency  string `default:"USD" help:"ISO 4217."`
	Reference string `help:"The merchant's own name for it, such as an invoice number; made up if empty."`
	Title     string `help:"What it is owed for."`
	Due       string `help:"YYYY-MM-DD."`
	Customer  string `help:"The id of the customer who owes it."`
	Adhoc     bool   `help:"An adhoc invoice for Elevate's clients, who else see an invoice."`
}

// Run makes a debt.
func (c *debtAdd) Run(s *session) error {
	amount, err := paylink.ParseMoney(c.Amount, paylink.Currency(c.Currency))
	var f faults
	if err != nil {
		f.add("amount", "%v", err)
	}
	for _, text := range []struct {
		flag, value string
		most        int
	}{{"reference", c.Reference, maxDebtReference}, {"title", c.Title, maxDebtText}} {
		if paylink.CheckText(text.value) != nil || utf8.RuneCountInString(text.value) > text.most || paylink.HoldsCardNumber(text.value) {
			f.add(text.flag, "is longer than %d characters, or holds some that people can't read or a card number", text.most)
		}
	}
	if err := f.err(); err != nil {
		return err
	}
	want := paylink.Debt{MerchantID: c.Merchant, Amount: amount, Reference: c.Reference, Title: c.Title, DueOn: c.Due, CustomerID: c.Customer, Dialect: "native"}
	if c.Adhoc {
		want.Dialect, want.Foreign = elevate.Name, elevate.Adhoc
	}
	return withNode(s, func(n *node) error {
		var number int64
		d, err := debtBy(s, n, func(tx paylink.Tx) (done till.Changed, err error) {
			if _, err = tx.Merchant(c.Merchant); err != nil {
				return done, err
			}
			if done, err = n.till.AddsDebt(want)(tx); err == nil {
				number, err = elevate.NumberDebt(tx, done.Debt)
			}
			return done, err
		})
		if err != nil {
			return err
		}
		return printJSON(s, shownDebt{d.View(), number})
	})
}

// shownDebt is a debt with the number that Elevate's clients know it by.
type shownDebt struct {
	paylink.DebtView
	Number int64 `json:"elevate_id"`
}

// debtBy does a change of a debt.
func debtBy(s *session, n *node, change till.Change) (d paylink.Debt, err error) {
	_, err = n.till.Once(s.ctx, nil, change, func(done till.Changed) (int, string, []byte) {
		d = done.Debt
		return 0, d.ID, nil
	})
	return d, err
}

type debtList struct {
	Merchant string `arg:"" help:"The merchant's id."`
	Unpaid   bool   `help:"Only those that are neither paid nor cancelled."`
}

// Run prints up to 200 debts, the newest first.
func (c *debtList) Run(s *session) error {
	return withNode(s, func(n *node) error {
		out := []paylink.DebtView{}
		err := n.till.Read(s.ctx, func(r paylink.Reader) error {
			if _, err := r.Merchant(c.Merchant); err != nil {
				return err
			}
			all, err := r.Debts(paylink.DebtFilter{MerchantID: c.Merchant, Unpaid: c.Unpaid, Paging: paylink.Paging{Limit: 200}})
			for _, d := range all {
				out = append(out, d.View())
			}
			return err
		})
		if err != nil {
			return err
		}
		return printJSON(s, out)
	})
}

type debtCancel struct {
	Merchant string `arg:"" help:"The merchant's id."`
	Debt     string `arg:"" help:"The debt's id, as list shows it."`
	Reason   string `required:"" help:"Why, for those who ask later."`
}

// Run ends a debt.
func (c *debtCancel) Run(s *session) error {
	return withNode(s, func(n *node) error {
		d, err := debtBy(s, n, n.till.CancelsDebt(c.Merchant, c.Debt, c.Reason))
		if err != nil {
			return err
		}
		return printJSON(s, d.View())
	})
}
