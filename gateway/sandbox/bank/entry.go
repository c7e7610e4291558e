package bank

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"paylink"
)

// entry is what a payer types. It lives as long as the request: numbers are
// neither kept nor logged nor sent back.
type entry struct {
	Method  string `json:"method"`
	Number  string `json:"number"`
	Expiry  string `json:"expiry"`
	CVC     string `json:"cvc"`
	Routing string `json:"routing"`
	Account string `json:"account"`
	Holder  string `json:"holder"`
}

// faults names, for a field, the text that says what is wrong with it.
type faults map[string]string

// read finds the test card or test account. Whatever is not published is
// refused, so that nobody leaves a real number here.
func (s *Server) read(e entry) (source, faults) {
	if e.Method == "bank" {
		return readBank(e)
	}
	bad := faults{}
	src := source{Method: "card"}
	digits := onlyDigits(e.Number)
	n, known := numberByDigits(digits)
	src.Name = n.Name
	switch {
	case digits == "":
		bad["number"] = "number_missing"
	case len(digits) < 12 || len(digits) > 19 || !luhn(digits):
		bad["number"] = "number_invalid"
	case !known:
		bad["number"] = "use_test_card"
	}
	var past, ok bool
	src.ExpMonth, src.ExpYear, past, ok = readExpiry(e.Expiry, s.now())
	switch {
	case strings.TrimSpace(e.Expiry) == "":
		bad["expiry"] = "expiry_missing"
	case !ok:
		bad["expiry"] = "expiry_invalid"
	case past:
		bad["expiry"] = "expiry_past"
	}
	length := 3
	if n.Brand == "amex" {
		length = 4
	}
	cvc := strings.TrimSpace(e.CVC)
	switch {
	case cvc == "":
		bad["cvc"] = "cvc_missing"
	case onlyDigits(cvc) != cvc || (known && len(cvc) != length) || len(cvc) < 3 || len(cvc) > 4:
		bad["cvc"] = "cvc_invalid"
	}
	return src, bad
}

func readBank(e entry) (source, faults) {
	bad := faults{}
	routing, account := onlyDigits(e.Routing), onlyDigits(e.Account)
	n, known := bankByDigits(routing, account)
	switch {
	case routing == "":
		bad["routing"] = "routing_missing"
	case !abaValid(routing):
		bad["routing"] = "routing_invalid"
	case routing != TestRouting:
		bad["routing"] = "use_test_account"
	}
	switch {
	case account == "":
		bad["account"] = "account_missing"
	case len(account) < 4 || len(account) > 17:
		bad["account"] = "account_invalid"
	case !known && routing == TestRouting:
		bad["account"] = "use_test_account"
	}
	if strings.TrimSpace(e.Holder) == "" {
		bad["holder"] = "holder_missing"
	}
	return source{Method: "bank", Name: n.Name}, bad
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// luhn is the check digit of ISO/IEC 7812-1.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// abaValid is the check digit of an ABA routing number: weights 3, 7, 1.
func abaValid(digits string) bool {
	if len(digits) != 9 {
		return false
	}
	sum := 0
	for i, w := range []int{3, 7, 1, 3, 7, 1, 3, 7, 1} {
		sum += w * int(digits[i]-'0')
	}
	return sum%10 == 0
}

// readExpiry reads "12/29", "12 / 2029", "1229"; a card is good until its month ends.
func readExpiry(text string, now time.Time) (month, year int, past, ok bool) {
	digits := onlyDigits(text)
	left, right, cut := strings.Cut(text, "/")
	if cut {
		if m := onlyDigits(left); len(m) == 1 {
			digits = "0" + m + onlyDigits(right)
		}
	}
	if len(digits) != 4 && len(digits) != 6 {
		return 0, 0, false, false
	}
	month = int(digits[0]-'0')*10 + int(digits[1]-'0')
	for _, d := range digits[2:] {
		year = year*10 + int(d-'0')
	}
	if len(digits) == 4 {
		year += 2000
	}
	if month < 1 || month > 12 || year < 2000 || year > now.Year()+50 {
		return 0, 0, false, false
	}
	return month, year, year*12+month < now.Year()*12+int(now.Month()), true
}

// postToken is the frame's call: what the payer typed becomes a token. Only a
// page of the bank's own origin may ask.
func (s *Server) postToken(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") != s.origin() {
		s.refuse(w, http.StatusForbidden, "origin", "tokens are made by the bank's own frame only")
		return
	}
	var e entry
	if !s.readJSON(w, r, &e) {
		return
	}
	src, bad := s.read(e)
	if len(bad) > 0 {
		s.writeJSON(w, http.StatusUnprocessableEntity, map[string]any{
			"error": map[string]string{"code": "invalid", "message": "fields are not valid"}, "fields": bad})
		return
	}
	body, err := json.Marshal(src)
	if err != nil {
		s.broken(w, err)
		return
	}
	token := paylink.NewSecret("tok_")
	now := s.nowMS()
	err = s.book.do(func(t *tx) error {
		if _, err := t.exec(`DELETE FROM tokens WHERE expires<$1 AND used_by=''`, now-day.Milliseconds()); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO tokens (id, body, expires, used_by) VALUES ($1,$2,$3,'')`,
			token, string(body), now+tokenLife.Milliseconds())
		return err
	})
	if err != nil {
		s.broken(w, err)
		return
	}
	s.writeJSON(w, http.StatusOK, map[string]string{"token": token, "method": src.Method})
}

// origin is the bank's own, as browsers spell it.
func (s *Server) origin() string {
	u, err := url.Parse(s.o.BaseURL)
	if err != nil {
		return s.o.BaseURL
	}
	return u.Scheme + "://" + u.Host
}
