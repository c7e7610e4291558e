package elevate

import (
	"paylink"
)

// provider finds a terminal of the merchant by its number. Terminals that have none
// yet get theirs first, the oldest the lowest: who has one terminal knows that it is
// number 1 without asking.
func (c call) provider(tx paylink.Tx, n int64) (t paylink.Terminal, err error) {
	id, err := tx.Number(c.series(provider), n)
	if paylink.KindOf(err) == paylink.NotFound && err != nil {
		all, err := tx.Terminals(c.merchant)
		if err != nil {
			return t, err
		}
		for _, one := range all {
			had, err := number(tx, c.series(provider), one.ID)
			if err != nil {
				return t, err
			}
			if had == n {
				return one, nil
			}
		}
		return t, unknown("paymentProviderId")
	}
	if err != nil {
		return t, err
	}
	return tx.Terminal(id)
}
