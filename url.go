package paylink

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// CheckURL judges a URL that a payer's browser will be sent to or shown: absolute
// http or https, a host, no userinfo, no backslash, blank or control character.
// Go's url.Parse alone accepts "javascript:", "//evil", "https:evil" and
// "https://good@evil" (trust.md H-51), so each is refused here by name.
func CheckURL(raw string) (*url.URL, error) {
	for _, r := range raw {
		if r <= ' ' || r == 0x7f || r == '\\' || (r >= 0x80 && r <= 0x9f) {
			return nil, errors.New("must not hold blanks, backslashes or control characters")
		}
	}
	// Encoded line breaks would be decoded by careless receivers into headers.
	low := strings.ToLower(raw)
	if strings.Contains(low, "%0d") || strings.Contains(low, "%0a") || strings.Contains(low, "%00") {
		return nil, errors.New("must not hold encoded line breaks or NUL")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("is not a URL")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("must be an absolute http or https URL")
	case u.Opaque != "" || u.Hostname() == "":
		return nil, errors.New("must name a host")
	case u.User != nil || strings.Contains(u.Host, "@"):
		return nil, errors.New("must not hold a user name or password")
	case strings.ContainsFunc(u.Host, noHost):
		return nil, errors.New("must name a host of letters, digits, dots and hyphens")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, errors.New("must name a port from 1 to 65535")
		}
	}
	return u, nil
}

// noHost: letters of other scripts are allowed; what could end a directive of a
// header is not. Brackets and colons are those of an IPv6 address and a port.
func noHost(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune(".-_[]:", r)
}

// Origin is scheme, host and port of a URL, as a Content-Security-Policy names it.
func Origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
