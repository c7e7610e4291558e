// Package signing signs and verifies webhooks by the Standard Webhooks
// specification 1.0.0 (github.com/standard-webhooks/standard-webhooks,
// spec/standard-webhooks.md), symmetric scheme "v1".
//
// Signed is "id.timestamp.body" with HMAC-SHA256. A message carries three
// headers: webhook-id, the same over all attempts, so that a receiver can drop
// duplicates; webhook-timestamp, the attempt's Unix time in seconds; and
// webhook-signature, a list of "v1,<base64>" parted by blanks. While a secret is
// being replaced there is one signature for the old and one for the new one.
package signing
