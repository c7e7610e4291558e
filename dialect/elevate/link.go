package elevate

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// paymentLink is a link in Elevate's words. What the merchant gave is kept in
// Link.Foreign; the rest is made when it is shown.
type paymentLink struct {
	ID                int64       `json:"id,omitempty"`
	PaymentProviderID int64       `json:"paymentProviderId"`
	Amount            json.Number `json:"amountInMajorCurrency"`
	CurrencyID        int64       `json:"currencyId,omitempty"`
	Description       string      `json:"description"`
	EmailAddress      string      `json:"emailAddress,omitempty"`
	InvoiceID         int64       `json:"invoiceId,omitempty"`
	AdhocInvoiceID    int64       `json:"adhocInvoiceId,omitempty"`
	CustomerID        int64       `json:"customerId,omitempty"`
	PaymentLink       string      `json:"paymentLink,omitempty"`
}

// maxDescription is our bound; Elevate's documentation shows none.
const maxDescription = 1000

// maxTitle is how long a description may be to stand as the page's heading.
const maxTitle = 80

func readLink(body dialect.Value) (p paymentLink, err error) {
	r := &reader{body: body}
	p.PaymentProviderID = r.whole("paymentProviderId", 32, true)
	p.Amount = json.Number(r.amount("amountInMajorCurrency"))
	p.Description = r.words("description", 1, maxDescription, true)
	p.EmailAddress = r.email("emailAddress")
	p.InvoiceID = r.whole("invoiceId", 64, false)
	p.AdhocInvoiceID = r.whole("adhocInvoiceId", 64, false)
	p.CustomerID = r.whole("customerId", 64, false)
	return p, r.err()
}

// link makes a link, or answers with the one that stands for the same debt and amount.
// That is one transaction which holds the debt, or the customer, so that of any number
// of equal calls one makes it.
func (h *Handler) link(c call) (answer, error) {
	p, err := readLink(c.body)
	if err != nil {
		return answer{}, err
	}
	w := want{call: c, paymentLink: p}
	if err := h.find(&w); err != nil {
		return answer{}, err
	}
	var out paymentLink
	made := false
	a, err := h.Till.Once(c.Context(), nil, func(tx paylink.Tx) (done till.Changed, err error) {
		w.tx = tx
		if err := w.hold(); err != nil {
			return done, err
		}
		if done.Link, err = w.standing(); err != nil {
			return done, err
		}
		if made = done.Link.ID == ""; made {
			done, err = h.Till.Issues(till.Issuance{Link: w.offer()})(tx)
		} else {
			done.URL, err = h.Till.URLOf(tx, done.Link.ID)
		}
		if err == nil {
			out, err = w.shown(done.Link, done.URL, made)
		}
		return done, err
	}, func(done till.Changed) (int, string, []byte) {
		if made {
			return http.StatusCreated, done.Link.ID, nil
		}
		return http.StatusOK, done.Link.ID, nil
	})
	return answer{a.Status, out}, err
}

// want is what a call asks for, with the things that its numbers name.
type want struct {
	call
	tx paylink.Tx
	paymentLink
	terminal   paylink.Terminal
	currencyID int64
	debtID     string // what decides: the invoice, else the adhoc invoice; empty without one
	customerID string
	debt       paylink.Debt
	price      paylink.Money
}

// find finds all that the call names. What a number names never changes, so that it
// is found before anything is held.
func (h *Handler) find(w *want) (err error) {
	if w.terminal, err = h.provider(w.call, w.PaymentProviderID); err != nil {
		return err
	}
	code := string(w.terminal.Currency)
	known := false
	if w.currencyID, known = h.memory.numberOf(w.series(currency), code); !known {
		numbers, err := h.numbers(w.call, currency, []string{code})
		if err != nil {
			return err
		}
		w.currencyID = numbers[code]
		h.memory.keep(w.series(currency), code, w.currencyID)
	}
	if w.CustomerID == 0 && w.AdhocInvoiceID == 0 && w.InvoiceID == 0 {
		return nil
	}
	return h.Till.Read(w.Context(), func(r paylink.Reader) error {
		for _, one := range []struct {
			k  kind
			n  int64
			to *string
		}{{customer, w.CustomerID, &w.customerID}, {adhoc, w.AdhocInvoiceID, &w.debtID}, {invoice, w.InvoiceID, &w.debtID}} {
			if one.n == 0 {
				continue
			}
			if *one.to, err = w.one(r, one.k, one.n); err != nil {
				return err
			}
		}
		return nil
	})
}

// hold holds the thing that decides, to the end of the transaction.
func (w *want) hold() (err error) {
	if w.debtID != "" {
		if w.debt, err = till.LockDebt(w.tx, w.merchant, w.debtID); err != nil {
			return err
		}
	}
	if w.customerID != "" {
		get := w.tx.LockCustomer
		if w.debtID != "" {
			get = w.tx.Customer
		}
		had, err := get(w.customerID)
		if err == nil && !had.RemovedAt.IsZero() {
			err = unknown("customerId")
		}
		if err != nil {
			return err
		}
	}
	return w.fits()
}

