package sqlstore

import (
	"slices"
	"strings"
	"time"

	"paylink"
)

// maxPage is one more than the longest page of paylink.Paging, so that a caller
// can see whether there is a next.
const maxPage = 201

// condition is one part of a list's WHERE: column = value, the column's text alone
// where it is whole, or what made makes of its values' places. given says that an
// empty value is one, too, and sign that the column's text ends in another sign.
type condition struct {
	column, value      string
	whole, given, sign bool
	made               func(arg func(value any) string) string
}

// equals asks that a column has a value.
func equals(column, value string) condition { return condition{column: column, value: value} }

// aside is equals of a column whose indexes must not be taken: another condition leaves
// fewer rows, and SQLite, which knows nothing of what the tables hold, may choose wrongly.
func aside(column, value string) condition { return condition{column: column + " || ''", value: value} }

// among asks that a text is one of some; nothing where there are none. Like aside it
// takes no index: the rows must come in the order of their ids.
func among[T ~string](expression string, some []T) []condition {
	if len(some) == 0 {
		return nil
	}
	return []condition{{made: func(arg func(any) string) string {
		places := make([]string, len(some))
		for i, one := range some {
			places[i] = arg(string(one))
		}
		return expression + " || '' IN (" + strings.Join(places, ", ") + ")"
	}}}
}

// during asks that a time lies from one moment to before another, each unless it is zero.
func during(expression string, from, till time.Time) (all []condition) {
	for i, moment := range []time.Time{from, till} {
		if !moment.IsZero() {
			sign := []string{" >= ", " < "}[i]
			all = append(all, condition{made: func(arg func(any) string) string { return expression + sign + arg(micros(moment)) }})
		}
	}
	return all
}

// either asks that a column of truth is as given; nothing where nothing is.
func either(expression string, is *bool) []condition {
	switch {
	case is == nil:
		return nil
	case *is:
		return []condition{literal(expression)}
	}
	return []condition{literal("NOT (" + expression + ")")}
}

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
	arg := func(value any) string {
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
		case c.sign:
			add(c.column, c.value)
		default:
			add(c.column+" =", c.value)
		}
	}
	order, back := id+" DESC", p.After != "" && p.Before == ""
	if back {
		order = id
	}
	text := func(first string) string {
		all := parts
		for _, bound := range bounds(p, first, back) {
			all = append(slices.Clone(all), id+bound.sign+" "+arg(bound.id))
		}
		rest := ""
		if len(all) > 0 {
			rest = "WHERE " + strings.Join(all, " AND ") + " "
		}
		return rest + "ORDER BY " + order + " LIMIT "
	}
	limit := p.Limit
	if limit < 1 || limit > maxPage {
		limit = maxPage
	}
	first, own := "", args
	if p.Skip > 0 {
		// Of the rows that are skipped nothing but the index is read.
		var err error
		query := selectFrom(table, id, text("")+"1 OFFSET "+arg(p.Skip))
		if first, err = scalar[string](r, query, args...); err != nil || first == "" {
			return nil, err
		}
		args = own
	}
	query := selectFrom(table, columns, text(first)+arg(limit))
	rows, err := many(r, dest, query, args...)
	if back {
		slices.Reverse(rows)
	}
	return rows, err
}

// bound is one end of a list of ids.
type bound struct{ sign, id string }

// bounds are those of a page, which begins with the id first where it is known: the
// nearest one at each end, because SQLite begins its search at any one of several.
func bounds(p paylink.Paging, first string, back bool) (ends []bound) {
	least, most := []bound{{" >", p.After}, {" >=", p.Since}}, []bound{{" <", p.Before}, {" <", p.Till}}
	if back {
		least = append(least, bound{" >=", first})
	} else {
		most = append(most, bound{" <=", first})
	}
	for sign, all := range [][]bound{least, most} {
		var end bound
		for _, one := range all {
			nearer := one.id > end.id
			if sign == 1 {
				nearer = one.id < end.id || end.id == ""
			}
			if one.id != "" && nearer {
				end = one
			}
		}
		if end.id != "" {
			ends = append(ends, end)
		}
	}
	return ends
}
