package paylink

import (
	"errors"
	"unicode/utf8"
)

// CheckText judges a text that people will read: valid UTF-8 and none of the
// characters that make it read other than it is (bidi controls, zero-width,
// tags, private use) or that break transports (controls other than tab and line
// breaks). trust.md section 3, "Unicode spoofing".
func CheckText(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("is not valid UTF-8")
	}
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
		case r < 0x20 || (r >= 0x7f && r <= 0x9f):
			return errors.New("must not hold control characters")
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200B, r == 0x2060, r == 0xFEFF,
			r == 0x200E, r == 0x200F, r == 0x061C:
			return errors.New("must not hold invisible or direction-changing characters")
		case r >= 0xE000 && r <= 0xF8FF, r >= 0xE0000 && r <= 0xE007F, r >= 0xF0000:
			return errors.New("must not hold private or tag characters")
		case r == utf8.RuneError:
			return errors.New("holds a character that could not be read")
		}
	}
	return nil
}
