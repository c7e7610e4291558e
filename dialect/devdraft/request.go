package devdraft

import (
	"net/url"
	"strconv"
	"strings"

	"paylink"
	"paylink/dialect"
)

// claim is the call's idempotency key, nil without one. Its scope is the app, the
// method and the path; it is remembered for 24 hours.
func (c call) claim(body dialect.Value) (*paylink.Claim, error) {
	key, err := dialect.IdempotencyKey(c.Header)
	if len(c.Header.Values("Idempotency-Key")) == 0 {
		return nil, nil
	}
	if key = strings.ToLower(key); err != nil || !dialect.IsUUID4(key) {
		return nil, problem(400, "The idempotency-key header must be a UUID v4")
	}
	return &paylink.Claim{Scope: c.merchant + " " + Name + " " + c.Method + " " + c.URL.Path, Key: key,
		Fingerprint: dialect.Fingerprint(body)}, nil
}

// window is what of a list is asked for.
type window struct{ skip, take int }

const (
	usualTake = 10
	// mostTake is how many rows a list gives at most: more are not an error (DEV-list
	// names a maximum, GUIDE-list says that it is not enforced).
	mostTake = 100
	// mostSkip bounds the work of one call: rows that are skipped are read, too.
	mostSkip = 10_000
)

// window reads skip and take. Other parameters are passed over.
func (c call) window() (w window, q url.Values, err error) {
	r := &reader{}
	if q, err = url.ParseQuery(c.URL.RawQuery); err != nil {
		return w, q, problem(400, "the query can't be read")
	}
	one := func(name string, otherwise, least, most int) int {
		text := q.Get(name)
		if len(q[name]) == 0 || text == "" {
			return otherwise
		}
		n, err := strconv.Atoi(text)
		switch {
		case err != nil || len(q[name]) > 1:
			r.wrong(name + " must be an integer number")
		case n < least:
			r.wrong(name + " must not be less than " + strconv.Itoa(least))
		case n > most && most > 0:
			r.wrong(name + " must not be greater than " + strconv.Itoa(most))
		}
		return n
	}
	w.skip = one("skip", 0, 0, mostSkip)
	w.take = min(one("take", usualTake, 1, 0), mostTake)
	return w, q, r.err()
}

// chunk is how many rows are read at a time.
const chunk = 200

// mostCounted bounds a total: rows beyond are not looked at.
const mostCounted = mostSkip + mostTake

// walk reads a list by key, newest first, and gives the rows of the window that pass,
// with how many pass in all where total asks for it.
func walk[T any](w window, total bool, page func(paylink.Paging) ([]T, error), idOf func(T) string, pass func(T) bool) (rows []T, count int, err error) {
	p := paylink.Paging{Limit: chunk}
	if !total && pass == nil {
		p.Skip, p.Limit, w.skip = w.skip, w.take, 0
	}
	for seen := 0; seen < mostCounted; {
		list, err := page(p)
		if err != nil {
			return nil, 0, err
		}
		for _, one := range list {
			if pass != nil && !pass(one) {
				continue
			}
			if count >= w.skip && len(rows) < w.take {
				rows = append(rows, one)
			}
			count++
		}
		if seen += len(list); len(list) < p.Limit || (!total && len(rows) == w.take) {
			break
		}
		p.Skip, p.Before = 0, idOf(list[len(list)-1])
	}
	return rows, count, nil
}

// listing is how products and customers are listed (OpenAPI).
type listing[T any] struct {
	Data  []T `json:"data"`
	Total int `json:"total"`
	Skip  int `json:"skip"`
	Take  int `json:"take"`
}
