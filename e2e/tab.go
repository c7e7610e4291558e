package e2e

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Tab is a browser tab, with cookies that no other test's tab sees. The
// embedded Scope is its top document.
type Tab struct {
	Scope
	t       testing.TB
	ctx     context.Context
	options tabOptions
	records records
}

type tabOptions struct {
	origins  []string
	setUp    []chromedp.Action[chromedp.Void]
	noScript bool
}

// TabOption changes how a tab is opened.
type TabOption func(*tabOptions)

// Allow allows requests to the origins of these addresses.
func Allow(addresses ...string) TabOption {
	return func(o *tabOptions) { o.origins = append(o.origins, addresses...) }
}

// NoScript turns JavaScript off.
func NoScript() TabOption {
	return func(o *tabOptions) {
		o.noScript = true
		o.setUp = append(o.setUp, set(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}
}

// Viewport sets the size of the page in CSS pixels.
func Viewport(width, height int64) TabOption {
	return func(o *tabOptions) { o.setUp = append(o.setUp, chromedp.EmulateViewport(width, height)) }
}

// Phone is a phone of 375 pixels with a touch screen.
func Phone() TabOption {
	return func(o *tabOptions) {
		o.setUp = append(o.setUp, chromedp.EmulateViewport(375, 812, chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch))
	}
}

// Media sets a media feature, for instance "prefers-color-scheme" to "dark" or
// "prefers-reduced-motion" to "reduce". Several may be set at once.
func Media(namesAndValues ...string) TabOption {
	var features []*emulation.MediaFeature
	for pair := range slices.Chunk(namesAndValues, 2) {
		features = append(features, &emulation.MediaFeature{Name: pair[0], Value: pair[1]})
	}
	return func(o *tabOptions) {
		o.setUp = append(o.setUp, set(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}))
	}
}

// AcceptLanguage sets the language that the browser asks pages for.
func AcceptLanguage(language string) TabOption {
	return func(o *tabOptions) {
		o.setUp = append(o.setUp, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			agent, err := chromedp.Run(ctx, chromedp.Evaluate[string]("navigator.userAgent"))
			if err != nil {
				return err
			}
			_, err = cdp.Call(ctx, target, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: language})
			return err
		}))
	}
}

func set[P any](command cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// Open opens a tab that may ask the product's and the gateway's origin.
func (p *Product) Open(t testing.TB, opts ...TabOption) *Tab {
	t.Helper()
	return OpenTab(t, append([]TabOption{Allow(p.Ready.BaseURL, p.Ready.GatewayURL)}, opts...)...)
}

// OpenTab opens a tab for the test in a session of its own. It may ask only
// the origins that are allowed by option.
func OpenTab(t testing.TB, opts ...TabOption) *Tab {
	t.Helper()
	return openTab(t, sharedBrowser(t), true, opts)
}

// Another opens a second tab in the session of the first, with its options:
// the same payer, twice.
func (tab *Tab) Another() *Tab {
	tab.t.Helper()
	return openTab(tab.t, tab.ctx, false, []TabOption{func(o *tabOptions) { *o = tab.options }})
}

func openTab(t testing.TB, parent context.Context, ownSession bool, opts []TabOption) *Tab {
	t.Helper()
	var contextOptions []chromedp.ContextOption
	if ownSession {
		contextOptions = append(contextOptions, chromedp.WithNewBrowserContext())
	}
	ctx, cancel := chromedp.NewContext(parent, contextOptions...)
	tab := &Tab{t: t, ctx: ctx}
	tab.Scope = Scope{tab: tab}
	for _, opt := range opts {
		opt(&tab.options)
	}
	err := chromedp.Listen(ctx, tab.records.take)
	if err == nil {
		err = chromedp.Do(ctx, append([]chromedp.Action[chromedp.Void]{
			set(audits.Enable, cdp.Empty{}),
			chromedp.Func(tab.records.knowMainFrame),
		}, tab.options.setUp...)...)
	}
	if err != nil {
		cancel()
		t.Fatalf("e2e: open a tab: %v", err)
	}
	t.Cleanup(func() {
		tab.finish()
		cancel()
	})
	return tab
}

func (tab *Tab) finish() {
	for _, fault := range tab.Faults() {
		tab.t.Errorf("e2e: %s", fault)
	}
	if tab.t.Failed() {
		tab.Shot("failed-" + strings.ReplaceAll(tab.t.Name(), "/", "-"))
		at, _ := tab.evaluate("location.href")
		text, _ := tab.evaluate("document.body ? document.body.innerText : ''")
		tab.t.Logf("the tab was at %v and said:\n%v", at, text)
	}
}

// Close closes the tab, as a payer might at any moment. What it is accused of
// is still reported.
func (tab *Tab) Close() {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, set(page.Close, cdp.Empty{})); err != nil {
		tab.t.Fatalf("e2e: close the tab: %v", err)
	}
}

