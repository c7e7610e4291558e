package docs

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"

	"paylink/web/look"
)

//go:embed docs.css
var styles []byte

// Handler serves the page, which it makes when somebody first asks for it: that is
// half of the work of a start, and most servers are never asked.
type Handler struct {
	made func() (*made, error)
}

// made is what the handler serves.
type made struct {
	page, zpage   []byte
	style, zstyle []byte
	path          string // of the style sheet
	headers       http.Header
	known         map[string]bool // codes of problems
}

// New serves the page of an OpenAPI 3.1 document, for a server at an origin such as
// https://pay.example.
func New(document []byte, origin string) *Handler {
	return &Handler{sync.OnceValues(func() (*made, error) { return build(document, origin) })}
}

// Make makes the page now. An error says what of the document cannot be read.
func (h *Handler) Make() error {
	_, err := h.made()
	return err
}

func build(document []byte, origin string) (*made, error) {
	m, err := read(document)
	if err != nil {
		return nil, err
	}
	d := &made{headers: look.Policy{HTTPS: strings.HasPrefix(origin, "https://")}.Headers(), known: map[string]bool{}}
	d.headers.Set("Cache-Control", "public, max-age=300")
	d.headers.Set("Vary", "Accept-Encoding")
	min := minify.New()
	min.AddFunc("text/css", css.Minify)
	if d.style, err = min.Bytes("text/css", styles); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(d.style)
	d.path = "/docs/" + hex.EncodeToString(sum[:6]) + ".css"
	d.zstyle = look.Compress(d.style)
	m.Origin, m.Style, m.Icon = origin, d.path, look.Icon().Path
	for _, p := range m.Problems {
		d.known[p.Code] = true
	}
	var b bytes.Buffer
	if err := Page(m).Render(context.Background(), &b); err != nil {
		return nil, err
	}
	d.page, d.zpage = b.Bytes(), look.Compress(b.Bytes())
	return d, nil
}

// Mount serves the page on a mux.
func (h *Handler) Mount(mux *http.ServeMux) {
	style := http.Header{"Content-Type": {"text/css; charset=utf-8"}, "Cache-Control": {"public, max-age=31536000, immutable"},
		"X-Content-Type-Options": {"nosniff"}, "Vary": {"Accept-Encoding"}}
	h.handle(mux, "GET /docs", func(d *made, w http.ResponseWriter, r *http.Request) { write(w, r, d.headers, d.page, d.zpage) })
	h.handle(mux, "GET /docs/{sheet}", func(d *made, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != d.path { // its address holds its hash: never other bytes
			http.NotFound(w, r)
			return
		}
		write(w, r, style, d.style, d.zstyle)
	})
	h.handle(mux, "GET /problems/{code}", func(d *made, w http.ResponseWriter, r *http.Request) {
		to := "/docs#errors"
		if code := r.PathValue("code"); d.known[code] {
			to = "/docs#problem-" + code
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
}

func (h *Handler) handle(mux *http.ServeMux, pattern string, f func(*made, http.ResponseWriter, *http.Request)) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		d, err := h.made()
		if err != nil {
			panic(err) // the document is embedded: a broken build
		}
		f(d, w, r)
	})
}

func write(w http.ResponseWriter, r *http.Request, head http.Header, body, zipped []byte) {
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
