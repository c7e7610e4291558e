package native

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"paylink"
	"paylink/dialect"
)

// problem is a problem document. Its type is relative to the base URL, and names
// the section of README.md that explains the code.
func problem(status int, code, detail string) dialect.Problem {
	return dialect.Problem{Type: "/problems/" + code, Status: status, Code: code, Detail: detail}
}

func fail(w http.ResponseWriter, p dialect.Problem) { dialect.WriteProblem(w, p) }

// status is the HTTP status of a kind of error. A thing that is over can still be
// read here, so an act that comes too late is a conflict and not 410.
func status(k paylink.Kind) int {
	if k == paylink.Gone {
		return http.StatusConflict
	}
	return dialect.StatusOf(k)
}

// ourFault is all that callers are told of what they can't mend.
const ourFault = "something went wrong on our side; ask with the X-Request-Id"

// brokeDown answers where a route panicked.
func brokeDown(w http.ResponseWriter, _ *http.Request) {
	fail(w, problem(http.StatusInternalServerError, "internal", ourFault))
}

// refuse answers an error. What is not ours to show goes to the log only.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if ref, is := dialect.AsRefusal(err); is {
		fail(w, problem(ref.Status, ref.Code, ref.Text))
		return
	}
	kind := paylink.KindOf(err)
	switch kind {
	case paylink.Unauthenticated:
		w.Header().Set("WWW-Authenticate", `Bearer realm="paylink"`)
	case paylink.Limited:
		var limited *paylink.Error
		if errors.As(err, &limited) {
			w.Header().Set("Retry-After", strconv.Itoa(int(limited.After/time.Second)+1))
		}
	case paylink.Unavailable:
		w.Header().Set("Retry-After", "1")
	}
	var e *paylink.Error
	if !errors.As(err, &e) || kind == paylink.Internal {
		e = paylink.E(paylink.Internal, "internal", ourFault)
	}
	if kind == paylink.Internal || kind == paylink.Unavailable {
		h.log().Error("native API", "request", dialect.RequestID(r.Context()), "error", err)
	}
	at := status(kind)
	if e.Code == "mail_off" { // asking again does not help
		at = http.StatusConflict
	}
	p := problem(at, paylink.CodeOf(e), e.Text)
	p.Errors = e.Faults
	fail(w, p)
}

func (h *Handler) log() *slog.Logger {
	if h.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.Log
}

// unknown is what is not there, or not the caller's.
func unknown(what string) error {
	return paylink.E(paylink.NotFound, what+"_unknown", "there is no such "+what)
}
