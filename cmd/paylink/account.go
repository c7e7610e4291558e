package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"paylink"
	"paylink/till"
)

// accounts finds the secrets of merchants' accounts at one gateway. They stand in
// the store, sealed, so that every node knows an account that was added on one.
type accounts[S any] struct {
	gateway string
	store   paylink.Store
	seal    till.Sealer

	mu    sync.Mutex
	known map[string]rememberedSecrets[S]
}

type rememberedSecrets[S any] struct {
	secrets S
	read    time.Time
}

const (
	// accountMemory is how long secrets are remembered: a new key takes effect on all
	// nodes within it.
	accountMemory = 30 * time.Second
	accountWait   = 5 * time.Second
)

func (a *accounts[S]) setting(account string) string {
	return "gateway/" + a.gateway + "/" + account
}

// find reads an account's secrets; false where there are none, or they can't be read.
func (a *accounts[S]) find(account string) (S, bool) {
	a.mu.Lock()
	had, ok := a.known[account]
	a.mu.Unlock()
	if ok && time.Since(had.read) < accountMemory {
		return had.secrets, true
	}
	secrets, err := a.read(account)
	if err != nil {
		// A store that is down for a moment must not lose what we know.
		return had.secrets, ok
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil {
		a.known = map[string]rememberedSecrets[S]{}
	}
	a.known[account] = rememberedSecrets[S]{secrets, time.Now()}
	return secrets, true
}

func (a *accounts[S]) read(account string) (secrets S, err error) {
	ctx, stop := context.WithTimeout(context.Background(), accountWait)
	defer stop()
	name, text := a.setting(account), ""
	err = a.store.View(ctx, func(r paylink.Reader) (err error) {
		text, err = r.Setting(name)
		return err
	})
	if err != nil {
		return secrets, err
	}
	if text == "" {
		return secrets, fmt.Errorf("gateway %s: no secrets are kept for the account %q; add the terminal with paylink merchant terminal add", a.gateway, account)
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return secrets, err
	}
	plain, err := a.seal.Open(sealed, []byte(name))
	if err != nil {
		return secrets, err
	}
	return secrets, json.Unmarshal(plain, &secrets)
}

// keep stores an account's secrets, over older ones.
func (a *accounts[S]) keep(ctx context.Context, account string, secrets S) error {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	name := a.setting(account)
	sealed, err := a.seal.Seal(plain, []byte(name))
	if err != nil {
		return err
	}
	return a.store.Update(ctx, func(tx paylink.Tx) error {
		return tx.PutSetting(name, base64.StdEncoding.EncodeToString(sealed))
	})
}
