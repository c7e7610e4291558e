package elevate

import (
	"log/slog"
	"net/http"
	"strings"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// Name is the dialect's name in credentials, links and series.
const Name = "elevate"

// Handler serves Elevate's API. Till is needed.
type Handler struct {
	Till *till.Till
	// Log hears of errors that callers are not told.
	Log *slog.Logger

	memory memory // of providers and currencies
	tight  reach  // in tests; usual where there is none
}

func (h *Handler) reaches() reach {
	if h.tight == (reach{}) {
		return usual
	}
	return h.tight
}

// call is one request of a merchant.
type call struct {
	*http.Request
	merchant string
	body     dialect.Value // where the route reads one
}

// answer is what a call is told.
type answer struct {
	status int
	body   any
}

// route is one entry of the API.
type route struct {
	pattern string
	reads   bool // the body; other routes do not look at it
	do      func(call) (answer, error)
}

func (h *Handler) routes() []route {
	return []route{
		{"POST /v1/payment-provider-payment-link", true, h.link},
		{"GET /v1/payment-providers", false, h.list(providers)},
		{"POST /v1/payment-providers", false, h.addProvider},
		{"GET /v1/payment-providers/{payment_provider_id}", false, h.readProvider},
		{"GET /v1/currencies", false, h.list(currencies)},
		{"GET /v1/customers", false, h.list(customers)},
		{"POST /v1/customers", true, h.addCustomer},
		{"PATCH /v1/customers/{customer_id}", true, h.changeCustomer},
		{"GET /v1/invoices", false, h.list(invoices)},
		{"GET /v1/invoice-payments", false, h.list(paymentsOf(invoice, "generatedInvoiceId"))},
		{"GET /v1/adhoc-invoice-payments", false, h.list(paymentsOf(adhoc, "generatedAdhocInvoiceId"))},
		{"GET /v1/customer-payments", false, h.listCustomerPayments},
		{"GET /v1/customer-payments/{payment_id}", false, h.readCustomerPayment},
		{"GET /v1/customer-balances", false, h.listBalances},
	}
}

// Mount serves the API on a mux. Of /v1 it takes its own paths only: other APIs begin
// so, too.
func (h *Handler) Mount(mux *http.ServeMux) {
	allowed := map[string][]string{}
	handle := func(pattern string, serve http.HandlerFunc) {
		mux.Handle(pattern, dialect.Route(serve, h.Log, brokeDown))
		method, path, _ := strings.Cut(pattern, " ")
		allowed[path] = append(allowed[path], method)
		if method == http.MethodGet {
			allowed[path] = append(allowed[path], http.MethodHead)
		}
	}
	handle("POST /v1/authenticate", h.authenticate)
	for _, r := range h.routes() {
		handle(r.pattern, h.serve(r))
	}
	for path, methods := range allowed {
		mux.Handle(path, dialect.Route(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			write(w, methodNotAllowed)
		}, h.Log, brokeDown))
	}
}

// serve authenticates, reads, and acts, in this order (trust.md 1.1): who calls is
// judged before what they send.
func (h *Handler) serve(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, err := h.answer(w, r, rt)
		if err != nil {
			h.fail(w, r, err)
			return
		}
		dialect.WriteJSON(w, a.status, a.body)
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, rt route) (answer, error) {
	token, given := dialect.Bearer(r.Header)
	if !given {
		return answer{}, notAuthenticated
	}
	merchant, err := h.merchantOf(r.Context(), token)
	if err != nil {
		return answer{}, err
	}
	c := call{Request: r, merchant: merchant}
	if !dialect.AcceptsJSON(r.Header) {
		return answer{}, notAcceptable
	}
	if rt.reads {
		if c.body, err = dialect.Read(w, r, dialect.DefaultLimit); err != nil {
			return answer{}, err
		}
	}
	return rt.do(c)
}

// one reads a thing by its number, if it is the merchant's.
func (c call) one(r paylink.Reader, k kind, n int64) (string, error) {
	id, err := r.Number(c.series(k), n)
	if paylink.KindOf(err) == paylink.NotFound && err != nil {
		err = unknown(string(k) + "Id")
	}
	return id, err
}
