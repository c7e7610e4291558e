package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"paylink"
)

// traffic is merchants and payers at work on an estate, with the history of what
// they were told. What was acknowledged must be there, whatever happened since.
type traffic struct {
	e    *estate
	mix  []string // the bank's test tokens, drawn from at random
	seed uint64
	// outage says that the database is taken away meanwhile: a 500 is then no answer,
	// as a 503 always is.
	outage bool

	mu      sync.Mutex
	links   []*soldLink
	presses []*press
	surely  int // requests that were acknowledged
}

// soldLink is one call to make a link, and what came of it.
type soldLink struct {
	key    string
	order  map[string]any
	answer []byte // of the first acknowledgement
	id     string
	url    string // of the payment page, as given out
	closed bool   // its closing was acknowledged
}

// press is one press of "pay".
type press struct {
	link   *soldLink
	form   url.Values
	told   bool   // the answer said where the payer goes
	gone   bool   // it was refused: nothing was reserved
	paid   string // the number on the receipt that was shown
	method string
}

// tokens of the bank with what they make happen: the usual ones twice.
var usualTokens = []string{"tok_test_visa", "tok_test_visa", "tok_test_mastercard", "tok_test_amex", "tok_test_do_not_honor",
	"tok_test_insufficient_funds", "tok_test_3ds", "tok_test_3ds_fails", "tok_test_no_answer_booked", "tok_test_no_answer_not_booked",
	"tok_test_5xx_booked", "tok_test_5xx_not_booked", "tok_test_garbage", "tok_test_callback_twice", "tok_test_callback_early",
	"tok_test_callback_out_of_order", "tok_test_callback_never", "tok_test_not_found_lookups", "tok_test_bank", "tok_test_bank_refused"}

// run lets so many workers make and pay links until stop says so.
func (tr *traffic) run(workers int, stop func() bool) {
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(tr.seed, uint64(w)))
			for i := 0; !stop(); i++ {
				if !tr.round(r, fmt.Sprintf("%d-%d-%d", tr.seed, w, i)) {
					time.Sleep(20 * time.Millisecond) // not up yet, or dead
				}
			}
		})
	}
	wg.Wait()
}

// round is the life of one link: made, opened, paid once or twice, now and then
// closed. A request that was not answered ends it, and it reports false.
func (tr *traffic) round(r *rand.Rand, key string) bool {
	i := r.IntN(len(tr.e.nodes))
	l := &soldLink{key: key, order: map[string]any{"title": "Order " + key, "max_uses": 1 + r.IntN(2),
		"amount": map[string]any{"minor": 100 + r.IntN(50_000), "currency": "USD"}}}
	tr.mu.Lock()
	tr.links = append(tr.links, l)
	tr.mu.Unlock()
	if !tr.sell(i, l) {
		return false
	}
	for range 1 + r.IntN(2) {
		token := tr.mix[r.IntN(len(tr.mix))]
		if !tr.buy(i, l, token, r.IntN(4) > 0) {
			return false
		}
	}
	return r.IntN(3) > 0 || tr.close(i, l)
}

// silent reports an answer that promises nothing.
func (tr *traffic) silent(status int, err error) bool {
	return err != nil || status == http.StatusServiceUnavailable || status == http.StatusInternalServerError && tr.outage
}

