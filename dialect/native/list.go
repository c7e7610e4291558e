package native

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"paylink"
)

// list is a page of things, newest first.
type list[T any] struct {
	Object string `json:"object"` // "list"
	Data   []T    `json:"data"`
	// HasMore says that there are more beyond this page, in the direction that was asked.
	HasMore bool `json:"has_more"`
}

func newList[T any](more bool) list[T] { return list[T]{Object: "list", Data: []T{}, HasMore: more} }

const (
	usualLimit = 20
	maxLimit   = 100
)

// query is the parameters of a list.
type query struct {
	values        url.Values
	metadata      map[string]string // of the filters metadata[key]=value
	before, after string
	limit         int
}

// maxFilters is how many words of metadata a list can be narrowed by at once.
const maxFilters = 5

// query reads the parameters of a list: before, after, limit and the filters. An
// unknown one, one given twice, or one that can't be, is told.
func (c call) query(filters ...string) (q query, err error) {
	r := &reader{}
	q = query{limit: usualLimit}
	if q.values, err = url.ParseQuery(c.URL.RawQuery); err != nil {
		r.fault("", "query", "the query can't be read")
		return q, r.faults.Err()
	}
	for name, values := range q.values {
		key, isMetadata := metadataKey(name)
		isMetadata = isMetadata && slices.Contains(filters, anyMetadata)
		switch {
		case isMetadata && len(values) == 1:
			if q.metadata == nil {
				q.metadata = map[string]string{}
			}
			if q.metadata[key] = r.check(name, values[0], maxMetadataValue); len(q.metadata) == maxFilters+1 {
				r.fault("", "too_many", "at most %d words of metadata narrow a list", maxFilters)
			}
		case !isMetadata && !slices.Contains(filters, name) && name != "before" && name != "after" && name != "limit":
			r.fault("", "unknown_parameter", "this list has no parameter of one of the names given; it has %s",
				strings.Join(append([]string{"before", "after", "limit"}, filters...), ", "))
		case len(values) > 1:
			r.fault(name, "twice", "is given twice")
		default:
			r.check(name, values[0], 200)
		}
	}
	q.before, q.after = q.get("before"), q.get("after")
	if q.before != "" && q.after != "" {
		r.fault("after", "direction", "give before or after, not both")
	}
	if s := q.get("limit"); s != "" {
		if q.limit, err = strconv.Atoi(s); err != nil || q.limit < 1 || q.limit > maxLimit {
			r.fault("limit", "range", "must be a whole number from 1 to %d", maxLimit)
		}
	}
	return q, r.faults.Err()
}

// anyMetadata stands for the filters metadata[key] among the names of filters.
const anyMetadata = "metadata[…]"

// metadataKey reads the key out of "metadata[key]".
func metadataKey(name string) (string, bool) {
	key, ok := strings.CutPrefix(name, "metadata[")
	key, end := strings.CutSuffix(key, "]")
	return key, ok && end && key != "" && len(key) <= 4*maxMetadataKey && paylink.CheckText(key) == nil
}

// during is paging, bounded by created_from (it included) and created_to (it excluded).
func (q query) during(prefix string) (paylink.Paging, error) {
	p, r := q.paging(), &reader{}
	for name, to := range map[string]*string{"created_from": &p.Since, "created_to": &p.Till} {
		if s := q.get(name); s != "" {
			*to = paylink.IDAt(prefix, r.instant(name, s))
		}
	}
	return p, r.faults.Err()
}

func (q query) get(name string) string { return q.values.Get(name) }

// one reads a filter that takes some words only.
func (q query) one(name string, words ...string) (string, error) {
	s := q.get(name)
	if s == "" || slices.Contains(words, s) {
		return s, nil
	}
	r := &reader{}
	r.fault(name, "value", "must be one of %s", strings.Join(words, ", "))
	return "", r.faults.Err()
}

// paging asks for one more than the page holds: whether it comes says has_more.
func (q query) paging() paylink.Paging {
	return paylink.Paging{Before: q.before, After: q.after, Limit: q.limit + 1}
}

// trim drops the one too many: the newest where the page lies after an id (it is
// the nearest to it), else the oldest.
func trim[T any](q query, all []T) ([]T, bool) {
	if len(all) <= q.limit {
		return all, false
	}
	if q.after != "" {
		return all[len(all)-q.limit:], true
	}
	return all[:q.limit], true
}
