package till

import (
	"paylink"
)

// verdict is what an outcome means for a payment: the state to move to and why, or
// no change at all.
type verdict struct {
	to    paylink.PaymentState
	cause paylink.Cause
}

var noChange = verdict{}

// judge is the pure rule from (payment, what the gateway says) to the next state.
// Outcomes arrive in any order and any number of times: what is older than what we
// know changes nothing (trust.md I-17), and no success is ever turned into a
// decline (I-13).
func judge(p paylink.Payment, o paylink.Outcome) verdict {
	if p.State.Ended() {
		return judgeLate(p, o)
	}
	open := p.State == paylink.Sending || p.State == paylink.RequiresAction || p.State == paylink.Unknown
	if moved(o.Status) && !fits(p, o) {
		if open || p.State == paylink.Authorized {
			return verdict{paylink.Mismatch, paylink.CauseOutcome}
		}
		return noChange
	}
	switch o.Status {
	case paylink.OutcomeAction:
		if p.State == paylink.Sending || p.State == paylink.Unknown {
			return verdict{paylink.RequiresAction, paylink.CauseOutcome}
		}
	case paylink.OutcomeAuthorized:
		if open {
			return verdict{paylink.Authorized, paylink.CauseOutcome}
		}
	case paylink.OutcomePending:
		if open {
			return verdict{paylink.Pending, paylink.CauseOutcome}
		}
	case paylink.OutcomeCaptured:
		if open || p.State == paylink.Authorized || p.State == paylink.Pending {
			return verdict{paylink.Captured, paylink.CauseOutcome}
		}
	case paylink.OutcomeDeclined, paylink.OutcomeCancelled:
		if open {
			return verdict{paylink.Declined, paylink.CauseOutcome}
		}
	case paylink.OutcomeVoided:
		if open || p.State == paylink.Authorized {
			return verdict{paylink.Voided, paylink.CauseOutcome}
		}
		// It was booked as taken: what was let go before it settled came back.
		if p.State == paylink.Pending {
			return verdict{paylink.Returned, paylink.CauseOutcome}
		}
	case paylink.OutcomeReturned:
		if open || p.State == paylink.Pending || p.State == paylink.Captured || p.State == paylink.CapturedLate {
			return verdict{paylink.Returned, paylink.CauseOutcome}
		}
	case paylink.OutcomeRefunded:
		return refund(p, o, open)
	}
	return noChange
}

// judgeLate is judge for a payment that had ended without money. Where something is
// on its way and not yet decided, the verdict has a cause and no state: look again.
func judgeLate(p paylink.Payment, o paylink.Outcome) verdict {
	switch {
	case !moved(o.Status):
		return noChange
	case !fits(p, o):
		return verdict{paylink.Mismatch, paylink.CauseLate}
	case o.Status == paylink.OutcomeAuthorized || o.Status == paylink.OutcomePending:
		return verdict{"", paylink.CauseLate}
	}
	// What was refunded or returned meanwhile was taken first; the next look tells that.
	return verdict{paylink.CapturedLate, paylink.CauseLate}
}

func refund(p paylink.Payment, o paylink.Outcome, open bool) verdict {
	taken := open || p.State == paylink.Captured || p.State == paylink.CapturedLate || p.State == paylink.PartlyRefunded
	switch {
	case !taken || o.Refunded <= p.Refunded || o.Refunded > p.Amount.Minor:
		return noChange
	case o.Refunded == p.Amount.Minor:
		return verdict{paylink.Refunded, paylink.CauseOutcome}
	}
	return verdict{paylink.PartlyRefunded, paylink.CauseOutcome}
}

// moved reports outcomes that say an amount was held or taken.
func moved(s paylink.OutcomeStatus) bool {
	switch s {
	case paylink.OutcomeAuthorized, paylink.OutcomePending, paylink.OutcomeCaptured, paylink.OutcomeReturned, paylink.OutcomeRefunded:
		return true
	}
	return false
}

// fits reports whether amount, currency and payee are what was asked for.
func fits(p paylink.Payment, o paylink.Outcome) bool {
	return o.Amount == p.Amount && o.Account == p.Account
}
