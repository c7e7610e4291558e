package main

import (
	"paylink"
	"paylink/internal/smtp"
	"paylink/till"
	"paylink/web/letter"
)

// mailFlags say which server carries letters.
type mailFlags struct {
	SMTPURL     dsn    `name:"smtp-url" env:"PAYLINK_SMTP_URL" help:"The mail server: smtp://user:password@host:587 (STARTTLS), smtps://…:465, or smtp://…?tls=none; without it no link is shared by mail and no receipt is written."`
	SMTPURLFile string `name:"smtp-url-file" env:"PAYLINK_SMTP_URL_FILE" help:"A file that holds the address instead."`
	MailFrom    string `env:"PAYLINK_MAIL_FROM" help:"The address that letters come from, like pay@shop.example; merchants' names stand beside it, and answers go to them."`
}

// check gives the post office that is asked for; nil where none is.
func (m *mailFlags) check(f *faults) *till.Post {
	orFile(f, "smtp-url", &m.SMTPURL, &m.SMTPURLFile)
	switch {
	case m.SMTPURL == "" && m.MailFrom == "":
		return nil
	case m.SMTPURL == "":
		f.add("smtp-url", "is missing: --mail-from alone sends nothing")
		return nil
	case m.MailFrom == "":
		f.add("mail-from", "is missing: the address that letters come from, like pay@shop.example")
		return nil
	}
	server, err := smtp.ParseURL(string(m.SMTPURL))
	if err != nil {
		f.add("smtp-url", "%v", err)
	}
	if err := paylink.CheckEmail(m.MailFrom); err != nil {
		f.add("mail-from", "%v", err)
	}
	return newPost(server, m.MailFrom)
}

func newPost(server smtp.Server, from string) *till.Post {
	return &till.Post{Postman: &smtp.Postman{Server: server, From: from}, Write: letter.Write}
}
