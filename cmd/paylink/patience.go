package main

import (
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// tries bounds how often one client may press pay on one link: card testers try
// hundreds of cards on one form. Nobody is exempt, this machine least of all: what
// comes from it is a proxy that was not named, with every payer of the world behind it.
type tries struct {
	perMinute int
	mu        sync.Mutex
	seen      map[tryKey]*window
	swept     time.Time
}

type tryKey struct{ client, link string }

// clientKey is what counts as one client: an IPv4 address, or the /64 that every IPv6
// subscriber has, with addresses enough for a new one each try.
func clientKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}

// noLimit lets everybody try as often as he likes.
const noLimit = 0

type window struct {
	from  time.Time
	count int
}

func newTries(perMinute int) *tries {
	return &tries{perMinute: perMinute, seen: map[tryKey]*window{}}
}

// wait is how long the client must wait before another try; zero lets it through.
func (t *tries) wait(r *http.Request, linkID string) time.Duration {
	if t.perMinute == noLimit {
		return 0
	}
	return t.waitAt(tryKey{clientKey(r.RemoteAddr), linkID}, time.Now())
}

func (t *tries) waitAt(k tryKey, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	w := t.seen[k]
	if w == nil || now.Sub(w.from) >= time.Minute {
		t.seen[k] = &window{from: now, count: 1}
		return 0
	}
	if w.count++; w.count > t.perMinute {
		return time.Minute - now.Sub(w.from)
	}
	return 0
}

// sweep forgets windows that are over, once a minute.
func (t *tries) sweep(now time.Time) {
	if now.Sub(t.swept) < time.Minute {
		return
	}
	t.swept = now
	for k, w := range t.seen {
		if now.Sub(w.from) >= time.Minute {
			delete(t.seen, k)
		}
	}
}
