package audit

import (
	"encoding/json"
	"slices"
	"strconv"

	"paylink"
)

// eventOf is what a merchant must hear of a payment that came into a state; empty
// for the states in between.
var eventOf = map[paylink.PaymentState]string{
	paylink.Authorized: paylink.EventPaymentHeld, paylink.Pending: paylink.EventPaymentPending,
	paylink.Captured: paylink.EventPaymentSucceeded, paylink.CapturedLate: paylink.EventPaymentSucceeded,
	paylink.Declined: paylink.EventPaymentDeclined, paylink.Voided: paylink.EventPaymentVoided,
	paylink.AuthExpired: paylink.EventPaymentVoided, paylink.Returned: paylink.EventPaymentReturned,
	paylink.PartlyRefunded: paylink.EventPaymentRefunded, paylink.Refunded: paylink.EventPaymentRefunded,
	paylink.Disputed: paylink.EventPaymentDisputed, paylink.DisputeWon: paylink.EventPaymentDisputed,
	paylink.DisputeLost: paylink.EventPaymentDisputed, paylink.Mismatch: paylink.EventPaymentReview,
}

// expect and unexpect keep, for each object, the sum of its missing events less
// that of its superfluous ones. Sums of hashes that cancel out leave nothing behind;
// what is left is looked at once more by name.
func (a *audit) expect(object, kind string, version int) {
	a.count(object, short(object, kind, strconv.Itoa(version)))
}

func (a *audit) unexpect(object, kind string, version int) {
	a.count(object, -short(object, kind, strconv.Itoa(version)))
}

func (a *audit) count(object string, by uint64) {
	k := keyOf(object)
	if sum := a.told[k] + by; sum != 0 {
		a.told[k] = sum
	} else {
		delete(a.told, k)
	}
}

// told26 expects the events of a payment's steps. A review may also come while it
// is unknown, once, when a person is needed.
func (a *audit) told26(p paylink.Payment, steps []paylink.Step) {
	reviews := a.reviews[keyOf(p.ID)]
	seen := 0
	for _, s := range steps {
		switch kind := eventOf[s.To]; {
		case s.To == paylink.Mismatch:
			if !slices.Contains(reviews, s.N) {
				a.say("I-26", p.ID, "version %d (%s) has no event %s", s.N, s.To, kind)
			}
			seen++
		case s.To == paylink.Unknown && slices.Contains(reviews, s.N):
			seen++
		case kind != "":
			a.expect(p.ID, kind, s.N)
		}
	}
	if len(reviews) > seen {
		a.say("I-26", p.ID, "%d events %s; its steps make %d", len(reviews), paylink.EventPaymentReview, seen)
	}
	delete(a.reviews, keyOf(p.ID))
}

func (a *audit) readEvents() error {
	// When an endpoint was switched off is only told by its event: read those first.
	err := a.l.EachEvent(func(e paylink.Event) error {
		if first, ok := a.disabled[e.ObjectID]; e.Type == paylink.EventEndpointDisabled && (!ok || e.CreatedAt.Before(first)) {
			a.disabled[e.ObjectID] = e.CreatedAt
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.switchedOff()
	return a.l.EachEvent(func(e paylink.Event) error {
		a.report.Events++
		a.frozen(e)
		a.told27(e)
		switch e.Type {
		case paylink.EventEndpointDisabled: // may happen to one endpoint many times
		case paylink.EventProductCreated, paylink.EventProductUpdated, paylink.EventProductRemoved, paylink.EventTaxCreated, paylink.EventTaxUpdated,
			paylink.EventTaxRemoved, paylink.EventCustomerCreated, paylink.EventCustomerUpdated, paylink.EventCustomerRemoved:
			// What they are about counts no versions.
		case paylink.EventPaymentReview:
			a.reviews[keyOf(e.ObjectID)] = append(a.reviews[keyOf(e.ObjectID)], e.Version)
		default:
			a.unexpect(e.ObjectID, taleOf(e.Type), e.Version)
		}
		return nil
	})
}

// frozen checks that an event's body says what its row says.
func (a *audit) frozen(e paylink.Event) {
	var body struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Version int    `json:"object_version"`
		Data    struct {
			ID      string `json:"id"`
			Version *int   `json:"object_version"`
		} `json:"data"`
	}
	if err := json.Unmarshal(e.Body, &body); err != nil {
		a.say("I-26", e.ID, "the event's body is not JSON: %v", err)
		return
	}
	if body.ID != e.ID || body.Type != e.Type || body.Version != e.Version || body.Data.ID != e.ObjectID ||
		(body.Data.Version != nil && *body.Data.Version != e.Version) {
		a.say("I-26", e.ID, "the event is %s of %s at version %d; its body says otherwise", e.Type, e.ObjectID, e.Version)
	}
}

// closeEvents walks events and objects once more for those that do not match.
func (a *audit) closeEvents() error {
	for range a.reviews {
		a.say("I-26", "", "an event %s is about a payment that does not exist", paylink.EventPaymentReview)
	}
	if len(a.told) == 0 {
		return nil
	}
	type tale struct {
		kind    string
		version int
	}
	has, wants := map[string][]tale{}, map[string][]tale{}
	off := func(id string) bool { _, ok := a.told[keyOf(id)]; return ok && len(has)+len(wants) < a.o.Most }
	err := a.l.EachEvent(func(e paylink.Event) error {
		if off(e.ObjectID) && e.Type != paylink.EventPaymentReview && e.Type != paylink.EventEndpointDisabled {
			has[e.ObjectID] = append(has[e.ObjectID], tale{taleOf(e.Type), e.Version})
		}
		return nil
	})
	if err == nil {
		err = a.l.EachLink(func(l paylink.Link) error {
			if off(l.ID) {
				for version := range min(l.Version, mostVersions) {
					wants[l.ID] = append(wants[l.ID], tale{eventOfVersion(l, version+1), version + 1})
				}
			}
			return nil
		})
	}
	if err == nil {
		err = a.l.EachDebt(func(d paylink.Debt) error {
			if off(d.ID) {
				for version := range min(d.Version, mostVersions) {
					wants[d.ID] = append(wants[d.ID], tale{taleOfDebt(version + 1), version + 1})
				}
			}
			return nil
		})
	}
	if err == nil {
		err = a.l.EachPayment(func(p paylink.Payment, steps []paylink.Step, _ []paylink.Entry) error {
			for _, s := range steps {
				if kind := eventOf[s.To]; off(p.ID) && kind != "" && s.To != paylink.Mismatch {
					wants[p.ID] = append(wants[p.ID], tale{kind, s.N})
				}
			}
			return nil
		})
	}
	if err == nil {
		err = a.l.EachShare(func(s paylink.Share) error {
			if off(s.ID) {
				wants[s.ID] = append(wants[s.ID], tale{paylink.EventLinkShared, 1})
			}
			return nil
		})
	}
	if err == nil {
		err = a.l.EachMail(func(m paylink.Mail) error {
			if had := wants[m.ShareID]; len(had) > 0 && m.Unsent() {
				wants[m.ShareID] = append(had, tale{paylink.EventShareFailed, 1 + len(had)})
			}
			return nil
		})
	}
	for id := range has {
		if _, ok := wants[id]; !ok {
			wants[id] = nil
		}
	}
	for id, want := range wants {
		a.say("I-26", id, "it should have told %v and told %v", want, has[id])
	}
	return err
}
