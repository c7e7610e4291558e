package picture

import (
	"context"
	"net/url"
	"strings"
	"sync"
)

// ofOneHost is how many pictures of one host are fetched at the same time: so few that
// two hosts that never answer leave room for the others'.
const ofOneHost = 3

// turns bounds what is asked of hosts at the same time: of each, and of all together.
type turns struct {
	all   slots
	mu    sync.Mutex
	hosts map[string]*host // those that somebody asks, or waits for
}

type host struct {
	slots slots
	users int
}

// slots are places, each held by who put something in.
type slots chan struct{}

func (s slots) take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slots) leave() { <-s }

// take waits for a turn to ask the host of an address. Who waits for a host holds no
// place that others need. leave gives the turn back.
func (t *turns) take(ctx context.Context, address string) (leave func(), err error) {
	name := hostOf(address)
	t.mu.Lock()
	h := t.hosts[name]
	if h == nil {
		h = &host{slots: make(slots, ofOneHost)}
		t.hosts[name] = h
	}
	h.users++
	t.mu.Unlock()
	forget := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if h.users--; h.users == 0 {
			delete(t.hosts, name)
		}
	}
	if err := h.slots.take(ctx); err != nil {
		forget()
		return nil, err
	}
	if err := t.all.take(ctx); err != nil {
		h.slots.leave()
		forget()
		return nil, err
	}
	return func() {
		t.all.leave()
		h.slots.leave()
		forget()
	}, nil
}

// hostOf is whom an address asks, in one form: "Shop.example:443" and "shop.example."
// are the same.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "" // the client refuses it
	}
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		name += ":" + port
	}
	return name
}
