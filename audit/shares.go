package audit

import "paylink"

// readShares expects the event of each share, and a letter to each recipient.
func (a *audit) readShares() error {
	return a.l.EachShare(func(s paylink.Share) error {
		a.objects[keyOf(s.ID)] = struct{}{}
		a.expect(s.ID, paylink.EventLinkShared, 1)
		if _, l := a.links.get(keyOf(s.LinkID)); l == nil {
			a.say("mail", s.ID, "the link %s that was shared does not exist", s.LinkID)
		}
		letters := len(s.Recipients)
		if s.MerchantCopy {
			letters++
		}
		a.letters[keyOf(s.ID)] = letters
		return nil
	})
}

// readMails checks that each letter is on its way, or came to an end that is told: that
// of a share which was not sent by an event, whose version counts them behind the first.
func (a *audit) readMails() error {
	unsent := map[key]int{}
	err := a.l.EachMail(func(m paylink.Mail) error {
		switch m.State {
		case paylink.MailWaiting:
			if m.NextAt.IsZero() {
				a.say("mail", m.ID, "the letter waits for no moment: it will never be sent")
			}
		case paylink.MailSent:
			if m.DoneAt.IsZero() || m.Tries == 0 {
				a.say("mail", m.ID, "the letter is sent without a try or a time")
			}
		case paylink.MailFailed, paylink.MailCancelled:
			if m.DoneAt.IsZero() || m.LastError == "" {
				a.say("mail", m.ID, "the letter is %s without a reason or a time", m.State)
			}
		default:
			a.say("mail", m.ID, "the letter's state %q is not known", m.State)
		}
		if m.ShareID != "" {
			if m.Unsent() {
				unsent[keyOf(m.ShareID)]++
				a.expect(m.ShareID, paylink.EventShareFailed, 1+unsent[keyOf(m.ShareID)])
			}
			if a.letters[keyOf(m.ShareID)]--; a.letters[keyOf(m.ShareID)] == 0 {
				delete(a.letters, keyOf(m.ShareID))
			}
		}
		return nil
	})
	if n := len(a.letters); n > 0 {
		a.say("mail", "", "%d shares have not the letters that they should have", n)
	}
	return err
}
