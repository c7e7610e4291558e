package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Patience is how long a method waits for what it asks for. Two cores with the
// race detector are slow now and then; a test that needs longer is broken.
const Patience = 20 * time.Second

// suite is what the tests of one package share: a browser, built programs and
// a directory for both. Main makes it.
var suite struct {
	dir      string
	mu       sync.Mutex
	browser  context.Context // nil until the first tab
	stop     func()          // ends the browser
	programs map[string]func() (string, error)
}

// Main runs the tests of a package and afterwards ends the browser and removes
// what was built. It does not return.
func Main(m *testing.M) {
	dir, err := os.MkdirTemp("", "paylink-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	suite.dir = dir
	suite.programs = make(map[string]func() (string, error))
	status := m.Run()
	if suite.stop != nil {
		suite.stop()
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: remove what was built:", err)
		status = max(status, 1)
	}
	os.Exit(status)
}

func needMain(t testing.TB) {
	t.Helper()
	if suite.dir == "" {
		t.Fatal("e2e: the package needs func TestMain(m *testing.M) { e2e.Main(m) }")
	}
}

// chromium is where Debian puts the browser.
const chromium = "/usr/bin/chromium"

// sharedBrowser starts the package's browser on first use.
func sharedBrowser(t testing.TB) context.Context {
	t.Helper()
	needMain(t)
	suite.mu.Lock()
	defer suite.mu.Unlock()
	if suite.browser != nil {
		return suite.browser
	}
	if _, err := os.Stat(chromium); err != nil {
		t.Fatalf("e2e: no Chromium at %s; run `make setup` as root, or install the package chromium", chromium)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium),
		chromedp.NoSandbox, // Chromium refuses to run as root without
		chromedp.DisableGPU,
		chromedp.UserDataDir(filepath.Join(suite.dir, "profile")),
		chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
		// What is not this machine does not exist, whatever a page asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		// The gateway's frame stays in the page's process, so that the tab
		// hears its requests and reports too. Origins stay separate.
		chromedp.Flag("disable-features", "Translate,IsolateOrigins,site-per-process,OriginKeyedProcessesByDefault,HttpsUpgrades"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	browser, stopBrowser := chromedp.NewContext(allocator, chromedp.WithErrorf(t.Logf))
	if err := chromedp.Do(browser); err != nil {
		stopAllocator()
		t.Fatalf("e2e: start Chromium: %v", err)
	}
	suite.browser = browser
	suite.stop = func() {
		stopBrowser()
		stopAllocator()
	}
	return browser
}
