package frontstream

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"paylink/dialect"
	"paylink/till"
)

// Name is the dialect's name in credentials, tokens and links.
const Name = "frontstream"

// Handler serves FrontStream's API. Till is needed, the rest may be zero.
type Handler struct {
	Till *till.Till
	// Log hears of errors that callers are not told.
	Log *slog.Logger
	// Strict refuses what FrontStream's schema forbids but its server very probably
	// takes: unknown members, names in another letter case, numbers and booleans as
	// strings and numbers for strings (A3).
	Strict bool
	// ReusableTokens lets an AccessToken be used for any number of calls in its 5
	// hours instead of one (A8).
	ReusableTokens bool
	// DemandHTTPS refuses http in RedirectUrl and PoweredByUrl (A28).
	DemandHTTPS bool
}

// routes are the paths in lower case, each with its methods.
func (h *Handler) routes() map[string]map[string]http.HandlerFunc {
	return map[string]map[string]http.HandlerFunc{
		"/api/clientsession":                {http.MethodPost: h.session},
		"/api/paylink":                      {http.MethodPost: h.create, http.MethodDelete: h.cancel},
		"/api/verification/verifyauthtoken": {http.MethodGet: h.verify},
	}
}

// Mount serves the API on a mux: all that is below /api/, in any letter case, but
// for what is mounted there more exactly.
func (h *Handler) Mount(mux *http.ServeMux) {
	routes := h.routes()
	serve := func(w http.ResponseWriter, r *http.Request) {
		path := strings.ToLower(strings.TrimSuffix(r.URL.Path, "/"))
		methods, ok := routes[path]
		if !ok {
			problem(w, r, http.StatusNotFound, "there is nothing at this path")
			return
		}
		act, ok := methods[r.Method]
		if !ok {
			allow := make([]string, 0, len(methods))
			for m := range methods {
				allow = append(allow, m)
			}
			slices.Sort(allow)
			w.Header().Set("Allow", strings.Join(allow, ", "))
			problem(w, r, http.StatusMethodNotAllowed, "this path takes "+strings.Join(allow, " and "))
			return
		}
		act(w, r)
	}
	// ServeMux knows letter case, ASP.NET's routes do not.
	for _, root := range []string{"api", "apI", "aPi", "aPI", "Api", "ApI", "APi", "API"} {
		mux.Handle("/"+root+"/", dialect.Route(serve, h.Log, brokeDown))
	}
}

// query reads a parameter whose name may be in any letter case. One that is given
// twice is not single: two readers could take different ones.
func query(r *http.Request, name string) (value string, single bool) {
	n := 0
	for key, values := range r.URL.Query() {
		if strings.EqualFold(key, name) {
			n += len(values)
			value = values[0]
		}
	}
	return value, n <= 1
}
