package audit

import "paylink"

// debt is a debt's counters, as stored and as counted.
type debt struct {
	scope, reference     string
	reserved, paid       int32
	held, used           int32
	once, asked, missing bool
}

func (a *audit) readDebts() error {
	return a.l.EachDebt(func(d paylink.Debt) error {
		a.report.Debts++
		a.debts.add(keyOf(d.Scope, d.Reference),
			debt{scope: d.Scope, reference: d.Reference, reserved: int32(d.Reserved), paid: int32(d.Paid)})
		return nil
	})
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
		}
	}
	return nil
}
