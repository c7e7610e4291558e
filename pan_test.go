package paylink_test

import (
	"strings"
	"testing"
	"unicode"

	"paylink"
)

func TestCardNumbersAreFoundAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"4242 4242 4242 4242 12/27", "4242424242424242 12/27 123", "4242 4242 4242 4242 12 27 999",
		"1 4242 4242 4242 4242", "4242  4242  4242  4242", "4242.4242.4242.4242", "4242/4242/4242/4242", "4242 - 4242 - 4242 - 4242",
		"4242-4242.4242/4242", "4242\u00a04242\u00a04242\u00a04242", "4242\u202f4242\u202f4242\u202f4242", "4242–4242—4242−4242",
		"4242\n4242\t4242\r\n4242", "4242\u00ad4242\u00ad4242\u00ad4242", "４２４２ ４２４２ ４２４２ ４２４２", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "४२४२४२४२४२४२४२४२",
		"𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", "42424242424242421227", "424242424242424212/27", "4242424242424242122027999",
		"4242 4242 4242 42421227123", "1227 4242424242424242", "12274242424242424242", "4242424242424242 2027-12-01", "2223003122003222",
		"3782 822463 10005 12/27", "visa:4242424242424242;", "+4242424242424242", "2026-11-21 4242 4242 4242 4242", "6011000990139424 1",
		"6759 6498 2643 8453", "3056 930902 5904", "5555 5555 5555 4444 - 5/28"} {
		if !paylink.HoldsCardNumber(s) {
			t.Errorf("%q was not found", s)
		}
	}
}

func TestDigitsOfEveryScriptAreRead(t *testing.T) {
	t.Parallel()
	var zeros []rune
	for _, r := range unicode.Nd.R16 {
		for z := rune(r.Lo); z <= rune(r.Hi); z += 10 {
			zeros = append(zeros, z)
		}
	}
	for _, r := range unicode.Nd.R32 {
		for z := rune(r.Lo); z <= rune(r.Hi); z += 10 {
			zeros = append(zeros, z)
		}
	}
	for _, zero := range zeros {
		if s := strings.Repeat(string([]rune{zero + 4, zero + 2}), 8); !unicode.IsDigit(zero+9) || !paylink.HoldsCardNumber(s) {
			t.Errorf("%q (from %U) was not found", s, zero)
		}
	}
}

func TestOrdinaryTextsAreNoCardNumbers(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"+1 202 456 1111", "+1 (202) 456-1111", "0049 151 23456789", "2026-11-21 000123", "INV-2291 / 2026",
		"GB82 WEST 1234 5698 7654 32", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "FR14 2004 1010 0505 0001 3M02 606",
		"ES91 2100 0418 4502 0005 1332", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "RFGeAhGS2hHpt7LMDwyogI", "4242 4242 4242 4241 12/27",
		"4242    4242    4242    4242", "1234567890123452", "7000000000000005"} {
		if paylink.HoldsCardNumber(s) {
			t.Errorf("%q was taken for a card number", s)
		}
	}
	// One in ten of these passes the check digit: all of them are tried.
	for day := 10; day < 31; day++ {
		for _, form := range []string{"23.01.2026 - DD.01.2026", "4/1/2026 - 4/DD/2026", "6/1/2026 - 6/DD/2026", "2026-01-DD 2026-02-DD",
			"+49 151 234567DD", "0c8e2d1a-4123-4123-8456-1234567DD01f", "00a41234-DD34-4123-8456-111111111111"} {
			s := strings.ReplaceAll(form, "DD", string([]rune{'0' + rune(day/10), '0' + rune(day%10)}))
			if paylink.HoldsCardNumber(s) {
				t.Errorf("%q was taken for a card number", s)
			}
		}
	}
}

// German accounts whose digits, without their first two, pass the check of a card.
func TestAccountNumbersAreNoCardNumbers(t *testing.T) {
	t.Parallel()
	tried := 0
	for n := range 200 {
		bban := "50010517" + strings.Repeat("0", 5) + string([]rune{'0' + rune(n/100), '0' + rune(n/10%10), '0' + rune(n%10)}) + "00"
		rest := 0
		for _, c := range bban + "131400" { // D, E, and no check digits yet
			rest = (rest*10 + int(c-'0')) % 97
		}
		check := 98 - rest
		iban := "DE" + string([]rune{'0' + rune(check/10), '0' + rune(check%10)}) + bban
		grouped := ""
		for i := 0; i < len(iban); i += 4 {
			grouped += iban[i:min(i+4, len(iban))] + " "
		}
		if paylink.HoldsCardNumber(strings.ReplaceAll(grouped[4:], "DE", "")) {
			tried++ // without its country it looks like a card
		}
		for _, s := range []string{iban, strings.TrimSpace(grouped), "to " + grouped + "please"} {
			if paylink.HoldsCardNumber(s) {
				t.Errorf("%q was taken for a card number", s)
			}
		}
	}
	if tried == 0 {
		t.Error("none of them looked like a card: the test proves nothing")
	}
}

func FuzzFindCardNumber(f *testing.F) {
	for _, s := range []string{"", "+49 151 23456789", "DE89 3704 0044 0532 0130 00", "a 12/27 4242 4242 4242 4242 1", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢\xff", "00a41234-1134-4123-8456-111111111111"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		from, to := paylink.FindCardNumber([]byte(s))
		switch {
		case from < 0 && to < 0:
		case from < 0 || to > len(s) || to-from < 13:
			t.Errorf("%d..%d of %q", from, to, s)
		case !paylink.HoldsCardNumber(s[from:to]):
			t.Errorf("%q of %q is none by itself", s[from:to], s)
		}
		if !paylink.HoldsCardNumber(s + ", 4242 4242 4242 4242 12/27") {
			t.Errorf("behind %q a card number is not found", s)
		}
	})
}
