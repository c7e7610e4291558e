package bank

import (
	"fmt"
	"net/http"
	"sync"
)

// Rule is trouble on request. It lives in memory: a bank that is started again
// makes none.
type Rule struct {
	Match Match  `json:"match"`
	Op    string `json:"op"`              // one of Ops
	Do    string `json:"do"`              // "no_answer_booked", "slow_ms:500", "decline:lost_card", several joined by "+"
	Times int    `json:"times,omitempty"` // so many matching calls, then no more; 0 is always

	does  effects
	calls int // matching calls so far
	used  int
}

// Match says which calls a rule means; every field that is set must fit.
type Match struct {
	Account string `json:"account,omitempty"`
	Key     string `json:"key,omitempty"`    // the charge's key
	Amount  int64  `json:"amount,omitempty"` // the charge's amount in minor units
	Nth     int    `json:"nth,omitempty"`    // only the nth call (from 1) that fits the rest
}

// Ops is every call that a rule can mean. "pay" is the payer's press on the
// hosted page or the 3-D Secure page, "callback" our own call to the
// account's callback URL.
var Ops = []string{"charge", "lookup", "capture", "void", "refund", "cancel", "pay", "callback"}

// troubles holds the rules, the outage and what earlier troubles left behind.
type troubles struct {
	mu     sync.Mutex
	rules  []*Rule
	outage string         // "", "drop" or "503"
	seen   map[string]int // account+key -> requests met by a number's or amount's own trouble
	hidden map[string]int // account+key -> lookups still answered "not found"
}

func newTroubles() *troubles {
	return &troubles{seen: map[string]int{}, hidden: map[string]int{}}
}

func (r *Rule) check() error {
	for _, op := range Ops {
		if r.Op == op {
			var err error
			r.does, err = parseDo(r.Do)
			if err == nil && r.Do == "" {
				return fmt.Errorf("rule for %q does nothing: give do", r.Op)
			}
			return err
		}
	}
	return fmt.Errorf("op %q is not known; use one of %v", r.Op, Ops)
}

// add checks all rules before it takes any.
func (t *troubles) add(rules []Rule) error {
	checked := make([]*Rule, len(rules))
	for i := range rules {
		r := rules[i]
		if err := r.check(); err != nil {
			return fmt.Errorf("rule %d: %w", i+1, err)
		}
		checked[i] = &r
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rules = append(t.rules, checked...)
	return nil
}

func (t *troubles) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rules, t.outage = nil, ""
	clear(t.seen)
	clear(t.hidden)
}

func (t *troubles) list() []Rule {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []Rule{}
	for _, r := range t.rules {
		out = append(out, *r)
	}
	return out
}

// of adds up what the rules want of one call and counts the call.
func (t *troubles) of(op, account, key string, amount int64) effects {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all effects
	for _, r := range t.rules {
		m := r.Match
		if r.Op != op || (m.Account != "" && m.Account != account) || (m.Key != "" && m.Key != key) ||
			(m.Amount != 0 && m.Amount != amount) {
			continue
		}
		r.calls++
		if (m.Nth != 0 && r.calls != m.Nth) || (r.Times != 0 && r.used >= r.Times) {
			continue
		}
		r.used++
		all = all.with(r.does)
	}
	return all
}

// first reports whether a number's or amount's own trouble meets this key for
// the first time: a request sent again with the same key goes through, as it
// would where trouble is an accident.
func (t *troubles) first(account, key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen[account+"\x00"+key]++
	return t.seen[account+"\x00"+key] == 1
}

func (t *troubles) hide(account, key string, lookups int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hidden[account+"\x00"+key] = lookups
}

// lookupHidden counts one lookup of the key and says whether it must not find it.
func (t *troubles) lookupHidden(account, key string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := account + "\x00" + key
	if t.hidden[k] <= 0 {
		return false
	}
	t.hidden[k]--
	return true
}

func (t *troubles) setOutage(mode string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outage = mode
}

func (t *troubles) out() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.outage
}

func (s *Server) postTrouble(w http.ResponseWriter, r *http.Request) {
	var rules []Rule
	if !s.readJSON(w, r, &rules) {
		return
	}
	if err := s.troubles.add(rules); err != nil {
		s.refuse(w, http.StatusUnprocessableEntity, "invalid", err.Error())
		return
	}
	s.writeJSON(w, http.StatusOK, s.troubles.list())
}

func (s *Server) getTrouble(w http.ResponseWriter, _ *http.Request) {
	s.writeJSON(w, http.StatusOK, s.troubles.list())
}

func (s *Server) deleteTrouble(w http.ResponseWriter, _ *http.Request) {
	s.troubles.clear()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) postOutage(w http.ResponseWriter, r *http.Request) {
	var in struct {
		On   bool   `json:"on"`
		Mode string `json:"mode"`
	}
	if !s.readJSON(w, r, &in) {
		return
	}
	switch {
	case !in.On:
		s.troubles.setOutage("")
	case in.Mode == "" || in.Mode == "drop":
		s.troubles.setOutage("drop")
	case in.Mode == "503":
		s.troubles.setOutage("503")
	default:
		s.refuse(w, http.StatusUnprocessableEntity, "invalid", `mode is "drop" or "503"`)
		return
	}
	s.wake()
	s.writeJSON(w, http.StatusOK, map[string]bool{"on": in.On})
}
