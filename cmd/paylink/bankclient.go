package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"paylink/gateway/sandbox/bank"
)

// bankClient asks the sandbox's bank for what its owner, not a gateway, asks:
// accounts, saved test cards, the clock.
type bankClient struct {
	base string
	http *http.Client
}

func newBankClient(base string) *bankClient {
	return &bankClient{base: base, http: &http.Client{Timeout: 10 * time.Second}}
}

// post sends JSON and reads an answer of 200; anything else is an error that holds
// the bank's own message.
func (b *bankClient) post(ctx context.Context, key secret, path string, in, out any) error {
	text, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+string(key))
	res, err := b.http.Do(req)
	if err != nil {
		return fmt.Errorf("the sandbox's bank at %s can't be reached: %w", b.base, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the sandbox's bank at %s answered %s to %s: %.300s", b.base, res.Status, path, body)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

// putAccount makes an account or changes it.
func (b *bankClient) putAccount(ctx context.Context, admin secret, a bank.Account) error {
	return b.post(ctx, admin, "/v1/accounts", a, nil)
}

// saveCard saves a test card under a name of ours; the same again changes nothing.
func (b *bankClient) saveCard(ctx context.Context, key secret, id, token string) (bank.Instrument, error) {
	var out bank.Instrument
	err := b.post(ctx, key, "/v1/instruments", map[string]string{"id": id, "token": token}, &out)
	return out, err
}

// setClock moves the bank's clock.
func (b *bankClient) setClock(ctx context.Context, admin secret, d time.Duration) error {
	return b.post(ctx, admin, "/v1/clock", map[string]int64{"offset_ms": d.Milliseconds()}, nil)
}
