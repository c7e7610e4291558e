package audit

import (
	"time"

	"paylink"
)

// blur is how far apart two transactions' times must be for their order to be
// sure: a time is a transaction's begin, and what it saw may be younger.
const blur = 3 * time.Second

func (a *audit) readEndpoints() error {
	return a.l.EachEndpoint(func(e paylink.Endpoint) error {
		a.report.Endpoints++
		a.objects[keyOf(e.ID)] = struct{}{}
		e.Secret, e.OldSecret = nil, nil
		a.hooks[e.MerchantID] = append(a.hooks[e.MerchantID], e)
		return nil
	})
}

// switchedOff says which endpoints were disabled without a word to the merchant.
func (a *audit) switchedOff() {
	for _, list := range a.hooks {
		for _, e := range list {
			if _, ok := a.disabled[e.ID]; e.Disabled && !ok {
				a.say("I-27", e.ID, "the endpoint is disabled and the merchant was not told")
			}
		}
	}
}

func (a *audit) readDeliveries() error {
	return a.l.EachDelivery(func(d paylink.Delivery) error {
		a.report.Deliveries++
		a.objects[keyOf(d.ID)] = struct{}{}
		a.sent[short(d.EventID, d.EndpointID)] = struct{}{}
		switch d.State {
		case paylink.DeliveryWaiting:
			if d.NextAt.IsZero() {
				a.say("I-27", d.ID, "the delivery waits for no moment: it will never be sent")
			}
		case paylink.DeliveryDone:
			if d.DoneAt.IsZero() || d.Tries == 0 {
				a.say("I-27", d.ID, "the delivery is done without a try or a time")
			}
		case paylink.DeliveryGivenUp, paylink.DeliveryCancelled:
		default:
			a.say("I-27", d.ID, "the delivery's state %q is not known", d.State)
		}
		for _, e := range a.hooks[d.MerchantID] {
			if e.ID == d.EndpointID {
				return nil
			}
		}
		a.say("I-27", d.ID, "its endpoint %s is not one of merchant %s", d.EndpointID, d.MerchantID)
		return nil
	})
}

// told27 expects a delivery of an event for every endpoint that existed, was on
// and wanted it. What happened within blur of a change of the endpoint is let pass;
// so is what came after it was first disabled, because nothing tells when it was
// enabled again.
func (a *audit) told27(e paylink.Event) {
	for _, to := range a.hooks[e.MerchantID] {
		wanted := to
		wanted.Disabled, wanted.RemovedAt = false, time.Time{}
		off, was := a.disabled[to.ID]
		switch {
		case !wanted.Wants(e.Type), e.CreatedAt.Before(to.CreatedAt.Add(blur)):
			continue
		case !to.RemovedAt.IsZero() && e.CreatedAt.After(to.RemovedAt.Add(-blur)):
			continue
		case was && e.CreatedAt.After(off.Add(-blur)), to.Disabled && !was:
			continue
		}
		if _, ok := a.sent[short(e.ID, to.ID)]; !ok {
			a.say("I-27", e.ID, "the event has no delivery to endpoint %s, which wants it", to.ID)
		}
	}
}

// readClaims checks that stored answers belong to objects that exist.
func (a *audit) readClaims() error {
	return a.l.EachClaim(func(c paylink.Claim) error {
		a.report.Claims++
		name := c.Scope + " " + c.Key
		if c.ObjectID == "" || c.Status < 200 || c.Status > 299 {
			a.say("I-21", name, "the key holds an answer of status %d about object %q", c.Status, c.ObjectID)
			return nil
		}
		_, here := a.objects[keyOf(c.ObjectID)]
		if _, l := a.links.get(keyOf(c.ObjectID)); l == nil && !here {
			a.say("I-21", name, "the key answers with %s, which does not exist", c.ObjectID)
		}
		return nil
	})
}
