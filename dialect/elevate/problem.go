package elevate

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"paylink"
	"paylink/dialect"
)

// problem is Elevate's error body (CODES: "may vary but generally includes" these two).
type problem struct {
	Status  int    `json:"-"`
	Reason  string `json:"error"` // the reason phrase of the status
	Message string `json:"message"`
}

func (p *problem) Error() string { return p.Reason + ": " + p.Message }

func as(status int, message string) *problem {
	return &problem{Status: status, Reason: http.StatusText(status), Message: message}
}

var (
	notAuthenticated = as(http.StatusUnauthorized, "A bearer token is needed that was made by /v1/authenticate less than 15 minutes ago")
	wrongCredentials = as(http.StatusUnauthorized, "Brand, username or password is wrong")
	notAcceptable    = as(http.StatusNotAcceptable, "This resource is JSON only")
	providersAreSet  = as(http.StatusForbidden, "Payment providers are added by whoever runs this server")
	methodNotAllowed = as(http.StatusMethodNotAllowed, "This resource takes other methods")
	ourFault         = as(http.StatusInternalServerError, "Something went wrong here")
)

// unknown is one answer for what does not exist and for what is another merchant's.
func unknown(field string) *problem { return as(http.StatusNotFound, "'"+field+"' is not known") }

// fail answers an error. What is not ours to show goes to the log only.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	if p.Status >= 500 && h.Log != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, Name, slog.String("path", r.URL.Path),
			slog.String("request", dialect.RequestID(r.Context())), slog.String("error", err.Error()))
	}
	write(w, p)
}

// brokeDown answers where a route panicked.
func brokeDown(w http.ResponseWriter, _ *http.Request) { write(w, ourFault) }

func write(w http.ResponseWriter, p *problem) { dialect.WriteJSON(w, p.Status, p) }

func problemOf(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	if ref, is := dialect.AsRefusal(err); is {
		status := ref.Status
		if status != http.StatusUnsupportedMediaType {
			status = http.StatusBadRequest // CODES has no 413
		}
		return as(status, ref.Text)
	}
	var ours *paylink.Error
	if !errors.As(err, &ours) {
		ours = &paylink.Error{}
	}
	switch k := ours.Kind; k {
	case paylink.Invalid:
		return as(http.StatusBadRequest, told(ours))
	case paylink.Unauthenticated, paylink.Forbidden, paylink.NotFound, paylink.Conflict:
		return as(dialect.StatusOf(k), ours.Text)
	case paylink.Gone:
		return as(http.StatusConflict, ours.Text)
	case paylink.Busy, paylink.Unavailable:
		return as(http.StatusServiceUnavailable, "Nothing was done; send the same request again")
	}
	return ourFault
}

// told is the text of an error with its faults, as CODES words them.
func told(e *paylink.Error) string {
	if len(e.Faults) == 0 {
		return e.Text
	}
	var all []string
	for _, f := range e.Faults {
		all = append(all, "Validation failed for field '"+f.Field+"': "+f.Text)
	}
	return strings.Join(all, "; ")
}
