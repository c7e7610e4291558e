package main

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
)

// sample is what making one link writes: the tables of the store and the rows
// that came or changed. The bare program writes the same, so it is compared
// with whatever schema paylink has today.
type sample struct {
	Engine string       `json:"engine"`
	Schema []string     `json:"schema"` // what makes the tables, where the engine tells
	Rows   []writtenRow `json:"rows"`
}

type writtenRow struct {
	Table  string  `json:"table"`
	Values []value `json:"values"`
	Unique []bool  `json:"unique"` // which of them no two rows may share
	Random []bool  `json:"random"` // and which of those are in no order
}

// value is what a column holds; the zero value is NULL. PostgreSQL's are all text.
type value struct {
	Int  *int64  `json:"int,omitempty"`
	Text *string `json:"text,omitempty"`
	Blob []byte  `json:"blob,omitempty"`
}

func (v value) arg() any {
	switch {
	case v.Int != nil:
		return *v.Int
	case v.Text != nil:
		return *v.Text
	case v.Blob != nil:
		return v.Blob
	}
	return nil
}

// args are the row's values, with values of their own where they must differ from
// every other row's.
func (r writtenRow) args() []any {
	args := make([]any, len(r.Values))
	for i, v := range r.Values {
		if args[i] = v.arg(); r.Unique[i] {
			args[i] = vary(args[i], r.Random[i])
		}
	}
	return args
}

// number gives out what must differ and is a number.
var number atomic.Int64

// vary makes another value of the same size and alphabet: with them the size of
// the row and its index stays. Values grow, as ids that begin with the time do, or
// are random, as tokens are: to an index that is not the same.
func vary(v any, random bool) any {
	n := number.Add(1)
	if random {
		n = rand.Int64()
	}
	switch v := v.(type) {
	case int64:
		return n
	case []byte:
		changed := append([]byte(nil), v...)
		for i := range min(8, len(changed)) {
			changed[len(changed)-1-i] = byte(n >> (8 * i))
		}
		return changed
	case string:
		if _, err := strconv.ParseInt(v, 10, 64); err == nil {
			return strconv.FormatInt(n, 10)
		}
		if random {
			return varyText(v, n, 21)
		}
		return varyText(v, n, 10)
	}
	return v
}

// varyText writes n over so many of the last letters and digits, in octal, which
// is hexadecimal too and reads in every letter case.
func varyText(text string, n int64, left int) string {
	changed := []byte(text)
	for i := len(changed) - 1; i >= 0 && left > 0; i-- {
		c := changed[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			continue
		}
		changed[i] = '0' + byte(n&7)
		n >>= 3
		left--
	}
	return string(changed)
}

// contents are the rows of a store by what they hold.
type contents map[string]writtenRow

func (c contents) add(r writtenRow) error {
	key, err := json.Marshal(r)
	if err == nil {
		c[string(key)] = r
	}
	return err
}

// without are the rows that another reading does not have.
func (c contents) without(known contents) (rows []writtenRow) {
	for key, r := range c {
		if _, ok := known[key]; !ok {
			rows = append(rows, r)
		}
	}
	return rows
}

// tellRandom finds the keys that are in no order by another act's rows: an id that
// begins with the time begins like the next one.
func (s *sample) tellRandom(another *sample) {
	for i := range s.Rows {
		r := &s.Rows[i]
		r.Random = make([]bool, len(r.Values))
		for column, v := range r.Values {
			r.Random[column] = r.Unique[column] && v.Text != nil && !slices.ContainsFunc(another.Rows, func(other writtenRow) bool {
				return other.Table == r.Table && other.Values[column].Text != nil && alike(*v.Text, *other.Values[column].Text)
			})
		}
	}
}

// alike reports whether two texts have their first half in common.
func alike(a, b string) bool {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return 2*n >= len(a)
}
