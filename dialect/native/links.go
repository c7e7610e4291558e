package native

import (
	"errors"
	"net/http"
	"time"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// linkAnswer is a link with what its page was told to show, and what helps to show
// the link elsewhere.
type linkAnswer struct {
	paylink.LinkView
	Language string                     `json:"language,omitempty"`
	Country  string                     `json:"country,omitempty"`
	Button   string                     `json:"button,omitempty"`
	Theme    string                     `json:"theme,omitempty"`
	Ask      paylink.Ask                `json:"ask"`
	Customer string                     `json:"customer,omitempty"`
	Embed    []string                   `json:"embed_origins,omitempty"`
	QR       *qrAnswer                  `json:"qr,omitempty"`
	HTML     *htmlAnswer                `json:"html,omitempty"`
	Payments *list[paylink.PaymentView] `json:"payments,omitempty"` // where it was asked for
}

func (h *Handler) viewLink(l paylink.Link, url string, now time.Time) linkAnswer {
	v := linkAnswer{LinkView: l.View(url, now), Language: l.Page.Language, Country: l.Page.Country,
		Button: l.Page.Button, Theme: l.Page.Theme, Ask: l.Page.Ask, Customer: l.CustomerID, Embed: l.Page.Embed}
	if l.State == paylink.LinkOpen {
		v.QR, v.HTML = qrOf(url), h.htmlOf(l, url)
	}
	return v
}

// viewStanding is viewLink of a link as payers find it: products and debt have their
// say. What a catalog sells besides its own lines is listed with the products.
func (h *Handler) viewStanding(r paylink.Reader, l paylink.Link, url string) (linkAnswer, error) {
	found, standing, err := h.Till.Told(r, l)
	if err != nil {
		return linkAnswer{}, err
	}
	v := h.viewLink(found, url, r.Now())
	v.Standing = standing
	return v, nil
}

// textOf is the text of an error of ours that may be shown.
func textOf(err error) string {
	var e *paylink.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return "breaks a rule"
}

// claim is the call's idempotency key, nil without one. A key means one thing for
// one merchant, one route and the ids in its path.
func (c call) claim() (*paylink.Claim, error) {
	key, err := dialect.IdempotencyKey(c.Header)
	if err != nil || key == "" {
		return nil, err
	}
	return &paylink.Claim{Scope: c.merchant + " " + Name + " " + c.Method + " " + c.URL.Path, Key: key,
		Fingerprint: dialect.Fingerprint(c.body, append([]string{c.id()}, c.Header.Values("If-Match")...)...)}, nil
}

func given(a till.Answer) answer { return answer{status: a.Status, body: a.Body, replayed: a.Replayed} }

func (h *Handler) makeLink(c call) (answer, error) {
	claim, err := c.claim()
	if err != nil {
		return answer{}, err
	}
	o, err := readOrder(c.body)
	if err != nil {
		return answer{}, err
	}
	if claim != nil && !c.dry {
		a, err := h.Till.Answered(c.Context(), *claim)
		if paylink.KindOf(err) != paylink.NotFound || err == nil {
			return given(a), err
		}
	}
	if err := h.place(c, &o); err != nil {
		return answer{}, err
	}
	is := till.Issuance{Link: o.link, Claim: claim, Render: func(l paylink.Link, url string) (int, []byte) {
		return http.StatusCreated, dialect.JSON(h.viewLink(l, url, l.CreatedAt))
	}}
	if c.dry {
		return h.rehearse(c, h.Till.Issues(is), func(d till.Changed) (int, string, any) {
			return http.StatusCreated, d.Link.ID, h.viewLink(d.Link, d.URL, d.Link.CreatedAt)
		})
	}
	a, err := h.Till.Issue(c.Context(), is)
	return given(a), err
}

// place judges what depends on the moment, and gives the link its merchant and
// terminal.
func (h *Handler) place(c call, o *order) error {
	r := &reader{}
	l := &o.link
	l.MerchantID, l.Dialect, l.Foreign = c.merchant, Name, "{}"
	if l.Reference != "" {
		l.Scope = Name + "/" + c.merchant
	}
	err := h.Till.Read(c.Context(), func(rd paylink.Reader) error {
		if !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(rd.Now()) {
			r.fault("expires_at", "past", "must lie in the future")
		}
		if err := o.settle(rd, r); err != nil {
			return err
		}
		if l.Price.Currency == "" { // of a debt that is not there
			return nil
		}
		all, err := rd.Terminals(c.merchant)
		for _, t := range all {
			if t.ID == o.terminal || (o.terminal == "" && t.Currency == l.Price.Currency) {
				l.TerminalID = t.ID
				if t.Currency != l.Price.Currency {
					r.fault("currency", "currency_terminal", "the terminal takes %s", t.Currency)
				}
				if l.Hold && !t.Takes(paylink.Card) {
					r.fault("hold", "hold_terminal", "only cards can be held, and the terminal takes none")
				}
				return err
			}
		}
		if o.terminal != "" {
			r.fault("terminal", "terminal_unknown", "there is no such terminal")
		} else {
			r.fault("currency", "currency_terminal", "no terminal of yours takes %s", l.Price.Currency)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.faults.Err()
}

func (h *Handler) readLink(c call) (answer, error) {
	more, err := c.expand("payments")
	if err != nil {
		return answer{}, err
	}
	var v linkAnswer
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		l, err := r.Link(c.id())
		if err != nil || l.MerchantID != c.merchant {
			return theirs(err, "link")
		}
		v, err = h.linkWith(r, l, more["payments"])
		return err
	})
	a := ok(v)
	a.version = v.Version
	return a, err
}

// linkWith is a link as payers find it, with its newest payments where they were asked for.
func (h *Handler) linkWith(r paylink.Reader, l paylink.Link, payments bool) (v linkAnswer, err error) {
	url, err := h.Till.URLOf(r, l.ID)
	if err != nil {
		return v, err
	}
	if v, err = h.viewStanding(r, l, url); err != nil {
		return v, err
	}
	if payments {
		q := query{limit: usualLimit}
		all, err := r.Payments(paylink.PaymentFilter{MerchantID: l.MerchantID, LinkID: l.ID, Paging: q.paging()})
		if err != nil {
			return v, err
		}
		all, more := trim(q, all)
		paid := newList[paylink.PaymentView](more)
		for _, p := range all {
			paid.Data = append(paid.Data, p.View())
		}
		v.Payments = &paid
	}
	return v, nil
}

// theirs makes what is somebody else's look like what is not there.
func theirs(err error, what string) error {
	if err == nil || paylink.KindOf(err) == paylink.NotFound {
		return unknown(what)
	}
	return err
}

func (h *Handler) listLinks(c call) (answer, error) {
	q, err := c.query("state", "reference", "metadata[…]", "created_from", "created_to", "expand")
	if err != nil {
		return answer{}, err
	}
	state, err := q.one("state", string(paylink.LinkOpen), string(paylink.LinkClosed))
	if err != nil {
		return answer{}, err
	}
	more, err := q.expand("payments")
	if err != nil {
		return answer{}, err
	}
	page, err := q.during(paylink.PrefixLink)
	if err != nil {
		return answer{}, err
	}
	var out list[linkAnswer]
	err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
		all, err := r.Links(paylink.LinkFilter{MerchantID: c.merchant, State: paylink.LinkState(state),
			Reference: q.get("reference"), Metadata: q.metadata, Paging: page})
		if err != nil {
			return err
		}
		all, further := trim(q, all)
		out = newList[linkAnswer](further)
		for _, l := range all {
			v, err := h.linkWith(r, l, more["payments"])
			if err != nil {
				return err
			}
			out.Data = append(out.Data, v)
		}
		return nil
	})
	return ok(out), err
}

