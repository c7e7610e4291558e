package checkout

import (
	"net/http"

	"paylink"
)

// open leads from a readable address to the link's own. Where a name leads can change.
func (h *Handler) open(w http.ResponseWriter, r *http.Request) {
	url, err := "", error(paylink.E(paylink.NotFound, "name_unknown", "there are no names"))
	if h.Open != nil {
		url, err = h.Open(r.Context(), r.PathValue("name"))
	}
	if err != nil {
		h.fail(w, r, err, true)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, url, http.StatusFound)
}
