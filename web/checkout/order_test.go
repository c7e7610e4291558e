package checkout_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"paylink"
	"paylink/till"
	"paylink/web/checkout"
)

// bundle sells bread in a quantity that the payer may change and one jar of jam, with
// a tax of 8.875 %.
func bundle() till.Sight {
	s := till.Sight{Offer: documented(), Priced: "a", Products: []paylink.Product{
		{ID: "prd_bread", Name: "Bread", Description: "Of <rye>", Images: []string{"https://m.example/bread.png"}}, {ID: "prd_jam", Name: "Jam"}}}
	s.Link.RedirectURL, s.Link.Page = "", paylink.Page{Title: "Breakfast", Language: "en"}
	s.Link.Price = paylink.Price{Currency: "USD", Tax: &paylink.Levy{Name: "Sales tax", Percent: 88_750}, Lines: []paylink.Line{
		{Title: "Bread", Amount: 450, Product: "prd_bread", Quantity: 2, Adjust: &paylink.Range{Least: 1, Most: 9}},
		{Title: "Jam", Amount: 600, Product: "prd_jam"}}}
	return s
}

func order(fields ...string) url.Values {
	f := url.Values{"attempt": {goodAttempt}, "method": {"card"}, "gateway_token": {"tok_1"}}
	for i := 0; i+1 < len(fields); i += 2 {
		f.Set(fields[i], fields[i+1])
	}
	return f
}

func pictures(h *checkout.Handler) {
	h.Picture = func(ref string, large bool) string {
		return map[bool]string{true: "/img/l/", false: "/img/s/"}[large] + url.PathEscape(ref)
	}
}

func TestAnOrderIsShownWithItsQuantitiesAndItsTax(t *testing.T) {
	t.Parallel()
	a := &acts{sight: bundle()}
	mux := site(t, a, pictures)
	w := get(mux, "/pay/tok")
	// 2 × 4.50 + 6.00 = 15.00, and 1.33 of tax.
	expect(t, w, 200, `name="quantity_prd_bread" value="2" min="1" max="9"`, "Of &lt;rye&gt;", `src="/img/s/https:%2F%2Fm.example%2Fbread.png"`,
		"Sales tax (8.875%)", "$1.33", "$16.33", `name="told" value="1633"`, `value="total" formnovalidate`, `data-each="450"`, `data-base="600"`, `data-percent="88750"`, "-goods.css", "-goods.js")
	lacks(t, w, `name="quantity_prd_jam"`, `name="amount"`)
	a.sight.Products[0].Images, a.sight.Priced = nil, "b"
	if w := get(mux, "/pay/tok"); strings.Contains(w.Body.String(), "bread.png") {
		t.Error("the page of the old product comes from the cache")
	}
}

// A price that was raised since may be too much in the quantities that can be chosen.
func TestAQuantityThatComesToTooMuchIsSaidSo(t *testing.T) {
	t.Parallel()
	a := &acts{sight: bundle()}
	a.sight.Link.Price.Lines[0].Amount = paylink.MaxMinor / 5
	mux := site(t, a, nil)
	expect(t, get(mux, "/pay/tok"), 200, `name="quantity_prd_bread" value="2"`)
	a.err = paylink.E(paylink.Invalid, "total_too_large", "too large")
	expect(t, post(mux, order("quantity_prd_bread", "9")), 422, "This is more than can be paid at once", `value="9"`)
	a.sight.Link.Price.Lines[0].Quantity, a.sight.Priced = 6, "b"
	expect(t, get(mux, "/pay/tok"), 200, `name="quantity_prd_bread" value="6"`)
}

func TestAPageShowsWhatTheLinksDebtIsNow(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented(), Priced: "a"}}
	a.sight.Link.Price.Lines[0].Owed = true
	mux := site(t, a, nil)
	expect(t, get(mux, "/pay/tok"), 200, "$25.00")
	a.sight.Link.Price.Lines, a.sight.Priced = []paylink.Line{{Amount: 3000, Owed: true}}, "b"
	w := get(mux, "/pay/tok")
	expect(t, w, 200, "$30.00")
	lacks(t, w, "$25.00")
}

