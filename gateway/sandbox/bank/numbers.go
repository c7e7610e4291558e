package bank

import (
	"fmt"
	"strings"
)

// Number is one published test card. Everything about it is public: no such card
// exists.
type Number struct {
	Name    string // stable name; also the card's ready-made token, TokenPrefix+Name
	Number  string // digits only
	Brand   string // visa, mastercard, amex, discover, diners, jcb
	Funding string // credit or debit
	Does    string // what happens, in the vocabulary of Rule.Do; "" is a plain success
	About   string // the same for people, one line
}

// TokenPrefix before a Name makes a token that may be used any number of times:
// tests and load need no frame.
const TokenPrefix = "tok_test_"

// Numbers is every card number that the bank takes, in the order in which the
// README, the demo page and GET / show them. Those of the card schemes' and
// processors' own documentation come first, ours (4000 0000 0007 …) after.
var Numbers = []Number{
	{"mastercard", "5454545454545454", "mastercard", "credit", "", "Paid (FrontStream's demo card, CVV 999)"},
	{"visa", "4242424242424242", "visa", "credit", "", "Paid"},
	{"mastercard_other", "5555555555554444", "mastercard", "credit", "", "Paid"},
	{"amex", "378282246310005", "amex", "credit", "", "Paid, American Express (4-digit code)"},
	{"discover", "6011111111111117", "discover", "credit", "", "Paid, Discover"},
	{"diners", "30569309025904", "diners", "credit", "", "Paid, Diners Club"},
	{"jcb", "3566002020360505", "jcb", "credit", "", "Paid, JCB"},
	{"visa_debit", "4000056655665556", "visa", "debit", "", "Paid, debit card"},
	{"mastercard_debit", "5200828282828210", "mastercard", "debit", "", "Paid, debit card"},

	{"do_not_honor", "4000000000000002", "visa", "credit", "decline:do_not_honor", "Declined without a reason"},
	{"insufficient_funds", "4000000000009995", "visa", "credit", "decline:insufficient_funds", "Declined: not enough money"},
	{"expired_card", "4000000000000069", "visa", "credit", "decline:expired_card", "Declined: card has expired"},
	{"incorrect_cvc", "4000000000000127", "visa", "credit", "decline:incorrect_cvc", "Declined: wrong security code"},
	{"lost_card", "4000000000009987", "visa", "credit", "decline:lost_card", "Declined: reported lost"},
	{"stolen_card", "4000000000009979", "visa", "credit", "decline:stolen_card", "Declined: reported stolen"},
	{"processing_error", "4000000000000119", "visa", "credit", "decline:processing_error", "Declined: processing error"},
	{"fraudulent", "4100000000000019", "visa", "credit", "decline:fraudulent", "Declined: taken for fraud"},

	{"3ds", "4000000000003220", "visa", "credit", "3ds", "Asks for 3-D Secure, then paid"},
	{"3ds_fails", "4000008400001629", "visa", "credit", "3ds+decline:do_not_honor", "Asks for 3-D Secure, then declined"},

	{"slow", "4000000000070013", "visa", "credit", "slow_ms:5000", "Paid after five seconds"},
	{"no_answer_booked", "4000000000070021", "visa", "credit", "no_answer_booked", "Booked, but the answer is lost"},
	{"no_answer_not_booked", "4000000000070039", "visa", "credit", "no_answer_not_booked", "Request lost, nothing booked"},
	{"5xx_booked", "4000000000070047", "visa", "credit", "5xx_booked", "Booked, but answered with a server error"},
	{"5xx_not_booked", "4000000000070054", "visa", "credit", "5xx_not_booked", "Server error, nothing booked"},
	{"garbage", "4000000000070062", "visa", "credit", "garbage", "Booked, but the answer is garbage"},
	{"callback_twice", "4000000000070070", "visa", "credit", "callback_twice", "Paid; each callback comes twice"},
	{"callback_late", "4000000000070088", "visa", "credit", "no_answer_booked+callback_late_ms:20000", "Booked, answer lost, callback 20 seconds later"},
	{"callback_early", "4000000000070096", "visa", "credit", "callback_early", "Paid; the callback comes before the answer"},
	{"callback_out_of_order", "4000000000070104", "visa", "credit", "callback_out_of_order", "Paid; callbacks in a wrong order, with stale ones"},
	{"callback_never", "4000000000070112", "visa", "credit", "no_answer_booked+callback_never", "Booked, answer lost, callback never comes"},
	{"not_found_lookups", "4000000000070120", "visa", "credit", "no_answer_booked+callback_never+not_found_lookups:3", "Booked, answer lost, the first 3 lookups say “not found”"},
	{"queued", "4000000000070138", "visa", "credit", "queue_ms:15000", "No answer; booked 15 seconds later by a queue"},
}

