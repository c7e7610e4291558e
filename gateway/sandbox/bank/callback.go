package bank

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"paylink"
)

// Event is the body of a callback: a charge has a new version.
type Event struct {
	ID        string `json:"id"` // the same each time one event is sent again
	Type      string `json:"type"`
	CreatedMS int64  `json:"created_ms"`
	Charge    Charge `json:"charge"`
}

// SignatureHeader carries "t=<Unix seconds>,v1=<hex HMAC-SHA256 of t.body>".
const SignatureHeader = "Sandbox-Signature"

// Sign makes the header's value.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

const (
	senders     = 16
	giveUpAfter = 3 * day
	firstRetry  = time.Second
	lastRetry   = time.Hour
	// earlyFallback is when the queue takes over a callback that deliverNow did not get through.
	earlyFallback = 3 * time.Second
)

// tell writes the callbacks of a charge's new version and returns those to
// deliver before the caller is answered.
func (s *Server) tell(t *tx, a *Account, c *charge, now int64) (early []int64, err error) {
	if a.CallbackURL == "" {
		return nil, nil
	}
	e := effects{callback: c.rest.Callback, late: time.Duration(c.rest.LateMS) * time.Millisecond}
	e = e.with(s.troubles.of("callback", a.ID, c.key, c.amount.Minor))
	if e.callback == "never" {
		return nil, nil
	}
	shown, err := s.shown(t, c)
	if err != nil {
		return nil, err
	}
	events := []Event{s.event(falsified(shown, e.falsify), now)}
	delay, rows := time.Duration(0), 1
	switch e.callback {
	case "late":
		delay = e.late
	case "twice":
		rows = 2
	case "early":
		delay = earlyFallback
	case "out_of_order":
		events = append(events, s.stale(shown, now)...)
	}
	for range rows {
		seq, err := t.queueCallback(a.ID, events, now, delay)
		if err != nil {
			return nil, err
		}
		if e.callback == "early" {
			early = append(early, seq)
		}
	}
	s.wake()
	return early, nil
}

func (s *Server) event(c Charge, now int64) Event {
	c.Seq = 0
	return Event{ID: "ev_" + paylink.NewToken(), Type: "charge." + string(c.State), CreatedMS: now, Charge: c}
}

// stale is what a muddled gateway lets follow the truth: the authorization
// before it, or the question to the wallet's owner, a state of no meaning, and the
// failure of an older try. Before a question there was nothing.
func (s *Server) stale(c Charge, now int64) []Event {
	var events []Event
	past := []State{Authorized, "processing", Declined}
	switch {
	case c.State == RequiresAction:
		past = nil
	case c.Method == walletMethod:
		past[0] = RequiresAction
	}
	for i, st := range past {
		old := c
		old.State, old.Captured, old.Version = st, 0, 0
		if st == RequiresAction {
			old.ActionURL = s.o.BaseURL + "/pay/" + paylink.NewToken()
		}
		if st == Declined {
			old.ID, old.Reason = "ch_"+paylink.NewToken(), "do_not_honor"
		}
		events = append(events, s.event(old, now-int64(i+1)))
	}
	return events
}

// queueCallback writes one row: events that are sent one after the other, a line each.
func (t *tx) queueCallback(account string, events []Event, now int64, delay time.Duration) (int64, error) {
	var lines []string
	for _, ev := range events {
		body, err := json.Marshal(ev)
		if err != nil {
			return 0, err
		}
		lines = append(lines, string(body))
	}
	res, err := t.exec(`INSERT INTO callbacks (account, body, born, due, tries) VALUES ($1,$2,$3,$4,0)`,
		account, strings.Join(lines, "\n"), now, now+delay.Milliseconds())
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

type callback struct {
	seq     int64
	account string
	body    string // one event a line
	born    int64
	tries   int
}

func (s *Server) callbacks(where string, args ...any) ([]callback, error) {
	var out []callback
	err := each(s.book.reading, func(scan func(...any) error) error {
		var c callback
		err := scan(&c.seq, &c.account, &c.body, &c.born, &c.tries)
		out = append(out, c)
		return err
	}, `SELECT seq, account, body, born, tries FROM callbacks `+where, args...)
	return out, err
}

// deliverNow sends callbacks before the caller is answered.
func (s *Server) deliverNow(seqs []int64) {
	for _, seq := range seqs {
		found, err := s.callbacks(`WHERE seq=$1`, seq)
		if err != nil {
			continue // the queue sends it a little later
		}
		for _, c := range found {
			if _, busy := s.sending.LoadOrStore(c.seq, true); !busy {
				s.send(c)
			}
		}
	}
}

// sendDue hands due callbacks to the senders, waiting for free ones, and reports
// whether it may have left some.
func (s *Server) sendDue(now int64) (more bool, err error) {
	if s.troubles.out() != "" {
		return false, nil
	}
	due, err := s.callbacks(`WHERE due IS NOT NULL AND due<=$1 ORDER BY due, seq LIMIT 256`, now)
	if err != nil {
		return false, err
	}
	for _, c := range due {
		if _, busy := s.sending.LoadOrStore(c.seq, true); busy {
			continue
		}
		select {
		case s.slots <- struct{}{}:
		case <-s.stop:
			return false, nil
		}
		s.loops.Add(1)
		go func() {
			defer s.loops.Done()
			defer func() { <-s.slots }()
			s.send(c)
		}()
	}
	return len(due) == 256, nil
}

// send posts one callback and writes down how it went.
func (s *Server) send(c callback) {
	defer s.sending.Delete(c.seq)
	// It may have been sent since it was read.
	if still, err := s.callbacks(`WHERE seq=$1 AND due IS NOT NULL AND tries=$2`, c.seq, c.tries); err != nil || len(still) == 0 {
		return
	}
	arrived := s.post(c)
	now := s.nowMS()
	var due any
	if !arrived && now < c.born+giveUpAfter.Milliseconds() {
		due = now + min(firstRetry<<min(c.tries, 12), lastRetry).Milliseconds()
	}
	_ = s.book.do(func(t *tx) error { // if it can't be written, it is sent again: callbacks are at least once
		_, err := t.exec(`UPDATE callbacks SET due=$1, tries=tries+1 WHERE seq=$2`, due, c.seq)
		return err
	})
}

// post sends the row's events in their order, up to the first that is not taken.
func (s *Server) post(c callback) bool {
	a := s.account(c.account)
	if a == nil || a.CallbackURL == "" {
		return false
	}
	for _, body := range strings.Split(c.body, "\n") {
		if !s.postOne(a, body) {
			return false
		}
	}
	return true
}

func (s *Server) postOne(a *Account, body string) bool {
	req, err := http.NewRequest(http.MethodPost, a.CallbackURL, strings.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	// The receiver's clock is the real one: a bank moved by weeks must not look like a replay.
	req.Header.Set(SignatureHeader, Sign(a.CallbackSecret, s.o.Clock(), []byte(body)))
	resp, err := s.sender.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	buf := make([]byte, 4<<10)
	for n := 0; n < 16; n++ { // read what is short, so that the connection is used again
		if _, err := resp.Body.Read(buf); err != nil {
			break
		}
	}
	return resp.StatusCode/100 == 2
}
