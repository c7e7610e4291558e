// Package letter writes paylink's letters: a link that was shared, the merchant's
// copy of that, and a receipt; each in HTML and as plain text, in a shipped language.
// It serves no URL.
//
// A letter loads nothing from anywhere, holds no script and no picture, and stands
// in tables with its styles on the elements, because mail programs drop the rest. It
// holds no secret but the link of somebody to whom that link was sent: a receipt has
// no URL of ours at all, since its page would open the link that was paid.
package letter
