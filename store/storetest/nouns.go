package storetest

import (
	"context"
	"testing"
	"time"

	"paylink"
)

func readBack(t *testing.T, s store) {
	seed(t, s)
	ctx := context.Background()
	partner := paylink.Partner{ID: "par_1", Name: "P", CreatedAt: then}
	credential := paylink.Credential{ID: "cre_1", Dialect: "d", Kind: "k", Lookup: "l", Hash: "h", Hint: "…9f3a", MerchantID: merchant.ID,
		CreatedAt: then, RevokedAt: then.Add(time.Second)}
	token := paylink.AccessToken{Hash: "th", Dialect: "d", CredentialID: "cre_1", PartnerID: "par_1", MerchantID: "m", Single: true,
		CreatedAt: then, ExpiresAt: then.Add(time.Hour), SpentAt: then.Add(time.Minute)}
	orphan := token
	orphan.Hash, orphan.CredentialID = "orphan", "cre_none"
	instrument := paylink.Instrument{ID: "ins_1", MerchantID: merchant.ID, Gateway: "sandbox", Account: "a", Foreign: "tg",
		Saved:     paylink.SavedInstrument{Token: "tok", Method: paylink.Card, Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2030},
		PaymentID: "pay_1", CreatedAt: then}
	link := newLink()
	bare := paylink.Link{ID: next(paylink.PrefixLink), MerchantID: merchant.ID, TerminalID: terminal.ID, State: paylink.LinkClosed}
	address := paylink.Address{Kind: paylink.AddressToken, Value: "v", LinkID: link.ID, CreatedAt: then, RetiredAt: then}
	payment, step := newPayment(link)
	event, endpoint := newEvent("e"), newEndpoint("other")
	delivery := paylink.Delivery{ID: "whd_1", EventID: event.ID, EventType: "e", EndpointID: endpoint.ID, MerchantID: merchant.ID,
		State: paylink.DeliveryDone, Tries: 3, NextAt: then, LeaseTill: then, LastStatus: 500, LastError: "no", CreatedAt: then, DoneAt: then}
	update(t, s, func(tx paylink.Tx) error {
		for _, put := range []func() error{
			func() error { return tx.PutPartner(partner) },
			func() error { return tx.Grant(partner.ID, merchant.ID) },
			func() error { return tx.Grant(partner.ID, merchant.ID) },
			func() error { return tx.PutCredential(credential) },
			func() error { return tx.AddToken(token) },
			func() error { return tx.AddToken(orphan) },
			func() error { return tx.PutScope(paylink.Scope{Name: "s", Once: true}) },
			func() error { return tx.PutInstrument(instrument) },
			func() error { return tx.AddLink(link, address) },
			func() error { return tx.AddLink(bare) },
			func() error { _, err := tx.AddPayment(payment, step); return err },
			func() error { return tx.PutEndpoint(endpoint) },
			func() error { return tx.AddEvent(event) },
			func() error { return tx.AddDelivery(delivery) },
			func() error { return tx.PutSetting("k", "v") },
		} {
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	})
	err := s.View(ctx, func(r paylink.Reader) error {
		same(t, "merchant", merchant)(r.Merchant(merchant.ID))
		same(t, "merchants", []paylink.Merchant{merchant})(r.Merchants(paylink.Paging{Limit: 10}))
		same(t, "terminal", terminal)(r.Terminal(terminal.ID))
		same(t, "terminal by foreign", terminal)(r.TerminalByForeign("guid-1"))
		same(t, "terminals", []paylink.Terminal{terminal})(r.Terminals(merchant.ID))
		same(t, "partner", partner)(r.Partner(partner.ID))
		same(t, "partner may", true)(r.PartnerMay(partner.ID, merchant.ID))
		same(t, "partner may not", false)(r.PartnerMay(partner.ID, "mer_2"))
		same(t, "credential", credential)(r.Credential("d", "k", "l"))
		same(t, "credentials", []paylink.Credential{credential})(r.Credentials(merchant.ID, ""))
		token.RevokedAt, orphan.RevokedAt = credential.RevokedAt, orphan.CreatedAt
		same(t, "token", token)(r.Token("th"))
		same(t, "token without its credential", orphan)(r.Token("orphan"))
		same(t, "scope", paylink.Scope{Name: "s", Once: true})(r.Scope("s"))
		same(t, "instrument", instrument)(r.Instrument("ins_1"))
		same(t, "instrument by foreign", instrument)(r.InstrumentByForeign(merchant.ID, "tg"))
		same(t, "link", link)(r.Link(link.ID))
		same(t, "bare link", bare)(r.Link(bare.ID))
		same(t, "address", address)(r.Address(paylink.AddressToken, "v"))
		same(t, "addresses", []paylink.Address{address})(r.Addresses(link.ID))
		same(t, "payment", payment)(r.Payment(payment.ID))
		same(t, "payment by attempt", payment)(r.PaymentByAttempt(link.ID, payment.Attempt))
		same(t, "steps", []paylink.Step{step})(r.Steps(payment.ID))
		same(t, "event", event)(r.Event(event.ID))
		same(t, "endpoint", endpoint)(r.Endpoint(endpoint.ID))
		same(t, "endpoints", []paylink.Endpoint{endpoint})(r.Endpoints(merchant.ID))
		same(t, "delivery", delivery)(r.Delivery("whd_1"))
		same(t, "setting", "v")(r.Setting("k"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// same compares what a reader gave.
func same[T any](t *testing.T, what string, want T) func(T, error) {
	return func(got T, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		equal(t, what, got, want)
	}
}

func unknownThings(t *testing.T, s store) {
	err := s.View(context.Background(), func(r paylink.Reader) error {
		for what, read := range map[string]func() error{
			"merchant":              func() error { _, err := r.Merchant("x"); return err },
			"terminal":              func() error { _, err := r.Terminal("x"); return err },
			"terminal by foreign":   func() error { _, err := r.TerminalByForeign(""); return err },
			"partner":               func() error { _, err := r.Partner("x"); return err },
			"credential":            func() error { _, err := r.Credential("x", "x", "x"); return err },
			"token":                 func() error { _, err := r.Token("x"); return err },
			"claim":                 func() error { _, err := r.Claim("x", "x"); return err },
			"link":                  func() error { _, err := r.Link("x"); return err },
			"address":               func() error { _, err := r.Address("x", "x"); return err },
			"foreign id":            func() error { _, err := r.ForeignID("x", "x"); return err },
			"offer":                 func() error { _, err := r.Offer("x"); return err },
			"instrument":            func() error { _, err := r.Instrument("x"); return err },
			"instrument by foreign": func() error { _, err := r.InstrumentByForeign("x", ""); return err },
			"payment":               func() error { _, err := r.Payment("x"); return err },
			"payment by attempt":    func() error { _, err := r.PaymentByAttempt("x", "x"); return err },
			"event":                 func() error { _, err := r.Event("x"); return err },
			"endpoint":              func() error { _, err := r.Endpoint("x"); return err },
			"delivery":              func() error { _, err := r.Delivery("x"); return err },
		} {
			kind(t, what, read(), paylink.NotFound, "")
		}
		same(t, "scope", paylink.Scope{Name: "x"})(r.Scope("x"))
		same(t, "debt", paylink.Debt{Scope: "s", Reference: "x"})(r.Debt("s", "x"))
		same(t, "setting", "")(r.Setting("x"))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	// Neither does it spoil a transaction that the thing was not there.
	update(t, s, func(tx paylink.Tx) error {
		_, err := tx.LockLink("x")
		kind(t, "lock", err, paylink.NotFound, "")
		_, err = tx.LockOffer("x")
		kind(t, "lock", err, paylink.NotFound, "")
		return tx.PutSetting("after", "kept")
	})
	equal(t, "setting", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting("after") }), "kept")
}

func putReplaces(t *testing.T, s store) {
	seed(t, s)
	other := merchant
	other.Name = "Renamed"
	update(t, s, func(tx paylink.Tx) error {
		if err := tx.PutSetting("k", "one"); err != nil {
			return err
		}
		if err := tx.PutSetting("k", "two"); err != nil {
			return err
		}
		return tx.PutMerchant(other)
	})
	equal(t, "merchant", view(t, s, func(r paylink.Reader) (paylink.Merchant, error) { return r.Merchant(merchant.ID) }), other)
	equal(t, "setting", view(t, s, func(r paylink.Reader) (string, error) { return r.Setting("k") }), "two")
}
