package frontstream_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"paylink"
	"paylink/dialect/frontstream"
)

// FuzzOrder sends bodies of every kind. Whatever comes, the answer is one of the
// documented ones, in its form, and a link that is made has a sound price and no
// card number in it.
func FuzzOrder(f *testing.F) {
	for _, seed := range []string{lineWith(`{"Amount":"25.00","Type":12,"Recurring":0}`), lineWith(`{"Amount":.5,"type":"1","RECURRING":"9"}`),
		with(`"TranId":"INV-1","ShowTransactionId":"True","Country":"us","Zip":"12345"`), with(`"Theme":"a{}","ThemeFonts":["x",null]`),
		`[]`, `{"PaymentLines":[{},null,{"Amount":"99999"}]}`, redirectTo("https://x/?a#b"), strings.Repeat("[", 20)} {
		f.Add(seed)
	}
	r := newRig(f, "sqlite", func(h *frontstream.Handler) { h.ReusableTokens = true })
	token := r.token()
	mux := http.NewServeMux()
	r.handler.Mount(mux)
	f.Fuzz(func(t *testing.T, body string) {
		req := httptest.NewRequest("POST", "/api/paylink", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("AccessToken", token)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, req)
		a := answer{w.Code, w.Header(), w.Body.String()}
		switch a.status {
		case 200:
			s, err := r.till.Look(t.Context(), lastSegment(t, a))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Link.Price.Check(); err != nil {
				t.Errorf("%q made a link with a bad price: %v", body, err)
			}
			if _, err := paylink.CheckURL(s.Link.RedirectURL); err != nil {
				t.Errorf("%q made a link with a bad redirect: %v", body, err)
			}
			if p := s.Link.Page.Prefill; paylink.HoldsCardNumber(p.FirstName) || paylink.HoldsCardNumber(p.LastName) || paylink.HoldsCardNumber(s.Link.Reference) {
				t.Errorf("%q made a link that holds a card number", body)
			}
		case 400:
			rules(t, a)
		case 404, 413:
			isProblem(t, a, a.status)
		default:
			t.Errorf("%q was answered %d %s", body, a.status, a.body)
		}
	})
}
