package main

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"paylink"
)

// logged is every field that a log line may carry. What is not in the list is
// dropped, so that a field added in haste cannot leak (trust.md 2.2, "allow-list
// logging of fields").
var logged = map[string]bool{
	slog.TimeKey: true, slog.LevelKey: true, slog.MessageKey: true,
	"error": true, "request": true, "method": true, "route": true, "status": true, "ms": true, "bytes": true,
	"client": true, "link": true, "payment": true, "event": true, "act": true, "gateway": true, "code": true,
	"engine": true, "address": true, "version": true, "took": true, "variable": true, "stack": true,
	"reason": true, "support": true, "base_url": true, "dialect": true, "endpoint": true, "state": true,
}

// journal is the log: JSON, one line each, through the scrubber. Requests have a way
// of their own into it (request.go), because there are so many.
type journal struct {
	*slog.Logger
	lines *scrubber
}

func newLog(w io.Writer, level slog.Level) *journal {
	s := &scrubber{to: w}
	return &journal{slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) > 0 || !logged[a.Key] {
				return slog.Attr{}
			}
			return a
		}})), s}
}

// scrubber is the last line of defence: whatever a line holds, card numbers,
// tokens of links and our own secrets do not leave in it.
type scrubber struct {
	mu    sync.Mutex
	to    io.Writer
	kept  []byte // lines that wait
	armed bool   // somebody will write them
}

const (
	keptLines = 32 << 10 // bytes of lines that are written at once
	keptFor   = 50 * time.Millisecond
)

// Write writes one whole line now, after those that wait.
func (s *scrubber) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, line...)
	return len(line), s.flush()
}

// later writes one whole line within keptFor, together with others: a system call
// for each request would cost more than the request.
func (s *scrubber) later(line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, line...)
	switch {
	case len(s.kept) >= keptLines:
		_ = s.flush() // a log that can't be written stops no request
	case !s.armed:
		s.armed = true
		time.AfterFunc(keptFor, s.close)
	}
}

// close writes what waits. The scrubber can be used again after it.
func (s *scrubber) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = false
	_ = s.flush() // a log that can't be written stops no request
}

func (s *scrubber) flush() error {
	if len(s.kept) == 0 {
		return nil
	}
	_, err := s.to.Write(scrub(s.kept))
	s.kept = s.kept[:0]
	return err
}

const scrubbed = "[removed]"

func scrubText(s string) string { return string(scrub([]byte(s))) }

// scrub replaces card numbers, and what follows a marker of ours, by a remark. It
// returns the line itself where there is nothing to remove.
func scrub(line []byte) []byte {
	line = scrubCards(line)
	for _, marker := range []string{"/pay/", "sk_", "whsec_", "Bearer ", "AccessToken: "} {
		line = scrubAfter(line, marker)
	}
	return line
}

// scrubAfter replaces a secret of 16 characters and more behind a marker.
func scrubAfter(line []byte, marker string) []byte {
	from := 0
	for {
		i := bytes.Index(line[from:], []byte(marker))
		if i < 0 {
			return line
		}
		start := from + i + len(marker)
		end := start
		for end < len(line) && isSecretByte(line[end]) {
			end++
		}
		from = end
		if end-start >= 16 {
			line = append(append(append([]byte(nil), line[:start]...), scrubbed...), line[end:]...)
			from = start + len(scrubbed)
		}
	}
}

func isSecretByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-_+/=", c) >= 0
}

// scrubCards replaces card numbers, by the rule that keeps them out of the book.
func scrubCards(line []byte) []byte {
	var out []byte
	rest := line
	for {
		from, to := paylink.FindCardNumber(rest)
		if from < 0 {
			break
		}
		out = append(append(out, rest[:from]...), scrubbed...)
		rest = rest[to:]
	}
	if out == nil {
		return line
	}
	return append(out, rest...)
}