// What can be typed by itself may be too much together with its tax.
func TestATypedAmountIsJudgedWithItsTax(t *testing.T) {
	t.Parallel()
	a := &acts{sight: till.Sight{Offer: documented()}, payment: paylink.Payment{ID: "pay_1", State: paylink.Captured}}
	a.sight.Link.RedirectURL, a.sight.Link.Page = "", paylink.Page{Title: "Gift", Language: "en"}
	a.sight.Link.Price = paylink.Price{Currency: "USD", Tax: &paylink.Levy{Name: "VAT", Percent: 200_000}, Lines: []paylink.Line{{Open: true, Min: 100, Max: paylink.MaxMinor}}}
	mux := site(t, a, nil)
	w := post(mux, order("amount", "9999999999999.99"))
	if expect(t, w, 422, "This is more than can be paid at once"); len(a.orders) != 0 {
		t.Fatal("it was ordered all the same")
	}
	if w := post(mux, order("amount", "8000000000000.00")); w.Code != http.StatusSeeOther || len(a.orders) != 1 {
		t.Errorf("what fits with its tax is answered %d", w.Code)
	}
	// The till's word is the last, and told as well.
	a.err = paylink.E(paylink.Invalid, "total_too_large", "too large")
	expect(t, post(mux, order("amount", "8000000000000.00")), 422, "This is more than can be paid at once")
}

func TestWithoutScriptTheTotalIsUpdatedByTheServer(t *testing.T) {
	t.Parallel()
	a := &acts{sight: bundle()}
	mux := site(t, a, nil)
	w := post(mux, order("quantity_prd_bread", "4", "act", "total", "told", "1633"))
	expect(t, w, 200, `name="quantity_prd_bread" value="4"`, "$18.00", "$26.13", `name="told" value="2613"`) // 24.00 and 2.13
	if len(a.orders) != 0 {
		t.Error("updating the total must not pay")
	}
}

func TestNobodyPaysATotalThatTheirPageDidNotShow(t *testing.T) {
	t.Parallel()
	a := &acts{sight: bundle(), payment: paylink.Payment{ID: "pay_1", State: paylink.Captured}}
	mux := site(t, a, nil)
	w := post(mux, order("quantity_prd_bread", "4", "told", "1633"))
	expect(t, w, 409, "The total is $26.13. Nothing was taken yet.", `name="told" value="2613"`, `name="quantity_prd_bread" value="4"`)
	if len(a.orders) != 0 {
		t.Fatal("it was paid all the same")
	}
	if w := post(mux, order("quantity_prd_bread", "4", "told", "2613")); w.Code != http.StatusSeeOther {
		t.Fatalf("confirmed, it is answered %d", w.Code)
	}
	if got := a.orders[0].Quantities; !slices.Equal(got, []int64{4, 1}) {
		t.Errorf("quantities %v", got)
	}
}

func TestAQuantityThatCanNotBeIsToldAtItsField(t *testing.T) {
	t.Parallel()
	a := &acts{sight: bundle()}
	mux := site(t, a, nil)
	for _, n := range []string{"", "0", "10", "-1", "1.5", "1e3", "two", "99999999999999999999"} {
		w := post(mux, order("quantity_prd_bread", n, "told", "1633"))
		expect(t, w, 422, `<a href="#f-quantity_prd_bread">Choose a quantity from 1 to 9</a>`, `aria-invalid="true"`, "Error: Pay Harbor Books")
	}
	a.err = &paylink.Error{Kind: paylink.Invalid, Code: "quantity_range", Text: "no", Faults: []paylink.Fault{{Field: "quantity_0", Code: "quantity_range"}}}
	expect(t, post(mux, order("quantity_prd_bread", "3")), 422, `<a href="#f-quantity_prd_bread">Choose a quantity from 1 to 9</a>`)
	a.err = &paylink.Error{Kind: paylink.Invalid, Code: "total_too_large", Text: "no"}
	expect(t, post(mux, order("quantity_prd_bread", "3")), 422, "This is more than can be paid at once")
}

