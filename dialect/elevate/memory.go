package elevate

import (
	"sync"

	"paylink"
)

// memory keeps the numbers that every call asks for. What a number names never
// changes, on any node.
type memory struct {
	mu      sync.Mutex
	numbers map[object]int64
	objects map[numeral]string
}

type object struct {
	paylink.Series
	id string
}

type numeral struct {
	paylink.Series
	n int64
}

// mostRemembered bounds it: beyond, it is begun anew.
const mostRemembered = 10_000

func (m *memory) numberOf(s paylink.Series, id string) (int64, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.numbers[object{s, id}]
	return n, ok
}

func (m *memory) objectOf(s paylink.Series, n int64) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id, ok := m.objects[numeral{s, n}]
	return id, ok
}

// keep remembers what was read or committed.
func (m *memory) keep(s paylink.Series, id string, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.numbers == nil || len(m.numbers) >= mostRemembered {
		m.numbers, m.objects = map[object]int64{}, map[numeral]string{}
	}
	m.numbers[object{s, id}], m.objects[numeral{s, n}] = n, id
}
