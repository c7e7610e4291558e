package checkout

import (
	"strings"
	"testing"
)

func TestThemeFontsAreResolvedOnThePayersSystemAndNeverFetched(t *testing.T) {
	t.Parallel()
	f := newThemeFile(`.p-card-title{font-family: Open Sans !important}.p-button-label{font-family:Roboto;}.EPF__body__text{font-family:Georgia}`,
		[]string{"Open Sans:400,500,600,700 ", "Montserrat:400, 700 ", `Evil:400');@import url(//e`})
	css := string(f.body)
	for _, want := range []string{`@font-face{font-family:"Open Sans"`, `@font-face{font-family:"Montserrat"`, `@font-face{font-family:"Roboto"`, `local("Open Sans Bold")`} {
		if !strings.Contains(css, want) {
			t.Errorf("lacks %s:\n%s", want, css)
		}
	}
	for _, never := range []string{"url(", "@import", "http", "Evil", `font-family:"Georgia"`} {
		if strings.Contains(css, never) {
			t.Errorf("has %s:\n%s", never, css)
		}
	}
	if strings.Count(css, `font-family:"Open Sans"`) != 2 {
		t.Error("one face for the regular weights and one for the bold ones, whoever names the family")
	}
	if len(f.hash) != 20 || newThemeFile(".p-card{color:red}", nil).hash == f.hash {
		t.Errorf("hash %q", f.hash)
	}
	if none := newThemeFile("  @import url(//evil);", []string{"Roboto:400"}); none.hash != "" {
		t.Errorf("a theme of which nothing is left is a page without a theme: %q", none.body)
	}
}
