package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync/atomic"

	"paylink"
	"paylink/dialect/native"
	"paylink/gateway/sandbox"
	"paylink/internal/safedial"
	"paylink/internal/vault"
	"paylink/store/sqlstore"
	"paylink/till"
	"paylink/web/checkout"
	"paylink/web/docs"
)

// plan is what a node is made from, whichever command makes it.
type plan struct {
	database  string
	keys      *vault.Vault
	baseURL   string
	sandbox   sandboxFlags
	proxies   []netip.Prefix
	post      *till.Post // nil: no letters
	tries     int        // presses of pay a minute for one client and link; noLimit in a demo
	demo      bool       // loopback webhooks, stories, test numbers on the page
	testClock bool
	log       *journal
}

// node is one process of paylink, wired.
type node struct {
	plan
	store *sqlstore.Store
	till  *till.Till
	bank  *accounts[sandbox.Secrets]
	meter *meter
	tries *tries
	docs  *docs.Handler
	// payerPages show what payers see, to APIs that are asked for it too.
	payerPages *checkout.Handler
	stopping   atomic.Bool
	deaf       func() // ends the taking of operators' commands
}

// openNode opens the store and wires everything to it. Close ends it.
func openNode(ctx context.Context, p plan) (*node, error) {
	store, err := sqlstore.Open(ctx, p.database, sqlstore.Options{TestClock: p.testClock})
	if err != nil {
		return nil, err
	}
	n := &node{plan: p, store: store, meter: newMeter(), tries: newTries(p.tries), deaf: func() {}}
	n.meter.registry.MustRegister(storeFigures{store})
	book := counted{store, n.meter}
	n.bank = &accounts[sandbox.Secrets]{gateway: sandboxName, store: book, seal: p.keys}
	n.till = &till.Till{Store: book, Gateways: map[string]paylink.Gateway{}, BaseURL: p.baseURL,
		Key: p.keys.SigningKey(), Seal: p.keys, Post: p.post,
		Hooks: safedial.New(n.dialing()).Client()}
	n.docs = docs.New(native.Document(), p.baseURL)
	if p.post != nil {
		p.post.Trouble = func(err error) { n.log.Warn("the mail server took no letter", "error", err.Error()) }
	}
	if err := n.sameKeys(ctx, book); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	for _, open := range gateways {
		g, err := open(n)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("gateway: %w", err), store.Close())
		}
		if g != nil {
			n.till.Gateways[g.Traits().Name] = g
		}
	}
	return n, nil
}

// keysMark is a setting that only the book's own keys can open.
const keysMark = "keys/mark"

// sameKeys refuses a key file that is another book's: with it no webhook could be
// signed, and every form that a payer has open would be refused.
func (n *node) sameKeys(ctx context.Context, book paylink.Store) error {
	var mark string
	err := book.View(ctx, func(r paylink.Reader) (err error) {
		mark, err = r.Setting(keysMark)
		return err
	})
	if err != nil {
		return err
	}
	if mark == "" {
		sealed, err := n.keys.Seal([]byte(keysMark), []byte(keysMark))
		if err != nil {
			return err
		}
		return book.Update(ctx, func(tx paylink.Tx) error {
			return tx.PutSetting(keysMark, base64.StdEncoding.EncodeToString(sealed))
		})
	}
	sealed, err := base64.StdEncoding.DecodeString(mark)
	if err == nil {
		_, err = n.keys.Open(sealed, []byte(keysMark))
	}
	if err != nil {
		return &failure{2, "the keys are not this book's: give the key file with which it was first started"}
	}
	return nil
}

// dialing is how webhooks are dialled: this machine itself only in a demo.
func (n *node) dialing() safedial.Options { return safedial.Options{AllowLoopback: n.demo} }

// checkHook judges a webhook endpoint's address by the rules of the dialler.
func (n *node) checkHook(raw string) error { return safedial.CheckURL(raw, n.dialing()) }

// close lets go of the store: what it acknowledged is finished first.
func (n *node) close() error {
	n.deaf()
	for _, g := range n.till.Gateways {
		if c, ok := g.(interface{ Close() }); ok {
			c.Close()
		}
	}
	n.till.Hooks.CloseIdleConnections()
	return n.store.Close()
}

// handler is everything that the node serves, behind the edge. Where operators have
// a listener of their own, their routes are left out.
func (n *node) handler(ownOps bool, more ...func(*http.ServeMux)) http.Handler {
	mux := http.NewServeMux()
	for _, mount := range mounts {
		mount(n, mux)
	}
	if !ownOps {
		n.mountOps(mux)
	}
	for _, mount := range more {
		mount(mux)
	}
	return &edge{next: mux, log: n.log, meter: n.meter, proxies: n.proxies}
}

// opsHandler is what operators ask, for a listener of their own.
func (n *node) opsHandler() http.Handler {
	mux := http.NewServeMux()
	n.mountOps(mux)
	return mux
}
