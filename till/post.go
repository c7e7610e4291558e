package till

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"

	"paylink"
	"paylink/internal/fault"
)

// Post is how a till sends letters.
type Post struct {
	Postman paylink.Postman
	// Write makes the text of a letter. It must be pure.
	Write  func(Letter) (paylink.Message, error)
	Limits MailLimits // the zero value: UsualMailLimits
	// Trouble hears why the mail server did not serve us, which merchants are not told; nil
	// where nobody listens. It is called by several goroutines.
	Trouble func(error)
}

func (p *Post) limits() MailLimits {
	if p.Limits.Merchant == nil && p.Limits.Address == nil {
		return UsualMailLimits
	}
	return p.Limits
}

// Letter is everything that the text of a letter is made from, as the book says at
// the time of sending.
type Letter struct {
	Mail     paylink.Mail
	Merchant paylink.Merchant
	Link     paylink.Link
	URL      string // of Link
	Share    paylink.Share
	Payment  paylink.Payment // of a receipt
}

// mailRetries is how long after each failed try the next one comes: a little more
// than four days in all (RFC 5321 section 4.5.4.1: give up after 4 to 5 days).
var mailRetries = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour,
	2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// mailLife is how long a letter waits for its link: as long as all tries take.
var mailLife = func() (all time.Duration) {
	for _, d := range mailRetries {
		all += d
	}
	return all
}()

const (
	mailTimeout = 45 * time.Second
	// mailLease outlives mailFence and mailTimeout together: nobody else sends a letter
	// that may still leave here.
	mailLease = 2 * time.Minute
	// mailFence is how long after its claim a letter may begin to leave. A node that was
	// paused longer lets it be: another one has it by then.
	mailFence = 30 * time.Second
	// busyWait is how long a letter waits about a link that can't be paid just now:
	// somebody is paying it, or it is paused.
	busyWait = 2 * time.Minute
)

