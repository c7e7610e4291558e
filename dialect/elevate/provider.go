package elevate

import (
	"net/http"

	"paylink"
)

// provider finds a terminal of the merchant by its number. Terminals that have none
// yet get theirs then, the oldest the lowest: who has one terminal knows that it is
// number 1 without asking.
func (h *Handler) provider(c call, n int64) (t paylink.Terminal, err error) {
	find := func(r paylink.Reader) error {
		id, err := c.one(r, provider, n)
		if err == nil {
			t, err = r.Terminal(id)
		}
		return err
	}
	err = h.Till.Read(c.Context(), find)
	if problemOf(err).Status != http.StatusNotFound || err == nil {
		return t, err
	}
	var all []string
	rerr := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		list, err := r.Terminals(c.merchant)
		for _, one := range list {
			all = append(all, one.ID)
		}
		return err
	})
	if rerr != nil {
		return t, rerr
	}
	if _, err := h.numbers(c, provider, all); err != nil {
		return t, err
	}
	return t, h.Till.Read(c.Context(), find)
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
	t, err := h.provider(c, n)
	if err != nil {
		return answer{}, err
	}
	return h.single(c, providerOf(t), providers.columns)
}

// addProvider refuses: where a merchant's money goes is for whoever runs the server.
func (h *Handler) addProvider(call) (answer, error) { return answer{}, providersAreSet }
