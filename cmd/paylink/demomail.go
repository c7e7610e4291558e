package main

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"time"

	"paylink/internal/maildrop"
	"paylink/internal/smtp"
	"paylink/till"
)

// demoFrom is the address that the demo's letters come from.
const demoFrom = "pay@demo.example"

// startMail starts the demo's mail server, which keeps what it is given. now is asked
// once letters come.
func startMail(now func() time.Time) (*maildrop.Drop, *till.Post, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server, err := smtp.ParseURL("smtp://" + l.Addr().String() + "?tls=none")
	if err != nil {
		return nil, nil, err
	}
	p := newPost(server, demoFrom)
	// One machine plays every merchant of a demo, and nobody is written to.
	p.Limits = till.UsualMailLimits
	p.Limits.Merchant = []till.MailLimit{{Letters: math.MaxInt32, In: time.Hour}}
	return maildrop.Open(l, maildrop.Options{Now: now}), p, nil
}

// shownLetter is a letter for people and for tests.
type shownLetter struct {
	N       int       `json:"n"` // its place, from 0 for the oldest that is kept
	At      time.Time `json:"at"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	ReplyTo string    `json:"reply_to,omitempty"`
	Subject string    `json:"subject"`
	ID      string    `json:"message_id"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"`
	// Repeated: a letter of this Message-ID came before.
	Repeated bool `json:"repeated,omitempty"`
}

// letters are those that the mail server keeps, newest first.
func (d *demo) letters() []shownLetter {
	out := []shownLetter{}
	if d.drop == nil {
		return out
	}
	all, met := d.drop.Letters(), map[string]bool{}
	for i, l := range all {
		// What can't be read is shown by what is known of it.
		r, err := l.Open()
		if err != nil {
			r.Subject = "(a letter that can't be read: " + err.Error() + ")"
		}
		out = append(out, shownLetter{N: i, At: l.At, From: r.From, To: r.To, ReplyTo: r.ReplyTo, Subject: r.Subject, ID: r.ID,
			Text: r.Text, HTML: r.HTML, Repeated: met[r.ID]})
		met[r.ID] = true
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// letterPolicy lets a letter show its own styles and open its links, and nothing else.
const letterPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

// letterPage is the HTML of one letter, for the inbox's frame.
func (d *demo) letterPage(w http.ResponseWriter, r *http.Request) {
	for _, l := range d.letters() {
		if strconv.Itoa(l.N) == r.PathValue("n") {
			h := w.Header()
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Security-Policy", letterPolicy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-store")
			_, _ = w.Write([]byte(l.HTML)) // the reader went away: nothing to do
			return
		}
	}
	http.NotFound(w, r)
}
