package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"paylink/client"
)

type paymentsCommand struct {
	List paymentsList `cmd:"" name:"ls" help:"List payments, newest first."`
}

type paymentsList struct {
	Link        string `help:"Only of this link, plk_…"`
	State       string `help:"Only in this state: captured, declined, unknown …"`
	Reference   string `help:"Only with this reference."`
	Limit       int    `default:"20" help:"How many; 0 is all."`
	callerFlags `embed:""`
}

// Run lists payments.
func (c *paymentsList) Run(s *session) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.stdout, 0, 4, 2, ' ', 0)
	n := 0
	for p, err := range api.Payments.List(s.ctx, client.PaymentFilter{Link: c.Link, State: c.State, Reference: c.Reference}) {
		if err != nil {
			return reached(err)
		}
		if n++; n == 1 && !c.JSON {
			_, _ = fmt.Fprintln(w, "PAYMENT\tWHEN\tSTATE\tAMOUNT\tHOW\tWHO\tLINK")
		}
		err := c.show(s, p, func() error {
			_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, shortTime(p.CreatedAt), p.State, p.Amount, howOf(p), oneLine(whoOf(p)), p.Link.ID)
			return err
		})
		if err != nil {
			return err
		}
		if n == c.Limit {
			break
		}
	}
	if n == 0 && !c.JSON {
		_, _ = fmt.Fprintln(s.stdout, "There are no such payments.")
	}
	return w.Flush()
}

// paymentLine is a payment in one line.
func paymentLine(p client.Payment) string {
	parts := []string{p.ID, p.State, p.Amount.String()}
	for _, more := range []string{howOf(p), whoOf(p), shortTime(p.CreatedAt), p.DeclineCode} {
		if more != "" {
			parts = append(parts, more)
		}
	}
	return strings.Join(parts, ", ")
}

func howOf(p client.Payment) string {
	how := p.Brand
	if how == "" {
		how = p.Method
	}
	if p.Last4 != "" {
		how += " •••• " + p.Last4
	}
	return how
}

func whoOf(p client.Payment) string {
	if p.Payer.Email != "" {
		return p.Payer.Email
	}
	return strings.TrimSpace(p.Payer.FirstName + " " + p.Payer.LastName)
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
