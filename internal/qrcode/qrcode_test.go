package qrcode_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"io"
	"regexp"
	"strings"
	"testing"

	"rsc.io/qr"

	"paylink/internal/qrcode"
)

const text = "https://pay.example/pay/V9bOi30joYX6I0MeRHksj7"

// want is the drawing by the library's own matrix.
func want(t *testing.T) (dark func(x, y int) bool, n int) {
	t.Helper()
	m, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	return func(x, y int) bool { return m.Black(x-4, y-4) }, m.Size + 8
}

func made(t *testing.T) qrcode.Code {
	t.Helper()
	c, err := qrcode.Of(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// same compares a drawing with the matrix, module by module.
func same(t *testing.T, what string, dark func(x, y int) bool) {
	t.Helper()
	ref, n := want(t)
	for y := range n {
		for x := range n {
			if dark(x, y) != ref(x, y) {
				t.Fatalf("%s: module %d, %d is wrong", what, x, y)
			}
		}
	}
}

func TestEveryDrawingIsTheMatrixWithItsQuietZone(t *testing.T) {
	t.Parallel()
	c := made(t)
	_, n := want(t)
	if c.Modules() != n {
		t.Fatalf("%d modules, want %d", c.Modules(), n)
	}

	svg := c.SVG(300)
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	drawn := map[[2]int]bool{}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`).FindAllStringSubmatch(string(svg), -1) {
		var x, y, run int
		if _, err := fmt.Sscan(m[1], &x); err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Sscan(m[2], &y)
		_, _ = fmt.Sscan(m[3], &run)
		for i := range run {
			drawn[[2]int{x + i, y}] = true
		}
	}
	same(t, "SVG", func(x, y int) bool { return drawn[[2]int{x, y}] })

	for _, size := range []int{n, 3*n + 1, 512} {
		img, err := png.Decode(bytes.NewReader(c.PNG(size)))
		if err != nil || img.Bounds().Dx() != size || img.Bounds().Dy() != size {
			t.Fatalf("PNG of %d: %v, %v", size, img.Bounds(), err)
		}
		scale := size / n
		at := (size - scale*n) / 2
		same(t, "PNG", func(x, y int) bool {
			r, _, _, _ := img.At(at+x*scale+scale/2, at+y*scale+scale/2).RGBA()
			return r == 0
		})
	}

	for _, color := range []bool{true, false} {
		lines := strings.Split(strings.NewReplacer("\x1b[38;5;16;48;5;231m", "", "\x1b[0m", "").Replace(c.Terminal(color)), "\n")
		same(t, "terminal", func(x, y int) bool {
			cell := []rune(lines[y/2])[x]
			inked := cell == '█' || (cell == '▀' && y%2 == 0) || (cell == '▄' && y%2 == 1)
			return inked == color
		})
	}
}

func TestATextThatIsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := qrcode.Of(strings.Repeat("x", 3000)); err == nil {
		t.Error("3000 bytes were drawn")
	}
}
