package dialect

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// JSONType is the media type of our answers.
const JSONType = "application/json; charset=utf-8"

// Write sends a body that is ready, with its length. Answers of APIs are for the
// one who asked and are kept by nobody on the way.
func Write(w http.ResponseWriter, status int, media string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller went away: nothing to do
}

// WriteJSON sends a value as JSON. The value must be one that marshals.
func WriteJSON(w http.ResponseWriter, status int, v any) { Write(w, status, JSONType, JSON(v)) }

// JSON is a value as JSON text, "<", ">" and "&" left as they are: what we answer is
// never put into a page.
func JSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("dialect: an answer can't be written as JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
