package paylink_test

import (
	"testing"
	"time"

	"paylink"
)

func TestATypedAmountCannotChangeAFixedPrice(t *testing.T) {
	t.Parallel()
	p := paylink.Price{Currency: "USD", Lines: []paylink.Line{{Amount: 500}, {Amount: 1000}, {Amount: 1}}}
	total, err := p.Total(paylink.Money{Minor: 1, Currency: "USD"})
	if err != nil || total.Minor != 1501 {
		t.Errorf("total %v, %v; want 15.01 USD whatever was typed", total, err)
	}
}

func TestAnOpenPriceTakesItsRangeAndNothingElse(t *testing.T) {
	t.Parallel()
	p := paylink.Price{Currency: "USD", Lines: []paylink.Line{{Open: true, Min: 1, Max: 9999999}}}
	for minor, good := range map[int64]bool{0: false, -1: false, 1: true, 9999999: true, 10000000: false} {
		if _, err := p.Total(p.Money(minor)); (err == nil) != good {
			t.Errorf("%d minor units: %v, want accepted %v", minor, err, good)
		}
	}
	if _, err := p.Total(paylink.Money{Minor: 100, Currency: "EUR"}); err == nil {
		t.Error("another currency was accepted")
	}
}

func TestABrokenPriceIsRefused(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]paylink.Price{
		"unknown currency": {Currency: "XXX", Lines: []paylink.Line{{Amount: 1}}},
		"no lines":         {Currency: "USD"},
		"zero":             {Currency: "USD", Lines: []paylink.Line{{}}},
		"negative":         {Currency: "USD", Lines: []paylink.Line{{Amount: -1}}},
		"open among many":  {Currency: "USD", Lines: []paylink.Line{{Amount: 1}, {Open: true, Min: 1, Max: 2}}},
		"empty range":      {Currency: "USD", Lines: []paylink.Line{{Open: true, Min: 2, Max: 1}}},
		"too much to type": {Currency: "USD", Lines: []paylink.Line{{Open: true, Min: 1, Max: paylink.MaxMinor}}, Tax: &paylink.Levy{Percent: 10_000}},
		"too large a sum":  {Currency: "USD", Lines: []paylink.Line{{Amount: paylink.MaxMinor}, {Amount: 1}}},
	} {
		if p.Check() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	most := paylink.Price{Currency: "USD", Lines: []paylink.Line{{Open: true, Min: 1, Max: paylink.MaxMinor}}}
	if err := most.Check(); err != nil {
		t.Errorf("all that can be typed, without a tax: %v", err)
	}
}

func dates(t *testing.T, every paylink.Frequency, anchor string, n int) []string {
	t.Helper()
	a, err := time.Parse("2006-01-02", anchor)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range n {
		out = append(out, paylink.Schedule{Every: every}.Next(a, i).Format("2006-01-02"))
	}
	return out
}

func TestAMonthlyScheduleClampsToTheMonthsEndFromItsAnchor(t *testing.T) {
	t.Parallel()
	got := dates(t, paylink.Monthly, "2028-01-31", 5)
	want := []string{"2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("charge %d on %s, want %s", i, got[i], want[i])
		}
	}
}

func TestEveryFrequencyHasItsOwnStep(t *testing.T) {
	t.Parallel()
	for every, want := range map[paylink.Frequency]string{
		paylink.Daily: "2026-01-16", paylink.Weekly: "2026-01-22", paylink.BiWeekly: "2026-01-29", paylink.Monthly: "2026-02-15",
		paylink.BiMonthly: "2026-03-15", paylink.Quarterly: "2026-04-15", paylink.SemiAnnually: "2026-07-15",
		paylink.Annually: "2027-01-15", paylink.SemiMonthly: "2026-01-30",
	} {
		if got := dates(t, every, "2026-01-15", 2)[1]; got != want {
			t.Errorf("%s: next on %s, want %s", every, got, want)
		}
	}
}

func TestTwiceAMonthIsTwentyFourTimesAYearForEveryAnchor(t *testing.T) {
	t.Parallel()
	for d := 1; d <= 31; d++ {
		anchor := time.Date(2027, 1, d, 0, 0, 0, 0, time.UTC)
		count, last := 0, anchor
		for n := 1; ; n++ {
			next := paylink.Schedule{Every: paylink.SemiMonthly}.Next(anchor, n)
			if !next.After(last) {
				t.Fatalf("anchor %d: charge %d on %s is not after %s", d, n, next, last)
			}
			last = next
			if next.Year() > 2028 {
				break
			}
			if next.Year() == 2028 {
				count++
			}
		}
		if count != 24 {
			t.Errorf("anchor %d: %d charges in 2028, want 24", d, count)
		}
	}
}
