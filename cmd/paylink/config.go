package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"paylink"
	"paylink/internal/vault"
)

// secret is a value that no print, log or error shows.
type secret string

const mask = "********"

func (secret) String() string       { return mask }
func (secret) GoString() string     { return mask }
func (secret) LogValue() slog.Value { return slog.StringValue(mask) }

// dsn is a store's address; one of PostgreSQL may hold a password.
type dsn string

// bookFlags say where the book is and which keys open its sealed parts.
type bookFlags struct {
	Database     dsn    `env:"PAYLINK_DATABASE" help:"The book: a file's path (SQLite), or postgres://user:password@host/database."`
	DatabaseFile string `env:"PAYLINK_DATABASE_FILE" help:"A file that holds the address instead."`
	KeyFile      string `env:"PAYLINK_KEY_FILE" help:"The node's keys, mode 0600. All nodes of one store have the same file; it is made where there is none and the store is a file."`
	Key          secret `env:"PAYLINK_KEY" help:"The key file's content instead, as JSON or in base64."`
}

// sandboxFlags say where the sandbox's bank is.
type sandboxFlags struct {
	SandboxURL          string `name:"sandbox-url" env:"PAYLINK_SANDBOX_URL" help:"The sandbox bank's origin as this node reaches it; without it there is no sandbox."`
	SandboxPublicURL    string `name:"sandbox-public-url" env:"PAYLINK_SANDBOX_PUBLIC_URL" help:"The same as browsers reach it; the same if empty."`
	SandboxAdminKey     secret `env:"PAYLINK_SANDBOX_ADMIN_KEY" help:"Lets merchant commands make accounts there."`
	SandboxAdminKeyFile string `env:"PAYLINK_SANDBOX_ADMIN_KEY_FILE" help:"A file that holds it instead."`
}

// faults collects everything that is wrong with a configuration.
type faults []string

func (f *faults) add(flag, format string, args ...any) {
	name := "PAYLINK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
	*f = append(*f, fmt.Sprintf("--%s (%s): %s", flag, name, fmt.Sprintf(format, args...)))
}

// err is nil where there are none; it names all of them.
func (f faults) err() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return &failure{2, "the configuration can't be used: " + f[0]}
	}
	return &failure{2, fmt.Sprintf("the configuration has %d faults:\n  %s", len(f), strings.Join(f, "\n  "))}
}

// orFile fills a value that is kept in a file, as orchestrators hand out secrets. The
// file's name is then forgotten: the value may be judged again elsewhere.
func orFile[T ~string](f *faults, flag string, value *T, name *string) {
	file := *name
	if file == "" {
		return
	}
	if *value != "" {
		f.add(flag, "is given twice, as a value and as a file; keep one")
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		f.add(flag+"-file", "%v", err)
		return
	}
	*value, *name = T(strings.TrimSpace(string(text))), ""
}

func (b *bookFlags) check(f *faults) {
	orFile(f, "database", &b.Database, &b.DatabaseFile)
	if b.Database == "" {
		f.add("database", "is missing: give a file's path, or postgres://…")
	}
}

// named reports whether the configuration says where the keys are.
func (b *bookFlags) named() bool { return b.Key != "" || b.KeyFile != "" }

// keys opens the node's keys. Only beside a store that is a file of this machine may
// a new key file be made: nodes that share a store must share the keys.
func (b *bookFlags) keys(f *faults) *vault.Vault {
	var v *vault.Vault
	var err error
	switch {
	case b.Key != "" && b.KeyFile != "":
		f.add("key", "is given twice, as a value and as a file; keep one")
		return nil
	case b.Key != "":
		v, err = vault.Parse([]byte(b.Key))
	case b.KeyFile == "":
		f.add("key-file", "is missing: name a file; beside a SQLite store it is made at the first start")
		return nil
	case isPostgres(b.Database):
		v, err = vault.Load(b.KeyFile)
	default:
		v, err = vault.LoadOrCreate(b.KeyFile)
	}
	if err != nil {
		f.add("key-file", "%v", err)
	}
	return v
}

func isPostgres(d dsn) bool {
	return strings.HasPrefix(string(d), "postgres://") || strings.HasPrefix(string(d), "postgresql://")
}

func (s *sandboxFlags) check(f *faults) {
	orFile(f, "sandbox-admin-key", &s.SandboxAdminKey, &s.SandboxAdminKeyFile)
	if s.SandboxURL != "" {
		s.SandboxURL = checkOrigin(f, "sandbox-url", s.SandboxURL)
	}
	if s.SandboxPublicURL != "" {
		s.SandboxPublicURL = checkOrigin(f, "sandbox-public-url", s.SandboxPublicURL)
	}
	checkSecret(f, "sandbox-admin-key", s.SandboxAdminKey)
}

// checkSecret refuses secrets that somebody else knows: short ones and those that
// stand in every documentation.
func checkSecret(f *faults, flag string, s secret) {
	low := strings.ToLower(string(s))
	switch {
	case s == "":
	case len(s) < 16:
		f.add(flag, "is shorter than 16 characters; make one at random")
	case strings.Contains(low, "changeme") || strings.Contains(low, "change-me") || strings.Contains(low, "password") ||
		strings.Contains(low, "example") || strings.Trim(low, low[:1]) == "":
		f.add(flag, "looks like a default that everybody knows; make one at random")
	}
}

// checkOrigin takes an origin: scheme and host, no path.
func checkOrigin(f *faults, flag, raw string) string {
	u, err := paylink.CheckURL(raw)
	if err != nil {
		f.add(flag, "%v; it looks like https://pay.example", err)
		return raw
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		f.add(flag, "must be an origin, without a path or query, like https://pay.example")
	}
	return paylink.Origin(u)
}

// checkBase takes the address where payers reach us. Real payers type real names
// into it, so it is https, but for a machine that talks to itself.
func checkBase(f *faults, raw string) string {
	if raw == "" {
		f.add("base-url", "is missing: where payers reach this server, like https://pay.example")
		return ""
	}
	base := checkOrigin(f, "base-url", raw)
	if u, err := url.Parse(base); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		f.add("base-url", "must be https: only a loopback address may be http")
	}
	return base
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}

func checkListen(f *faults, flag, address string) {
	if address == "" {
		return
	}
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		f.add(flag, "%q is not host:port, like 127.0.0.1:8080 or :8080", address)
	}
}

// checkProxies reads the networks whose X-Forwarded-For is believed.
func checkProxies(f *faults, text string) []netip.Prefix {
	var out []netip.Prefix
	for _, one := range splitList(text) {
		if p, err := netip.ParsePrefix(one); err == nil {
			out = append(out, p.Masked())
		} else if a, err := netip.ParseAddr(one); err == nil {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		} else {
			f.add("trusted-proxies", "%q is neither an address nor a network like 10.0.0.0/8", one)
		}
	}
	return out
}

// splitList parts a list by commas and blanks.
func splitList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func checkLevel(f *faults, text string) slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(text)); err != nil {
		f.add("log-level", "%q is none of debug, info, warn, error", text)
	}
	return l
}
