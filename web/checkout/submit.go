package checkout

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"paylink"
	"paylink/till"
	"paylink/web/look"
)

// submit takes the form. It answers 303 to where the payer goes next, 422 with the
// form where a field is wrong, and a page with its own code for everything else.
func (h *Handler) submit(w http.ResponseWriter, r *http.Request) {
	if h.fromElsewhere(r) {
		h.tell(w, r, "forbidden", "way.open")
		return
	}
	form, ok := h.readBody(w, r)
	if !ok {
		return
	}
	sight, err := h.Acts.Look(r.Context(), r.PathValue("token"))
	if err != nil {
		h.fail(w, r, err, true)
		return
	}
	l := h.locale(r, sight.Offer, form.Get("lang"))
	if !h.payable(sight) && form.Get("attempt") == "" {
		h.closed(w, r, sight, l)
		return
	}
	val := readForm(form)
	if form.Has("act") { // show the form again, for another country or with a new total
		h.again(w, r, sight, l, http.StatusOK, val, nil, "")
		return
	}
	if h.Wait != nil {
		if wait := h.Wait(r, sight.Link.ID); wait > 0 {
			h.tooMany(w, r, sight, l, wait)
			return
		}
	}
	order, wrong := readOrder(sight, l, val, form)
	if len(wrong) > 0 {
		if !h.payable(sight) {
			h.closed(w, r, sight, l)
			return
		}
		h.again(w, r, sight, l, http.StatusUnprocessableEntity, val, wrong, "")
		return
	}
	if told, news := h.news(sight, l, order, form); news {
		val[recheck] = "1"
		h.again(w, r, sight, l, http.StatusConflict, val, nil, told)
		return
	}
	order.ClientIP = h.clientIP(r)
	p, err := h.Acts.Pay(r.Context(), order)
	if err != nil {
		h.refused(w, r, sight, l, val, err)
		return
	}
	p = h.await(r.Context(), p)
	to := h.path(sight.Offer) + "/" + p.Attempt
	switch {
	case h.framed: // a redirect would lead another site's page into the frame
	case p.State == paylink.RequiresAction && look.Origin(p.ActionURL) != "":
		to = p.ActionURL
	case p.State.Paid():
		// Where the attempt's own page would lead: one way less for the payer.
		if back := h.redirect(sight.Link, p); back != "" {
			to = back
		}
	}
	// Headers go out with the redirect, too: the CSP of this answer is not looked at,
	// but no-store and the referrer policy are.
	copyHeader(w, h.headers(sight.Offer, l))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// news is what to tell a payer whose form showed another total than what is chosen
// in it makes: without the script a page does not follow what is typed, and nobody is
// charged what they have not seen.
func (h *Handler) news(s till.Sight, l look.Locale, o till.Order, form url.Values) (message string, news bool) {
	price := s.Link.Price
	if !form.Has("told") || !price.Chosen() || (price.Open() && price.Tax == nil) {
		return "", false
	}
	bill, err := price.Bill(paylink.Choice{Typed: o.Typed, Quantities: o.Quantities})
	if err != nil || form.Get("told") == strconv.FormatInt(bill.Total.Minor, 10) {
		return "", false // an error is told by who takes the order
	}
	return l.T("error.total", "amount", l.Money(bill.Total)), true
}

// awaitFor and awaitStep bound the wait of a second press for the first one's answer.
const (
	awaitFor  = 3 * time.Second
	awaitStep = 100 * time.Millisecond
)

// await waits for a payment that another request is sending: a form pressed twice is
// one payment, and the browser shows the second answer. Without the wait that would
// be a page that says less than the first one knew.
func (h *Handler) await(ctx context.Context, p paylink.Payment) paylink.Payment {
	tick := time.NewTicker(awaitStep)
	defer tick.Stop()
	for over := time.After(awaitFor); p.State == paylink.Reserved || p.State == paylink.Sending; {
		select {
		case <-tick.C:
			if now, err := h.Acts.Back(ctx, p.LinkID, p.Attempt); err == nil {
				p = now
			}
		case <-over:
			return p
		case <-ctx.Done():
			return p
		}
	}
	return p
}

func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" || r.Header.Get("Content-Encoding") != "" {
		http.Error(w, "a form must be application/x-www-form-urlencoded", http.StatusUnsupportedMediaType)
		return nil, false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form could not be read: it is too large or broken", http.StatusBadRequest)
		return nil, false
	}
	return r.PostForm, true
}

