package checkout

import (
	"net/http"
	"strings"
	"time"

	"paylink"
	"paylink/web/look"

	"github.com/a-h/templ"
)

// Story is one page in one state with made-up data, so that a page can be
// designed and looked at without a database.
type Story struct {
	Name string // of its address: "/stories/" + Name
	Page templ.Component
}

const storyTheme = "/stories/theme.css"

// Stories are all pages in every state, in a language and for a region.
func Stories(lang, region string) []Story {
	w, _ := look.Speak(lang)
	l := look.NewLocale(w, region)
	out := append(formStories(l), goodsStories(l)...)
	return append(out, noticeStories(l)...)
}

func storyShell(l look.Locale, name string) look.Shell {
	s := look.Shell{Locale: l, Tab: "Harbor Books", Gateway: "Sandbox", Code: "7Q4M2X",
		Contact: look.Contact{Name: "Harbor Books", Email: "help@harborbooks.example", Phone: "+1 202-555-0125"}}
	for _, w := range look.Languages() {
		s.Languages = append(s.Languages, look.Tongue{Lang: w.Lang, Name: w.Name, Href: "/stories/" + name + "?lang=" + w.Lang, Current: w.Lang == l.Lang})
	}
	return s
}

func usd(minor int64) paylink.Money { return paylink.Money{Minor: minor, Currency: "USD"} }

func storyMethods(l look.Locale) []Method {
	return []Method{
		{Key: "card", Label: l.T("method.card"), Brands: []string{"visa", "mastercard", "amex", "discover"}, Text: l.T("method.card_text", "gateway", "Sandbox")},
		{Key: "bank", Label: l.T("method.bank"), Brands: []string{"bank"}, Text: l.T("method.bank_text", "gateway", "Sandbox")},
	}
}

func storyForm(l look.Locale, name string) FormView {
	amount := l.Money(usd(2500))
	return FormView{
		Shell:  storyShell(l, name),
		Facts:  Facts{Payee: "Harbor Books", Heading: l.T("facts.to"), Amount: amount},
		Action: "/stories/" + name, Attempt: "story",
		Methods: storyMethods(l), Hosted: l.T("method.hosted", "gateway", "Sandbox"),
		Button: l.T("pay.pay"), Sum: amount,
	}
}

var storyPerson = Values{"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "country": "US",
	"street": "12 St James Sq", "city": "Austin", "state": "TX", "postal": "78701", "phone": "+12025550125"}

var storyAsks = Asks{Least: usd(1), Most: usd(9999999), Name: Required, Email: Required, Phone: Optional, Address: Required, Country: "US"}

