package e2e

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"paylink/web/checkout"
	"paylink/web/look"
	"paylink/web/theme"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// storybook serves every page in every state with made-up data, and at
// /in/{sheet}/{story} the same story under another theme.
func storybook(t testing.TB) string {
	t.Helper()
	documented, err := os.ReadFile("../web/theme/testdata/documented.css")
	if err != nil {
		t.Fatal(err)
	}
	sheets := map[string]string{"documented": theme.Sanitize(string(documented)).CSS, "hostile": hostileSheet}
	mux := http.NewServeMux()
	look.MountAssets(mux)
	checkout.MountStories(mux)
	mux.HandleFunc("GET /in/{sheet}/{story}", func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		mux.ServeHTTP(recorder, httptest.NewRequest("GET", "/stories/"+r.PathValue("story"), nil))
		for k, v := range recorder.Header() {
			w.Header()[k] = v
		}
		fmt.Fprint(w, strings.Replace(recorder.Body.String(), "/stories/theme.css", "/sheet/"+r.PathValue("sheet")+".css", 1))
	})
	mux.HandleFunc("GET /sheet/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, sheets[strings.TrimSuffix(r.PathValue("name"), ".css")])
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// Each story is looked at wide and light by axe-core, on a phone in the dark, and
// at 320 pixels without script for what would have to be scrolled sideways.
func TestEveryStoryIsAccessibleAndNeverScrollsSideways(t *testing.T) {
	t.Parallel()
	site := storybook(t)
	fits := func(t *testing.T, tab *Tab, name string) {
		t.Helper()
		if over := Eval[int](tab.Scope, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			t.Errorf("%s can be scrolled %d px sideways", name, over)
		}
	}
	t.Run("wide", func(t *testing.T) {
		t.Parallel()
		tab := OpenTab(t, Allow(site), Viewport(1280, 900))
		for _, story := range checkout.Stories("en", "US") {
			tab.Goto(site + "/stories/" + story.Name)
			tab.Axe(story.Name)
			fits(t, tab, story.Name)
			tab.Shot(story.Name + "-wide")
		}
	})
	t.Run("still", func(t *testing.T) {
		t.Parallel()
		tab := OpenTab(t, Allow(site), Viewport(320, 640), NoScript())
		for _, story := range checkout.Stories("en", "US") {
			tab.Goto(site + "/stories/" + story.Name)
			fits(t, tab, story.Name+" at 320 px")
			tab.Shot(story.Name + "-still")
		}
	})
	t.Run("dark", func(t *testing.T) {
		t.Parallel()
		tab := OpenTab(t, Allow(site), Viewport(375, 812), Media("prefers-color-scheme", "dark"))
		for _, story := range []string{"prefilled?lang=fr", "every-error?lang=es", "ten-lines", "recurring", "paid", "resume", "unknown", "gateway_down",
			"bundle", "bundle-error?lang=fr", "catalog-chosen", "donation-tax?lang=es", "cover", "wallet"} {
			tab.Goto(site + "/stories/" + story)
			tab.Axe(story + " in the dark")
			fits(t, tab, story+" at 375 px")
			tab.Shot(strings.ReplaceAll(story, "?lang=", "-") + "-dark")
		}
	})
}

func TestTheFormIsTwoStepsWithScript(t *testing.T) {
	t.Parallel()
	site := storybook(t)
	tab := OpenTab(t, Allow(site), Phone())
	tab.Goto(site + "/stories/usual")
	tab.Click(".pl-next")
	tab.WaitText(".pl-errors", "Enter your first name")
	if got := Eval[string](tab.Scope, "document.activeElement.className"); got != "pl-errors" {
		t.Errorf("the focus is on %q, not on the summary", got)
	}
	tab.Axe("usual, with errors shown by the script")
	tab.Type("#f-first_name", "Ada")
	tab.Type("#f-last_name", "Lovelace")
	tab.Type("#f-email", "ada@")
	tab.Click(".pl-next")
	tab.WaitText("#e-email", "Enter an email address")
	tab.Type("#f-email", "ada@example.com")
	tab.Click(".pl-next")
	tab.Wait(".pl-pay")
	if tab.Has("#f-email") {
		t.Error("both steps are shown")
	}
	if got := tab.Attribute(".p-steps-item:nth-child(2)", "aria-current"); got != "step" {
		t.Errorf("the second step is not current: %q", got)
	}
	tab.Shot("usual-step2")
	tab.Axe("usual, step 2")
	tab.Click(".pl-pay")
	tab.WaitText(".pl-errors", "Choose how you would like to pay")
	tab.Back()
	tab.Wait("#f-email")
	if got := tab.Value("#f-email"); got != "ada@example.com" {
		t.Errorf("the e-mail was lost: %q", got)
	}
}

// hook is one of the 37 selectors of FrontStream's Theme example: where it is
// looked at, and what the theme must have made of it.
type hook struct{ selector, element, pseudo, property, want string }

const (
	white = "rgb(255, 255, 255)"
	clear = "rgba(0, 0, 0, 0)"
	blue  = "rgb(34, 136, 231)"
	pink  = "rgb(246, 204, 209)"
)

func TestEachOfThe37ThemeSelectorsTakesEffect(t *testing.T) {
	t.Parallel()
	site := storybook(t)
	tab := OpenTab(t, Allow(site), Viewport(1280, 900), NoScript())
	tab.Goto(site + "/in/documented/themed")
	tab.Shot("documented")
	whole := []hook{
		{".EPF__body", ".EPF__body", "", "background-color", "rgb(0, 0, 0)"},
		{".card", ".card", "", "background-color", clear},
		{".surface-card", ".surface-card", "", "background-color", clear},
		{".p-card", ".p-card", "", "background-color", clear},
		{".p-card-title", ".p-card-title", "", "color", white},
		{".EPF__subheading__text", ".EPF__subheading__text", "", "font-family", `"Open Sans"`},
		{".EPF__body__text", ".EPF__body__text", "", "color", white},
		{".EPF__link__text", ".EPF__link__text", "", "color", "rgb(216, 243, 255)"},
		{".p-field-checkbox", ".p-field-checkbox", "", "color", white},
		{".p-steps .p-steps-item .p-steps-title", ".p-steps .p-steps-item .p-steps-title", "", "color", white},
		{".p-steps .p-steps-item.p-highlight .p-steps-number", ".p-steps .p-steps-item.p-highlight .p-steps-number", "", "background-color", blue},
		{".p-button", ".p-button.pl-pay", "", "background-color", blue},
		{".p-button-label", ".p-button-label", "", "color", "rgb(19, 5, 5)"},
		{".gpay-card-info-container", ".gpay-card-info-container", "", "border-top-left-radius", "25px"},
		{".EPF__form-element", ".EPF__form-element", "", "border-bottom-color", "rgb(128, 128, 128)"},
		{".EPF__form-element::placeholder", ".EPF__form-element", "::placeholder", "color", white},
		{".p-inputtext", ".p-inputtext", "", "color", white},
		{".p-dropdown", ".p-dropdown", "", "border-top-left-radius", "0px"},
		{".epf-cc", ".epf-cc", "", "color", white},
	}
	seeHooks(t, tab, whole)
	if w := tab.Style(".p-button.pl-pay", "", "border-top-left-radius"); w != "25px" {
		t.Errorf("the pay button's radius is %s", w)
	}
	tab.Goto(site + "/in/documented/themed-errors")
	tab.Shot("documented-errors")
	seeHooks(t, tab, []hook{
		{".EPF_form-element--error", ".EPF_form-element--error", "", "border-bottom-color", "rgb(220, 20, 60)"},
		{".form-field--invalid", ".form-field--invalid", "", "border-left-color", "rgb(208, 2, 27)"},
		{".form-field--invalid .p-dropdown", ".form-field--invalid .p-dropdown", "", "border-bottom-color", "rgb(208, 2, 27)"},
		{".has-error .input-group-addon", ".has-error .input-group-addon", "", "background-color", pink},
		{".has-error .form-control", ".has-error input.form-control", "", "background-color", clear},
		{".select--error", ".select--error", "", "background-color", pink},
		{".select--error ~ .fa-angle-down", ".select--error ~ .fa-angle-down", "", "display", "none"},
		{".exclamation-textArea", ".exclamation-textArea", "", "padding-top", "60px"},
	})
	// The states that a pointer or the focus makes.
	focusOn(tab, "#f-email")
	seeHooks(t, tab, []hook{
		{".EPF__form-element:focus", "#f-email", "", "border-bottom-color", "rgb(74, 74, 74)"},
		{".EPF_form-element:focus", "#f-email", "", "box-shadow", "none"},
		{".EPF_form-element--error:focus", "#f-email", "", "color", "rgb(73, 80, 87)"},
		{".has-error .form-control:focus", "#f-email", "", "background-color", clear},
	})
	focusOn(tab, "#f-state")
	seeHooks(t, tab, []hook{
		{".select--error:focus", "#f-state", "", "background-color", pink},
		{".select--error:focus ~ .fa-angle-down", "#f-state ~ .fa-angle-down", "", "display", "inline"},
		{".select--error:focus ~ .fa-exclamation-circle", "#f-state ~ .fa-exclamation-circle", "", "display", "none"},
	})
	tab.Goto(site + "/in/documented/themed")
	hoverOver(t, tab, ".pl-pay .p-button-label")
	seeHooks(t, tab, []hook{
		{".p-button:hover", ".p-button.pl-pay", "", "background-color", "rgb(21, 110, 193)"},
		{".p-button-label:hover", ".pl-pay .p-button-label", "", "color", "rgb(44, 30, 30)"},
	})
	// A brand is chosen by the frame's message; a saved card carries it from the start.
	tab.Goto(site + "/in/documented/themed-saved")
	seeHooks(t, tab, []hook{
		{".epf-cc-selected", ".epf-cc-selected", "", "color", blue},
		{".gpay-card-info-container", ".gpay-card-info-container", "", "border-top-left-radius", "25px"},
	})
}

func seeHooks(t *testing.T, tab *Tab, hooks []hook) {
	t.Helper()
	for _, h := range hooks {
		if !Eval[bool](tab.Scope, query(h.element)+" !== null") {
			t.Errorf("%s finds no element (%s)", h.selector, h.element)
			continue
		}
		if got := tab.Style(h.element, h.pseudo, h.property); got != h.want {
			t.Errorf("%s: %s of %s is %s, want %s", h.selector, h.property, h.element, got, h.want)
		}
	}
}

func focusOn(tab *Tab, selector string) { Eval[any](tab.Scope, query(selector)+".focus()") }

func hoverOver(t *testing.T, tab *Tab, selector string) {
	t.Helper()
	Eval[any](tab.Scope, query(selector)+".scrollIntoView({block: 'center'})")
	at := Eval[[2]float64](tab.Scope, "(r => [r.x + r.width / 2, r.y + r.height / 2])("+query(selector)+".getBoundingClientRect())")
	move := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at[0], Y: at[1]}
	if err := chromedp.Do(tab.Context(), set(input.DispatchMouseEvent, move)); err != nil {
		t.Fatal(err)
	}
}

