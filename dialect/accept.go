package dialect

import (
	"mime"
	"net/http"
	"strings"
)

// AcceptsJSON reports whether Accept leaves room for JSON. Of several ranges that
// take it the most exact one counts (RFC 9110 section 12.5.1); what can't be read
// asks for nothing.
func AcceptsJSON(h http.Header) bool {
	accept := strings.Join(h.Values("Accept"), ",")
	if strings.TrimSpace(accept) == "" {
		return true
	}
	exactness, taken, read := 0, false, false
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		read = true
		if at := map[string]int{"*/*": 1, "application/*": 2, "application/json": 3}[media]; at > exactness {
			exactness, taken = at, !zeroWeight(params["q"])
		}
	}
	return taken || !read
}

// zeroWeight reports whether a weight is 0, "0.", "0.0" …: "not acceptable".
func zeroWeight(q string) bool { return q != "" && strings.Trim(q, "0.") == "" }
