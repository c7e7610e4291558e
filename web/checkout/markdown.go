package checkout

import (
	"bytes"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// markdown makes a merchant's CommonMark into HTML that may stand on our page: no
// HTML of theirs, no pictures (they would be asked for from elsewhere), no headings
// (the page has its own), links only to https, http and mail. The writer leaves
// these out by itself; what it writes is then read by a second one's rules, so that a
// fault in one is none on the page.
func markdown(text string) string {
	var b bytes.Buffer
	if err := writer().Convert([]byte(text), &b); err != nil {
		return "" // a bytes.Buffer takes everything
	}
	return string(bytes.TrimSpace(sieve().SanitizeBytes(b.Bytes())))
}

var writer = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Strikethrough), goldmark.WithRendererOptions(html.WithHardWraps(),
		renderer.WithNodeRenderers(util.Prioritized(plainer{}, 1))))
})

// plainer writes headings as bold lines, and the words of a picture in its place.
type plainer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (plainer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString("<p><strong>")
		} else {
			_, _ = w.WriteString("</strong></p>\n")
		}
		return ast.WalkContinue, nil
	})
	r.Register(ast.KindImage, func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
		return ast.WalkContinue, nil // its children are the words
	})
	skip := func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) { return ast.WalkSkipChildren, nil }
	r.Register(ast.KindRawHTML, skip)
	r.Register(ast.KindHTMLBlock, skip)
}

var sieve = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "del", "ul", "ol", "li", "blockquote", "code", "pre", "hr")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowURLSchemes("https", "http", "mailto")
	p.RequireParseableURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	// A payer who reads on elsewhere must not lose what they typed.
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
})
