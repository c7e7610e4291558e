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

// Bring keeps an instrument that was saved elsewhere: the gateway knows it by
// Saved.Token already. It gives the instrument with its id.
func bring(tx paylink.Tx, in paylink.Instrument) (paylink.Instrument, error) {
	in.ID, in.CreatedAt = paylink.NewID(paylink.PrefixInstrument, tx.Now()), tx.Now()
	if in.Foreign == "" {
		in.Foreign = foreignInstrument()
	}
	return in, tx.PutInstrument(in)
}