func TestWhatHasChangedIsShownAnewWithWhatWasChosen(t *testing.T) {
	t.Parallel()
	a := &acts{sight: bundle(), err: paylink.E(paylink.Invalid, "price_changed", "changed")}
	a.sight.Link.Price.Lines[0].Amount = 500
	w := post(site(t, a, nil), order("quantity_prd_bread", "3", "told", "2286"))
	// 15.00 + 6.00 = 21.00, and 1.86.
	expect(t, w, 409, "What is asked for here has changed", `name="quantity_prd_bread" value="3"`, "$22.86", `name="told" value="2286"`)
	a.err = paylink.E(paylink.Gone, "product_gone", "gone")
	mux := site(t, a, nil)
	a.standing = paylink.OffSale
	expect(t, post(mux, order("quantity_prd_bread", "3", "told", "2286")), 403, "This is not for sale right now")
}

func TestACatalogAsksForSomething(t *testing.T) {
	t.Parallel()
	s := bundle()
	s.Link.Price.Catalog, s.Link.Price.Tax = true, nil
	for i := range s.Link.Price.Lines {
		s.Link.Price.Lines[i].Quantity, s.Link.Price.Lines[i].Adjust = 0, &paylink.Range{Most: paylink.MaxQuantity}
	}
	a := &acts{sight: s}
	mux := site(t, a, nil)
	expect(t, get(mux, "/pay/tok"), 200, "Nothing chosen yet", `name="told" value=""`, `value="0" min="0" max="9999"`)
	a.err = &paylink.Error{Kind: paylink.Invalid, Code: "nothing_chosen", Text: "no", Faults: []paylink.Fault{{Field: "quantity_0", Code: "nothing_chosen"}}}
	expect(t, post(mux, order("quantity_prd_bread", "0", "quantity_prd_jam", "0", "told", "")), 422, "Choose at least one")
	// Products by their ids, wherever they stand by now.
	a.err, a.payment = nil, paylink.Payment{ID: "pay_1", State: paylink.Captured}
	slices.Reverse(a.sight.Link.Price.Lines)
	post(mux, order("quantity_prd_bread", "2", "quantity_prd_jam", "0", "told", "900"))
	if n := len(a.orders); n == 0 || !slices.Equal(a.orders[n-1].Quantities, []int64{0, 2}) {
		t.Errorf("orders %+v", a.orders)
	}
}

func TestATypedAmountIsShownWithItsTaxBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	s := bundle()
	s.Products, s.Priced = nil, ""
	s.Link.Price.Lines = []paylink.Line{{Open: true, Min: 100, Max: 100_000}}
	s.Link.Page.Donation = true
	a := &acts{sight: s, payment: paylink.Payment{ID: "pay_1", State: paylink.Captured}}
	mux := site(t, a, nil)
	expect(t, get(mux, "/pay/tok"), 200, "Between $1.00 and $1,000.00, plus Sales tax (8.875%)", ">Donate<", `name="told" value=""`)
	expect(t, post(mux, order("amount", "20", "told", "")), 409, "The total is $21.78", `name="told" value="2178"`)
	if w := post(mux, order("amount", "20", "told", "2178")); w.Code != http.StatusSeeOther || a.orders[0].Typed.Minor != 2000 {
		t.Errorf("%d, orders %+v", w.Code, a.orders)
	}
}

