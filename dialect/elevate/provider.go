package elevate

import (
	"paylink"
)

// provider finds a terminal of the merchant by its number. Terminals that have none
// yet get theirs first, the oldest the lowest: who has one terminal knows that it is
// number 1 without asking.
func (c call) provider(tx paylink.Tx, n int64) (t paylink.Terminal, err error) {
	id, err := tx.Number(c.series(provider), n)
	if paylink.KindOf(err) == paylink.NotFound && err != nil {
		all, err := tx.Terminals(c.merchant)
		if err != nil {
			return t, err
		}
		for _, one := range all {
			had, err := number(tx, c.series(provider), one.ID)
			if err != nil {
				return t, err
			}
			if had == n {
				return one, nil
			}
		}
		return t, unknown("paymentProviderId")
	}
	if err != nil {
		return t, err
	}
	return tx.Terminal(id)
}

var providers = resource{
	columns: []column{{name: "id", form: named, kinds: []kind{provider}}, {name: "type"}, {name: "name"}, {name: "status"},
		{name: "instantBankPayments", form: flag}, {name: "retryIfPossible", form: flag}},
	filters: []string{"type", "instantBankPayments", "retryIfPossible"},
	walk: func(c call, r paylink.Reader, _ *query, take func(record) bool) error {
		all, err := r.Terminals(c.merchant)
		for _, t := range all {
			if err != nil || !take(providerOf(t)) {
				break
			}
		}
		return err
	},
}

// providerOf is a terminal in Elevate's words. Whatever the payer's bank does at once
// makes it one of instant bank payments.
func providerOf(t paylink.Terminal) record {
	one := record{"id": ref{provider, t.ID}, "status": "ACTIVE", "instantBankPayments": t.Takes(paylink.Bank), "retryIfPossible": false}
	one.set("name", t.Name)
	one["type"] = "OTHER"
	if t.Takes(paylink.Card) {
		one["type"] = methodWord(paylink.Card)
	}
	return one
}

// readProvider reads one terminal.
func (h *Handler) readProvider(c call) (answer, error) {
	n, err := c.pathNumber("payment_provider_id")
	if err != nil {
		return answer{}, err
	}
	var one record
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		id, err := c.one(r, provider, n)
		if err != nil {
			return err
		}
		t, err := r.Terminal(id)
		one = providerOf(t)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return h.single(c, one, providers.columns)
}

// addProvider refuses: where a merchant's money goes is for whoever runs the server.
func (h *Handler) addProvider(call) (answer, error) { return answer{}, providersAreSet }
