package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation is how a JPEG says that it must be turned to be looked at, 1 to 8
// (Exif 2.32, tag 0x0112); 1 where it says nothing. A picture that is drawn anew
// loses the note, so it has to be followed: phones store what they take lying down.
func orientation(raw []byte) int {
	if !bytes.HasPrefix(raw, []byte("\xff\xd8")) {
		return 1
	}
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff; {
		size := int(binary.BigEndian.Uint16(raw[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(raw) || raw[at+1] == 0xda { // the picture itself begins
			return 1
		}
		if raw[at+1] == 0xe1 && bytes.HasPrefix(raw[at+4:end], []byte("Exif\x00\x00")) {
			return exifOrientation(raw[at+10 : end])
		}
		at = end
	}
	return 1
}

// exifOrientation reads the tag from the first directory of a TIFF.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := order.Uint32(tiff[4:])
	if int64(at)+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// turn follows an orientation.
func turn(m *image.RGBA, o int) *image.RGBA {
	if o < 2 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if o >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch o {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.SetRGBA(tx, ty, m.RGBAAt(x, y))
		}
	}
	return out
}
