package dialect

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
)

// Route is what an API puts around each of its routes: the request gets a name (see
// WithRequestID), and a panic ends in what broken writes, the API's own 500, instead
// of in plain text that its clients can't read. The caller is told nothing of the
// panic; the log, which may be nil, hears it once, with the stack and the request's
// name. Where the answer had begun by then the connection is cut: half an answer must
// not look like a whole one. http.ErrAbortHandler passes.
func Route(serve http.HandlerFunc, log *slog.Logger, broken http.HandlerFunc) http.Handler {
	return WithRequestID(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before := maps.Clone(w.Header())
		a := &begun{ResponseWriter: w}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, is := p.(error); is && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			if log != nil {
				log.LogAttrs(r.Context(), slog.LevelError, "a request broke its handler", slog.String("request", RequestID(r.Context())),
					slog.String("route", r.Pattern), slog.String("error", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
			}
			if a.yes {
				panic(http.ErrAbortHandler)
			}
			// What the route had already said of an answer of its own is true no more.
			clear(w.Header())
			maps.Copy(w.Header(), before)
			broken(w, r)
		}()
		serve(a, r)
	}))
}

// begun notes whether an answer has begun.
type begun struct {
	http.ResponseWriter
	yes bool
}

func (b *begun) WriteHeader(status int) {
	b.yes = b.yes || status >= 200
	b.ResponseWriter.WriteHeader(status)
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes = true
	return b.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }
