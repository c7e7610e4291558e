package till

import (
	"strings"

	"paylink"
)

// ReturnURL is where the payer's browser goes after a payment: the link's redirect
// URL with responseToken appended to the query that it has, in front of the
// fragment (dialect/frontstream/README.md, A29). Empty where the link has none. What the
// merchant wrote stays as it is, byte for byte.
func (t *Till) ReturnURL(l paylink.Link, p paylink.Payment) string {
	if l.RedirectURL == "" {
		return ""
	}
	base, fragment, marked := strings.Cut(l.RedirectURL, "#")
	switch {
	case !strings.Contains(base, "?"):
		base += "?"
	case !strings.HasSuffix(base, "?") && !strings.HasSuffix(base, "&"):
		base += "&"
	}
	base += "responseToken=" + t.ResponseToken(p)
	if marked {
		base += "#" + fragment
	}
	return base
}
