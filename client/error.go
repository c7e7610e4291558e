package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is what the server refused, a problem document (RFC 9457).
type Error struct {
	Status    int
	Code      string  // stable, for programs: "link_closed"
	Detail    string  // for people
	Faults    []Fault // each broken rule, where the request itself is at fault
	RequestID string  // names the call in the server's log
}

// Fault is one broken rule.
type Fault struct {
	Field   string `json:"field"` // "lines[0].amount", empty for the whole
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error says everything in one line.
func (e *Error) Error() string {
	text := e.Detail
	if text == "" {
		text = strings.ToLower(http.StatusText(e.Status))
	}
	if len(e.Faults) > 0 {
		var all []string
		for _, f := range e.Faults {
			all = append(all, strings.TrimPrefix(f.Field+": ", ": ")+f.Message)
		}
		text += ": " + strings.Join(all, "; ")
	}
	return fmt.Sprintf("%s (%d %s)", text, e.Status, e.Code)
}

// Code is the code of an Error, empty for errors of other kinds.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// again reports whether the same call may succeed later: the key makes that harmless.
func (e *Error) again() bool {
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Code == "idempotency_key_in_flight"
}

func readError(res *http.Response, body []byte) *Error {
	var p struct {
		Code   string  `json:"code"`
		Detail string  `json:"detail"`
		Errors []Fault `json:"errors"`
	}
	// A proxy in between may answer with anything: then the status is all there is.
	if json.Unmarshal(body, &p) != nil || p.Code == "" {
		p.Code = strings.ToLower(strings.ReplaceAll(http.StatusText(res.StatusCode), " ", "_"))
	}
	return &Error{Status: res.StatusCode, Code: p.Code, Detail: p.Detail, Faults: p.Errors, RequestID: res.Header.Get("X-Request-Id")}
}
