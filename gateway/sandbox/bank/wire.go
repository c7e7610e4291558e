package bank

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

const maxBody = 64 << 10

// readJSON reads a strict JSON body; when it can't, it has answered already.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the JSON value")
		}
	}
	if err != nil {
		s.refuse(w, http.StatusBadRequest, "invalid_json", "the body can't be read: "+err.Error())
		return false
	}
	return true
}

func (s *Server) writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.broken(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// refusal is an answer that says what was refused and that nothing was done.
type refusal struct {
	status        int
	code, message string
}

func (s *Server) refuse(w http.ResponseWriter, status int, code, message string) {
	s.writeJSON(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}

// broken answers a fault of the bank itself, which is a test environment: its
// text helps whoever tests.
func (s *Server) broken(w http.ResponseWriter, err error) {
	s.refuse(w, http.StatusInternalServerError, "internal", err.Error())
}

const (
	hangAtMost = time.Minute
	hugeBody   = 20 << 20
)

// spoil answers as the trouble wants it; body is what would have been said. It
// reports false when there is nothing to spoil.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, kind string, body any) bool {
	switch kind {
	case "":
		return false
	case "none":
		panic(http.ErrAbortHandler) // ends the connection without an answer
	case "hang":
		select {
		case <-r.Context().Done():
		case <-s.stop:
		case <-time.After(hangAtMost):
		}
		panic(http.ErrAbortHandler)
	case "5xx":
		s.refuse(w, http.StatusInternalServerError, "internal", "something went wrong")
	case "garbage":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"state":"capt"]]%%%`)
	case "html":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>")
	case "empty":
		w.WriteHeader(http.StatusOK)
	case "huge":
		s.spoilHuge(w)
	case "half":
		s.spoilHalf(w, body)
	case "not_found":
		s.refuse(w, http.StatusNotFound, "not_found", "no charge has this key")
	}
	return true
}

func (s *Server) spoilHuge(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"state":"captured","reason":"`)
	chunk := make([]byte, 64<<10)
	for i := range chunk {
		chunk[i] = 'x'
	}
	for sent := 0; sent < hugeBody; sent += len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, `"}`)
}

// spoilHalf promises the whole answer, sends half of it and cuts the connection.
func (s *Server) spoilHalf(w http.ResponseWriter, body any) {
	text, _ := json.Marshal(body)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text[:len(text)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// falsified is the charge with a lie in it, of the kind that callers must find.
func falsified(c Charge, kind string) Charge {
	switch kind {
	case "amount":
		c.Amount++
		if c.Captured > 0 {
			c.Captured++
		}
	case "currency":
		if c.Currency == "EUR" {
			c.Currency = "USD"
		} else {
			c.Currency = "EUR"
		}
	case "account":
		c.Account = "somebody-else"
	}
	return c
}
