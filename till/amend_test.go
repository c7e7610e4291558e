package till_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// amend changes the price of a link to an amount, and gives its new address.
func (r *rig) amend(id string, amount int64, rotate bool) (address string) {
	r.t.Helper()
	_, url, err := r.Amend(r.t.Context(), till.Amendment{LinkID: id, MerchantID: r.merchant.ID, Rotate: rotate,
		Edit: func(l *paylink.Link, _ paylink.Standing) error {
			l.Price.Lines = []paylink.Line{{Title: "Cake", Amount: amount}}
			l.ID, l.Version, l.MerchantID, l.Succeeded = "plk_other", 99, "mer_other", 7 // undone
			return nil
		}})
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimPrefix(url, r.BaseURL+"/pay/")
}

func TestNobodyIsChargedAnotherPriceThanTheFormSaid(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	addr, id := r.issue(func(l *paylink.Link) { l.MaxUses = 1 })
	before := r.order(addr, id, "ok")
	if again := r.amend(id, 9900, false); again != addr {
		t.Errorf("the address became %s", again)
	}
	if p, err := r.Pay(t.Context(), before); paylink.KindOf(err) != paylink.Invalid || paylink.CodeOf(err) != "attempt" {
		t.Fatalf("a form that said 25.00: %s %v", p.Amount, err)
	}
	p := r.pay(r.order(addr, id, "ok"))
	if p.State != paylink.Captured || p.Amount.Minor != 9900 {
		t.Errorf("%s %s", p.State, p.Amount)
	}
	if l := r.link(id); l.Version != 2 || l.ID != id || l.Succeeded != 1 {
		t.Errorf("the link is %+v", l)
	}
	if got := r.events(id); !slices.Equal(got, []string{paylink.EventLinkCreated, paylink.EventLinkUpdated}) {
		t.Errorf("told %v", got)
	}
	r.whole()
}

// The old URL opens nothing and pays nothing; who was at the bank by it comes back.
func TestARotatedURLServesWhoHadBegun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old, id := r.issue(nil)
	begun := r.order(old, id, "action")
	p := r.pay(begun)
	fresh := r.amend(id, 3000, true)
	if fresh == old {
		t.Fatal("the address stayed")
	}
	if _, err := r.Look(t.Context(), old); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("the old address opens the link: %v", err)
	}
	if _, err := r.Pay(t.Context(), r.order(old, id, "ok")); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("the old address pays: %v", err)
	}
	s, err := r.LookBack(t.Context(), old)
	if err != nil || s.Link.ID != id || s.Address.Value != old {
		t.Errorf("the way back: %s %s %v", s.Link.ID, s.Address.Value, err)
	}
	r.gateway.says(p, paylink.OutcomeCaptured)
	if got, err := r.Back(t.Context(), s.Link.ID, begun.Attempt); err != nil || got.State != paylink.Captured || got.Amount.Minor != 2500 {
		t.Errorf("who had begun: %s %s %v", got.State, got.Amount, err)
	}
	if p := r.pay(r.order(fresh, id, "ok")); p.Amount.Minor != 3000 {
		t.Errorf("the new address: %s", p.Amount)
	}
	if _, err := r.LookBack(t.Context(), "neverwas"); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("an address that never was: %v", err)
	}
	r.whole()
}

func TestAnAmendmentIsItsOwnersAndOfOpenLinks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, id := r.issue(nil)
	keep := func(*paylink.Link, paylink.Standing) error { return nil }
	if _, _, err := r.Amend(t.Context(), till.Amendment{LinkID: id, MerchantID: "mer_other", Edit: keep}); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("somebody else's: %v", err)
	}
	refuse := func(l *paylink.Link, _ paylink.Standing) error {
		l.ExpiresAt = time.Unix(1, 0)
		return paylink.E(paylink.Invalid, "no", "no")
	}
	if _, _, err := r.Amend(t.Context(), till.Amendment{LinkID: id, MerchantID: r.merchant.ID, Edit: refuse}); paylink.CodeOf(err) != "no" {
		t.Errorf("refused: %v", err)
	}
	if l := r.link(id); l.Version != 1 || !l.ExpiresAt.IsZero() {
		t.Errorf("a refused amendment left %+v", l)
	}
	if _, _, err := r.Close(t.Context(), till.Closing{LinkID: id, MerchantID: r.merchant.ID}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Amend(t.Context(), till.Amendment{LinkID: id, MerchantID: r.merchant.ID, Edit: keep}); paylink.KindOf(err) != paylink.Gone {
		t.Errorf("a closed link: %v", err)
	}
}
