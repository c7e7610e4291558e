package maildrop

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options of a Drop; the zero value is a server without TLS that takes letters from
// everybody.
type Options struct {
	// TLS lets clients ask for STARTTLS, and must not be left out where User is set.
	TLS *tls.Config
	// Implicit: TLS from the first byte.
	Implicit bool
	// User and Password must be given before a letter, where User is not empty.
	User, Password string
	Now            func() time.Time // nil: the machine's clock
}

// Letter is one that was taken.
type Letter struct {
	At   time.Time
	From string // of the envelope, as is To
	To   []string
	Raw  []byte
}

const (
	kept    = 200     // letters; the oldest go first
	largest = 1 << 20 // bytes of a letter
)

// Drop is a running server.
type Drop struct {
	o        Options
	server   *smtp.Server
	listener net.Listener
	mu       sync.Mutex
	letters  []Letter // oldest first
	met      map[string]bool
}

// Open serves on a listener until Close.
func Open(l net.Listener, o Options) *Drop {
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Drop{o: o, listener: l, met: map[string]bool{}}
	d.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{drop: d, conn: c}, nil }))
	d.server.Domain, d.server.TLSConfig = "maildrop.invalid", o.TLS
	d.server.MaxMessageBytes, d.server.MaxRecipients = largest, 10
	d.server.ReadTimeout, d.server.WriteTimeout = 30*time.Second, 30*time.Second
	d.server.ErrorLog = silent{}
	if o.Implicit {
		l = tls.NewListener(l, o.TLS)
	}
	go func() { _ = d.server.Serve(l) }() // ends with Close
	return d
}

// silent drops what a server says of clients that went away.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Addr is where it listens.
func (d *Drop) Addr() string { return d.listener.Addr().String() }

// Close ends it and every connection.
func (d *Drop) Close() error {
	err := d.server.Close()
	if errors.Is(err, smtp.ErrServerClosed) {
		err = nil
	}
	_ = d.listener.Close() // the server has not met it yet, or closed it
	return err
}

// Letters are those that were taken, oldest first.
func (d *Drop) Letters() []Letter {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.letters)
}

func (d *Drop) keep(l Letter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.letters = append(d.letters, l)
	if len(d.letters) > kept {
		d.letters = slices.Delete(d.letters, 0, len(d.letters)-kept)
	}
}

// first reports whether something is met for the first time.
func (d *Drop) first(what string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.met[what] {
		return false
	}
	d.met[what] = true
	return true
}

// session is one connection.
type session struct {
	drop *Drop
	conn *smtp.Conn
	in   bool // who calls has said who they are
	from string
	to   []string
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	if s.drop.o.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.drop.o.User || password != s.drop.o.Password {
			return smtp.ErrAuthFailed
		}
		s.in = true
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.drop.o.User != "" && !s.in {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if trouble(to) == "refused" {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	s.to = append(s.to, to)
	return nil
}

// errCut ends a connection without an answer.
var errCut = errors.New("the line was cut")

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	t := ""
	if len(s.to) > 0 {
		t = trouble(s.to[0])
	}
	if t == "cut" && s.drop.first("cut "+s.to[0]) {
		return errors.Join(errCut, s.conn.Conn().Close())
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if t == "busy" && s.drop.first("busy "+messageID(raw)) {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "try again later"}
	}
	s.drop.keep(Letter{At: s.drop.o.Now(), From: s.from, To: slices.Clone(s.to), Raw: raw})
	if t == "lost" && s.drop.first("lost "+messageID(raw)) {
		return errors.Join(errCut, s.conn.Conn().Close())
	}
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

func trouble(to string) string {
	local, _, _ := strings.Cut(to, "@")
	return strings.ToLower(local)
}
