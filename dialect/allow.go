package dialect

import (
	"net/http"
	"strings"
)

// Allow tells which of some methods a mux would route at a request's path, and names
// them in the answer's Allow header as RFC 9110 wants it of a 405. Empty: none, so that
// there is nothing at this path.
func Allow(w http.ResponseWriter, r *http.Request, routes *http.ServeMux, methods ...string) string {
	var allow []string
	for _, method := range methods {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := routes.Handler(other); pattern != "" {
			allow = append(allow, method)
		}
	}
	all := strings.Join(allow, ", ")
	if all != "" {
		w.Header().Set("Allow", all)
	}
	return all
}
