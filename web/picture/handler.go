package picture

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"paylink"
	"paylink/web/look"
)

// Acts are what the proxy asks of the till; *till.Till has them.
type Acts interface {
	PictureOf(signature, size, encoded string) (ref string, large, ok bool)
	File(ctx context.Context, id string) (paylink.File, error)
}

// Handler serves pictures. All fields but Memory are needed.
type Handler struct {
	Acts Acts
	// Client must reach public addresses only, follow no redirect, end by itself, and
	// read a little more than MaxBytes of an answer.
	Client *http.Client
	Log    *slog.Logger
	Memory int // bytes of finished pictures that are kept; 0: 64 MiB

	cache   *look.LRU[string, kept]
	remote  turns // for what hosts are asked for
	files   slots // for files, which wait for no host
	drawing sync.Mutex
	mu      sync.Mutex
	busy    map[string]chan struct{} // closed when the picture is in the cache
}

// MaxBytes is the largest picture that is taken.
const MaxBytes = 5 << 20

const (
	memory = 64 << 20
	// atOnce bounds how many pictures are fetched at the same time (of one host fewer,
	// see ofOneHost), and how many files are held. One is drawn at a time: see maxPixels.
	atOnce = 8
	// How long a picture is believed, and how long it is not asked for again where it
	// could not be had.
	life      = time.Hour
	missLife  = time.Minute
	waitAtAll = 20 * time.Second
)

// kept is a finished picture, or the lack of one.
type kept struct {
	picture
	until time.Time
	miss  bool
}

// Mount serves the pictures on a mux. Call it once.
func (h *Handler) Mount(mux *http.ServeMux) {
	if h.Memory == 0 {
		h.Memory = memory
	}
	h.cache = look.NewLRU[string, kept](h.Memory)
	h.remote, h.files = turns{all: make(slots, atOnce), hosts: map[string]*host{}}, make(slots, atOnce)
	h.busy = map[string]chan struct{}{}
	mux.HandleFunc("GET /img/{signature}/{size}/{ref}", h.show)
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request) {
	ref, large, ok := h.Acts.PictureOf(r.PathValue("signature"), r.PathValue("size"), r.PathValue("ref"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	ctx, stop := context.WithTimeout(r.Context(), waitAtAll)
	defer stop()
	k := h.get(ctx, ref, large)
	head := w.Header()
	head.Set("Content-Type", k.kind)
	head.Set("Content-Length", strconv.Itoa(len(k.body)))
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	head.Set("Content-Disposition", `inline; filename="picture`+strings.Replace(k.kind, "image/", ".", 1)+`"`)
	// Its address stands in a product's images, for a shop's own pages.
	head.Set("Cross-Origin-Resource-Policy", "cross-origin")
	head.Set("Referrer-Policy", "no-referrer")
	switch {
	case k.miss:
		head.Set("Cache-Control", "public, max-age=60")
	case strings.HasPrefix(ref, paylink.PrefixFile):
		head.Set("Cache-Control", "public, max-age=31536000, immutable") // a file never changes
	default:
		head.Set("Cache-Control", "public, max-age=3600")
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(k.body) // the reader went away: nothing to do
	}
}

// get is the picture from the cache, or made now. Whoever asks for one that is being
// made waits for it.
func (h *Handler) get(ctx context.Context, ref string, large bool) kept {
	key := strconv.FormatBool(large) + ref
	for {
		if k, ok := h.cache.Get(key); ok && time.Now().Before(k.until) {
			return k
		}
		h.mu.Lock()
		other, busy := h.busy[key]
		if !busy {
			h.busy[key] = make(chan struct{})
		}
		h.mu.Unlock()
		if !busy {
			break
		}
		select {
		case <-other:
		case <-ctx.Done():
			return missing(large)
		}
	}
	// Others may wait for it: it is finished though its first reader goes away.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), waitAtAll)
	defer stop()
	defer func() { // whatever happens, or the others wait in vain
		h.mu.Lock()
		close(h.busy[key])
		delete(h.busy, key)
		h.mu.Unlock()
	}()
	k := h.make(ctx, ref, large)
	h.cache.Put(key, k, len(k.body)+len(key)+256)
	return k
}

func (h *Handler) make(ctx context.Context, ref string, large bool) kept {
	raw, leave, err := h.read(ctx, ref)
	if err == nil {
		defer leave() // its bytes are held until it is drawn
		var p picture
		if p, err = h.draw(raw, large); err == nil {
			return kept{picture: p, until: time.Now().Add(life)}
		}
	}
	h.Log.Info("a picture can't be shown", "ref", ref, "error", err)
	return missing(large)
}

func (h *Handler) draw(raw []byte, large bool) (picture, error) {
	h.drawing.Lock()
	defer h.drawing.Unlock()
	return draw(raw, edge(large))
}

// read gets the bytes that a merchant stored, or pointed at, when it is their turn;
// leave ends it.
func (h *Handler) read(ctx context.Context, ref string) (raw []byte, leave func(), err error) {
	if !strings.HasPrefix(ref, paylink.PrefixFile) {
		return h.fetch(ctx, ref)
	}
	if err := h.files.take(ctx); err != nil {
		return nil, nil, err
	}
	f, err := h.Acts.File(ctx, ref)
	if err == nil && len(f.Bytes) > MaxBytes {
		err = errTooLarge
	}
	if err != nil {
		h.files.leave()
	}
	return f.Bytes, h.files.leave, err
}

var errTooLarge = errors.New("the picture is larger than 5 MiB")

func missing(large bool) kept {
	return kept{picture: placeholder(large), until: time.Now().Add(missLife), miss: true}
}
