package sqlstore

import (
	"sync"

	"paylink"
)

// blockSize is how many numbers of a series PostgreSQL's nodes take at once. Taking
// holds the series until the commit, and without blocks a busy merchant's links would
// be made one commit after the other.
const blockSize = 64

// mostBlocks bounds the series that a process keeps numbers of; beyond it numbers are
// left out.
const mostBlocks = 10_000

// block is numbers from next to last that were taken and not given.
type block struct{ next, last int64 }

func (b *block) give() (int64, bool) {
	if b == nil || b.next > b.last {
		return 0, false
	}
	b.next++
	return b.next - 1, true
}

// blocks are those of a process, the oldest of a series first.
type blocks struct {
	mu   sync.Mutex
	free map[paylink.Series][]*block
}

func (b *blocks) give(s paylink.Series) (int64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.free[s]) > 0 {
		if n, ok := b.free[s][0].give(); ok {
			return n, true
		}
		b.free[s] = b.free[s][1:]
	}
	return 0, false
}

// keep takes over what a transaction that was committed has left.
func (b *blocks) keep(left map[paylink.Series]*block) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s, one := range left {
		if b.free == nil || len(b.free) >= mostBlocks {
			b.free = make(map[paylink.Series][]*block)
		}
		b.free[s] = append(b.free[s], one)
	}
}

// next gives a series' next number.
func (t *tx) next(s paylink.Series) (int64, error) {
	if n, ok := t.taken[s].give(); ok {
		return n, nil
	}
	size := int64(1)
	if t.blocks != nil {
		if n, ok := t.blocks.give(s); ok {
			return n, nil // lost if this transaction is rolled back
		}
		size = blockSize
	}
	last, err := claimed(t, func(n *int64) []any { return []any{n} }, takeNumbers, values(s, size)...)
	if err != nil {
		return 0, err
	}
	if t.taken == nil {
		t.taken = make(map[paylink.Series]*block)
	}
	t.taken[s] = &block{last[0] - size + 2, last[0]}
	return last[0] - size + 1, nil
}
