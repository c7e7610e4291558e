package till_test

import (
	"slices"
	"testing"

	"paylink"
	"paylink/till"
)

// saved keeps a way to pay that the gateway knows already, and gives its id.
func (r *rig) saved(m paylink.Method) string {
	r.t.Helper()
	made, err := r.Enrol(r.t.Context(), till.Enrolment{Merchant: &paylink.Merchant{ID: r.merchant.ID},
		Instruments: []paylink.Instrument{{Gateway: "scripted", Account: "acct_1", Saved: paylink.SavedInstrument{Token: "tok_" + string(m), Method: m, Last4: "6789"}}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return made.Instruments[0].ID
}

func TestOnlyASavedCardIsHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		bank, card := r.saved(paylink.Bank), r.saved(paylink.Card)
		bound := func(instrument string, hold bool) paylink.Link {
			return paylink.Link{MerchantID: r.merchant.ID, TerminalID: r.terminal.ID, Dialect: "native", Foreign: "{}", Hold: hold, Instrument: instrument,
				Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Title: "Cake", Amount: 2500}}}}
		}
		issue := func(l paylink.Link, bring *paylink.Instrument) error {
			_, err := r.Issue(t.Context(), till.Issuance{Link: l, Bring: bring, Render: func(paylink.Link, string) (int, []byte) { return 201, nil }})
			return err
		}
		refuses := func(what string, err error) {
			t.Helper()
			if f := faultsOf(err); paylink.KindOf(err) != paylink.Invalid || len(f) != 1 || f[0].Field != "hold" || f[0].Code != "hold_instrument" {
				t.Errorf("%s: %v", what, err)
			}
		}
		brought := &paylink.Instrument{MerchantID: r.merchant.ID, Gateway: "scripted", Account: "acct_1", Saved: paylink.SavedInstrument{Token: "tok", Method: paylink.Bank}}
		refuses("a hold on a saved bank account", issue(bound(bank, true), nil))
		refuses("a hold on a bank account that is brought along", issue(bound("", true), brought))
		refuses("one that is rehearsed", r.refused(r.Issues(till.Issuance{Link: bound(bank, true)})))
		for what, err := range map[string]error{"a hold on a saved card": issue(bound(card, true), nil), "a debit of a saved account": issue(bound(bank, false), brought)} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}

		_, id := r.issue(func(l *paylink.Link) { l.Instrument = bank })
		amend := func(edit func(*paylink.Link)) error {
			_, _, err := r.Amend(t.Context(), till.Amendment{LinkID: id, MerchantID: r.merchant.ID,
				Edit: func(l *paylink.Link, _ paylink.Standing) error { edit(l); return nil }})
			return err
		}
		refuses("a debit that becomes a hold", amend(func(l *paylink.Link) { l.Hold = true }))
		if l := r.link(id); l.Hold || l.Version != 1 {
			t.Errorf("the refused change left %+v", l)
		}
	})
}

// A link that was made before that was refused takes no debit either.
func TestAHoldThatIsBoundToABankAccountTakesACardOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, r *rig) {
		bank := r.saved(paylink.Bank)
		addr, id := r.issue(func(l *paylink.Link) { l.Instrument = bank })
		if err := r.db.Update(t.Context(), func(tx paylink.Tx) error {
			l, err := tx.LockLink(id)
			if err != nil {
				return err
			}
			l.Hold = true
			return tx.SaveLink(l)
		}); err != nil {
			t.Fatal(err)
		}
		s := r.look(addr)
		if s.Saved != nil || !slices.Equal(s.Methods(), []paylink.Method{paylink.Card}) {
			t.Errorf("the page offers %v and %+v", s.Methods(), s.Saved)
		}
		by := func(m paylink.Method, token string) (paylink.Payment, error) {
			o := r.order(addr, id, token)
			o.Method, o.Saved = m, token == ""
			return r.Pay(t.Context(), o)
		}
		if _, err := by(paylink.Bank, ""); len(faultsOf(err)) != 1 || faultsOf(err)[0].Field != "method" {
			t.Errorf("the saved account: %v", err)
		}
		if r.gateway.calls != 0 {
			t.Errorf("the gateway was asked %d times", r.gateway.calls)
		}
		if p, err := by(paylink.Card, "hold"); err != nil || p.State != paylink.Authorized || p.Method != paylink.Card || p.Instrument != "" {
			t.Errorf("a card: %s by %s %s: %v", p.State, p.Method, p.Instrument, err)
		}
		_, _, err := r.Amend(t.Context(), till.Amendment{LinkID: id, MerchantID: r.merchant.ID,
			Edit: func(l *paylink.Link, _ paylink.Standing) error { l.Paused = true; return nil }})
		if err != nil {
			t.Errorf("it can't be paused: %v", err)
		}
		r.whole()
	})
}
