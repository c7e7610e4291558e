package docs

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"

	"paylink/web/look"
)

//go:embed docs.css
var styles []byte

// Handler serves the page.
type Handler struct {
	page, zpage   []byte
	style, zstyle []byte
	path          string // of the style sheet
	headers       http.Header
	known         map[string]bool // codes of problems
}

// New makes the page of an OpenAPI 3.1 document, for a server at an origin such as
// https://pay.example.
func New(document []byte, origin string) (*Handler, error) {
	m, err := read(document)
	if err != nil {
		return nil, err
	}
	h := &Handler{headers: look.Policy{HTTPS: len(origin) > 8 && origin[:8] == "https://"}.Headers(), known: map[string]bool{}}
	h.headers.Set("Cache-Control", "public, max-age=300")
	h.headers.Set("Vary", "Accept-Encoding")
	min := minify.New()
	min.AddFunc("text/css", css.Minify)
	if h.style, err = min.Bytes("text/css", styles); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(h.style)
	h.path = "/docs/" + hex.EncodeToString(sum[:6]) + ".css"
	h.zstyle = look.Compress(h.style)
	m.Origin, m.Style, m.Icon = origin, h.path, look.Icon().Path
	for _, p := range m.Problems {
		h.known[p.Code] = true
	}
	var b bytes.Buffer
	if err := Page(m).Render(context.Background(), &b); err != nil {
		return nil, err
	}
	h.page, h.zpage = b.Bytes(), look.Compress(b.Bytes())
	return h, nil
}

// Mount serves the page on a mux.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) { h.write(w, r, h.headers, h.page, h.zpage) })
	style := http.Header{"Content-Type": {"text/css; charset=utf-8"}, "Cache-Control": {"public, max-age=31536000, immutable"},
		"X-Content-Type-Options": {"nosniff"}, "Vary": {"Accept-Encoding"}}
	mux.HandleFunc("GET "+h.path, func(w http.ResponseWriter, r *http.Request) { h.write(w, r, style, h.style, h.zstyle) })
	mux.HandleFunc("GET /problems/{code}", func(w http.ResponseWriter, r *http.Request) {
		to := "/docs#errors"
		if code := r.PathValue("code"); h.known[code] {
			to = "/docs#problem-" + code
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
}

func (h *Handler) write(w http.ResponseWriter, r *http.Request, head http.Header, body, zipped []byte) {
	for name, values := range head {
		w.Header()[name] = values
	}
	if look.AcceptsGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		body = zipped
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader went away: nothing to do
	}
}
