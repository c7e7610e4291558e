package payroc

import (
	"slices"
	"strings"
	"time"

	"paylink"
	"paylink/dialect"
)

// told is a link of ours in Payroc's words, as payers find it now, with its status and
// without its other read-only members; id is Payroc's.
func (h *Handler) told(r paylink.Reader, l paylink.Link, t paylink.Terminal, id string) (p paymentLink, err error) {
	l, standing, err := h.Till.Stands(r, l)
	if err != nil {
		return p, err
	}
	p, err = told(l, t, id)
	p.Status = status(standing)
	return p, err
}

// told is a link whose products are in its price, whichever API made it. What our vocabulary knows is told as it stands, since
// any API may have changed it; of what Payroc alone knows, as it was given. A link that
// can't be said in these words (its currency, its ways to pay) is unknownLink.
func told(l paylink.Link, t paylink.Terminal, id string) (p paymentLink, err error) {
	if l.Dialect == Name {
		if p, err = stored(l); err != nil {
			return p, err
		}
	}
	p.PaymentLinkID, p.Type, p.AuthType = id, multiUse, sale
	if l.MaxUses == 1 {
		p.Type = singleUse
	}
	if l.Hold {
		p.AuthType = preAuthorization
	}
	// A reference is demanded; our own id is what every API can find the link by.
	if p.MerchantReference = cut(l.Reference, maxReference); p.MerchantReference == "" {
		p.MerchantReference = l.ID
	}
	p.Order = order{OrderID: orderID(p, l), Description: description(l), Charge: charged(l.Price)}
	if !slices.Equal(p.methods(), l.Page.Methods) || len(l.Page.Methods) == 0 {
		p.PaymentMethods = p.PaymentMethods[:0:0]
		allowed := l
		allowed.Hold = false // it narrows what is allowed without being a word of it: see methods
		for _, m := range (paylink.Offer{Link: allowed, Terminal: t}).Methods() {
			if word := wordOf(m); word != "" {
				p.PaymentMethods = append(p.PaymentMethods, word)
			}
		}
	}
	if p.button() != l.Page.Button {
		p.CustomLabels = []customLabel{{Element: "paymentButton", Label: cut(l.Page.Button, maxLabel)}}
		if l.Page.Button == "" {
			p.CustomLabels = nil
		}
	}
	if !endOf(p.ExpiresOn).Equal(l.ExpiresAt) || p.ExpiresOn == "" {
		p.ExpiresOn = lastDayOf(l)
	}
	if p.tokenizes() != (l.Save || l.Schedule != nil) {
		yes := l.Save || l.Schedule != nil
		p.CredentialOnFile = &credentialOnFile{Tokenize: &yes}
		if l.Schedule != nil {
			p.CredentialOnFile.MitAgreement = "recurring"
		}
	}
	if !listed(string(l.Price.Currency)) || len(p.methods()) == 0 {
		return p, unknownLink
	}
	return p, nil
}

// orderID is demanded of singleUse: the merchant's own, else one that is unique.
func orderID(p paymentLink, l paylink.Link) string {
	switch {
	case p.Type == multiUse:
		return ""
	case p.Order.OrderID != "":
		return p.Order.OrderID
	case l.Reference != "" && l.Reference == cut(l.Reference, maxOrderID):
		return l.Reference
	}
	return p.PaymentLinkID
}

// description is the text of the page. A link of another API may have a title, or
// names of its lines, instead.
func description(l paylink.Link) string {
	text := l.Page.Description
	if text == "" && l.Dialect != Name {
		text = l.Page.Title
	}
	if text == "" && l.Dialect != Name {
		var titles []string
		for _, line := range l.Price.Lines {
			if line.Title != "" {
				titles = append(titles, line.Title)
			}
		}
		text = strings.Join(titles, ", ")
	}
	return cut(text, maxDescription)
}

// charged is a price: its total, or prompt where the payer decides it.
func charged(p paylink.Price) charge {
	c := charge{Type: prompt, Currency: p.Currency}
	if p.Chosen() {
		return c
	}
	// What is not sold at present may have no price at all.
	if total, err := p.Total(paylink.Money{}); err == nil && total.Minor > 0 {
		c.Type, c.Amount = preset, total.Minor
	}
	return c
}

// lastDayOf is the last day on which a link can be used, in UTC: the one in which its
// end lies. A singleUse link must have one.
func lastDayOf(l paylink.Link) string {
	switch {
	case !l.ExpiresAt.IsZero():
		return l.ExpiresAt.UTC().Add(-time.Microsecond).Format(time.DateOnly)
	case l.MaxUses == 1:
		return lastDay
	}
	return ""
}

// wordOf is Payroc's word for a method, "" where it has none.
func wordOf(m paylink.Method) string {
	for word, one := range methods {
		if one == m {
			return word
		}
	}
	return ""
}

func (p paymentLink) tokenizes() bool {
	return p.CredentialOnFile != nil && p.CredentialOnFile.Tokenize != nil && *p.CredentialOnFile.Tokenize
}

// cut gives the first n characters of a text.
func cut(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// edit makes on a link of ours what turns was into p, and nothing else: links of other
// APIs have more to them than Payroc's words. What the link can't become is refused.
// price is the link's with its products in it.
func (p paymentLink) edit(l *paylink.Link, price paylink.Price, t paylink.Terminal, was paymentLink) error {
	if c := p.Order.Charge; c != was.Order.Charge {
		l.Price.Currency, l.Price.Lines = c.Currency, slices.Clone(l.Price.Lines)
		if len(l.Price.Lines) == 1 && !l.Price.Chosen() && l.Price.Lines[0].Product == "" {
			l.Price.Lines[0].Amount, l.Price.Lines[0].Owed = c.Amount, false // an amount of its own
			price = l.Price
		}
	}
	if p.Order.Description != was.Order.Description {
		l.Page.Description = p.Order.Description
	}
	if p.ExpiresOn != was.ExpiresOn {
		l.ExpiresAt = endOf(p.ExpiresOn)
	}
	if p.button() != was.button() {
		l.Page.Button = p.button()
	}
	if p.tokenizes() != was.tokenizes() {
		l.Save = p.tokenizes()
	}
	l.Hold = p.AuthType == preAuthorization
	if l.Dialect == Name {
		l.Page.Methods, l.Foreign = p.methods(), p.kept()
	}
	changed := *l
	changed.Price = price
	is, err := told(changed, t, p.PaymentLinkID)
	if err != nil {
		return err
	}
	r := &reader{}
	for _, path := range different(is, p) {
		r.broken(path, invalidValue, "can't be changed so on this link: another API made it, or changed it since")
	}
	return r.err()
}

// kept is what Link.Foreign holds of a link: what its merchant gave.
func (p paymentLink) kept() string {
	p.Status = ""
	return string(dialect.JSON(p))
}

// different lists the paths at which two links differ.
func different(a, b paymentLink) []string {
	x, err := dialect.Parse(dialect.JSON(a))
	if err != nil {
		return []string{""}
	}
	y, err := dialect.Parse(dialect.JSON(b))
	if err != nil {
		return []string{""}
	}
	return changed("", x, y)
}
