package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"paylink/internal/fault"
	"paylink/work"
)

// serveCommand is the configuration of a server.
type serveCommand struct {
	Listen         string `env:"PAYLINK_LISTEN" default:"127.0.0.1:8080" help:"Where to listen; a proxy in front ends TLS."`
	OpsListen      string `env:"PAYLINK_OPS_LISTEN" help:"Where /healthz, /readyz and /metrics listen instead of there."`
	BaseURL        string `name:"base-url" env:"PAYLINK_BASE_URL" help:"Where payers reach this server, like https://pay.example."`
	TrustedProxies string `env:"PAYLINK_TRUSTED_PROXIES" help:"Addresses and networks, with commas, whose X-Forwarded-For is believed."`
	TriesPerMinute int    `env:"PAYLINK_TRIES_PER_MINUTE" default:"12" help:"How often one client may press pay on one link."`
	LogLevel       string `env:"PAYLINK_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	ReadyFile      string `env:"PAYLINK_READY_FILE" help:"Write this file once it serves."`
	PrintConfig    bool   `help:"Print the configuration, secrets masked, and end."`
	bookFlags      `embed:""`
	sandboxFlags   `embed:""`
	mailFlags      `embed:""`
}

// check reads and judges everything, and reports all faults at once. A configuration
// that is only printed makes no key file.
func (c *serveCommand) check() (p plan, f faults) {
	checkListen(&f, "listen", c.Listen)
	checkListen(&f, "ops-listen", c.OpsListen)
	c.bookFlags.check(&f)
	c.sandboxFlags.check(&f)
	p = plan{baseURL: checkBase(&f, c.BaseURL), proxies: checkProxies(&f, c.TrustedProxies), tries: c.TriesPerMinute}
	p.post = c.mailFlags.check(&f)
	level := checkLevel(&f, c.LogLevel)
	if c.TriesPerMinute < 0 {
		f.add("tries-per-minute", "is negative; 0 is no limit")
	}
	if !c.PrintConfig || !c.named() {
		p.keys = c.keys(&f)
	}
	p.database, p.sandbox = string(c.Database), c.sandboxFlags
	p.log = newLog(os.Stderr, level)
	return p, f
}

// Run serves until the context ends.
func (c *serveCommand) Run(s *session) error {
	p, wrong := c.check()
	if c.PrintConfig {
		printConfig(s, wrong)
		return nil
	}
	if err := wrong.err(); err != nil {
		return err
	}
	level := checkLevel(&faults{}, c.LogLevel)
	p.log = newLog(s.stderr, level)
	warnUnknown(p.log, s)
	warnProxy(p)
	n, err := openNode(s.ctx, p)
	if err != nil {
		return err
	}
	run := &running{node: n}
	if err := run.listen(c.Listen, n.handler(c.OpsListen != "")); err != nil {
		return errors.Join(err, n.close())
	}
	if c.OpsListen != "" {
		if err := run.listen(c.OpsListen, n.opsHandler()); err != nil {
			return errors.Join(err, n.close())
		}
	}
	if err := writeReady(c.ReadyFile, map[string]string{"base_url": p.baseURL, "listen": run.addresses[0]}); err != nil {
		return errors.Join(err, n.close())
	}
	return run.untilDone(s.ctx)
}

// running is a node with its listeners.
type running struct {
	node      *node
	servers   []*http.Server
	addresses []string // beside servers
	failed    chan error
	once      sync.Once
}

// grace is how long a stop waits for requests under way: as long as one call of a
// gateway may take (trust.md 4.5).
const grace = 20 * time.Second

// newServer is an HTTP server that slow or endless clients can't hold.
func newServer(h http.Handler, log *journal) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 60 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}

// listen serves a handler on an address, from now on.
func (r *running) listen(address string, h http.Handler) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	r.serve(l, h)
	return nil
}

func (r *running) serve(l net.Listener, h http.Handler) {
	r.once.Do(func() {
		r.failed = make(chan error, 8)
		r.node.hear()
	})
	server := newServer(h, r.node.log)
	r.servers = append(r.servers, server)
	r.addresses = append(r.addresses, l.Addr().String())
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.failed <- err
		}
	}()
}

// untilDone works and serves until the context ends or a listener breaks. Then it
// stops in order: no new work and no new requests, those under way finish, the
// store is closed last.
func (r *running) untilDone(ctx context.Context) error {
	n := r.node
	n.log.Info("serving", "address", strings.Join(r.addresses, " "), "base_url", n.baseURL, "engine", n.store.Engine(), "version", version())
	if fault.Enabled {
		n.log.Warn("this is a test build with fail points: not for earnest use")
	}
	stop := n.startWork()
	var err error
	select {
	case <-ctx.Done():
	case err = <-r.failed:
	}
	n.stopping.Store(true)
	n.deaf()
	n.log.Info("stopping")
	worked := make(chan struct{})
	go func() { stop(); close(worked) }()
	last, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	for _, s := range r.servers {
		if serr := s.Shutdown(last); serr != nil {
			n.log.Warn("requests were cut off after the grace", "address", s.Addr)
			_ = s.Close()
		}
	}
	<-worked
	err = errors.Join(err, n.close())
	n.log.Info("stopped")
	return err
}

// startWork starts the loops; the function it gives ends them and waits.
func (n *node) startWork() func() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	hand := work.Hand{Acts: work.Acts(n.till), Wake: n.store.Wake(), Failed: func(act string, err error) {
		n.meter.failures.WithLabelValues(act).Inc()
		n.log.Warn("a round of work failed", "act", act, "error", err.Error())
	}}
	go func() {
		defer close(done)
		hand.Run(ctx)
	}()
	return func() { cancel(); <-done }
}

// warnProxy tells of the one setting that no default can be right for: https means
// that a proxy ends TLS in front of us.
func warnProxy(p plan) {
	if strings.HasPrefix(p.baseURL, "https:") && len(p.proxies) == 0 {
		p.log.Warn("no --trusted-proxies is set: every payer behind a proxy counts as one client of --tries-per-minute; name the proxy's address",
			"variable", "PAYLINK_TRUSTED_PROXIES")
	}
}

// warnUnknown names environment variables that look like ours and are not: a typing
// error would otherwise be a default in silence.
func warnUnknown(log *journal, s *session) {
	known := map[string]bool{}
	for _, group := range s.parsed.Selected().AllFlags(true) {
		for _, flag := range group {
			for _, env := range flag.Envs {
				known[env] = true
			}
		}
	}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "PAYLINK_") && !known[name] && !strings.HasPrefix(name, "PAYLINK_TEST_") {
			log.Warn("this environment variable means nothing here", "variable", name)
		}
	}
}
