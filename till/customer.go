package till

import (
	"time"

	"paylink"
)

// AddsCustomer makes a customer; ID and times are filled in. Another living customer
// of the merchant with the same e-mail address, whatever its case, is a Conflict
// "email_taken".
func (t *Till) AddsCustomer(c paylink.Customer) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		done.Customer = c
		n := &done.Customer
		n.ID, n.CreatedAt, n.UpdatedAt, n.RemovedAt = paylink.NewID(paylink.PrefixCustomer, tx.Now()), tx.Now(), tx.Now(), time.Time{}
		return done, putCustomer(tx, *n, paylink.EventCustomerCreated)
	}
}

// AmendsCustomer changes a customer; what links were prefilled with stays. edit changes
// the customer as it stands, and may refuse; what it does to id, owner and times is
// undone.
func (t *Till) AmendsCustomer(merchantID, id string, edit func(*paylink.Customer) error) Change {
	return changeCustomer(merchantID, id, paylink.EventCustomerUpdated, func(tx paylink.Tx, c *paylink.Customer) error {
		was := *c
		if err := edit(c); err != nil {
			return err
		}
		c.ID, c.MerchantID, c.Dialect = was.ID, was.MerchantID, was.Dialect
		c.CreatedAt, c.UpdatedAt, c.RemovedAt = was.CreatedAt, tx.Now(), was.RemovedAt
		return nil
	})
}

// RemovesCustomer ends a customer; links and payments keep its id.
func (t *Till) RemovesCustomer(merchantID, id string) Change {
	return changeCustomer(merchantID, id, paylink.EventCustomerRemoved, func(tx paylink.Tx, c *paylink.Customer) error {
		c.UpdatedAt, c.RemovedAt = tx.Now(), tx.Now()
		return nil
	})
}

func putCustomer(tx paylink.Tx, c paylink.Customer, event string) error {
	if err := c.Check(); err != nil {
		return err
	}
	if err := tx.PutCustomer(c); err != nil {
		return err
	}
	return addEvent(tx, c.MerchantID, event, c.ID, 1, c.View())
}

func changeCustomer(merchantID, id, event string, change func(paylink.Tx, *paylink.Customer) error) Change {
	return func(tx paylink.Tx) (done Changed, err error) {
		if done.Customer, err = tx.LockCustomer(id); err != nil {
			return done, err
		}
		if done.Customer.MerchantID != merchantID || !done.Customer.RemovedAt.IsZero() {
			return done, paylink.E(paylink.NotFound, "customer_unknown", "no such customer")
		}
		if err := change(tx, &done.Customer); err != nil {
			return done, err
		}
		return done, putCustomer(tx, done.Customer, event)
	}
}
