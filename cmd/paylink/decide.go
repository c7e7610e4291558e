package main

import (
	"paylink"
)

// decideCommand is an operator's word on a payment that nobody else can tell.
type decideCommand struct {
	bookFlags  `embed:""`
	Payment    string `arg:"" help:"The payment's id."`
	Charged    bool   `xor:"word" required:"" help:"The money was taken."`
	NotCharged bool   `xor:"word" required:"" help:"No money was taken and none will be."`
	Reason     string `required:"" help:"How you know: the gateway's transaction id, who told you."`
}

// Run decides, for payments that are unknown or mismatched only.
func (c *decideCommand) Run(s *session) error {
	s.book = &c.bookFlags
	return withNode(s, func(n *node) error {
		p, err := n.till.Decide(s.ctx, c.Payment, c.Charged, c.Reason)
		if err != nil {
			return err
		}
		return printJSON(s, map[string]any{"payment": p.ID, "state": p.State, "captured": paylink.Money{Minor: p.Captured, Currency: p.Amount.Currency}.View()})
	})
}
