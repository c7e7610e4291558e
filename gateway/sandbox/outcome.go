package sandbox

import (
	"fmt"
	"strings"

	"paylink"
)

// charge is what the bank tells, as far as we need it.
type charge struct {
	ID         string      `json:"id"`
	Account    string      `json:"account"`
	Key        string      `json:"key"`
	State      string      `json:"state"`
	Reason     string      `json:"reason"`
	Amount     int64       `json:"amount"`
	Currency   string      `json:"currency"`
	Captured   int64       `json:"captured"`
	Refunded   int64       `json:"refunded"`
	Method     string      `json:"method"`
	Card       *card       `json:"card"`
	Bank       *bank       `json:"bank"`
	Wallet     *wallet     `json:"wallet"`
	Instrument *instrument `json:"instrument"`
	ActionURL  string      `json:"action_url"`
	Acts       []act       `json:"acts"`
}

type card struct {
	Brand    string `json:"brand"`
	Last4    string `json:"last4"`
	Funding  string `json:"funding"`
	ExpMonth int    `json:"exp_month"`
	ExpYear  int    `json:"exp_year"`
}

type bank struct {
	Last4 string `json:"last4"`
}

// wallet is what the bank tells of transfers, in minor units.
type wallet struct {
	Sender   string `json:"sender"`
	Received int64  `json:"received"`
	SentBack int64  `json:"sent_back"`
}

// detail is what happened to money beside what was asked for; "" where nothing did.
func (w *wallet) detail(c paylink.Currency) string {
	if w == nil || w.SentBack == 0 {
		return ""
	}
	money := func(minor int64) paylink.Money { return paylink.Money{Minor: minor, Currency: c} }
	return fmt.Sprintf("%s arrived, %s was sent back", money(w.Received), money(w.SentBack))
}

type instrument struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Card   *card  `json:"card"`
	Bank   *bank  `json:"bank"`
}

type act struct {
	Key    string `json:"key"`
	Kind   string `json:"kind"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// statuses translates the bank's states; one that is not here is no answer.
var statuses = map[string]paylink.OutcomeStatus{
	"requires_action": paylink.OutcomeAction,
	"processing":      paylink.OutcomeProcessing,
	"authorized":      paylink.OutcomeAuthorized,
	"captured":        paylink.OutcomeCaptured,
	"pending":         paylink.OutcomePending,
	"settled":         paylink.OutcomeCaptured,
	"returned":        paylink.OutcomeReturned,
	"declined":        paylink.OutcomeDeclined,
	"voided":          paylink.OutcomeVoided,
	"expired":         paylink.OutcomeVoided, // the authorization lapsed: the money is the payer's again
	"cancelled":       paylink.OutcomeCancelled,
}

// outcome reads what the bank tells of a key. Anything that is not wholly
// understood is an error: the outcome is then unknown.
func (g *Gateway) outcome(c charge, key string) (paylink.Outcome, error) {
	status, ok := statuses[c.State]
	switch {
	case !ok:
		return paylink.Outcome{}, fmt.Errorf("the gateway tells a state that we do not know: %.40q", c.State)
	case c.Key != key:
		return paylink.Outcome{}, fmt.Errorf("the gateway answered about key %.80q, asked for %q", c.Key, key)
	case c.Account == "":
		return paylink.Outcome{}, fmt.Errorf("the gateway's answer about %q names no account", key)
	}
	out := paylink.Outcome{Status: status, Reference: c.ID, Account: c.Account, Refunded: c.Refunded,
		Method: paylink.Method(c.Method), Amount: paylink.Money{Minor: c.Amount, Currency: paylink.Currency(c.Currency)}}
	out.Detail = c.Wallet.detail(out.Amount.Currency)
	if status == paylink.OutcomeCancelled {
		out.Decline = paylink.DeclineCancelled
		return out, nil // nothing was taken, so nothing else need be right
	}
	if c.State == "captured" || c.State == "settled" {
		out.Amount.Minor = c.Captured
		if c.Refunded > 0 { // whole or in part: Refunded says how much
			out.Status = paylink.OutcomeRefunded
		}
	}
	if c.ID == "" || !out.Amount.Currency.Known() || !within(c.Amount) || !within(c.Captured) || !within(c.Refunded) || c.Refunded > c.Captured {
		return paylink.Outcome{}, fmt.Errorf("the gateway's answer about %q lacks its id or has impossible amounts", key)
	}
	if status == paylink.OutcomeDeclined || status == paylink.OutcomeReturned {
		out.Decline = declineCode(c.Reason)
	}
	if status == paylink.OutcomeAction {
		if !strings.HasPrefix(c.ActionURL, g.public+"/") {
			return paylink.Outcome{}, fmt.Errorf("the gateway sends the payer of %q to %.80q, which is not its own page", key, c.ActionURL)
		}
		out.ActionURL = c.ActionURL
	}
	out.Brand, out.Last4, out.Funding = shown(c.Card, c.Bank)
	if w := c.Wallet; w != nil && len(w.Sender) > 4 {
		out.Last4 = w.Sender[len(w.Sender)-4:]
	}
	if i := c.Instrument; i != nil && i.ID != "" {
		out.Instrument = saved(i)
	}
	return out, nil
}

func within(minor int64) bool { return minor >= 0 && minor <= paylink.MaxMinor }

func shown(c *card, b *bank) (brand, last4, funding string) {
	if c != nil {
		return c.Brand, c.Last4, c.Funding
	}
	if b != nil {
		return "", b.Last4, ""
	}
	return "", "", ""
}

func saved(i *instrument) *paylink.SavedInstrument {
	out := &paylink.SavedInstrument{Token: i.ID, Method: paylink.Method(i.Method)}
	out.Brand, out.Last4, _ = shown(i.Card, i.Bank)
	if i.Card != nil {
		out.ExpMonth, out.ExpYear = i.Card.ExpMonth, i.Card.ExpYear
	}
	return out
}

var declines = map[string]string{
	"insufficient_funds":    paylink.DeclineFunds,
	"expired_card":          paylink.DeclineExpired,
	"incorrect_cvc":         paylink.DeclineCVC,
	"lost_card":             paylink.DeclineLost,
	"stolen_card":           paylink.DeclineStolen,
	"processing_error":      paylink.DeclineProcessing,
	"fraudulent":            paylink.DeclineFraud,
	"authentication_failed": paylink.DeclineAuthFailed,
	"invalid_account":       paylink.DeclineAccount,
	"account_closed":        paylink.DeclineAccount,
	"underpaid":             paylink.DeclineUnderpaid,
}

func declineCode(reason string) string {
	if code, ok := declines[reason]; ok {
		return code
	}
	return paylink.DeclineGeneric
}
