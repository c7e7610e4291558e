package sqlstore

import (
	"strconv"
	"strings"

	"paylink"
)

// mostObjects is how many objects one statement asks the numbers of; shorter lists
// are filled up, so that there is one statement.
const mostObjects = 100

var numbersOf = numbersOfText()

func numbersOfText() string {
	names := make([]string, mostObjects)
	for i := range names {
		names[i] = "$" + itoa(i+4)
	}
	return selectFrom("number", "object_id, n", "WHERE merchant_id = $1 AND dialect = $2 AND kind = $3 AND object_id IN ("+strings.Join(names, ", ")+")")
}

const (
	objectOfNumber = "SELECT object_id FROM number WHERE merchant_id = $1 AND dialect = $2 AND kind = $3 AND n = $4"
	numberOfObject = "SELECT n FROM number WHERE merchant_id = $1 AND dialect = $2 AND kind = $3 AND object_id = $4"
	takeNumbers    = `INSERT INTO series (merchant_id, dialect, kind, last) VALUES ($1, $2, $3, $4)
	ON CONFLICT (merchant_id, dialect, kind) DO UPDATE SET last = series.last + excluded.last RETURNING last`
	addNumber = `INSERT INTO number (merchant_id, dialect, kind, n, object_id) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (merchant_id, dialect, kind, object_id) DO NOTHING`
)

func values(s paylink.Series, more ...any) []any {
	return append([]any{s.MerchantID, s.Dialect, s.Kind}, more...)
}

// Number implements paylink.Reader.
func (r *reader) Number(s paylink.Series, n int64) (string, error) {
	return find(r, s.Kind, strconv.FormatInt(n, 10), func(id *string) []any { return []any{id} }, objectOfNumber, values(s, n)...)
}

// NumbersOf implements paylink.Reader.
func (r *reader) NumbersOf(s paylink.Series, objectIDs ...string) (map[string]int64, error) {
	out := make(map[string]int64, len(objectIDs))
	if len(objectIDs) == 1 {
		n, err := scalar[int64](r, numberOfObject, values(s, objectIDs[0])...)
		if n > 0 {
			out[objectIDs[0]] = n
		}
		return out, err
	}
	for len(objectIDs) > 0 {
		some := objectIDs[:min(mostObjects, len(objectIDs))]
		objectIDs = objectIDs[len(some):]
		args := values(s)
		for i := range mostObjects {
			args = append(args, some[min(i, len(some)-1)])
		}
		err := r.each(numbersOf, args, func(got row) error {
			var id string
			var n int64
			if err := got.Scan(&id, &n); err != nil {
				return err
			}
			out[id] = n
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// GiveNumber implements paylink.Tx.
func (t *tx) GiveNumber(s paylink.Series, objectID string) (int64, error) {
	n, err := t.next(s)
	if err != nil {
		return 0, err
	}
	added, err := t.did(addNumber, values(s, n, objectID)...)
	if err != nil || added {
		return n, err
	}
	// Somebody was faster; the number that was taken for it is left out.
	return scalar[int64](&t.reader, numberOfObject, values(s, objectID)...)
}
