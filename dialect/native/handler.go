package native

import (
	_ "embed"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// Name is the dialect's name in credentials and links.
const Name = "native"

// KindKey is the kind of its credentials, and KeyPrefix what their secrets begin with.
const (
	KindKey   = "secret_key"
	KeyPrefix = "sk_"
)

// Handler serves the API. Till and CheckHookURL are needed.
type Handler struct {
	Till *till.Till
	// CheckHookURL judges the address of a webhook endpoint by the rules of whoever
	// dials it. Its error is shown to the caller.
	CheckHookURL func(raw string) error
	// Preview renders what a payer would see, for dry runs; nil: they show no page.
	Preview func(till.Sight) (status int, html []byte, err error)
	// Log hears of errors that callers are not told.
	Log *slog.Logger
}

const root = "/api/v1"

// maxID is longer than any id of ours.
const maxID = 64

// kinds is what the ids below a path are ids of.
var kinds = map[string]string{"links": "link", "payments": "payment", "events": "event",
	"webhook_endpoints": "webhook_endpoint", "deliveries": "delivery", "shares": "share",
	"products": "product", "taxes": "tax", "customers": "customer", "debts": "debt"}

//go:embed openapi.json
var openAPI []byte

// Document is this API as OpenAPI 3.1.
func Document() []byte { return openAPI }

// call is one request of a merchant.
type call struct {
	*http.Request
	merchant string
	body     dialect.Value // of a POST; Null where there is none
	dry      bool          // only show what it would do
}

// id is the path's id.
func (c call) id() string { return c.PathValue("id") }

// answer is what a call is told.
type answer struct {
	status   int
	body     []byte
	replayed bool
	version  int // of the object, where the body is one that can be changed by version
}

func ok(v any) answer { return answer{status: http.StatusOK, body: dialect.JSON(v)} }

// act is what a route does.
type act func(c call) (answer, error)

// routes is the whole API but for the document about it.
func (h *Handler) routes() map[string]act {
	return map[string]act{
		"POST /links":                            h.makeLink,
		"GET /links":                             h.listLinks,
		"GET /links/{id}":                        h.readLink,
		"POST /links/{id}":                       h.amendLink,
		"POST /links/{id}/close":                 h.closeLink,
		"POST /links/{id}/share":                 h.shareLink,
		"GET /links/{id}/shares":                 h.listShares,
		"GET /shares/{id}":                       h.readShare,
		"POST /products":                         h.makeProduct,
		"GET /products":                          h.listProducts,
		"GET /products/{id}":                     h.readProduct,
		"POST /products/{id}":                    h.amendProduct,
		"DELETE /products/{id}":                  h.removeProduct,
		"POST /taxes":                            h.makeTax,
		"GET /taxes":                             h.listTaxes,
		"GET /taxes/{id}":                        h.readTax,
		"POST /taxes/{id}":                       h.amendTax,
		"DELETE /taxes/{id}":                     h.removeTax,
		"POST /customers":                        h.makeCustomer,
		"GET /customers":                         h.listCustomers,
		"GET /customers/{id}":                    h.readCustomer,
		"POST /customers/{id}":                   h.amendCustomer,
		"DELETE /customers/{id}":                 h.removeCustomer,
		"POST /debts":                            h.makeDebt,
		"GET /debts":                             h.listDebts,
		"GET /debts/{id}":                        h.readDebt,
		"POST /debts/{id}":                       h.amendDebt,
		"POST /debts/{id}/cancel":                h.cancelDebt,
		"GET /payments":                          h.listPayments,
		"GET /payments/{id}":                     h.readPayment,
		"GET /events":                            h.listEvents,
		"GET /events/{id}":                       h.readEvent,
		"POST /webhook_endpoints":                h.makeEndpoint,
		"GET /webhook_endpoints":                 h.listEndpoints,
		"GET /webhook_endpoints/{id}":            h.readEndpoint,
		"DELETE /webhook_endpoints/{id}":         h.removeEndpoint,
		"POST /webhook_endpoints/{id}/rotate":    h.rotateEndpoint,
		"POST /webhook_endpoints/{id}/enable":    h.enableEndpoint,
		"GET /webhook_endpoints/{id}/deliveries": h.listDeliveries,
		"GET /deliveries/{id}":                   h.readDelivery,
		"GET /deliveries/{id}/tries":             h.listTries,
		"POST /deliveries/{id}/replay":           h.replayDelivery,
	}
}

// Patterns are the routes below /api/v1, "POST /links", sorted; without the document
// about them.
func Patterns() []string { return slices.Sorted(maps.Keys((&Handler{}).routes())) }

// Mount serves the API on a mux. Each route is there by its own pattern, which is
// what logs and metrics name it by.
func (h *Handler) Mount(mux *http.ServeMux) {
	own := http.NewServeMux() // the same routes alone, to tell a wrong method from a wrong path
	handle := func(method, path string, serve http.HandlerFunc) {
		mux.Handle(method+" "+root+path, dialect.Route(serve, h.Log, brokeDown))
		own.Handle(method+" "+root+path, serve)
	}
	for pattern, do := range h.routes() {
		method, path, _ := strings.Cut(pattern, " ")
		handle(method, path, h.serve(do))
	}
	handle(http.MethodGet, "/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		dialect.Write(w, http.StatusOK, dialect.JSONType, openAPI)
	})
	mux.Handle(root+"/", dialect.Route(func(w http.ResponseWriter, r *http.Request) { unrouted(w, r, own) }, h.Log, brokeDown))
}

