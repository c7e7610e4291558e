package e2e

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// site is a small page that pays, with a gateway's frame from another origin.
type site struct {
	URL, Gateway, Foreign string
}

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; frame-src %s; img-src http://*:*"

func newSite(t *testing.T) *site {
	t.Helper()
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/script.js" {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `document.querySelector("#number").addEventListener("input", e => {
				document.querySelector("#brand").textContent = e.target.value.startsWith("4") ? "Visa" : "";
				parent.postMessage(e.target.value.length, "*");
			})`)
			return
		}
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Card</title><main><h1>Card</h1>
			<label>Number <input id="number"></label> <span id="brand"></span><script src="script.js"></script></main>`)
	}))
	t.Cleanup(gateway.Close)
	foreign := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(foreign.Close)
	s := &site{Gateway: gateway.URL, Foreign: foreign.URL}
	mux := http.NewServeMux()
	page := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", fmt.Sprintf(policy, gateway.URL))
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if r.URL.Path == "/gone" {
				w.WriteHeader(http.StatusGone)
			}
			fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>Pay</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head><body><main>%s</main></body></html>`, body)
		}
	}
	mux.HandleFunc("GET /{$}", page(`<h1>Pay</h1><p id="language"></p><noscript><p id="off">No script</p></noscript>
		<form method="post" action="/pay"><label>E-mail <input id="email" name="email" value="old@example.com"></label>
		<label>Country <select id="country" name="country"><option value="US">United States</option><option value="FR">France</option></select></label>
		<iframe title="Card" src="`+gateway.URL+`/frame"></iframe><p id="typed"></p>
		<button id="pay">Pay</button></form><script src="/script.js"></script>`))
	mux.HandleFunc("POST /pay", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "payer", Value: "1"})
		http.Redirect(w, r, "/paid?email="+r.FormValue("email")+"&country="+r.FormValue("country"), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /paid", func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie("payer")
		page(fmt.Sprintf(`<h1>Paid</h1><p id="payer">%s %s %v</p>`, r.FormValue("email"), r.FormValue("country"), err == nil))(w, r)
	})
	mux.HandleFunc("GET /gone", page(`<h1>Gone</h1>`))
	mux.HandleFunc("GET /covered", page(`<h1>Covered</h1><button id="pay">Pay</button><div id="cover"></div>`))
	mux.HandleFunc("GET /foreign", page(`<h1>Foreign</h1><img alt="" src="`+foreign.URL+`/pixel.png"><img alt="" src="http://shop.example/pixel.png">`))
	mux.HandleFunc("GET /inline", page(`<h1>Inline</h1><p style="color: red">Red</p>`))
	mux.HandleFunc("GET /throws", page(`<h1>Throws</h1><script src="/throw.js"></script>`))
	mux.HandleFunc("GET /careless", page(`<h1>Careless</h1><img src="/x.png"><input>`))
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, `#pay { color: rgb(1, 2, 3); background: rgb(250, 250, 250) } #cover { position: fixed; inset: 0 }
			@media (prefers-color-scheme: dark) { h1 { font-size: 77px } }`)
	})
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `document.querySelector("#language").textContent = navigator.language;
			addEventListener("message", e => document.querySelector("#typed").textContent = e.data)`)
	})
	mux.HandleFunc("GET /throw.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `throw new Error("planted")`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

func (s *site) open(t testing.TB, opts ...TabOption) *Tab {
	t.Helper()
	return OpenTab(t, append([]TabOption{Allow(s.URL, s.Gateway)}, opts...)...)
}

func TestAFormIsFilledAndSentInPageAndFrame(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]TabOption{"script": nil, "no script": {NoScript()}, "phone": {Phone()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			tab := s.open(t, opts...)
			if status := tab.Goto(s.URL); status != 200 {
				t.Errorf("status %d", status)
			}
			if off := tab.Has("#off"); off != (name == "no script") {
				t.Errorf("the page without script is shown: %v", off)
			}
			tab.Type("#email", "payer@example.com")
			tab.Choose("#country", "FR")
			card := tab.Frame(s.Gateway)
			card.Type("#number", "4111")
			if got := card.Value("#number"); got != "4111" {
				t.Errorf("the frame's field holds %q", got)
			}
			if name != "no script" {
				card.WaitText("#brand", "Visa")
				tab.WaitText("#typed", "4")
			}
			tab.Click("#pay")
			at := tab.WaitURL(s.URL + "/paid")
			if got := tab.Text("#payer"); got != "payer@example.com FR true" || at.Query().Get("country") != "FR" {
				t.Errorf("paid: %q at %s", got, at.String())
			}
			if !slices.Contains(tab.Requests(), Request{"POST", s.URL + "/pay", "Document"}) || !slices.Contains(tab.Requests(), Request{"GET", s.Gateway + "/script.js", "Script"}) && name != "no script" {
				t.Errorf("the page's and the frame's requests are not all recorded: %v", tab.Requests())
			}
			tab.Back()
			tab.WaitURL(s.URL)
			tab.Wait("#email")
		})
	}
}

func TestTheKeyboardAloneReachesTheFrame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tab := s.open(t)
	tab.Goto(s.URL)
	tab.Press(kb.Tab + "x@example.com" + kb.Tab + kb.Tab + "42")
	if got := tab.Frame(s.Gateway).Value("#number"); got != "42" {
		t.Errorf("the frame's field holds %q", got)
	}
	tab.Press(kb.Tab + kb.Enter)
	tab.WaitURL(s.URL + "/paid?email=x@example.com")
}

func TestSessionsAreSeparateAndAnotherTabSharesOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tab := s.open(t)
	tab.Goto(s.URL)
	tab.Click("#pay")
	tab.WaitURL(s.URL + "/paid")
	second, stranger := tab.Another(), s.open(t)
	second.Goto(s.URL + "/paid")
	stranger.Goto(s.URL + "/paid")
	if got := second.Text("#payer"); !strings.Contains(got, "true") {
		t.Errorf("the second tab does not share the session: %q", got)
	}
	if got := stranger.Text("#payer"); !strings.Contains(got, "false") {
		t.Errorf("another test's tab shares the session: %q", got)
	}
}

func TestAPageIsSeenAsThePayerSeesIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tab := s.open(t, Media("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce"), AcceptLanguage("fr"), Viewport(640, 480))
	if status := tab.Goto(s.URL + "/gone"); status != http.StatusGone || tab.Text("h1") != "Gone" || tab.Header("content-type") != "text/html; charset=utf-8" {
		t.Errorf("status %d, title %q, type %q", status, tab.Text("h1"), tab.Header("content-type"))
	}
	tab.Goto(s.URL)
	if got := tab.Style("h1", "", "font-size"); got != "77px" {
		t.Errorf("in the dark the heading has %s", got)
	}
	if got := tab.Style("#pay", "", "color"); got != "rgb(1, 2, 3)" {
		t.Errorf("the button is %s", got)
	}
	if got := tab.Text("#language"); got != "fr" {
		t.Errorf("the language is %q", got)
	}
	for _, width := range []int64{640, 320} {
		tab.Resize(width, 480)
		picture, err := png.DecodeConfig(bytes.NewReader(tab.Picture()))
		if err != nil || int64(picture.Width) != width || Eval[int64](tab.Scope, "innerWidth") != width {
			t.Errorf("the picture is %d wide (%v), want %d", picture.Width, err, width)
		}
	}
}

func TestFaultsOfAPageFailItsTest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for path, want := range map[string][]string{
		"/foreign": {"foreign origin: GET " + s.Foreign + "/pixel.png", "foreign origin: GET http://shop.example/pixel.png"},
		"/inline":  {"violation of the Content Security Policy: style-src"},
		"/throws":  {"an exception: Uncaught Error: planted"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			said := hear(t, func(t testing.TB) {
				tab := s.open(t)
				tab.Goto(s.URL + path)
				tab.until("the fault", func() (bool, error) { return len(tab.Faults()) >= len(want), nil })
			})
			for _, part := range want {
				if !strings.Contains(said, part) {
					t.Errorf("the test was told %q, want %q", said, part)
				}
			}
		})
	}
}

func TestAFaultWithoutScriptIsSeenToo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tab := s.open(t, NoScript())
	tab.Goto(s.URL + "/inline")
	tab.until("the fault", func() (bool, error) { return len(tab.Faults()) > 0, nil })
	tab.Forget()
}

func TestAButtonUnderACoverCannotBeClicked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tab := s.open(t)
	tab.Goto(s.URL + "/covered")
	if got := Eval[string](tab.Scope, hit+`(document.querySelector("#pay"))`); !strings.Contains(got, `is covered by <div id="cover">`) {
		t.Errorf("the covered button %q", got)
	}
}

func TestAxeFindsWhatIsWrongAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tab := s.open(t)
	tab.Goto(s.URL)
	tab.Axe("the form")
	tab.Frame(s.Gateway).Axe("the card's frame")
	tab.Goto(s.URL + "/careless")
	found := strings.Join(tab.AxeViolations(), "\n")
	for _, rule := range []string{"image-alt (critical)", "label (critical)"} {
		if !strings.Contains(found, rule) {
			t.Errorf("axe-core missed %s and said %q", rule, found)
		}
	}
}

func TestShotsAreTakenWhereAsked(t *testing.T) {
	s := newSite(t)
	tab := s.open(t)
	tab.Goto(s.URL)
	dir := filepath.Join(t.TempDir(), "shots")
	t.Setenv("PAYLINK_SHOTS", dir)
	tab.Shot("form")
	text, err := os.ReadFile(filepath.Join(dir, "form.png"))
	if err != nil || !bytes.HasPrefix(text, []byte("\x89PNG")) {
		t.Errorf("the picture: %v", err)
	}
}
