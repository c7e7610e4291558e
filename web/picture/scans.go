package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
)

// maxScans is how many passes a progressive JPEG may be drawn in; encoders make about
// ten. Each goes over the whole picture though it may have twenty bytes, so that 5 MiB
// of them would keep a processor busy for an hour.
const maxScans = 64

func decodeJPEG(raw []byte) (image.Image, error) {
	if n := scans(raw); n > maxScans {
		return nil, fmt.Errorf("it is drawn in %d passes", n)
	}
	return jpeg.Decode(bytes.NewReader(raw))
}

// scans counts the passes of a JPEG as a decoder meets them (ISO/IEC 10918-1, B.1.1):
// segments with a length, and behind those that begin a pass its data, in which a 0 or
// a restart follows each ff.
func scans(raw []byte) (n int) {
	for at := 2; at+4 <= len(raw); {
		marker := raw[at+1]
		switch {
		case raw[at] != 0xff:
			at++ // data, or what decoders pass over
			continue
		case marker == 0xff:
			at++ // filling
			continue
		case marker == 0 || (marker >= 0xd0 && marker <= 0xd7):
			at += 2
			continue
		case marker == 0xd9:
			return n // what is behind the end is not looked at
		case marker == 0xda:
			n++
		}
		at += 2 + max(2, int(binary.BigEndian.Uint16(raw[at+2:])))
	}
	return n
}
