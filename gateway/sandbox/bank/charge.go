package bank

import (
	"database/sql"
	"encoding/json"

	"paylink"
)

// State of a charge. No charge leaves Declined, Voided, Expired, Cancelled or
// Returned.
type State string

const (
	RequiresAction State = "requires_action" // the payer must go to ActionURL
	Authorized     State = "authorized"      // held on the card, not taken
	Captured       State = "captured"        // taken from the card
	Pending        State = "pending"         // bank payment accepted, not settled; transfer seen, not confirmed
	Settled        State = "settled"         // bank payment settled; it can still be returned
	Returned       State = "returned"        // bank payment came back; Reason says why
	Declined       State = "declined"        // nothing was taken; Reason says why
	Voided         State = "voided"          // authorization or pending bank payment let go
	Expired        State = "expired"         // authorization lapsed by itself
	Cancelled      State = "cancelled"       // nothing was taken and nothing can be, under this key
)

// Charge is a charge as the API, the callbacks and the book show it. Amounts
// are in minor units of Currency.
type Charge struct {
	Seq        int64        `json:"seq,omitempty"`
	ID         string       `json:"id,omitempty"` // empty for a key that was cancelled before any charge
	Account    string       `json:"account"`
	Key        string       `json:"key"`
	State      State        `json:"state"`
	Reason     string       `json:"reason,omitempty"`
	Amount     int64        `json:"amount"`
	Currency   string       `json:"currency"`
	Captured   int64        `json:"captured"`
	Refunded   int64        `json:"refunded"`
	Method     string       `json:"method,omitempty"` // card, bank or stablecoin
	Card       *CardShown   `json:"card,omitempty"`
	Bank       *BankShown   `json:"bank,omitempty"`
	Wallet     *WalletShown `json:"wallet,omitempty"`
	Instrument *Instrument  `json:"instrument,omitempty"` // the instrument that paid, or was saved
	ActionURL  string       `json:"action_url,omitempty"`
	Version    int          `json:"version"`  // grows by one with each change
	Attempts   int          `json:"attempts"` // how often this charge was asked for
	CreatedMS  int64        `json:"created_ms"`
	Acts       []Act        `json:"acts,omitempty"`
	Movements  []Movement   `json:"movements,omitempty"` // only in the book
}

// CardShown is what may be told of a card.
type CardShown struct {
	Brand    string `json:"brand"`
	Last4    string `json:"last4"`
	Funding  string `json:"funding"`
	ExpMonth int    `json:"exp_month"`
	ExpYear  int    `json:"exp_year"`
}

// BankShown is what may be told of a bank account.
type BankShown struct {
	Last4 string `json:"last4"`
}

// Act is a capture, void or refund that was asked for under a key of its own.
type Act struct {
	Key       string `json:"key"`
	Kind      string `json:"kind"`  // capture, void, refund
	State     string `json:"state"` // done or declined
	Reason    string `json:"reason,omitempty"`
	Amount    int64  `json:"amount"`
	CreatedMS int64  `json:"created_ms"`
}

