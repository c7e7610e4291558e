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
	price           uint64 // hash of currency and lines
	max             int32
	reserved, held  int32 // as stored; as counted
	succeeded, used int32
	over            time.Time // closed or expired, whichever came first; zero: neither
}

func (a *audit) readLinks() error {
	return a.l.EachLink(func(l paylink.Link) error {
		a.report.Links++
		row := link{id: l.ID, max: int32(min(l.MaxUses, 1<<30)), reserved: int32(l.Reserved), succeeded: int32(l.Succeeded)}
		row.price = priceHash(l.Price)
		if row.over = l.ClosedAt; row.over.IsZero() || (!l.ExpiresAt.IsZero() && l.ExpiresAt.Before(row.over)) {
			row.over = l.ExpiresAt
		}
		a.links.add(keyOf(l.ID), row)
		if err := l.Price.Check(); err != nil {
			a.say("I-11", l.ID, "the link's price breaks its own rules: %v", err)
		}
		a.linkVersions(l)
		return nil
	})
}

// linkVersions expects the events of a link. It is made (version 1) and may be
// closed (version 2); nothing else changes one so far.
func (a *audit) linkVersions(l paylink.Link) {
	last := 1
	a.expect(l.ID, paylink.EventLinkCreated, 1)
	if l.State == paylink.LinkClosed {
		last = 2
		a.expect(l.ID, paylink.EventLinkClosed, 2)
	}
	if l.Version != last {
		a.say("I-30", l.ID, "the link is at version %d; what happened to it makes %d", l.Version, last)
	}
}

func (a *audit) closeLinks() error {
	for _, l := range a.links.rows {
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

// priceHash covers what decides the amount: what the payer typed into an open line
// is left out.
func priceHash(p paylink.Price) uint64 {
	parts := []string{string(p.Currency)}
	for _, l := range p.Lines {
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
	if !l.over.IsZero() && !p.CreatedAt.Before(l.over) {
		a.say("I-36", p.ID, "it was reserved at %s; link %s was closed or expired at %s", p.CreatedAt.Format(time.RFC3339Nano), p.LinkID,
			l.over.Format(time.RFC3339Nano))
	}
	if l.price != priceHash(paylink.Price{Currency: p.Amount.Currency, Lines: p.Lines}) {
		a.say("I-06", p.ID, "its lines are not those of link %s", p.LinkID)
	}
}

func recompute(p paylink.Payment) error {
	if len(p.Lines) == 0 {
		return errors.New("the payment has no lines")
	}
	sum := paylink.Money{Currency: p.Amount.Currency}
	for _, line := range p.Lines {
		if line.Open && (line.Amount < line.Min || line.Amount > line.Max) {
			return fmt.Errorf("the amount typed, %s, is outside %d to %d minor units", p.Amount, line.Min, line.Max)
		}
		var err error
		if sum, err = sum.Plus(paylink.Money{Minor: line.Amount, Currency: sum.Currency}); err != nil {
			return err
		}
	}
	if sum != p.Amount {
		return fmt.Errorf("the amount is %s, its lines sum to %s", p.Amount, sum)
	}
	return nil
}
