package qrcode

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// quiet is the width of the empty border, in modules (ISO/IEC 18004, 6.3.8).
const quiet = 4

// Code is a code, ready to be drawn.
type Code struct{ matrix *qr.Code }

// Of makes the code of a text. One that is longer than a code can hold (2331 bytes)
// is an error.
func Of(text string) (Code, error) {
	m, err := qr.Encode(text, qr.M)
	return Code{m}, err
}

// Modules is the width of the drawing in modules, its quiet zone included.
func (c Code) Modules() int { return c.matrix.Size + 2*quiet }

// Dark reports whether a module of the drawing is dark; 0, 0 is the corner of the
// quiet zone.
func (c Code) Dark(x, y int) bool { return c.matrix.Black(x-quiet, y-quiet) }

// SVG is the code as a document of its own, size pixels wide.
func (c Code) SVG(size int) []byte {
	var b bytes.Buffer
	n, px := strconv.Itoa(c.Modules()), strconv.Itoa(size)
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + px + `" height="` + px + `" viewBox="0 0 ` + n + ` ` + n +
		`" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + n + `v` + n + `H0z"/><path d="`)
	for y := range c.Modules() {
		for x := 0; x < c.Modules(); x++ {
			run := 0
			for c.Dark(x+run, y) {
				run++
			}
			if run > 0 {
				b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h" + strconv.Itoa(run) + "v1h-" + strconv.Itoa(run) + "z")
				x += run
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}

// PNG is the code as an image of size × size pixels. Every module has the same whole
// number of pixels, so what does not divide makes the quiet zone wider.
func (c Code) PNG(size int) []byte {
	img := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	scale := max(size/c.Modules(), 1)
	offset := (size - scale*c.Modules()) / 2
	for y := range size {
		for x := range size {
			if x >= offset && y >= offset && c.Dark((x-offset)/scale, (y-offset)/scale) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("qrcode: a buffer refused an image: " + err.Error())
	}
	return b.Bytes()
}

// Terminal is the code in half blocks, two modules in each character. With color it
// sets black and white itself, so that it reads on dark and light grounds alike;
// without, dark modules are what the terminal leaves empty, as dark terminals need.
func (c Code) Terminal(color bool) string {
	var b strings.Builder
	for y := 0; y < c.Modules(); y += 2 {
		if color {
			b.WriteString("\x1b[38;5;16;48;5;231m")
		}
		for x := range c.Modules() {
			upper, lower := c.Dark(x, y), c.Dark(x, y+1)
			if !color {
				upper, lower = !upper, !lower && y+1 < c.Modules()
			}
			b.WriteString(map[[2]bool]string{{true, true}: "█", {true, false}: "▀", {false, true}: "▄", {false, false}: " "}[[2]bool{upper, lower}])
		}
		if color {
			b.WriteString("\x1b[0m")
		}
		b.WriteString("\n")
	}
	return b.String()
}
