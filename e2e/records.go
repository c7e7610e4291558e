package e2e

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Request is one request of a tab, each hop of a redirect counted.
type Request struct {
	Method string
	URL    string
	// Type is what the answer is for: Document, Stylesheet, Script, Fetch …
	Type string
}

// records is what a tab did, as the browser tells.
type records struct {
	mu        sync.Mutex
	mainFrame cdp.FrameID
	requests  []Request
	policy    []string // violations of a Content Security Policy
	thrown    []string // exceptions that no script caught
	status    int      // of the top document
	headers   network.Headers
}

func (r *records) knowMainFrame(ctx context.Context, target *chromedp.Target) error {
	tree, err := cdp.Call(ctx, target, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mainFrame = tree.FrameTree.Frame.ID
	return nil
}

// take is called by the goroutine that reads the browser's messages.
func (r *records) take(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		r.requests = append(r.requests, Request{e.Request.Method, e.Request.URL, string(e.Type)})
	case *network.EventWebSocketCreated:
		r.requests = append(r.requests, Request{"GET", e.URL, "WebSocket"})
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument && e.FrameID == r.mainFrame {
			r.status, r.headers = int(e.Response.Status), e.Response.Headers
		}
	case *audits.EventIssueAdded:
		if v := e.Issue.Details.ContentSecurityPolicyIssueDetails; v != nil {
			r.policy = append(r.policy, fmt.Sprintf("%s %s %s", v.ViolatedDirective, v.ContentSecurityPolicyViolationType, v.BlockedURL))
		}
	case *log.EventEntryAdded:
		if strings.Contains(e.Entry.Text, "Content Security Policy") {
			r.policy = append(r.policy, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		r.thrown = append(r.thrown, text)
	}
}

// Requests returns the tab's requests so far.
func (tab *Tab) Requests() []Request {
	tab.records.mu.Lock()
	defer tab.records.mu.Unlock()
	return slices.Clone(tab.records.requests)
}

// Status returns the status of the page, after redirects.
func (tab *Tab) Status() int {
	tab.records.mu.Lock()
	defer tab.records.mu.Unlock()
	return tab.records.status
}

// Header returns a header of the page's answer, by its lower-case name.
func (tab *Tab) Header(name string) string {
	tab.records.mu.Lock()
	defer tab.records.mu.Unlock()
	for key, value := range tab.records.headers {
		if strings.EqualFold(key, name) {
			return fmt.Sprint(value)
		}
	}
	return ""
}

// Faults says what the tab is accused of so far: requests to origins that were
// not allowed, violations of a Content Security Policy, exceptions. The end of
// the test asks again, so that a test calls it only to accuse a step.
func (tab *Tab) Faults() []string {
	tab.records.mu.Lock()
	defer tab.records.mu.Unlock()
	var faults []string
	for _, request := range tab.records.requests {
		if foreign(request.URL, tab.options.origins) {
			faults = append(faults, "a request to a foreign origin: "+request.Method+" "+request.URL)
		}
	}
	for _, violation := range tab.records.policy {
		faults = append(faults, "a violation of the Content Security Policy: "+violation)
	}
	for _, thrown := range tab.records.thrown {
		faults = append(faults, "an exception: "+thrown)
	}
	return faults
}

// Forget drops what the tab did so far, for a test that provokes a fault and
// has seen it.
func (tab *Tab) Forget() {
	tab.records.mu.Lock()
	defer tab.records.mu.Unlock()
	tab.records.requests, tab.records.policy, tab.records.thrown = nil, nil, nil
}

// foreign says whether an address leaves the machine's browser for an origin
// that is not allowed. data:, blob: and about: leave for nowhere.
func foreign(address string, allowed []string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	if !slices.Contains([]string{"http", "https", "ws", "wss", "ftp"}, u.Scheme) {
		return false
	}
	return !slices.ContainsFunc(allowed, func(a string) bool {
		b, err := url.Parse(a)
		return err == nil && b.Host == u.Host && strings.Replace(u.Scheme, "ws", "http", 1) == b.Scheme
	})
}
