package checkout

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// tell answers with a page that belongs to no link.
func (h *Handler) tell(w http.ResponseWriter, r *http.Request, name string, ways ...string) {
	l := look.NewLocale(h.words(r.URL.Query().Get("lang"), "", "", h.accept(r).langs), h.accept(r).region)
	s := look.Shell{Locale: l, Languages: tongues(l, r.URL.Path)}
	v := notice(s, name)
	for _, key := range ways {
		v.Forward = append(v.Forward, Way{Text: l.T(key), Href: r.URL.Path, Main: true})
	}
	h.write(w, r, look.Policy{HTTPS: h.https()}.Headers(), states[name].status, v)
}

// write renders a notice.
func (h *Handler) write(w http.ResponseWriter, r *http.Request, head http.Header, status int, v NoticeView) {
	copyHeader(w, head)
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	if err := NoticePage(v).Render(context.WithoutCancel(r.Context()), w); err != nil {
		h.Log.Info("the payer went away", "path", "notice", "error", err)
	}
}

// fail answers an error of the till. safe says that nothing can have been taken.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error, safe bool) {
	switch kind := paylink.KindOf(err); {
	case kind == paylink.NotFound:
		h.tell(w, r, "unknown")
	case kind == paylink.Unavailable && safe && paylink.CodeOf(err) != "commit_unknown":
		h.Log.Error("a page could not be served", "error", err)
		w.Header().Set("Retry-After", "30")
		h.tell(w, r, "gateway_down", "way.again")
	default:
		h.Log.Error("a page could not be served", "error", err)
		if safe {
			h.tell(w, r, "broken_safe", "way.again")
			return
		}
		h.tell(w, r, "broken", "way.open")
	}
}

// closedNames are the states of links that can't be paid.
var closedNames = map[paylink.Standing]string{paylink.Closed: "cancelled", paylink.Expired: "expired", paylink.UsedUp: "used_up",
	paylink.OffSale: "off_sale", paylink.Paused: "paused", paylink.Settled: "already_paid", paylink.WrittenOff: "cancelled"}

// closed says why a link can't be paid, and shows nothing of what it asked for.
func (h *Handler) closed(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale) {
	name := closedNames[s.Standing]
	more := ""
	if s.Standing == paylink.Settled || (s.Standing == paylink.UsedUp && s.Link.MaxUses == 1) {
		name = "already_paid"
		if p, err := h.Acts.LastPaid(r.Context(), s.Link); err == nil {
			more = l.T("state.already_paid.when", "when", l.DateTime(p.CompletedAt))
		}
	}
	v := notice(h.shell(s.Offer, l, h.path(s.Offer)), name, "payee", s.Merchant.Name)
	if more != "" {
		v.Text = append(v.Text, more)
	}
	h.write(w, r, h.headers(s.Offer, l), states[name].status, v)
}

// tooMany tells a payer how long to wait.
func (h *Handler) tooMany(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	v := notice(h.shell(s.Offer, l, h.path(s.Offer)), "too_many")
	v.Text = append(v.Text, l.N("state.too_many.wait", int((wait+time.Minute-1)/time.Minute)))
	v.Forward = []Way{{Text: l.T("way.again"), Href: h.path(s.Offer), Main: true}}
	h.write(w, r, h.headers(s.Offer, l), states["too_many"].status, v)
}
