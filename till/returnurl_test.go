package till_test

import (
	"testing"

	"paylink"
	"paylink/till"
)

func TestTheReturnURLCarriesTheTokenBetweenQueryAndFragment(t *testing.T) {
	t.Parallel()
	tl := &till.Till{Key: make([]byte, 32)}
	p := paylink.Payment{ID: "pay_0123456789abcdefghjkmnpqrs"}
	token := "responseToken=" + tl.ResponseToken(p)
	for given, want := range map[string]string{
		"":                              "",
		"https://m.example":             "https://m.example?" + token,
		"https://m.example/t":           "https://m.example/t?" + token,
		"https://m.example/t?a=1#f":     "https://m.example/t?a=1&" + token + "#f",
		"https://m.example/t?":          "https://m.example/t?" + token,
		"https://m.example/t?a=1&":      "https://m.example/t?a=1&" + token,
		"https://m.example/t#/a?b=1":    "https://m.example/t?" + token + "#/a?b=1",
		"https://m.example/t?q=%C3%A9#": "https://m.example/t?q=%C3%A9&" + token + "#",
	} {
		if got := tl.ReturnURL(paylink.Link{RedirectURL: given}, p); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