// queue puts a letter into the outbox, due now.
func (t *Till) queue(tx paylink.Tx, m paylink.Mail) (paylink.Mail, error) {
	m.ID, m.State = paylink.NewID(paylink.PrefixMail, tx.Now()), paylink.MailWaiting
	m.CreatedAt, m.NextAt = tx.Now(), tx.Now()
	host := "paylink.invalid"
	if u, err := url.Parse(t.BaseURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	m.MessageID = m.ID + "@" + host
	_, err := tx.AddMail(m)
	return m, err
}

// queueReceipt writes to the payer when a payment is paid, or its money held, for the
// first time.
func (t *Till) queueReceipt(tx paylink.Tx, before, p paylink.Payment) error {
	first := p.State.Paid() && !before.State.Paid() && before.CompletedAt.IsZero()
	if t.Post == nil || !first || paylink.CheckEmail(p.Payer.Email) != nil {
		return nil
	}
	_, err := t.queue(tx, paylink.Mail{MerchantID: p.MerchantID, Kind: paylink.MailReceipt, LinkID: p.LinkID, PaymentID: p.ID,
		To: p.Payer.Email, Name: p.Payer.Name(), Language: p.Language})
	return err
}

// Mail sends up to limit letters that are due, each by a connection of its own, and
// writes down what came of it. It gives how many it took; zero says that nothing is
// due. A letter whose server took it and whose mark was lost in a crash is sent again
// under the same Message-ID: nobody can know, and a letter twice is better than none.
func (t *Till) Mail(ctx context.Context, limit int) (int, error) {
	if t.Post == nil {
		return 0, nil
	}
	var due []paylink.Mail
	began := time.Now()
	err := t.Store.Update(ctx, func(tx paylink.Tx) (err error) {
		due, err = tx.DueMails(limit, mailLease)
		return err
	})
	if err != nil {
		return 0, err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(due))
	for i, m := range due {
		wg.Go(func() { errs[i] = alone(func() error { return t.mail(ctx, m, began) }) })
	}
	wg.Wait()
	return len(due), errors.Join(errs...)
}

func (t *Till) mail(ctx context.Context, m paylink.Mail, claimed time.Time) error {
	l, fate, err := t.letter(ctx, m)
	if err != nil {
		return err
	}
	if fate != (fateOf{}) {
		return t.saveMail(ctx, m, fate)
	}
	var msg paylink.Message
	err = alone(func() (err error) { msg, err = t.Post.Write(l); return err })
	if err != nil {
		return errors.Join(err, t.saveMail(ctx, m, fateOf{err: err}))
	}
	// Both clocks: the monotonic one stands still while the machine sleeps.
	if time.Since(claimed) > mailFence || time.Now().Round(0).Sub(claimed.Round(0)) > mailFence {
		return nil
	}
	sending, stop := context.WithTimeout(ctx, mailTimeout)
	err = t.Post.Postman.Send(sending, msg)
	stop()
	var u *paylink.Undelivered
	if errors.As(err, &u) && u.Ours && t.Post.Trouble != nil {
		t.Post.Trouble(err)
	}
	fault.Point("K20.after")
	return t.saveMail(ctx, m, fateOf{sent: err == nil, err: err})
}

// fateOf is what becomes of a letter whose turn has come.
type fateOf struct {
	sent   bool
	err    error
	cancel string // why it is no longer true
	wait   string // why it can't be sent now; look again later, as long as mailLife allows
}

// letter reads what a letter tells of, and decides whether it is still true.
func (t *Till) letter(ctx context.Context, m paylink.Mail) (l Letter, fate fateOf, err error) {
	l.Mail = m
	err = t.Store.View(ctx, func(r paylink.Reader) (err error) {
		fate = fateOf{}
		if l.Merchant, err = r.Merchant(m.MerchantID); err != nil {
			return err
		}
		if m.Kind == paylink.MailReceipt {
			if l.Link, err = r.Link(m.LinkID); err != nil {
				return err
			}
			if l.Payment, err = r.Payment(m.PaymentID); err == nil && !l.Payment.State.Paid() {
				fate.cancel = "the payment came to nothing before this letter's turn: it is " + string(l.Payment.State)
			}
			return err
		}
		if l.Share, err = r.Share(m.ShareID); err != nil {
			return err
		}
		var standing paylink.Standing
		if l.Link, l.URL, standing, err = t.offered(r, m.LinkID); err != nil {
			return err
		}
		switch standing {
		case paylink.Payable:
		case paylink.InUse, paylink.Paused, paylink.OffSale: // it may come back
			fate.wait = "the link could not be paid for days: it is " + string(standing)
		default:
			fate.cancel = "the link could not be paid any more when this letter's turn came: it is " + string(standing)
		}
		return nil
	})
	return l, fate, err
}

// offered is a link as a payer would see it who opens it by its URL: with its products'
// prices, and with the standing of its debt.
func (t *Till) offered(r paylink.Reader, linkID string) (l paylink.Link, url string, s paylink.Standing, err error) {
	if url, err = t.urlOf(r, linkID); err != nil {
		return l, "", "", err
	}
	sight, err := sightOf(r, strings.TrimPrefix(url, t.LinkURL("")))
	return sight.Link, url, sight.Standing, err
}

// saveMail writes down what became of a letter and plans the next try.
func (t *Till) saveMail(ctx context.Context, m paylink.Mail, fate fateOf) error {
	err := t.Store.Update(context.WithoutCancel(ctx), func(tx paylink.Tx) error {
		// Letters of one share, or one letter, may end on two nodes at once: one of them
		// counts after the other.
		if m.ShareID != "" {
			if _, err := tx.LockMerchant(m.MerchantID); err != nil {
				return err
			}
		}
		cur, err := tx.Mail(m.ID)
		if err != nil || cur.State != paylink.MailWaiting {
			return err
		}
		var u *paylink.Undelivered
		errors.As(fate.err, &u)
		cur.LeaseTill = time.Time{}
		if fate.sent || fate.err != nil {
			cur.Tries++
			cur.LastError = ""
		}
		switch {
		case u != nil && !u.Ours:
			cur.LastError = brief(fate.err)
		case u != nil:
			cur.LastError = "the mail server could not be reached, or did not let us in"
		case fate.err != nil:
			cur.LastError = "the letter could not be written"
		}
		over := func(s paylink.MailState) { cur.State, cur.NextAt, cur.DoneAt = s, time.Time{}, tx.Now() }
		switch {
		case fate.sent:
			over(paylink.MailSent)
		case fate.cancel != "":
			cur.LastError = fate.cancel
			over(paylink.MailCancelled)
		case fate.wait != "" && tx.Now().Sub(cur.CreatedAt) < mailLife:
			cur.NextAt = tx.Now().Add(busyWait)
		case fate.wait != "":
			cur.LastError = fate.wait
			over(paylink.MailFailed)
		case (u != nil && u.Permanent) || cur.Tries > len(mailRetries):
			over(paylink.MailFailed)
		default:
			cur.NextAt = tx.Now().Add(jitter(mailRetries[cur.Tries-1]))
		}
		if err = tx.SaveMail(cur); err == nil {
			err = tellUnsent(tx, cur)
		}
		fault.Point("K21.before")
		return err
	})
	fault.Point("K21.after")
	return err
}
