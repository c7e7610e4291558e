package native

import (
	"net/url"
	"slices"
	"strings"
)

// expand reads ?expand=a,b of a thing that is read alone; other parameters it has none.
func (c call) expand(words ...string) (map[string]bool, error) {
	r := &reader{}
	values, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		r.fault("", "query", "the query can't be read")
		return nil, r.faults.Err()
	}
	for name, given := range values {
		switch {
		case name != "expand":
			r.fault("", "unknown_parameter", "there is no parameter of one of the names given; there is expand")
		case len(given) > 1:
			r.fault(name, "twice", "is given twice; part the words by commas")
		}
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	return query{values: values}.expand(words...)
}

// expand reads which ids a list is asked to show as the things themselves.
func (q query) expand(words ...string) (map[string]bool, error) {
	out := map[string]bool{}
	if q.get("expand") == "" {
		return out, nil
	}
	r := &reader{}
	for _, word := range strings.Split(q.get("expand"), ",") {
		if !slices.Contains(words, word) {
			r.fault("expand", "value", "must be of %s, parted by commas", strings.Join(words, ", "))
			break
		}
		out[word] = true
	}
	return out, r.faults.Err()
}
