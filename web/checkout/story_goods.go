package checkout

import (
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"time"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// shopActs is all that making a page asks of the till.
type shopActs struct{ Acts }

func (shopActs) Gateway(paylink.Offer) (paylink.Gateway, error) { return shopGateway{}, nil }

type shopGateway struct{ paylink.Gateway }

func (shopGateway) Traits() paylink.Traits { return paylink.Traits{Name: "story", Label: "Sandbox"} }

// shop makes a story's page as the handler would, of a link that sells something.
func shop(name string, l look.Locale, val Values, wrong Faults, change func(*till.Sight)) FormView {
	s := till.Sight{Now: time.Date(2026, 11, 21, 14, 5, 0, 0, time.UTC), Standing: paylink.Payable, Offer: paylink.Offer{
		Link:     paylink.Link{ID: "plk_01m3k5v7x9a1b2c3d4e57q4m2x", State: paylink.LinkOpen, Version: 1, Price: paylink.Price{Currency: "USD"}},
		Merchant: paylink.Merchant{Name: "Harbor Books", Email: "help@harborbooks.example", Country: "US"},
		Terminal: paylink.Terminal{Currency: "USD", Methods: []paylink.Method{paylink.Card, paylink.Bank}}}}
	change(&s)
	h := &Handler{Acts: shopActs{}, Picture: func(ref string, _ bool) string { return "/stories/picture/" + ref }}
	v := h.form(s, l, val, wrong)
	v.Languages = storyShell(l, name).Languages
	v.Action, v.Attempt = "/stories/"+name, "story"
	return v
}

// goods are what the stories sell, each with a picture.
func goods(s *till.Sight, n int) {
	for i, p := range []struct {
		name, text string
		minor      int64
	}{{"The Sea Around Us", "First edition, with the dust jacket. A little foxed, as these all are.", 4500}, {"Linen bookmark", "", 600},
		{"A Field Guide to Lichens", "Every lichen of the coast, in colour.", 2850}, {"Notebook, dotted", "A5, 120 pages", 1400},
		{"Atlas of Remote Islands", "Fifty islands you have not visited and never will.", 3200}, {"Fountain pen ink, blue-black", "", 1150},
		{"Tote bag", "Undyed cotton", 1800}, {"Postcards, set of eight", "", 900}, {"Reading lamp", "Brass, with a switch in the cord. Bulb not included; it takes an ordinary one.", 12_900},
		{"Gift wrapping", "", 450}, {"Map of the harbour, 1871", "A print on heavy paper", 2400}, {"Donation to the library", "", 500}} {
		if i == n {
			return
		}
		id := "prd_" + strconv.Itoa(i)
		s.Products = append(s.Products, paylink.Product{ID: id, Name: p.name, Description: p.text, Price: usd(p.minor), Active: true, Images: []string{strconv.Itoa(i)}})
		s.Link.Price.Lines = append(s.Link.Price.Lines, paylink.Line{Title: p.name, Amount: p.minor, Product: id, Adjust: &paylink.Range{Most: paylink.MaxQuantity}})
	}
}

const storyMarkdown = `Supper for the **whole crew** on the last evening of the season:

- chowder, bread and cheese
- a seat by the stove
- a lamp to take home

Questions? See [how it works](https://harborbooks.example/supper).`

func goodsStories(l look.Locale) []Story {
	var out []Story
	add := func(name string, val Values, wrong Faults, change func(*till.Sight), more ...func(*FormView)) {
		v := shop(name, l, val, wrong, change)
		for _, f := range more {
			f(&v)
		}
		out = append(out, Story{name, PayPage(v)})
	}
	tax := &paylink.Levy{Name: "Sales tax", Percent: 88_750}
	bundle := func(s *till.Sight) {
		goods(s, 3)
		s.Link.Page = paylink.Page{Title: "Reader’s bundle", Ask: paylink.Ask{Name: true, Email: true}}
		s.Link.Price.Tax = tax
		for i := range s.Link.Price.Lines {
			s.Link.Price.Lines[i].Quantity, s.Link.Price.Lines[i].Adjust = 1, &paylink.Range{Least: 1, Most: 9}
		}
		s.Link.Price.Lines[1].Quantity, s.Link.Price.Lines[1].Adjust = 2, nil
	}
	add("bundle", nil, nil, bundle)
	add("bundle-error", Values{"quantity_prd_0": "12", "first_name": "Ada"}, Faults{"quantity_prd_0": l.T("error.quantity", "least", "1", "most", "9")}, bundle)
	add("price-changed", Values{"quantity_prd_0": "2"}, nil, bundle, func(v *FormView) { v.Message = l.T("error.price_changed") })
	add("catalog", nil, nil, func(s *till.Sight) {
		goods(s, 12)
		s.Link.Page = paylink.Page{Title: "Everything in the shop"}
		s.Link.Price.Catalog = true
	})
	add("catalog-chosen", Values{"quantity_prd_0": "1", "quantity_prd_8": "2"}, nil, func(s *till.Sight) {
		goods(s, 12)
		s.Link.Page = paylink.Page{Title: "Everything in the shop"}
		s.Link.Price.Catalog, s.Link.Price.Tax = true, tax
	})
	add("tax", nil, nil, func(s *till.Sight) {
		s.Link.Page = paylink.Page{Title: "Invoice 2291", Ask: paylink.Ask{Email: true}}
		s.Link.Price.Tax = tax
		s.Link.Price.Lines = []paylink.Line{{Title: "Binding repair", Amount: 12_000}, {Title: "Hours in the workshop", Amount: 6_500, Quantity: 3}}
	})
	add("donation", nil, nil, func(s *till.Sight) {
		s.Merchant.Name = "Lighthouse Trust"
		s.Link.Page = paylink.Page{Title: "Keep the lamp turning", Donation: true, Ask: paylink.Ask{Name: true, Email: true}}
		s.Link.Price.Lines = []paylink.Line{{Open: true, Min: 100, Max: 999_999}}
	})
	add("donation-tax", Values{"amount": "25"}, nil, func(s *till.Sight) {
		s.Link.Page = paylink.Page{Title: "Pay what you like", Donation: true}
		s.Link.Price.Lines, s.Link.Price.Tax = []paylink.Line{{Open: true, Min: 100, Max: 999_999}}, tax
	})
	add("subscription", nil, nil, func(s *till.Sight) {
		s.Link.Page = paylink.Page{Title: "Friends of the Lighthouse", Ask: paylink.Ask{Email: true}}
		s.Link.Schedule = &paylink.Schedule{Every: paylink.Monthly}
		s.Link.Price.Lines = []paylink.Line{{Title: "Membership", Amount: 1000, Quantity: 2}}
	})
	add("cover", nil, nil, func(s *till.Sight) {
		s.Link.Page = paylink.Page{Title: "Supper at the lighthouse", Description: storyMarkdown, Markdown: true, Cover: "cover", Ask: paylink.Ask{Name: true, Email: true}}
		s.Link.Price.Lines = []paylink.Line{{Title: "Seat at the table", Amount: 4_800}}
	})
	add("wallet", nil, nil, func(s *till.Sight) {
		s.Link.Page = paylink.Page{Title: "Order 1042"}
		s.Terminal.Methods, s.Terminal.Currency = []paylink.Method{paylink.Stablecoin}, "USDC"
		s.Link.Price = paylink.Price{Currency: "USDC", Lines: []paylink.Line{{Amount: 25_000_000}}}
	})
	add("wallet-or-card", nil, nil, func(s *till.Sight) {
		s.Link.Page = paylink.Page{Title: "Order 1042", Ask: paylink.Ask{Email: true}}
		s.Terminal.Methods = []paylink.Method{paylink.Card, paylink.Bank, paylink.Stablecoin}
		s.Link.Price.Lines = []paylink.Line{{Amount: 2500}}
	})
	add("themed-bundle", nil, nil, bundle, func(v *FormView) { v.Theme = storyTheme })
	return out
}

// storyPicture draws something that looks like a picture: two colours that run into
// each other, of a hue by the name.
func storyPicture(w http.ResponseWriter, r *http.Request) {
	hue := byte(len(r.PathValue("name")) * 60)
	if n, err := strconv.ParseUint(r.PathValue("name"), 10, 8); err == nil {
		hue = byte(n * 21)
	}
	width, height := 112, 112
	if r.PathValue("name") == "cover" {
		width, height = 800, 450
	}
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetRGBA(x, y, color.RGBA{byte(40 + x*120/width), 90 + hue/3, byte(200 - y*140/height), 255})
		}
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = png.Encode(w, m) // the reader went away: nothing to do
}
