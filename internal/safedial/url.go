package safedial

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// MaxURL is the longest address that is taken, in bytes.
const MaxURL = 2048

// localNames are names, and ends of names, that never mean the public internet
// (RFC 6761, 6762, 7686, 8375, and .internal by ICANN).
var localNames = []string{"localhost", "local", "internal", "onion", "home.arpa", "invalid", "test"}

// CheckURL tells whether an address may be registered: an absolute https URL on
// port 443 with a public host, without credentials and fragment, of at most
// MaxURL bytes. With AllowLoopback, http and any port are allowed where the host
// is localhost or a loopback address. Names are not resolved here; what they
// mean is checked when they are dialled. The error is fit to be shown to whoever
// gave the address.
func CheckURL(raw string, o Options) error {
	if len(raw) > MaxURL {
		return fmt.Errorf("the URL has %d bytes; at most %d are allowed", len(raw), MaxURL)
	}
	for _, c := range []byte(raw) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\\\"<>^`{|}", c) >= 0 {
			return errors.New("the URL holds a character that must be percent-encoded; host names beyond ASCII are written as xn--…")
		}
	}
	if strings.Contains(raw, "#") {
		return errors.New("the URL has a fragment (#…); leave it out")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return errors.New("the URL cannot be read")
	}
	return o.check(u)
}

func (o Options) check(u *url.URL) error {
	if u.Opaque != "" || u.Host == "" || u.Hostname() == "" {
		return errors.New("the URL is not absolute; write https://host/path")
	}
	if u.User != nil {
		return errors.New("the URL holds credentials; leave out what stands before the @")
	}
	local := o.AllowLoopback && loopbackHost(u.Hostname())
	switch {
	case u.Scheme == "https", u.Scheme == "http" && local:
	default:
		return fmt.Errorf("the URL's scheme is %q; only https is allowed", u.Scheme)
	}
	if port := u.Port(); port != "" && port != "443" && !local {
		return fmt.Errorf("the URL's port is %s; only 443 is allowed", port)
	}
	if local {
		return nil
	}
	return checkHost(u.Hostname())
}

// loopbackHost tells names and addresses that mean this machine.
func loopbackHost(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Zone() == "" && !a.Is4In6() && a.IsLoopback()
	}
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// checkHost accepts public addresses in their one usual notation and full
// domain names.
func checkHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		if why := Denied(a); why != "" {
			return &Refusal{Host: host, Addr: a, Reason: why}
		}
		return nil
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	labels := strings.Split(name, ".")
	if len(name) > 253 || len(labels) < 2 {
		return fmt.Errorf("the host %q is no full domain name", host)
	}
	for _, l := range labels {
		if !hostLabel(l) {
			return fmt.Errorf("the host %q is no domain name", host)
		}
	}
	// Some resolvers read 127.1, 0x7f.0.0.1 or 0177.0.0.1 as an address (inet_aton).
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' {
		return fmt.Errorf("the host %q is an address in an unusual notation", host)
	}
	for _, local := range localNames {
		if name == local || strings.HasSuffix(name, "."+local) {
			return &Refusal{Host: host, Reason: "a name of the local network"}
		}
	}
	return nil
}

func hostLabel(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	for i := 0; i < len(l); i++ {
		c := l[i]
		if c != '-' && c != '_' && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') {
			return false
		}
	}
	return true
}
