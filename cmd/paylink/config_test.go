package main

import (
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestABadConfigurationIsRefusedWithAllItsFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := filepath.Join(dir, "open.key")
	if err := os.WriteFile(open, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs, status := run(t, "serve", "--listen", "nowhere", "--base-url", "http://pay.example", "--key-file", open,
		"--trusted-proxies", "10.0.0.0/8,mars", "--sandbox-url", "ftp://bank", "--sandbox-admin-key", "changeme", "--log-level", "loud")
	if status != 2 {
		t.Errorf("status %d, want 2", status)
	}
	for _, fault := range []string{"8 faults", "--listen (PAYLINK_LISTEN)", "--base-url (PAYLINK_BASE_URL): must be https",
		"--database (PAYLINK_DATABASE): is missing", "--key-file (PAYLINK_KEY_FILE)", "chmod 600", `"mars"`,
		"--sandbox-url (PAYLINK_SANDBOX_URL)", "--sandbox-admin-key (PAYLINK_SANDBOX_ADMIN_KEY): is shorter", "--log-level (PAYLINK_LOG_LEVEL)"} {
		if !strings.Contains(errs, fault) {
			t.Errorf("the message lacks %q:\n%s", fault, errs)
		}
	}
}

func TestSecretsThatEverybodyKnowsAreRefused(t *testing.T) {
	t.Parallel()
	for value, fine := range map[secret]bool{
		"": true, "short": false, "changeme-changeme-changeme": false, "aaaaaaaaaaaaaaaaaaaaaaaa": false,
		"my-Password-is-long": false, "x9Kf02mQpLz74TrVbN1s": true,
	} {
		var f faults
		checkSecret(&f, "sandbox-admin-key", value)
		if (len(f) == 0) != fine {
			t.Errorf("%q: %v", string(value), f)
		}
	}
}

func TestOnlyLoopbackMayBeReachedWithoutTLS(t *testing.T) {
	t.Parallel()
	for url, fine := range map[string]bool{
		"https://pay.example": true, "https://pay.example/": true, "http://127.0.0.1:8080": true, "http://localhost": true,
		"http://[::1]:80": true, "http://pay.example": false, "http://192.168.1.4": false, "": false,
		"https://pay.example/shop": false, "https://user@pay.example": false, "javascript:alert(1)": false, "//pay.example": false,
	} {
		var f faults
		checkBase(&f, url)
		if (len(f) == 0) != fine {
			t.Errorf("%q: %v", url, f)
		}
	}
}

// Not parallel: it sets the environment.
func TestConfigurationComesFromEnvironmentAndFilesAndIsPrintedMasked(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "admin")
	if err := os.WriteFile(file, []byte("canary-admin-secret-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PAYLINK_DATABASE", "postgres://teller:canary-db-secret@db.example/book")
	t.Setenv("PAYLINK_BASE_URL", "https://pay.example")
	t.Setenv("PAYLINK_KEY", "canary-key-secret")
	t.Setenv("PAYLINK_SANDBOX_ADMIN_KEY_FILE", file)
	out, errs, status := run(t, "serve", "--print-config", "--listen", ":9")
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	for _, line := range []string{"PAYLINK_LISTEN=:9", "PAYLINK_BASE_URL=https://pay.example", "PAYLINK_KEY=********",
		"PAYLINK_DATABASE=postgres://teller:xxxxx@db.example/book", "PAYLINK_SANDBOX_ADMIN_KEY=********"} {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("the configuration lacks %q:\n%s", line, out)
		}
	}
	if strings.Contains(out+errs, "canary") {
		t.Errorf("a secret was printed:\n%s%s", out, errs)
	}
}

func TestValueAndFileOfOneSecretExcludeEachOther(t *testing.T) {
	t.Parallel()
	_, errs, status := run(t, "serve", "--database", "a.db", "--database-file", "b", "--base-url", "https://pay.example", "--key", "x", "--key-file", "y")
	if status != 2 || strings.Count(errs, "is given twice") != 2 {
		t.Errorf("status %d: %s", status, errs)
	}
}

func TestTheClientIsReadOnlyFromProxiesThatWeKnow(t *testing.T) {
	t.Parallel()
	ours := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		remote, forwarded string
		proxies           []netip.Prefix
		want              string
	}{
		{"203.0.113.7:5", "198.51.100.1", ours, "203.0.113.7"}, // a stranger says what he likes
		{"10.1.1.1:5", "198.51.100.1", nil, "10.1.1.1"},
		{"10.1.1.1:5", "198.51.100.1", ours, "198.51.100.1"},
		{"10.1.1.1:5", "6.6.6.6, 198.51.100.1, 10.2.2.2", ours, "198.51.100.1"}, // the first was sent by the client
		{"10.1.1.1:5", "junk", ours, "10.1.1.1"},
		{"10.1.1.1:5", "", ours, "10.1.1.1"},
		{"[2001:db8::1]:5", "", ours, "2001:db8::1"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := clientAddress(r, c.proxies); got != c.want {
			t.Errorf("from %s with %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}