// unrouted answers what no route takes: 405 where another method would do.
func unrouted(w http.ResponseWriter, r *http.Request, own *http.ServeMux) {
	allow := dialect.Allow(w, r, own, http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPost)
	if allow == "" {
		fail(w, problem(http.StatusNotFound, "not_found", "there is nothing at this path"))
		return
	}
	fail(w, problem(http.StatusMethodNotAllowed, "method_not_allowed", "this path takes "+allow))
}

// serve authenticates, reads, and acts, in this order (trust.md 1.1): what is
// refused before the act burns no idempotency key.
func (h *Handler) serve(do act) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, err := h.answer(w, r, do)
		if err != nil {
			h.refuse(w, r, err)
			return
		}
		if a.replayed {
			w.Header().Set("Idempotent-Replayed", "true")
		}
		if a.version > 0 {
			w.Header().Set("ETag", strconv.Quote(strconv.Itoa(a.version)))
		}
		if a.status == http.StatusNoContent {
			w.WriteHeader(a.status)
			return
		}
		dialect.Write(w, a.status, dialect.JSONType, a.body)
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, do act) (answer, error) {
	secret, given := dialect.Bearer(r.Header)
	if !given {
		return answer{}, paylink.E(paylink.Unauthenticated, "credential", "send your secret key as Authorization: Bearer sk_…")
	}
	who, err := h.Till.BySecret(r.Context(), Name, KindKey, secret)
	if err != nil {
		return answer{}, err
	}
	c := call{Request: r, merchant: who.MerchantID}
	if id := c.id(); len(id) > maxID || paylink.CheckText(id) != nil { // not every engine takes every byte
		kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, root+"/"), "/")
		return answer{}, unknown(kinds[kind])
	}
	if r.Method == http.MethodPost {
		if c.dry, err = readDryRun(r); err != nil {
			return answer{}, err
		}
		if c.body, err = readBody(w, r); err != nil {
			return answer{}, err
		}
	}
	return do(c)
}

// readBody reads a POST's body. Acts that need no more than a path may have none.
func readBody(w http.ResponseWriter, r *http.Request) (dialect.Value, error) {
	if r.ContentLength == 0 && r.Header.Get("Content-Type") == "" {
		return dialect.Value{Kind: dialect.Object}, nil
	}
	return dialect.Read(w, r, dialect.DefaultLimit)
}
