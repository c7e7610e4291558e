package look

import "bytes"

// Our own style sheet and script are written for people and squeezed by two
// small rules that are safe for files in our own style; asset_test.go holds the
// files to that style.

// squeezeCSS drops comments, line breaks and blanks around punctuation. Our
// sheets have no strings with blanks or comment marks in them.
func squeezeCSS(src []byte) []byte {
	var out bytes.Buffer
	for {
		start := bytes.Index(src, []byte("/*"))
		if start < 0 {
			break
		}
		out.Write(src[:start])
		end := bytes.Index(src[start:], []byte("*/"))
		if end < 0 {
			src = nil
			break
		}
		src = src[start+end+2:]
	}
	out.Write(src)
	text := bytes.Join(bytes.Fields(out.Bytes()), []byte(" "))
	// "+", "*" and "-" keep their blanks: calc() needs them. A blank before ":" or
	// "(" or "[" or "." can mean a descendant.
	for _, p := range []string{"{", "}", ";", ",", ">", "~"} {
		text = bytes.ReplaceAll(text, []byte(" "+p), []byte(p))
		text = bytes.ReplaceAll(text, []byte(p+" "), []byte(p))
	}
	text = bytes.ReplaceAll(text, []byte(": "), []byte(":"))
	text = bytes.ReplaceAll(text, []byte(" !important"), []byte("!important"))
	return bytes.ReplaceAll(text, []byte(";}"), []byte("}"))
}

// squeezeJS drops lines that are nothing but a comment, indentation, and blanks
// around a few operators, which our strings do not hold. Line breaks stay: they
// end statements.
func squeezeJS(src []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(src) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || bytes.HasPrefix(line, []byte("//")) {
			continue
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	text := out.Bytes()
	for _, op := range operators {
		text = bytes.ReplaceAll(text, []byte(" "+op+" "), []byte(op))
	}
	// In our strings a comma stands in lists of selectors only.
	return bytes.ReplaceAll(text, []byte(", "), []byte(","))
}

var operators = []string{"=>", "===", "=", "&&", ">", "<"}
