package till

import (
	"crypto/rand"
	"fmt"

	"paylink"
)

// foreignInstrument is a random UUID (version 4), the form in which other APIs name
// saved instruments (FrontStream: TokenGuid).
func foreignInstrument() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// boundTo is the instrument that a link is bound to, where it may be paid with it; nil
// where it is bound to none. One that can't hold money pays no link that only
// authorizes: such a link offers what can, to whoever opens it.
func boundTo(r paylink.Reader, l paylink.Link) (*paylink.Instrument, error) {
	if l.Instrument == "" {
		return nil, nil
	}
	saved, err := r.Instrument(l.Instrument)
	if err != nil || (l.Hold && !saved.Saved.Method.Holds()) {
		return nil, err
	}
	return &saved, nil
}

// holdable refuses a link that only authorizes and is bound to what would be debited.
func holdable(r paylink.Reader, l paylink.Link) error {
	saved, err := boundTo(r, l)
	if err != nil || saved != nil || l.Instrument == "" {
		return err
	}
	var f paylink.Faults
	f.Add("hold", "hold_instrument", "only cards can be held, and the link is bound to a saved way to pay that is none")
	return f.Err()
}

// bring keeps an instrument that was saved elsewhere: the gateway knows it by
// Saved.Token already. It gives the instrument with its id.
func bring(tx paylink.Tx, in paylink.Instrument) (paylink.Instrument, error) {
	in.ID, in.CreatedAt = paylink.NewID(paylink.PrefixInstrument, tx.Now()), tx.Now()
	if in.Foreign == "" {
		in.Foreign = foreignInstrument()
	}
	return in, tx.PutInstrument(in)
}