func formStories(l look.Locale) []Story {
	var out []Story
	add := func(name string, change func(v *FormView)) {
		v := storyForm(l, name)
		change(&v)
		out = append(out, Story{name, PayPage(v)})
	}
	add("shortest", func(v *FormView) { v.Methods = v.Methods[:1] })
	add("usual", func(v *FormView) {
		v.Title, v.Text = "Order 1042", "The Sea Around Us, first edition, and a linen bookmark."
		v.ask(Asks{Name: Required, Email: Required, Country: "US"}, nil, nil)
	})
	add("prefilled", func(v *FormView) {
		v.Title = "Invoice INV-2291"
		v.Pairs = []Pair{{"Invoice#:", "INV-2291"}}
		v.Powered = look.PoweredBy{Text: "Powered by Harbor Cloud", URL: "https://harborcloud.example/"}
		v.ask(storyAsks, storyPerson, nil)
	})
	add("ten-lines", func(v *FormView) {
		v.Title = "Spring order"
		for i, what := range []string{"The Sea Around Us", "A Field Guide to Lichens", "Linen bookmark", "Gift wrapping", "Atlas of Remote Islands",
			"Notebook, dotted", "Fountain pen ink, blue-black", "Postage", "Tote bag", "Rounding up for the library"} {
			price := l.Money(usd(250 + 175*int64(i)))
			note := ""
			if i%3 == 0 {
				note = l.T("lines.quantity", "quantity", "2", "price", price)
				price = l.Money(usd(500 + 350*int64(i)))
			}
			v.Lines = append(v.Lines, FactLine{Label: what, Note: note, Amount: price})
		}
		v.Total = l.Money(usd(17015))
		v.Facts.Amount, v.Sum = v.Total, v.Total
		v.ask(Asks{Email: Required}, nil, nil)
	})
	add("long-title", func(v *FormView) {
		v.Title = "Commemorative lighthouse restoration subscription with quarterly print, members’ evening and guide"
		v.Text = strings.Repeat("Every gift keeps the lamp turning. ", 12)
		v.Facts.Amount, v.Sum = l.Money(usd(9999999)), l.Money(usd(9999999))
		v.Button = "Yes, I would like to support the restoration of the lighthouse with all my heart this very year"
		v.ask(Asks{Name: Required, Email: Required}, nil, nil)
	})
	add("arabic-name", func(v *FormView) {
		v.Payee, v.Title = "مكتبة الميناء", "طلب رقم ١٠٤٢"
		v.ask(Asks{Name: Required, Email: Required}, Values{"first_name": "ليلى", "last_name": "الحسن"}, nil)
	})
	add("your-amount", func(v *FormView) {
		v.Facts.Amount, v.Sum, v.Heading, v.Button = "", "", l.T("facts.to"), l.T("pay.pay")
		v.Live, v.Money = l.T("amount.yours"), l.Pattern("USD")
		v.Payee, v.Title = "Lighthouse Trust", "Keep the lamp turning"
		v.ask(Asks{Amount: true, Least: usd(1), Most: usd(9999999), Name: Required, Email: Required, Reference: Optional, Note: Optional}, nil, nil)
	})
	add("recurring", func(v *FormView) {
		v.Period, v.Button = l.T("period.monthly"), l.T("pay.subscribe")
		v.Title = "Friends of the Lighthouse"
		v.Terms = l.T("terms.recurring", "amount", v.Facts.Amount, "payee", v.Payee, "every", l.T("every.monthly"),
			"next", l.Date(time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC)), "stop", l.T("terms.stop_at", "contact", "help@harborbooks.example"))
		v.ask(Asks{Name: Required, Email: Required}, storyPerson, nil)
	})
	add("saved", func(v *FormView) {
		v.Methods = []Method{{Key: "saved", Label: l.T("method.saved_card", "brand", "Visa", "last4", "4242"), Brands: []string{"visa"}, Text: l.T("method.saved_text")}}
		v.Hosted, v.Button = "", l.T("pay.with", "method", "Visa •••• 4242")
		v.Title = "Renewal 2027"
	})
	add("save-offered", func(v *FormView) {
		v.SaveAsked, v.SaveText, v.Chosen = true, l.T("method.save", "payee", v.Payee), "bank"
		v.ask(Asks{Email: Required}, nil, nil)
	})
	add("declined", func(v *FormView) {
		v.Message = l.T("decline.declined")
		v.ask(storyAsks, storyPerson, nil)
	})
	add("every-error", func(v *FormView) { everyError(l, v) })
	add("themed", func(v *FormView) {
		v.Theme = storyTheme
		v.Title = "Invoice INV-2291"
		v.Powered = look.PoweredBy{Text: "Powered by Harbor Cloud", URL: "https://harborcloud.example/"}
		v.ask(storyAsks, storyPerson, nil)
	})
	add("themed-saved", func(v *FormView) {
		v.Theme = storyTheme
		v.Methods = []Method{{Key: "saved", Label: l.T("method.saved_card", "brand", "Visa", "last4", "4242"), Brands: []string{"visa"}, Text: l.T("method.saved_text")}}
		v.Hosted, v.Button = "", l.T("pay.submit")
	})
	add("themed-recurring", func(v *FormView) {
		v.Theme, v.Title, v.Period = storyTheme, "Friends of the Lighthouse", l.T("period.monthly")
		v.Terms = l.T("terms.recurring", "amount", v.Facts.Amount, "payee", v.Payee, "every", l.T("every.monthly"),
			"next", l.Date(time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC)), "stop", l.T("terms.stop", "payee", v.Payee))
	})
	add("themed-errors", func(v *FormView) { v.Theme = storyTheme; everyError(l, v) })
	add("demo", func(v *FormView) {
		v.Methods = v.Methods[:1]
		v.Demo = []TestNumber{{"4242 4242 4242 4242", "is paid"}, {"4000 0000 0000 9995", "insufficient funds"}, {"4000 0000 0000 3220", "asks for 3-D Secure"}}
	})
	return out
}

func everyError(l look.Locale, v *FormView) {
	a := storyAsks
	a.Amount, a.Reference, a.Note, a.Phone = true, Required, Required, Required
	v.Facts.Amount, v.Sum, v.Live, v.Money = "", "", l.T("amount.yours"), l.Pattern("USD")
	v.ask(a, nil, nil) // once to learn the messages, once to show them
	wrong := Faults{}
	for _, f := range v.fields() {
		wrong[f.Name] = f.Wrong
	}
	v.Details, v.Address = nil, nil
	v.ask(a, Values{"amount": "1.005", "email": "ada@", "postal": "ABC", "phone": "12"}, wrong)
}

