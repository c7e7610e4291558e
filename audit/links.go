package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"paylink"
)

// link is what is kept of a link, and what its payments add up to.
type link struct {
	id              string
	price           uint64 // hash of currency and lines; 0 where payer, products or a debt decide about them
	tax             paylink.Percent
	max             int32
	reserved, held  int32 // as stored; as counted
	succeeded, used int32
	closed, expires time.Time // zero: not
	priced          int       // see priced
	words           uint64    // of its metadata, less those by which it is found; see readWords
}

func (a *audit) readLinks() error {
	return a.l.EachLink(func(l paylink.Link) error {
		a.report.Links++
		row := link{id: l.ID, max: int32(min(l.MaxUses, 1<<30)), reserved: int32(l.Reserved), succeeded: int32(l.Succeeded)}
		if !loose(l.Price) {
			row.price = priceHash(l.Price.Currency, l.Price.Lines)
		}
		if l.Price.Tax != nil {
			row.tax = l.Price.Tax.Percent
		}
		row.closed, row.expires, row.priced = l.ClosedAt, l.ExpiresAt, priced(l)
		for k, v := range l.Metadata {
			row.words += short(l.MerchantID, k, v)
		}
		a.links.add(keyOf(l.ID), row)
		if err := l.Price.Check(); err != nil {
			a.say("I-11", l.ID, "the link's price breaks its own rules: %v", err)
		}
		a.linkVersions(l)
		return nil
	})
}

// linkVersions expects an event of each version of a link: it is made, may be
// changed, and may be closed, which is the last that happens to it.
func (a *audit) linkVersions(l paylink.Link) {
	least := 1
	if l.State == paylink.LinkClosed {
		least = 2
	}
	if l.Version < least {
		a.say("I-30", l.ID, "the link is at version %d; what happened to it makes %d at least", l.Version, least)
		return
	}
	if l.Version > mostVersions {
		a.say("I-30", l.ID, "the link is at version %d, which nobody changed it to", l.Version)
		return
	}
	for version := range l.Version {
		a.expect(l.ID, eventOfVersion(l, version+1), version+1)
	}
}

// mostVersions bounds the work that a damaged version costs.
const mostVersions = 1 << 16

// eventOfVersion is what the merchant heard when a link came to a version.
func eventOfVersion(l paylink.Link, version int) string {
	switch {
	case version == 1:
		return paylink.EventLinkCreated
	case version == l.Version && l.State == paylink.LinkClosed:
		return paylink.EventLinkClosed
	}
	return paylink.EventLinkUpdated
}

// priced is the version since which a link has had its price and its end, as far as
// its row tells: payments of older versions were shown others.
func priced(l paylink.Link) int {
	if l.State == paylink.LinkClosed {
		return l.Version - 1
	}
	return l.Version
}

// readWords compares the index by which links are found with what is written on them.
func (a *audit) readWords() error {
	return a.l.EachWord(func(w paylink.Word) error {
		if _, l := a.links.get(keyOf(w.LinkID)); l != nil {
			l.words -= short(w.MerchantID, w.Key, w.Value)
		} else {
			a.say("find", w.LinkID, "the metadata key %q finds a link that does not exist", w.Key)
		}
		return nil
	})
}

func (a *audit) closeLinks() error {
	for _, l := range a.links.rows {
		if l.words != 0 {
			a.say("find", l.id, "the link's metadata and what it is found by are not the same")
		}
		if l.reserved != l.held || l.succeeded != l.used {
			a.say("I-05", l.id, "the link counts %d reserved and %d succeeded; its payments make %d and %d",
				l.reserved, l.succeeded, l.held, l.used)
		}
		if l.max > 0 && l.used > l.max {
			a.say("I-04", l.id, "the link may be paid %d times and was paid %d times", l.max, l.used)
		} else if l.max > 0 && l.held+l.used > l.max {
			a.say("I-05", l.id, "the link has %d slots; %d are held and %d used", l.max, l.held, l.used)
		}
	}
	return nil
}

