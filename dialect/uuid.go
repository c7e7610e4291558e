package dialect

import "regexp"

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// IsUUID4 reports whether a text in small letters is a random UUID (RFC 9562, version
// 4), the form that APIs prescribe for their idempotency keys.
func IsUUID4(s string) bool { return uuid4.MatchString(s) }
