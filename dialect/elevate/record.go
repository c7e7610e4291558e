package elevate

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math/big"
	"strings"

	"paylink"
	"paylink/dialect"
)

// record is one thing in a list: its values by the names of their fields. Absent ones
// are left out.
type record map[string]any

// A record's values are string, day, bool, json.Number (an amount) and ref; a ref
// becomes its number, an int64, before it is shown.
type (
	day string // YYYY-MM-DD
	ref struct {
		kind kind
		id   string
	}
)

// form is what a field's values are, and so how they are filtered and sorted.
type form int

const (
	word form = iota
	date
	flag
	figure
	named // by a number
)

// column is a field of the things in a list.
type column struct {
	name  string
	form  form
	kinds []kind // of a named one: what its number may name
}

// set keeps what there is.
func (r record) set(name string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case day:
		if v == "" {
			return
		}
	case ref:
		if v.id == "" {
			return
		}
	}
	r[name] = value
}

// shown is the record as JSON, its fields in the order of the columns.
func (r record) shown(columns []column) json.RawMessage {
	var out bytes.Buffer
	for _, c := range columns {
		v, there := r[c.name]
		if !there {
			continue
		}
		out.WriteByte("{,"[min(out.Len(), 1)])
		out.Write(dialect.JSON(c.name))
		out.WriteByte(':')
		out.Write(dialect.JSON(v))
	}
	if out.Len() == 0 {
		return json.RawMessage("{}")
	}
	out.WriteByte('}')
	return out.Bytes()
}

// compare puts two values of one field in order; absent ones come first.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b)
		}
	case day:
		if b, ok := b.(day); ok {
			return cmp.Compare(a, b)
		}
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	case bool:
		if b, ok := b.(bool); ok && a != b {
			return map[bool]int{false: -1, true: 1}[a]
		} else if ok {
			return 0
		}
	case json.Number:
		if b, ok := b.(json.Number); ok {
			x, _ := new(big.Rat).SetString(a.String())
			y, _ := new(big.Rat).SetString(b.String())
			return x.Cmp(y)
		}
	case nil:
		if b != nil {
			return -1
		}
		return 0
	}
	return 1 // b is absent
}

// numbered puts numbers in the place of all refs, and gives them where there are none:
// kind by kind in one order, so that two lists never wait for each other.
func (h *Handler) numbered(c call, all []record) error {
	want := map[kind][]string{}
	for _, r := range all {
		for _, v := range r {
			if v, is := v.(ref); is {
				want[v.kind] = append(want[v.kind], v.id)
			}
		}
	}
	for _, k := range []kind{provider, currency, customer, invoice, adhoc, payment} {
		if len(want[k]) == 0 {
			continue
		}
		numbers, err := h.numbers(c, k, want[k])
		if err != nil {
			return err
		}
		for _, r := range all {
			for name, v := range r {
				if v, is := v.(ref); is && v.kind == k {
					r[name] = numbers[v.id]
				}
			}
		}
	}
	return nil
}

// numbers are those of objects of one kind; looking writes only where one is missing.
func (h *Handler) numbers(c call, k kind, ids []string) (numbers map[string]int64, err error) {
	s := c.series(k)
	err = h.Till.Read(c.Context(), func(r paylink.Reader) (err error) {
		numbers, err = r.NumbersOf(s, ids...)
		return err
	})
	if err != nil || !missing(numbers, ids) {
		return numbers, err
	}
	err = h.Till.Store.Update(c.Context(), func(tx paylink.Tx) (err error) {
		if numbers, err = tx.NumbersOf(s, ids...); err != nil {
			return err
		}
		for _, id := range ids {
			if numbers[id] == 0 {
				if numbers[id], err = tx.GiveNumber(s, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return numbers, err
}

func missing(numbers map[string]int64, ids []string) bool {
	for _, id := range ids {
		if numbers[id] == 0 {
			return true
		}
	}
	return false
}
