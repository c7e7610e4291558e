package checkout

import (
	"net/http"
	"net/url"
	"strings"

	"paylink"
	"paylink/web/look"
)

// inFrames is the handler of the pages that a merchant shows in a frame. It has its
// own rendered pages; the themes are the same.
func (h *Handler) inFrames() *Handler {
	framed := *h
	framed.framed = true
	framed.sheets = look.NewLRU[sheetKey, *sheet](sheetMemory / 4)
	return &framed
}

// root is what the handler's paths begin with.
func (h *Handler) root() string {
	if h.framed {
		return "/embed/"
	}
	return "/pay/"
}

// mayFrame leads away from a framed page whose link did not ask for one. What it
// leads to refuses to be framed, so nobody's page gets around a link that way.
func (h *Handler) mayFrame(serve http.HandlerFunc) http.HandlerFunc {
	if !h.framed {
		return serve
	}
	return func(w http.ResponseWriter, r *http.Request) {
		sight, err := h.Acts.LookBack(r.Context(), r.PathValue("token"))
		if err == nil && len(sight.Link.Page.Embed) > 0 {
			serve(w, r)
			return
		}
		if err != nil && paylink.KindOf(err) != paylink.NotFound {
			h.fail(w, r, err, r.Method != http.MethodPost)
			return
		}
		copyHeader(w, look.Policy{HTTPS: h.https()}.Headers())
		http.Redirect(w, r, "/pay/"+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
	}
}

// frameURL is the address of the gateway's fields. In a frame on a merchant's site
// the gateway is told whose pages stand around ours, because a browser asks it about
// each of them.
func (h *Handler) frameURL(o paylink.Offer, fields string) string {
	if !h.framed || fields == "" {
		return fields
	}
	u, err := url.Parse(fields)
	if err != nil {
		return fields
	}
	q := u.Query()
	q.Set("within", strings.Join(o.Link.Page.Embed, " "))
	u.RawQuery = q.Encode()
	return u.String()
}
