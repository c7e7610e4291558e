package checkout

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// Acts are what the pages ask of the till; *till.Till has them.
type Acts interface {
	Look(ctx context.Context, address string) (till.Sight, error)
	LookBack(ctx context.Context, address string) (till.Sight, error)
	Pay(ctx context.Context, o till.Order) (paylink.Payment, error)
	Back(ctx context.Context, linkID, attempt string) (paylink.Payment, error)
	LastPaid(ctx context.Context, l paylink.Link) (paylink.Payment, error)
	Gateway(o paylink.Offer) (paylink.Gateway, error)
	AttemptFor(s till.Sight) string
	ReturnURL(l paylink.Link, p paylink.Payment) string
	LinkURL(address string) string
	AttemptURL(address, attempt string) string
}

// Handler serves the payer's pages. Acts and Log are needed, the rest may be zero.
type Handler struct {
	Acts Acts
	Log  *slog.Logger
	// Numbers are the test numbers of a gateway by its name, shown under the form
	// where the gateway moves no money.
	Numbers map[string][]TestNumber
	// Picture is the address under which a merchant's picture is shown, large or as a
	// small one beside a product; without it there are none.
	Picture func(ref string, large bool) string
	// Open finds the URL of the link that a public name leads to, NotFound where there
	// is none; without it there are no such names.
	Open func(ctx context.Context, name string) (string, error)
	// ClientIP tells who asks; without it the connection's address is taken.
	ClientIP func(*http.Request) string
	// Wait limits tries: how long this client must wait before another POST to the
	// link; zero lets it through.
	Wait func(r *http.Request, linkID string) time.Duration

	// framed is the same handler for pages in a frame on a merchant's own site.
	framed bool

	origin  *http.CrossOriginProtection
	sheets  *look.LRU[sheetKey, *sheet]
	themes  *look.LRU[string, themeFile]
	accepts *look.LRU[string, accepted]
}

// What the caches may hold, in bytes.
const (
	sheetMemory  = 12 << 20
	themeMemory  = 2 << 20
	acceptMemory = 1 << 18
)

// maxForm is the largest form that is read: every field at its longest fits ten times.
const maxForm = 64 << 10

// Mount serves the pages on a mux. Call it once.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.origin = http.NewCrossOriginProtection()
	h.sheets = look.NewLRU[sheetKey, *sheet](sheetMemory)
	h.themes = look.NewLRU[string, themeFile](themeMemory)
	h.accepts = look.NewLRU[string, accepted](acceptMemory)
	look.MountAssets(mux)
	h.mount(mux, "/pay/")
	h.mountQR(mux)
	h.inFrames().mount(mux, "/embed/")
	mux.HandleFunc("GET /c/{name...}", h.open)
	mux.HandleFunc("GET /pay/", func(w http.ResponseWriter, r *http.Request) { h.tell(w, r, "unknown") })
}

// mount serves the pages of links below a root.
func (h *Handler) mount(mux *http.ServeMux, root string) {
	mux.HandleFunc("GET "+root+"{token}", h.mayFrame(h.show))
	mux.HandleFunc("POST "+root+"{token}", h.mayFrame(h.submit))
	mux.HandleFunc("GET "+root+"{token}/{attempt}", h.mayFrame(h.attempt))
	mux.HandleFunc("GET "+root+"{token}/{$}", h.slash)
	mux.HandleFunc("GET "+root+"{token}/theme/{file}", h.theme)
}

// https reports whether payers reach us by https, which the base URL says.
func (h *Handler) https() bool { return strings.HasPrefix(h.Acts.LinkURL(""), "https://") }

// fromElsewhere tells of a form on another site, or in a frame of one, which must not
// pay (trust.md, H-77). Where a browser says nothing but the Origin, that is compared
// with our own, because a proxy may have changed the Host.
func (h *Handler) fromElsewhere(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == look.Origin(h.Acts.LinkURL("")) {
		return false
	}
	return h.origin.Check(r) != nil
}

func (h *Handler) clientIP(r *http.Request) string {
	if h.ClientIP != nil {
		return h.ClientIP(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// show is the payment page of a link. It changes nothing.
func (h *Handler) show(w http.ResponseWriter, r *http.Request) {
	sight, err := h.Acts.Look(r.Context(), r.PathValue("token"))
	if err != nil {
		h.fail(w, r, err, true)
		return
	}
	l := h.locale(r, sight.Offer, "")
	if !h.payable(sight) {
		h.closed(w, r, sight, l)
		return
	}
	s, err := h.sheet(sight, l, r.URL.Query().Get("country"))
	if err != nil {
		h.fail(w, r, err, true)
		return
	}
	s.serve(w, r, h.Acts.AttemptFor(sight))
}

// slash forgives a slash that people and mail programs put at the end.
func (h *Handler) slash(w http.ResponseWriter, r *http.Request) {
	copyHeader(w, look.Policy{HTTPS: h.https()}.Headers())
	http.Redirect(w, r, h.root()+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
}

// payable: a link whose slots are all held by payments under way is shown, because
// one of them may be the same payer's, who comes back.
func (h *Handler) payable(s till.Sight) bool {
	return s.Standing == paylink.Payable || s.Standing == paylink.InUse
}

// theme is the merchant's style sheet by its hash.
func (h *Handler) theme(w http.ResponseWriter, r *http.Request) {
	hash, css := strings.CutSuffix(r.PathValue("file"), ".css")
	file, ok := h.themes.Get(hash)
	if !ok && css {
		// Another node rendered the page, or it was long ago.
		sight, err := h.Acts.Look(r.Context(), r.PathValue("token"))
		if err == nil {
			file = h.themeOf(sight.Link.Page)
			ok = file.hash == hash && hash != ""
		}
	}
	if !ok || !css {
		http.NotFound(w, r)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/css; charset=utf-8")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "private, max-age=31536000, immutable")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(file.body) // the reader went away: nothing to do
}

// themeOf makes a link's theme safe and keeps it for the request that follows.
func (h *Handler) themeOf(p paylink.Page) themeFile {
	if p.Theme == "" {
		return themeFile{}
	}
	f := newThemeFile(p.Theme, p.Fonts)
	if f.hash != "" {
		h.themes.Put(f.hash, f, len(f.body)+256)
	}
	return f
}