// refused turns the till's refusal into a page. Nothing was reserved, so nothing
// can have been taken, except where a commit was lost.
func (h *Handler) refused(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, val Values, err error) {
	code := paylink.CodeOf(err)
	switch kind := paylink.KindOf(err); {
	case kind == paylink.Invalid && (code == "attempt" || code == "price_changed"), kind == paylink.Reused:
		// The link may have become another while the form was open: show it as it is.
		if fresh, lerr := h.Acts.Look(r.Context(), s.Address.Value); lerr == nil {
			s = fresh
		}
		if !h.payable(s) {
			h.closed(w, r, s, l)
			return
		}
		message := l.T("error.stale")
		if code == "price_changed" {
			message, val[recheck] = l.T("error.price_changed"), "1"
		}
		h.again(w, r, s, l, http.StatusConflict, val, nil, message)
	case kind == paylink.Invalid:
		h.again(w, r, s, l, http.StatusUnprocessableEntity, val, h.translate(l, s, val, err), "")
	case code == "duplicate_reference":
		h.again(w, r, s, l, http.StatusConflict, val, nil, l.T("decline.duplicate", "payee", s.Merchant.Name))
	case code == "in_use", code == "duplicate_running":
		h.again(w, r, s, l, http.StatusConflict, val, nil, l.T("decline.in_use"))
	case kind == paylink.Gone:
		// Closed, expired or used up since the page was opened: look again.
		if fresh, lerr := h.Acts.Look(r.Context(), s.Address.Value); lerr == nil && !h.payable(fresh) {
			h.closed(w, r, fresh, l)
			return
		}
		h.fail(w, r, err, true)
	default:
		h.fail(w, r, err, code != "commit_unknown")
	}
}

// translate says the till's faults in the payer's words, at our fields.
func (h *Handler) translate(l look.Locale, s till.Sight, val Values, err error) Faults {
	v := h.form(s, l, val, nil)
	byName := map[string]*Field{}
	for _, f := range v.fields() {
		byName[f.Name] = f
	}
	if v.Order != nil {
		for i := range v.Order.Items {
			byName["quantity_"+strconv.Itoa(i)] = &v.Order.Items[i].Field
		}
	}
	wrong := Faults{}
	var e *paylink.Error
	if !errors.As(err, &e) {
		e = &paylink.Error{}
	}
	switch first := byName["quantity_0"]; {
	case e.Code == "nothing_chosen" && first != nil:
		return Faults{first.Name: l.T("error.nothing")}
	case e.Code == "total_too_large" && first != nil:
		return Faults{first.Name: l.T("error.too_much")}
	case e.Code == "total_too_large" && v.Amount != nil:
		return Faults{"amount": l.T("error.too_much")}
	}
	for _, fault := range e.Faults {
		name := fault.Field
		if name == "region" {
			name = "state"
		}
		f, known := byName[name]
		switch {
		case fault.Code == "card_number" && known:
			wrong[name] = l.T("error.pan")
		case fault.Code == "text" && known:
			wrong[name] = l.T("error.text")
		case known:
			wrong[f.Name] = f.Wrong
		default:
			wrong["method"] = l.T("error.method")
		}
	}
	if len(wrong) == 0 {
		wrong["method"] = l.T("error.stale")
	}
	return wrong
}

// recheck is a value that no form has: the order must be looked at before the payment.
const recheck = "recheck"

// again shows the form with what was typed and why it was not taken, and a fresh
// attempt: the old one is spent or was never used, and both may stay so.
func (h *Handler) again(w http.ResponseWriter, r *http.Request, s till.Sight, l look.Locale, status int, val Values, wrong Faults, message string) {
	v := h.form(s, l, val, wrong)
	v.Attempt = h.Acts.AttemptFor(s)
	v.Message, v.Chosen, v.Recheck = message, val["method"], val[recheck] != ""
	v.MethodError = wrong["method"]
	var page bytes.Buffer
	if err := PayPage(v).Render(r.Context(), &page); err != nil {
		h.fail(w, r, err, true)
		return
	}
	copyHeader(w, h.headers(s.Offer, l))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(page.Bytes()) // the reader went away: nothing to do
	}
}
