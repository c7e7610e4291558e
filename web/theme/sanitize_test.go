package theme_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"paylink/web/theme"
)

// documented is the Theme of FrontStream's own description, stray quote included.
func documented(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/documented.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// plainRules splits a sheet without nesting into "selectors{declarations}"
// with all blanks that mean nothing taken out.
func plainRules(sheet string) []string {
	blanks := regexp.MustCompile(`\s*([{}:;,~!>])\s*`)
	var rules []string
	for _, r := range strings.Split(sheet, "}") {
		if selectors, body, ok := strings.Cut(r, "{"); ok {
			r = strings.TrimSpace(selectors) + "{" + strings.TrimSuffix(strings.TrimSpace(body), ";")
			rules = append(rules, regexp.MustCompile(`\s+`).ReplaceAllString(blanks.ReplaceAllString(r, "$1"), " "))
		}
	}
	return rules
}

func TestDocumentedThemeSurvivesWhole(t *testing.T) {
	t.Parallel()
	sheet := documented(t)
	want, res := plainRules(sheet), theme.Sanitize(sheet)
	got := plainRules(res.CSS)
	if len(want) != 40 || len(got) != 40 {
		t.Fatalf("%d rules in, %d out, want 40", len(want), len(got))
	}
	colour := strings.NewReplacer(", ", ",", "; ", ";")
	selectors := map[string]bool{}
	for i := range want {
		if colour.Replace(want[i]) != got[i] {
			t.Errorf("rule %d:\n in  %s\n out %s", i, want[i], got[i])
		}
		list, _, _ := strings.Cut(got[i], "{")
		for _, s := range strings.Split(list, ",") {
			selectors[s] = true
		}
	}
	if len(selectors) != 37 {
		t.Errorf("%d distinct selectors, want 37", len(selectors))
	}
	if len(res.Dropped) != 1 || res.Dropped[0].Rule != `"` {
		t.Errorf("dropped %q, want the stray quote only", res.Dropped)
	}
}

// keep marks, in every hostile case, the rule that must survive it.
const keep = ".keep{color:red}\n"

func TestHostileRuleIsDroppedAndTheRestKept(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"import":                   `@import url(//evil);`,
		"import as string":         `@import "//evil";`,
		"import with escape":       `@\69mport "//evil";`,
		"font-face":                `@font-face{font-family:x;src:url(//evil/f)}`,
		"namespace":                `@namespace url(http://x);`,
		"charset":                  `@charset "utf-7";`,
		"property":                 `@property --x{syntax:"*";inherits:true;initial-value:0}`,
		"keyframes":                `@keyframes a{from{opacity:0}to{opacity:0}}`,
		"layer":                    `@layer guard{.x{color:red}}`,
		"layer order":              `@layer base,guard;`,
		"supports":                 `@supports (color:red){.x{color:red}}`,
		"container":                `@container (min-width:1px){.x{color:red}}`,
		"media by resolution":      `@media (resolution:96dpi){.x{color:red}}`,
		"media in media":           `@media print{@media screen{.x{color:red}}}`,
		"background url":           `.x{background:url(https://evil/?x)}`,
		"background quoted url":    `.x{background-image:url("https://evil")}`,
		"background upper-case":    `.x{background:URL(https://evil)}`,
		"background escaped url":   `.x{background:\75rl(https://evil)}`,
		"background escaped url 2": `.x{background:u\72 l(https://evil)}`,
		"background escaped url 3": `.x{background:\000075\000072\00006c(https://evil)}`,
		"background comment":       `.x{background:u/**/rl(https://evil)}`,
		"background open url":      `.x{background:url(https://evil}`,
		"image-set":                `.x{background:image-set("//evil" 1x)}`,
		"webkit image-set":         `.x{background:-webkit-image-set(url(//evil) 1x)}`,
		"cross-fade":               `.x{background:cross-fade(red,blue)}`,
		"element()":                `.x{background:element(#amount)}`,
		"paint()":                  `.x{background:paint(x)}`,
		"src()":                    `.x{background:src("//evil")}`,
		"attr()":                   `.x{color:attr(value)}`,
		"env()":                    `.x{padding:env(x)}`,
		"calc()":                   `.x{padding:calc(100vw*9)}`,
		"expression":               `.x{color:expression(alert(1))}`,
		"behavior":                 `.x{behavior:url(x.htc)}`,
		"-moz-binding":             `.x{-moz-binding:url(x.xml#a)}`,
		"content":                  `.x{content:"Pay $1"}`,
		"generated box":            `.x::before{color:red}`,
		"generated box old":        `.x:after{color:red}`,
		"list marker":              `li::marker{color:red}`,
		"border-image":             `.x{border-image:linear-gradient(red,blue) 30}`,
		"list-style":               `.x{list-style:url(//evil)}`,
		"cursor url":               `.x{cursor:url(//evil),auto}`,
		"cursor none":              `.x{cursor:none}`,
		"value selector":           `input[name=cc][value^="4"]{background:red}`,
		"attribute selector":       `.x[type]{color:red}`,
		"has":                      `.x:has(input){color:red}`,
		"is":                       `:is(.pl-amount){color:red}`,
		"not with list":            `.x:not(.a,.b,.c){color:red}`,
		"visited":                  `a:visited{color:red}`,
		"target":                   `.x:target{color:red}`,
		"nth-child":                `.x:nth-child(2){color:red}`,
		"part":                     `.x::part(a){color:red}`,
		"host":                     `:host{color:red}`,
		"universal":                `*{color:red}`,
		"universal inside":         `.x *{color:red}`,
		"div":                      `div{color:red}`,
		"iframe":                   `iframe{border:none}`,
		"nesting selector":         `&{color:red}`,
		"namespace selector":       `svg|a{color:red}`,
		"column":                   `.x||td{color:red}`,
		"protected class":          `.pl-amount{color:red}`,
		"protected class inside":   `.x .pl-amount{color:red}`,
		"protected class case":     `.PL-amount{color:red}`,
		"protected class escaped":  `.\70l-amount{color:red}`,
		"protected class escape 2": `.p\l-amount{color:red}`,
		"protected id":             `#pl-pay{color:red}`,
		"protected token":          `.x{--pl-ink:red}`,
		"protected token read":     `.x{color:var(--pl-ink)}`,
		"position":                 `.x{position:fixed}`,
		"inset":                    `.x{inset:0}`,
		"z-index":                  `.x{z-index:9999}`,
		"opacity":                  `.x{opacity:0}`,
		"visibility":               `.x{visibility:hidden}`,
		"transform":                `.x{transform:scale(0)}`,
		"scale":                    `.x{scale:0}`,
		"translate":                `.x{translate:9999px}`,
		"rotate":                   `.x{rotate:180deg}`,
		"zoom":                     `.x{zoom:0}`,
		"filter":                   `.x{filter:opacity(0)}`,
		"backdrop-filter":          `.x{backdrop-filter:blur(9px)}`,
		"clip":                     `.x{clip:rect(0 0 0 0)}`,
		"clip-path":                `.x{clip-path:inset(50%)}`,
		"mask":                     `.x{mask:linear-gradient(#000,#000)}`,
		"blend":                    `.x{mix-blend-mode:difference}`,
		"width":                    `.x{width:0}`,
		"max-height":               `.x{max-height:0}`,
		"overflow":                 `.x{overflow:hidden}`,
		"float":                    `.x{float:left}`,
		"order":                    `.x{order:-1}`,
		"direction":                `.x{direction:rtl}`,
		"unicode-bidi":             `.x{unicode-bidi:bidi-override}`,
		"columns":                  `.x{columns:9}`,
		"text-indent":              `.x{text-indent:-9999px}`,
		"text fill":                `.x{-webkit-text-fill-color:transparent}`,
		"text security":            `.x{-webkit-text-security:disc}`,
		"all":                      `.x{all:unset}`,
		"display":                  `.x{display:none}`,
		"display contents on icon": `.fa-x{display:contents}`,
		"display on parent":        `.fa-x .x{display:none}`,
		"display on body icon":     `body.fa-x{display:none}`,
		"animation":                `.x{animation:a 1s}`,
		"transition":               `.x{transition:all 9s}`,
		"pointer-events":           `.x{pointer-events:none}`,
		"user-select":              `.x{user-select:none}`,
		"appearance":               `.x{appearance:none}`,
		"font-size nothing":        `.x{font-size:0}`,
		"font-size tiny":           `.x{font-size:1px}`,
		"font-size var":            `.x{font-size:var(--s)}`,
		"font-size window":         `.x{font-size:1vw}`,
		"font shorthand tiny":      `.x{font:1px/1 a}`,
		"font shorthand nothing":   `.x{font:0/0 a}`,
		"line-height nothing":      `.x{line-height:0}`,
		"letter-spacing":           `.x{letter-spacing:-1em}`,
		"margin negative":          `.x{margin:-9999px}`,
		"margin huge":              `.x{margin-top:9999px}`,
		"margin exponent":          `.x{margin-top:1e3px}`,
		"margin escape unit":       `.x{margin-top:99\70x}`,
		"padding huge":             `.x{padding:100rem}`,
		"padding percent":          `.x{padding-left:100%}`,
		"border huge":              `.x{border:500px solid red}`,
		"outline huge":             `.x{outline:500px solid red}`,
		"outline offset":           `.x{outline-offset:-500px}`,
		"shadow covers":            `.x{box-shadow:0 0 0 1000px #fff}`,
		"shadow covers by var":     `.x{box-shadow:0 0 0 var(--x)}`,
		"shadow in second":         `.x{box-shadow:0 0 1px red,0 900px red}`,
		"shadow far":               `.x{text-shadow:0 500px red}`,
		"underline thick":          `.x{text-decoration:underline 30px red}`,
		"struck out":               `.x{text-decoration:line-through}`,
		"transparent text":         `.x{color:transparent}`,
		"transparent text rgba":    `.x{color:rgba(0,0,0,0)}`,
		"transparent text slash":   `.x{color:rgb(0 0 0 / 5%)}`,
		"transparent text none":    `.x{color:hsl(0 0% 0% / none)}`,
		"transparent text hex":     `.x{color:#0000}`,
		"transparent text hex8":    `.x{color:#00000010}`,
		"transparent text by var":  `.x{--c:transparent}`,
		"transparent fallback":     `.x{color:var(--c,transparent)}`,
		"text clip":                `.x{background-clip:text}`,
		"text clip shorthand":      `.x{background:red text}`,
		"var with list":            `.x{--s:0 0 0 999px red}`,
		"var with url":             `.x{--s:url(//evil)}`,
		"var with length":          `.x{--s:999px}`,
		"var fallback url":         `.x{background:var(--a,url(//evil))}`,
		"var nested fallback":      `.x{background:var(--a,var(--b,url(//evil)))}`,
		"relative colour":          `.x{background:rgb(from var(--x) r g b)}`,
		"root font size":           `:root{font-size:1px}`,
		"body padding":             `body{padding:64px}`,
		"html display":             `html{display:none}`,
		"html end tag":             `.x{color:red</style><script>alert(1)</script>}`,
		"html end tag in string":   `.x{font-family:"</style>"}`,
		"comment open":             `<!-- .x{color:</style>}`,
		"string newline":           ".x{font-family:\"a\nb\"}",
		"string with brace":        `.x{font-family:"}.y{color:red}"}`,
		"NUL in name":              ".pl\x00-amount{color:red}",
		"NUL in property":          ".x{col\x00or:red}",
		"broken UTF-8":             ".\xff\xfe{color:red}",
		"backslash class":          `.md\:x{color:red}`,
		"important twice":          `.x{color:red!important!important}`,
		"other bang":               `.x{color:red!ie}`,
		"star hack":                `.x{*color:red}`,
		"underscore hack":          `.x{_position:fixed}`,
		"declaration at top":       `position:fixed;`,
		"nested rule":              `.x{.y{color:red}}`,
		"nested at-rule":           `.x{@media print{color:red}}`,
		"extra braces":             `.x{opacity:0}}}`,
		"closing bracket":          `.x{color:red)}`,
		"square brackets":          `.x{grid-template-rows:[a] 1px}`,
		"no colon":                 `.x{color red}`,
		"empty value":              `.x{color:}`,
		"empty selector":           `{color:red}`,
		"combinator first":         `>.x{color:red}`,
		"combinator last":          `.x>{color:red}`,
		"two combinators":          `.x>>.y{color:red}`,
		"after pseudo-element":     `.x::placeholder .y{color:red}`,
		"very long selector":       strings.Repeat(".x ", 9) + `{color:red}`,
		"closed comment":           `/* .x{color:red} */`,
	}
	for name, hostile := range cases {
		for _, sheet := range []string{hostile + keep, keep + hostile} {
			if got := theme.Sanitize(sheet).CSS; got != keep {
				t.Errorf("%s: Sanitize(%q) = %q, want only %q", name, sheet, got, keep)
			}
		}
		if res := theme.Sanitize(hostile); len(res.Dropped) == 0 && !strings.HasPrefix(hostile, "/*") {
			t.Errorf("%s: nothing is reported", name)
		}
	}
}

