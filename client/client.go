package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client calls one server as one merchant. Its fields may be changed before the first
// call; after that it may be used by many at once.
type Client struct {
	Links      Links
	Payments   Payments
	Products   Catalog[Product, NewProduct]
	Taxes      Catalog[Tax, NewTax]
	Customers  Catalog[Customer, NewCustomer]
	Debts      Debts
	Events     Events
	Endpoints  Endpoints
	Deliveries Deliveries

	// HTTP sends the requests. New's has a time-out of 30 seconds.
	HTTP *http.Client
	// Tries is how often a call is sent at most, 5 with New.
	Tries int
	// Pause is the wait before the second try, 250 ms with New; it doubles from try to
	// try, with some chance in it. A longer Retry-After of the server wins.
	Pause time.Duration
	// Agent is sent as User-Agent.
	Agent string

	server, key string
}

// New makes a client of the server at an origin such as https://pay.example, with a
// merchant's secret key.
func New(server, key string) *Client {
	c := &Client{server: strings.TrimRight(server, "/"), key: key, HTTP: &http.Client{Timeout: 30 * time.Second},
		Tries: 5, Pause: 250 * time.Millisecond, Agent: "paylink-go"}
	c.Links.c, c.Payments.c, c.Events.c, c.Endpoints.c, c.Deliveries.c = c, c, c, c, c
	c.Products.Goods = Goods[Product, NewProduct]{c, "/products", func(p Product) string { return p.ID }}
	c.Taxes.Goods = Goods[Tax, NewTax]{c, "/taxes", func(t Tax) string { return t.ID }}
	c.Customers.Goods = Goods[Customer, NewCustomer]{c, "/customers", func(v Customer) string { return v.ID }}
	c.Debts.Goods = Goods[Debt, NewDebt]{c, "/debts", func(d Debt) string { return d.ID }}
	return c
}

// maxAnswer bounds what is read of an answer: a page of 100 links with themes fits.
const maxAnswer = 16 << 20

// maxPause bounds the wait between two tries, also where the server asks for more.
const maxPause = 30 * time.Second

type keyOfContext struct{}

// WithKey gives the one POST that is made with the context its idempotency key: of
// two calls with one key, whoever makes them, one is done within 24 hours.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyOfContext{}, key)
}

// request is a call before it is sent.
type request struct {
	method, path string
	query        url.Values
	body         any // nil: none
	ifVersion    int // 0: any
}

// call sends a request until there is an answer, and reads it into out.
func (c *Client) call(ctx context.Context, r request, out any) error {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return fmt.Errorf("paylink: %w", err)
		}
	}
	key, _ := ctx.Value(keyOfContext{}).(string)
	if key == "" {
		key = rand.Text()
	}
	var err error
	for try := 1; ; try++ {
		var wait time.Duration
		if wait, err = c.once(ctx, r, body, key, out); err == nil {
			return nil
		}
		var said *Error
		if errors.As(err, &said) && r.method == http.MethodDelete && said.Status == http.StatusNotFound && try > 1 {
			return nil // the try before did it, and its answer was lost
		}
		if ctx.Err() != nil {
			err = ctx.Err()
			break
		}
		if wait < 0 || try >= c.Tries {
			break
		}
		if err := sleep(ctx, max(wait, c.pause(try))); err != nil {
			return fmt.Errorf("paylink: %s %s: %w", r.method, r.path, err)
		}
	}
	var said *Error
	if errors.As(err, &said) {
		return said
	}
	return fmt.Errorf("paylink: %s %s: %w", r.method, r.path, err)
}

// once sends a request. Where that failed, wait is how long the server asks to wait
// before the next try, and negative where another try would fail as well.
func (c *Client) once(ctx context.Context, r request, body []byte, key string, out any) (wait time.Duration, err error) {
	target := c.server + "/api/v1" + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(body))
	if err != nil {
		return -1, err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.Agent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.method == http.MethodPost && r.query.Get("dry_run") == "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if r.ifVersion > 0 {
		req.Header.Set("If-Match", strconv.Quote(strconv.Itoa(r.ifVersion)))
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, fmt.Errorf("the answer broke off: %w", err)
	}
	if res.StatusCode >= 300 {
		said := readError(res, answer)
		if !said.again() {
			return -1, said
		}
		return retryAfter(res.Header), said
	}
	if out == nil || res.StatusCode == http.StatusNoContent {
		return 0, nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return -1, fmt.Errorf("the answer (status %d) can't be read; is %s a paylink server? %w", res.StatusCode, c.server, err)
	}
	return 0, nil
}

// pause is the wait before a try, between half and all of what doubling gives: many
// who were refused together do not come back together.
func (c *Client) pause(try int) time.Duration {
	d := min(c.Pause<<min(try-1, 10), maxPause)
	if d <= 1 {
		return d
	}
	n, err := rand.Int(rand.Reader, big.NewInt(int64(d/2)+1))
	if err != nil {
		return d
	}
	return d/2 + time.Duration(n.Int64())
}

func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, maxPause)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func segment(id string) string { return url.PathEscape(id) }
