package paylink_test

import (
	"testing"
	"time"

	"paylink"
)

var everyState = []paylink.PaymentState{"", paylink.Reserved, paylink.Sending, paylink.RequiresAction, paylink.Unknown,
	paylink.Authorized, paylink.Pending, paylink.Captured, paylink.CapturedLate, paylink.Declined, paylink.Abandoned,
	paylink.Voided, paylink.AuthExpired, paylink.PartlyRefunded, paylink.Refunded, paylink.Returned, paylink.Disputed,
	paylink.DisputeWon, paylink.DisputeLost, paylink.Mismatch}

var everyCause = []paylink.Cause{paylink.CauseSubmit, paylink.CauseSend, paylink.CauseNotSent, paylink.CauseGiveUp,
	paylink.CauseSilence, paylink.CauseOutcome, paylink.CauseLate, paylink.CauseDecide}

func step(from, to paylink.PaymentState, cause paylink.Cause, ev paylink.EvidenceKind) paylink.Step {
	return paylink.Step{PaymentID: "pay_1", N: 1, From: from, To: to, Cause: cause, Evidence: ev, Detail: "reason"}
}

// allowed reports whether any cause with full evidence leads from one state to another.
func allowed(from, to paylink.PaymentState) bool {
	for _, c := range everyCause {
		for _, ev := range []paylink.EvidenceKind{paylink.NoEvidence, paylink.EvidenceQuery, paylink.EvidenceBoth} {
			if c != paylink.CauseDecide && step(from, to, c, ev).Allowed() == nil {
				return true
			}
		}
	}
	return false
}

func TestCapturedNeverBecomesDeclined(t *testing.T) {
	t.Parallel()
	for _, from := range everyState {
		if !from.Uses() {
			continue
		}
		for _, to := range []paylink.PaymentState{paylink.Declined, paylink.Abandoned, paylink.Reserved, paylink.Sending, paylink.Unknown} {
			if allowed(from, to) {
				t.Errorf("%s may become %s", from, to)
			}
		}
	}
}

func TestWhatTheGatewayDecidedNeedsEvidence(t *testing.T) {
	t.Parallel()
	for _, from := range everyState {
		for _, to := range everyState {
			decided := to.Paid() || to == paylink.Declined || to == paylink.Mismatch || to == paylink.Voided || to == paylink.Returned
			for _, c := range everyCause {
				if decided && step(from, to, c, paylink.NoEvidence).Allowed() == nil {
					t.Errorf("%q may become %q by %q without evidence", from, to, c)
				}
			}
		}
	}
}

func TestALateSuccessNeedsCallbackAndQuery(t *testing.T) {
	t.Parallel()
	for _, ev := range []paylink.EvidenceKind{paylink.EvidenceCallback, paylink.EvidenceQuery, paylink.EvidenceResponse} {
		if step(paylink.Declined, paylink.CapturedLate, paylink.CauseLate, ev).Allowed() == nil {
			t.Errorf("%s alone brought a declined payment back", ev)
		}
	}
	if err := step(paylink.Declined, paylink.CapturedLate, paylink.CauseLate, paylink.EvidenceBoth).Allowed(); err != nil {
		t.Error(err)
	}
}

func TestUnknownIsLeftByEvidenceOrAPersonOnly(t *testing.T) {
	t.Parallel()
	for _, to := range everyState {
		for _, c := range everyCause {
			if step(paylink.Unknown, to, c, paylink.NoEvidence).Allowed() == nil {
				t.Errorf("unknown became %s by %s without evidence", to, c)
			}
		}
	}
}

func TestARefusedMoveLeavesThePaymentAsItWas(t *testing.T) {
	t.Parallel()
	p := paylink.Payment{ID: "pay_1", State: paylink.Captured, Version: 3}
	if _, err := p.Move(paylink.Declined, paylink.CauseOutcome, paylink.EvidenceQuery, "", time.Unix(1, 0)); paylink.KindOf(err) != paylink.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
	if p.State != paylink.Captured || p.Version != 3 {
		t.Errorf("the refused move left %+v", p)
	}
}

func TestEveryStateIsReachableAndCountsOnce(t *testing.T) {
	t.Parallel()
	reached := map[paylink.PaymentState]bool{"": true}
	for range everyState {
		for _, from := range everyState {
			for _, to := range everyState {
				if reached[from] && allowed(from, to) {
					reached[to] = true
				}
			}
		}
	}
	for _, s := range everyState {
		if !reached[s] {
			t.Errorf("no way leads to %s", s)
		}
		if s.Holds() && s.Uses() {
			t.Errorf("%s both holds and uses a slot", s)
		}
		if s != "" && s != paylink.RequiresAction && !s.Paid() && !s.Open() && !s.Failed() {
			t.Errorf("%s shows the payer nothing", s)
		}
	}
}
