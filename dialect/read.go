package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// DefaultLimit is the largest body that most routes read.
const DefaultLimit = 64 << 10

// Read reads a request's JSON body of at most limit bytes. It refuses (a *Refusal)
// other media types than application/json, text/json and application/*+json with
// 415, a Content-Encoding with 415 before anything is inflated, too large bodies
// with 413, and what Parse refuses with 400.
func Read(w http.ResponseWriter, r *http.Request, limit int64) (Value, error) {
	if err := CheckMedia(r.Header); err != nil {
		return Value{}, err
	}
	raw, err := Body(w, r, limit)
	if err != nil {
		return Value{}, err
	}
	return Parse(raw)
}

// CheckMedia judges Content-Type and Content-Encoding.
func CheckMedia(h http.Header) error {
	if all := h.Values("Content-Encoding"); len(all) > 1 || (len(all) == 1 && !strings.EqualFold(all[0], "identity")) {
		return refuse(http.StatusUnsupportedMediaType, CodeEncoding, "send the body without Content-Encoding")
	}
	types := h.Values("Content-Type")
	if len(types) == 1 {
		media, params, err := mime.ParseMediaType(types[0])
		charset := strings.ToLower(params["charset"])
		if err == nil && IsJSON(media) && (charset == "" || charset == "utf-8" || charset == "utf8") {
			return nil
		}
	}
	return refuse(http.StatusUnsupportedMediaType, CodeMediaType, "send JSON in UTF-8, with Content-Type: application/json")
}

// IsJSON reports whether a media type, in lower case, is JSON.
func IsJSON(media string) bool {
	return media == "application/json" || media == "text/json" ||
		(strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}

// Body reads at most limit bytes. Of a body that is larger only the beginning is
// read; if that is already too deep to be read at all, 400 says so rather than 413.
func Body(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var head bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= limit {
		head.Grow(int(n) + bytes.MinRead)
	}
	_, err := head.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		if _, perr := Parse(head.Bytes()); refusedAs(perr, CodeTooDeep) {
			return nil, perr
		}
		return nil, refuse(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body is too large")
	case err != nil:
		return nil, refuse(http.StatusBadRequest, CodeCut, "the body ended early")
	}
	return head.Bytes(), nil
}

func refusedAs(err error, code string) bool {
	r, ok := AsRefusal(err)
	return ok && r.Code == code
}

// Decode fills a struct from a parsed body by encoding/json's rules, but with exact
// names only and none that the struct does not have. A *Refusal says what is wrong.
func Decode(v Value, into any) error {
	d := json.NewDecoder(bytes.NewReader(Canonical(v)))
	d.UseNumber()
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return refuse(http.StatusBadRequest, CodeBody, "member "+wrong.Field+" must not be of type "+wrong.Value)
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return refuse(http.StatusBadRequest, CodeBody, "there is no member "+strings.TrimPrefix(err.Error(), "json: unknown field "))
	case errors.Is(err, io.EOF):
		return refuse(http.StatusBadRequest, CodeBody, "the body is empty")
	}
	return refuse(http.StatusBadRequest, CodeBody, "the body does not fit: "+strings.TrimPrefix(err.Error(), "json: "))
}
