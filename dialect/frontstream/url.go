package frontstream

import (
	"net/url"
	"path"
	"strings"

	"paylink"
	"paylink/dialect"
)

// redirect reads RedirectUrl, which must not lead back to a pay link of ours: the
// payer would go round in a circle (trust.md H-53).
func (h *Handler) redirect(r *reader) string {
	if v := r.get("RedirectUrl"); v.Kind == dialect.Null || (v.Kind == dialect.String && v.Text == "") {
		r.required("RedirectUrl")
		return ""
	}
	s := h.url(r, "RedirectUrl")
	if s != "" && h.isOurs(s) {
		r.broken(CodeNotAllowed, "RedirectUrl", "must not be a pay link")
		return ""
	}
	return s
}

// url reads an absolute http or https URL (A28).
func (h *Handler) url(r *reader, name string) string {
	s, ok := r.raw(name, maxURL)
	if !ok || s == "" {
		return ""
	}
	u, err := paylink.CheckURL(s)
	if err != nil {
		r.broken(CodeFormat, name, err.Error())
		return ""
	}
	if h.DemandHTTPS && u.Scheme != "https" {
		r.broken(CodeFormat, name, "must be an https URL")
		return ""
	}
	return s
}

// isOurs reports whether a URL is below the path of our pay links, on our host.
func (h *Handler) isOurs(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	own, err := url.Parse(h.Till.LinkURL(""))
	return err == nil && strings.EqualFold(u.Hostname(), own.Hostname()) && port(u) == port(own) &&
		strings.HasPrefix(path.Clean("/"+u.Path)+"/", own.Path)
}

// port is the one that is dialled.
func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}
