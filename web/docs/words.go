package docs

import (
	"html"
	"strconv"
	"strings"
)

// firstLink is the shortest call that does something.
const firstLink = `curl "$PAYLINK_URL/api/v1/links" \
  -H "Authorization: Bearer $PAYLINK_SECRET_KEY" \
  -H "Content-Type: application/json" \
  -d '{"title":"Invoice 42","amount":"25.00","currency":"USD"}'`

// heading is a tag's name as a heading.
func heading(name string) string {
	name = strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

func depth(f Field) string { return "d" + strconv.Itoa(f.Depth) }

// tinted is JSON as markup. All of it but the spans is escaped.
func tinted(all []Token) string {
	var b strings.Builder
	for _, t := range all {
		if t.Class == "" {
			b.WriteString(html.EscapeString(t.Text))
			continue
		}
		b.WriteString(`<span class="` + t.Class + `">` + html.EscapeString(t.Text) + `</span>`)
	}
	return b.String()
}
