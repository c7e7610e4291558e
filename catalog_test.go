package paylink_test

import (
	"math/big"
	"testing"

	"paylink"

	"pgregory.net/rapid"
)

func TestATaxIsRoundedHalfUpToTheMinorUnit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(0, paylink.MaxMinor).Draw(t, "minor")
		percent := rapid.Int64Range(0, int64(paylink.FullPercent)).Draw(t, "percent")
		want := new(big.Int).Mul(big.NewInt(minor), big.NewInt(percent))
		want.Add(want, big.NewInt(500_000)).Div(want, big.NewInt(1_000_000))
		if got := (paylink.Levy{Percent: paylink.Percent(percent)}).On(minor); got != want.Int64() {
			t.Fatalf("%s %% of %d is %d, want %s", paylink.Percent(percent).Decimal(), minor, got, want)
		}
	})
}

func TestAPercentageIsReadExactlyOrNotAtAll(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]paylink.Percent{"0": 0, "8.875": 88_750, "20": 200_000, "100": 1_000_000, "0.0001": 1, "7.50": 75_000} {
		got, err := paylink.ParsePercent(text)
		if err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "01", "-1", "+1", "100.0001", "101", "1000", "1.00001", "1e1", "1 ", "٣"} {
		if got, err := paylink.ParsePercent(text); err == nil {
			t.Errorf("%q was read as %s", text, got.Decimal())
		}
	}
	for n, want := range map[paylink.Percent]string{0: "0", 1: "0.0001", 88_750: "8.875", 1_000_000: "100"} {
		if got := n.Decimal(); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
}

func bundle() paylink.Price {
	return paylink.Price{Currency: "USD", Lines: []paylink.Line{
		{Title: "Tee", Amount: 1999, Quantity: 2, Adjust: &paylink.Range{Least: 1, Most: 10}},
		{Title: "Cap", Amount: 500}},
		Tax: &paylink.Levy{Name: "VAT", Percent: 88_750}}
}

func TestABillMultipliesAddsAndTaxesOnce(t *testing.T) {
	t.Parallel()
	b, err := bundle().Bill(paylink.Choice{})
	if err != nil || b.Net.Minor != 4498 || b.Tax.Minor != 399 || b.Total.Minor != 4897 {
		t.Fatalf("%+v, %v; want 44.98 and 3.99 tax (3.991975)", b, err)
	}
	if len(b.Lines) != 3 || b.Lines[2].Levy == nil || b.Lines[2].Amount != 399 {
		t.Errorf("lines %+v, want the tax as the last", b.Lines)
	}
	b, err = bundle().Bill(paylink.Choice{Quantities: []int64{3, 7}})
	if err != nil || b.Net.Minor != 3*1999+500 {
		t.Errorf("%+v, %v; want three tees and, whatever was typed, one cap", b, err)
	}
}

func TestAQuantityOutsideItsRangeIsRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{0, -1, 11, 1 << 62} {
		if b, err := bundle().Bill(paylink.Choice{Quantities: []int64{n}}); paylink.KindOf(err) != paylink.Invalid {
			t.Errorf("%d tees: %+v, %v; want Invalid", n, b, err)
		}
	}
}

func TestATotalThatIsTooLargeIsRefusedAndNeverWraps(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]paylink.Price{
		"a product of the two": {Currency: "USD", Lines: []paylink.Line{{Amount: paylink.MaxMinor, Quantity: paylink.MaxQuantity}}},
		"the tax":              {Currency: "USD", Lines: []paylink.Line{{Amount: paylink.MaxMinor}}, Tax: &paylink.Levy{Percent: 1_000_000}},
		"a quantity":           {Currency: "USD", Lines: []paylink.Line{{Amount: 1, Quantity: paylink.MaxQuantity + 1}}},
		"no quantity":          {Currency: "USD", Lines: []paylink.Line{{Amount: 1, Quantity: -1}}},
		"outside of its range": {Currency: "USD", Lines: []paylink.Line{{Amount: 1, Quantity: 3, Adjust: &paylink.Range{Least: 4, Most: 5}}}},
	} {
		if p.Check() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAPriceFollowsItsProductsWhileTheyAreSold(t *testing.T) {
	t.Parallel()
	tee := paylink.Product{ID: "prd_1", Name: "Tee", Price: paylink.Money{Minor: 1500, Currency: "USD"}, Active: true}
	cap := paylink.Product{ID: "prd_2", Name: "Cap", Price: paylink.Money{Minor: 700, Currency: "USD"}, Active: true}
	euro := paylink.Product{ID: "prd_3", Name: "Béret", Price: paylink.Money{Minor: 900, Currency: "EUR"}, Active: true}
	idle := paylink.Product{ID: "prd_4", Name: "Sock", Price: paylink.Money{Minor: 300, Currency: "USD"}}
	p := paylink.Price{Currency: "USD", Catalog: true, Lines: []paylink.Line{{Product: tee.ID, Title: "old", Amount: 1, Quantity: 2}}}
	got, err := p.With([]paylink.Product{tee, cap, euro, idle})
	if err != nil || len(got.Lines) != 2 || got.Lines[0].Title != "Tee" || got.Lines[0].Amount != 1500 || got.Lines[1].Product != cap.ID {
		t.Fatalf("%+v, %v; want two tees at today's price and the cap to choose", got, err)
	}
	if p.Lines[0].Amount != 1 {
		t.Error("the price that was given has changed")
	}
	b, err := got.Bill(paylink.Choice{Quantities: []int64{9, 3}})
	if err != nil || b.Total.Minor != 2*1500+3*700 {
		t.Errorf("%+v, %v; want two tees and three caps", b, err)
	}
	tee.Active = false
	if _, err := p.With([]paylink.Product{tee}); paylink.CodeOf(err) != "product_gone" {
		t.Errorf("a product that is not sold: %v, want product_gone", err)
	}
	if _, err := (paylink.Price{Currency: "USD", Catalog: true}).Bill(paylink.Choice{}); paylink.CodeOf(err) != "nothing_chosen" {
		t.Errorf("nothing chosen: %v", err)
	}
}
