package audit

import (
	"cmp"
	"math"
	"slices"

	"paylink"
)

// span is a time in which a payment could take, or had taken, the money of a slot
// that is good for one. Times are microseconds since 1970.
type span struct {
	slot     int32 // a link's number, or -1 less a debt's
	from, to int64
	payment  key
}

// slot counts a payment in its link and its debt, and notes when it could take
// their money.
func (a *audit) slot(p paylink.Payment, steps []paylink.Step) error {
	n, l := a.links.get(keyOf(p.LinkID))
	holds, uses := !p.Surplus && p.State.Holds(), !p.Surplus && p.State.Uses()
	if l != nil {
		l.held += one(holds)
		l.used += one(uses)
		if l.max == 1 {
			a.note(n, p, steps)
		}
	}
	if !p.InDebt {
		return nil
	}
	dn, d, err := a.debtOf(p)
	if err != nil {
		return err
	}
	d.held += one(holds)
	d.used += one(uses)
	if d.once {
		a.note(-1-dn, p, steps)
	}
	return nil
}

// note writes down from when to when a payment kept others out: from the step that
// sent it, because a reservation's time is its transaction's begin, which may lie
// before the end of whoever held the slot until then.
func (a *audit) note(slot int32, p paylink.Payment, steps []paylink.Step) {
	from := int64(-1)
	for _, s := range steps {
		late := s.Cause == paylink.CauseLate
		if late && p.Surplus {
			return // it found the slot taken: from here on it is owed back, and keeps nobody out
		}
		keeps := s.To == paylink.Sending || (s.To.Holds() && (from >= 0 || late)) || s.To.Uses()
		switch {
		case keeps && from < 0:
			from = s.At.UnixMicro()
		case !keeps && from >= 0:
			a.slots = append(a.slots, span{slot, from, s.At.UnixMicro(), keyOf(p.ID)})
			from = -1
		}
	}
	if from >= 0 {
		a.slots = append(a.slots, span{slot, from, math.MaxInt64, keyOf(p.ID)})
	}
}

// closeSlots finds spans of one slot that overlap.
func (a *audit) closeSlots() error {
	slices.SortFunc(a.slots, func(x, y span) int { return cmp.Or(cmp.Compare(x.slot, y.slot), cmp.Compare(x.from, y.from)) })
	for i, s := range a.slots {
		if i == 0 || a.slots[i-1].slot != s.slot {
			continue
		}
		before := a.slots[i-1]
		if before.payment != s.payment && before.to > s.from {
			if s.slot >= 0 {
				a.say("I-16", a.links.rows[s.slot].id, "two payments of a link that is paid once could take money at the same time")
			} else {
				d := a.debts.rows[-1-s.slot]
				a.say("I-16", d.scope+" "+d.reference, "two payments of a debt that is paid once could take money at the same time "+
					"(or its scope's duplicate check was switched on afterwards)")
			}
		}
		if before.to > s.to { // the longer one goes on keeping others out
			a.slots[i].to = before.to
			a.slots[i].payment = before.payment
		}
	}
	a.slots = nil
	return nil
}

func one(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
