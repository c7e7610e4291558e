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

// fewEnough is how many rows of an index are counted to see which one leaves the fewest.
const fewEnough = 1000

// rarest puts the word of f.Metadata in front that the fewest links have, as far as it is
// counted; apart is true where even fewer have the reference or state that is asked for.
func (r *reader) rarest(f paylink.LinkFilter) (keys []string, apart bool, err error) {
	keys = slices.Sorted(maps.Keys(f.Metadata))
	if len(keys) == 1 && f.Reference == "" && f.State == "" {
		return keys, false, nil
	}
	least := fewEnough
	count := func(table, where string, args ...any) (bool, error) {
		n, err := scalar[int](r, "SELECT count(*) FROM (SELECT 1 FROM "+table+" WHERE "+where+" LIMIT $"+itoa(len(args)+1)+") few", append(args, least)...)
		fewer := n < least
		least = min(least, n)
		return fewer, err
	}
	for i, key := range slices.Clone(keys) {
		fewer, err := count("link_metadata", "merchant_id = $1 AND key = $2 AND value = $3", f.MerchantID, key, f.Metadata[key])
		if err != nil {
			return nil, false, err
		}
		if fewer {
			keys = slices.Insert(slices.Delete(keys, i, i+1), 0, key)
		}
	}
	if f.Reference != "" {
		if apart, err = count("link", "merchant_id = $1 AND reference = $2 AND reference <> ''", f.MerchantID, f.Reference); err != nil {
			return nil, false, err
		}
	}
	if f.State == paylink.LinkOpen || f.State == paylink.LinkClosed {
		fewer, err := count("link", "merchant_id = $1 AND state = '"+string(f.State)+"'", f.MerchantID)
		return keys, apart || fewer, err
	}
	return keys, apart, nil
}

// linksApart lists the links that pass a filter, whose own index gives them in order,
// and looks their words up one by one.
func (r *reader) linksApart(f paylink.LinkFilter, filter []condition, keys []string) ([]paylink.Link, error) {
	for _, key := range keys {
		filter = append(filter, condition{made: func(arg func(any) string) string {
			return "EXISTS (SELECT 1 FROM link_metadata x WHERE x.merchant_id = " + arg(f.MerchantID) + " AND x.key = " + arg(key) +
				" AND x.value = " + arg(f.Metadata[key]) + " AND x.link_id = l.id)"
		}})
	}
	return listBy(r, linkDest, "link l", linkColumnsJoined, "l.id", f.Paging, filter)
}

// linksWith lists the links that have all of f.Metadata: the index of the rarest word
// gives them in order, the others are looked up one by one.
func (r *reader) linksWith(f paylink.LinkFilter, filter []condition) ([]paylink.Link, error) {
	keys, apart, err := r.rarest(f)
	if err != nil {
		return nil, err
	}
	if apart {
		return r.linksApart(f, filter, keys)
	}
	table, id := "", "x0.link_id"
	var words []condition
	for i, key := range keys {
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
