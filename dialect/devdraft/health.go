package devdraft

import (
	"net/http"

	"paylink"
	"paylink/dialect"
)

// apiVersion is that of the description that is served (OpenAPI, info.version).
const apiVersion = "1.0.0"

// publicHealthView and healthView are the OpenAPI's.
type publicHealthView struct {
	Status    string `json:"status"`
	Timestamp string `json:"timestamp"`
	Version   string `json:"version"`
}

type healthView struct {
	publicHealthView
	Database      string `json:"database"`
	Message       string `json:"message"`
	Authenticated bool   `json:"authenticated"`
}

// publicHealth says that the service and its database answer.
func (h *Handler) publicHealth(w http.ResponseWriter, r *http.Request) {
	v := publicHealthView{Status: "ok", Version: apiVersion}
	err := h.Till.Read(r.Context(), func(rd paylink.Reader) error {
		v.Timestamp = stamp(rd.Now())
		return nil
	})
	if err != nil {
		h.fail(w, r, paylink.E(paylink.Unavailable, "health", err.Error()))
		return
	}
	dialect.WriteJSON(w, http.StatusOK, v)
}

// health is publicHealth for whom it knows: the database was just asked who calls.
func (h *Handler) health(c call) (answer, error) {
	v := healthView{publicHealthView: publicHealthView{Status: "ok", Version: apiVersion}, Database: "connected",
		Message: "Service is up and running", Authenticated: true}
	err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
		v.Timestamp = stamp(r.Now())
		return nil
	})
	return ok(v), err
}
