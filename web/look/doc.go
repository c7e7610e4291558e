// Package look is what the pages share: words in every shipped language,
// amounts and dates as a payer's locale writes them, the style sheet with its
// two cascade layers, the script, brand marks, the frame around a page and the
// security headers. It knows no link and no payment.
//
// It serves one URL, /assets/{hash}-{name}: files that never change under
// their address.
package look
