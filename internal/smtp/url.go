package smtp

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Server is a mail server and how to speak to it.
type Server struct {
	Address        string // host:port
	Host           string // whose certificate is demanded
	Implicit       bool   // TLS from the first byte (RFC 8314), else STARTTLS
	Clear          bool   // no TLS at all
	User, Password string // User empty: without
}

// ParseURL reads the address of a server: smtp://user:password@host:587 asks for
// STARTTLS and sends nothing without it, smtps://…:465 begins with TLS, and
// smtp://…?tls=none speaks in clear text. The ports may be left out. A password in
// clear text goes to this machine only.
func ParseURL(raw string) (Server, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Server{}, errors.New("is not a URL; a password's special characters must be written as %XX") // err would show the password
	}
	s := Server{Host: u.Hostname(), Implicit: u.Scheme == "smtps"}
	port := u.Port()
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return s, errors.New("must begin with smtp:// or smtps://")
	case s.Host == "":
		return s, errors.New("names no host")
	case strings.Trim(u.Path, "/") != "" || u.Fragment != "":
		return s, errors.New("has more behind the host than a query")
	case port == "" && s.Implicit:
		port = "465" // RFC 8314 section 7.3
	case port == "":
		port = "587" // RFC 6409 section 3.1
	}
	s.Address = net.JoinHostPort(s.Host, port)
	if u.User != nil {
		s.User = u.User.Username()
		s.Password, _ = u.User.Password()
	}
	for name, values := range u.Query() {
		if name != "tls" || len(values) != 1 || values[0] != "none" || s.Implicit {
			return s, errors.New("has an unknown parameter; there is only tls=none, for smtp://") // its name may be the rest of a password
		}
		s.Clear = true
	}
	if s.Clear && s.User != "" && !loopback(s.Host) {
		return s, errors.New("would send the password in clear text; leave tls=none out")
	}
	return s, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && a.Unmap().IsLoopback())
}