func noticeStories(l look.Locale) []Story {
	facts := &Facts{Payee: "Harbor Books", Heading: l.T("facts.to"), Amount: l.Money(usd(2500)), Title: "Order 1042"}
	paid := *facts
	paid.Heading = l.T("facts.paid_to")
	at := l.DateTime(time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC))
	slip := []Pair{{l.T("receipt.date"), at}, {l.T("receipt.method"), "Visa •••• 4242"}, {l.T("receipt.reference"), "INV-2291"}, {l.T("receipt.number"), "pay_01m3k5v7x9"}}
	shop := Way{Text: l.T("way.shop", "payee", "Harbor Books"), Href: "https://harborbooks.example/thanks", Main: true}
	later := []Way{{Text: l.T("way.look"), Href: "#", Main: true}}
	again := []Way{{Text: l.T("way.again"), Href: "#", Main: true}}
	var out []Story
	add := func(state string, f *Facts, pairs []Pair, ways []Way, more ...string) {
		v := notice(storyShell(l, state), state, "payee", "Harbor Books")
		v.Facts, v.Pairs, v.Forward, v.Print = f, pairs, ways, len(pairs) > 0
		v.Text = append(v.Text, more...)
		out = append(out, Story{state, NoticePage(v)})
	}
	add("paid", &paid, slip, []Way{shop})
	add("held", &paid, slip, []Way{shop})
	add("refunded", &paid, slip, nil)
	add("surplus", &paid, slip, nil)
	add("voided", &paid, slip, nil)
	add("released", &paid, slip, nil)
	add("returned", &paid, slip, again)
	add("pending", &paid, slip, []Way{shop})
	add("already_paid", nil, nil, nil, l.T("state.already_paid.when", "when", at))
	add("confirming", facts, nil, later)
	add("resume", facts, nil, []Way{{Text: l.T("state.resume.button", "gateway", "Sandbox"), Href: "#", Main: true}, {Text: l.T("way.other"), Href: "#"}})
	for _, state := range []string{"used_up", "expired", "cancelled", "paused", "unknown"} {
		add(state, nil, nil, nil)
	}
	add("off_sale", nil, nil, nil)
	add("resume_wallet", facts, nil, []Way{{Text: l.T("state.resume.button", "gateway", "Sandbox"), Href: "#", Main: true}, {Text: l.T("way.other"), Href: "#"}})
	add("pending_wallet", &paid, slip[:1], later)
	add("not_yet", nil, nil, nil, l.T("state.not_yet.at", "when", at))
	add("too_many", nil, nil, again, l.N("state.too_many.wait", 5))
	add("gateway_down", facts, nil, again)
	add("broken", nil, nil, []Way{{Text: l.T("way.open"), Href: "#", Main: true}})
	add("broken_safe", nil, nil, again)
	add("forbidden", nil, nil, []Way{{Text: l.T("way.open"), Href: "#", Main: true}})
	return out
}

// MountStories serves the storybook at /stories/. Mount it in demo mode only.
func MountStories(mux *http.ServeMux) {
	mux.HandleFunc("GET /stories/{$}", func(w http.ResponseWriter, r *http.Request) {
		copyHeader(w, look.Policy{}.Headers())
		_ = storyIndex(Stories("en", "US")).Render(r.Context(), w) // the reader went away: nothing to do
	})
	mux.HandleFunc("GET /stories/theme.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(newThemeFile(storySheet, nil).body)
	})
	mux.HandleFunc("GET /stories/picture/{name}", storyPicture)
	mux.HandleFunc("GET /stories/{name}", func(w http.ResponseWriter, r *http.Request) {
		lang, region := r.FormValue("lang"), r.FormValue("region")
		if region == "" {
			region = "US"
		}
		for _, s := range Stories(lang, region) {
			if s.Name == r.PathValue("name") {
				copyHeader(w, look.Policy{}.Headers())
				_ = s.Page.Render(r.Context(), w)
				return
			}
		}
		http.NotFound(w, r)
	})
}

func copyHeader(w http.ResponseWriter, h http.Header) {
	for k, v := range h {
		w.Header()[k] = v
	}
}

// storySheet is a theme as merchants write them: dark ground, thin fields,
// everything through FrontStream's hooks.
const storySheet = `
.EPF__body { background-color: #10231f; }
.card, .surface-card, .p-card { background: transparent !important; box-shadow: none; }
.p-card-title, .EPF__subheading__text { color: #fff !important; font-family: Georgia, serif !important; }
.EPF__body__text, .p-field-checkbox, .p-steps .p-steps-item .p-steps-title { color: #e4f1ec !important; }
.EPF__link__text { color: #9fe0c4 !important; }
.p-button { background-color: #e9b44c !important; border-radius: 25px; color: #10231f !important; }
.p-button:hover { background-color: #f3c970 !important; }
.p-button-label { color: #10231f !important; }
.p-steps .p-steps-item.p-highlight .p-steps-number { background: #e9b44c !important; }
.EPF__form-element, .p-dropdown { border: none !important; border-bottom: 1px solid #7fa597 !important; border-radius: 0 !important; background-color: transparent; color: #fff; }
.p-inputtext { color: #fff; }
.EPF__form-element::placeholder { color: #8fb3a6; }
.EPF_form-element--error { background-color: transparent !important; border-color: #ff8f80 !important; }
.form-field--invalid { border-color: #ff8f80 !important; }
.gpay-card-info-container { border-radius: 25px !important; }
.epf-cc { color: #cfe3db; }
.epf-cc-selected { color: #e9b44c; }
.select--error { background: transparent }
.select--error ~ .fa-angle-down { display: none }
`
