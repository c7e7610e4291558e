package bank

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Account is a merchant's account at the bank.
type Account struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`            // the payee as payers read it
	Key            string   `json:"key,omitempty"`   // API key; only its hash is kept
	CallbackURL    string   `json:"callback_url"`    // "" for no callbacks
	CallbackSecret string   `json:"callback_secret"` // signs callbacks
	Origins        []string `json:"origins"`         // page origins that may embed the frame: "https://pay.example"
	Traits         Traits   `json:"traits"`
}

// Traits is in what an account differs from a well-behaved gateway.
type Traits struct {
	NoIdempotency   bool  `json:"no_idempotency"`    // the same key charges again
	KeyLifeMS       int64 `json:"key_life_ms"`       // after it the same key charges again; 0 is never
	HorizonMS       int64 `json:"horizon_ms"`        // nothing sent is booked later than this; 0 is unknown
	SettleAfterMS   int64 `json:"settle_after_ms"`   // bank payments; 0 is two days
	ReturnAfterMS   int64 `json:"return_after_ms"`   // bank returns after their acceptance (late ones: settling); 0 is one day
	AuthLifeMS      int64 `json:"auth_life_ms"`      // an authorization lapses; 0 is seven days
	ConfirmAfterMS  int64 `json:"confirm_after_ms"`  // between two blocks that confirm a transfer; 0 is two seconds
	TroubleByAmount bool  `json:"trouble_by_amount"` // Amounts makes trouble
}

const day = 24 * time.Hour

func millis(n int64, usual time.Duration) time.Duration {
	if n == 0 {
		return usual
	}
	return time.Duration(n) * time.Millisecond
}

func (t Traits) settleAfter() time.Duration { return millis(t.SettleAfterMS, 2*day) }
func (t Traits) returnAfter() time.Duration { return millis(t.ReturnAfterMS, day) }
func (t Traits) authLife() time.Duration    { return millis(t.AuthLifeMS, 7*day) }

func (t Traits) confirmAfter() time.Duration { return millis(t.ConfirmAfterMS, usualConfirm) }

func hashKey(key string) string {
	h := sha256.Sum256([]byte(key))
	return hex.EncodeToString(h[:])
}

func (a Account) check() error {
	switch {
	case a.ID == "" || len(a.ID) > 64:
		return fmt.Errorf("account without an id, or one above 64 characters")
	case len(a.Key) < 16:
		return fmt.Errorf("account %q: its API key needs at least 16 characters", a.ID)
	case a.CallbackURL != "" && len(a.CallbackSecret) < 16:
		return fmt.Errorf("account %q: callbacks need a secret of at least 16 characters", a.ID)
	case a.CallbackURL != "" && !isHTTP(a.CallbackURL):
		return fmt.Errorf("account %q: callback_url is not an http or https URL", a.ID)
	}
	for _, o := range a.Origins {
		if u, err := url.Parse(o); err != nil || !isHTTP(o) || u.Scheme+"://"+u.Host != o {
			return fmt.Errorf("account %q: origin %q is not like https://pay.example", a.ID, o)
		}
	}
	return nil
}

func isHTTP(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// PutAccount makes an account or changes it; the id stays.
func (s *Server) PutAccount(a Account) error {
	if err := a.check(); err != nil {
		return err
	}
	hash := hashKey(a.Key)
	a.Key = ""
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	err = s.book.do(func(t *tx) error {
		_, err := t.exec(`INSERT INTO accounts (id, key_hash, body) VALUES ($1,$2,$3)
			ON CONFLICT (id) DO UPDATE SET key_hash=excluded.key_hash, body=excluded.body`, a.ID, hash, string(body))
		return err
	})
	if err != nil {
		return fmt.Errorf("account %q can't be written (is its key another account's?): %w", a.ID, err)
	}
	return s.loadAccounts()
}

// accounts is held in memory whole: every request asks for one.
type accounts struct {
	byHash map[string]*Account
	byID   map[string]*Account
}

func (s *Server) loadAccounts() error {
	all := &accounts{byHash: map[string]*Account{}, byID: map[string]*Account{}}
	err := each(s.book.reading, func(scan func(...any) error) error {
		var hash, body string
		if err := scan(&hash, &body); err != nil {
			return err
		}
		a := &Account{}
		if err := json.Unmarshal([]byte(body), a); err != nil {
			return fmt.Errorf("an account in the bank's book can't be read: %w", err)
		}
		all.byHash[hash], all.byID[a.ID] = a, a
		return nil
	}, `SELECT key_hash, body FROM accounts`)
	if err == nil {
		s.accounts.Store(all)
	}
	return err
}

func (s *Server) account(id string) *Account { return s.accounts.Load().byID[id] }

// caller is the account whose API key the request carries, nil for none.
func (s *Server) caller(r *http.Request) *Account {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil
	}
	return s.accounts.Load().byHash[hashKey(key)]
}

func (s *Server) isAdmin(r *http.Request) bool {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && s.o.AdminKey != "" && subtle.ConstantTimeCompare([]byte(key), []byte(s.o.AdminKey)) == 1
}

// allowed reports whether a page of this origin may embed the frame.
func (s *Server) allowed(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || !isHTTP(origin) || u.Scheme+"://"+u.Host != origin || strings.ContainsAny(origin, " ;,'\"") {
		return false
	}
	if ip := net.ParseIP(u.Hostname()); s.o.LoopbackPages && (u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())) {
		return true
	}
	for _, a := range s.accounts.Load().byID {
		for _, o := range a.Origins {
			if o == origin {
				return true
			}
		}
	}
	return false
}

func (s *Server) postAccount(w http.ResponseWriter, r *http.Request) {
	var a Account
	if !s.readJSON(w, r, &a) {
		return
	}
	if err := s.PutAccount(a); err != nil {
		s.refuse(w, http.StatusUnprocessableEntity, "invalid", err.Error())
		return
	}
	s.writeJSON(w, http.StatusOK, shownAccount(*s.account(a.ID)))
}

func (s *Server) getAccount(w http.ResponseWriter, _ *http.Request, a *Account) {
	s.writeJSON(w, http.StatusOK, shownAccount(*a))
}

func shownAccount(a Account) Account {
	a.Key, a.CallbackSecret = "", ""
	return a
}