// BankNumber is one published test bank account (ACH style).
type BankNumber struct {
	Name    string
	Routing string
	Account string
	Does    string // "", "decline:<reason>", "return:<reason>", "return_late:<reason>"
	About   string
}

// TestRouting is the only routing number that the bank takes.
const TestRouting = "110000000"

// BankNumbers is every bank account that the bank takes.
var BankNumbers = []BankNumber{
	{"bank", TestRouting, "000123456789", "", "Accepted now, settled two days later"},
	{"bank_returned", TestRouting, "000111111116", "return:insufficient_funds", "Accepted, then returned: not enough money (R01)"},
	{"bank_closed", TestRouting, "000111111113", "return:account_closed", "Accepted, then returned: account closed (R02)"},
	{"bank_returned_late", TestRouting, "000444444440", "return_late:not_authorized", "Settled, then returned: not authorized (R10)"},
	{"bank_refused", TestRouting, "000222222227", "decline:invalid_account", "Refused at once: no such account (R03)"},
}

// Amount is a trouble that the last three digits of an amount in minor units
// ask for, in accounts whose trait TroubleByAmount is on: 119.11 dollars and
// 11911 yen are both 11911 minor units, which end in 911.
type Amount struct {
	Ending int64
	Does   string
}

// Amounts is every ending that makes trouble.
var Amounts = []Amount{
	{901, "decline:do_not_honor"}, {902, "decline:insufficient_funds"}, {903, "decline:expired_card"},
	{904, "decline:incorrect_cvc"}, {905, "decline:lost_card"}, {906, "decline:stolen_card"},
	{907, "decline:processing_error"}, {908, "decline:fraudulent"},
	{911, "no_answer_booked"}, {912, "no_answer_not_booked"},
	{921, "5xx_booked"}, {922, "5xx_not_booked"},
	{931, "garbage"}, {932, "html"}, {933, "empty"}, {934, "huge"}, {935, "reset_half"},
	{941, "slow_ms:3000"},
	{961, "callback_twice"}, {962, "callback_late_ms:3000"}, {963, "callback_early"},
	{964, "callback_out_of_order"}, {965, "callback_never"},
	{971, "wrong_amount"}, {972, "wrong_currency"}, {973, "other_account"},
	{981, "no_answer_booked+callback_never+not_found_lookups:3"}, {991, "queue_ms:3000"},
}

// NumbersMarkdown is the tables of test cards, test bank accounts and wallets as the
// README shows them; a test holds the README to it.
func NumbersMarkdown() string {
	var b strings.Builder
	b.WriteString("| Card number | Brand | What happens | Token |\n|---|---|---|---|\n")
	for _, n := range Numbers {
		kind := n.Brand
		if n.Funding == "debit" {
			kind += ", debit"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s%s` |\n", group(n.Number, n.Brand), kind, n.About, TokenPrefix, n.Name)
	}
	b.WriteString("\n| Routing | Account | What happens | Token |\n|---|---|---|---|\n")
	for _, n := range BankNumbers {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | `%s%s` |\n", n.Routing, n.Account, n.About, TokenPrefix, n.Name)
	}
	b.WriteString("\n| Wallet | What happens | Token |\n|---|---|---|\n")
	for _, n := range WalletNumbers {
		fmt.Fprintf(&b, "| %s | %s | `%s%s` |\n", n.Name, n.About, TokenPrefix, n.Name)
	}
	return b.String()
}

// Shown is the card's number in the groups in which it is printed on the card.
func (n Number) Shown() string { return group(n.Number, n.Brand) }

// group sets a number as its brand prints it: 4-6-5 for American Express, 4-6-4
// for Diners Club, fours for all others.
func group(digits, brand string) string {
	cuts := []int{4, 8, 12}
	if brand == "amex" || brand == "diners" {
		cuts = []int{4, 10}
	}
	var parts []string
	from := 0
	for _, c := range cuts {
		if c < len(digits) {
			parts = append(parts, digits[from:c])
			from = c
		}
	}
	return strings.Join(append(parts, digits[from:]), " ")
}

func numberByDigits(digits string) (Number, bool) {
	for _, n := range Numbers {
		if n.Number == digits {
			return n, true
		}
	}
	return Number{}, false
}

func bankByDigits(routing, account string) (BankNumber, bool) {
	for _, n := range BankNumbers {
		if n.Routing == routing && n.Account == account {
			return n, true
		}
	}
	return BankNumber{}, false
}
