package checkout

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// attempt is the page of one try to pay: where the form, the gateway and the payer's
// own bookmark lead to. What the URL says is no evidence; the till asks the gateway.
func (h *Handler) attempt(w http.ResponseWriter, r *http.Request) {
	sight, err := h.Acts.LookBack(r.Context(), r.PathValue("token"))
	if err != nil {
		h.fail(w, r, err, false)
		return
	}
	p, err := h.Acts.Back(r.Context(), sight.Link.ID, r.PathValue("attempt"))
	if paylink.KindOf(err) == paylink.NotFound && err != nil {
		// A form that was never sent, or an address that was never ours: the link itself
		// says what can be done.
		copyHeader(w, h.headers(sight.Offer, h.locale(r, sight.Offer, "")))
		http.Redirect(w, r, h.path(sight.Offer), http.StatusSeeOther)
		return
	}
	if err != nil {
		h.fail(w, r, err, false)
		return
	}
	l := h.locale(r, sight.Offer, p.Language)
	switch {
	case p.State.Paid():
		h.paid(w, r, sight, l, p)
	case p.State == paylink.RequiresAction:
		h.resume(w, r, sight, l, p)
	case p.State.Open() || p.Doubted():
		h.confirming(w, r, sight, l, p)
	default:
		h.failed(w, r, sight, l, p)
	}
}

