package till_test

import (
	"testing"

	"paylink"
)

// Money that did not fit is in suspense until somebody decides; then the books say
// what was decided, and nothing waits any more.
func TestADecisionClearsSuspense(t *testing.T) {
	t.Parallel()
	for _, charged := range []bool{true, false} {
		r := newRig(t)
		address, id := r.issue(nil)
		p := r.pay(r.order(address, id, "less"))
		if sums := r.balances(p.ID); p.State != paylink.Mismatch || sums[paylink.AccountSuspense] == 0 {
			t.Fatalf("%s with %v", p.State, sums)
		}
		if _, err := r.Decide(t.Context(), p.ID, charged, "asked the gateway"); err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{paylink.AccountSuspense: 0, paylink.AccountPayable: 0, paylink.AccountClearing + ":scripted": 0}
		if charged {
			want[paylink.AccountPayable], want[paylink.AccountClearing+":scripted"] = -2500, 2500
		}
		got := r.balances(p.ID)
		for account, sum := range want {
			if got[account] != sum {
				t.Errorf("charged %t: %s is %d, want %d", charged, account, got[account], sum)
			}
		}
	}
}

// balances are the sums of a payment's entries by account.
func (r *rig) balances(id string) map[string]int64 {
	r.t.Helper()
	sums := map[string]int64{}
	err := r.Read(r.t.Context(), func(rd paylink.Reader) error {
		all, err := rd.Entries(id)
		for _, e := range all {
			sums[e.Account] += e.Amount.Minor
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return sums
}
