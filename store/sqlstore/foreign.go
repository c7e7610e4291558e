package sqlstore

import "paylink"

const foreignColumns = "kind, value, object_id, created_at"

func foreignDest(f *paylink.ForeignID) []any {
	return []any{&f.Kind, &f.Value, &f.ObjectID, at(&f.CreatedAt)}
}

var (
	foreignByValue  = selectFrom("foreign_id", foreignColumns, "WHERE kind = $1 AND value = $2")
	foreignByObject = selectFrom("foreign_id", foreignColumns, "WHERE kind = $1 AND object_id = $2")
	addForeign      = insertInto("foreign_id", foreignColumns) + " ON CONFLICT DO NOTHING" // of either index
)

// ForeignID implements paylink.Reader.
func (r *reader) ForeignID(kind, value string) (paylink.ForeignID, error) {
	return find(r, "id", value, foreignDest, foreignByValue, kind, value)
}

// ForeignIDOf implements paylink.Reader.
func (r *reader) ForeignIDOf(kind, objectID string) (paylink.ForeignID, error) {
	return find(r, kind+" id of", objectID, foreignDest, foreignByObject, kind, objectID)
}

// AddForeignID implements paylink.Tx.
func (t *tx) AddForeignID(f paylink.ForeignID) (bool, error) {
	return t.did(addForeign, f.Kind, f.Value, f.ObjectID, micros(f.CreatedAt))
}