// paid sends the payer back to the merchant, or shows the receipt.
func (h *Handler) paid(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, p paylink.Payment) {
	if to := h.redirect(s.Link, p); to != "" && !h.framed && !r.URL.Query().Has("receipt") {
		copyHeader(w, h.headers(s.Offer, l))
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	h.receipt(w, r, s, l, p)
}

// redirect is where the payer goes after a payment; "" where the link has no
// redirect URL, the payment ended otherwise, or is owed back: they read that first.
func (h *Handler) redirect(link paylink.Link, p paylink.Payment) string {
	if p.State == paylink.Refunded || p.Surplus || look.Origin(link.RedirectURL) == "" {
		return ""
	}
	return h.Acts.ReturnURL(link, p)
}

// receipt is what a payer prints.
func (h *Handler) receipt(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, p paylink.Payment) {
	name := "paid"
	switch {
	case p.State == paylink.Refunded:
		name = "refunded"
	case p.Surplus:
		name = "surplus"
	case p.State == paylink.Authorized:
		name = "held"
	case p.State == paylink.Pending:
		name = "pending"
		if p.Method == paylink.Stablecoin {
			name = "pending_wallet"
		}
	}
	v := h.notice(s, l, p, name)
	v.Facts.Heading = l.T("facts.paid_to")
	v.Tab = l.T("receipt.title", "payee", s.Merchant.Name)
	v.Pairs, v.Print = slip(l, s, p), true
	if to := h.redirect(s.Link, p); to != "" {
		v.Forward = []Way{{Text: l.T("way.shop", "payee", s.Merchant.Name), Href: to, Main: true}}
	}
	head := h.headers(s.Offer, l)
	if name == "pending_wallet" {
		head.Set("Refresh", refresh(s, p))
	}
	h.write(w, r, head, states[name].status, v)
}

// refresh is after how many seconds a page looks again: often at first, rarely later.
func refresh(s till.Sight, p paylink.Payment) string {
	switch age := s.Now.Sub(p.CreatedAt); {
	case age > 10*time.Minute:
		return "60"
	case age > time.Minute:
		return "10"
	}
	return "3"
}

// slip is what a receipt says beside the facts.
func slip(l look.Locale, s till.Sight, p paylink.Payment) []Pair {
	at := p.CompletedAt
	if at.IsZero() {
		at = p.UpdatedAt
	}
	out := []Pair{{l.T("receipt.date"), l.DateTime(at)}}
	if p.Last4 != "" || p.Brand != "" {
		out = append(out, Pair{l.T("receipt.method"), savedLabel(l, paylink.SavedInstrument{Method: p.Method, Brand: p.Brand, Last4: p.Last4})})
	}
	// A reference that the link hides stays hidden (flow.tran.hidden).
	if p.Reference != "" && s.Link.Page.ShowReference {
		out = append(out, Pair{l.T("receipt.reference"), p.Reference})
	}
	if p.Refunded > 0 {
		out = append(out, Pair{l.T("receipt.given_back"), l.Money(paylink.Money{Minor: p.Refunded, Currency: p.Amount.Currency})})
	}
	return append(out, Pair{l.T("receipt.number"), p.ID})
}

// notice begins the page of a payment: with the facts of the payment, not of the
// link, which may have changed since.
func (h *Handler) notice(s till.Sight, l look.Locale, p paylink.Payment, name string) NoticeView {
	v := notice(h.shell(s.Offer, l, h.path(s.Offer)+"/"+p.Attempt), name, "payee", s.Merchant.Name)
	f := h.factsOf(s, l)
	f.Amount, f.Period, f.Pairs = l.Money(p.Amount), "", nil
	f.list(l, p.Lines, f.Title, p.Amount)
	v.Facts = &f
	return v
}

// chosen are the form values that made a payment's lines of a link's price.
func chosen(l look.Locale, price paylink.Price, p paylink.Payment) Values {
	val := Values{}
	if price.Open() && len(p.Lines) > 0 {
		typed := price.Money(p.Lines[0].Amount)
		val["amount"] = strings.ReplaceAll(typed.Decimal(), ".", l.Decimal())
	}
	rest := p.Lines
	for i, line := range price.Lines {
		if line.Open {
			continue
		}
		n := int64(0) // lines of none are not in a payment
		if len(rest) > 0 && rest[0].Product == line.Product && (line.Product != "" || rest[0].Title == line.Title) {
			n, rest = rest[0].N(), rest[1:]
		}
		if line.Adjust != nil {
			val[quantityName(i, line)] = strconv.FormatInt(n, 10)
		}
	}
	return val
}

// resume lets a payer go on at the bank, where they left or lost its page.
func (h *Handler) resume(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, p paylink.Payment) {
	name := "resume"
	if p.Method == paylink.Stablecoin {
		name = "resume_wallet"
	}
	v := h.notice(s, l, p, name)
	if look.Origin(p.ActionURL) != "" {
		v.Forward = append(v.Forward, Way{Text: l.T("state.resume.button", "gateway", v.Gateway), Href: p.ActionURL, Main: true})
	}
	v.Forward = append(v.Forward, Way{Text: l.T("way.other"), Href: h.path(s.Offer)})
	h.write(w, r, h.headers(s.Offer, l), states[name].status, v)
}

// confirming refreshes itself, often at first and rarely later.
func (h *Handler) confirming(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, p paylink.Payment) {
	v := h.notice(s, l, p, "confirming")
	v.Forward = []Way{{Text: l.T("way.look"), Href: h.path(s.Offer) + "/" + p.Attempt, Main: true}}
	head := h.headers(s.Offer, l)
	head.Set("Refresh", refresh(s, p))
	h.write(w, r, head, states["confirming"].status, v)
}

// failed says that nothing was taken, and offers the form again where the link can
// still be paid: what was typed is there, card fields excepted.
func (h *Handler) failed(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, p paylink.Payment) {
	payable := h.payable(s)
	switch {
	case p.State == paylink.Abandoned && payable:
		v := h.notice(s, l, p, "gateway_down")
		v.Forward = []Way{{Text: l.T("way.again"), Href: h.path(s.Offer), Main: true}}
		head, status := h.headers(s.Offer, l), http.StatusOK
		// Given up later by the resolver is a definite answer; that the gateway was not
		// reached is news of the moment.
		if p.Decline == "gateway_down" {
			status = states["gateway_down"].status
			head.Set("Retry-After", "30")
		}
		h.write(w, r, head, status, v)
	case p.State == paylink.Declined && payable:
		val := prefilled(p.Payer)
		val["method"], val["reference"] = string(p.Method), p.Reference
		maps.Copy(val, chosen(l, s.Link.Price, p))
		h.again(w, r, s, l, http.StatusOK, val, nil, l.T("decline."+declineWords(p.Decline)))
	case p.State == paylink.Declined || p.State == paylink.Abandoned:
		h.closed(w, r, s, l)
	default:
		name := map[paylink.PaymentState]string{paylink.Voided: "voided", paylink.AuthExpired: "released", paylink.Returned: "returned"}[p.State]
		v := h.notice(s, l, p, name)
		v.Pairs, v.Print = slip(l, s, p), true
		if payable {
			v.Forward = []Way{{Text: l.T("way.again"), Href: h.path(s.Offer), Main: true}}
		}
		h.write(w, r, h.headers(s.Offer, l), states[name].status, v)
	}
}

// declineWords chooses what a payer reads. Why a bank declined is not told: who
// tries stolen cards would learn which are good (trust.md 2.4, "Never an oracle").
func declineWords(code string) string {
	switch code {
	case paylink.DeclineAuthFailed, paylink.DeclineProcessing, paylink.DeclineCancelled, paylink.DeclineUnderpaid:
		return code
	case paylink.DeclineNeverArrived:
		return paylink.DeclineProcessing
	}
	return paylink.DeclineGeneric
}
