package look

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Policy is what a page may reach beyond its own origin.
type Policy struct {
	Frames  []string // origins whose pages may be framed: the gateway's
	Within  []string // origins whose pages may frame this one: none if empty
	Actions []string // where the form leads on to, besides ourselves: the gateway's pages and the link's redirect
	HTTPS   bool     // the base URL is https: say so for a year
}

// CSP is the Content-Security-Policy of the page: nothing inline, nothing from
// anywhere else. Chromium applies form-action to every redirect after a POST, and
// where a bank or a merchant's site leads on to is not ours to know: a payer who was
// charged and is held back on the form would pay again. So schemes are named where
// the form leads on to others, and no hosts.
func (p Policy) CSP() string {
	frames := "'none'"
	if f := origins(p.Frames); f != "" {
		frames = f
	}
	actions := "'self'"
	if len(p.Actions) > 0 {
		actions += " https:"
		if !p.HTTPS || slices.ContainsFunc(p.Actions, func(to string) bool { return strings.HasPrefix(Origin(to), "http://") }) {
			actions += " http:"
		}
	}
	within := "'none'"
	if w := origins(p.Within); w != "" {
		within = w
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; frame-src " +
		frames + "; form-action " + actions + "; base-uri 'none'; frame-ancestors " + within
}

// origins writes the distinct origins that are safe to stand in a header.
func origins(list []string) string {
	var out []string
	for _, raw := range list {
		if o := Origin(raw); o != "" && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Origin is scheme, host and port of an absolute http(s) URL, or "" where the
// text is none or holds what could end the directive.
func Origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil ||
		strings.ContainsAny(u.Host, "; ,'\"*\\") {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// Headers are the security headers of every HTML answer (trust.md, I-35), ready
// to be copied into an answer.
func (p Policy) Headers() http.Header {
	h := http.Header{}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.CSP())
	h.Set("X-Content-Type-Options", "nosniff")
	// To others nothing is told. To ourselves the origin is, or browsers without
	// Sec-Fetch-Site would send our own form with "Origin: null" and be refused.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	if origins(p.Within) == "" { // it has no form that names an origin, and wins where both are known
		h.Set("X-Frame-Options", "DENY")
	}
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), usb=()")
	if p.HTTPS {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	return h
}