// hostileSheet is what the sanitiser would never let through: the guard layer
// must hold even if it did (trust.md, section 0, rule 8).
const hostileSheet = `
html, body, main, section, form, div, h1, p, span, bdi, button, .pl-keep, .pl-say, .pl-facts, .pl-amount, .pl-name, .pl-pay, .pl-sum, .pl-bar {
	display: none !important; opacity: 0 !important; visibility: hidden !important; position: fixed !important; top: -5000px !important; left: -5000px !important;
	transform: scale(0) !important; translate: -500px 0 !important; rotate: 90deg !important; scale: .01 !important; zoom: .1 !important; filter: blur(30px) !important;
	clip-path: circle(0) !important; clip: rect(0 0 0 0) !important; mask: linear-gradient(transparent, transparent) !important; mix-blend-mode: difference !important;
	font-size: 0 !important; line-height: 0 !important; text-indent: -9999px !important; letter-spacing: -1em !important; width: 0 !important; height: 0 !important;
	max-height: 0 !important; max-width: 0 !important; overflow: hidden !important; color: transparent !important; -webkit-text-fill-color: transparent !important;
	text-decoration: line-through 1em black !important; font-family: Webdings !important; z-index: -1 !important; float: right !important; order: 9 !important;
	margin: -999px !important; padding: 999px !important; content-visibility: hidden !important; pointer-events: none !important; offset-path: path("M0 0L900 900") !important;
	writing-mode: vertical-rl !important; columns: 9 !important; text-transform: uppercase !important; -webkit-text-security: disc !important;
	animation: gone 1ms forwards !important; transition: all 9999s !important; --ink: transparent !important; --ground: #000 !important; --panel: #000 !important;
}
*::before, *::after { content: "$1.00" !important; position: fixed !important; inset: 0 !important; background: #fff !important; z-index: 2147483647 !important; font-size: 99px !important; }
*::first-letter { font-size: 0 !important; color: transparent !important; }
*::first-line { color: transparent !important; }
.pl-foot, .p-steps, .pl-fields { position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; background: red !important; box-shadow: 0 0 0 9999px red !important; outline: 9999px solid red !important; }
@keyframes gone { to { opacity: 0; transform: translateX(-9999px); visibility: hidden } }
`

