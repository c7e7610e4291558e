package dialect

import (
	"context"
	"net/http"

	"paylink"
)

type requestKey struct{}

// WithRequestID gives each request a name of its own, in its context and in the
// answer's X-Request-Id, by which a caller and our log can speak of it. What a
// caller sends under that name is not taken: it would be written into our log.
func WithRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := "req_" + paylink.NewToken()
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

// RequestID is the request's name, "" outside of WithRequestID.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
