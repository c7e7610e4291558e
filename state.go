package paylink

import (
	"fmt"
	"time"
)

// Cause is why a state changed.
type Cause string

const (
	CauseSubmit  Cause = "submit"   // the payer pressed pay
	CauseSend    Cause = "send"     // about to call the gateway
	CauseNotSent Cause = "not_sent" // the dial itself was refused
	CauseGiveUp  Cause = "give_up"  // reserved, never sent, lease over
	CauseSilence Cause = "silence"  // time-out, reset, 5xx, nonsense, or a crash found at start-up
	CauseOutcome Cause = "outcome"  // the gateway's definite answer, however it reached us
	CauseLate    Cause = "late"     // success after the end: callback and query agree
	CauseDecide  Cause = "decide"   // an operator, with a reason
)

// EvidenceKind is where the knowledge behind a step came from. A browser's return
// is not among them: its parameters are never evidence.
type EvidenceKind string

const (
	NoEvidence       EvidenceKind = ""
	EvidenceResponse EvidenceKind = "response"
	EvidenceCallback EvidenceKind = "verified_callback"
	EvidenceQuery    EvidenceKind = "query"
	EvidenceBoth     EvidenceKind = "callback_and_query"
	EvidenceOperator EvidenceKind = "operator"
)

// Step is one change of a payment's state, numbered from 1 without gaps.
type Step struct {
	PaymentID string
	N         int
	From, To  PaymentState // From is empty in the first
	Cause     Cause
	Evidence  EvidenceKind
	Detail    string // the gateway's reference, the decline code, an operator's reason
	At        time.Time
}

type edge struct {
	from, to PaymentState
	cause    Cause
}

// edges is the whole table of trust.md 4.4; true marks the steps that need
// evidence. No other edge exists: Captured never becomes Declined.
var edges = buildEdges()

func buildEdges() map[edge]bool {
	t := map[edge]bool{
		{"", Reserved, CauseSubmit}:             false,
		{Reserved, Sending, CauseSend}:          false,
		{Reserved, Abandoned, CauseGiveUp}:      false,
		{Sending, Reserved, CauseNotSent}:       false,
		{Sending, Unknown, CauseSilence}:        false,
		{RequiresAction, Unknown, CauseSilence}: false,
	}
	add := func(cause Cause, to PaymentState, from ...PaymentState) {
		for _, f := range from {
			t[edge{f, to, cause}] = true
		}
	}
	add(CauseOutcome, RequiresAction, Sending, Unknown)
	for _, to := range []PaymentState{Authorized, Captured, Pending, Declined, Mismatch} {
		add(CauseOutcome, to, Sending, RequiresAction, Unknown)
	}
	// A gateway that was late to say so may answer with what came after.
	for _, to := range []PaymentState{Voided, Returned, PartlyRefunded, Refunded} {
		add(CauseOutcome, to, Sending, RequiresAction, Unknown)
	}
	add(CauseOutcome, Captured, Authorized, Pending)
	add(CauseOutcome, Voided, Authorized)
	add(CauseOutcome, AuthExpired, Authorized)
	add(CauseOutcome, Mismatch, Authorized)
	add(CauseOutcome, Returned, Pending, Captured, CapturedLate)
	add(CauseOutcome, PartlyRefunded, Captured, CapturedLate, PartlyRefunded)
	add(CauseOutcome, Refunded, Captured, CapturedLate, PartlyRefunded)
	add(CauseOutcome, Disputed, Captured, CapturedLate, PartlyRefunded)
	add(CauseOutcome, DisputeWon, Disputed)
	add(CauseOutcome, DisputeLost, Disputed)
	add(CauseLate, CapturedLate, Declined, Abandoned, Voided, AuthExpired)
	add(CauseLate, Mismatch, Declined, Abandoned, Voided, AuthExpired)
	add(CauseDecide, Captured, Unknown, Mismatch)
	add(CauseDecide, Declined, Unknown, Mismatch)
	return t
}

// Allowed reports whether a step is in the table and carries the evidence it needs.
func (s Step) Allowed() error {
	needs, ok := edges[edge{s.From, s.To, s.Cause}]
	if !ok {
		return fmt.Errorf("payment %s: no edge from %q to %q by %q", s.PaymentID, s.From, s.To, s.Cause)
	}
	if needs && s.Evidence == NoEvidence {
		return fmt.Errorf("payment %s: %q to %q needs evidence", s.PaymentID, s.From, s.To)
	}
	if s.Cause == CauseLate && s.Evidence != EvidenceBoth && s.Evidence != EvidenceOperator {
		return fmt.Errorf("payment %s: a late success needs callback and query to agree", s.PaymentID)
	}
	if s.Cause == CauseDecide && (s.Evidence != EvidenceOperator || s.Detail == "") {
		return fmt.Errorf("payment %s: a decision needs an operator and a reason", s.PaymentID)
	}
	return nil
}

// Move is the one function that changes a payment's state. It returns the step to
// be stored with the payment, in the same transaction, or an error of kind
// Conflict and the payment untouched.
func (p *Payment) Move(to PaymentState, cause Cause, ev EvidenceKind, detail string, now time.Time) (Step, error) {
	s := Step{PaymentID: p.ID, N: p.Version + 1, From: p.State, To: to, Cause: cause, Evidence: ev, Detail: detail, At: now}
	if err := s.Allowed(); err != nil {
		return Step{}, &Error{Kind: Conflict, Code: "state", Text: err.Error()}
	}
	p.State, p.Version, p.UpdatedAt = to, s.N, now
	return s, nil
}
