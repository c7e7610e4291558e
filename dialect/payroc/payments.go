package payroc

import (
	"net/http"
	"time"

	"paylink"
	"paylink/dialect"
)

// cardFilters are those of GET /payments, bankFilters of GET /bank-transfer-payments.
// first6, operator and the tips are read; we know of none.
var cardFilters = []filter{
	{name: "processingTerminalId", least: 4, most: 50},
	{name: "orderId", least: 1, most: maxOrderID},
	{name: "operator", least: 1, most: 50},
	{name: "cardholderName", least: 1, most: 50},
	{name: "first6", least: 6, most: 6},
	{name: "last4", least: 4, most: 4},
	{name: "tender", words: []string{"ebt", "creditDebit"}},
	{name: "tipMode", words: []string{"noTip", "prompted", "adjusted"}, many: true},
	{name: "type", words: []string{sale, preAuthorization, "preAuthorizationCompletion"}, many: true},
	{name: "status", words: []string{"ready", "pending", "declined", "complete", "referral", "pickup", "reversal", "admin", "expired", "accepted"}, many: true},
	{name: "dateFrom", moment: true},
	{name: "dateTo", moment: true},
	{name: "settlementState", words: []string{"settled", "unsettled"}},
	{name: "settlementDate", day: true},
	{name: "paymentLinkId", least: 10, most: 10},
}

var bankFilters = []filter{
	{name: "processingTerminalId", least: 4, most: 50},
	{name: "orderId", least: 1, most: maxOrderID},
	{name: "nameOnAccount", least: 1, most: 50},
	{name: "last4", least: 4, most: 4},
	{name: "type", words: []string{"payment", "accountVerification"}, many: true},
	{name: "status", words: []string{"ready", "pending", "declined", "complete", "admin", "reversal", "returned"}, many: true},
	{name: "dateFrom", moment: true},
	{name: "dateTo", moment: true},
	{name: "settlementState", words: []string{"settled", "unsettled"}},
	{name: "settlementDate", day: true},
	{name: "paymentLinkId", least: 10, most: 10},
}

