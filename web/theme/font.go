package theme

import (
	"regexp"
	"strconv"
	"strings"
)

// Font is one family of a ThemeFonts list and the weights asked for.
type Font struct {
	Family  string // as named by the merchant, blanks trimmed
	Weights []int  // 100 to 900, in the order given; empty when none were given
}

// maxFonts is the length of the list (FrontStream OpenAPI,
// PayLinkRequest.ThemeFonts, maxItems 50).
const maxFonts = 50

// The syntax is that of Google Fonts and WebFont Loader:
// family, ":", weights with an optional style, ":", character sets.
var (
	fontFamily = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} _-]{0,63}$`)
	fontWeight = regexp.MustCompile(`^(?:([1-9]00)?(i|italic)?|regular|normal|bold)$`)
	fontSubset = regexp.MustCompile(`^[a-z, -]*$`)
)

// Fonts parses a ThemeFonts list, for instance "Open Sans:400,500,600,700 ".
// An entry that is not understood is left out; there is no error, because a
// page without a font is still a page.
func Fonts(list []string) []Font {
	var fonts []Font
	for i, entry := range list {
		if i == maxFonts {
			break
		}
		if f, ok := parseFont(entry); ok {
			fonts = append(fonts, f)
		}
	}
	return fonts
}

func parseFont(entry string) (Font, bool) {
	parts := strings.Split(entry, ":")
	f := Font{Family: strings.TrimSpace(parts[0])}
	if len(entry) > 256 || len(parts) > 3 || !fontFamily.MatchString(f.Family) {
		return Font{}, false
	}
	if len(parts) > 2 && !fontSubset.MatchString(parts[2]) {
		return Font{}, false
	}
	if len(parts) < 2 || strings.TrimSpace(parts[1]) == "" {
		return f, true
	}
	for _, w := range strings.Split(parts[1], ",") {
		weight, ok := parseWeight(strings.TrimSpace(w))
		if !ok {
			return Font{}, false
		}
		f.Weights = append(f.Weights, weight)
	}
	return f, true
}

func parseWeight(s string) (int, bool) {
	m := fontWeight.FindStringSubmatch(s)
	switch {
	case m == nil || s == "":
		return 0, false
	case s == "bold":
		return 700, true
	case m[1] == "":
		return 400, true
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}
