package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"paylink"
	"paylink/internal/fault"
)

// answerMost is the longest answer that is read: a longer one is none.
const answerMost = 64 << 10

type client struct {
	base  string
	total time.Duration
	http  *http.Client
}

// refused is an answer by which the bank says that it did not do what was asked.
type refused struct {
	Status  int
	Code    string
	Message string
}

func (r *refused) Error() string {
	return fmt.Sprintf("the gateway refused with %d %s: %s", r.Status, r.Code, r.Message)
}

func newClient(base string, connect, total time.Duration) *client {
	t := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connect}).DialContext,
		TLSHandshakeTimeout: connect, MaxIdleConns: 256, MaxIdleConnsPerHost: 128, IdleConnTimeout: 30 * time.Second,
		MaxResponseHeaderBytes: answerMost, DisableCompression: true,
	}
	return &client{base: base, total: total, http: &http.Client{Transport: t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// call sends one request. It returns nil when out was read from a definite
// answer; paylink.ErrNotSent when nothing was sent; *refused when the bank refused; and any
// other error when it is not known what happened.
//
// The key travels in the body, never in an Idempotency-Key header: with one,
// net/http would send a POST again by itself, also to an account whose trait is
// that the same key charges twice.
func (c *client) call(ctx context.Context, key, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.total)
	defer cancel()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%w: the request can't be written: %w", paylink.ErrNotSent, err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("%w: %w", paylink.ErrNotSent, err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	connected, trace := watch(method == http.MethodPost && path == "/v1/charges")
	resp, err := c.http.Do(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil && !connected.Load() {
		return fmt.Errorf("%w: %w", paylink.ErrNotSent, err)
	}
	if err != nil {
		return fmt.Errorf("no answer from the gateway: %w", err)
	}
	defer resp.Body.Close()
	return read(resp, out)
}

// watch tells whether there ever was a connection ready to be written to:
// without one nothing was written. The fail points are those
// that only an adapter can place: K06 before the charge's bytes, K07 after them.
func watch(paying bool) (*atomic.Bool, *httptrace.ClientTrace) {
	var connected atomic.Bool
	t := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	if fault.Enabled && paying {
		t.GotConn = func(httptrace.GotConnInfo) { connected.Store(true); fault.Point("K06.after") }
		t.WroteRequest = func(httptrace.WroteRequestInfo) { fault.Point("K07.before") }
	}
	return &connected, t
}

func read(resp *http.Response, out any) error {
	text, err := io.ReadAll(io.LimitReader(resp.Body, answerMost+1))
	if err != nil {
		return fmt.Errorf("the gateway's answer broke off: %w", err)
	}
	if len(text) > answerMost {
		return fmt.Errorf("the gateway's answer is longer than %d bytes", answerMost)
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return fmt.Errorf("the gateway answered %d with %q, which is not JSON", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	if resp.StatusCode == http.StatusOK {
		return decode(text, out)
	}
	var no struct {
		Error struct{ Code, Message string }
	}
	if err := decode(text, &no); err != nil || no.Error.Code == "" || resp.StatusCode/100 != 4 {
		return fmt.Errorf("the gateway answered %d, which says nothing about the outcome", resp.StatusCode)
	}
	return &refused{Status: resp.StatusCode, Code: no.Error.Code, Message: no.Error.Message}
}

// decode reads exactly one JSON value.
func decode(text []byte, out any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(out); err != nil {
		return fmt.Errorf("the gateway's answer can't be read: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the gateway's answer can't be read: something follows it")
	}
	return nil
}
