package main

import (
	"net/http"

	"paylink/dialect"
)

// nothingHere is what Payroc and Elevate, whose paths all begin with /v1, say of a path
// that neither has here: one body that clients of both can read.
type nothingHere struct {
	Type    string `json:"type"` // Payroc's members (docs.payroc.com/api/errors)
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail"`
	Error   string `json:"error"` // Elevate's (CODES)
	Message string `json:"message"`
}

// mountShared answers below /v1 what no API's route takes: their SDKs read no plain text.
func mountShared(mux *http.ServeMux) {
	body := dialect.JSON(nothingHere{"https://docs.payroc.com/api/errors#not-found", "Not found", http.StatusNotFound,
		"Resource not found", "Not Found", "There is nothing at this path"})
	mux.Handle("/v1/", dialect.WithRequestID(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		dialect.Write(w, http.StatusNotFound, "application/problem+json", body)
	})))
}
