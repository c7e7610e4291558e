package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"paylink"
	"paylink/dialect/frontstream"
	"paylink/dialect/payroc"
	"paylink/gateway/sandbox"
	"paylink/gateway/sandbox/bank"
	"paylink/till"
)

// demoTypes are the events that the demo's inbox hears. Links that are made are not
// among them: a load test makes thousands.
var demoTypes = []string{paylink.EventLinkClosed, paylink.EventLinkShared, paylink.EventShareFailed, paylink.EventPaymentHeld, paylink.EventPaymentPending,
	paylink.EventPaymentSucceeded, paylink.EventPaymentDeclined, paylink.EventPaymentReturned, paylink.EventPaymentVoided,
	paylink.EventPaymentRefunded, paylink.EventPaymentDisputed, paylink.EventPaymentReview}

// furnish makes what the demo needs and is not there yet: the merchant with its
// credentials, its account and saved card at the bank, the inbox's endpoint, a first
// link. Addresses that changed since the last start are put right.
func (d *demo) furnish(ctx context.Context) error {
	n := d.run.node
	if err := d.furnishBank(ctx); err != nil {
		// A bank that is away for a moment does not keep a furnished demo from starting.
		if _, known := n.bank.find(d.known.BankAccount); !known {
			return err
		}
		n.log.Warn("the bank was not told the addresses", "error", err.Error())
	}
	merchant, err := d.merchant(ctx)
	if err != nil {
		return err
	}
	if err := d.furnishPayroc(ctx, merchant); err != nil {
		return err
	}
	if err := d.furnishCoins(ctx, merchant); err != nil {
		return err
	}
	if err := d.furnishElevate(ctx, merchant); err != nil {
		return err
	}
	if err := d.furnishDevdraft(ctx, merchant); err != nil {
		return err
	}
	if err := d.furnishInbox(ctx, merchant); err != nil {
		return err
	}
	return d.furnishLink(ctx, merchant)
}

// furnishBank tells the bank the account, where to call, and the saved card.
func (d *demo) furnishBank(ctx context.Context) error {
	n, c := d.run.node, newBankClient(d.gate)
	a := bank.Account{ID: d.known.BankAccount, Name: "Demo Store", Key: string(d.known.BankKey),
		CallbackURL: d.base + "/callbacks/" + sandboxName, CallbackSecret: d.known.CallbackSecret, Origins: []string{d.base}}
	if err := c.putAccount(ctx, d.GatewayAdminKey, a); err != nil {
		return err
	}
	if _, err := c.saveCard(ctx, d.known.BankKey, demoCard, bank.TokenPrefix+"visa"); err != nil {
		return err
	}
	want := sandbox.Secrets{Key: string(d.known.BankKey), CallbackSecret: d.known.CallbackSecret}
	if had, ok := n.bank.find(a.ID); ok && had == want {
		return nil
	}
	return n.bank.keep(ctx, a.ID, want)
}

// demoCard is what the bank calls the saved test card.
const demoCard = "ins_demo_visa"

// merchant finds the demo's merchant by its key, or makes it with everything.
func (d *demo) merchant(ctx context.Context) (string, error) {
	t, k := d.run.node.till, d.known
	had, err := t.BySecret(ctx, "native", "secret_key", k.NativeKey)
	if err == nil {
		return had.MerchantID, nil
	}
	if paylink.KindOf(err) != paylink.Unauthenticated {
		return "", err
	}
	partner := paylink.NewID(paylink.PrefixPartner, time.Now())
	out, err := t.Enrol(ctx, till.Enrolment{
		Merchant: &paylink.Merchant{Name: "Demo Store", Email: "hello@demo-store.example", URL: "https://demo-store.example", Country: "US",
			Footer: "Demo Store. No money moves here."},
		Terminals: []paylink.Terminal{{Name: "Sandbox, US dollars", Gateway: sandboxName, Account: k.BankAccount,
			Currency: "USD", Methods: []paylink.Method{paylink.Card, paylink.Bank}, Foreign: k.ProcessorGUID}},
		Partner: &paylink.Partner{ID: partner, Name: "Demo Partner"},
		Scopes:  []paylink.Scope{{Name: frontstream.ScopeName(partner, k.IntegrationSource), Once: true}},
		Instruments: []paylink.Instrument{{Gateway: sandboxName, Account: k.BankAccount, Foreign: k.TokenGUID,
			Saved: paylink.SavedInstrument{Token: demoCard, Method: paylink.Card, Brand: "visa", Last4: "4242",
				ExpMonth: 12, ExpYear: time.Now().Year() + 3}}},
		Credentials: []till.NewCredential{
			{Dialect: "native", Kind: "secret_key", Secret: k.NativeKey},
			{Dialect: "frontstream", Kind: "client", Lookup: k.ClientID, Secret: k.ClientSecret, ForPartner: true},
			{Dialect: "frontstream", Kind: "api_key", Secret: k.APIKey},
		},
	})
	return out.Merchant.ID, err
}

