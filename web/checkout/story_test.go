package checkout

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"paylink/web/look"
)

func render(t testing.TB, s Story) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Page.Render(context.Background(), &b); err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	return b.String()
}

func TestPageStyleAndScriptWeighAtMost14kB(t *testing.T) {
	t.Parallel()
	fixed := len(look.Style().Gzip) + len(look.Script().Gzip)
	for _, w := range look.Languages() {
		for _, s := range Stories(w.Lang, "US") {
			html := render(t, s)
			total := fixed + len(look.Compress([]byte(html)))
			if strings.Contains(html, look.Goods().Path) {
				total += len(look.Goods().Gzip) + len(look.Count().Gzip)
			}
			if total > 14_000 {
				t.Errorf("%s in %s: %d bytes (style %d, script %d)", s.Name, w.Lang, total, len(look.Style().Gzip), len(look.Script().Gzip))
			}
			if i := strings.Index(html, "state."); i >= 0 {
				t.Errorf("%s in %s shows a key instead of a text: %s", s.Name, w.Lang, html[i:i+30])
			}
		}
	}
}

func TestTheDocumentedRequestInDemoModeWeighsAtMost14kB(t *testing.T) {
	t.Parallel()
	for _, w := range look.Languages() {
		v := storyForm(speak(t, w.Lang, "US"), "documented")
		v.Attempt, v.Title, v.Theme = marker, "Invoice INV-2291", "/pay/abcdefghijklmnopqrstuv/theme/0123456789abcdef0123.css"
		v.Pairs = []Pair{{"Invoice#:", "INV-2291"}}
		v.Powered = look.PoweredBy{Text: "Powered by Your Company", URL: "https://harborcloud.example/"}
		for i := range v.Methods {
			v.Methods[i].Frame, v.Methods[i].Title = "http://127.0.0.1:41002/frame", v.T("method.card_frame")
		}
		v.ask(storyAsks, storyPerson, nil)
		var numbers []TestNumber
		for i, does := range []string{"Paid", "Paid, debit card", "Paid later", "Declined: not enough money", "Declined: card has expired", "Declined: reported lost",
			"Asks for 3-D Secure, then paid", "Asks for 3-D Secure, then declined", "Booked, but the answer is lost", "Booked, but answered with a server error",
			"Request lost, nothing booked", "Server error, nothing booked", "No answer; booked 15 seconds later by a queue", "Accepted now, settled two days later",
			"Settled, then returned: not authorized (R10)", "Refused at once: no such account (R03)"} {
			numbers = append(numbers, TestNumber{fmt.Sprintf("40%02d 0000 07%02d 3%02d5", i*7%100, i*31%100, i*13%100), does})
		}
		v.Demo, v.DemoAll = ofEachKind(numbers), "http://127.0.0.1:41002/"
		if len(v.Demo) != 14 {
			t.Errorf("%d numbers are shown, want two of each kind at most", len(v.Demo))
		}
		s, err := newSheet(PayPage(v), nil)
		if err != nil {
			t.Fatal(err)
		}
		page := len(s.gzip(nil, strings.Repeat("a", len(marker))))
		if total := page + len(look.Style().Gzip) + len(look.Script().Gzip); total > 14_000 {
			t.Errorf("%s: %d bytes: page %d, style %d, script %d", w.Lang, total, page, len(look.Style().Gzip), len(look.Script().Gzip))
		}
	}
}
