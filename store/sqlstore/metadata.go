package sqlstore

import (
	"maps"
	"slices"
	"strings"

	"paylink"
)

// link_metadata is an index that the schema can't make from JSON on both engines.
const (
	metadataColumns = "merchant_id, key, value, link_id"
	forgetMetadata  = "DELETE FROM link_metadata WHERE merchant_id = $1 AND key = $2 AND value = $3 AND link_id = $4"
)

var linkColumnsJoined = prefixed("l", linkColumns)

// linksWith lists the links that have all of f.Metadata: the index of the first word
// gives them in order, the others are looked up one by one.
func (r *reader) linksWith(f paylink.LinkFilter, filter []condition) ([]paylink.Link, error) {
	table, id := "", "x0.link_id"
	var words []condition
	for i, key := range slices.Sorted(maps.Keys(f.Metadata)) {
		alias := "x" + itoa(i)
		words = append(words, equals(alias+".merchant_id", f.MerchantID), equals(alias+".key", key),
			condition{column: alias + ".value", value: f.Metadata[key], given: true})
		if i == 0 {
			table = "link_metadata x0"
			continue
		}
		table += " CROSS JOIN link_metadata " + alias
		words = append(words, literal(alias+".link_id = "+id))
	}
	words = append(words, literal("l.id = "+id))
	for _, c := range filter {
		switch {
		case c.whole:
			c.column = "l." + c.column
		case c.column == "merchant_id": // the index says so
			continue
		default:
			c.column = "l." + c.column
		}
		words = append(words, c)
	}
	return listBy(r, linkDest, table+" CROSS JOIN link l", linkColumnsJoined, id, f.Paging, words)
}

// FindBy implements paylink.Tx.
func (t *tx) FindBy(l paylink.Link, was map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if had := was[key]; had != l.Metadata[key] || !has(l.Metadata, key) {
			if err := t.put(forgetMetadata, l.MerchantID, key, had, l.ID); err != nil {
				return err
			}
		}
	}
	var rows []string
	var args []any
	for _, key := range slices.Sorted(maps.Keys(l.Metadata)) {
		value := l.Metadata[key]
		if had, ok := was[key]; ok && had == value {
			continue
		}
		row := make([]string, 0, 4)
		for _, v := range []any{l.MerchantID, key, value, l.ID} {
			args = append(args, v)
			row = append(row, "$"+itoa(len(args)))
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	if len(rows) == 0 {
		return nil
	}
	return t.put("INSERT INTO link_metadata ("+metadataColumns+") VALUES "+strings.Join(rows, ", ")+" ON CONFLICT DO NOTHING", args...)
}

func has(m map[string]string, key string) bool {
	_, ok := m[key]
	return ok
}
