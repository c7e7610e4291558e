package bank

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"paylink"
)

// ChargeRequest asks for money.
type ChargeRequest struct {
	Key      string `json:"key"`    // the caller's own, 1 to 128 characters
	Amount   int64  `json:"amount"` // minor units, above 0
	Currency string `json:"currency"`
	Capture  bool   `json:"capture"` // false only holds the money on a card
	Source   struct {
		Token      string `json:"token,omitempty"`
		Instrument string `json:"instrument,omitempty"`
		Hosted     bool   `json:"hosted,omitempty"` // the payer types on our page
	} `json:"source"`
	Method      string `json:"method,omitempty"` // of a hosted page: card (also when empty), bank or stablecoin
	Description string `json:"description,omitempty"`
	ReturnURL   string `json:"return_url,omitempty"` // where the payer goes after our pages
	Save        bool   `json:"save,omitempty"`       // keep an instrument when it is paid
	Customer    struct {
		Name  string `json:"name,omitempty"`
		Email string `json:"email,omitempty"`
	} `json:"customer"`
	Language string `json:"language,omitempty"`
	ThreeDS  string `json:"three_ds,omitempty"` // "required" asks for 3-D Secure with every card
}

func (q ChargeRequest) money() paylink.Money {
	return paylink.Money{Minor: q.Amount, Currency: paylink.Currency(q.Currency)}
}

func (q ChargeRequest) fingerprint() string {
	body, _ := json.Marshal(q) // a struct of texts and numbers always encodes
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

func invalid(message string) *refusal {
	return &refusal{http.StatusUnprocessableEntity, "invalid", message}
}

func (q ChargeRequest) check() *refusal {
	sources := 0
	for _, set := range []bool{q.Source.Token != "", q.Source.Instrument != "", q.Source.Hosted} {
		if set {
			sources++
		}
	}
	switch {
	case q.Key == "" || len(q.Key) > 128:
		return invalid("key needs 1 to 128 characters")
	case !q.money().Currency.Known():
		return invalid("currency is not known")
	case q.Amount < 1 || q.Amount > paylink.MaxMinor:
		return invalid("amount must be above 0 and within limits")
	case sources != 1:
		return invalid("source needs exactly one of token, instrument, hosted")
	case q.Method != "" && q.Method != "card" && q.Method != "bank" && q.Method != walletMethod:
		return invalid("method is card, bank or stablecoin")
	case q.Method == walletMethod && !q.Capture:
		return invalid("a transfer from a wallet can't be held")
	case q.Method == walletMethod && !q.money().Currency.Stablecoin():
		return invalid("wallets pay in USDC and EURC")
	case q.ThreeDS != "" && q.ThreeDS != "required":
		return invalid(`three_ds is "required" or empty`)
	case q.Source.Hosted && q.ReturnURL == "":
		return invalid("a hosted payment needs return_url")
	case q.ReturnURL != "" && (!isHTTP(q.ReturnURL) || len(q.ReturnURL) > 2048):
		return invalid("return_url is not an http or https URL of at most 2048 characters")
	}
	return nil
}

// postCharge answers POST /v1/charges.
func (s *Server) postCharge(w http.ResponseWriter, r *http.Request, a *Account) {
	var q ChargeRequest
	if !s.readJSON(w, r, &q) {
		return
	}
	if no := q.check(); no != nil {
		s.refuse(w, no.status, no.code, no.message)
		return
	}
	// What can't pay is refused in take, after the key: a key that made a charge
	// must never be answered as if it had not.
	src, _, err := s.resolve(s.book.reading, a, q)
	if err != nil {
		s.broken(w, err)
		return
	}
	e := s.troubleOf(a, q, src)
	s.pause(e.slow)
	if e.queue > 0 {
		if err := s.enqueue(a, q, e.queue); err != nil {
			s.broken(w, err)
			return
		}
	}
	var got Charge
	var no *refusal
	if !e.notBooked {
		if got, no, err = s.take(a, q, e); err != nil {
			s.broken(w, err)
			return
		}
	}
	if s.spoil(w, r, e.answer, got) {
		return
	}
	if no != nil {
		s.refuse(w, no.status, no.code, no.message)
		return
	}
	s.writeJSON(w, http.StatusOK, falsified(got, e.falsify))
}

// resolve finds what pays; a hosted payment's is not known yet.
func (s *Server) resolve(r reader, a *Account, q ChargeRequest) (src source, no *refusal, err error) {
	var ok bool
	switch {
	case q.Source.Hosted:
		return source{}, nil, nil
	case q.Source.Instrument != "":
		if src, ok, err = s.instrumentSource(r, a.ID, q.Source.Instrument); err == nil && !ok {
			no = &refusal{http.StatusUnprocessableEntity, "instrument_unknown", "no such instrument in this account"}
		}
	default:
		var usedBy string
		src, usedBy, ok, err = s.tokenSource(r, q.Source.Token)
		switch {
		case err != nil:
		case usedBy != "" && usedBy != a.ID+"\x00"+q.Key:
			no = &refusal{http.StatusUnprocessableEntity, "token_used", "the token was used for another key"}
		case !ok && usedBy == "":
			no = &refusal{http.StatusUnprocessableEntity, "token_unknown", "the token is not known or has lapsed"}
		}
	}
	if err == nil && no == nil && (src.Method == walletMethod) != (q.Method == walletMethod) {
		no = invalid("method and token must both be of a wallet, or neither") // check has judged the rest of such a charge
	}
	return src, no, err
}

// troubleOf adds up what the number, the amount and the rules ask for.
func (s *Server) troubleOf(a *Account, q ChargeRequest, src source) effects {
	own := src.does()
	if !q.Source.Hosted {
		own = own.with(amountTrouble(a, q.Amount))
	}
	return s.onlyFirst(a.ID, q.Key, own).with(s.troubles.of("charge", a.ID, q.Key, q.Amount))
}

func amountTrouble(a *Account, minor int64) effects {
	if !a.Traits.TroubleByAmount {
		return effects{}
	}
	for _, m := range Amounts {
		if minor%1000 == m.Ending {
			e, _ := parseDo(m.Does) // a test holds the table to the vocabulary
			return e
		}
	}
	return effects{}
}

// onlyFirst takes from a number's or amount's own trouble what concerns the
// answer, unless this is the key's first request.
func (s *Server) onlyFirst(account, key string, e effects) effects {
	if e.answer == "" && e.slow == 0 && e.hideLookups == 0 {
		return e
	}
	if !s.troubles.first(account, key) {
		e.answer, e.slow, e.queue, e.notBooked, e.hideLookups = "", 0, 0, false, 0
	}
	return e
}

// pause is a slow bank; it goes on when the caller has long gone away.
func (s *Server) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-s.stop:
	}
}

