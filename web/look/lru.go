package look

import (
	"container/list"
	"sync"
)

// LRU keeps the most recently used values up to a weight, for pages that are
// rendered once and served many times. It is safe for concurrent use.
type LRU[K comparable, V any] struct {
	mu     sync.Mutex
	limit  int
	weight int
	items  map[K]*list.Element
	order  *list.List // front is the most recent
}

type lruItem[K comparable, V any] struct {
	key    K
	value  V
	weight int
}

// NewLRU makes a cache that holds values of limit weight together.
func NewLRU[K comparable, V any](limit int) *LRU[K, V] {
	return &LRU[K, V]{limit: limit, items: map[K]*list.Element{}, order: list.New()}
}

// Get finds a value and marks it used.
func (c *LRU[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[key]
	if !ok {
		var none V
		return none, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*lruItem[K, V]).value, true
}

// Put keeps a value of a weight and lets go of the least used beyond the limit.
// A value heavier than the whole cache is not kept.
func (c *LRU[K, V]) Put(key K, value V, weight int) {
	if weight > c.limit {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.items[key]; ok {
		c.drop(e)
	}
	c.items[key] = c.order.PushFront(&lruItem[K, V]{key, value, weight})
	c.weight += weight
	for c.weight > c.limit {
		c.drop(c.order.Back())
	}
}

// Weight is what the cache holds now.
func (c *LRU[K, V]) Weight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.weight
}

func (c *LRU[K, V]) drop(e *list.Element) {
	item := c.order.Remove(e).(*lruItem[K, V])
	delete(c.items, item.key)
	c.weight -= item.weight
}
