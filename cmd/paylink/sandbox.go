package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"paylink"
	"paylink/gateway/sandbox/bank"
)

// sandboxCommand is the configuration of a bank of its own.
type sandboxCommand struct {
	Listen       string `env:"PAYLINK_SANDBOX_LISTEN" default:"127.0.0.1:8081" help:"Where the bank listens."`
	PublicURL    string `name:"public-url" env:"PAYLINK_SANDBOX_PUBLIC_URL" help:"Where browsers reach it; the listening address if empty."`
	Data         string `env:"PAYLINK_SANDBOX_DATA" default:"./paylink-sandbox" help:"Directory of its book and its admin key."`
	AdminKey     secret `env:"PAYLINK_SANDBOX_ADMIN_KEY" help:"For accounts and trouble; made and kept in the directory if empty."`
	AdminKeyFile string `env:"PAYLINK_SANDBOX_ADMIN_KEY_FILE" help:"A file that holds it instead."`
	ReadyFile    string `help:"Write this file once it serves: gateway_url and admin_key."`
	LogLevel     string `env:"PAYLINK_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
}

// bankReady is the ready file of a bank.
type bankReady struct {
	GatewayURL string `json:"gateway_url"`
	AdminKey   string `json:"admin_key"`
}

// Run serves the bank until the context ends.
func (c *sandboxCommand) Run(s *session) error {
	var f faults
	orFile(&f, "admin-key", &c.AdminKey, &c.AdminKeyFile)
	checkListen(&f, "listen", c.Listen)
	checkSecret(&f, "admin-key", c.AdminKey)
	if c.PublicURL != "" {
		c.PublicURL = checkOrigin(&f, "public-url", c.PublicURL)
	}
	level := checkLevel(&f, c.LogLevel)
	if err := f.err(); err != nil {
		return err
	}
	if c.AdminKey == "" {
		var err error
		if c.AdminKey, err = keptSecret(filepath.Join(c.Data, "admin.key"), "adm_"); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	if c.PublicURL == "" {
		c.PublicURL = originOf(l.Addr())
	}
	b, err := openBank(l, bank.Options{Path: filepath.Join(c.Data, "bank.db"), BaseURL: c.PublicURL,
		AdminKey: string(c.AdminKey), LoopbackPages: true}, newLog(s.stderr, level))
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "The sandbox bank: %s\nAdmin key: %s\n", c.PublicURL, string(c.AdminKey))
	if err := writeReady(c.ReadyFile, bankReady{c.PublicURL, string(c.AdminKey)}); err != nil {
		return errors.Join(err, b.close())
	}
	select {
	case <-s.ctx.Done():
		return b.close()
	case err := <-b.failed:
		return errors.Join(err, b.close())
	}
}

// runningBank is a bank with its listener.
type runningBank struct {
	bank   *bank.Server
	http   *http.Server
	failed chan error
}

// openBank opens a bank and serves it.
func openBank(l net.Listener, o bank.Options, log *journal) (*runningBank, error) {
	b, err := bank.Open(o)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	r := &runningBank{bank: b, http: newServer(b.Handler(), log), failed: make(chan error, 1)}
	go func() {
		if err := r.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.failed <- err
		}
	}()
	return r, nil
}

func (r *runningBank) close() error {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
	defer stop()
	if r.http.Shutdown(ctx) != nil {
		_ = r.http.Close() // some request is asked to hang: that is its trouble
	}
	return r.bank.Close()
}

// keptSecret reads a secret from a file, and makes it where there is none.
func keptSecret(path, prefix string) (secret, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return secret(strings.TrimSpace(string(text))), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	made := paylink.NewSecret(prefix)
	return secret(made), os.WriteFile(path, []byte(made+"\n"), 0o600)
}

// originOf is how a listener is reached from this machine.
func originOf(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return "http://" + a.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
