// Package sandbox is paylink's adapter for the sandbox bank (package bank): the
// Gateway interface over the bank's HTTP API, as any real gateway's adapter
// would be. It imports nothing of the bank's: the two meet on the wire only.
//
// What may be believed: an answer that parses, that is about our account and our
// key, and whose state we know. A failed dial is an error that says nothing was
// sent; everything else that is not such an answer is an error that says the
// outcome is unknown. Amounts and currencies are told as the bank told them:
// comparing them is the till's work.
package sandbox
