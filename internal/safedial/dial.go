package safedial

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Defaults of Options.
const (
	ConnectTimeout = 5 * time.Second
	TotalTimeout   = 15 * time.Second
	MaxAnswer      = 64 << 10 // bytes of an answer's body that are read
)

// maxTries bounds how many addresses of one name are tried.
const maxTries = 6

// Resolver is the part of net.Resolver that is used.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Options says how to dial. The zero value is the safe one.
type Options struct {
	AllowLoopback bool           // demo and tests: loopback by http, https and any port
	Resolver      Resolver       // nil: net.DefaultResolver
	Connect       time.Duration  // to resolve and connect; 0: ConnectTimeout
	Total         time.Duration  // for a whole request; 0: TotalTimeout
	RootCAs       *x509.CertPool // nil: those of the system
	Answer        int64          // bytes of an answer's body that are read; 0: MaxAnswer

	// Before, if set, is told every address just before connect; an error stops it.
	Before func(netip.AddrPort) error
}

// Refusal is the error for a target that may not be reached. Nothing was sent.
type Refusal struct {
	Host   string
	Addr   netip.Addr // zero where the name alone was refused
	Reason string
}

func (r *Refusal) Error() string {
	if !r.Addr.IsValid() || r.Addr.String() == r.Host {
		return fmt.Sprintf("address not allowed: %s: %s", r.Host, r.Reason)
	}
	return fmt.Sprintf("address not allowed: %s is %s: %s", r.Host, r.Addr, r.Reason)
}

// Dialer dials public addresses only.
type Dialer struct{ o Options }

// New makes a Dialer.
func New(o Options) *Dialer {
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Connect == 0 {
		o.Connect = ConnectTimeout
	}
	if o.Answer == 0 {
		o.Answer = MaxAnswer
	}
	if o.Total == 0 {
		o.Total = TotalTimeout
	}
	return &Dialer{o}
}

// DialContext resolves a "host:port", checks every address of the host and
// connects to one that was checked. It has the signature that http.Transport
// wants; networks other than TCP are refused. A target that is not allowed gives
// a *Refusal.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil, fmt.Errorf("dial %s: network %s is not allowed; only tcp is", address, network)
	}
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("dial %s: the port is no number", address)
	}
	ctx, cancel := context.WithTimeout(ctx, d.o.Connect)
	defer cancel()
	addrs, err := d.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addrs {
		if err := d.allow(host, netip.AddrPortFrom(a, uint16(port))); err != nil {
			return nil, err
		}
	}
	return d.connect(ctx, network, host, addrs, uint16(port))
}

func (d *Dialer) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if !(d.o.AllowLoopback && loopbackHost(host)) {
		if err := checkHost(host); err != nil {
			return nil, err
		}
	}
	addrs, err := d.o.Resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", host, err)
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("resolve %s: the name has no address", host)
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap() // resolvers return A records as ::ffff:a.b.c.d
	}
	return addrs, nil
}

// allow checks one address and port.
func (d *Dialer) allow(host string, to netip.AddrPort) error {
	a := to.Addr()
	if d.o.AllowLoopback && a.Zone() == "" && !a.Is4In6() && a.IsLoopback() {
		return nil
	}
	if why := Denied(a); why != "" {
		return &Refusal{Host: host, Addr: a, Reason: why}
	}
	if to.Port() != 443 {
		return &Refusal{Host: host, Addr: a, Reason: fmt.Sprintf("port %d; only 443 is allowed", to.Port())}
	}
	return nil
}

// connect tries the addresses one after the other and shares out the time that
// is left, so that one that does not answer leaves some for the next.
func (d *Dialer) connect(ctx context.Context, network, host string, addrs []netip.Addr, port uint16) (net.Conn, error) {
	if len(addrs) > maxTries {
		addrs = addrs[:maxTries]
	}
	end, _ := ctx.Deadline()
	var failed error
	for i, a := range addrs {
		nd := net.Dialer{
			Timeout: time.Until(end) / time.Duration(len(addrs)-i),
			Control: func(_, address string, _ syscall.RawConn) error { return d.control(host, address) },
		}
		conn, err := nd.DialContext(ctx, network, netip.AddrPortFrom(a, port).String())
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("connect to %s: %w", host, failed)
}

// control sees the address that the kernel is about to connect to.
func (d *Dialer) control(host, address string) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %s: %w", address, err)
	}
	if err := d.allow(host, to); err != nil {
		return err
	}
	if d.o.Before != nil {
		return d.o.Before(to)
	}
	return nil
}
