package bank

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Options of a bank.
type Options struct {
	Path          string            // the book's SQLite file; its directory is made when missing
	BaseURL       string            // origin under which payers and paylink reach the bank, without a slash at the end
	AdminKey      string            // for /v1/accounts, /v1/trouble and /v1/clock; "" leaves those to account keys, accounts to Options
	Accounts      []Account         // made or changed at start
	LoopbackPages bool              // pages on loopback may embed the frame (demo and tests)
	Clock         func() time.Time  // nil is time.Now
	Callbacks     http.RoundTripper // carries callbacks; nil is a transport of the bank's own
}

// Server is a running bank.
type Server struct {
	o        Options
	book     *book
	troubles *troubles
	accounts atomic.Pointer[accounts]
	offset   atomic.Int64 // milliseconds added to the clock
	sender   *http.Client
	sending  sync.Map // callbacks under way, by seq
	slots    chan struct{}
	woken    chan struct{} // wakes work
	told     chan struct{} // wakes deliver
	stop     chan struct{}
	loops    sync.WaitGroup
	mux      *http.ServeMux
}

// Open opens the book, makes the accounts and starts the bank's own work
// (settling, callbacks). The caller serves Handler and calls Close at the end.
func Open(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Callbacks == nil {
		o.Callbacks = &http.Transport{MaxIdleConnsPerHost: senders, IdleConnTimeout: time.Minute}
	}
	if err := os.MkdirAll(filepath.Dir(o.Path), 0o700); err != nil {
		return nil, fmt.Errorf("the bank's directory can't be made: %w", err)
	}
	b, err := openBook(o.Path)
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, book: b, troubles: newTroubles(), woken: make(chan struct{}, 1), told: make(chan struct{}, 1), stop: make(chan struct{}),
		slots: make(chan struct{}, senders),
		sender: &http.Client{Transport: o.Callbacks, Timeout: 10 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if err := s.prepare(); err != nil {
		_ = b.close()
		return nil, err
	}
	s.mux = s.routes()
	s.loops.Add(2)
	go s.work()
	go s.deliver()
	return s, nil
}

func (s *Server) prepare() error {
	if err := s.loadOffset(); err != nil {
		return err
	}
	if err := s.loadAccounts(); err != nil {
		return err
	}
	for _, a := range s.o.Accounts {
		if err := s.PutAccount(a); err != nil {
			return err
		}
	}
	return nil
}

// Close stops the bank's own work and closes the book. Stop serving Handler first.
func (s *Server) Close() error {
	close(s.stop)
	s.loops.Wait()
	if t, ok := s.o.Callbacks.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
	return s.book.close()
}

// Handler serves everything that doc.go lists.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if mode := s.troubles.out(); mode != "" && !forTests(r.URL.Path) {
			if mode == "drop" {
				panic(http.ErrAbortHandler) // the connection ends without an answer
			}
			s.refuse(w, http.StatusServiceUnavailable, "outage", "the bank is out of service")
			return
		}
		s.mux.ServeHTTP(w, r)
	})
}

// forTests is what an outage leaves open: whoever made it must be able to end it
// and to read the book.
func forTests(path string) bool {
	switch path {
	case "/v1/trouble", "/v1/outage", "/v1/clock", "/v1/accounts", "/book":
		return true
	}
	return false
}

func (s *Server) routes() *http.ServeMux {
	m := http.NewServeMux()
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request, *Account){
		"GET /v1/account":                s.getAccount,
		"POST /v1/charges":               s.postCharge,
		"GET /v1/charges/{key}":          s.getCharge,
		"POST /v1/charges/{key}/capture": s.act("capture"),
		"POST /v1/charges/{key}/void":    s.act("void"),
		"POST /v1/charges/{key}/refund":  s.act("refund"),
		"POST /v1/charges/{key}/cancel":  s.postCancel,
		"POST /v1/instruments":           s.postInstrument,
		"GET /v1/instruments/{id}":       s.getInstrument,
	} {
		m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			a := s.caller(r)
			if a == nil {
				s.refuse(w, http.StatusUnauthorized, "unauthenticated", "no account has this API key")
				return
			}
			h(w, r, a)
		})
	}
	m.HandleFunc("POST /v1/accounts", s.admin(s.postAccount))
	m.HandleFunc("POST /v1/trouble", s.tester(s.postTrouble))
	m.HandleFunc("GET /v1/trouble", s.tester(s.getTrouble))
	m.HandleFunc("DELETE /v1/trouble", s.tester(s.deleteTrouble))
	m.HandleFunc("POST /v1/outage", s.tester(s.postOutage))
	m.HandleFunc("POST /v1/clock", s.tester(s.postClock))
	m.HandleFunc("POST /v1/tokens", s.postToken)
	m.HandleFunc("GET /book", s.getBook)
	m.HandleFunc("GET /{$}", s.getHome)
	m.HandleFunc("GET /frame", s.getFrame)
	m.HandleFunc("GET /pay/{session}", s.getPay)
	m.HandleFunc("POST /pay/{session}", s.postPay)
	m.HandleFunc("GET /3ds/{session}", s.get3DS)
	m.HandleFunc("POST /3ds/{session}", s.post3DS)
	m.HandleFunc("GET /assets/{file}", s.getAsset)
	return m
}

func (s *Server) admin(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.isAdmin(r) {
			s.refuse(w, http.StatusUnauthorized, "unauthenticated", "this needs the admin key")
			return
		}
		h(w, r)
	}
}

// tester lets the admin and, where no admin key is set, any account pass.
func (s *Server) tester(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.isAdmin(r) && (s.o.AdminKey != "" || s.caller(r) == nil) {
			s.refuse(w, http.StatusUnauthorized, "unauthenticated", "this needs the admin key, or an account's where there is none")
			return
		}
		h(w, r)
	}
}

func (s *Server) now() time.Time {
	return s.o.Clock().UTC().Add(time.Duration(s.offset.Load()) * time.Millisecond)
}

func (s *Server) nowMS() int64 { return s.now().UnixMilli() }

func (s *Server) loadOffset() error {
	return each(s.book.reading, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		n, err := strconv.ParseInt(text, 10, 64)
		s.offset.Store(n)
		return err
	}, `SELECT value FROM meta WHERE name='offset_ms'`)
}

// postClock moves the bank's clock; the book keeps the offset over restarts.
func (s *Server) postClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		OffsetMS int64 `json:"offset_ms"`
	}
	if !s.readJSON(w, r, &in) {
		return
	}
	err := s.book.do(func(t *tx) error {
		_, err := t.exec(`INSERT INTO meta (name, value) VALUES ('offset_ms', $1)
			ON CONFLICT (name) DO UPDATE SET value=excluded.value`, strconv.FormatInt(in.OffsetMS, 10))
		return err
	})
	if err != nil {
		s.broken(w, err)
		return
	}
	s.offset.Store(in.OffsetMS)
	s.wake()
	s.writeJSON(w, http.StatusOK, map[string]any{"offset_ms": in.OffsetMS, "now": s.now().Format(time.RFC3339Nano)})
}
