package sqlstore

import (
	"fmt"

	"paylink"
)

const stepColumns = "payment_id, n, from_state, to_state, cause, evidence, detail, at"

func stepDest(s *paylink.Step) []any {
	return []any{&s.PaymentID, num(&s.N), (*string)(&s.From), (*string)(&s.To), (*string)(&s.Cause), (*string)(&s.Evidence),
		&s.Detail, at(&s.At)}
}

var (
	addStep        = insertInto("payment_step", stepColumns)
	stepsOfPayment = selectFrom("payment_step", stepColumns, "WHERE payment_id = $1 ORDER BY n")
)

// Steps implements paylink.Reader.
func (r *reader) Steps(paymentID string) ([]paylink.Step, error) {
	return many(r, stepDest, stepsOfPayment, paymentID)
}

func (t *tx) addStep(s paylink.Step) error {
	return t.put(addStep, s.PaymentID, s.N, string(s.From), string(s.To), string(s.Cause), string(s.Evidence), s.Detail, micros(s.At))
}

const entryColumns = "posting, payment_id, merchant_id, account, currency, amount, at"

func entryDest(e *paylink.Entry) []any {
	return []any{&e.Posting, &e.PaymentID, &e.MerchantID, &e.Account, (*string)(&e.Amount.Currency), &e.Amount.Minor, at(&e.At)}
}

var (
	addEntry         = insertInto("entry", entryColumns+", n")
	entriesOfPayment = selectFrom("entry", entryColumns, "WHERE payment_id = $1 ORDER BY at, posting, n")
)

// Entries implements paylink.Reader, in the order of time.
func (r *reader) Entries(paymentID string) ([]paylink.Entry, error) {
	return many(r, entryDest, entriesOfPayment, paymentID)
}

// addEntries numbers the entries of each posting.
func (t *tx) addEntries(entries []paylink.Entry) error {
	place := make(map[string]int, 2)
	for _, e := range entries {
		place[e.Posting]++
		err := t.put(addEntry, e.Posting, e.PaymentID, e.MerchantID, e.Account, string(e.Amount.Currency), e.Amount.Minor,
			micros(e.At), place[e.Posting])
		if err != nil {
			return err
		}
	}
	return nil
}

// balanced refuses entries of another payment or merchant, and postings that do
// not sum to zero in each currency.
func balanced(p paylink.Payment, entries []paylink.Entry) error {
	type sum struct {
		posting  string
		currency paylink.Currency
	}
	sums := make(map[sum]paylink.Money, 2)
	for _, e := range entries {
		if e.PaymentID != p.ID || e.MerchantID != p.MerchantID {
			return wrong("entry", fmt.Errorf("payment %s of %s: an entry names payment %s of %s", p.ID, p.MerchantID, e.PaymentID, e.MerchantID))
		}
		key := sum{e.Posting, e.Amount.Currency}
		total, seen := sums[key]
		if !seen {
			total.Currency = e.Amount.Currency
		}
		total, err := total.Plus(e.Amount)
		if err != nil {
			return wrong("entry", fmt.Errorf("payment %s: posting %s: %w", p.ID, e.Posting, err))
		}
		sums[key] = total
	}
	for key, total := range sums {
		if !total.IsZero() {
			return wrong("entry", fmt.Errorf("payment %s: the entries of posting %s sum to %s instead of nothing", p.ID, key.posting, total))
		}
	}
	return nil
}
