package safedial_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paylink/internal/safedial"
)

// names is a resolver whose answers the test changes at will.
type names struct {
	mu    sync.Mutex
	addrs []netip.Addr
}

func (n *names) set(addrs ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addrs = nil
	for _, a := range addrs {
		n.addrs = append(n.addrs, netip.MustParseAddr(a))
	}
}

func (n *names) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]netip.Addr(nil), n.addrs...), nil
}

var errVeto = errors.New("reached the point of connecting")

// vetoed is a dialer that stops just before connect and keeps where it would go.
func vetoed(r safedial.Resolver) (*safedial.Dialer, *[]netip.AddrPort) {
	var reached []netip.AddrPort
	return safedial.New(safedial.Options{Resolver: r, Before: func(a netip.AddrPort) error {
		reached = append(reached, a)
		return errVeto
	}}), &reached
}

func TestEverySpecialRangeIsDenied(t *testing.T) {
	t.Parallel()
	for _, a := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254",
		"168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1", "192.31.196.1",
		"192.52.193.1", "192.88.99.1", "192.168.1.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
		"100::1", "100:0:0:1::1", "2001::1", "2001:0:4136:e378::", "2001:1::1", "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1",
		"2001:30::1", "2001:1ff:ffff::", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "3fff:fff::1", "5f00::1",
		"fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "4000::1", "e000::1", "1::1",
	} {
		if safedial.Denied(netip.MustParseAddr(a)) == "" {
			t.Errorf("%s is allowed", a)
		}
	}
	if safedial.Denied(netip.Addr{}) == "" {
		t.Error("no address at all is allowed")
	}
}

func TestPublicAddressesAreAllowed(t *testing.T) {
	t.Parallel()
	for _, a := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "168.63.129.15", "169.253.255.255",
		"172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700:4700::1111", "2a00:1450::1", "3ffe:ffff::1",
	} {
		if why := safedial.Denied(netip.MustParseAddr(a)); why != "" {
			t.Errorf("%s is denied: %s", a, why)
		}
	}
}

func TestOneBadAddressCondemnsTheName(t *testing.T) {
	t.Parallel()
	for _, addrs := range [][]string{
		{"127.0.0.1"}, {"93.184.216.34", "10.0.0.1"}, {"10.0.0.1", "93.184.216.34"}, {"2606:4700::1", "::1"}, {"::ffff:169.254.169.254"},
		{"1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5", "1.1.1.6", "1.1.1.7", "192.168.0.1"},
	} {
		var r names
		r.set(addrs...)
		d, reached := vetoed(&r)
		_, err := d.DialContext(t.Context(), "tcp", "hooks.example.com:443")
		var refusal *safedial.Refusal
		if !errors.As(err, &refusal) || len(*reached) > 0 || !strings.Contains(err.Error(), "address not allowed") {
			t.Errorf("%v: error %v, reached %v", addrs, err, *reached)
		}
	}
}

func TestTheCheckedAddressIsTheOneDialled(t *testing.T) {
	t.Parallel()
	var r names
	r.set("::ffff:93.184.216.34", "2606:4700::1")
	d, reached := vetoed(&r)
	_, err := d.DialContext(t.Context(), "tcp", "hooks.example.com:443")
	if !errors.Is(err, errVeto) {
		t.Fatalf("error %v, want the veto before connect", err)
	}
	if len(*reached) != 2 || (*reached)[0].String() != "93.184.216.34:443" || (*reached)[1].String() != "[2606:4700::1]:443" {
		t.Errorf("reached %v", *reached)
	}
}

func TestANameThatTurnsPrivateAfterwardsIsRefused(t *testing.T) {
	t.Parallel()
	var r names
	r.set("93.184.216.34")
	d, reached := vetoed(&r)
	if err := safedial.CheckURL("https://hooks.example.com/x", safedial.Options{}); err != nil {
		t.Fatal(err)
	}
	_, _ = d.Client().Get("https://hooks.example.com/x")
	for _, turned := range []string{"127.0.0.1", "169.254.169.254", "fd00::1"} {
		r.set(turned)
		_, err := d.Client().Get("https://hooks.example.com/x")
		var refusal *safedial.Refusal
		if !errors.As(err, &refusal) || len(*reached) != 1 {
			t.Errorf("%s: error %v, reached %v", turned, err, *reached)
		}
	}
}

