package paylink

import (
	"errors"
	"strings"
	"time"
)

// Kind says what sort of failure an Error is. Each dialect maps kinds to its
// own status codes in one function.
type Kind int

const (
	// Internal is whatever is not ours to show: its text goes to the log only.
	Internal Kind = iota
	// Invalid: the caller's input breaks a rule; Faults say which.
	Invalid
	// Unauthenticated: who calls could not be established.
	Unauthenticated
	// Forbidden: known, but may not do this.
	Forbidden
	// NotFound: no such thing, or not the caller's (both look the same).
	NotFound
	// Conflict: the thing is in a state, or a use, that excludes this.
	Conflict
	// Reused: an idempotency key or attempt was used before with other input.
	Reused
	// Busy: the same request is being worked on at this moment.
	Busy
	// Gone: the thing existed and can't be used any more.
	Gone
	// Unavailable: a neighbour (gateway, database) is down; nothing was done.
	Unavailable
	// Limited: too much of it in too short a time; After says when it may be tried again.
	Limited
)

func (k Kind) String() string {
	return [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found",
		"conflict", "reused", "busy", "gone", "unavailable", "limited"}[k]
}

// Fault is one broken rule of an input: the field by its dialect-neutral path
// ("lines[0].amount"; dialects use their own spelling), a stable code, and a text
// that may be shown to whoever sent it.
type Fault struct {
	Field string `json:"field,omitempty"`
	Code  string `json:"code"`
	Text  string `json:"message"`
}

// Error is the one error type that crosses rooms. Text may be shown to the
// caller; Err may not and goes to the log.
type Error struct {
	Kind   Kind
	Code   string // stable, for programs: "link_closed", "duplicate_reference"
	Text   string // for people: what happened, to which thing, and what to do
	Faults []Fault
	After  time.Duration // of Limited: how long to wait
	Err    error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	if e.Code != "" {
		b.WriteString(" (" + e.Code + ")")
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	for _, f := range e.Faults {
		b.WriteString("; " + f.Field + ": " + f.Text)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// E makes an Error of a kind with a code for programs and a text for people.
func E(k Kind, code, text string) *Error { return &Error{Kind: k, Code: code, Text: text} }

// KindOf reads the kind from any error; what is not ours is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf reads the stable code from any error, "internal" where there is none.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Code != "" {
		return e.Code
	}
	return KindOf(err).String()
}

// Faults collects broken rules so that all of them are answered at once.
type Faults []Fault

// Add notes one broken rule.
func (f *Faults) Add(field, code, text string) {
	*f = append(*f, Fault{Field: field, Code: code, Text: text})
}

// Err is nil when no rule was broken, else an Invalid Error that holds them all.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid", Text: "the request breaks a rule", Faults: f}
}