// whose is the customer of the link: the debt's, where there is one.
func (w *want) whose() string {
	if w.debtID != "" {
		return w.debt.CustomerID
	}
	return w.customerID
}

// fits checks what depends on the things themselves.
func (w *want) fits() (err error) {
	var f paylink.Faults
	if w.debt.Made() && w.debt.Amount.Currency != w.terminal.Currency {
		f.Add("paymentProviderId", "currency", "takes "+string(w.terminal.Currency)+", and the invoice is in "+string(w.debt.Amount.Currency))
	}
	if w.price, err = paylink.ParseMoney(w.Amount.String(), w.terminal.Currency); err != nil {
		f.Add("amountInMajorCurrency", "amount", err.Error())
	}
	if err := f.Err(); err != nil {
		return err
	}
	switch w.debt.State() {
	case paylink.DebtPaid:
		return as(http.StatusConflict, "The invoice is paid")
	case paylink.DebtCancelled:
		return as(http.StatusConflict, "The invoice was written off or paid elsewhere")
	}
	return nil
}

// mostStanding is how many open links of a debt or customer, the newest first, are looked
// at for one that stands: the transaction keeps others from writing for so long.
const mostStanding = 1000

// standing is the live link for the same debt and amount at the same provider; without
// an id where there is none. Where only a customer is named, the description tells
// what is paid for. Where nobody is, no two calls mean the same.
func (w *want) standing() (paylink.Link, error) {
	if w.debtID == "" && w.customerID == "" {
		return paylink.Link{}, nil
	}
	f := paylink.LinkFilter{MerchantID: w.merchant, State: paylink.LinkOpen, Scope: w.debt.Scope, Reference: w.debt.Reference}
	if !w.debt.Made() {
		f.CustomerID = w.customerID
	}
	f.Limit = stride
	for range mostStanding / stride {
		all, err := w.tx.Links(f)
		if err != nil {
			return paylink.Link{}, err
		}
		for _, l := range all {
			if w.same(l) {
				return l, nil
			}
		}
		if len(all) < f.Limit {
			break
		}
		f.Before = all[len(all)-1].ID
	}
	return paylink.Link{}, nil
}

func (w *want) same(l paylink.Link) bool {
	if l.Dialect != Name || l.TerminalID != w.terminal.ID || l.Scope != w.debt.Scope {
		return false
	}
	if s := l.StandingAt(w.tx.Now()); s != paylink.Payable && s != paylink.InUse {
		return false
	}
	total, err := l.Price.Total(paylink.Money{})
	if err != nil || total != w.price {
		return false
	}
	var had paymentLink
	return w.debt.Made() || (json.Unmarshal([]byte(l.Foreign), &had) == nil && had.Description == w.Description)
}

// offer is the link that is asked for. It is paid once (Elevate: a hyperlink to pay an
// invoice, or an amount toward the customer's balance).
func (w *want) offer() paylink.Link {
	w.Amount = plain(w.price)
	l := paylink.Link{MerchantID: w.merchant, TerminalID: w.terminal.ID, Dialect: Name, CustomerID: w.whose(), MaxUses: 1,
		Scope: w.debt.Scope, Reference: w.debt.Reference,
		Price:   paylink.Price{Currency: w.price.Currency, Lines: []paylink.Line{{Amount: w.price.Minor}}},
		Page:    paylink.Page{Ask: paylink.Ask{Email: true}, Prefill: paylink.Payer{Email: w.EmailAddress}},
		Foreign: string(dialect.JSON(w.paymentLink))}
	// A debt that has no reference of its own is named by an id, which tells payers nothing.
	l.Page.ShowReference = w.debt.Made() && w.debt.Reference != w.debt.ID
	if utf8.RuneCountInString(w.Description) > maxTitle || strings.ContainsAny(w.Description, "\r\n") {
		l.Page.Description = w.Description
	} else {
		l.Page.Title = w.Description
	}
	return l
}

// shown is a link as it is answered. Its number comes last: it holds the series.
func (w *want) shown(l paylink.Link, url string, made bool) (p paymentLink, err error) {
	if err := json.Unmarshal([]byte(l.Foreign), &p); err != nil {
		return p, err
	}
	p.PaymentLink, p.CurrencyID = url, w.currencyID
	p.Amount = plain(w.price) // it is for this much: another API may have changed what it was made for
	if made {
		p.ID, err = w.tx.GiveNumber(w.series(linked), l.ID)
		return p, err
	}
	numbers, err := w.tx.NumbersOf(w.series(linked), l.ID)
	p.ID = numbers[l.ID]
	return p, err
}

// plain is an amount as a JSON number without needless zeros.
func plain(m paylink.Money) json.Number {
	text, _ := dialect.Decimal(m.Decimal())
	return json.Number(text)
}
