package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink/client"
)

// shopPage is a merchant's own page on an origin of its own, with a snippet in it.
func shopPage(t *testing.T) (origin string, show func(snippet string)) {
	t.Helper()
	snippet := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/thanks" {
			fmt.Fprint(w, `<!doctype html><html lang="en"><title>Thanks</title><h1 id="thanks">Thank you</h1>`)
			return
		}
		fmt.Fprintf(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Harbor Books</title>
<body style="font-family:system-ui;margin:0;padding:1.5rem;background:#f3efe7;color:#2b2420"><main style="max-width:60rem;margin:auto"><h1>Harbor Books</h1><p>Pay for your order here.</p>%s</main>`, snippet)
	}))
	t.Cleanup(server.Close)
	return server.URL, func(s string) { snippet = s }
}

// A merchant's page on another origin shows a link in a frame; the payer pays in it and
// is led on, out of the frame, by a press of their own.
func TestAPayerPaysInAFrameOnTheMerchantsSite(t *testing.T) {
	t.Parallel()
	p := Start(t)
	api := client.New(p.Ready.BaseURL, p.Ready.Native.SecretKey)
	site, show := shopPage(t)
	link, err := api.Links.Make(t.Context(), client.NewLink{Title: "Order 1042", Amount: "26.00", Currency: "USD", RedirectURL: site + "/thanks",
		EmbedOrigins: []string{site}, MaxUses: new(0), Ask: &client.Ask{Email: true}})
	if err != nil {
		t.Fatal(err)
	}
	show(link.HTML.Frame)
	for name, size := range map[string]TabOption{"wide": Viewport(1280, 900), "phone": Phone()} {
		tab := p.Open(t, Allow(site), size, Media("prefers-reduced-motion", "reduce"))
		tab.Goto(site)
		inner := tab.Frame(p.Ready.BaseURL + "/embed/")
		inner.Type("#f-email", "ada@example.com")
		tab.Shot("embed-" + name)
		inner.Click(".pl-next")
		inner.Click("#m-card")
		typeCard(tab.Frame(p.Ready.GatewayURL+"/frame?within="), cardGood)
		tab.Shot("embed-card-" + name)
		inner.Click(".pl-pay")
		inner.WaitText("h2.p-card-title", "Your payment is complete")
		tab.Shot("embed-paid-" + name)
		if tab.URL() != site+"/" {
			t.Errorf("%s: the page around went to %s", name, tab.URL())
		}
		inner.Click("a.pl-go")
		tab.WaitURL(site + "/thanks?responseToken=")
		tab.Close()
	}
	paid := 0
	for one, err := range api.Payments.List(t.Context(), client.PaymentFilter{Link: link.ID, State: "captured"}) {
		if err != nil || one.Payer.Email != "ada@example.com" || one.Amount.Minor != 2600 {
			t.Errorf("%+v %v", one, err)
		}
		paid++
	}
	if paid != 2 {
		t.Errorf("%d payments were captured, want 2", paid)
	}
}

// The bank's own page refuses to be framed: the payer leaves the frame for it, by a
// press, and comes back to the shop.
func TestThreeDSecureTakesThePlaceOfThePageAroundTheFrame(t *testing.T) {
	t.Parallel()
	p := Start(t)
	site, show := shopPage(t)
	link, err := client.New(p.Ready.BaseURL, p.Ready.Native.SecretKey).Links.Make(t.Context(),
		client.NewLink{Amount: "27.00", Currency: "USD", RedirectURL: site + "/thanks", EmbedOrigins: []string{site}})
	if err != nil {
		t.Fatal(err)
	}
	show(link.HTML.Frame)
	tab := p.Open(t, Allow(site), Viewport(1280, 900))
	tab.Goto(site)
	inner := tab.Frame(p.Ready.BaseURL + "/embed/")
	inner.Click("#m-card")
	typeCard(tab.Frame(p.Ready.GatewayURL+"/frame?within="), card3DS)
	inner.Click(".pl-pay")
	inner.Click("a.pl-go[target=_top]")
	tab.WaitURL(p.Ready.GatewayURL + "/3ds/")
	tab.Click("button[value=approve]")
	tab.WaitURL(site + "/thanks?responseToken=")
}

// A link that names no site, or another, is shown in nobody's frame: not its page, and
// not the page for frames.
func TestAStrangersFrameShowsNothing(t *testing.T) {
	t.Parallel()
	p := Start(t)
	api := client.New(p.Ready.BaseURL, p.Ready.Native.SecretKey)
	site, show := shopPage(t)
	for _, origins := range [][]string{nil, {"https://shop.example"}} {
		link, err := api.Links.Make(t.Context(), client.NewLink{Amount: "28.00", Currency: "USD", EmbedOrigins: origins})
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{link.URL, strings.Replace(link.URL, "/pay/", "/embed/", 1)} {
			show(`<iframe src="` + html.EscapeString(address) + `" width="400" height="400"></iframe>`)
			tab := p.Open(t, Allow(site))
			tab.Goto(site)
			tab.until("the browser to refuse the frame", func() (bool, error) {
				return strings.Contains(strings.Join(tab.Faults(), "\n"), "frame-ancestors"), nil
			})
			tab.Forget()
			tab.Close()
		}
	}
}

// The documentation is readable at any size, by day and by night, and asks nobody else
// for anything.
func TestTheDocumentationIsForEverybody(t *testing.T) {
	t.Parallel()
	p := Start(t)
	open := func(t *testing.T, opts ...TabOption) *Tab {
		t.Helper()
		tab := p.Open(t, opts...)
		if status := tab.Goto(p.Ready.BaseURL + "/docs"); status != http.StatusOK {
			t.Fatalf("the page is answered %d", status)
		}
		return tab
	}
	tab := open(t, Phone(), NoScript())
	tab.fits("the documentation on a phone")
	tab.Close()
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			tab := open(t, Viewport(1280, 900), Media("prefers-color-scheme", scheme))
			tab.fits("the documentation")
			// axe takes half a minute for the whole, longer than a tab waits: so it is shown the
			// page in parts, until it has seen each operation and each object.
			const part = 10
			all := Eval[int](tab.Scope, `(window.kept = [...document.querySelectorAll('section.op, section.thing')].map(s => [s, [...s.childNodes]])).length`)
			if all < 43 {
				t.Errorf("the documentation has %d operations and objects", all)
			}
			for from := 0; from < all; from += part {
				Eval[bool](tab.Scope, fmt.Sprintf(`kept.forEach(([s, c], i) => s.replaceChildren(...(i >= %d && i < %d ? c : []))), true`, from, from+part))
				tab.Axe(fmt.Sprintf("the documentation, %s, from part %d", scheme, from))
			}
		})
	}
}