// payments gives the merchant's payments of one tender, oldest first.
func (h *Handler) payments(t tender) func(call) (answer, error) {
	return func(c call) (answer, error) {
		q, err := c.queryOf(t.filters)
		if err != nil {
			return answer{}, err
		}
		var found around[paid]
		err = h.Till.Read(c.Context(), func(r paylink.Reader) error {
			found = around[paid]{}
			from, err := c.paymentCursor(r, q, t)
			if err != nil {
				return err
			}
			list, narrowed, none, err := c.narrowed(r, t, q)
			if err != nil || none {
				return err
			}
			read := reading{Reader: r}
			w := walk[paid]{most: h.bounds(), prefix: paylink.PrefixPayment, choosy: true,
				id:   func(p paid) string { return p.ID },
				read: paymentsOf(r, narrowed), over: paymentsOf(r, list),
				takes: func(p paid) (bool, error) { return read.takes(t, q, p) }}
			if till := narrowed.DoneTill; !till.IsZero() { // a payment is done when it was made, or later
				w.beyond = func(p paid) bool { return p.CreatedAt.After(till.Add(clocksDiffer)) }
			}
			if found, err = w.page(from, q.before != "", q.limit); err != nil {
				return err
			}
			for i := range found.rows {
				if found.rows[i], err = read.whole(found.rows[i].Payment); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return answer{}, err
		}
		out, ids, err := h.toldAll(c, t, found.rows, found.cursors()...)
		if err != nil {
			return answer{}, err
		}
		return answer{status: http.StatusOK, body: dialect.JSON(pageOf(h.Till.BaseURL, t.path, q, out, ids[found.before], ids[found.after]))}, nil
	}
}

// orNothing makes of a filter that names what does not exist one that nothing passes:
// no 404 is documented for these lists.
func orNothing(err error) error {
	if paylink.KindOf(err) == paylink.NotFound || problemOf(err).Status == http.StatusNotFound {
		return nil
	}
	return err
}

// payment gives one payment.
func (h *Handler) payment(t tender) func(call) (answer, error) {
	return func(c call) (answer, error) {
		var out payment
		err := h.Till.Read(c.Context(), func(r paylink.Reader) error {
			p, err := c.findPayment(r, t, c.PathValue("paymentId"))
			if err != nil {
				return err
			}
			one, err := (&reading{Reader: r}).whole(p)
			out = t.told(one, c.PathValue("paymentId"))
			return err
		})
		return answer{status: http.StatusOK, body: dialect.JSON(out)}, err
	}
}

// toldAll is payments in Payroc's words, with Payroc's ids of them and of others. They
// get their ids here, when they are first seen.
func (h *Handler) toldAll(c call, t tender, rows []paid, others ...string) ([]payment, map[string]string, error) {
	objects, out := others, make([]payment, 0, len(rows))
	for _, p := range rows {
		objects = append(objects, p.ID)
	}
	ids, err := h.Till.ForeignIDs(c.Context(), Name, paylink.PrefixPayment, objects, drawID)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range rows {
		out = append(out, t.told(p, ids[p.ID]))
	}
	return out, ids, nil
}

// findPayment finds a payment of a tender by Payroc's id, if it is the merchant's.
func (c call) findPayment(r paylink.Reader, t tender, id string) (p paylink.Payment, err error) {
	if p, err = c.namedPayment(r, t, id); err == nil && !t.shows(p) {
		err = notFound(t.resource)
	}
	return p, err
}

// namedPayment finds a payment by Payroc's id, if it is the merchant's.
func (c call) namedPayment(r paylink.Reader, t tender, id string) (p paylink.Payment, err error) {
	if !idForm.MatchString(id) {
		return p, notFound(t.resource)
	}
	f, err := r.ForeignID(paylink.ForeignKind(Name, paylink.PrefixPayment), id)
	if err == nil {
		p, err = r.Payment(f.ObjectID)
	}
	if paylink.KindOf(err) == paylink.NotFound || (err == nil && p.MerchantID != c.merchant) {
		err = notFound(t.resource)
	}
	return p, err
}

// paymentCursor is our id of the payment that the page lies before or after. A page that
// ended early names the last one that was looked at, which this list may not show.
func (c call) paymentCursor(r paylink.Reader, q query, t tender) (string, error) {
	for name, id := range map[string]string{"before": q.before, "after": q.after} {
		if id == "" {
			continue
		}
		p, err := c.namedPayment(r, t, id)
		if err != nil && problemOf(err).Status == http.StatusNotFound {
			err = badRequest(fieldError{Parameter: name, Detail: "invalid value", Message: "'" + name + "' must be the paymentId of a payment in this list"})
		}
		return p.ID, err
	}
	return "", nil
}

// reading finds what belongs to payments, each once.
type reading struct {
	paylink.Reader
	links     map[string]paylink.Link
	linkIDs   map[string]string
	terminals map[string]string
}

// once reads a thing where it was not read before.
func once[T any](had *map[string]T, id string, read func(string) (T, error)) (T, error) {
	if v, there := (*had)[id]; there {
		return v, nil
	}
	v, err := read(id)
	if *had == nil {
		*had = map[string]T{}
	}
	(*had)[id] = v
	return v, err
}

// whole is a payment with what belongs to it.
func (r *reading) whole(p paylink.Payment) (out paid, err error) {
	out.Payment = p
	if out.link, err = once(&r.links, p.LinkID, r.Link); err != nil {
		return out, err
	}
	if out.linkID, err = once(&r.linkIDs, p.LinkID, r.linkName); err != nil {
		return out, err
	}
	if out.terminal, err = once(&r.terminals, p.TerminalID, r.terminalName); err != nil {
		return out, err
	}
	for _, id := range []string{p.Saved, p.Instrument} {
		if id != "" && out.kept.ID == "" {
			if out.kept, err = r.Instrument(id); err != nil && paylink.KindOf(err) != paylink.NotFound {
				return out, err
			}
		}
	}
	return out, nil
}

// linkName is a link's id in this API, "" without one.
func (r *reading) linkName(id string) (string, error) {
	f, err := r.ForeignIDOf(paylink.ForeignKind(Name, paylink.PrefixLink), id)
	if paylink.KindOf(err) == paylink.NotFound {
		err = nil
	}
	return f.Value, err
}

// terminalName is a terminal's id in this API, or in another, or ours.
func (r *reading) terminalName(id string) (string, error) {
	f, err := r.ForeignIDOf(paylink.ForeignKind(Name, paylink.PrefixTerminal), id)
	if paylink.KindOf(err) != paylink.NotFound || err == nil {
		return f.Value, err
	}
	t, err := r.Terminal(id)
	if n := len(t.Foreign); n >= 4 && n <= 50 { // OpenAPI, processingTerminalId
		id = t.Foreign
	}
	return id, err
}

// takes reports whether a payment is in a list that is asked for.
func (r *reading) takes(t tender, q query, p paid) (bool, error) {
	if !t.shows(p.Payment) || len(q.filters) == 0 {
		return t.shows(p.Payment), nil
	}
	one, err := r.whole(p.Payment)
	if err != nil {
		return false, err
	}
	id := ""
	if f, err := r.ForeignIDOf(paylink.ForeignKind(Name, paylink.PrefixPayment), p.ID); err == nil {
		id = f.Value // orders without a name of their own are called by it
	} else if paylink.KindOf(err) != paylink.NotFound {
		return false, err
	}
	told := t.told(one, id)
	settled, err := r.settledOn(told, p.Payment)
	if err != nil {
		return false, err
	}
	have := map[string]string{"processingTerminalId": told.ProcessingTerminalID, "orderId": told.Order.OrderID,
		"tender": "creditDebit", "tipMode": "noTip", "type": told.TransactionResult.Type, "status": told.TransactionResult.Status,
		"last4": p.Last4, "settlementState": "unsettled", "settlementDate": settled, "paymentLinkId": q.filters.Get("paymentLinkId"),
		// A moment is not compared for equality.
		"dateFrom": q.filters.Get("dateFrom"), "dateTo": q.filters.Get("dateTo")}
	if settled != "" {
		have["settlementState"] = "settled"
	}
	if told.Card != nil {
		have["cardholderName"] = told.Card.CardholderName
	} else {
		have["nameOnAccount"] = told.BankAccount.NameOnAccount
	}
	// A terminal has more names than the one that is told.
	if name := q.filters.Get("processingTerminalId"); name != "" && name != told.ProcessingTerminalID {
		at, err := namedTerminal(r, name)
		if err := orNothing(err); err != nil {
			return false, err
		}
		if err == nil && at.ID == p.TerminalID {
			have["processingTerminalId"] = name
		}
	}
	at := one.processedAt()
	if from := momentOf(have["dateFrom"]); !from.IsZero() && at.Before(from) {
		return false, nil
	}
	if to := momentOf(have["dateTo"]); !to.IsZero() && at.After(to) {
		return false, nil
	}
	return q.fits(have), nil
}

// settledOn is the day on which the money came for good, as far as gateways tell it:
// "" where it did not, or nobody knows.
func (r *reading) settledOn(told payment, p paylink.Payment) (string, error) {
	if told.BankAccount == nil || told.TransactionResult.Status != "complete" {
		return "", nil
	}
	steps, err := r.Steps(p.ID)
	for _, s := range steps {
		if s.To == paylink.Captured || s.To == paylink.CapturedLate {
			return s.At.UTC().Format(time.DateOnly), err
		}
	}
	return "", err
}
