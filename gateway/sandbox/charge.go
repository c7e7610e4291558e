package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"paylink"
)

type source struct {
	Token      string `json:"token,omitempty"`
	Instrument string `json:"instrument,omitempty"`
	Hosted     bool   `json:"hosted,omitempty"`
}

type customer struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

type chargeRequest struct {
	Key         string   `json:"key"`
	Amount      int64    `json:"amount"`
	Currency    string   `json:"currency"`
	Capture     bool     `json:"capture"`
	Source      source   `json:"source"`
	Method      string   `json:"method,omitempty"`
	Description string   `json:"description,omitempty"`
	ReturnURL   string   `json:"return_url,omitempty"`
	Save        bool     `json:"save,omitempty"`
	Customer    customer `json:"customer"`
	Language    string   `json:"language,omitempty"`
}

// Charge asks for money. A refusal of the request itself (a token that lapsed,
// say) becomes Declined only after the key was made unusable: an earlier request
// with the same key may still be queued inside the bank.
func (g *Gateway) Charge(ctx context.Context, c paylink.Charge) (paylink.Outcome, error) {
	secret, err := g.key(c.Account)
	if err != nil {
		return paylink.Outcome{}, err
	}
	q := chargeRequest{Key: c.Key, Amount: c.Amount.Minor, Currency: string(c.Amount.Currency), Capture: !c.Hold,
		Source: source{Token: c.Token, Instrument: c.Instrument, Hosted: c.Hosted}, Method: string(c.Method),
		Description: c.Description, ReturnURL: c.ReturnURL, Save: c.Save,
		Customer: customer{Name: c.Payer.Name(), Email: c.Payer.Email}, Language: c.Language}
	var got charge
	err = g.client.call(ctx, secret, http.MethodPost, "/v1/charges", q, &got)
	var no *refused
	switch {
	case err == nil:
		return g.outcome(got, c.Key)
	case !errors.As(err, &no):
		return paylink.Outcome{}, err
	case no.Code == "key_cancelled":
		return paylink.Outcome{Status: paylink.OutcomeCancelled, Account: c.Account, Decline: paylink.DeclineCancelled}, nil
	case no.Status != http.StatusUnprocessableEntity:
		return paylink.Outcome{}, err
	}
	out, err := g.CancelKey(ctx, c.Account, c.Key)
	if err != nil { // not wrapped: ErrNotSent would speak of the cancelling only
		return paylink.Outcome{}, fmt.Errorf("the gateway refused payment %s (%s), and its key could not be made unusable: %v", c.Key, no.Code, err)
	}
	if out.Status == paylink.OutcomeCancelled {
		out = paylink.Outcome{Status: paylink.OutcomeDeclined, Account: c.Account, Method: c.Method, Decline: paylink.DeclineGeneric}
	}
	return out, nil
}

// Lookup asks what became of a key.
func (g *Gateway) Lookup(ctx context.Context, account, key string) (paylink.Outcome, error) {
	return g.ask(ctx, http.MethodGet, account, key, "", nil)
}

// CancelKey makes the key unusable, or tells what became of it before.
func (g *Gateway) CancelKey(ctx context.Context, account, key string) (paylink.Outcome, error) {
	return g.ask(ctx, http.MethodPost, account, key, "/cancel", struct{}{})
}

func (g *Gateway) ask(ctx context.Context, method, account, key, act string, in any) (paylink.Outcome, error) {
	secret, err := g.key(account)
	if err != nil {
		return paylink.Outcome{}, err
	}
	var got charge
	err = g.client.call(ctx, secret, method, "/v1/charges/"+url.PathEscape(key)+act, in, &got)
	var no *refused
	if errors.As(err, &no) && no.Status == http.StatusNotFound && no.Code == "not_found" {
		return paylink.Outcome{Status: paylink.OutcomeNotFound, Account: account}, nil
	}
	if err != nil {
		return paylink.Outcome{}, err
	}
	return g.outcome(got, key)
}

type actRequest struct {
	Key    string `json:"key"`
	Amount int64  `json:"amount,omitempty"`
}

// Capture takes what was authorized, or a part of it once. Declined says that
// this capture was not done; what was authorized stands as it was.
func (g *Gateway) Capture(ctx context.Context, account, key, requestKey string, amount paylink.Money) (paylink.Outcome, error) {
	return g.act(ctx, account, key, "capture", requestKey, &amount)
}

// Void gives an authorization, or a bank payment that is still pending, back.
func (g *Gateway) Void(ctx context.Context, account, key, requestKey string) (paylink.Outcome, error) {
	return g.act(ctx, account, key, "void", requestKey, nil)
}

// Refund gives captured money back. Declined says that this refund was not done.
func (g *Gateway) Refund(ctx context.Context, account, key, requestKey string, amount paylink.Money) (paylink.Outcome, error) {
	return g.act(ctx, account, key, "refund", requestKey, &amount)
}

func (g *Gateway) act(ctx context.Context, account, key, kind, requestKey string, amount *paylink.Money) (paylink.Outcome, error) {
	q := actRequest{Key: requestKey}
	if amount != nil {
		if amount.Minor < 1 { // 0 would mean all that is left
			return paylink.Outcome{}, fmt.Errorf("%w: the %s of payment %s has no amount", paylink.ErrNotSent, kind, key)
		}
		q.Amount = amount.Minor
	}
	secret, err := g.key(account)
	if err != nil {
		return paylink.Outcome{}, err
	}
	var got charge
	err = g.client.call(ctx, secret, http.MethodPost, "/v1/charges/"+url.PathEscape(key)+"/"+kind, q, &got)
	var no *refused
	if errors.As(err, &no) {
		switch no.Code {
		case "not_found":
			return paylink.Outcome{Status: paylink.OutcomeNotFound, Account: account}, nil
		case "state", "amount_too_large":
			return paylink.Outcome{Status: paylink.OutcomeDeclined, Account: account, Decline: paylink.DeclineGeneric}, nil
		}
	}
	if err != nil {
		return paylink.Outcome{}, err
	}
	return g.actOutcome(got, key, requestKey, kind)
}

// actOutcome is what became of one act: the charge as it stands now, or Declined.
func (g *Gateway) actOutcome(got charge, key, requestKey, kind string) (paylink.Outcome, error) {
	out, err := g.outcome(got, key)
	if err != nil {
		return paylink.Outcome{}, err
	}
	for _, a := range got.Acts {
		if a.Key != requestKey || a.Kind != kind {
			continue
		}
		switch a.State {
		case "done":
			return out, nil
		case "declined":
			out.Status, out.Decline = paylink.OutcomeDeclined, declineCode(a.Reason)
			return out, nil
		}
	}
	return paylink.Outcome{}, fmt.Errorf("the gateway's answer says nothing of the %s %s", kind, requestKey)
}
