package paylink_test

import (
	"math/big"
	"strings"
	"testing"

	"paylink"

	"pgregory.net/rapid"
)

func TestMoneyReadsPlainDecimalsExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency paylink.Currency
		minor    int64
	}{
		{"25.00", "USD", 2500}, {"25.5", "USD", 2550}, {"25", "USD", 2500}, {"0.29", "USD", 29}, {"1.15", "USD", 115},
		{"19.99", "USD", 1999}, {"4.35", "USD", 435}, {"1500", "JPY", 1500}, {"1.234", "KWD", 1234}, {"0.01", "USDC", 10000},
		{"9999999999999.99", "USD", paylink.MaxMinor},
	} {
		m, err := paylink.ParseMoney(c.text, c.currency)
		if err != nil || m.Minor != c.minor {
			t.Errorf("ParseMoney(%q, %s) = %d, %v; want %d", c.text, c.currency, m.Minor, err, c.minor)
		}
	}
}

func TestMoneyRefusesWhatIsNotAPlainDecimal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency paylink.Currency
	}{
		{"", "USD"}, {".5", "USD"}, {"5.", "USD"}, {"-1", "USD"}, {"+1", "USD"}, {"1,000", "USD"}, {"1e2", "USD"}, {"0x10", "USD"},
		{"1_000", "USD"}, {"NaN", "USD"}, {"Inf", "USD"}, {" 1", "USD"}, {"1 ", "USD"}, {"01", "USD"}, {"1.005", "USD"}, {"1.5", "JPY"},
		{"1", "XXX"}, {"1", ""}, {"10000000000000.00", "USD"}, {"92233720368547758.07", "USD"}, {"9007199254740993", "JPY"},
		{strings.Repeat("9", 400), "USD"}, {"١", "USD"}, {"1.0000001", "USDC"},
	} {
		if m, err := paylink.ParseMoney(c.text, c.currency); err == nil {
			t.Errorf("ParseMoney(%q, %q) = %v, want an error", c.text, c.currency, m)
		}
	}
}

func TestMoneyWrittenIsReadBackTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]paylink.Currency{"USD", "JPY", "KWD", "CLF", "USDC"}).Draw(t, "currency")
		m := paylink.Money{Minor: rapid.Int64Range(0, paylink.MaxMinor).Draw(t, "minor"), Currency: c}
		back, err := paylink.ParseMoney(m.Decimal(), c)
		// 15 digits before the point bound what can be read: a zero-decimal amount always fits.
		if err != nil || back != m {
			t.Fatalf("%d %s written %q read %v, %v", m.Minor, c, m.Decimal(), back, err)
		}
		exp, _ := c.Exponent()
		want := new(big.Rat).SetFrac(big.NewInt(m.Minor), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exp)), nil))
		if got, _ := new(big.Rat).SetString(m.Decimal()); got.Cmp(want) != 0 {
			t.Fatalf("%q is not %s", m.Decimal(), want)
		}
	})
}

func TestMoneyNeverLeavesItsBounds(t *testing.T) {
	t.Parallel()
	top := paylink.Money{Minor: paylink.MaxMinor, Currency: "USD"}
	if _, err := top.Plus(paylink.Money{Minor: 1, Currency: "USD"}); err == nil {
		t.Error("the largest amount plus one cent was accepted")
	}
	if _, err := top.Plus(paylink.Money{Minor: 0, Currency: "EUR"}); err == nil {
		t.Error("two currencies were added")
	}
	if _, err := (paylink.Money{Minor: 1 << 62, Currency: "USD"}).Plus(paylink.Money{Minor: 1 << 62, Currency: "USD"}); err == nil {
		t.Error("a sum that overflows int64 was accepted")
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"25.00", ".5", "1e1000000", "-0", "00", "1.", "999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := paylink.ParseMoney(s, "USD")
		if err != nil {
			return
		}
		back, err := paylink.ParseMoney(m.Decimal(), "USD")
		if err != nil || back != m || m.Minor < 0 || m.Minor > paylink.MaxMinor {
			t.Fatalf("%q gave %v, which reads back as %v, %v", s, m, back, err)
		}
	})
}

func TestAnAmountIsWorthTheSameInTheStablecoinThatStandsForIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from paylink.Money
		to   paylink.Currency
		want string // "" where there is none
	}{
		{paylink.Money{Minor: 2999, Currency: "USD"}, "USDC", "29.990000 USDC"},
		{paylink.Money{Minor: 1, Currency: "EUR"}, "EURC", "0.010000 EURC"},
		{paylink.Money{Minor: 5, Currency: "USDC"}, "USDC", "0.000005 USDC"},
		{paylink.Money{Minor: 2999, Currency: "USD"}, "EURC", ""},
		{paylink.Money{Minor: 2999, Currency: "GBP"}, "USDC", ""},
		{paylink.Money{Minor: 30_000, Currency: "USDC"}, "USD", ""},
		{paylink.Money{Minor: 30_000, Currency: "GBP"}, "EUR", ""},
		{paylink.Money{Minor: paylink.MaxMinor / 1000, Currency: "USD"}, "USDC", ""},
	} {
		got, ok := c.from.In(c.to)
		if ok != (c.want != "") || (ok && got.String() != c.want) {
			t.Errorf("%s in %s is %s, %t; want %q", c.from, c.to, got, ok, c.want)
		}
	}
}
