package safedial_test

import (
	"io"
	"log"
	"strings"
	"testing"

	"paylink/internal/safedial"
)

var quiet = log.New(io.Discard, "", 0)

func TestURLsThatMayBeRegistered(t *testing.T) {
	t.Parallel()
	for _, u := range []string{
		"https://hooks.example.com/paylink", "https://hooks.example.com:443/a?b=c&d=%20", "HTTPS://Hooks.Example.COM", "https://xn--bcher-kva.example.com/",
		"https://93.184.216.34/", "https://[2606:4700::1]/x", "https://a_b.example.com/", "https://example.com./", "https://example.com/" + strings.Repeat("a", 2048-20),
	} {
		if err := safedial.CheckURL(u, safedial.Options{}); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
}

func TestURLsThatMayNot(t *testing.T) {
	t.Parallel()
	refused := []string{
		"", "hooks.example.com", "//hooks.example.com/", "/path", "https:", "https://", "https:///x", "https:hooks.example.com", "https://:443/",
		"gopher://example.com/", "file:///etc/passwd", "ftp://example.com/", "javascript:alert(1)", "ws://example.com/", "http://example.com/", "http://example.com:443/",
		"https://user:pw@example.com/", "https://user@example.com/", "https://@example.com/", "https://example.com@127.0.0.1/",
		"https://example.com:22/", "https://example.com:25/", "https://example.com:6379/", "https://example.com:0443/x:", "https://example.com:99999/", "https://example.com:x/",
		"https://example.com/#x", "https://example.com/#", "https://example.com/" + strings.Repeat("a", 2049-20),
		"https://example.com/a b", "https://example.com/\n", "https://example.com\\@evil.com/", "https://bücher.example/", "https://example.com/\x00", "https://%31%32%37.0.0.1/",
		"https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:8.8.8.8]/",
		"https://[fe80::1%25eth0]/", "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://0/", "https://127.1/", "https://0x7f000001/", "https://0x7f.0.0.1/",
		"https://0177.0.0.1/", "https://2130706433/", "https://127.0.0.1./", "https://127.0.0.01/", "https://example.123/",
		"https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://intranet/", "https://printer.local/", "https://x.internal/", "https://x.onion/",
		"https://router.home.arpa/", "https://-a.example.com/", "https://a..example.com/", "https://" + strings.Repeat("a", 64) + ".example.com/",
		"https://" + strings.Repeat("a.", 130) + "com/", "https://exa%mple.com/", "https://exa$mple.com/",
	}
	for _, u := range refused {
		if err := safedial.CheckURL(u, safedial.Options{}); err == nil {
			t.Errorf("%q is allowed", u)
		}
	}
}

func TestLoopbackURLsInDemoMode(t *testing.T) {
	t.Parallel()
	demo := safedial.Options{AllowLoopback: true}
	for _, u := range []string{"http://127.0.0.1:9000/hook", "http://localhost:1/", "https://[::1]:8443/", "http://a.localhost/", "https://hooks.example.com/"} {
		if err := safedial.CheckURL(u, demo); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
	for _, u := range []string{"http://10.0.0.1/", "http://example.com/", "https://example.com:8443/", "ftp://localhost/", "http://u:p@localhost/", "http://localhost/#x", "http://[::ffff:127.0.0.1]/", "http://127.1/", "http://192.168.0.1:9000/"} {
		if err := safedial.CheckURL(u, demo); err == nil {
			t.Errorf("%s is allowed", u)
		}
	}
}
