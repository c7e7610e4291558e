package paylink

import "time"

// Accounts of the ledger, per merchant and currency.
const (
	AccountClearing = "gateway_clearing" // what gateways owe the merchant; behind a colon: which gateway
	AccountPayable  = "merchant_payable" // what is the merchant's
	AccountSuspense = "suspense"         // money that fits no price, until a person decides
	AccountOwedBack = "refund_owed"      // surplus: to be given back whole
)

// Entry is one side of a double entry. Debits are positive, credits negative; the
// entries of one Posting sum to zero in each currency.
type Entry struct {
	Posting    string // id shared by the entries that belong together
	PaymentID  string
	MerchantID string
	Account    string
	Amount     Money
	At         time.Time
}

// Post makes the two entries that move an amount from one account to another:
// a debit of to, a credit of from. Amounts of nothing give no entries.
func Post(p Payment, from, to string, minor int64, now time.Time) []Entry {
	if minor == 0 {
		return nil
	}
	id := NewID(PrefixEntry, now)
	m := Money{Minor: minor, Currency: p.Amount.Currency}
	base := Entry{Posting: id, PaymentID: p.ID, MerchantID: p.MerchantID, At: now}
	debit, credit := base, base
	debit.Account, debit.Amount = to, m
	credit.Account, credit.Amount = from, m.Negate()
	return []Entry{debit, credit}
}
