package checkout

import (
	"net/http"
	"strconv"

	"paylink/internal/qrcode"
)

// Sizes of a QR code's image in pixels.
const (
	qrUsual = 512
	qrLeast = 64
	qrMost  = 2048
)

// qr is the link's URL as a code, ?size= pixels wide. The image is for wherever the
// merchant shows it, so other sites may load it; it says no more than its own
// address does.
func (h *Handler) qr(kind string, draw func(qrcode.Code, int) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sight, err := h.Acts.Look(r.Context(), r.PathValue("token"))
		if err != nil {
			h.fail(w, r, err, true)
			return
		}
		size := qrUsual
		if s := r.URL.Query().Get("size"); s != "" {
			if size, err = strconv.Atoi(s); err != nil || size < qrLeast || size > qrMost {
				http.Error(w, "size must be a whole number of pixels from "+strconv.Itoa(qrLeast)+" to "+strconv.Itoa(qrMost), http.StatusBadRequest)
				return
			}
		}
		code, err := qrcode.Of(h.Acts.LinkURL(sight.Address.Value))
		if err != nil {
			h.fail(w, r, err, true)
			return
		}
		head := w.Header()
		head.Set("Content-Type", kind)
		// An address can be retired, so no cache keeps the image for longer than an hour.
		head.Set("Cache-Control", "private, max-age=3600")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		head.Set("Cross-Origin-Resource-Policy", "cross-origin")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("X-Robots-Tag", "noindex")
		body := draw(code, size)
		head.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the reader went away: nothing to do
		}
	}
}

// mountQR serves the codes of links.
func (h *Handler) mountQR(mux *http.ServeMux) {
	mux.HandleFunc("GET /pay/{token}/qr.svg", h.qr("image/svg+xml", qrcode.Code.SVG))
	mux.HandleFunc("GET /pay/{token}/qr.png", h.qr("image/png", qrcode.Code.PNG))
}
