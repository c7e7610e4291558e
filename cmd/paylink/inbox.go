package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"paylink"
	"paylink/internal/signing"
)

// inbox is the demo merchant's own receiver: it verifies webhooks as any receiver
// should, and keeps them to be looked at.
type inbox struct {
	secret signing.Secret
	now    func() time.Time
	mu     sync.Mutex
	file   *os.File
	newest []message // oldest first, at most inboxKept
}

// message is a webhook as it arrived.
type message struct {
	At       time.Time       `json:"at"`
	ID       string          `json:"webhook_id"`
	Verified bool            `json:"verified"`
	Fault    string          `json:"fault,omitempty"` // why it was not verified
	Repeated bool            `json:"repeated,omitempty"`
	Body     json.RawMessage `json:"body"`
}

const (
	inboxKept = 200
	maxHook   = 64 << 10
)

// openInbox opens the inbox's file, with what came earlier.
func openInbox(path, key string, now func() time.Time) (*inbox, error) {
	s, err := signing.ParseSecret(key)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	b := &inbox{secret: s, now: now, file: f}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 2*maxHook)
	for lines.Scan() {
		var m message
		// A line that a crash cut off is not a message.
		if json.Unmarshal(lines.Bytes(), &m) == nil {
			b.remember(m)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return b, nil
}

func (b *inbox) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.file.Close()
}

func (b *inbox) remember(m message) {
	b.newest = append(b.newest, m)
	if len(b.newest) > inboxKept {
		b.newest = slices.Delete(b.newest, 0, len(b.newest)-inboxKept)
	}
}

// ServeHTTP receives a webhook: 204 when it is verified, 401 when not.
func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		plain(w, http.StatusBadRequest, "the body could not be read")
		return
	}
	m := message{At: b.now(), ID: r.Header.Get(signing.HeaderID)}
	if err := signing.Verify(r.Header, body, m.At, b.secret); err != nil {
		m.Fault = err.Error()
	}
	m.Verified = m.Fault == ""
	m.Body = body
	if !json.Valid(body) {
		m.Body, _ = json.Marshal(string(body)) // a string is always JSON
	}
	if err := b.add(m); err != nil {
		plain(w, http.StatusServiceUnavailable, "the inbox can't be written")
		return
	}
	if !m.Verified {
		plain(w, http.StatusUnauthorized, "the signature does not fit")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *inbox) add(m message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	m.Repeated = slices.ContainsFunc(b.newest, func(o message) bool { return o.ID == m.ID })
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if _, err := b.file.Write(append(line, '\n')); err != nil {
		return err
	}
	b.remember(m)
	return nil
}

// shownMessage is a message for people.
type shownMessage struct {
	message
	Type, Object, Text string
}

// list gives the newest first.
func (b *inbox) list() []shownMessage {
	b.mu.Lock()
	all := slices.Clone(b.newest)
	b.mu.Unlock()
	slices.Reverse(all)
	out := make([]shownMessage, 0, len(all))
	for _, m := range all {
		var e paylink.EventView
		var data struct {
			ID string `json:"id"`
		}
		// What can't be read is shown as it came.
		if json.Unmarshal(m.Body, &e) == nil {
			_ = json.Unmarshal(e.Data, &data)
		}
		var text bytes.Buffer
		if json.Indent(&text, m.Body, "", "  ") != nil {
			text.Write(m.Body)
		}
		out = append(out, shownMessage{m, e.Type, data.ID, text.String()})
	}
	return out
}
