package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// pageSize is how many things a request of a list asks for.
const pageSize = 100

// Page is one answer of a list.
type Page[T any] struct {
	Object  string `json:"object"`
	Data    []T    `json:"data"`
	HasMore bool   `json:"has_more"`
}

// walk gives everything in a list, newest first, asking for pages as they are needed.
// After an error it ends.
func walk[T any](ctx context.Context, c *Client, path string, query url.Values, id func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		q := url.Values{}
		for name, values := range query {
			q[name] = values
		}
		q.Set("limit", strconv.Itoa(pageSize))
		for {
			var p Page[T]
			if err := c.call(ctx, request{method: http.MethodGet, path: path, query: q}, &p); err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, one := range p.Data {
				if !yield(one, nil) {
					return
				}
			}
			if !p.HasMore || len(p.Data) == 0 {
				return
			}
			q.Set("before", id(p.Data[len(p.Data)-1]))
		}
	}
}

// set puts a parameter that is not empty.
func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

func setTime(q url.Values, name string, t time.Time) {
	if !t.IsZero() {
		q.Set(name, t.UTC().Format(time.RFC3339Nano))
	}
}
