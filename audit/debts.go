package audit

import "paylink"

// debt is a debt's counters, as stored and as counted.
type debt struct {
	scope, reference     string
	reserved, paid       int32
	held, used           int32
	once, asked, missing bool
	made, settled        bool // by a merchant; told which payment paid it
}

func (a *audit) readDebts() error {
	return a.l.EachDebt(func(d paylink.Debt) error {
		a.report.Debts++
		a.debts.add(keyOf(d.Scope, d.Reference),
			debt{scope: d.Scope, reference: d.Reference, reserved: int32(d.Reserved), paid: int32(d.Paid),
				once: d.Made(), asked: d.Made(), made: d.Made(), settled: d.PaymentID != ""})
		if d.Made() {
			a.objects[keyOf(d.ID)] = struct{}{}
			a.debtVersions(d)
		}
		return nil
	})
}

// debtVersions expects an event of each version of a debt that a merchant made. What
// happened in the later ones its row does not tell.
func (a *audit) debtVersions(d paylink.Debt) {
	if d.Version < 1 || d.Version > mostVersions {
		a.say("I-30", d.ID, "the debt is at version %d, which nobody changed it to", d.Version)
		return
	}
	for version := range d.Version {
		a.expect(d.ID, taleOfDebt(version+1), version+1)
	}
}

func taleOfDebt(version int) string {
	if version == 1 {
		return paylink.EventDebtCreated
	}
	return debtChanged
}

// debtChanged stands for whatever a merchant heard of a debt after it was made.
const debtChanged = "debt"

// taleOf is the kind under which an event is compared with what should have been told.
func taleOf(kind string) string {
	switch kind {
	case paylink.EventDebtUpdated, paylink.EventDebtPaid, paylink.EventDebtCancelled:
		return debtChanged
	}
	return kind
}

// debtOf finds the row of a payment's debt; one that is not stored is made, and
// said at the end.
func (a *audit) debtOf(p paylink.Payment) (int32, *debt, error) {
	k := keyOf(p.Scope, p.Reference)
	n, d := a.debts.get(k)
	if d == nil {
		n = a.debts.add(k, debt{scope: p.Scope, reference: p.Reference, missing: true})
		d = &a.debts.rows[n]
	}
	if !d.asked {
		once, err := a.o.Once(p.Scope)
		if err != nil {
			return n, d, err
		}
		d.once, d.asked = once, true
	}
	return n, d, nil
}

func (a *audit) closeDebts() error {
	for _, d := range a.debts.rows {
		name := d.scope + " " + d.reference
		switch {
		case d.missing && d.held+d.used > 0:
			a.say("debt", name, "payments count in a debt that is not stored")
		case d.reserved != d.held || d.paid != d.used:
			a.say("debt", name, "the debt counts %d reserved and %d paid; its payments make %d and %d",
				d.reserved, d.paid, d.held, d.used)
		case d.made && d.paid > 1:
			a.say("debt", name, "the debt is owed once and was paid %d times", d.paid)
		case d.made && (d.paid > 0) != d.settled:
			a.say("debt", name, "the debt counts %d paid, and what it says of its payment is another thing", d.paid)
		}
	}
	return nil
}