func TestAReceiptSaysWhatWasBought(t *testing.T) {
	t.Parallel()
	s := bundle()
	p := paylink.Payment{ID: "pay_1", State: paylink.Captured, Amount: usd(2123), CompletedAt: now, Method: paylink.Card, Brand: "visa", Last4: "4242",
		Lines: []paylink.Line{{Title: "Bread", Amount: 450, Product: "prd_bread", Quantity: 3}, {Title: "Jam", Amount: 600, Product: "prd_jam"},
			{Title: "Sales tax", Amount: 173, Levy: &paylink.Levy{Name: "Sales tax", Percent: 88_750}}}}
	a := &acts{sight: s, payment: p}
	expect(t, get(site(t, a, nil), "/pay/tok/"+goodAttempt), 200, "3 × $4.50", "$13.50", "Sales tax (8.875%)", "$1.73", "$21.23")
	a.payment.State, a.payment.Decline = paylink.Declined, paylink.DeclineFunds
	expect(t, get(site(t, a, nil), "/pay/tok/"+goodAttempt), 200, "Your bank declined", `name="quantity_prd_bread" value="3"`, "$21.23")
}

func usd(minor int64) paylink.Money { return paylink.Money{Minor: minor, Currency: "USD"} }

func TestWhatIsNotForSaleSaysSo(t *testing.T) {
	t.Parallel()
	s := bundle()
	a := &acts{sight: s, standing: paylink.OffSale}
	w := get(site(t, a, nil), "/pay/tok")
	expect(t, w, 403, "This is not for sale right now", "ask Harbor Books", "off_sale")
	lacks(t, w, "Bread", "Breakfast")
}

func TestAWalletIsPaidOnTheGatewaysPage(t *testing.T) {
	t.Parallel()
	s := till.Sight{Offer: documented()}
	s.Terminal.Methods, s.Terminal.Currency = []paylink.Method{paylink.Stablecoin}, "USDC"
	s.Link.Price, s.Link.RedirectURL, s.Link.Page = paylink.Price{Currency: "USDC", Lines: []paylink.Line{{Amount: 25_000_000}}}, "", paylink.Page{}
	a := &acts{sight: s, payment: paylink.Payment{ID: "pay_1", State: paylink.Pending, Method: paylink.Stablecoin, Last4: "Zx9f",
		Amount: paylink.Money{Minor: 25_000_000, Currency: "USDC"}, CompletedAt: now, CreatedAt: now}}
	mux := site(t, a, nil)
	w := get(mux, "/pay/tok")
	expect(t, w, 200, "25.00\u00a0USDC", "Crypto wallet", "shows the address to send to")
	lacks(t, w, "data-frame", "own page", "4242 4242")
	w = get(mux, "/pay/tok/"+goodAttempt)
	expect(t, w, 200, "Your transfer has been seen", "Crypto wallet …Zx9f")
	if w.Header().Get("Refresh") != "3" {
		t.Errorf("it is looked at again after %q seconds", w.Header().Get("Refresh"))
	}
	a.payment.State = paylink.RequiresAction
	expect(t, get(mux, "/pay/tok/"+goodAttempt), 200, "Your transfer is not complete yet")
	a.payment.State, a.payment.Decline = paylink.Declined, paylink.DeclineUnderpaid
	expect(t, get(mux, "/pay/tok/"+goodAttempt), 200, "Less than the amount arrived in time")
}

func TestADescriptionInMarkdownAndACover(t *testing.T) {
	t.Parallel()
	s := till.Sight{Offer: documented()}
	s.Link.Page = paylink.Page{Description: "**Bold** <script>x</script>", Markdown: true, Cover: "https://m.example/c.png"}
	a := &acts{sight: s}
	w := get(site(t, a, pictures), "/pay/tok")
	expect(t, w, 200, "<strong>Bold</strong>", `src="/img/l/https:%2F%2Fm.example%2Fc.png"`)
	lacks(t, w, "<script>x", "m.example/c.png\"\n")
	s.Link.Page.Markdown = false
	w = get(site(t, &acts{sight: s}, nil), "/pay/tok")
	expect(t, w, 200, "**Bold** &lt;script&gt;")
	lacks(t, w, "/img/")
}
