package main

import (
	"crypto/rand"
	"encoding/json"
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
			args[i] = vary(args[i])
		}
	}
	return args
}

// number gives out what must differ and is a number.
var number atomic.Int64

// vary makes another value of the same size and alphabet: with them the size of
// the row and its index stays.
func vary(v any) any {
	switch v := v.(type) {
	case int64:
		return number.Add(1)
	case []byte:
		changed := append([]byte(nil), v...)
		rand.Read(changed[max(0, len(changed)-16):])
		return changed
	case string:
		if _, err := strconv.ParseInt(v, 10, 64); err == nil {
			return strconv.FormatInt(number.Add(1), 10)
		}
		return varyText(v)
	}
	return v
}

// varyText replaces up to 16 letters and digits at the end by random ones of the
// same kind; hexadecimal stays that.
func varyText(text string) string {
	changed := []byte(text)
	random := make([]byte, 16)
	rand.Read(random)
	for i, n := len(changed)-1, 0; i >= 0 && n < len(random); i-- {
		switch c := changed[i]; {
		case c >= '0' && c <= '9':
			changed[i] = '0' + random[n]%10
		case c >= 'a' && c <= 'z':
			changed[i] = 'a' + random[n]%6
		case c >= 'A' && c <= 'Z':
			changed[i] = 'A' + random[n]%6
		default:
			continue
		}
		n++
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
