// Package till holds the acts of paylink: the only place where its rules meet the
// world. Dialects, pages and workers call it; the store and the gateways are its
// tools. No rule about money lives in SQL or in a handler.
//
// The acts, one file each:
//
//	Issue      make a link (with the caller's claim and the answer, in one transaction)
//	Amend      change a link: its price, its page, its life
//	Close      end a link
//	Look       see a link; changes nothing, ever
//	Pay        reserve, send, settle
//	Settle     apply what a gateway said (answer, callback, return and timer all end here)
//	Reconcile  find out about payments that are unknown or unfinished
//	Deliver    send events to the merchant
//	Shares     send a link to people by mail
//	Mail       send letters: links that were shared, and receipts that Settle queued
//	Once       do a small act (close, share, products, debts, webhook endpoints …) under an idempotency key
//	Rehearse   do a small act, show what it would leave, and keep nothing
//	Redeem     read a payment's result once, by the token that the redirect carried
//
// Every network call is made with no transaction open, after what it is about to
// do was committed, and detached from the caller's connection: a payer who closes
// the browser does not stop a payment half way.
package till