// loose prices don't say alone what lines a payment has: the payer chooses
// quantities, or products or a debt give names and amounts, which change.
func loose(p paylink.Price) bool {
	return len(p.Products()) > 0 || p.Owed() || (p.Chosen() && !p.Open())
}

// priceHash covers what decides the amount: what the payer typed into an open line
// is left out, and so is the tax.
func priceHash(currency paylink.Currency, lines []paylink.Line) uint64 {
	parts := []string{string(currency)}
	for _, l := range lines {
		if l.Levy != nil {
			continue
		}
		if l.Open {
			l.Amount = 0
		}
		raw, _ := json.Marshal(l) // strings, integers and a bool: it can't fail
		parts = append(parts, string(raw))
	}
	return short(parts...)
}

// price works a payment's amount out again from its lines, and compares the lines
// and the time with the link's.
func (a *audit) price(p paylink.Payment) {
	if err := recompute(p); err != nil {
		a.say("I-06", p.ID, "%v", err)
	}
	_, l := a.links.get(keyOf(p.LinkID))
	if l == nil {
		a.say("I-06", p.ID, "its link %s does not exist", p.LinkID)
		return
	}
	late := func(end time.Time, what string) {
		if !end.IsZero() && !p.CreatedAt.Before(end) {
			a.say("I-36", p.ID, "it was reserved at %s; link %s %s at %s", p.CreatedAt.Format(time.RFC3339Nano), p.LinkID, what, end.Format(time.RFC3339Nano))
		}
	}
	late(l.closed, "was closed")
	if p.Link < l.priced {
		return // the link was changed since: its own lines still add up
	}
	late(l.expires, "expired")
	if l.price != 0 && l.price != priceHash(p.Amount.Currency, p.Lines) {
		a.say("I-06", p.ID, "its lines are not those of link %s", p.LinkID)
	}
	if got := levied(p); got != l.tax && (got != 0 || (paylink.Levy{Percent: l.tax}).On(p.Amount.Minor) > 0) {
		a.say("I-06", p.ID, "its tax is %s %%; link %s asks for %s %%", got.Decimal(), p.LinkID, l.tax.Decimal())
	}
}

// levied is the rate of a payment's tax, which is its last line.
func levied(p paylink.Payment) paylink.Percent {
	if n := len(p.Lines); n > 0 && p.Lines[n-1].Levy != nil {
		return p.Lines[n-1].Levy.Percent
	}
	return 0
}

func recompute(p paylink.Payment) error {
	if len(p.Lines) == 0 {
		return errors.New("the payment has no lines")
	}
	sum := paylink.Money{Currency: p.Amount.Currency}
	for i, line := range p.Lines {
		switch {
		case line.Open && (line.Amount < line.Min || line.Amount > line.Max):
			return fmt.Errorf("the amount typed, %s, is outside %d to %d minor units", p.Amount, line.Min, line.Max)
		case line.Amount < 1 || line.N() < 1 || line.N() > paylink.MaxQuantity || line.Amount > paylink.MaxMinor/line.N():
			return fmt.Errorf("line %d is %d times %d minor units", i+1, line.N(), line.Amount)
		case line.Levy != nil && (i != len(p.Lines)-1 || line.Amount != line.Levy.On(sum.Minor)):
			return fmt.Errorf("line %d is a tax of %d minor units; %s %% of the %d before it are %d", i+1, line.Amount,
				line.Levy.Percent.Decimal(), sum.Minor, line.Levy.On(sum.Minor))
		}
		var err error
		if sum, err = sum.Plus(paylink.Money{Minor: line.Amount * line.N(), Currency: sum.Currency}); err != nil {
			return err
		}
	}
	if sum != p.Amount {
		return fmt.Errorf("the amount is %s, its lines sum to %s", p.Amount, sum)
	}
	return nil
}
