package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"paylink/gateway/sandbox/bank"
	"paylink/internal/maildrop"
	"paylink/internal/vault"
)

// demoCommand is the configuration of a demo: everything may be left out.
type demoCommand struct {
	Listen              string `help:"Where paylink listens; 127.0.0.1:8080, or any free port if that is taken."`
	GatewayListen       string `help:"Where the sandbox bank listens; 127.0.0.1:8081, or any free port."`
	Data                string `default:"./paylink-demo" help:"Directory of keys, books and credentials; the same again goes on where it stopped."`
	ReadyFile           string `help:"Write this file, with addresses and credentials, once it serves; nothing else is printed then."`
	BaseURL             string `name:"base-url" help:"Where payers reach it, if not at the listening address."`
	Database            dsn    `env:"PAYLINK_DEMO_DATABASE" help:"Another book than the SQLite file in the directory: a path, or postgres://…"`
	GatewayURL          string `name:"gateway-url" help:"A sandbox bank that runs already (paylink sandbox) instead of one in this process."`
	GatewayAdminKey     secret `env:"PAYLINK_SANDBOX_ADMIN_KEY" help:"That bank's admin key."`
	GatewayAdminKeyFile string `env:"PAYLINK_SANDBOX_ADMIN_KEY_FILE" help:"A file that holds it instead."`
	Inbox               bool   `negatable:"" default:"true" help:"Send the merchant's payment events, and letters, to the demo's own inbox."`
	TestClock           bool   `help:"Let POST /demo/clock move the time of the book and the bank."`
	LogLevel            string `env:"PAYLINK_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
}

func (c *demoCommand) check() error {
	var f faults
	checkListen(&f, "listen", c.Listen)
	checkListen(&f, "gateway-listen", c.GatewayListen)
	orFile(&f, "gateway-admin-key", &c.GatewayAdminKey, &c.GatewayAdminKeyFile)
	checkSecret(&f, "gateway-admin-key", c.GatewayAdminKey)
	if c.BaseURL != "" {
		c.BaseURL = checkOrigin(&f, "base-url", c.BaseURL)
	}
	if c.GatewayURL != "" {
		c.GatewayURL = checkOrigin(&f, "gateway-url", c.GatewayURL)
		if c.GatewayAdminKey == "" {
			f.add("gateway-admin-key", "is missing: the bank at --gateway-url lets nobody make accounts without it")
		}
	}
	if c.Data == "" {
		f.add("data", "is empty: name a directory")
	}
	checkLevel(&f, c.LogLevel)
	return f.err()
}

// demo is a running demo.
type demo struct {
	demoCommand
	known credentials
	run   *running
	bank  *runningBank // nil where it runs elsewhere
	base  string
	gate  string // the bank's origin
	link  string // the first link
	inbox *inbox
	drop  *maildrop.Drop // nil without the inbox
	// billing is what Elevate's clients of the demo can name.
	billing billing
	// catalog is a product, a tax and a customer, as Devdraft's clients call them.
	catalog [3]string
}

// Run runs everything until the context ends.
func (c *demoCommand) Run(s *session) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	logTo, closeLog, err := c.logFile(s.stderr)
	if err != nil {
		return err
	}
	defer closeLog()
	d := &demo{demoCommand: *c}
	if err := d.start(s.ctx, logTo); err != nil {
		return errors.Join(err, d.stop())
	}
	access := filepath.Join(c.Data, accessFile)
	err = writeReady(access, demoAccess{d.base, d.known.NativeKey})
	if err == nil {
		err = d.tell(s.stdout)
	}
	if err != nil {
		return errors.Join(err, d.stop())
	}
	defer func() { _ = os.Remove(access) }() // the address is nobody's then
	err = d.run.untilDone(s.ctx)
	d.run = nil // closed with its node
	return errors.Join(err, d.stop())
}

// logFile keeps a terminal readable: there the log goes to a file beside the data.
func (c *demoCommand) logFile(stderr io.Writer) (io.Writer, func(), error) {
	f, ok := stderr.(*os.File)
	if !ok {
		return stderr, func() {}, nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return stderr, func() {}, nil
	}
	to, err := os.OpenFile(filepath.Join(c.Data, "paylink.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return to, func() { _ = to.Close() }, nil
}

// start opens both listeners, the bank, the node, and makes what is missing.
func (d *demo) start(ctx context.Context, logTo io.Writer) error {
	log := newLog(logTo, checkLevel(&faults{}, d.LogLevel))
	unlock, err := lockDir(d.Data)
	if err != nil {
		return err
	}
	defer unlock()
	keys, err := vault.LoadOrCreate(filepath.Join(d.Data, "key.json"))
	if err != nil {
		return err
	}
	if d.known, err = loadCredentials(filepath.Join(d.Data, "demo.json")); err != nil {
		return err
	}
	l, err := listenOr(d.Listen, "127.0.0.1:8080")
	if err != nil {
		return err
	}
	if d.base = d.BaseURL; d.base == "" {
		d.base = originOf(l.Addr())
	}
	bankReady, err := d.startBank(log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	// One machine plays every payer of a demo, of the tests and of the bench.
	p := plan{database: string(d.Database), keys: keys, baseURL: d.base, demo: true, tries: noLimit, testClock: d.TestClock, log: log}
	if p.database == "" {
		p.database = filepath.Join(d.Data, "paylink.db")
	}
	p.sandbox.SandboxURL = d.gate
	if d.Inbox {
		if d.drop, p.post, err = startMail(func() time.Time { return d.run.node.now() }); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	n, err := openNode(ctx, p)
	if err == nil {
		d.run = &running{node: n}
	}
	if err = errors.Join(err, bankReady()); err != nil {
		return errors.Join(err, l.Close())
	}
	if d.inbox, err = openInbox(filepath.Join(d.Data, "inbox.jsonl"), d.known.EndpointSecret, n.now); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := d.furnish(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	d.run.serve(l, n.handler(false, d.mount))
	return nil
}

// startBank starts the bank of this process, or takes the one that runs. The bank
// opens its book while the node opens its own; the function given waits for it.
func (d *demo) startBank(log *journal) (wait func() error, err error) {
	if d.gate = d.GatewayURL; d.gate != "" {
		return func() error { return nil }, nil
	}
	l, err := listenOr(d.GatewayListen, "127.0.0.1:8081")
	if err != nil {
		return nil, err
	}
	d.gate, d.GatewayAdminKey = originOf(l.Addr()), d.known.BankAdminKey
	o := bank.Options{Path: filepath.Join(d.Data, "bank.db"), BaseURL: d.gate, AdminKey: string(d.GatewayAdminKey), LoopbackPages: true}
	opened := make(chan error, 1)
	go func() {
		var err error
		d.bank, err = openBank(l, o, log)
		opened <- err
	}()
	return func() error { return <-opened }, nil
}

// stop ends what start started and Run did not end.
func (d *demo) stop() error {
	var errs []error
	if d.run != nil && d.run.node != nil {
		errs = append(errs, d.run.node.close())
	}
	if d.inbox != nil {
		errs = append(errs, d.inbox.close())
	}
	if d.drop != nil {
		errs = append(errs, d.drop.Close())
	}
	if d.bank != nil {
		errs = append(errs, d.bank.close())
	}
	return errors.Join(errs...)
}

// listenOr listens where it is told, or at the usual address, or on any free port.
func listenOr(address, usual string) (net.Listener, error) {
	if address != "" {
		return net.Listen("tcp", address)
	}
	l, err := net.Listen("tcp", usual)
	if errors.Is(err, syscall.EADDRINUSE) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return l, err
}

// lockDir keeps two demos of one directory from furnishing it at the same time.
func lockDir(dir string) (func(), error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("the directory %s can't be locked: %w", dir, err), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing ends the lock
}
