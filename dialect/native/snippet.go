package native

import (
	"html"
	"strings"

	"paylink"
)

// qrAnswer is where the link's code is, as a drawing and as pixels.
type qrAnswer struct {
	SVG string `json:"svg"`
	PNG string `json:"png"`
}

func qrOf(url string) *qrAnswer { return &qrAnswer{SVG: url + "/qr.svg", PNG: url + "/qr.png"} }

// htmlAnswer is what a merchant puts into a page of theirs, ready and escaped.
type htmlAnswer struct {
	Button string `json:"button"`
	Frame  string `json:"frame,omitempty"` // where the link has embed_origins
}

// buttonStyle needs nothing of the page around it.
const buttonStyle = "display:inline-block;padding:.75em 1.5em;border-radius:.5em;background:#1d4ed8;color:#fff;font:600 1rem/1.25 system-ui,sans-serif;text-decoration:none"

func (h *Handler) htmlOf(l paylink.Link, url string) *htmlAnswer {
	text := l.Page.Button
	if text == "" {
		text = "Pay"
		if total, err := l.Price.Total(paylink.Money{}); err == nil && !l.Price.Chosen() {
			text += " " + total.Decimal() + " " + string(total.Currency)
		}
	}
	v := &htmlAnswer{Button: `<a href="` + html.EscapeString(url) + `" style="` + buttonStyle + `">` + html.EscapeString(text) + `</a>`}
	if address, ok := strings.CutPrefix(url, h.Till.LinkURL("")); ok && len(l.Page.Embed) > 0 {
		title := l.Page.Title
		if title == "" {
			title = text
		}
		v.Frame = `<iframe src="` + html.EscapeString(h.Till.EmbedURL(address)) + `" title="` + html.EscapeString(title) +
			`" style="width:100%;height:46rem;border:0" loading="lazy"></iframe>`
	}
	return v
}
