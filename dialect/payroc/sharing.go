package payroc

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"paylink"
	"paylink/dialect"
	"paylink/till"
)

// sharingEvent is a share in Payroc's words (OpenAPI, sharing-events). merchantCopy is
// write-only and not among them.
type sharingEvent struct {
	SharingMethod  string              `json:"sharingMethod"`
	SharingEventID string              `json:"sharingEventId"`
	DateTime       string              `json:"dateTime"`
	Message        string              `json:"message,omitempty"`
	Recipients     []paylink.Recipient `json:"recipients"`
}

// Longest and shortest texts (OpenAPI, sharing-events).
const (
	maxRecipientName  = 48
	minRecipientEmail = 6
	maxRecipientEmail = 128
	maxMessage        = 1024
)

func toldShare(s paylink.Share) sharingEvent {
	out := sharingEvent{SharingMethod: s.Method, SharingEventID: s.Foreign, DateTime: s.CreatedAt.UTC().Format(time.RFC3339),
		Message: s.Message, Recipients: slices.Clone(s.Recipients)}
	for i, to := range out.Recipients { // other APIs demand no name, and take longer ones
		if to.Name == "" {
			to.Name = to.Email
		}
		out.Recipients[i].Name = cut(to.Name, maxRecipientName)
	}
	return out
}

// share sends a link to people by mail. What is deactivated, expired or completed is
// not shared (Self-Care Portal; the answer of the API is not documented).
func (h *Handler) share(c call) (answer, error) {
	claim, err := c.claim()
	if err != nil {
		return answer{}, err
	}
	s, err := readSharing(c.body)
	if err != nil {
		return answer{}, err
	}
	s.MerchantID = c.merchant
	a, err := h.Till.Once(c.Context(), claim, func(tx paylink.Tx) (till.Changed, error) {
		l, err := c.find(tx, c.PathValue("paymentLinkId"), tx.Link)
		if err != nil {
			return till.Changed{}, err
		}
		one := s
		one.LinkID = l.ID
		return h.Till.Shares(one)(tx)
	}, func(done till.Changed) (int, string, []byte) {
		return http.StatusCreated, done.Share.ID, dialect.JSON(toldShare(done.Share))
	})
	return answer{status: a.Status, body: a.Body}, err
}

// readSharing reads what a merchant asks for. Read-only members are passed over.
func readSharing(v dialect.Value) (s till.Sharing, err error) {
	if v.Kind != dialect.Object {
		return s, badRequest(fieldError{Detail: invalidFormat, Message: "the body must be a JSON object"})
	}
	o := object{&reader{}, v, ""}
	o.word("sharingMethod", true, paylink.SharedByEmail)
	s.Message = o.text("message", maxMessage, false)
	if b, ok := o.member("merchantCopy", dialect.Bool, false); ok {
		s.Copy = b.Text == "true"
	}
	s.Recipients = o.recipients()
	return s, o.err()
}

// recipients reads whom to write to (OpenAPI: uniqueItems, no minItems; a letter to
// nobody is none).
func (o object) recipients() (out []paylink.Recipient) {
	v, ok := o.member("recipients", dialect.Array, true)
	if !ok {
		return nil
	}
	path, seen := o.join("recipients"), map[paylink.Recipient]bool{}
	switch {
	case len(v.Items) == 0:
		o.broken(path, notPopulated, "must not be empty.")
	case len(v.Items) > till.MostRecipients:
		o.broken(path, invalidValue, "must not be more than "+strconv.Itoa(till.MostRecipients)+" at a time")
		return nil
	}
	for i, item := range v.Items {
		if item.Kind != dialect.Object {
			o.broken(at(path, i), invalidFormat, "must be of type object")
			continue
		}
		in := object{o.reader, item, at(path, i) + "."}
		to := paylink.Recipient{Name: in.line("name", maxRecipientName), Email: in.email("email")}
		if seen[to] && to != (paylink.Recipient{}) {
			o.broken(path, invalidValue, "must not hold the same twice")
		}
		seen[to] = true
		out = append(out, to)
	}
	return out
}

// line reads a text of one line.
func (o object) line(name string, most int) string {
	s := o.text(name, most, true)
	for _, r := range s {
		if r < ' ' {
			o.broken(o.join(name), invalidFormat, "must be one line")
			return ""
		}
	}
	return s
}

// email reads an address.
func (o object) email(name string) string {
	s := o.text(name, maxRecipientEmail, true)
	if s == "" {
		return ""
	}
	if err := paylink.CheckEmail(s); err != nil || len(s) < minRecipientEmail {
		o.broken(o.join(name), invalidFormat, "must be an e-mail address")
		return ""
	}
	return s
}
