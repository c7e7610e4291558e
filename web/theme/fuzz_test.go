package theme_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"paylink/web/theme"
)

var (
	quotedName = regexp.MustCompile(`"[^"]*"`)
	atRule     = regexp.MustCompile(`@(media )?`)
	property   = regexp.MustCompile(`[{;]([\w-]+):`)
	function   = regexp.MustCompile(`([\w-]+)\(`)
	forbidden  = regexp.MustCompile(`(?i)[.#]pl-|--pl-|[\[\]\\<&*|?$^]|::?(before|after|has|visited|is|where)\b`)
	// paints are the properties a theme may set, independent of the package's own table.
	paints = regexp.MustCompile(`^(--.*|color|caret-color|accent-color|gap|row-gap|column-gap|cursor|display|line-height|letter-spacing|word-spacing|` +
		`(background|padding|margin|outline|font|text-decoration|border)(-[a-z-]+)?|text-(align|transform|shadow|underline-offset)|(-(webkit|moz)-)?(box-shadow|border-radius))$`)
	calls = regexp.MustCompile(`^(rgba?|hsla?|hwb|(ok)?(lab|lch)|var|(-webkit-|repeating-)*(linear|radial|conic)-gradient)$`)
)

// FuzzSanitize: whatever comes in, what goes out is made of safe parts only,
// is balanced, and is a fixed point.
func FuzzSanitize(f *testing.F) {
	for _, seed := range []string{
		documented(f), keep, `.a{color:red}}`, `.a{b:\75rl(x)}`, `@media print{.a{color:red}}`, `.a{font-family:"x`,
		`.a{--x:"a b",c;color:var(--x,#fff)}`, `.fa-x{display:none}`, `:root{--a:1px}`, "\x00\xff{", `.a{margin:1e-7px -0 +.5em}`,
		`.a{background:linear-gradient(to right,red,var(--b))}`, `a:hover>.b~#c::placeholder{color:hsl(1deg 2% 3%/.9)!important}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sheet string) {
		out := theme.Sanitize(sheet).CSS
		if again := theme.Sanitize(out); again.CSS != out || len(again.Dropped) > 0 {
			t.Fatalf("not a fixed point:\n in   %q\n once %q\n then %q\n drop %q", sheet, out, again.CSS, again.Dropped)
		}
		bare := quotedName.ReplaceAllString(out, `""`)
		for _, at := range atRule.FindAllString(bare, -1) {
			if at != "@media " {
				t.Fatalf("an at-rule got through: %q", out)
			}
		}
		if m := forbidden.FindString(bare); m != "" {
			t.Fatalf("%q got through: %q", m, out)
		}
		for _, m := range property.FindAllStringSubmatch(bare, -1) {
			if !paints.MatchString(m[1]) || strings.Contains(m[1], "image-") {
				t.Fatalf("property %s got through: %q", m[1], out)
			}
		}
		for _, m := range function.FindAllStringSubmatch(bare, -1) {
			if !calls.MatchString(m[1]) {
				t.Fatalf("function %s() got through: %q", m[1], out)
			}
		}
		if strings.Count(bare, "{") != strings.Count(bare, "}") || strings.Count(bare, "(") != strings.Count(bare, ")") || strings.Contains(strings.ReplaceAll(bare, `""`, ""), `"`) {
			t.Fatalf("not balanced: %q", out)
		}
		for _, r := range out {
			if r != '\n' && (unicode.IsControl(r) || r == unicode.ReplacementChar) {
				t.Fatalf("control character %q got through: %q", r, out)
			}
		}
	})
}
