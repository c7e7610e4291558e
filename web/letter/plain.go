package letter

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// plain is the words of a CommonMark text: mail programs show a merchant's headings
// and lists each in their own way, and a letter must read well in all of them.
func plain(source string) string {
	raw := []byte(source)
	var b strings.Builder
	// The walk ends early only by an error of ours: there is none.
	_ = ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(raw)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(raw))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte('\n')
				}
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		default:
			if n.Type() != ast.TypeBlock {
				break
			}
			if lines := n.Lines(); entering && n.Kind() != ast.KindParagraph && n.Kind() != ast.KindTextBlock && n.Kind() != ast.KindHeading && lines.Len() > 0 {
				b.Write(lines.Value(raw)) // of code
			}
			if !entering && !strings.HasSuffix(b.String(), "\n") {
				b.WriteByte('\n')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}
