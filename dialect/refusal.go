package dialect

import "errors"

// Refusal is why a request could not even be read. Each dialect writes it in its
// own form; Text may be shown to the caller.
type Refusal struct {
	Status int // 400, 413 or 415
	Code   string
	Text   string
}

func (r *Refusal) Error() string { return r.Text }

// Codes of refusals.
const (
	CodeBody      = "body_unreadable"
	CodeCut       = "body_cut" // the caller stopped in the middle
	CodeDuplicate = "duplicate_member"
	CodeTooDeep   = "too_deep"
	CodeTooMany   = "too_many_values"
	CodeText      = "text_unreadable"
	CodeTooLarge  = "body_too_large"
	CodeMediaType = "media_type"
	CodeEncoding  = "content_encoding"
	CodeKey       = "idempotency_key"
)

func refuse(status int, code, text string) *Refusal {
	return &Refusal{Status: status, Code: code, Text: text}
}

// AsRefusal gives the refusal in an error, if it is one.
func AsRefusal(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}
