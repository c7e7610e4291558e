package sqlstore

import (
	"slices"
	"strings"

	"paylink"
)

// maxPage is one more than the longest page of paylink.Paging, so that a caller
// can see whether there is a next.
const maxPage = 201

// condition is one part of a list's WHERE: column = value, the column's text alone
// where it is whole, or what made makes of its values' places. given says that an
// empty value is one, too.
type condition struct {
	column, value string
	whole, given  bool
	made          func(arg func(value string) string) string
}

// equals asks that a column has a value.
func equals(column, value string) condition { return condition{column: column, value: value} }

// where keeps the conditions that have a value.
func where(all ...condition) []condition {
	return slices.DeleteFunc(all, func(c condition) bool { return c.value == "" && !c.whole && !c.given })
}

// literal is a condition that stands in the text itself, because an index holds
// only the rows for which it is true and a parameter would hide that from the planner.
func literal(truth string) condition { return condition{column: truth, whole: true} }

// list reads one page by key, newest first. A page after some id is the one
// nearest to it, so that walking back meets every row.
func list[T any](r *reader, dest func(*T) []any, table, columns string, p paylink.Paging, filter []condition) ([]T, error) {
	return listBy(r, dest, table, columns, "id", p, filter)
}

// listBy is list of a join, by the column that holds the id there.
func listBy[T any](r *reader, dest func(*T) []any, table, columns, id string, p paylink.Paging, filter []condition) ([]T, error) {
	var parts []string
	var args []any
	arg := func(value string) string {
		args = append(args, value)
		return "$" + itoa(len(args))
	}
	add := func(expression, value string) { parts = append(parts, expression+" "+arg(value)) }
	for _, c := range filter {
		switch {
		case c.whole:
			parts = append(parts, c.column)
		case c.made != nil:
			parts = append(parts, c.made(arg))
		default:
			add(c.column+" =", c.value)
		}
	}
	for _, bound := range []struct{ sign, id string }{{" >=", p.Since}, {" <", p.Till}, {" <", p.Before}, {" >", p.After}} {
		if bound.id != "" {
			add(id+bound.sign, bound.id)
		}
	}
	order, back := id+" DESC", p.After != "" && p.Before == ""
	if back {
		order = id
	}
	rest := ""
	if len(parts) > 0 {
		rest = "WHERE " + strings.Join(parts, " AND ") + " "
	}
	limit := p.Limit
	if limit < 1 || limit > maxPage {
		limit = maxPage
	}
	args = append(args, limit)
	rows, err := many(r, dest, selectFrom(table, columns, rest+"ORDER BY "+order+" LIMIT $"+itoa(len(args))), args...)
	if back {
		slices.Reverse(rows)
	}
	return rows, err
}
