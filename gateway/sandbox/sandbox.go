package sandbox

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"paylink"
)

// Config says how the bank is reached and how it behaves.
type Config struct {
	URL       string // the bank's origin as paylink reaches it, "http://127.0.0.1:41002"
	PublicURL string // the same as browsers reach it; "" is URL
	// Accounts finds the secrets of an account at the bank.
	Accounts       func(account string) (Secrets, bool)
	ConnectTimeout time.Duration // 0 is 3 s (trust.md 4.5)
	TotalTimeout   time.Duration // 0 is 20 s (trust.md 4.5)
	// What the bank's accounts promise; see paylink.Traits.
	NotIdempotent bool
	KeyLife       time.Duration
	Horizon       time.Duration
	// RealTime judges the age of callbacks by the machine's clock. The bank stamps
	// them with it, so a demo or test that moves paylink's clock needs this.
	RealTime bool
}

// Secrets of one account.
type Secrets struct {
	Key            string // API key
	CallbackSecret string // signs the bank's callbacks
}

// Gateway is the sandbox. It can all that package paylink names of a gateway.
type Gateway struct {
	c      Config
	public string
	client *client
}

var (
	_ paylink.Gateway        = (*Gateway)(nil)
	_ paylink.KeyCanceller   = (*Gateway)(nil)
	_ paylink.CallbackReader = (*Gateway)(nil)
	_ paylink.Capturer       = (*Gateway)(nil)
	_ paylink.Voider         = (*Gateway)(nil)
	_ paylink.Refunder       = (*Gateway)(nil)
)

// New checks the configuration; it does not call the bank.
func New(c Config) (*Gateway, error) {
	if c.Accounts == nil {
		return nil, errors.New("sandbox gateway: nobody tells the accounts' keys")
	}
	if c.PublicURL == "" {
		c.PublicURL = c.URL
	}
	base, err := origin(c.URL)
	if err != nil {
		return nil, err
	}
	public, err := origin(c.PublicURL)
	if err != nil {
		return nil, err
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 3 * time.Second
	}
	if c.TotalTimeout == 0 {
		c.TotalTimeout = 20 * time.Second
	}
	return &Gateway{c: c, public: public, client: newClient(base, c.ConnectTimeout, c.TotalTimeout)}, nil
}

func origin(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("sandbox gateway: %q is not an origin such as https://bank.example", raw)
	}
	return u.Scheme + "://" + u.Host, nil
}

// Close lets go of idle connections.
func (g *Gateway) Close() { g.client.http.CloseIdleConnections() }

// Traits says what the sandbox can do.
func (g *Gateway) Traits() paylink.Traits {
	return paylink.Traits{Name: "sandbox", Label: "Sandbox", Methods: []paylink.Method{paylink.Card, paylink.Bank, paylink.Stablecoin},
		FrameURL: g.public + "/frame", Origins: []string{g.public},
		Idempotent: !g.c.NotIdempotent, KeyLife: g.c.KeyLife, Horizon: g.c.Horizon, Demo: true}
}

func (g *Gateway) key(account string) (string, error) {
	s, ok := g.c.Accounts(account)
	if !ok || s.Key == "" {
		return "", fmt.Errorf("%w: no API key is configured for the sandbox account %q", paylink.ErrNotSent, account)
	}
	return s.Key, nil
}
