package main

import (
	"io"
	"net/http"

	"paylink"
)

// maxCallback is more than any gateway sends about one charge.
const maxCallback = 256 << 10

// callback takes a gateway's call. 200: kept and applied, or here before. 401: it
// could not be verified. 503: nothing was kept, send it again. Nothing of what was
// sent comes back.
func (n *node) callback(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("gateway")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallback))
	if err != nil {
		plain(w, http.StatusBadRequest, "the body could not be read")
		return
	}
	if _, ok := n.till.Gateways[name]; !ok {
		plain(w, http.StatusNotFound, "no such gateway")
		return
	}
	err = n.till.Callback(r.Context(), name, r.Header, body)
	switch paylink.KindOf(err) {
	case paylink.Unauthenticated:
		plain(w, http.StatusUnauthorized, "the signature does not fit")
	case paylink.Invalid:
		plain(w, http.StatusBadRequest, "the call could not be understood")
	case paylink.NotFound:
		plain(w, http.StatusNotFound, "no such gateway")
	default:
		if err == nil {
			plain(w, http.StatusOK, "ok")
			return
		}
		n.log.Warn("a callback was put off", "gateway", name, "error", err.Error())
		w.Header().Set("Retry-After", "5")
		plain(w, http.StatusServiceUnavailable, "send it again later")
	}
}
