package till_test

import (
	"testing"

	"paylink"
	"paylink/till"
)

// everything counts what a merchant has.
func (r *rig) everything() (n [3]int) {
	r.t.Helper()
	err := r.Read(r.t.Context(), func(rd paylink.Reader) error {
		links, err := rd.Links(paylink.LinkFilter{})
		if err != nil {
			return err
		}
		events, err := rd.Events(paylink.EventFilter{})
		if err != nil {
			return err
		}
		deliveries, err := rd.Deliveries(paylink.DeliveryFilter{})
		n = [3]int{len(links), len(events), len(deliveries)}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestARehearsalShowsEverythingAndChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.Once(t.Context(), nil, addHook(r, "https://example.com/"), shown); err != nil {
		t.Fatal(err)
	}
	address, id := r.issue(nil)
	before, was := r.everything(), r.link(id)

	made, err := r.Rehearse(t.Context(), r.Issues(till.Issuance{Link: paylink.Link{MerchantID: r.merchant.ID, TerminalID: r.terminal.ID,
		Price: paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 100}}}}}))
	if err != nil || made.Sight == nil || made.Sight.Link.ID != made.Link.ID || made.Sight.Merchant.ID != r.merchant.ID ||
		len(made.Events) != 1 || made.Events[0].Type != paylink.EventLinkCreated {
		t.Errorf("a link: %+v, %v", made, err)
	}
	closed, err := r.Rehearse(t.Context(), r.Closes(till.Closing{LinkID: id, MerchantID: r.merchant.ID}))
	if err != nil || closed.Link.State != paylink.LinkClosed || closed.Sight.Standing != paylink.Closed ||
		len(closed.Events) != 1 || closed.Events[0].Type != paylink.EventLinkClosed {
		t.Errorf("a close: %+v, %v", closed, err)
	}
	if _, err := r.Rehearse(t.Context(), r.Closes(till.Closing{LinkID: id, MerchantID: "mer_other"})); paylink.KindOf(err) != paylink.NotFound {
		t.Errorf("somebody else's link: %v", err)
	}
	if _, err := r.Rehearse(t.Context(), r.Issues(till.Issuance{Link: paylink.Link{MerchantID: r.merchant.ID}})); paylink.KindOf(err) != paylink.Invalid {
		t.Errorf("a link without a price: %v", err)
	}
	hook, err := r.Rehearse(t.Context(), addHook(r, "https://example.com/other"))
	if err != nil || hook.Sight != nil || hook.Endpoint.ID == "" {
		t.Errorf("an endpoint: %+v, %v", hook, err)
	}

	if now := r.everything(); now != before {
		t.Errorf("links, events, deliveries were %v and are %v", before, now)
	}
	if l := r.link(id); l.State != was.State || l.Version != was.Version {
		t.Errorf("the link is %s at version %d", l.State, l.Version)
	}
	if p := r.pay(r.order(address, id, "ok")); p.State != paylink.Captured {
		t.Errorf("the link can't be paid any more: %s", p.State)
	}
}
