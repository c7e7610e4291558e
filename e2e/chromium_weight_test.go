package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// A page with its style sheet and its script is at most 14 kB on the wire, so that
// it comes in the first round trip of a TCP connection (page.md), and nothing on it
// moves while it loads.
func TestThePageIsLightAndHoldsStill(t *testing.T) {
	t.Parallel()
	s := newScene(t, Start(t))
	link := s.link(map[string]any{"ShowTransactionId": true, "TransactionIdText": "Invoice#:"})
	for _, path := range []string{link, s.link(map[string]any{"Language": "fr"})} {
		tab := s.open(path, Viewport(375, 740))
		if shift := Eval[float64](tab.Scope, `new Promise(done => {
			let sum = 0;
			new PerformanceObserver(list => list.getEntries().forEach(e => sum += e.value)).observe({type: "layout-shift", buffered: true});
			setTimeout(() => done(sum), 300);
		})`); shift > 0 {
			t.Errorf("the page shifts by %v while it loads", shift)
		}
		assets := Eval[[]string](tab.Scope, `[document.querySelector("link[rel=stylesheet]").href, document.querySelector("script[src]").src]`)
		total := 0
		for _, address := range append(assets, path) {
			answer, body := s.get(address, "Accept-Encoding", "br, gzip")
			if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") == "" {
				t.Errorf("%s was answered %d with the encoding %q", address, answer.StatusCode, answer.Header.Get("Content-Encoding"))
			}
			total += len(body)
		}
		if total > 14_000 {
			t.Errorf("%s, its style sheet and its script are %d bytes, want at most 14,000", path, total)
		}
		t.Logf("page, style sheet and script: %d bytes compressed", total)
		for _, r := range tab.Requests() {
			if strings.HasPrefix(r.URL, s.product.Ready.GatewayURL) {
				t.Errorf("the gateway is asked before the payer chose anything: %s", r.URL)
			}
		}
	}
}
