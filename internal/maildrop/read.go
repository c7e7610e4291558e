package maildrop

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Read is a letter in parts, as people see it.
type Read struct {
	Header  mail.Header
	From    string // with its name, as is To
	To      string
	ReplyTo string
	Subject string
	ID      string // Message-ID with its brackets
	Text    string
	HTML    string
}

// Open reads a letter of a text and its twin in HTML.
func (l Letter) Open() (Read, error) {
	m, err := mail.ReadMessage(bytes.NewReader(l.Raw))
	if err != nil {
		return Read{}, err
	}
	r := Read{Header: m.Header, ID: m.Header.Get("Message-ID")}
	for to, name := range map[*string]string{&r.From: "From", &r.To: "To", &r.ReplyTo: "Reply-To", &r.Subject: "Subject"} {
		if *to, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get(name)); err != nil {
			return r, fmt.Errorf("header %s: %w", name, err)
		}
	}
	media, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return r, err
	}
	if !strings.HasPrefix(media, "multipart/") {
		raw, err := io.ReadAll(body(m.Body, m.Header.Get("Content-Transfer-Encoding")))
		r.Text = string(raw)
		return r, err
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return r, err
		}
		raw, err := io.ReadAll(body(p, p.Header.Get("Content-Transfer-Encoding")))
		if err != nil {
			return r, err
		}
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind {
		case "text/plain":
			r.Text = text
		case "text/html":
			r.HTML = text
		}
	}
}

// body undoes the one encoding that our letters have.
func body(r io.Reader, encoding string) io.Reader {
	if strings.EqualFold(encoding, "quoted-printable") {
		return quotedprintable.NewReader(r)
	}
	return r
}

// messageID is the header of a letter, "" where it can't be read.
func messageID(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return m.Header.Get("Message-ID")
}
