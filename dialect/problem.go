package dialect

import (
	"net/http"

	"paylink"
)

// Problem is a problem document (RFC 9457).
type Problem struct {
	Type     string          `json:"type,omitempty"`
	Title    string          `json:"title"`
	Status   int             `json:"status"`
	Detail   string          `json:"detail,omitempty"`
	Instance string          `json:"instance,omitempty"`
	Code     string          `json:"code,omitempty"`
	Errors   []paylink.Fault `json:"errors,omitempty"`
}

// WriteProblem sends a problem document; the title is the status's own where empty.
func WriteProblem(w http.ResponseWriter, p Problem) {
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	Write(w, p.Status, "application/problem+json", JSON(p))
}

// StatusOf is the usual HTTP status of a kind of error. A dialect whose contract
// says otherwise has its own.
func StatusOf(k paylink.Kind) int {
	switch k {
	case paylink.Invalid:
		return http.StatusBadRequest
	case paylink.Unauthenticated:
		return http.StatusUnauthorized
	case paylink.Forbidden:
		return http.StatusForbidden
	case paylink.NotFound:
		return http.StatusNotFound
	case paylink.Conflict, paylink.Busy:
		return http.StatusConflict
	case paylink.Reused:
		return http.StatusUnprocessableEntity
	case paylink.Gone:
		return http.StatusGone
	case paylink.Unavailable:
		return http.StatusServiceUnavailable
	case paylink.Limited:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}
