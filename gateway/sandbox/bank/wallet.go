package bank

import (
	"fmt"
	"net/http"
	"time"

	"paylink"
)

// walletMethod is paying by a transfer from a crypto wallet. There is no chain: the
// payer's page has buttons that play the transfers.
const walletMethod = string(paylink.Stablecoin)

// confirmations is how many blocks a transfer is waited for, each as long as the
// account's trait says.
const confirmations = 3

// wallet is what a charge knows of its transfers. What arrived, less what was sent
// back, is what the charge has captured, less what it has refunded, as soon as the
// charge is decided.
type wallet struct {
	Address       string     `json:"address"`
	Sender        string     `json:"sender,omitempty"`
	Received      int64      `json:"received"`
	SentBack      int64      `json:"sent_back"`
	Confirmations int        `json:"confirmations"`
	Transfers     []Transfer `json:"transfers,omitempty"`
}

// Transfer is one on the chain that we play.
type Transfer struct {
	Kind   string `json:"kind"` // "in" to the charge's address, "out" back to the sender
	Amount int64  `json:"amount"`
	AtMS   int64  `json:"at_ms"`
}

// WalletShown is what is told of a charge that is paid from a wallet. Amounts are in
// minor units of the charge's currency.
type WalletShown struct {
	Address       string     `json:"address"`
	Sender        string     `json:"sender,omitempty"`
	Received      int64      `json:"received"`
	SentBack      int64      `json:"sent_back"`
	Missing       int64      `json:"missing"` // until the asked amount has arrived
	Confirmations int        `json:"confirmations"`
	Needed        int        `json:"needed"`
	Transfers     []Transfer `json:"transfers"`
}

// WalletNumber is a token that plays a wallet without our page.
type WalletNumber struct {
	Name  string
	About string
	sends func(asked int64) int64
}

// WalletNumbers is every wallet that the bank takes.
var WalletNumbers = []WalletNumber{
	{"wallet", "Sends exactly what is asked", func(asked int64) int64 { return asked }},
	{"wallet_over", "Sends a tenth too much, which is sent back", func(asked int64) int64 { return asked + tenth(asked) }},
	{"wallet_under", "Sends half, and leaves the rest to the page", half},
}

func tenth(minor int64) int64 { return max(1, minor/10) }

func half(minor int64) int64 { return max(1, minor/2) }

func walletByName(name string) (WalletNumber, bool) {
	for _, n := range WalletNumbers {
		if n.Name == name {
			return n, true
		}
	}
	return WalletNumber{}, false
}

// openWallet gives the charge an address. It looks like none of a real chain.
func (c *charge) openWallet() {
	if c.rest.Wallet == nil {
		c.rest.Wallet = &wallet{Address: "SANDBOX-" + string(c.amount.Currency) + "-" + paylink.NewToken()[:16]}
	}
}

// missing is what has yet to arrive.
func (c *charge) missing() int64 {
	if c.rest.Wallet == nil {
		return 0
	}
	return max(0, c.amount.Minor-c.rest.Wallet.Received)
}

// arrive books a transfer to the charge's address. Once the asked amount is there, the
// network has to confirm it; until then the payer's page waits for the rest.
func (c *charge) arrive(a *Account, minor, now int64) {
	c.openWallet()
	w := c.rest.Wallet
	if w.Sender == "" {
		w.Sender = "SANDBOX-PAYER-" + paylink.NewToken()[:8]
	}
	w.Received += minor
	w.Transfers = append(w.Transfers, Transfer{"in", minor, now})
	if c.missing() == 0 {
		c.state, c.rest.Action, c.due = Pending, "", now+a.Traits.confirmAfter().Milliseconds()
	}
}

// sendBack books a transfer to whoever sent.
func (w *wallet) sendBack(minor, now int64) {
	if minor > 0 {
		w.SentBack += minor
		w.Transfers = append(w.Transfers, Transfer{"out", minor, now})
	}
}

// release sends back everything that arrived and was not sent back yet.
func (c *charge) release(now int64) {
	if w := c.rest.Wallet; w != nil {
		w.sendBack(w.Received-w.SentBack, now)
	}
}

// confirm counts a block. With the last one the asked amount is taken, and what
// arrived beyond it sent back; it returns what was taken.
func (c *charge) confirm(a *Account, now int64) (taken paylink.Money, done bool) {
	w := c.rest.Wallet
	if w.Confirmations++; w.Confirmations < confirmations {
		c.due += a.Traits.confirmAfter().Milliseconds() // blocks come whether we look or not
		return taken, false
	}
	c.state, c.captured, c.due = Captured, c.amount, 0
	w.sendBack(w.Received-c.amount.Minor, now)
	return c.amount, true
}

func (c *charge) walletShown() *WalletShown {
	w := c.rest.Wallet
	if w == nil {
		return nil
	}
	return &WalletShown{Address: w.Address, Sender: w.Sender, Received: w.Received, SentBack: w.SentBack, Missing: c.missing(),
		Confirmations: w.Confirmations, Needed: confirmations, Transfers: w.Transfers}
}

// usualConfirm is the time between two blocks.
const usualConfirm = 2 * time.Second

// transfers are what the buttons of the page play, by the form's value.
var transfers = map[string]func(missing int64) int64{
	"exact": func(missing int64) int64 { return missing },
	"less":  half,
	"more":  func(missing int64) int64 { return missing + tenth(missing) },
}

// postTransfer is a press on the page of a wallet.
func (s *Server) postTransfer(w http.ResponseWriter, r *http.Request, a *Account, c *charge) {
	play, ok := transfers[r.PostFormValue("send")]
	if !ok {
		http.Redirect(w, r, s.actionURL(c), http.StatusSeeOther)
		return
	}
	e := s.troubles.of("pay", a.ID, c.key, c.amount.Minor)
	s.pause(e.slow)
	if e.notBooked {
		s.message(w, r, a, c, "broken", http.StatusBadGateway)
		return
	}
	done, early, err := s.transfer(a, c.session, play, e)
	if err != nil {
		s.broken(w, err)
		return
	}
	s.deliverNow(early)
	switch {
	case e.answer != "":
		s.message(w, r, a, c, "broken", http.StatusBadGateway)
	case done.state == RequiresAction:
		http.Redirect(w, r, s.actionURL(done), http.StatusSeeOther)
	default:
		s.back(w, r, a, done)
	}
}

// transfer books what a press plays, unless the charge is decided already.
func (s *Server) transfer(a *Account, session string, play func(missing int64) int64, e effects) (c *charge, early []int64, err error) {
	now := s.nowMS()
	err = s.book.do(func(t *tx) (err error) {
		early = nil
		c, err = oneCharge(t, `WHERE session=$1`, session)
		if err != nil || c == nil || c.state != RequiresAction || c.due <= now {
			return err
		}
		if e.callback != "" {
			c.rest.Callback, c.rest.LateMS = e.callback, e.late.Milliseconds()
		}
		c.arrive(a, play(c.missing()), now)
		c.version++
		if err := t.saveCharge(c); err != nil {
			return err
		}
		early, err = s.tell(t, a, c, now)
		return err
	})
	if err == nil && c == nil {
		err = fmt.Errorf("no charge has the session %q", session)
	}
	if err == nil {
		s.wake()
	}
	return c, early, err
}
