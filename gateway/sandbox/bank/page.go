package bank

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paylink"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"shown": group}).ParseFS(pageFiles, "pages/*.html"))

// view is what every page shows.
type view struct {
	Lang   string
	T      texts
	Langs  []languageLink
	Title  string
	Status int

	Session, Payee, Description string
	Amount, Currency            string
	Hold                        bool
	Method                      string
	Back                        template.URL // checked by isHTTP when the charge was made
	Bad                         faults
	Fields                      []string // of Bad, in the order of the form
	Holder                      string
	Last4                       string
	Wallet                      *walletView
	Text                        string
}

type languageLink struct {
	Tag, Name string
	Current   bool
}

func (s *Server) view(r *http.Request, wish, title string) *view {
	lang := language(r, wish)
	v := &view{Lang: lang, T: catalog[lang], Status: http.StatusOK, Bad: faults{}}
	for _, tag := range []string{"en", "es", "fr"} {
		v.Langs = append(v.Langs, languageLink{tag, catalog[tag]["language"], tag == lang})
	}
	v.Title = v.T[title]
	return v
}

// of fills in the charge.
func (v *view) of(a *Account, c *charge) {
	v.Session, v.Payee, v.Description = c.session, a.Name, c.rest.Description
	v.Amount, v.Currency = amountText(c.amount, v.Lang), string(c.amount.Currency)
	v.Hold, v.Method = !c.rest.Capture && c.rest.Method == "card", c.rest.Method
	v.Title = strings.ReplaceAll(v.Title, "{payee}", a.Name)
	if isHTTP(c.rest.ReturnURL) {
		v.Back = template.URL(c.rest.ReturnURL)
	}
	v.Wallet = v.walletOf(c)
	if card, _ := c.rest.Source.shown(); card != nil {
		v.Last4 = card.Last4
	}
}

// walletView is what the page of a wallet shows beside the amount.
type walletView struct {
	Address, Received, Missing string // amounts with their currency; Received is "" before the first
	Until                      string
}

func (v *view) walletOf(c *charge) *walletView {
	if c.rest.Wallet == nil {
		return nil
	}
	amount := func(minor int64) string {
		return amountText(paylink.Money{Minor: minor, Currency: c.amount.Currency}, v.Lang) + "\u00a0" + v.Currency
	}
	out := &walletView{Address: c.rest.Wallet.Address, Missing: amount(c.missing()), Until: time.UnixMilli(c.due).UTC().Format("15:04") + " UTC"}
	if c.rest.Wallet.Received > 0 {
		out.Received = amount(c.rest.Wallet.Received)
	}
	return out
}

// Mandate is the sentence by which a payer allows the debit.
func (v *view) Mandate() string { return strings.ReplaceAll(v.T["mandate"], "{payee}", v.Payee) }

// policy of the pages: no script at all, nothing from elsewhere, never in a
// frame. form-action names schemes, not origins: browsers apply it to every
// redirect after a press, and where the shop leads on to is not ours to know.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https: http:; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) render(w http.ResponseWriter, name string, v *view) {
	w.Header().Set("Content-Security-Policy", policy)
	s.execute(w, name, v.Status, v)
}

func (s *Server) execute(w http.ResponseWriter, name string, status int, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		s.broken(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (s *Server) getAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	body, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}

type frameView struct {
	Lang, Parent, Method string
	T                    texts
}

// getFrame serves the fields that a payment page embeds: ?parent= its origin,
// ?within= the origins of pages that it may itself be embedded in, ?lang=,
// ?method=card|bank. Whoever writes within can't gain by it: what is typed is told to
// parent only, which is one of an account's own.
func (s *Server) getFrame(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	parent := q.Get("parent")
	if !s.allowed(parent) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		http.Error(w, "this origin may not embed the fields; add it to the account's origins", http.StatusForbidden)
		return
	}
	lang := language(r, "")
	v := frameView{Lang: lang, Parent: parent, Method: "card", T: catalog[lang]}
	if q.Get("method") == "bank" {
		v.Method = "bank"
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"+
		" form-action 'none'; base-uri 'none'; frame-ancestors "+strings.Join(append([]string{parent}, within(q.Get("within"))...), " "))
	s.execute(w, "frame.html", http.StatusOK, v)
}

// maxWithin is how many origins within may name.
const maxWithin = 10

// within reads the origins that may stand in the header.
func within(list string) (out []string) {
	for _, origin := range strings.Fields(list) {
		u, err := url.Parse(origin)
		if err == nil && isHTTP(origin) && u.Scheme+"://"+u.Host == origin && !strings.ContainsAny(origin, ";,'\"*") && len(out) < maxWithin {
			out = append(out, origin)
		}
	}
	return out
}
