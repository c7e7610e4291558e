package sqlstore

import "paylink"

const productColumns = `id, merchant_id, name, description, currency, amount, active, images, metadata, dialect, foreign_json,
	created_at, updated_at, removed_at`

func productDest(p *paylink.Product) []any {
	return []any{&p.ID, &p.MerchantID, &p.Name, &p.Description, (*string)(&p.Price.Currency), &p.Price.Minor, &p.Active,
		document{&p.Images}, document{&p.Metadata}, &p.Dialect, &p.Foreign, at(&p.CreatedAt), at(&p.UpdatedAt), at(&p.RemovedAt)}
}

var (
	productByID = selectFrom("product", productColumns, "WHERE id = $1")
	putProduct  = upsertInto("product", productColumns, "id")
)

// Product implements paylink.Reader.
func (r *reader) Product(id string) (paylink.Product, error) {
	return find(r, "product", id, productDest, productByID, id)
}

// LockProduct implements paylink.Tx.
func (t *tx) LockProduct(id string) (paylink.Product, error) {
	defer t.waited()
	return find(&t.reader, "product", id, productDest, productByID+t.engine.lock, id)
}

// Products implements paylink.Reader.
func (r *reader) Products(f paylink.ProductFilter) ([]paylink.Product, error) {
	filter := append(where(literal("removed_at = 0"), equals("merchant_id", f.MerchantID), equals("currency", string(f.Currency))), active(f.Active)...)
	if f.Image != "" {
		filter = append(filter, condition{made: func(arg func(any) string) string { return "images LIKE " + arg("%"+f.Image+"%") }})
	}
	return list(r, productDest, "product", productColumns, f.Paging, filter)
}

// PutProduct implements paylink.Tx.
func (t *tx) PutProduct(p paylink.Product) error {
	return t.put(putProduct, p.ID, p.MerchantID, p.Name, p.Description, string(p.Price.Currency), p.Price.Minor, truth(p.Active),
		encode(p.Images), encode(p.Metadata), p.Dialect, p.Foreign, micros(p.CreatedAt), micros(p.UpdatedAt), micros(p.RemovedAt))
}

// active is the condition on a column of that name.
func active(is *bool) []condition {
	switch {
	case is == nil:
		return nil
	case *is:
		return []condition{literal("active = 1")}
	}
	return []condition{literal("active = 0")}
}

const taxColumns = "id, merchant_id, name, description, percent, active, dialect, foreign_json, created_at, updated_at, removed_at"

func taxDest(t *paylink.Tax) []any {
	return []any{&t.ID, &t.MerchantID, &t.Name, &t.Description, (*int64)(&t.Percent), &t.Active, &t.Dialect, &t.Foreign,
		at(&t.CreatedAt), at(&t.UpdatedAt), at(&t.RemovedAt)}
}

var (
	taxByID = selectFrom("tax", taxColumns, "WHERE id = $1")
	putTax  = upsertInto("tax", taxColumns, "id")
)

// Tax implements paylink.Reader.
func (r *reader) Tax(id string) (paylink.Tax, error) {
	return find(r, "tax", id, taxDest, taxByID, id)
}

// LockTax implements paylink.Tx.
func (t *tx) LockTax(id string) (paylink.Tax, error) {
	defer t.waited()
	return find(&t.reader, "tax", id, taxDest, taxByID+t.engine.lock, id)
}

// Taxes implements paylink.Reader.
func (r *reader) Taxes(f paylink.TaxFilter) ([]paylink.Tax, error) {
	return list(r, taxDest, "tax", taxColumns, f.Paging,
		append(where(literal("removed_at = 0"), equals("merchant_id", f.MerchantID)), active(f.Active)...))
}

// PutTax implements paylink.Tx.
func (t *tx) PutTax(v paylink.Tax) error {
	return t.put(putTax, v.ID, v.MerchantID, v.Name, v.Description, int64(v.Percent), truth(v.Active), v.Dialect, v.Foreign,
		micros(v.CreatedAt), micros(v.UpdatedAt), micros(v.RemovedAt))
}

const fileColumns = "id, merchant_id, type, bytes, created_at"

func fileDest(f *paylink.File) []any {
	return []any{&f.ID, &f.MerchantID, &f.Type, (*octets)(&f.Bytes), at(&f.CreatedAt)}
}

var (
	fileByID = selectFrom("file", fileColumns, "WHERE id = $1")
	addFile  = insertInto("file", fileColumns)
)

const (
	keepFile   = "UPDATE file SET kept = 1 WHERE id = $1 AND merchant_id = $2"
	removeFile = "DELETE FROM file WHERE id = $1 AND merchant_id = $2 AND kept = 0"
)

// File implements paylink.Reader.
func (r *reader) File(id string) (paylink.File, error) {
	return find(r, "file", id, fileDest, fileByID, id)
}

// AddFile implements paylink.Tx.
func (t *tx) AddFile(f paylink.File) error {
	return t.put(addFile, f.ID, f.MerchantID, f.Type, blob(f.Bytes), micros(f.CreatedAt))
}

// KeepFile implements paylink.Tx.
func (t *tx) KeepFile(merchantID, id string) error { return t.put(keepFile, id, merchantID) }

// RemoveFile implements paylink.Tx.
func (t *tx) RemoveFile(merchantID, id string) error { return t.put(removeFile, id, merchantID) }
