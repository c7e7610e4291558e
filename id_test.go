package paylink_test

import (
	"testing"
	"time"

	"paylink"

	"pgregory.net/rapid"
)

func TestAnIDIsAUUIDOfVersion7InAnotherForm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "now"))
		id := paylink.NewID(paylink.PrefixLink, now)
		b, ok := paylink.IDBytes(paylink.PrefixLink, id)
		if !ok || b[6]>>4 != 7 || b[8]>>6 != 2 || paylink.IDOf(paylink.PrefixLink, b) != id {
			t.Fatalf("%s has the bytes %x, %t", id, b, ok)
		}
		if next := paylink.NewID(paylink.PrefixLink, now); next <= id {
			t.Fatalf("%s comes after %s", next, id)
		}
		for _, bad := range []string{"", id[4:], "pay_" + id[4:], id + "0", id[:29], id[:29] + "1", id[:5] + "u" + id[6:]} {
			if _, ok := paylink.IDBytes(paylink.PrefixLink, bad); ok {
				t.Fatalf("%q was read", bad)
			}
		}
	})
}
