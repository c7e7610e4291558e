package payroc

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"paylink"
	"paylink/dialect"
)

// readBody reads a JSON body. Its type is judged only where there is one: three SDKs
// send no Content-Type without a body, Go's and Ruby's always do.
func readBody(w http.ResponseWriter, r *http.Request) (dialect.Value, error) {
	raw, err := dialect.Body(w, r, dialect.DefaultLimit)
	if err != nil {
		return dialect.Value{}, err
	}
	if len(raw) > 0 {
		if err := dialect.CheckMedia(r.Header); err != nil {
			return dialect.Value{}, err
		}
	}
	return dialect.Parse(raw)
}

// keyLife is how long a key is remembered (docs.payroc.com/api/idempotency: 7 days).
const keyLife = 7 * 24 * time.Hour

// claim is the call's idempotency key. Go's SDK sends the header empty where the
// caller set none: that is missing, too. A key is the merchant's: with another path,
// method or body it is in use.
func (c call) claim() (*paylink.Claim, error) {
	all := c.Header.Values("Idempotency-Key")
	key := ""
	if len(all) == 1 {
		key = strings.ToLower(strings.TrimSpace(all[0]))
		if len(key) > 2 && key[0] == '"' && key[len(key)-1] == '"' { // IETF draft: a quoted string (trust.md H-66)
			key = key[1 : len(key)-1]
		}
	}
	switch {
	case strings.TrimSpace(strings.Join(all, "")) == "":
		return nil, keyMissing
	case !dialect.IsUUID4(key):
		return nil, badRequest(fieldError{Parameter: "Idempotency-Key", Detail: invalidFormat, Message: "'Idempotency-Key' must be a UUID v4"})
	}
	return &paylink.Claim{Scope: c.merchant + " " + Name, Key: key, Life: keyLife,
		Fingerprint: dialect.Fingerprint(c.body, c.Method, c.URL.Path)}, nil
}

// terminal finds the terminal in the path, if it is the merchant's.
func (c call) terminal(r paylink.Reader) (paylink.Terminal, error) {
	id := c.PathValue("processingTerminalId")
	if len(id) < 4 || len(id) > 50 || paylink.CheckText(id) != nil { // OpenAPI: 4 to 50 characters
		return paylink.Terminal{}, unknownTerminal
	}
	t, err := namedTerminal(r, id)
	if paylink.KindOf(err) == paylink.NotFound || (err == nil && t.MerchantID != c.merchant) {
		err = unknownTerminal
	}
	return t, err
}

// namedTerminal finds a terminal by the id that this API has for it, by the one that
// another has, or by ours.
func namedTerminal(r paylink.Reader, id string) (t paylink.Terminal, err error) {
	f, err := r.ForeignID(paylink.ForeignKind(Name, paylink.PrefixTerminal), id)
	switch {
	case err == nil:
		return r.Terminal(f.ObjectID)
	case paylink.KindOf(err) != paylink.NotFound:
		return t, err
	case strings.HasPrefix(id, paylink.PrefixTerminal):
		return r.Terminal(id)
	}
	return r.TerminalByForeign(id)
}

// idForm is the form of links' and payments' ids (OpenAPI: exactly 10; samples are
// capitals and digits).
var idForm = regexp.MustCompile(`^[A-Z0-9]{10}$`)

// find finds a link by Payroc's id, if it is the merchant's. get reads it, or locks it.
func (c call) find(r paylink.Reader, id string, get func(string) (paylink.Link, error)) (l paylink.Link, err error) {
	if !idForm.MatchString(id) {
		return l, unknownLink
	}
	f, err := r.ForeignID(paylink.ForeignKind(Name, paylink.PrefixLink), id)
	if err == nil {
		l, err = get(f.ObjectID)
	}
	if paylink.KindOf(err) == paylink.NotFound || (err == nil && l.MerchantID != c.merchant) {
		err = unknownLink
	}
	return l, err
}

// at names an element of an array: "paymentMethods[0]".
func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