// furnishPayroc gives the merchant what Payroc's clients need: a key, and the id by
// which they know the terminal. It is the one that the other APIs use, so that each
// shows what was made through the others.
func (d *demo) furnishPayroc(ctx context.Context, merchant string) error {
	t := d.run.node.till
	_, err := t.BySecret(ctx, payroc.Name, "api_key", d.known.PayrocKey)
	if paylink.KindOf(err) != paylink.Unauthenticated || err == nil {
		return err
	}
	var terms []paylink.Terminal
	err = t.Read(ctx, func(r paylink.Reader) (err error) {
		terms, err = r.Terminals(merchant)
		return err
	})
	if err == nil && len(terms) == 0 {
		err = fmt.Errorf("the demo's merchant %s has no terminal; remove the directory to start anew", merchant)
	}
	if err == nil {
		err = t.Name(ctx, payroc.Name, paylink.PrefixTerminal, terms[0].ID, payrocTerminal)
	}
	if err == nil {
		_, err = t.Enrol(ctx, till.Enrolment{Merchant: &paylink.Merchant{ID: merchant},
			Credentials: []till.NewCredential{{Dialect: payroc.Name, Kind: "api_key", Secret: d.known.PayrocKey}}})
	}
	return err
}

// furnishCoins gives the merchant a terminal for each stablecoin, where it has none.
func (d *demo) furnishCoins(ctx context.Context, merchant string) error {
	t := d.run.node.till
	var had []paylink.Terminal
	err := t.Read(ctx, func(r paylink.Reader) (err error) {
		had, err = r.Terminals(merchant)
		return err
	})
	if err != nil {
		return err
	}
	var missing []paylink.Terminal
	for _, coin := range []paylink.Currency{"USDC", "EURC"} {
		if !slices.ContainsFunc(had, func(t paylink.Terminal) bool { return t.Currency == coin }) {
			missing = append(missing, paylink.Terminal{Name: "Sandbox, " + string(coin), Gateway: sandboxName, Account: d.known.BankAccount,
				Currency: coin, Methods: []paylink.Method{paylink.Stablecoin}})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = t.Enrol(ctx, till.Enrolment{Merchant: &paylink.Merchant{ID: merchant}, Terminals: missing})
	return err
}

// furnishInbox makes the inbox's endpoint, or puts its address right.
func (d *demo) furnishInbox(ctx context.Context, merchant string) error {
	n := d.run.node
	url := d.base + "/demo/hook"
	name := "demo/endpoint/" + merchant
	return n.till.Store.Update(ctx, func(tx paylink.Tx) error {
		id, err := tx.Setting(name)
		if err != nil {
			return err
		}
		if id != "" {
			e, err := tx.LockEndpoint(id)
			if err != nil || !e.RemovedAt.IsZero() || (e.URL == url && e.Disabled != d.Inbox) {
				return err
			}
			e.URL, e.Disabled, e.DisabledReason, e.FailingSince = url, !d.Inbox, "", time.Time{}
			if e.Disabled {
				e.DisabledReason = "the demo was started without its inbox"
			}
			return tx.PutEndpoint(e)
		}
		if !d.Inbox {
			return nil
		}
		e := paylink.Endpoint{ID: paylink.NewID(paylink.PrefixEndpoint, tx.Now()), MerchantID: merchant, URL: url,
			Description: "The demo's own inbox", Types: demoTypes, CreatedAt: tx.Now()}
		if e.Secret, err = n.keys.Seal([]byte(d.known.EndpointSecret), []byte(e.ID)); err != nil {
			return err
		}
		if err := tx.PutEndpoint(e); err != nil {
			return err
		}
		return tx.PutSetting(name, e.ID)
	})
}

// furnishLink makes the first link, once.
func (d *demo) furnishLink(ctx context.Context, merchant string) error {
	n := d.run.node
	name := "demo/link/" + merchant
	var id, terminal, url string
	look := func(r paylink.Reader) (err error) {
		if id, err = r.Setting(name); err == nil && id != "" {
			url, err = n.till.URLOf(r, id)
			return err
		}
		terms, err := r.Terminals(merchant)
		if err == nil && len(terms) == 0 {
			err = fmt.Errorf("the demo's merchant %s has no terminal; remove the directory to start anew", merchant)
		}
		if err == nil {
			terminal = terms[0].ID
		}
		return err
	}
	if err := n.till.Read(ctx, look); err != nil {
		return err
	}
	d.link = url
	if id != "" {
		return nil
	}
	_, err := n.till.Issue(ctx, till.Issuance{
		Link: paylink.Link{MerchantID: merchant, TerminalID: terminal, Dialect: "native",
			Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Title: "Two tickets", Amount: 5000}, {Title: "Booking fee", Amount: 250}}},
			Page: paylink.Page{Title: "Spring concert", Description: "Saturday, eight o'clock. Doors open at seven.",
				Ask: paylink.Ask{Name: true, Email: true}}},
		Render: func(l paylink.Link, u string) (int, []byte) {
			id, d.link = l.ID, u
			return 200, nil
		}})
	if err != nil {
		return err
	}
	return n.till.Store.Update(ctx, func(tx paylink.Tx) error { return tx.PutSetting(name, id) })
}