// Goto opens an address, as typed into the address bar, and returns the status
// that the last redirect led to.
func (tab *Tab) Goto(address string) int {
	tab.t.Helper()
	tab.do("open "+address, chromedp.Navigate(address))
	return tab.Status()
}

// Reload reloads the page, as by the browser's button.
func (tab *Tab) Reload() { tab.t.Helper(); tab.do("reload", chromedp.Reload()) }

// Back goes back, as by the browser's button. The browser may show the page as
// it was left, without asking for it again.
func (tab *Tab) Back() {
	tab.t.Helper()
	tab.do("go back", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		history, err := cdp.Call(ctx, target, page.GetNavigationHistory, cdp.Empty{})
		if err != nil {
			return err
		}
		if history.CurrentIndex == 0 {
			return errors.New("there is no page to go back to")
		}
		entry := history.Entries[history.CurrentIndex-1].ID
		_, err = cdp.Call(ctx, target, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry})
		for err == nil && history.Entries[history.CurrentIndex].ID != entry {
			time.Sleep(5 * time.Millisecond)
			history, err = cdp.Call(ctx, target, page.GetNavigationHistory, cdp.Empty{})
		}
		return err
	}))
}

// URL returns the address of the page.
func (tab *Tab) URL() string {
	tab.t.Helper()
	at, err := tab.evaluate("location.href")
	if err != nil {
		tab.t.Fatalf("e2e: the page's address: %v", err)
	}
	return at.(string)
}

// WaitURL waits until the page's address starts with a prefix, and the page
// has loaded, and returns the address.
func (tab *Tab) WaitURL(prefix string) url.URL {
	tab.t.Helper()
	var at string
	tab.until("the address "+prefix, func() (bool, error) {
		state, err := tab.evaluate("[location.href, document.readyState].join(' ')")
		if err != nil {
			return false, err
		}
		var ready string
		at, ready, _ = strings.Cut(state.(string), " ")
		return strings.HasPrefix(at, prefix) && ready == "complete", nil
	})
	u, err := url.Parse(at)
	if err != nil {
		tab.t.Fatal(err)
	}
	return *u
}

// Press types keys into whatever has the focus, in any frame. Special keys are
// those of chromedp's package kb, for instance kb.Tab and kb.Enter.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	tab.do("press "+keys, chromedp.KeyEvent(keys))
}

// Resize sets the size of the page in CSS pixels.
func (tab *Tab) Resize(width, height int64) {
	tab.t.Helper()
	tab.do("resize", chromedp.EmulateViewport(width, height))
}

// Offline cuts the tab off from every network, or joins it again.
func (tab *Tab) Offline(off bool) {
	tab.t.Helper()
	tab.do("go offline", set(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}))
}

// Context is the tab as chromedp knows it, for what Tab has no method for.
func (tab *Tab) Context() context.Context { return tab.ctx }

func (tab *Tab) do(what string, action chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		tab.t.Fatalf("e2e: %s: %v", what, err)
	}
}

// until tries until the function says yes. Errors on the way are usual (a
// page that is being replaced has no documents) and count at the end only.
func (tab *Tab) until(what string, yes func() (bool, error)) {
	tab.t.Helper()
	var last error
	for deadline := time.Now().Add(Patience); time.Now().Before(deadline); time.Sleep(15 * time.Millisecond) {
		ok, err := yes()
		if ok {
			return
		}
		last = err
	}
	tab.t.Fatalf("e2e: waited %s for %s (%v)", Patience, what, last)
}
