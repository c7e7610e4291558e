package payroc

import (
	"log/slog"
	"net/http"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// Name is the dialect's name in credentials, tokens and links.
const Name = "payroc"

// Handler serves Payroc's API. Till is needed.
type Handler struct {
	Till *till.Till
	// Log hears of errors that callers are not told. It never hears of headers: PHP's
	// SDK sends the API key with every call.
	Log *slog.Logger

	tight bounds // of lists in tests; usual where there are none
}

func (h *Handler) bounds() bounds {
	if h.tight == (bounds{}) {
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
	status   int
	body     []byte
	location string // of what was made
}

// route is one entry of the API.
type route struct {
	pattern string
	reads   bool // the body; other routes do not look at it
	do      func(call) (answer, error)
}

func (h *Handler) routes() []route {
	return []route{
		{"POST /v1/processing-terminals/{processingTerminalId}/payment-links", true, h.create},
		{"GET /v1/processing-terminals/{processingTerminalId}/payment-links", false, h.list},
		{"GET /v1/payment-links/{paymentLinkId}", false, h.retrieve},
		{"PATCH /v1/payment-links/{paymentLinkId}", true, h.patch},
		{"POST /v1/payment-links/{paymentLinkId}/deactivate", false, h.deactivate},
		{"GET /v1/payments", false, h.payments(cards)},
		{"GET /v1/payments/{paymentId}", false, h.payment(cards)},
		{"GET /v1/bank-transfer-payments", false, h.payments(bankTransfers)},
		{"GET /v1/bank-transfer-payments/{paymentId}", false, h.payment(bankTransfers)},
		{"POST /v1/payment-links/{paymentLinkId}/sharing-events", true, h.share},
		{"GET /v1/payment-links/{paymentLinkId}/sharing-events", false, h.sharingEvents},
	}
}

// Mount serves the API on a mux. Of /v1 it takes what is below the paths of its
// routes only: other APIs begin so, too.
func (h *Handler) Mount(mux *http.ServeMux) {
	own := http.NewServeMux() // the same routes alone, to tell a wrong method from a wrong path
	handle := func(pattern string, serve http.HandlerFunc) {
		mux.Handle(pattern, dialect.Route(serve, h.Log, brokeDown))
		own.Handle(pattern, serve)
	}
	for _, r := range h.routes() {
		handle(r.pattern, h.serve(r))
	}
	// A client with one base URL looks for the identity service below /v1 (JS SDK).
	handle("POST /authorize", h.authorize)
	handle("POST /v1/authorize", h.authorize)
	for _, rest := range []string{"/authorize", "/v1/authorize", "/v1/payment-links", "/v1/payment-links/",
		"/v1/processing-terminals", "/v1/processing-terminals/", cards.path, cards.path + "/", bankTransfers.path, bankTransfers.path + "/"} {
		mux.Handle(rest, dialect.Route(func(w http.ResponseWriter, r *http.Request) { unrouted(w, r, own) }, h.Log, brokeDown))
	}
}

// unrouted answers what no route takes: 405 where another method would do.
func unrouted(w http.ResponseWriter, r *http.Request, own *http.ServeMux) {
	if dialect.Allow(w, r, own, http.MethodGet, http.MethodPatch, http.MethodPost) == "" {
		write(w, notFound(""))
		return
	}
	write(w, methodNotAllowed)
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
		if a.location != "" {
			w.Header().Set("Location", a.location)
		}
		dialect.Write(w, a.status, "application/json", a.body)
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, rt route) (answer, error) {
	token, given := dialect.Bearer(r.Header)
	if !given {
		return answer{}, notAuthorized
	}
	row, err := h.Till.CheckToken(r.Context(), Name, token)
	if err != nil {
		return answer{}, err
	}
	c := call{Request: r, merchant: row.MerchantID}
	switch {
	case c.merchant == "": // an empty owner would match everybody's links
		return answer{}, notAuthorized
	case !dialect.AcceptsJSON(r.Header):
		return answer{}, notAcceptable
	case rt.reads:
		if c.body, err = readBody(w, r); err != nil {
			return answer{}, err
		}
	}
	return rt.do(c)
}

// unavailable reports whether a repetition of the same request may succeed.
func unavailable(err error) bool {
	k := paylink.KindOf(err)
	return k == paylink.Unavailable || k == paylink.Busy
}
