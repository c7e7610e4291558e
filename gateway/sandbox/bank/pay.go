package bank

import (
	"net/http"
)

// session finds the charge that a page stands for. Where there is nothing to
// press any more it has answered and returns nil.
func (s *Server) session(w http.ResponseWriter, r *http.Request, action string) (*Account, *charge) {
	c, err := oneCharge(s.book.reading, `WHERE session=$1`, r.PathValue("session"))
	if err != nil {
		s.broken(w, err)
		return nil, nil
	}
	if c == nil {
		s.message(w, r, nil, nil, "unknown", http.StatusNotFound)
		return nil, nil
	}
	a := s.account(c.account)
	switch {
	case c.state == RequiresAction && c.due <= s.nowMS(), c.state == Cancelled && c.reason == "session_expired":
		s.message(w, r, a, c, "expired", http.StatusGone)
	case c.state == Cancelled:
		s.message(w, r, a, c, "cancelled", http.StatusGone)
	case c.state != RequiresAction && r.Method == http.MethodPost:
		s.back(w, r, a, c) // a second press: the result stands
	case c.state != RequiresAction:
		s.message(w, r, a, c, "done", http.StatusGone)
	case c.rest.Action != action:
		http.Redirect(w, r, s.actionURL(c), http.StatusSeeOther)
	default:
		return a, c
	}
	return nil, nil
}

// actionURL is where the payer goes on.
func (s *Server) actionURL(c *charge) string {
	if c.rest.Action == "3ds" {
		return s.o.BaseURL + "/3ds/" + c.session
	}
	return s.o.BaseURL + "/pay/" + c.session
}

// message is a page without a form.
func (s *Server) message(w http.ResponseWriter, r *http.Request, a *Account, c *charge, text string, status int) {
	wish := ""
	if c != nil {
		wish = c.rest.Language
	}
	v := s.view(r, wish, text+"_title")
	v.Status, v.Text = status, v.T[text+"_text"]
	if c != nil {
		v.of(a, c)
	}
	s.render(w, "message.html", v)
}

// back sends the payer to the shop. The URL says nothing of the result: the shop asks.
func (s *Server) back(w http.ResponseWriter, r *http.Request, a *Account, c *charge) {
	if c.rest.ReturnURL == "" {
		s.message(w, r, a, c, "done", http.StatusOK)
		return
	}
	http.Redirect(w, r, c.rest.ReturnURL, http.StatusSeeOther)
}

func (s *Server) getPay(w http.ResponseWriter, r *http.Request) {
	if a, c := s.session(w, r, "hosted"); c != nil {
		v := s.view(r, c.rest.Language, "pay_title")
		v.of(a, c)
		if c.rest.Wallet != nil {
			s.render(w, "wallet.html", v)
			return
		}
		s.render(w, "pay.html", v)
	}
}

func (s *Server) postPay(w http.ResponseWriter, r *http.Request) {
	a, c := s.session(w, r, "hosted")
	if c == nil {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if c.rest.Wallet != nil {
		s.postTransfer(w, r, a, c)
		return
	}
	e := entry{Method: c.rest.Method, Number: r.PostFormValue("number"), Expiry: r.PostFormValue("expiry"), CVC: r.PostFormValue("cvc"),
		Routing: r.PostFormValue("routing"), Account: r.PostFormValue("account"), Holder: r.PostFormValue("holder")}
	src, bad := s.read(e)
	if len(bad) > 0 {
		v := s.view(r, c.rest.Language, "pay_title")
		v.of(a, c)
		v.Status, v.Bad, v.Holder = http.StatusUnprocessableEntity, bad, e.Holder // numbers are never sent back
		for _, f := range []string{"number", "expiry", "cvc", "routing", "account", "holder"} {
			if bad[f] != "" {
				v.Fields = append(v.Fields, f)
			}
		}
		s.render(w, "pay.html", v)
		return
	}
	own := s.onlyFirst(a.ID, c.key, src.does().with(amountTrouble(a, c.amount.Minor)))
	s.press(w, r, a, c, &src, false, own)
}

func (s *Server) get3DS(w http.ResponseWriter, r *http.Request) {
	if a, c := s.session(w, r, "3ds"); c != nil {
		v := s.view(r, c.rest.Language, "secure_title")
		v.of(a, c)
		s.render(w, "secure.html", v)
	}
}

func (s *Server) post3DS(w http.ResponseWriter, r *http.Request) {
	a, c := s.session(w, r, "3ds")
	if c == nil {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	e := effects{decline: "authentication_failed"}
	if r.PostFormValue("answer") == "approve" {
		e.decline = ""
	}
	s.press(w, r, a, c, nil, true, e)
}

// press is a payer's press, with what trouble the rules add to it.
func (s *Server) press(w http.ResponseWriter, r *http.Request, a *Account, c *charge, src *source, authenticated bool, e effects) {
	e = e.with(s.troubles.of("pay", a.ID, c.key, c.amount.Minor))
	s.pause(e.slow)
	if e.queue > 0 || e.notBooked {
		s.message(w, r, a, c, "broken", http.StatusBadGateway)
		return
	}
	done, early, err := s.finish(a, c.session, src, authenticated, e)
	if err != nil {
		s.broken(w, err)
		return
	}
	if e.hideLookups > 0 {
		s.troubles.hide(a.ID, c.key, e.hideLookups)
	}
	s.deliverNow(early)
	switch {
	case e.answer != "":
		s.message(w, r, a, c, "broken", http.StatusBadGateway)
	case done.state == RequiresAction:
		http.Redirect(w, r, s.actionURL(done), http.StatusSeeOther)
	default:
		s.back(w, r, a, done)
	}
}
