package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"paylink"
)

// edge is what every request passes: who asks, one log line, figures, and a panic
// that ends its own request only.
type edge struct {
	next    http.Handler
	log     *journal
	meter   *meter
	proxies []netip.Prefix
}

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	r.RemoteAddr = clientAddress(r, e.proxies)
	a := &answer{ResponseWriter: w}
	defer func() {
		if p := recover(); p != nil {
			e.broken(a, r, p)
		}
		took := time.Since(began)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		e.meter.request(route, r.Method, a.status, took)
		e.line(r, route, a, took)
	}()
	e.next.ServeHTTP(a, r)
}

// line is the one log line of a request. The path is not logged: it can hold a
// link's token, which opens the link. The token's hash tells requests apart.
func (e *edge) line(r *http.Request, route string, a *answer, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case a.status >= 500:
		level = slog.LevelError
	case quiet(route):
		level = slog.LevelDebug
	}
	if !e.log.Enabled(context.Background(), level) {
		return
	}
	line := make([]byte, 0, 320)
	line = append(line, `{"time":"`...)
	line = time.Now().UTC().AppendFormat(line, "2006-01-02T15:04:05.000000Z")
	line = appendText(line, `","level":`, level.String())
	line = append(line, `,"msg":"request"`...)
	line = appendText(line, `,"method":`, known(r.Method))
	line = appendText(line, `,"route":`, route)
	line = strconv.AppendInt(append(line, `,"status":`...), int64(a.status), 10)
	line = strconv.AppendInt(append(line, `,"ms":`...), took.Milliseconds(), 10)
	line = strconv.AppendInt(append(line, `,"bytes":`...), a.bytes, 10)
	line = appendText(line, `,"client":`, r.RemoteAddr)
	if token := r.PathValue("token"); token != "" {
		line = appendText(line, `,"link":`, paylink.HashSecret(token)[:12])
	}
	if attempt := r.PathValue("attempt"); attempt != "" {
		line = appendText(line, `,"request":`, paylink.HashSecret(attempt)[:12])
	}
	e.log.lines.later(append(line, '}', '\n'))
}

// appendText appends a text as JSON behind its name.
func appendText(line []byte, name, text string) []byte {
	line = append(line, name...)
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(text)
			if err != nil {
				quoted = []byte(`""`) // a string is always JSON
			}
			return append(line, quoted...)
		}
	}
	return append(append(append(line, '"'), text...), '"')
}

// quiet routes are asked every few seconds by machines.
func quiet(route string) bool {
	return strings.HasSuffix(route, "/healthz") || strings.HasSuffix(route, "/readyz") || strings.HasSuffix(route, "/metrics")
}

// known keeps methods that nobody defined out of logs and metrics.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

func (e *edge) broken(a *answer, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	id := requestID()
	e.log.Error("a request broke its handler", "request", id, "route", r.Pattern, "error", p, "stack", string(debug.Stack()))
	if a.status == 0 {
		http.Error(a, "Something broke here. Nothing more is known; tell support this code: "+id, http.StatusInternalServerError)
	}
}

func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// clientAddress is who asks, without the port. X-Forwarded-For is believed from the
// right and only as far as our own proxies wrote it: the rest anybody can send. Where
// a proxy wrote what is no address, the proxy itself is the client.
func clientAddress(r *http.Request, proxies []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if len(proxies) == 0 {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && trusted(host, proxies); i-- {
		a, ok := hopAddress(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		host = a.String()
	}
	return host
}

// hopAddress reads an entry of X-Forwarded-For: an address, bare or in brackets. Some
// proxies write the port behind it, though no standard says so.
func hopAddress(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		var ap netip.AddrPort
		ap, err = netip.ParseAddrPort(text)
		a = ap.Addr()
	}
	if inner, found := strings.CutPrefix(text, "["); err != nil && found && strings.HasSuffix(inner, "]") {
		a, err = netip.ParseAddr(strings.TrimSuffix(inner, "]"))
	}
	return a.Unmap(), err == nil
}

func trusted(host string, proxies []netip.Prefix) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// answer notes what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
