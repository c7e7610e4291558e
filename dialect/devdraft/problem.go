package devdraft

import (
	"errors"
	"log/slog"
	"net/http"

	"paylink"
	"paylink/dialect"
)

// fault is an error in NestJS's form, which this API's documented errors have.
// Message is a text, or the list of all broken rules.
type fault struct {
	StatusCode int    `json:"statusCode"`
	Message    any    `json:"message"`
	Reason     string `json:"error"`
}

func (f *fault) Error() string { return f.Reason }

func problem(status int, message any) *fault {
	reason := http.StatusText(status)
	if status == http.StatusRequestEntityTooLarge {
		reason = "Payload Too Large" // its newer name, which NestJS gives
	}
	return &fault{StatusCode: status, Message: message, Reason: reason}
}

var (
	unauthorized = problem(401, "Client key or secret is invalid or missing")
	keyReused    = problem(409, "Conflict: Idempotency key already used with different request data") // OpenAPI, /test-payment
	keyBusy      = problem(409, "Conflict: a request with this idempotency key is being worked on; send it again")
	ourFault     = problem(500, "Internal server error") // NestJS, of whatever it was not told
)

// unknown is the one answer for what does not exist and for what is another merchant's.
func unknown(what string) *fault { return problem(404, what+" not found") }

// absent makes an unknown thing's error this API's own.
func absent(err error, what string) error {
	if paylink.KindOf(err) == paylink.NotFound && err != nil {
		return unknown(what)
	}
	return err
}

// fail answers an error. What is not ours to show goes to the log only.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := faultOf(err)
	if f.StatusCode == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if f.StatusCode >= 500 && h.Log != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, Name, slog.String("path", r.URL.Path),
			slog.String("request", dialect.RequestID(r.Context())), slog.String("error", err.Error()))
	}
	dialect.WriteJSON(w, f.StatusCode, f)
}

// brokeDown answers where a route panicked.
func brokeDown(w http.ResponseWriter, _ *http.Request) {
	dialect.WriteJSON(w, ourFault.StatusCode, ourFault)
}

func faultOf(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	if ref, is := dialect.AsRefusal(err); is {
		return problem(ref.Status, ref.Text)
	}
	var ours *paylink.Error
	if !errors.As(err, &ours) {
		return ourFault
	}
	switch ours.Kind {
	case paylink.Invalid:
		if len(ours.Faults) == 0 {
			return problem(400, ours.Text)
		}
		var all []string
		for _, one := range ours.Faults {
			all = append(all, one.Field+" "+one.Text)
		}
		return problem(400, all)
	case paylink.Unauthenticated:
		return unauthorized
	case paylink.NotFound:
		return problem(404, "Not found")
	case paylink.Reused:
		return keyReused
	case paylink.Busy:
		return keyBusy
	case paylink.Gone, paylink.Conflict:
		return problem(409, ours.Text)
	case paylink.Unavailable:
		return problem(503, "Nothing was done; send the same request again")
	}
	return ourFault
}