func TestUnclosedTextCostsOneDeclaration(t *testing.T) {
	t.Parallel()
	for sheet, want := range map[string]string{
		`.a{font-family:"Open;color:red} .b{color:red}`:     ".a{color:red}\n.b{color:red}\n",
		`.a{font-family:'Open} .b{color:red}`:               ".b{color:red}\n",
		`.a{background:url(//evil;color:red} .b{color:red}`: ".a{color:red}\n.b{color:red}\n",
		`.a{color:rgb(1,2,3;background:red} .b{color:red}`:  ".a{background:red}\n.b{color:red}\n",
		`.a{color:red; .b{color:blue} .c{color:red}`:        ".a{color:red}\n.b{color:blue}\n.c{color:red}\n",
		`.a{color:red}} .b{color:red}`:                      ".a{color:red}\n.b{color:red}\n",
		`.a{color:red}}`:                                    ".a{color:red}\n",
		`@media screen{.a{color:red} .b{color:blue`:         ".a{color:red}\n.b{color:blue}\n",
		`.a{color:red`: ".a{color:red}\n",
		`.a{color:red;position:fixed;background:blue}`:                                          ".a{color:red;background:blue}\n",
		`.a,.pl-x,.b{color:red}`:                                                                ".a,.b{color:red}\n",
		`.a{color:red} /* never closed .b{position:fixed}`:                                      ".a{color:red}\n",
		`<!-- .a{color:red} -->`:                                                                ".a{color:red}\n",
		`.a{color/**/:/**/red/**/!/**/important}`:                                               ".a{color:red!important}\n",
		`.a/**/.b{color:red}`:                                                                   ".a.b{color:red}\n",
		`.\61 b{c\6flor:red}`:                                                                   ".ab{color:red}\n",
		`.A>.b+.c~.d .e{COLOR:Red}`:                                                             ".A>.b+.c~.d .e{color:Red}\n",
		`body,.a{color:red;padding:1px}`:                                                        ".a{color:red;padding:1px}\nbody{color:red}\n",
		`:root{--brand:#123;--r:4px} .a{border-radius:var( --r , 2px )}`:                        ":root{--brand:#123;--r:4px}\n.a{border-radius:var(--r,2px)}\n",
		`.a{font:italic 16px/1.5 "Open Sans",serif}`:                                            ".a{font:italic 16px/1.5 \"Open Sans\",serif}\n",
		`.a{background:linear-gradient(45deg,red 0%,rgba(0,0,0,.5) 100%)}`:                      ".a{background:linear-gradient(45deg,red 0%,rgba(0,0,0,.5) 100%)}\n",
		`.a{box-shadow:0 1px 3px 0 var(--c),inset 0 0 2px rgb(0 0 0/20%)}`:                      ".a{box-shadow:0 1px 3px 0 var(--c),inset 0 0 2px rgb(0 0 0/20%)}\n",
		`@media (min-width:40em) and (prefers-color-scheme:dark),print{.a{color:red}.x{top:0}}`: "@media (min-width:40em) and (prefers-color-scheme:dark),print{\n.a{color:red}\n}\n",
		`@media screen{.x{top:0}}`:                                                              "",
		`.a{margin:0 auto;padding:3.75rem 0 0;letter-spacing:.1em;line-height:1.4}`:             ".a{margin:0 auto;padding:3.75rem 0 0;letter-spacing:.1em;line-height:1.4}\n",
	} {
		if got := theme.Sanitize(sheet).CSS; got != want {
			t.Errorf("Sanitize(%q)\n got %q\nwant %q", sheet, got, want)
		}
	}
}

