package paylink_test

import (
	"strings"
	"testing"
	"time"

	"paylink"
)

func TestURLsThatBrowsersMisreadAreRefused(t *testing.T) {
	t.Parallel()
	// trust.md H-51: Go's url.Parse accepts most of these.
	for _, raw := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.com", "/\\evil.com",
		"https:evil.com", "https:///evil.com", "\thttps://evil.com", "https://good.com@evil.com", "https://good.com\\@evil.com",
		"https://a/%0d%0aSet-Cookie:x", "", "http://", "https://", "/thanks", "ftp://a/b", "https://a b/", "https://a/\u0000",
		"https://user:pw@a/", "https://a/%00",
		"https://a.example'unsafe/", "https://a.example;x/", "https://a,b/", "https://*.example/", "https://a.example:99999/", "https://a.example:0/"} {
		if _, err := paylink.CheckURL(raw); err == nil {
			t.Errorf("%q was accepted", raw)
		}
	}
	for _, raw := range []string{"https://m.example/t?a=1#f", "http://localhost:4200/thankyou", "https://münchen.example/", "https://[::1]:8443/", "https://a-b_c.example:65535/"} {
		if _, err := paylink.CheckURL(raw); err != nil {
			t.Errorf("%q was refused: %v", raw, err)
		}
	}
}

func TestCardNumbersAreFoundInFreeText(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"4111111111111111", "4111 1111 1111 1111", "pay 4111-1111-1111-1111 now", "5454545454545454",
		"378282246310005", "x4222222222222y", "6011 0009 9013 9424"} {
		if !paylink.HoldsCardNumber(s) {
			t.Errorf("%q was not found", s)
		}
	}
	for _, s := range []string{"", "4111111111111112", "1234567890", "INV-2026-000123", "0000000000000000", strings.Repeat("6", 200),
		"+1 202 555 0123", "2026-11-21 02:51:21", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"} {
		if paylink.HoldsCardNumber(s) {
			t.Errorf("%q was taken for a card number", s)
		}
	}
}

func TestTextThatReadsOtherThanItIsIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"a\u202eb", "a\u2066b", "a\u200bb", "a\x00b", "a\x1bb", "\xff", "a\ufeff", "a\U000e0041", "a\ue000"} {
		if paylink.CheckText(s) == nil {
			t.Errorf("%q was accepted", s)
		}
	}
	for _, s := range []string{"", "José Müller", "مؤسسة الخير", "two\nlines", "👩‍🍳 bakery", "日本"} {
		if err := paylink.CheckText(s); err != nil {
			t.Errorf("%q was refused: %v", s, err)
		}
	}
}

func TestALinkIsPayableByOneRule(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	open := paylink.Link{State: paylink.LinkOpen}
	with := func(change func(*paylink.Link)) paylink.Link { l := open; change(&l); return l }
	for want, l := range map[paylink.Standing]paylink.Link{
		paylink.Payable: with(func(l *paylink.Link) { l.Succeeded, l.Reserved = 7, 3 }),
		paylink.UsedUp:  with(func(l *paylink.Link) { l.MaxUses, l.Succeeded = 1, 1 }),
		paylink.InUse:   with(func(l *paylink.Link) { l.MaxUses, l.Succeeded, l.Reserved = 3, 2, 1 }),
		paylink.Expired: with(func(l *paylink.Link) { l.ExpiresAt = now }),
		paylink.Closed:  with(func(l *paylink.Link) { l.State, l.MaxUses, l.Succeeded = paylink.LinkClosed, 1, 1 }),
	} {
		if got := l.StandingAt(now); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestIdsSortByTimeAndTokensAreLongEnough(t *testing.T) {
	t.Parallel()
	a := paylink.NewID(paylink.PrefixPayment, time.UnixMilli(1))
	b := paylink.NewID(paylink.PrefixPayment, time.UnixMilli(2))
	if a >= b || len(a) != len("pay_")+26 {
		t.Errorf("%s is not before %s, or not 26 characters long", a, b)
	}
	now, prev := time.Now(), ""
	for range 1000 {
		id := paylink.NewID("", now)
		if id <= prev {
			t.Fatalf("%s was made after %s in the same millisecond and sorts before it", id, prev)
		}
		prev = id
	}
	seen := map[string]bool{}
	for range 1000 {
		tok := paylink.NewToken()
		if len(tok) != 22 || seen[tok] {
			t.Fatalf("token %q is short or came twice", tok)
		}
		seen[tok] = true
	}
}

func TestPostingsSumToZero(t *testing.T) {
	t.Parallel()
	p := paylink.Payment{ID: "pay_1", Amount: paylink.Money{Minor: 2500, Currency: "USD"}}
	sum := int64(0)
	for _, e := range paylink.Post(p, paylink.AccountPayable, paylink.AccountClearing, 2500, time.Unix(1, 0)) {
		sum += e.Amount.Minor
	}
	if sum != 0 || paylink.Post(p, "a", "b", 0, time.Unix(1, 0)) != nil {
		t.Error("entries do not sum to zero, or nothing was posted as something")
	}
}
