// Package bank is the other party of the sandbox gateway: a server with its own
// listener, its own origin and its own book in its own SQLite file. It moves no
// money, takes nothing but the published test numbers of Numbers and
// BankNumbers, and makes every kind of trouble on request. Whoever tests paylink
// compares paylink's books with this one.
//
// URLs, all answers JSON unless a page is said; requests carry
// "Authorization: Bearer <API key of the account>":
//
//	POST   /v1/accounts                 make or change an account (admin key)
//	GET    /v1/account                  the caller's account and its traits
//	POST   /v1/charges                  take money; idempotent by (account, key)
//	GET    /v1/charges/{key}            look a charge up by the caller's own key
//	POST   /v1/charges/{key}/capture    take what was authorized
//	POST   /v1/charges/{key}/void       let go what was authorized
//	POST   /v1/charges/{key}/refund     give back, whole or in parts
//	POST   /v1/charges/{key}/cancel     make the key unusable for ever
//	POST   /v1/tokens                   the frame's own call, same origin only
//	POST   /v1/instruments              save a test card or bank account
//	GET    /v1/instruments/{id}         a saved instrument
//	GET    /v1/trouble, POST, DELETE    rules that make trouble (trouble.go)
//	POST   /v1/outage                   {"on":true,"mode":"drop"|"503"}
//	POST   /v1/clock                    {"offset_ms":n}: the bank's clock, for tests
//	GET    /book                        the whole book, ?after=&limit= pages by seq
//	GET    /                            page: the newest charges, the test numbers
//	GET    /frame                       page: card or bank fields in an iframe
//	GET    /pay/{session}, POST         page: hosted payment, works without scripts
//	GET    /3ds/{session}, POST         page: 3-D Secure, approve or refuse
//	GET    /assets/{file}               styles and scripts of the pages
package bank