func TestDropsAreShortAndPrintable(t *testing.T) {
	t.Parallel()
	res := theme.Sanitize(strings.Repeat(".x{position:fixed\x01\u202e"+strings.Repeat("y", 130)+"}", 120))
	if len(res.Dropped) != 100 {
		t.Fatalf("%d drops reported, want 100 at most", len(res.Dropped))
	}
	for _, d := range res.Dropped {
		if len([]rune(d.Rule)) > 120 || strings.ContainsAny(d.Rule, "\x01\u202e") || d.Reason == "" {
			t.Fatalf("unfit for a report: %q", d)
		}
	}
	if res := theme.Sanitize(strings.Repeat("x", 1<<17)); res.CSS != "" || len(res.Dropped) != 1 {
		t.Errorf("an oversized theme gives %d bytes and %d drops", len(res.CSS), len(res.Dropped))
	}
}

func TestHashFollowsTheText(t *testing.T) {
	t.Parallel()
	a, b := theme.Hash(".a{color:red}"), theme.Hash(".a{color:blue}")
	if a == b || a != theme.Hash(".a{color:red}") || len(a) != 32 {
		t.Errorf("hashes %q and %q", a, b)
	}
}

func BenchmarkSanitizeDocumented(b *testing.B) {
	sheet := documented(b)
	b.SetBytes(int64(len(sheet)))
	for b.Loop() {
		theme.Sanitize(sheet)
	}
}