func (h *Handler) closeLink(c call) (answer, error) {
	r := &reader{}
	reason := ""
	if r.object("", c.body, "reason") {
		reason = r.text(c.body, "", "reason", maxTitle)
	}
	if err := r.faults.Err(); err != nil {
		return answer{}, err
	}
	closing := till.Closing{LinkID: c.id(), MerchantID: c.merchant, Reason: reason}
	return h.once(c, "link", h.Till.Closes(closing), func(d till.Changed) (int, string, any) {
		return http.StatusOK, d.Link.ID, h.viewLink(d.Link, d.URL, d.Link.ClosedAt)
	})
}

// once does a change under the call's idempotency key, if it has one.
func (h *Handler) once(c call, what string, change till.Change, show func(till.Changed) (int, string, any)) (answer, error) {
	claim, err := c.claim()
	if err != nil {
		return answer{}, err
	}
	if c.dry {
		a, err := h.rehearse(c, change, show)
		if paylink.KindOf(err) == paylink.NotFound {
			err = unknown(what)
		}
		return a, err
	}
	a, err := h.Till.Once(c.Context(), claim, change, func(d till.Changed) (int, string, []byte) {
		status, id, v := show(d)
		return status, id, dialect.JSON(v)
	})
	if paylink.KindOf(err) == paylink.NotFound {
		err = unknown(what)
	}
	return given(a), err
}
