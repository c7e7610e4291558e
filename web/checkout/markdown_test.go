package checkout

import (
	"strings"
	"testing"
)

func TestMarkdownKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"One *two* **three**":                 "<p>One <em>two</em> <strong>three</strong></p>",
		"# Big\n\ntext":                       "<p><strong>Big</strong></p>\n<p>text</p>",
		"a\nb":                                "<p>a<br>\nb</p>",
		"- a\n- b":                            "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
		"~~old~~ new":                         "<p><del>old</del> new</p>",
		"[us](https://example.com/a?b=1)":     `<p><a href="https://example.com/a?b=1" rel="nofollow noreferrer noopener" target="_blank">us</a></p>`,
		"![a cat](https://example.com/c.png)": "<p>a cat</p>",
		"2 < 3 & 4":                           "<p>2 &lt; 3 &amp; 4</p>",
	} {
		got := strings.ReplaceAll(markdown(text), "<br/>", "<br>")
		if got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestMarkdownCanDoNothingToThePage(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<style>*{display:none}</style>", "<iframe src=//evil.example>",
		"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,<script>alert(1)</script>)", "[x](vbscript:a)",
		"<javascript:alert(1)>", "[x]: javascript:alert(1)\n\n[x]", "![x](javascript:alert(1))", "<a href='https://e.example' onclick=x>y</a>",
		"`<script>`", "```html\" onmouseover=x\n<script>\n```", "<svg/onload=alert(1)>", "</div></section><form action=//evil.example>",
		"[x](https://e.example \"a\\\" onclick=\\\"b\")", "<p style=position:fixed>x", "&#x3c;script&#x3e;", "<!-- --><input name=attempt>",
	} {
		got := strings.ToLower(markdown(text))
		for _, bad := range []string{"<script", "<img", "<style", "<iframe", "<svg", "<form", "<input", "<section", "</div", "javascript:", "vbscript:",
			"data:", " onclick", " onerror", " onload=", " style", "<div", " class"} {
			// As words between tags they are harmless: only tags are looked at.
			for _, tag := range tagsOf(got) {
				if strings.Contains(tag, bad) {
					t.Errorf("%q became %q", text, got)
				}
			}
		}
	}
}

func tagsOf(html string) (tags []string) {
	for _, part := range strings.Split(html, "<")[1:] {
		tag, _, _ := strings.Cut(part, ">")
		tags = append(tags, "<"+tag)
	}
	return tags
}

// An address without a host is one of our own pages, and stays on none of theirs.
func TestMarkdownLinksLeadToNamedPlacesOnly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"[x](/pay/other)", "[x](//evil.example)", "[x](?lang=fr)", "[x](ftp://e.example)"} {
		if got := markdown(text); strings.Contains(got, "href") {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("# a *b* [c](https://d.example) <script>")
	f.Fuzz(func(t *testing.T, text string) {
		for _, tag := range tagsOf(markdown(text)) {
			name := strings.Trim(strings.Fields(tag[1:] + " ")[0], "/")
			switch name {
			case "p", "br", "strong", "em", "del", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a":
			default:
				t.Errorf("%q gave the tag %q", text, tag)
			}
		}
	})
}
