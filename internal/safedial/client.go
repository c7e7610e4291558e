package safedial

import (
	"crypto/tls"
	"io"
	"net/http"
	"time"
)

// Client makes an HTTP client over the dialer. Its requests take Options.Total
// at most, verify certificates, use no proxy, follow no redirect (the 3xx is the
// answer), and read Options.Answer bytes of a body: what is longer ends there.
// Every request's URL passes CheckURL's rules again. The client keeps few idle
// connections and may be used by many goroutines: make one and keep it.
func (d *Dialer) Client() *http.Client {
	transport := &http.Transport{
		Proxy:                  nil,
		DialContext:            d.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: d.o.RootCAs},
		TLSHandshakeTimeout:    d.o.Connect,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // a small answer must not grow in memory
		MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
	}
	return &http.Client{
		Transport: guard{d.o, transport},
		Timeout:   d.o.Total,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// guard checks the URL before and caps the answer after.
type guard struct {
	o    Options
	next http.RoundTripper
}

func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.o.check(req.URL); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // RoundTrippers must close it, and the refusal matters more
		}
		return nil, err
	}
	res, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Body = capped{io.LimitReader(res.Body, g.o.Answer), res.Body}
	return res, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the transport.
func (g guard) CloseIdleConnections() {
	if c, ok := g.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type capped struct {
	io.Reader
	io.Closer
}