func TestOtherPortsSchemesAndNetworksAreRefused(t *testing.T) {
	t.Parallel()
	var r names
	r.set("93.184.216.34")
	d, reached := vetoed(&r)
	for _, port := range []string{"22", "25", "80", "6379", "8443", "0", "65536", "https", "-1", ""} {
		if _, err := d.DialContext(t.Context(), "tcp", "hooks.example.com:"+port); err == nil || errors.Is(err, errVeto) {
			t.Errorf("port %q: error %v", port, err)
		}
	}
	for _, network := range []string{"udp", "unix", "ip", ""} {
		if _, err := d.DialContext(t.Context(), network, "hooks.example.com:443"); err == nil || errors.Is(err, errVeto) {
			t.Errorf("network %q: error %v", network, err)
		}
	}
	for _, host := range []string{"127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost", "a.localhost", "printer.local", "metadata.google.internal", "[fe80::1%25lo]"} {
		if _, err := d.DialContext(t.Context(), "tcp", host+":443"); err == nil || errors.Is(err, errVeto) {
			t.Errorf("host %s: error %v", host, err)
		}
	}
	for _, u := range []string{"http://hooks.example.com:443/", "http://hooks.example.com/", "ftp://hooks.example.com/"} {
		if _, err := d.Client().Post(u, "text/plain", strings.NewReader("x")); err == nil || errors.Is(err, errVeto) {
			t.Errorf("%s: error %v", u, err)
		}
	}
	if len(*reached) > 0 {
		t.Errorf("reached %v", *reached)
	}
}

func TestLoopbackIsReachedOnlyWhereAllowed(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer srv.Close()
	if _, err := safedial.New(safedial.Options{}).Client().Get(srv.URL); err == nil || hits.Load() != 0 {
		t.Errorf("reached loopback by default: error %v, %d requests", err, hits.Load())
	}
	var r names
	r.set("127.0.0.1")
	open := safedial.New(safedial.Options{AllowLoopback: true, Resolver: &r})
	port := srv.URL[strings.LastIndexByte(srv.URL, ':'):]
	for _, u := range []string{srv.URL, "http://localhost" + port} {
		res, err := open.Client().Get(u)
		if err != nil {
			t.Fatalf("%s: %v", u, err)
		}
		_ = res.Body.Close()
	}
	r.set("10.0.0.1")
	for _, u := range []string{"http://10.0.0.1/", "http://localhost" + port, "https://10.0.0.1/", "https://[::ffff:127.0.0.1]/", "http://8.8.8.8/"} {
		if res, err := open.Client().Get(u); err == nil {
			_ = res.Body.Close()
			t.Errorf("%s is reached in demo mode", u)
		}
	}
	if hits.Load() != 2 {
		t.Errorf("%d requests arrived, want 2", hits.Load())
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/inner" {
			followed.Store(true)
		}
		http.Redirect(w, r, "/inner", http.StatusFound)
	}))
	defer srv.Close()
	res, err := safedial.New(safedial.Options{AllowLoopback: true}).Client().Post(srv.URL, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusFound || followed.Load() {
		t.Errorf("status %d, followed %t", res.StatusCode, followed.Load())
	}
}

func TestAnswersAreCapped(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 1<<20))
	}))
	defer srv.Close()
	res, err := safedial.New(safedial.Options{AllowLoopback: true}).Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || len(b) != safedial.MaxAnswer {
		t.Errorf("%d bytes, %v, want %d", len(b), err, safedial.MaxAnswer)
	}
}

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	var proxied atomic.Bool
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Store(true) }))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("HTTP_PROXY", proxy.URL)
	var r names
	r.set("93.184.216.34")
	d, reached := vetoed(&r)
	if _, err := d.Client().Get("https://hooks.example.com/"); !errors.Is(err, errVeto) || len(*reached) != 1 || proxied.Load() {
		t.Errorf("error %v, reached %v, proxied %t", err, *reached, proxied.Load())
	}
}

func TestCertificatesAreVerified(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ErrorLog = quiet
	srv.StartTLS()
	defer srv.Close()
	if res, err := safedial.New(safedial.Options{AllowLoopback: true}).Client().Get(srv.URL); err == nil {
		_ = res.Body.Close()
		t.Error("an unknown certificate is accepted")
	}
	roots := srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	res, err := safedial.New(safedial.Options{AllowLoopback: true, RootCAs: roots}).Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

func TestSlowAnswersEnd(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(release)
	start := time.Now()
	if res, err := safedial.New(safedial.Options{AllowLoopback: true, Total: 50 * time.Millisecond}).Client().Get(srv.URL); err == nil {
		_ = res.Body.Close()
		t.Error("a request without an answer succeeds")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
