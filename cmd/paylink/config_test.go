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

func TestAConfigurationIsPrintedBeforeItIsWhole(t *testing.T) {
	t.Parallel()
	out, errs, status := run(t, "serve", "--print-config")
	if status != 0 || errs != "" {
		t.Errorf("status %d: %s", status, errs)
	}
	for _, line := range []string{"PAYLINK_LISTEN=127.0.0.1:8080", "PAYLINK_OPS_LISTEN=", "PAYLINK_BASE_URL=", "PAYLINK_TRUSTED_PROXIES=",
		"PAYLINK_TRIES_PER_MINUTE=12", "PAYLINK_LOG_LEVEL=info", "PAYLINK_READY_FILE=", "PAYLINK_DATABASE=", "PAYLINK_DATABASE_FILE=",
		"PAYLINK_KEY_FILE=", "PAYLINK_KEY=", "PAYLINK_SANDBOX_URL=", "PAYLINK_SANDBOX_PUBLIC_URL=", "PAYLINK_SANDBOX_ADMIN_KEY=",
		"PAYLINK_SANDBOX_ADMIN_KEY_FILE=",
		"# --database (PAYLINK_DATABASE): is missing: give a file's path, or postgres://…",
		"# --base-url (PAYLINK_BASE_URL): is missing: where payers reach this server, like https://pay.example",
		"# --key-file (PAYLINK_KEY_FILE): is missing: name a file; beside a SQLite store it is made at the first start"} {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("the configuration lacks %q:\n%s", line, out)
		}
	}
	for line := range strings.Lines(out) {
		if name, _, set := strings.Cut(line, "="); strings.HasPrefix(line, "PAYLINK_") && set {
			continue
		} else if !strings.HasPrefix(line, "# --") {
			t.Errorf("%q is neither a setting nor a remark on a flag", name)
		}
	}
	if out, _, status = run(t, "serve", "--print-config", "--sandbox-url", "https://me:canary@bank.example", "--base-url", "ftp://x"); status != 0 ||
		strings.Contains(out, "canary") || !strings.Contains(out, "# --base-url") {
		t.Errorf("status %d:\n%s", status, out)
	}
	file := filepath.Join(t.TempDir(), "keys.json")
	if run(t, "serve", "--print-config", "--key-file", file); exists(file) {
		t.Error("printing made a key file")
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func TestNoAddressOfABookShowsItsPassword(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "paylink.db": "paylink.db", "/var/lib/pay link/book.db": "/var/lib/pay link/book.db", "sqlite:book.db": "sqlite:book.db",
		"postgres://db.example/book":                                         "postgres://db.example/book",
		"postgres://teller@db.example:5432/book?sslmode=require":             "postgres://teller@db.example:5432/book?sslmode=require",
		"postgres://teller:canary@db.example/book":                           "postgres://teller:xxxxx@db.example/book",
		"postgres://db.example/book?password=canary&sslmode=require":         "postgres://db.example/book?password=xxxxx&sslmode=require",
		"postgresql://t:canary@db.example/b?sslpassword=canary&sslkey=a.key": "postgresql://t:xxxxx@db.example/b?sslkey=a.key&sslpassword=xxxxx",
		"postgres:///book?PassWord=canary":                                   "postgres:///book?PassWord=xxxxx",
		"postgres://t:can%zzary@db.example/book":                             mask,
		"postgres://t:can/ary@db.example/book":                               mask,
		"postgres://t:12/canary@db.example/book":                             mask,
		"postgres://t:1?canary@db.example/book":                              mask,
		"postgres://t:1#canary@db.example/book":                              mask,
		"postgres://t:can@ary@db.example/book":                               mask,
		"postgres://t:canary@a:1,b:2/book":                                   "postgres://t:xxxxx@a:1,b:2/book",
		"postgres://db.example/book?a;password=canary":                       mask,
		"host=db.example user=teller password=canary":                        mask,
		"password = canary":                                                  mask,
		"postgres:teller:canary@db.example":                                  mask,
	} {
		if got := dsn(text).String(); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
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
		{"10.1.1.1:5", "198.51.100.1:4711", ours, "198.51.100.1"},
		{"10.1.1.1:5", "[2001:db8::7]:4711", ours, "2001:db8::7"},
		{"10.1.1.1:5", "[2001:db8::7]", ours, "2001:db8::7"},
		{"10.1.1.1:5", "6.6.6.6, 198.51.100.1:9, 10.2.2.2:80", ours, "198.51.100.1"},
		{"10.1.1.1:5", "198.51.100.1, unknown", ours, "10.1.1.1"},        // the last is the proxy's word on its client
		{"10.1.1.1:5", "198.51.100.1, junk, 10.2.2.2", ours, "10.2.2.2"}, // and so is what the proxy before wrote
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
