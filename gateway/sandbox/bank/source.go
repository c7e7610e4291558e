package bank

import (
	"encoding/json"
	"net/http"
	"strings"

	"paylink"
)

// source is what pays: a test card or test bank account by its name in Numbers
// or BankNumbers. The number itself is not kept.
type source struct {
	Method   string `json:"method"`
	Name     string `json:"name"`
	ExpMonth int    `json:"exp_month,omitempty"`
	ExpYear  int    `json:"exp_year,omitempty"`
}

func (s source) card() (Number, bool) {
	for _, n := range Numbers {
		if s.Method == "card" && n.Name == s.Name {
			return n, true
		}
	}
	return Number{}, false
}

func (s source) bank() (BankNumber, bool) {
	for _, n := range BankNumbers {
		if s.Method == "bank" && n.Name == s.Name {
			return n, true
		}
	}
	return BankNumber{}, false
}

func (s source) shown() (*CardShown, *BankShown) {
	if n, ok := s.card(); ok {
		return &CardShown{Brand: n.Brand, Last4: n.Number[len(n.Number)-4:], Funding: n.Funding,
			ExpMonth: s.ExpMonth, ExpYear: s.ExpYear}, nil
	}
	if n, ok := s.bank(); ok {
		return nil, &BankShown{Last4: n.Account[len(n.Account)-4:]}
	}
	return nil, nil
}

// does is the trouble that the number itself asks for.
func (s source) does() effects {
	var do string
	if n, ok := s.card(); ok {
		do = n.Does
	}
	if n, ok := s.bank(); ok {
		do = n.Does
	}
	e, _ := parseDo(do) // a test holds the tables to the vocabulary
	return e
}

// Instrument is a saved way to pay.
type Instrument struct {
	ID     string     `json:"id"`
	Method string     `json:"method"`
	Card   *CardShown `json:"card,omitempty"`
	Bank   *BankShown `json:"bank,omitempty"`
}

func (s source) instrument(id string) *Instrument {
	i := &Instrument{ID: id, Method: s.Method}
	i.Card, i.Bank = s.shown()
	return i
}

// tokenLife is how long a frame's token can be charged: as long as a hosted page.
const tokenLife = sessionLife

// testSource reads a ready-made token. Its cards expire in December, three years on.
func (s *Server) testSource(token string) (source, bool) {
	name, ok := strings.CutPrefix(token, TokenPrefix)
	if !ok {
		return source{}, false
	}
	card := source{Method: "card", Name: name, ExpMonth: 12, ExpYear: s.now().Year() + 3}
	if _, ok := card.card(); ok {
		return card, true
	}
	if _, ok := walletByName(name); ok {
		return source{Method: walletMethod, Name: name}, true
	}
	bank := source{Method: "bank", Name: name}
	_, ok = bank.bank()
	return bank, ok
}

// tokenSource reads a token and for whose key it was used already.
func (s *Server) tokenSource(r reader, token string) (src source, usedBy string, ok bool, err error) {
	if src, ok := s.testSource(token); ok {
		return src, "", true, nil
	}
	err = each(r, func(scan func(...any) error) error {
		var body string
		var expires int64
		if err := scan(&body, &expires, &usedBy); err != nil {
			return err
		}
		ok = expires > s.nowMS()
		return json.Unmarshal([]byte(body), &src)
	}, `SELECT body, expires, used_by FROM tokens WHERE id=$1`, token)
	return src, usedBy, ok, err
}

func (s *Server) instrumentSource(r reader, account, id string) (src source, ok bool, err error) {
	err = each(r, func(scan func(...any) error) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		ok = true
		return json.Unmarshal([]byte(body), &src)
	}, `SELECT body FROM instruments WHERE account=$1 AND id=$2`, account, id)
	return src, ok, err
}

func (t *tx) saveInstrument(account, id string, src source, now int64) error {
	body, err := json.Marshal(src)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO instruments (account, id, body, created) VALUES ($1,$2,$3,$4) ON CONFLICT DO NOTHING`,
		account, id, string(body), now)
	return err
}

// postInstrument saves what a token stands for. With an id of the caller's own
// it is idempotent, so that a demo can seed the same instrument at each start.
func (s *Server) postInstrument(w http.ResponseWriter, r *http.Request, a *Account) {
	var in struct {
		ID    string `json:"id"`
		Token string `json:"token"`
	}
	if !s.readJSON(w, r, &in) {
		return
	}
	if len(in.ID) > 64 {
		s.refuse(w, http.StatusUnprocessableEntity, "invalid", "id is longer than 64 characters")
		return
	}
	src, _, ok, err := s.tokenSource(s.book.reading, in.Token)
	if err != nil {
		s.broken(w, err)
		return
	}
	if !ok {
		s.refuse(w, http.StatusUnprocessableEntity, "token_unknown", "the token is not known or has lapsed")
		return
	}
	if in.ID == "" {
		in.ID = paylink.NewSecret("ins_")
	}
	now := s.nowMS()
	if err := s.book.do(func(t *tx) error { return t.saveInstrument(a.ID, in.ID, src, now) }); err != nil {
		s.broken(w, err)
		return
	}
	s.answerInstrument(w, a, in.ID)
}

func (s *Server) getInstrument(w http.ResponseWriter, r *http.Request, a *Account) {
	s.answerInstrument(w, a, r.PathValue("id"))
}

func (s *Server) answerInstrument(w http.ResponseWriter, a *Account, id string) {
	src, ok, err := s.instrumentSource(s.book.reading, a.ID, id)
	switch {
	case err != nil:
		s.broken(w, err)
	case !ok:
		s.refuse(w, http.StatusNotFound, "not_found", "no such instrument in this account")
	default:
		s.writeJSON(w, http.StatusOK, src.instrument(id))
	}
}
