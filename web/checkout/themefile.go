package checkout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"paylink/web/theme"
)

// themeFile is a merchant's style sheet as we serve it: made safe, with its
// fonts resolved to what the payer's system has.
type themeFile struct {
	hash string
	body []byte
}

func newThemeFile(css string, fonts []string) themeFile {
	safe := theme.Sanitize(css).CSS
	if safe == "" {
		return themeFile{}
	}
	var families []string
	for _, f := range theme.Fonts(fonts) {
		families = append(families, f.Family)
	}
	for _, m := range namedFamily.FindAllStringSubmatch(safe, -1) {
		families = append(families, strings.TrimSpace(m[1]))
	}
	slices.Sort(families)
	var b strings.Builder
	for _, family := range slices.Compact(families) {
		b.WriteString(localFace(family))
	}
	b.WriteString(safe)
	body := []byte(b.String())
	sum := sha256.Sum256(body)
	return themeFile{hash: hex.EncodeToString(sum[:10]), body: body}
}

// A font-family of one name without a generic one behind it: where the payer's
// system lacks it, browsers fall back to a serif face that nobody chose.
var (
	namedFamily = regexp.MustCompile(`font-family:\s*["']?([A-Za-z][A-Za-z0-9 -]*?)["']?\s*(?:!important)?\s*[;}]`)
	plainFamily = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 -]{0,60}$`)
)

var genericFamilies = []string{"serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif",
	"ui-monospace", "ui-rounded", "math", "emoji", "inherit", "initial", "unset", "revert", "revert-layer",
	"times", "times new roman", "georgia", "courier", "courier new"}

// localFace maps a family to the system's own, and to a sans-serif that systems
// have where it is missing. Nothing is fetched: local() names installed fonts.
func localFace(family string) string {
	if !plainFamily.MatchString(family) || slices.Contains(genericFamilies, strings.ToLower(family)) {
		return ""
	}
	face := func(weight, style string) string {
		src := fmt.Sprintf(`local("%s%s")`, family, style)
		for _, name := range []string{"Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans"} {
			src += fmt.Sprintf(`,local("%s%s")`, name, style)
		}
		return fmt.Sprintf(`@font-face{font-family:"%s";font-weight:%s;src:%s}`, family, weight, src)
	}
	return face("1 599", "") + face("600 1000", " Bold")
}
