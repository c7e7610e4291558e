package main

import (
	"context"
	"net/http"
	"time"
)

// mountOps serves what operators and their machines ask.
func (n *node) mountOps(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", n.ready)
	mux.Handle("GET /metrics", n.meter.handler())
}

// ready says whether a balancer should send payers here.
func (n *node) ready(w http.ResponseWriter, r *http.Request) {
	if n.stopping.Load() {
		plain(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, stop := context.WithTimeout(r.Context(), 2*time.Second)
	defer stop()
	if err := n.store.Ping(ctx); err != nil {
		n.log.Error("the store does not answer", "error", err.Error())
		plain(w, http.StatusServiceUnavailable, "the store does not answer")
		return
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the reader went away: nothing to do
}
