package sqlstore

import (
	"strings"

	"paylink"
)

const customerColumns = "id, merchant_id, payer, company, metadata, dialect, foreign_json, created_at, updated_at, removed_at"

func customerDest(c *paylink.Customer) []any {
	return []any{&c.ID, &c.MerchantID, document{&c.Payer}, &c.Company, document{&c.Metadata}, &c.Dialect, &c.Foreign,
		at(&c.CreatedAt), at(&c.UpdatedAt), at(&c.RemovedAt)}
}

var (
	customerByID = selectFrom("customer", customerColumns, "WHERE id = $1")
	// The id in the condition makes a put of the same customer a replacement, and one
	// whose address is another's a row that is not touched.
	customerOfEmail = "SELECT id FROM customer WHERE merchant_id = $1 AND email_key = $2 AND email_key <> '' AND removed_at = 0"
	saveCustomer    = updateOf("customer", customerColumns+", email_key", "id = #1")
	addCustomer     = insertInto("customer", customerColumns+", email_key") + " ON CONFLICT DO NOTHING"
)

// Customer implements paylink.Reader.
func (r *reader) Customer(id string) (paylink.Customer, error) {
	return find(r, "customer", id, customerDest, customerByID, id)
}

// LockCustomer implements paylink.Tx.
func (t *tx) LockCustomer(id string) (paylink.Customer, error) {
	defer t.waited()
	return find(&t.reader, "customer", id, customerDest, customerByID+t.engine.lock, id)
}

// Customers implements paylink.Reader.
func (r *reader) Customers(f paylink.CustomerFilter) ([]paylink.Customer, error) {
	filter := where(literal("removed_at = 0"), equals("merchant_id", f.MerchantID), equals("email_key", strings.ToLower(f.Email)))
	if f.Email != "" {
		filter = append(filter, literal("email_key <> ''"))
	}
	filter = append(filter, during("created_at", f.CreatedFrom, f.CreatedTill)...)
	filter = append(filter, during("updated_at", f.UpdatedFrom, f.UpdatedTill)...)
	return list(r, customerDest, "customer", customerColumns, f.Paging, filter)
}

// PutCustomer implements paylink.Tx.
func (t *tx) PutCustomer(c paylink.Customer) error {
	taken := conflict("email_taken", "another customer of this merchant has the address")
	if c.EmailKey() != "" && c.RemovedAt.IsZero() {
		other, err := scalar[string](&t.reader, customerOfEmail, c.MerchantID, c.EmailKey())
		if err != nil {
			return err
		}
		if other != "" && other != c.ID {
			return taken
		}
	}
	values := []any{c.ID, c.MerchantID, encode(c.Payer), c.Company, encode(c.Metadata), c.Dialect, c.Foreign,
		micros(c.CreatedAt), micros(c.UpdatedAt), micros(c.RemovedAt), c.EmailKey()}
	if saved, err := t.did(saveCustomer, append(values, c.ID)...); err != nil || saved {
		return err
	}
	added, err := t.did(addCustomer, values...)
	if err == nil && !added {
		err = taken // by a transaction that was committed since we looked
	}
	return err
}
