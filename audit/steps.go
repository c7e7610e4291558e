package audit

import "paylink"

// steps walks a payment's history. The table of edges is the vocabulary's own
// (Step.Allowed); what must never happen is said here once more in plain words.
func (a *audit) steps(p paylink.Payment, steps []paylink.Step) {
	at := paylink.PaymentState("")
	sent, proof := false, false
	for i, s := range steps {
		if s.N != i+1 || s.From != at || s.PaymentID != p.ID {
			a.say("I-12", p.ID, "step %d is numbered %d and leaves %q; the payment was %q", i+1, s.N, s.From, at)
		}
		if err := s.Allowed(); err != nil {
			a.say("I-12", p.ID, "step %d: %v", s.N, err)
		}
		if s.From.Uses() && (s.To == paylink.Declined || s.To == paylink.Abandoned) {
			a.say("I-13", p.ID, "step %d turns money taken (%s) into %s", s.N, s.From, s.To)
		}
		if s.From.Failed() && s.To.Uses() && (s.Cause != paylink.CauseLate || !enough(s.Evidence)) {
			a.say("I-13", p.ID, "step %d turns %s into %s without two sources that agree", s.N, s.From, s.To)
		}
		if verdict(s.To) && !known(s.Evidence) {
			a.say("I-14", p.ID, "step %d says %s on evidence %q", s.N, s.To, s.Evidence)
		}
		switch {
		case s.To == paylink.Sending:
			sent, proof = true, false
		case s.Cause == paylink.CauseNotSent:
			sent = false
		case s.Evidence != paylink.NoEvidence:
			proof = true
		}
		at = s.To
	}
	if at != p.State || p.Version != len(steps) {
		a.say("I-12", p.ID, "the payment is %q at version %d; its %d steps end in %q", p.State, p.Version, len(steps), at)
	}
	if sent && !proof && p.State != paylink.Sending && p.State != paylink.Unknown {
		a.say("I-15", p.ID, "it was sent, nothing is known of it, and it is %s", p.State)
	}
}

func enough(e paylink.EvidenceKind) bool {
	return e == paylink.EvidenceBoth || e == paylink.EvidenceOperator
}

// verdict reports states that say what became of money.
func verdict(s paylink.PaymentState) bool {
	switch s {
	case "", paylink.Reserved, paylink.Sending, paylink.Unknown, paylink.Abandoned:
		return false
	}
	return true
}

// known is the list of what counts as evidence; a browser's return is not on it.
func known(e paylink.EvidenceKind) bool {
	switch e {
	case paylink.EvidenceResponse, paylink.EvidenceCallback, paylink.EvidenceQuery, paylink.EvidenceBoth, paylink.EvidenceOperator:
		return true
	}
	return false
}
