package sqlstore

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// fields splits a list of columns.
func fields(columns string) []string {
	list := strings.Split(columns, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// insertInto is INSERT of the columns, as $1, $2 … in their order.
func insertInto(table, columns string) string {
	list := fields(columns)
	values := make([]string, len(list))
	for i := range list {
		values[i] = "$" + itoa(i+1)
	}
	return "INSERT INTO " + table + " (" + strings.Join(list, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
}

// upsertInto is insertInto that replaces the row with the same key.
func upsertInto(table, columns, key string) string {
	var set []string
	for _, c := range fields(columns) {
		if c != key {
			set = append(set, c+" = excluded."+c)
		}
	}
	return insertInto(table, columns) + " ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(set, ", ")
}

// updateOf is UPDATE of the columns, as $1, $2 …; the condition is written with
// the numbers that follow, as #1, #2 ….
func updateOf(table, columns, condition string) string {
	list := fields(columns)
	set := make([]string, len(list))
	for i, c := range list {
		set[i] = c + " = $" + itoa(i+1)
	}
	for i := 9; i > 0; i-- {
		condition = strings.ReplaceAll(condition, "#"+itoa(i), "$"+itoa(len(list)+i))
	}
	return "UPDATE " + table + " SET " + strings.Join(set, ", ") + " WHERE " + condition
}

// selectFrom is SELECT of the columns; rest begins with WHERE or ORDER BY.
func selectFrom(table, columns, rest string) string {
	return "SELECT " + strings.Join(fields(columns), ", ") + " FROM " + table + " " + rest
}

// prefixed is the columns of a table in a join.
func prefixed(alias, columns string) string {
	list := fields(columns)
	for i := range list {
		list[i] = alias + "." + list[i]
	}
	return strings.Join(list, ", ")
}

// micros is how a time is stored.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// instant scans a time.
type instant time.Time

func at(t *time.Time) *instant { return (*instant)(t) }

// Scan implements sql.Scanner.
func (i *instant) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T, not as an integer", v)
	}
	*i = instant(fromMicros(n))
	return nil
}

// span scans a duration, which is stored in microseconds.
type span time.Duration

// Scan implements sql.Scanner.
func (d *span) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a duration is stored as %T, not as an integer", v)
	}
	*d = span(time.Duration(n) * time.Microsecond)
	return nil
}

// number scans an int; database/sql itself goes through its decimal digits.
type number int

func num(n *int) *number { return (*number)(n) }

// Scan implements sql.Scanner.
func (n *number) Scan(v any) error {
	wide, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a number is stored as %T, not as an integer", v)
	}
	*n = number(wide)
	return nil
}

// document scans JSON; an empty text leaves the target as it is.
type document struct{ into any }

// Scan implements sql.Scanner.
func (d document) Scan(v any) error {
	var raw []byte
	switch text := v.(type) {
	case string:
		raw = []byte(text)
	case []byte:
		raw = text
	default:
		return fmt.Errorf("a document is stored as %T, not as text", v)
	}
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, d.into)
}

// encode is JSON for a column, empty for nil. It is given plain structures of
// texts and numbers only, which always encode.
func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sqlstore: %T does not encode: %v", v, err))
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

// truth is how a bool is stored.
func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// octets scans bytes; none are nil on both engines.
type octets []byte

// Scan implements sql.Scanner.
func (o *octets) Scan(v any) error {
	b, ok := v.([]byte)
	if !ok && v != nil {
		return fmt.Errorf("bytes are stored as %T", v)
	}
	*o = append(octets(nil), b...)
	return nil
}

// blob keeps nil from becoming NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