// Movement is money that moved: "capture" and "settle" in, "refund" and "return" out.
type Movement struct {
	Seq      int64  `json:"seq"`
	Kind     string `json:"kind"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	AtMS     int64  `json:"at_ms"`
}

// charge is a row of the book.
type charge struct {
	seq         int64
	id          string
	account     string
	key         string
	fingerprint string
	amount      paylink.Money
	captured    paylink.Money
	refunded    paylink.Money
	state       State
	reason      string
	version     int
	attempts    int
	session     string // names the pages of this charge, unguessable
	created     int64  // milliseconds, as all times of the book
	due         int64  // when the bank itself changes something; 0 for never
	rest        rest
}

// rest is what no query asks for.
type rest struct {
	Method      string  `json:"method"`
	Capture     bool    `json:"capture"`
	Save        bool    `json:"save,omitempty"`
	Source      source  `json:"source,omitzero"`
	Instrument  string  `json:"instrument,omitempty"`
	Action      string  `json:"action,omitempty"` // "hosted" or "3ds" while the payer is asked
	ReturnURL   string  `json:"return_url,omitempty"`
	Description string  `json:"description,omitempty"`
	Language    string  `json:"language,omitempty"`
	Callback    string  `json:"callback,omitempty"` // trouble of this charge's callbacks
	LateMS      int64   `json:"late_ms,omitempty"`
	Decline     string  `json:"decline,omitempty"` // kept over 3-D Secure
	Return      string  `json:"return,omitempty"`  // reason of a coming bank return
	ReturnLate  bool    `json:"return_late,omitempty"`
	Wallet      *wallet `json:"wallet,omitempty"`
}

const chargeColumns = `seq, id, account, key, fingerprint, amount, currency, captured, refunded, state, reason,
	version, attempts, session, created, due, rest`

func scanCharge(scan func(...any) error) (*charge, error) {
	c := &charge{}
	var currency paylink.Currency
	var session sql.NullString
	var due sql.NullInt64
	var body string
	err := scan(&c.seq, &c.id, &c.account, &c.key, &c.fingerprint, &c.amount.Minor, &currency, &c.captured.Minor,
		&c.refunded.Minor, &c.state, &c.reason, &c.version, &c.attempts, &session, &c.created, &due, &body)
	if err != nil {
		return nil, err
	}
	c.amount.Currency, c.captured.Currency, c.refunded.Currency = currency, currency, currency
	c.session, c.due = session.String, due.Int64
	return c, json.Unmarshal([]byte(body), &c.rest)
}

func charges(r reader, q string, args ...any) ([]*charge, error) {
	var out []*charge
	err := each(r, func(scan func(...any) error) error {
		c, err := scanCharge(scan)
		out = append(out, c)
		return err
	}, `SELECT `+chargeColumns+` FROM charges `+q, args...)
	return out, err
}

func oneCharge(r reader, q string, args ...any) (*charge, error) {
	all, err := charges(r, q, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// byKey is the charge that a key means. There is more than one only in accounts
// without idempotency or past their keys' life; the one that took money wins,
// then the newest.
func byKey(r reader, account, key string) (*charge, error) {
	return oneCharge(r, `WHERE account=$1 AND key=$2
		ORDER BY state NOT IN ('declined','cancelled','requires_action') DESC, seq DESC LIMIT 1`, account, key)
}

func (t *tx) insertCharge(c *charge) error {
	body, err := json.Marshal(c.rest)
	if err != nil {
		return err
	}
	res, err := t.exec(`INSERT INTO charges (id, account, key, fingerprint, amount, currency, captured, refunded, state,
		reason, version, attempts, session, created, due, rest) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)`,
		c.id, c.account, c.key, c.fingerprint, c.amount.Minor, string(c.amount.Currency), c.captured.Minor, c.refunded.Minor,
		string(c.state), c.reason, c.version, c.attempts, orNull(c.session), c.created, orNull(c.due), string(body))
	if err != nil {
		return err
	}
	c.seq, err = res.LastInsertId()
	return err
}

func (t *tx) saveCharge(c *charge) error {
	body, err := json.Marshal(c.rest)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE charges SET captured=$1, refunded=$2, state=$3, reason=$4, version=$5, attempts=$6, due=$7, rest=$8,
		session=$9 WHERE seq=$10`, c.captured.Minor, c.refunded.Minor, string(c.state), c.reason, c.version, c.attempts,
		orNull(c.due), string(body), orNull(c.session), c.seq)
	return err
}

// orNull keeps empty values out of the partial indexes.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func (t *tx) move(c *charge, kind string, m paylink.Money, now int64) error {
	_, err := t.exec(`INSERT INTO movements (charge, kind, amount, currency, at) VALUES ($1,$2,$3,$4,$5)`,
		c.id, kind, m.Minor, string(m.Currency), now)
	return err
}

// shown is the charge as the API shows it.
func (s *Server) shown(r reader, c *charge) (Charge, error) {
	out := Charge{Seq: c.seq, ID: c.id, Account: c.account, Key: c.key, State: c.state, Reason: c.reason,
		Amount: c.amount.Minor, Currency: string(c.amount.Currency), Captured: c.captured.Minor, Refunded: c.refunded.Minor,
		Method: c.rest.Method, Version: c.version, Attempts: c.attempts, CreatedMS: c.created}
	out.Card, out.Bank = c.rest.Source.shown()
	out.Wallet = c.walletShown()
	if c.rest.Instrument != "" {
		out.Instrument = c.rest.Source.instrument(c.rest.Instrument)
	}
	if c.state == RequiresAction {
		out.ActionURL = s.actionURL(c)
	}
	if c.version == 1 { // an act always makes a new version
		return out, nil
	}
	err := each(r, func(scan func(...any) error) error {
		var a Act
		err := scan(&a.Key, &a.Kind, &a.Amount, &a.State, &a.Reason, &a.CreatedMS)
		out.Acts = append(out.Acts, a)
		return err
	}, `SELECT key, kind, amount, state, reason, created FROM acts WHERE charge=$1 ORDER BY seq`, c.id)
	return out, err
}
