package look

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
)

//go:embed assets/*
var assetFiles embed.FS

// Asset is one static file under an address that holds its hash.
type Asset struct {
	Path string // "/assets/1f0c…-pay.css"
	Type string // media type
	Body []byte
	Gzip []byte // the same, compressed once
}

// The assets of a payer's page.
var (
	Style  = asset("text/css; charset=utf-8", "pay.css", "guard.css", "base.css")
	Goods  = asset("text/css; charset=utf-8", "goods.css", "goods.css") // for pages that sell something
	Count  = asset("text/javascript; charset=utf-8", "goods.js", "goods.js")
	Script = asset("text/javascript; charset=utf-8", "pay.js", "pay.js")
	Icon   = asset("image/svg+xml", "icon.svg", "icon.svg")
)

// asset joins embedded files and minifies them once, when first asked for.
func asset(kind, name string, files ...string) func() *Asset {
	return sync.OnceValue(func() *Asset {
		var body []byte
		for _, f := range files {
			raw, err := assetFiles.ReadFile("assets/" + f)
			if err != nil {
				panic(err) // embedded: missing only if the build is broken
			}
			body = append(body, raw...)
		}
		body, err := minifier().Bytes(kind, body)
		if err != nil {
			panic(err) // embedded, too
		}
		sum := sha256.Sum256(body)
		return &Asset{Path: "/assets/" + hex.EncodeToString(sum[:6]) + "-" + name, Type: kind, Body: body, Gzip: Compress(body)}
	})
}

// minifier knows the kinds of our assets.
var minifier = sync.OnceValue(func() *minify.M {
	m := minify.New()
	m.AddFunc("text/css", css.Minify)
	m.AddFunc("text/javascript", js.Minify)
	m.AddFunc("image/svg+xml", svg.Minify)
	return m
})

// Compress gzips at the best level.
func Compress(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = z.Write(body) // a bytes.Buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// MountAssets serves the assets. An address whose hash is not the current one is
// not found rather than answered with other bytes.
func MountAssets(mux *http.ServeMux) {
	for _, get := range []func() *Asset{Style, Goods, Script, Count, Icon} {
		mux.Handle("GET "+get().Path, get())
	}
}

// ServeHTTP answers with the file, for a year: its address changes with it.
func (a *Asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	// The icon is the only asset that a browser could open as a document.
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Type", a.Type)
	h.Set("Vary", "Accept-Encoding")
	body := a.Body
	if AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.Gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader went away: nothing to do
	}
}

// AcceptsGzip reports whether the client can read gzip (RFC 9110, 12.5.3).
func AcceptsGzip(r *http.Request) bool {
	for _, v := range r.Header["Accept-Encoding"] {
		for v != "" {
			var one string
			one, v, _ = strings.Cut(v, ",")
			name, q, _ := strings.Cut(one, ";")
			if strings.EqualFold(strings.TrimSpace(name), "gzip") {
				return !strings.HasPrefix(strings.ReplaceAll(q, " ", ""), "q=0") || strings.Contains(q, "0.")
			}
		}
	}
	return false
}
