package till

import (
	"context"
	"net/http"
	"time"

	"paylink"
)

// Till is the acts with their tools. All fields are set by whoever wires the
// program and not changed after.
type Till struct {
	Store    paylink.Store
	Gateways map[string]paylink.Gateway // by Traits().Name
	// BaseURL is where payers reach us, without a trailing slash. Absolute URLs come
	// from here only, never from a request's Host.
	BaseURL string
	// Key signs attempts and response tokens: 32 random bytes, the same on all nodes.
	Key []byte
	// Seal keeps webhook secrets unreadable at rest.
	Seal Sealer
	// Hooks sends webhooks. It must refuse private addresses and follow no redirects.
	Hooks *http.Client
	// Post sends letters; nil: links can't be shared and no receipts are written.
	Post *Post
	// ResponseLife is how long a response token can be redeemed after the payment
	// was completed; zero means one hour (contracts/frontstream.md, A29).
	ResponseLife time.Duration
}

// Sealer encrypts small secrets at rest. context binds a sealed text to its place,
// so that it can't be moved to another row.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// Read runs f over committed state. Dialects and pages use it for their lists; they
// compare owners themselves with the helpers in read.go.
func (t *Till) Read(ctx context.Context, f func(paylink.Reader) error) error {
	return t.Store.View(ctx, f)
}

// LinkURL is the URL that opens a link by an address.
func (t *Till) LinkURL(address string) string { return t.BaseURL + "/pay/" + address }

// EmbedURL is the link's page for a frame on a merchant's own site.
func (t *Till) EmbedURL(address string) string { return t.BaseURL + "/embed/" + address }

// AttemptURL is the page of one attempt at a link: its state, its receipt, and
// where the gateway sends the payer back to.
func (t *Till) AttemptURL(address, attempt string) string {
	return t.LinkURL(address) + "/" + attempt
}

// gateway finds the gateway of a terminal or payment by name.
func (t *Till) gateway(name string) (paylink.Gateway, error) {
	g, ok := t.Gateways[name]
	if !ok {
		return nil, paylink.E(paylink.Unavailable, "gateway_missing", "gateway "+name+" is not configured on this node")
	}
	return g, nil
}

// Gateway is the gateway behind an offer, with its traits.
func (t *Till) Gateway(o paylink.Offer) (paylink.Gateway, error) {
	return t.gateway(o.Terminal.Gateway)
}
