package theme_test

import (
	"reflect"
	"strings"
	"testing"

	"paylink/web/theme"
)

func TestFontsReadTheDocumentedSyntax(t *testing.T) {
	t.Parallel()
	got := theme.Fonts([]string{"Open Sans:400,500,600,700 ", "Montserrat:400, 700 ", " Roboto ", "ABeeZee:400italic,bold:latin"})
	want := []theme.Font{{"Open Sans", []int{400, 500, 600, 700}}, {"Montserrat", []int{400, 700}}, {"Roboto", nil}, {"ABeeZee", []int{400, 700}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Fonts = %v, want %v", got, want)
	}
}

func TestFontsSkipWhatIsNoFont(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{
		"", " ", ":400", "Open Sans:400');@import url(//e", "x');", "a/b:400", "a\nb", "a\x00", `a"b`, "a<b", "a:4000", "a:450,",
		"a:x", "a:400:latin:x", "a:400:<", strings.Repeat("a", 65), "a:" + strings.Repeat("400,", 100) + "400", "https://evil",
	} {
		if got := theme.Fonts([]string{entry, "Roboto:400"}); len(got) != 1 || got[0].Family != "Roboto" {
			t.Errorf("Fonts(%q) = %v, want Roboto only", entry, got)
		}
	}
	if got := theme.Fonts(make51()); len(got) != 50 {
		t.Errorf("%d fonts of 51, want 50", len(got))
	}
}

func make51() []string {
	list := make([]string, 51)
	for i := range list {
		list[i] = "Roboto"
	}
	return list
}