func TestAHostileThemeCannotHideMoveOrDisguiseWhatIsProtected(t *testing.T) {
	t.Parallel()
	site := storybook(t)
	for name, size := range map[string][2]int64{"wide": {1280, 900}, "phone": {375, 812}} {
		tab := OpenTab(t, Allow(site), Viewport(size[0], size[1]), NoScript())
		type seen struct {
			Rect        [4]float64
			Color, Text string
			OnTop       bool
			Style       string
		}
		look := func(selector string) seen {
			return Eval[seen](tab.Scope, `(e => {
				e.scrollIntoView({block: "center"});
				const r = e.getBoundingClientRect(), s = getComputedStyle(e);
				const hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
				return {rect: [r.x, r.width, r.height, r.y + scrollY], color: s.color + s.webkitTextFillColor, text: e.innerText, onTop: e.contains(hit) || e === hit,
					style: [s.fontSize, s.fontFamily, s.opacity, s.visibility, s.textDecorationLine, s.textTransform].join()};
			})(`+query(selector)+")")
		}
		protected := []string{"#payee-name", ".pl-amount", ".pl-title", ".pl-terms", ".pl-sum"}
		before := map[string]seen{}
		tab.Goto(site + "/in/none/themed-recurring")
		for _, p := range append(protected, ".pl-pay") {
			before[p] = look(p)
		}
		tab.Goto(site + "/in/hostile/themed-recurring")
		tab.Shot("hostile-" + name)
		picture, err := png.Decode(bytes.NewReader(tab.Picture()))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range protected {
			got, want := look(p), before[p]
			if got.Text != want.Text || got.Color != want.Color || got.Style != want.Style || !got.OnTop || got.Rect[2] != want.Rect[2] {
				t.Errorf("%s, %s:\n%+v\n%+v without the theme", name, p, got, want)
			}
			if (p == "#payee-name" || p == ".pl-amount") && got.Rect != want.Rect {
				t.Errorf("%s, %s moved from %v to %v", name, p, want.Rect, got.Rect)
			}
		}
		// A decoration of a box runs through the texts inside, whatever these say.
		if line := Eval[string](tab.Scope, `(e => { let all = ""; for (; e; e = e.parentElement) all += getComputedStyle(e).textDecorationLine.replace("none", ""); return all })(`+query(".pl-amount bdi")+")"); line != "" {
			t.Errorf("%s, the amount is struck through from outside: %s", name, line)
		}
		// Outlines and shadows cover without being hit: the picture must show what is
		// protected, and none of the red that the sheet pours over the rest.
		Eval[any](tab.Scope, "scrollTo(0, 0)")
		for _, p := range append(protected, ".pl-pay") {
			r := Eval[[4]float64](tab.Scope, "(r => [r.x, r.y + scrollY, r.width, r.height])("+query(p)+".getBoundingClientRect())")
			for x := r[0] + r[2]/8; x < r[0]+r[2]*7/8; x++ {
				if red, green, _, _ := picture.At(int(x), int(r[1]+r[3]/2)).RGBA(); red > 0xf000 && green < 0x1000 {
					t.Errorf("%s, %s is covered at x=%.0f", name, p, x)
					break
				}
			}
		}
		pay := look(".pl-pay")
		if !pay.OnTop || pay.Rect[0] < 0 || pay.Rect[0]+pay.Rect[1] > float64(size[0]) || pay.Rect[2] < 48 || pay.Rect[1] < 200 {
			t.Errorf("%s, the pay button: %+v, %+v without the theme", name, pay, before[".pl-pay"])
		}
	}
}
