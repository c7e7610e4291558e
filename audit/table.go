package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/maphash"
	"strconv"
)

// key stands for an id (or two) in a sixth of the memory. A collision among a
// million ids has a chance of 10^-27.
type key [16]byte

func keyOf(parts ...string) key {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		// Lengths in front, so that ("ab","c") and ("a","bc") differ.
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	var k key
	copy(k[:], h.Sum(nil))
	return k
}

// table keeps rows under keys and gives each a small number.
type table[T any] struct {
	at   map[key]int32
	rows []T
}

func (t *table[T]) init() { t.at = map[key]int32{} }

func (t *table[T]) add(k key, row T) int32 {
	n := int32(len(t.rows))
	t.at[k] = n
	t.rows = append(t.rows, row)
	return n
}

func (t *table[T]) get(k key) (int32, *T) {
	n, ok := t.at[k]
	if !ok {
		return -1, nil
	}
	return n, &t.rows[n]
}

// seed makes the short hashes differ from run to run: nobody can prepare two rows
// that look alike.
var seed = maphash.MakeSeed()

func short(parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, p := range parts {
		_, _ = h.WriteString(strconv.Itoa(len(p)))
		_ = h.WriteByte(0)
		_, _ = h.WriteString(p)
	}
	return h.Sum64()
}
