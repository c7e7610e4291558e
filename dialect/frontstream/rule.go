package frontstream

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"paylink"
	"paylink/dialect"
)

// BrokenRule is one broken rule of a request (FrontStream OpenAPI, BrokenRule). Every
// 400 is a list of them.
type BrokenRule struct {
	ErrorCode int    `json:"ErrorCode"`
	Message   string `json:"Message"`
	// LoggerMessage is FrontStream's text for its own log: always null to clients (A6).
	LoggerMessage *string `json:"LoggerMessage"`
}

// ErrorCodes. FrontStream publishes none, so these are ours; they never change (A6).
const (
	CodeBody        = 1000 // the body can't be read
	CodeRequired    = 1001
	CodeTooLong     = 1002
	CodeType        = 1003
	CodeNotAllowed  = 1004 // a value that the member does not take
	CodeFormat      = 1005
	CodeAmountRange = 1006
	CodeAmountLines = 1007 // an amount is needed where there are several lines
	CodeOnlyLine    = 1008 // a recurring line must be the only one
	CodeOneToken    = 1009 // the three tokens exclude one another
	CodeTooMany     = 1010
	CodeUnknown     = 1011 // a member that the schema does not have; Strict only
	CodeCardNumber  = 1012 // looks like a card number, which is kept nowhere
	CodeCharacters  = 1013 // characters that make a text read other than it is
	CodeNoToken     = 1100
	CodeBadToken    = 1101 // unknown, expired or used
	CodeBadClient   = 1102 // ClientId or ClientSecret
	CodeBadLink     = 1200 // PayLinkId
	CodeDuplicate   = 1300 // TranId was paid before; told by the page, not by this API
	CodeBadCode     = 1301 // responseToken
)

// brokenRules is all that is wrong with one request, as an error.
type brokenRules []BrokenRule

func (b brokenRules) Error() string {
	texts := make([]string, len(b))
	for i, r := range b {
		texts[i] = r.Message
	}
	return strings.Join(texts, "; ")
}

func (b *brokenRules) add(code int, message string) {
	*b = append(*b, BrokenRule{ErrorCode: code, Message: message})
}

func (b brokenRules) err() error {
	if len(b) == 0 {
		return nil
	}
	return b
}

// broken is one broken rule as an error.
func broken(code int, message string) error { return brokenRules{{ErrorCode: code, Message: message}} }

// fail answers an error. All that FrontStream documents for a failure is 400 with
// BrokenRules and 404 with ProblemDetails; what it can't mean by those has the
// status that HTTP has for it (A7, A9, A37).
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	var rules brokenRules
	var ours *paylink.Error
	refusal, unread := dialect.AsRefusal(err)
	switch {
	case errors.As(err, &rules):
		dialect.WriteJSON(w, http.StatusBadRequest, rules)
	case unread && refusal.Status == http.StatusBadRequest:
		dialect.WriteJSON(w, http.StatusBadRequest, brokenRules{{ErrorCode: CodeBody, Message: refusal.Text}})
	case unread:
		problem(w, r, refusal.Status, refusal.Text)
	case errors.As(err, &ours) && ours.Kind == paylink.NotFound:
		problem(w, r, http.StatusNotFound, ours.Text)
	case errors.As(err, &ours) && ours.Kind == paylink.Unauthenticated:
		dialect.WriteJSON(w, http.StatusBadRequest, brokenRules{{ErrorCode: CodeBadToken, Message: "AccessToken: " + ours.Text}})
	case errors.As(err, &ours) && ours.Kind == paylink.Invalid:
		dialect.WriteJSON(w, http.StatusBadRequest, brokenRules{{ErrorCode: CodeNotAllowed, Message: ours.Text}})
	case errors.As(err, &ours) && ours.Kind == paylink.Unavailable:
		w.Header().Set("Retry-After", "1")
		problem(w, r, http.StatusServiceUnavailable, "nothing was done; try again")
		h.tell(r, err)
	default:
		brokeDown(w, r)
		h.tell(r, err)
	}
}

// brokeDown answers what is our own fault, a panic among it.
func brokeDown(w http.ResponseWriter, r *http.Request) {
	problem(w, r, http.StatusInternalServerError, "something went wrong here")
}

// tell logs what the caller is not told.
func (h *Handler) tell(r *http.Request, err error) {
	if h.Log != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "frontstream", slog.String("path", r.URL.Path),
			slog.String("request", dialect.RequestID(r.Context())), slog.String("error", err.Error()))
	}
}

// details is ASP.NET Core's ProblemDetails (FrontStream OpenAPI, ProblemDetails).
type details struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
}

// sections of RFC 7231 that ASP.NET Core names as types.
var sections = map[int]string{
	http.StatusNotFound:              "rfc7231#section-6.5.4",
	http.StatusMethodNotAllowed:      "rfc7231#section-6.5.5",
	http.StatusRequestEntityTooLarge: "rfc7231#section-6.5.11",
	http.StatusUnsupportedMediaType:  "rfc7231#section-6.5.13",
	http.StatusInternalServerError:   "rfc7231#section-6.6.1",
	http.StatusServiceUnavailable:    "rfc7231#section-6.6.4",
}

// problem answers ProblemDetails, as application/json, which is what the OpenAPI
// document says (A36).
func problem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	dialect.WriteJSON(w, status, details{Type: "https://tools.ietf.org/html/" + sections[status],
		Title: http.StatusText(status), Status: status, Detail: detail, Instance: r.URL.Path})
}
