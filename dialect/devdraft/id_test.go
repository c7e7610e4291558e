package devdraft_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"paylink"
	"paylink/dialect/devdraft"
)

func TestIDsAreOneToOneWithOurs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		text := devdraft.ULID(b)
		if back, ok := devdraft.UnULID(text); !ok || back != b || len(text) != 26 || text[0] > '7' {
			t.Fatalf("%x is %s is %x, %t", b, text, back, ok)
		}
		id := paylink.IDOf(paylink.PrefixTax, b)
		if u, err := uuid.Parse(devdraft.UUID(paylink.PrefixTax, id)); err != nil || u != b {
			t.Fatalf("%s is %s, %v", id, u, err)
		}
		later := b
		if later[0]++; later[0] > b[0] && devdraft.ULID(later) <= text {
			t.Fatalf("the order of %x and %x is lost", b, later)
		}
	})
	// The specification's example: 01ARZ3NDEKTSV4RRFFQ69G5FAV is of 2016-07-30T23:54:10.259Z.
	b, ok := devdraft.UnULID("01arz3ndektsv4rrffq69g5fav")
	if at := time.UnixMilli(int64(b[0])<<40 | int64(b[1])<<32 | int64(b[2])<<24 | int64(b[3])<<16 | int64(b[4])<<8 | int64(b[5])); !ok || at.UnixMilli() != 1469922850259 {
		t.Errorf("%s, %t", at.UTC(), ok)
	}
	for _, bad := range []string{"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAU", "01ARZ3NDEKTSV4RRFFQ69G5FA!"} {
		if _, ok := devdraft.UnULID(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
	// Products and the like are UUIDs of version 7, which strict clients check.
	if u, err := uuid.Parse(devdraft.UUID(paylink.PrefixProduct, paylink.NewID(paylink.PrefixProduct, time.Now()))); err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Errorf("%s, %v", u, err)
	}
}
