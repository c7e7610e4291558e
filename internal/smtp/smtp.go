package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"paylink"
)

// Postman implements paylink.Postman by one connection for each letter.
type Postman struct {
	Server Server
	From   string // the operator's own address: what the server lets us write as
	// TLS is what certificates are judged by; nil: the system's roots.
	TLS *tls.Config
	// Timeout bounds the wait for each answer; zero means 20 seconds.
	Timeout time.Duration
}

var _ paylink.Postman = (*Postman)(nil)

// Send implements paylink.Postman.
func (p *Postman) Send(ctx context.Context, m paylink.Message) error {
	msg, err := p.message(m)
	if err != nil {
		return &paylink.Undelivered{Permanent: true, Err: err}
	}
	line := &line{}
	client, err := p.client(line)
	if err != nil {
		return &paylink.Undelivered{Ours: true, Err: err}
	}
	defer line.cut()
	// The library looks at the context while it dials only.
	defer context.AfterFunc(ctx, line.cut)()
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // what came after the server's answer is no matter of the letter's
	}
	if err == nil {
		err = errors.New("the library sent nothing and gave no reason")
	}
	return undelivered(err)
}

// undelivered sorts an error. For good is only what the server said of the recipient
// or of the letter: that it does not let us in, or does not know us, is a matter of
// configuration, which is ours and may be put right before the tries are used up.
func undelivered(err error) *paylink.Undelivered {
	var s *mail.SendError
	u := &paylink.Undelivered{Ours: true, Err: err}
	if !errors.As(err, &s) {
		return u
	}
	switch s.Reason {
	case mail.ErrSMTPRcptTo, mail.ErrSMTPData:
		u.Permanent = s.ErrorCode()/100 == 5
	case mail.ErrSMTPDataClose:
		u.Permanent = s.ErrorCode()/100 == 5
		u.Perhaps = s.ErrorCode() == 0
	default:
		return u
	}
	if u.Ours = s.ErrorCode() == 0; !u.Ours { // else the line broke, and nothing was said
		// What the library adds, the recipient and the Message-ID, is in the letter's row.
		said, _, _ := strings.Cut(s.Error(), ", affected ")
		u.Err = errors.New(said)
	}
	return u
}

func (p *Postman) client(l *line) (*mail.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if p.TLS != nil {
		config = p.TLS.Clone()
	}
	config.ServerName = p.Server.Host
	timeout := p.Timeout
	if timeout == 0 {
		timeout = 20 * time.Second
	}
	policy := mail.TLSMandatory
	if p.Server.Clear || p.Server.Implicit {
		policy = mail.NoTLS // of its own: dial does it
	}
	options := []mail.Option{mail.WithTLSPolicy(policy), mail.WithTLSConfig(config), mail.WithTimeout(timeout), mail.WithoutNoop(),
		mail.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
			return l.dial(ctx, network, p.Server, config)
		})}
	if domain := domainOf(p.From); domain != "" {
		options = append(options, mail.WithHELO(domain))
	}
	if p.Server.User != "" {
		// The library takes a connection for clear text that it did not encrypt itself;
		// Server allows a password on such a one only where it is encrypted, or local.
		auth := mail.SMTPAuthPlain
		if p.Server.Clear || p.Server.Implicit {
			auth = mail.SMTPAuthPlainNoEnc
		}
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(p.Server.User), mail.WithPassword(p.Server.Password))
	}
	return mail.NewClient(p.Server.Host, options...)
}

// message writes a letter down. Names and subject become one line each; the library
// encodes what is not ASCII (RFC 2047).
func (p *Postman) message(m paylink.Message) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithEncoding(mail.EncodingQP), mail.WithNoDefaultUserAgent())
	for _, address := range []string{p.From, m.To.Email} {
		if err := paylink.CheckEmail(address); err != nil {
			return nil, fmt.Errorf("the address %q %w", address, err)
		}
	}
	msg.FromMailAddress(&netmail.Address{Name: oneLine(m.Sender), Address: p.From})
	msg.ToMailAddress(&netmail.Address{Name: oneLine(m.To.Name), Address: m.To.Email})
	if paylink.CheckEmail(m.ReplyTo.Email) == nil {
		msg.ReplyToMailAddress(&netmail.Address{Name: oneLine(m.ReplyTo.Name), Address: m.ReplyTo.Email})
	}
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.At)
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", m.Language)
	}
	auto := "auto-generated" // RFC 3834 section 5: nobody's vacation answers us
	if m.Automatic {
		auto = "auto-replied"
	}
	msg.SetGenHeader("Auto-Submitted", auto)
	msg.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply") // the same to Exchange
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	return msg, nil
}

// longest is how many characters of a name or subject are kept: folded lines of
// encoded words stay far from the 998 bytes of RFC 5322 section 2.1.1.
const longest = 150

// oneLine makes a text fit for a header. Controls are blanks.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ") // an amount keeps its own blanks
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest-1]) + "…"
	}
	return s
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}
