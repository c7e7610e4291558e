package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	scale "golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// picture is one that we drew.
type picture struct {
	kind string // media type
	body []byte
}

// maxPixels is the largest picture that is decoded: the 12 megapixels of a phone's
// usual one. A file of few bytes may claim many more (a decompression bomb), and each
// takes up to 15 bytes of memory in a progressive JPEG.
const (
	maxPixels = 12 << 20
	maxEdge   = 16_000
	quality   = 82
)

// edge is the longest edge of what is served, in pixels: twice what the page shows,
// for dense screens.
func edge(large bool) int {
	if large {
		return 1200
	}
	return 160
}

// format is a kind of picture that we read.
type format struct {
	magic  []byte
	decode func([]byte) (image.Image, error)
	config func([]byte) (image.Config, error)
}

// formats are told by their first bytes, whatever the answer that brought them said.
var formats = []format{
	{[]byte("\x89PNG\r\n\x1a\n"), func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
		func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) }},
	{[]byte("\xff\xd8\xff"), decodeJPEG,
		func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) }},
	{[]byte("GIF8"), func(b []byte) (image.Image, error) { return gif.Decode(bytes.NewReader(b)) },
		func(b []byte) (image.Config, error) { return gif.DecodeConfig(bytes.NewReader(b)) }},
	{[]byte("RIFF"), func(b []byte) (image.Image, error) { return webp.Decode(bytes.NewReader(b)) },
		func(b []byte) (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(b)) }},
}

var errFormat = errors.New("the picture is no PNG, JPEG, WebP or GIF")

// draw makes a new picture of the bytes, its longest edge at most so many pixels. What
// has transparent parts becomes a PNG, everything else a JPEG; of what moves the first
// picture stays.
func draw(raw []byte, most int) (picture, error) {
	for _, f := range formats {
		if !bytes.HasPrefix(raw, f.magic) {
			continue
		}
		c, err := f.config(raw)
		if err != nil {
			return picture{}, fmt.Errorf("the picture can't be read: %w", err)
		}
		if c.Width < 1 || c.Height < 1 || c.Width > maxEdge || c.Height > maxEdge || c.Width*c.Height > maxPixels {
			return picture{}, fmt.Errorf("the picture has %d × %d pixels", c.Width, c.Height)
		}
		from, err := f.decode(raw)
		if err != nil {
			return picture{}, fmt.Errorf("the picture can't be read: %w", err)
		}
		return encode(turn(shrink(from, most), orientation(raw)))
	}
	return picture{}, errFormat
}

// shrink draws the picture on a canvas of its own, at most so large.
func shrink(from image.Image, most int) *image.RGBA {
	b := from.Bounds()
	w, h := b.Dx(), b.Dy()
	if long := max(w, h); long > most {
		w, h = max(1, w*most/long), max(1, h*most/long)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() && h == b.Dy() {
		scale.Draw(to, to.Bounds(), from, b.Min, scale.Src)
		return to
	}
	scale.CatmullRom.Scale(to, to.Bounds(), from, b, scale.Src, nil)
	return to
}

func encode(m *image.RGBA) (p picture, err error) {
	var b bytes.Buffer
	if m.Opaque() {
		p.kind, err = "image/jpeg", jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	} else {
		p.kind, err = "image/png", png.Encode(&b, m)
	}
	p.body = b.Bytes()
	return p, err
}

// placeholder stands where a picture can't be had: a plain, half transparent ground
// that suits a light page and a dark one.
func placeholder(large bool) picture {
	w, h := 16, 16
	if large {
		h = 9
	}
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 0x20 // premultiplied: grey, an eighth opaque
	}
	p, err := encode(m)
	if err != nil {
		return picture{kind: "image/png"} // a bytes.Buffer takes everything
	}
	return p
}
