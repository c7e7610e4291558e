package till

import "paylink"

// tellUnsent tells the merchant of a letter of a share that came to its end unsent: was
// refused, or given up, or has a link that is over. It says so once for each such
// letter; the versions count them, behind 1, which told of the sharing. The caller holds
// the merchant, so that one counts after the other. Of receipts nothing is told: a
// merchant can't mend the address that a payer typed, and the payer has the page.
func tellUnsent(tx paylink.Tx, m paylink.Mail) error {
	if m.ShareID == "" || !m.Unsent() {
		return nil
	}
	s, err := tx.Share(m.ShareID)
	if err != nil {
		return err
	}
	mails, err := tx.Mails(paylink.MailFilter{ShareID: s.ID, Paging: paylink.Paging{Limit: MostRecipients + 1}})
	if err != nil {
		return err
	}
	version := 1
	for _, one := range mails {
		if one.Unsent() {
			version++
		}
	}
	return addEvent(tx, s.MerchantID, paylink.EventShareFailed, s.ID, version, s.View(mails))
}
