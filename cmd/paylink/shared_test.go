package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink/dialect/elevate"
	"paylink/dialect/payroc"
)

// Payroc and Elevate share /v1. What neither serves is answered so that both can read it.
func TestWhatNoAPIHasBelowV1IsToldInTheirWords(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	(&payroc.Handler{}).Mount(mux)
	(&elevate.Handler{}).Mount(mux)
	mountShared(mux)
	for path, members := range map[string][]string{
		"GET /v1/refunds":              {"type", "title", "status", "detail", "error", "message"},
		"POST /v1/invoices/1":          {"type", "title", "status", "detail", "error", "message"},
		"GET /v1/":                     {"type", "title", "status", "detail", "error", "message"},
		"POST /v1/payment-links":       {"type", "title", "status", "detail"},
		"GET /v1/processing-terminals": {"type", "title", "status", "detail"},
		"GET /v1/payment-links/x/y/z":  {"type", "title", "status", "detail"},
		"GET /v1/payments/x/refund":    {"type", "title", "status", "detail"},
	} {
		method, target, _ := strings.Cut(path, " ")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(method, target, nil))
		var body map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
			continue
		}
		for _, name := range members {
			if body[name] == nil {
				t.Errorf("%s: no %s in %s", path, name, w.Body)
			}
		}
	}
}
