package payroc

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"paylink"
	"paylink/dialect"
)

// problem is Payroc's problem document (docs.payroc.com/api/errors).
type problem struct {
	Type     string       `json:"type"`
	Title    string       `json:"title"`
	Status   int          `json:"status"`
	Detail   string       `json:"detail"`
	Resource string       `json:"resource,omitempty"` // of 404
	Errors   []fieldError `json:"errors,omitempty"`
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

// fieldError is one broken rule.
type fieldError struct {
	Parameter string `json:"parameter,omitempty"` // path of the field: "order.charge.amount"
	Detail    string `json:"detail,omitempty"`
	Message   string `json:"message"`
}

// as makes a problem of Payroc's list.
func as(status int, fragment, title, detail string) *problem {
	return &problem{Type: "https://docs.payroc.com/api/errors#" + fragment, Title: title, Status: status, Detail: detail}
}

var (
	keyMissing       = as(400, "idempotency-key-missing", "Idempotency-Key header missing", "An 'Idempotency-Key' must be supplied for this request")
	notAuthorized    = as(401, "not-authorized", "Not Authorized", "Your identity could not be verified")
	notAcceptable    = as(406, "not-acceptable", "Not acceptable", "Resource does not support the representation requested")
	keyInUse         = as(409, "idempotency-key-in-use", "Idempotency-Key in use", "'Idempotency-Key' is already in use against a different request")
	cannotBeModified = as(409, "cannot-be-modified", "Cannot be modified", "You cannot modify this resource in its current state")
	tooLarge         = as(413, "payload-too-large", "Payload too large", "The payload submitted is too large")
	unsupported      = as(415, "unsupported-media-type", "Unsupported media type", "You submitted a payload in an unsupported format")
	// A server that sends no mail: the same call would fare no better.
	mailOff = apiError(http.StatusServiceUnavailable, "This server sends no mail; its operator has to configure a mail server")
	// Payroc lists none for 405: RFC 9457's type without a meaning of its own.
	methodNotAllowed = &problem{Type: "about:blank", Title: "Method Not Allowed", Status: 405, Detail: "This path takes other methods"}
)

// unknownLink and unknownTerminal are one answer each for what does not exist and
// for what is another merchant's.
var (
	unknownLink     = notFound("paymentLink")
	unknownTerminal = notFound("processingTerminal")
)

func notFound(resource string) *problem {
	p := as(404, "not-found", "Not found", "Resource not found")
	p.Resource = resource
	return p
}

func badRequest(all ...fieldError) *problem {
	p := as(400, "bad-request", "Bad request", "One or more validation errors occurred, see error section for more info")
	p.Errors = all
	return p
}

// paths are the fields of this API behind those that the till names.
var paths = map[string]string{"amount": "order.charge.amount", "hold": "authType"}

// fieldErrors are the till's faults in this API's words.
func fieldErrors(faults []paylink.Fault) (all []fieldError) {
	for _, f := range faults {
		path, other := paths[f.Field]
		if !other {
			path = f.Field
		}
		all = append(all, fieldError{Parameter: path, Detail: invalidValue, Message: "'" + path + "': " + f.Text})
	}
	return all
}

func capabilitiesMissing(all ...fieldError) *problem {
	p := as(400, "capabilities-missing", "Capabilities missing", "The terminal does not support the capability you are trying to use.")
	p.Errors = all
	return p
}

// apiError is 500, or 503 where nothing was done and the same may succeed now: the
// SDKs send again after any 5xx.
func apiError(status int, message string) *problem {
	p := as(status, "api-error", "Api error", "We are unable to process your request at this time")
	p.Errors = []fieldError{{Message: message}}
	return p
}

// ourFault is all that callers are told of what they can't mend.
var ourFault = apiError(http.StatusInternalServerError, "Something went wrong here")

// brokeDown answers where a route panicked.
func brokeDown(w http.ResponseWriter, _ *http.Request) { write(w, ourFault) }

func write(w http.ResponseWriter, p *problem) {
	dialect.Write(w, p.Status, "application/problem+json", dialect.JSON(p))
}

// fail answers an error. What is not ours to show goes to the log only.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		if p != mailOff {
			w.Header().Set("Retry-After", "1")
		}
	case http.StatusTooManyRequests:
		var ours *paylink.Error
		if errors.As(err, &ours) {
			w.Header().Set("Retry-After", strconv.Itoa(int(ours.After/time.Second)+1))
		}
	}
	if p.Status >= 500 && h.Log != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "payroc", slog.String("path", r.URL.Path),
			slog.String("request", dialect.RequestID(r.Context())), slog.String("error", err.Error()))
	}
	write(w, p)
}

func problemOf(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	if ref, is := dialect.AsRefusal(err); is {
		switch ref.Status {
		case http.StatusRequestEntityTooLarge:
			return tooLarge
		case http.StatusUnsupportedMediaType:
			return unsupported
		}
		return badRequest(fieldError{Detail: invalidFormat, Message: ref.Text})
	}
	var ours *paylink.Error
	switch k := paylink.KindOf(err); {
	case paylink.CodeOf(err) == "mail_off":
		return mailOff
	case k == paylink.Limited && errors.As(err, &ours):
		return &problem{Type: "about:blank", Title: "Too Many Requests", Status: 429, Detail: ours.Text}
	case paylink.CodeOf(err) == "merchant_email" && errors.As(err, &ours):
		return badRequest(fieldError{Parameter: "merchantCopy", Detail: invalidValue, Message: ours.Text})
	case k == paylink.Invalid && errors.As(err, &ours) && ours.Faults != nil:
		return badRequest(fieldErrors(ours.Faults)...)
	case k == paylink.Invalid && errors.As(err, &ours):
		return badRequest(fieldError{Detail: invalidValue, Message: ours.Text})
	case k == paylink.Unauthenticated:
		return notAuthorized
	case k == paylink.NotFound:
		return notFound("")
	case k == paylink.Reused:
		return keyInUse
	case k == paylink.Gone || k == paylink.Conflict:
		return cannotBeModified
	case unavailable(err):
		return apiError(http.StatusServiceUnavailable, "Nothing was done; send the same request again")
	}
	return ourFault
}