// sell makes a link, or makes it again with the same key: the answer must be the
// one that was given before, byte for byte. It reports whether there was an answer.
func (tr *traffic) sell(i int, l *soldLink) bool {
	status, answer, err := tr.e.api(i, http.MethodPost, "/links", l.key, l.order)
	if tr.silent(status, err) {
		return false
	}
	var view paylink.LinkView
	if err := json.Unmarshal(answer, &view); status != http.StatusCreated || err != nil {
		tr.e.t.Errorf("making the link %s was answered %d: %s", l.key, status, answer)
		return false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if l.answer != nil && !bytes.Equal(l.answer, answer) {
		tr.e.t.Errorf("the link %s was answered\n%s and later, with the same key,\n%s", l.key, l.answer, answer)
	}
	l.answer, l.id, l.url = answer, view.ID, view.URL
	tr.surely++
	return true
}

func (tr *traffic) close(i int, l *soldLink) bool {
	status, answer, err := tr.e.api(i, http.MethodPost, "/links/"+l.id+"/close", "", map[string]any{})
	if tr.silent(status, err) {
		return false
	}
	if status/100 != 2 {
		tr.e.t.Errorf("closing the link %s was answered %d: %s", l.id, status, answer)
		return false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	l.closed = true
	tr.surely++
	return true
}

var attemptOnPage = regexp.MustCompile(`name="attempt" value="([^"]+)"`)

// path is the link's page at a node, whatever address was given out.
func (tr *traffic) path(i int, l *soldLink) string {
	u, err := url.Parse(l.url)
	if err != nil {
		return ""
	}
	return tr.e.nodes[i].url + u.Path
}

// open gives the attempt that a fresh page of the link carries, "" where it shows no
// form any more; ok is false where no page came.
func (tr *traffic) open(i int, l *soldLink) (attempt string, ok bool) {
	status, page, err := tr.e.call(http.MethodGet, tr.path(i, l), nil, nil)
	if tr.silent(status, err) {
		return "", false
	}
	if m := attemptOnPage.FindSubmatch(page); status == http.StatusOK && m != nil {
		return string(m[1]), true
	}
	return "", true
}

// buy opens the link and pays it. It reports whether there was an answer to all.
func (tr *traffic) buy(i int, l *soldLink, token string, comesBack bool) bool {
	attempt, ok := tr.open(i, l)
	if !ok || attempt == "" {
		return ok
	}
	method := "card"
	if strings.HasPrefix(token, "tok_test_bank") {
		method = "bank"
	}
	p := &press{link: l, method: method, form: form(attempt, token, method)}
	tr.mu.Lock()
	tr.presses = append(tr.presses, p)
	tr.mu.Unlock()
	next, ok := tr.press(i, p)
	if !ok || next == "" {
		return ok
	}
	if strings.HasPrefix(next, tr.e.bankURL) {
		if !comesBack {
			return true
		}
		if _, _, err := tr.send(next, url.Values{"answer": {"approve"}}); err != nil {
			return true // the bank is never killed; a page that lapsed is its answer
		}
	}
	return tr.watch(i, p)
}

// form is what a payer sends, all fields filled.
func form(attempt, token, method string) url.Values {
	return url.Values{"attempt": {attempt}, "lang": {"en"}, "gateway_token": {token}, "method": {method},
		"first_name": {"Ada"}, "last_name": {"Lovelace"}, "email": {"ada@payer.example"}, "phone": {"+1 202 456 1111"},
		"country": {"US"}, "street": {"1600 Pennsylvania Avenue NW"}, "city": {"Washington"}, "state": {"DC"}, "postal": {"20500"}}
}

// send posts a form and gives the status and where it leads.
func (tr *traffic) send(to string, form url.Values) (status int, location string, err error) {
	res, err := tr.e.client.PostForm(to, form)
	if err != nil {
		return 0, "", err
	}
	res.Body.Close()
	return res.StatusCode, res.Header.Get("Location"), nil
}

// press sends the form of a payment and gives where the payer goes next, "" where
// the payment was refused. ok is false where no answer came.
func (tr *traffic) press(i int, p *press) (next string, ok bool) {
	status, next, err := tr.send(tr.path(i, p.link), p.form)
	if tr.silent(status, err) {
		return "", false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	switch status {
	case http.StatusSeeOther:
		p.told = true
		tr.surely++
		return next, true
	case http.StatusConflict, http.StatusGone:
		p.gone = true
		return "", true
	}
	tr.e.t.Errorf("a payer's form was answered %d", status)
	return "", false
}

// attemptPage is the page of a press.
func (tr *traffic) attemptPage(i int, p *press) string {
	return tr.path(i, p.link) + "/" + p.form.Get("attempt")
}

var numberOnReceipt = regexp.MustCompile(`pay_[0-9a-hjkmnp-tv-z]{26}`)

// watch looks at the page of an attempt, and remembers the receipt where it shows
// one. Only a page that says nothing of it, and leads back to the link, is wrong.
func (tr *traffic) watch(i int, p *press) bool {
	status, page, err := tr.e.call(http.MethodGet, tr.attemptPage(i, p), nil, nil)
	if tr.silent(status, err) {
		return false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if status != http.StatusOK && status != http.StatusGone {
		tr.e.t.Errorf("the page of an attempt that was taken was answered %d", status)
	}
	if number := numberOnReceipt.Find(page); status == http.StatusOK && number != nil {
		if p.paid == "" {
			tr.surely++
		}
		p.paid = string(number)
	}
	return true
}
