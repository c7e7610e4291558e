package till_test

import (
	"strings"
	"testing"
	"time"

	"paylink"
	"paylink/till"
)

// coins gives the rig's merchant a terminal in USDC, and a link of 25 of them.
func (r *rig) coins() (address, linkID string) {
	r.t.Helper()
	made, err := r.Enrol(r.t.Context(), till.Enrolment{Merchant: &paylink.Merchant{ID: r.merchant.ID},
		Terminals: []paylink.Terminal{{Name: "Coins", Gateway: "scripted", Account: "acct_1", Currency: "USDC", Methods: []paylink.Method{paylink.Stablecoin}}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.issue(func(l *paylink.Link) {
		l.TerminalID, l.MaxUses = made.Terminals[0].ID, 1
		l.Price = paylink.Price{Currency: "USDC", Lines: []paylink.Line{{Amount: 25_000_000}}}
	})
}

// transfer presses pay; the script says that a transfer was seen.
func (r *rig) transfer(address, linkID string) paylink.Payment {
	r.t.Helper()
	o := r.order(address, linkID, "bank")
	o.Method = paylink.Stablecoin
	return r.pay(o)
}

func TestATransferWhoseCallbackIsLostIsFoundSoon(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.transfer(r.coins())
	if p.State != paylink.Pending || p.Captured != 25_000_000 {
		t.Fatalf("seen, the payment is %s with %d", p.State, p.Captured)
	}
	r.pass(11 * time.Second) // asked once, and not confirmed yet
	if now := r.payment(p.ID); now.State != paylink.Pending || now.LookAt.IsZero() {
		t.Fatalf("it is %s and will be looked at %s", now.State, now.LookAt)
	}
	r.gateway.says(p, paylink.OutcomeCaptured)
	r.gateway.charges[p.ID].Detail = "30.00 USDC arrived, 5.00 USDC was sent back"
	r.pass(time.Minute)
	if now := r.payment(p.ID); now.State != paylink.Captured || now.Captured != 25_000_000 {
		t.Errorf("confirmed, it is %s with %d", now.State, now.Captured)
	}
	var told []paylink.Step
	err := r.Read(t.Context(), func(rd paylink.Reader) (err error) { told, err = rd.Steps(p.ID); return err })
	if err != nil || !strings.HasSuffix(told[len(told)-1].Detail, "captured: 30.00 USDC arrived, 5.00 USDC was sent back") {
		t.Errorf("its last step says %q, %v", told[len(told)-1].Detail, err)
	}
	r.whole()
}

func TestAPayerWhoWaitsForATransferSeesItConfirmed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	address, id := r.coins()
	p := r.transfer(address, id)
	r.gateway.says(p, paylink.OutcomeCaptured)
	if now, err := r.Back(t.Context(), id, p.Attempt); err != nil || now.State != paylink.Captured {
		t.Errorf("it is %s, %v", now.State, err)
	}
	// A bank's payment takes days: nobody asks for it at each look of its payer.
	address, id = r.issue(nil)
	debit := r.order(address, id, "bank")
	debit.Method = paylink.Bank
	d := r.pay(debit)
	r.gateway.says(d, paylink.OutcomeCaptured)
	if now, err := r.Back(t.Context(), id, d.Attempt); err != nil || now.State != paylink.Pending {
		t.Errorf("it is %s, %v", now.State, err)
	}
	r.whole()
}

// A gateway lets go of what has not settled: nobody paid then, in either book.
func TestAPendingPaymentThatIsVoidedComesBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	d := r.owe("INV-1")
	address, id := r.issueFor(d)
	p := r.pay(r.order(address, id, "bank"))
	if err := r.callback("evt_1", p, r.gateway.says(p, paylink.OutcomeVoided)); err != nil {
		t.Fatal(err)
	}
	now := r.payment(p.ID)
	if now.State != paylink.Returned || now.Refunded != now.Captured || r.balances(p.ID)[paylink.AccountPayable] != 0 {
		t.Errorf("it is %s, %d of %d came back, and the books say %v", now.State, now.Refunded, now.Captured, r.balances(p.ID))
	}
	if got := r.debt(d.ID).State(); got != paylink.DebtOpen || r.standing(address) != paylink.Payable {
		t.Errorf("its debt is %s, the link %s", got, r.standing(address))
	}
	r.whole()
}
