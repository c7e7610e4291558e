package elevate

import (
	"slices"
	"time"

	"paylink"
)

// between notes the bounds of a date, where it must have one.
func (t *test) between(operator, text string) {
	at, _ := time.Parse(time.DateOnly, text)
	next := at.AddDate(0, 0, 1).Format(time.DateOnly)
	if len(next) != len(text) { // beyond 9999 days don't sort by their letters
		return
	}
	switch operator {
	case "":
		t.dated, t.from, t.till = true, text, next
	case "lt":
		t.dated, t.till = true, text
	case "gt":
		t.dated, t.from = true, next
	}
}

// narrowing tells a walk what of the filters the store can judge. Whoever asks for a
// filter promises that the store judges it as the test does.
type narrowing struct {
	*query
	told map[string]bool // names of fields
}

func (q *query) narrowing() narrowing { return narrowing{q, map[string]bool{}} }

func (n narrowing) test(name string) (test, bool) {
	for _, t := range n.tests {
		if t.name == name {
			return t, true
		}
	}
	return test{}, false
}

// words are the values of which a field must be one; nil where it may be any.
func (n narrowing) words(name string) []string {
	t, is := n.test(name)
	if is && t.values != nil {
		n.told[name] = true
	}
	return t.values
}

// days are the moments between which a date must lie, zero where there is no bound.
func (n narrowing) days(name string) (from, till time.Time) {
	t, is := n.test(name)
	if !is || !t.dated {
		return from, till
	}
	n.told[name] = true
	from, _ = time.Parse(time.DateOnly, t.from) // zero where there is none
	till, _ = time.Parse(time.DateOnly, t.till)
	return from, till
}

// jump is how many rows the store may skip at once, as it does where it judges all
// filters and nothing must be sorted.
func (n narrowing) jump() (rows int) {
	for _, t := range n.tests {
		if !n.told[t.name] {
			return 0
		}
	}
	if len(n.sort) == 0 {
		rows, n.skip = n.skip, 0
	}
	return rows
}

// thoseOf are the values that a word of Elevate's may stand for, of all that there are;
// none is true where words are asked for and none of them stands for anything.
func thoseOf[T any](words []string, all []T, word func(T) string) (some []T, none bool) {
	if words == nil {
		return nil, false
	}
	for _, one := range all {
		if slices.Contains(words, word(one)) {
			some = append(some, one)
		}
	}
	return some, len(some) == 0
}

var paymentStates = []paylink.PaymentState{paylink.Reserved, paylink.Sending, paylink.RequiresAction, paylink.Unknown, paylink.Authorized,
	paylink.Pending, paylink.Captured, paylink.CapturedLate, paylink.Declined, paylink.Abandoned, paylink.Voided, paylink.AuthExpired,
	paylink.PartlyRefunded, paylink.Refunded, paylink.Returned, paylink.Disputed, paylink.DisputeWon, paylink.DisputeLost, paylink.Mismatch}