// take books the charge, or finds the one that this key already made, and sends
// the early callback.
func (s *Server) take(a *Account, q ChargeRequest, e effects) (Charge, *refusal, error) {
	var got Charge
	var no *refusal
	var early []int64
	now := s.nowMS()
	err := s.book.do(func(t *tx) error {
		got, no, early = Charge{}, nil, nil
		c, fresh, why, err := s.findOrBook(t, a, q, e, now)
		if err != nil || why != nil {
			no = why
			return err
		}
		if fresh {
			if early, err = s.tell(t, a, c, now); err != nil {
				return err
			}
		}
		got, err = s.shown(t, c)
		return err
	})
	if err != nil || no != nil {
		return Charge{}, no, err
	}
	if e.hideLookups > 0 {
		s.troubles.hide(a.ID, q.Key, e.hideLookups)
	}
	s.deliverNow(early)
	return got, nil, nil
}

func (s *Server) findOrBook(t *tx, a *Account, q ChargeRequest, e effects, now int64) (c *charge, fresh bool, no *refusal, err error) {
	fp := q.fingerprint()
	c, err = byKey(t, a.ID, q.Key)
	if err != nil {
		return nil, false, nil, err
	}
	dead, err := t.tombstone(a.ID, q.Key)
	if err != nil {
		return nil, false, nil, err
	}
	life := a.Traits.KeyLifeMS
	remembers := !a.Traits.NoIdempotency && (life == 0 || c == nil || now < c.created+life)
	switch {
	case c != nil && (remembers || dead) && c.fingerprint != fp:
		return nil, false, &refusal{http.StatusConflict, "key_reused", "this key was used before with another request"}, nil
	case c != nil && (remembers || dead):
		c.attempts++
		return c, false, nil, t.saveCharge(c)
	case dead:
		return nil, false, &refusal{http.StatusConflict, "key_cancelled", "this key was cancelled"}, nil
	}
	src, no, err := s.resolve(t, a, q)
	if err != nil || no != nil {
		return nil, false, no, err
	}
	c, err = s.bookCharge(t, a, q, src, e, now, fp)
	return c, true, nil, err
}
