package devdraft

import (
	"log/slog"
	"net/http"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// Name is the dialect's name in credentials and links.
const Name = "devdraft"

// KindClient is the kind of the dialect's credentials: a client key and its secret.
const KindClient = "client"

// Handler serves Devdraft's API. Till is needed, the rest may be zero.
type Handler struct {
	Till *till.Till
	// Log hears of errors that callers are not told.
	Log *slog.Logger
	// CheckHookURL judges where webhooks may be sent.
	CheckHookURL func(string) error
	// Picture is the address of a product's picture that was uploaded; without it such
	// pictures are shown by payers' pages only.
	Picture func(file string) string

	uploads chan struct{}
}

// maxUploads is how many bodies with pictures are read at a time: each may hold 50 MB.
const maxUploads = 2

// call is one request of a merchant.
type call struct {
	*http.Request
	writer   http.ResponseWriter
	merchant string
	body     dialect.Value // where the route reads JSON
}

// answer is what a call is told.
type answer struct {
	status int
	body   []byte
}

// route is one entry of the API.
type route struct {
	pattern string
	reads   bool // a JSON body, before do
	do      func(call) (answer, error)
}

func (h *Handler) routes() []route {
	return []route{
		{"POST /api/v0/payment-links", true, h.createLink},
		{"GET /api/v0/payment-links", false, h.listLinks},
		{"GET /api/v0/payment-links/{id}", false, h.readLink},
		{"PUT /api/v0/payment-links/{id}", true, h.updateLink},

		{"POST /api/v0/products", false, h.createProduct}, // forms, too
		{"GET /api/v0/products", false, h.listProducts},
		{"GET /api/v0/products/{id}", false, h.readProduct},
		{"PUT /api/v0/products/{id}", false, h.updateProduct},
		{"DELETE /api/v0/products/{id}", false, h.deleteProduct},
		{"POST /api/v0/products/{id}/images", false, h.addImages},

		{"POST /api/v0/customers", true, h.createCustomer},
		{"GET /api/v0/customers", false, h.listCustomers},
		{"GET /api/v0/customers/{id}", false, h.readCustomer},
		{"PATCH /api/v0/customers/{id}", true, h.updateCustomer},

		{"POST /api/v0/taxes", true, h.createTax},
		{"GET /api/v0/taxes", false, h.listTaxes},
		{"PUT /api/v0/taxes", false, taxNeedsID("PUT", "update")},
		{"DELETE /api/v0/taxes", false, taxNeedsID("DELETE", "delete")},
		{"GET /api/v0/taxes/{id}", false, h.readTax},
		{"PUT /api/v0/taxes/{id}", true, h.updateTax},
		{"DELETE /api/v0/taxes/{id}", false, h.deleteTax},

		{"POST /api/v0/webhooks", true, h.createWebhook},
		{"GET /api/v0/webhooks", false, h.listWebhooks},
		{"GET /api/v0/webhooks/{id}", false, h.readWebhook},
		{"PATCH /api/v0/webhooks/{id}", true, h.updateWebhook},
		{"DELETE /api/v0/webhooks/{id}", false, h.deleteWebhook},

		{"GET /api/v0/health", false, h.health},
	}
}

// Mount serves the API on a mux. Call it once.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.uploads = make(chan struct{}, maxUploads)
	handle := func(pattern string, serve http.HandlerFunc) {
		mux.Handle(pattern, dialect.Route(serve, h.Log, brokeDown))
	}
	for _, r := range h.routes() {
		handle(r.pattern, h.serve(r))
	}
	handle("GET /api/v0/health/public", h.publicHealth)
	// A method that a path does not have is unknown like a path (NestJS).
	handle("/api/v0/", func(w http.ResponseWriter, r *http.Request) {
		h.fail(w, r, problem(http.StatusNotFound, "Cannot "+r.Method+" "+r.URL.Path))
	})
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
		dialect.Write(w, a.status, dialect.JSONType, a.body)
	}
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, rt route) (answer, error) {
	c := call{Request: r, writer: w}
	var err error
	if c.merchant, err = h.caller(r); err != nil {
		return answer{}, err
	}
	if rt.reads {
		if c.body, err = dialect.Read(w, r, dialect.DefaultLimit); err != nil {
			return answer{}, err
		}
		if c.body.Kind != dialect.Object {
			return answer{}, problem(http.StatusBadRequest, "the body must be a JSON object")
		}
	}
	return rt.do(c)
}

// caller is the merchant that the two headers prove. The description lists them as
// separate schemes, every page demands both.
func (h *Handler) caller(r *http.Request) (string, error) {
	key, secret := r.Header.Values("X-Client-Key"), r.Header.Values("X-Client-Secret")
	if len(key) != 1 || len(secret) != 1 || key[0] == "" || len(key[0]) > maxCredential || secret[0] == "" || len(secret[0]) > maxCredential {
		return "", unauthorized
	}
	c, err := h.Till.Authenticate(r.Context(), Name, KindClient, key[0], secret[0])
	if err == nil && c.MerchantID == "" { // an empty owner would match everybody's links
		err = unauthorized
	}
	return c.MerchantID, err
}

// maxCredential is longer than any key or secret of ours.
const maxCredential = 512

// ok answers 200 with a value.
func ok(v any) answer { return answer{http.StatusOK, dialect.JSON(v)} }

// once does a change under the caller's key, where it sent one.
func (h *Handler) once(c call, claim *paylink.Claim, change till.Change, render func(till.Changed) (int, string, any)) (answer, error) {
	a, err := h.Till.Once(c.Context(), claim, change, func(d till.Changed) (int, string, []byte) {
		status, id, v := render(d)
		return status, id, dialect.JSON(v)
	})
	return answer{a.Status, a.Body}, err
}
