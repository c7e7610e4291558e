package main

import (
	"maps"
	"slices"
	"strings"

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
	return listing[client.Payment]{
		head: []string{"PAYMENT", "WHEN", "STATE", "AMOUNT", "HOW", "WHO", "LINK"},
		row: func(p client.Payment) []string {
			return []string{p.ID, shortTime(p.CreatedAt), p.State, p.Amount.String(), howOf(p), oneLine(whoOf(p)), p.Link.ID}
		},
		none:  "There are no such payments.",
		limit: c.Limit,
	}.print(s, &c.callerFlags, api.Payments.List(s.ctx, client.PaymentFilter{Link: c.Link, State: c.State, Reference: c.Reference}))
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
