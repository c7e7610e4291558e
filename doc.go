// Package paylink is the vocabulary of a payment-link server that a merchant
// owns: the nouns of the trade and their pure rules, and the two interfaces
// through which rules meet the world, Store and Gateway. It imports the
// standard library only.
//
// # The idea
//
// A Merchant makes a Link: a price, a terminal that says where the money goes,
// and a page. Whoever opens the link's address may pay it. A Payment is one
// try to do so. It is reserved with the price that the server computed, sent
// to a Gateway, and settled by what the gateway says; what was settled is
// told to the merchant as an Event.
//
// # The life of a payment
//
//	form bytes ─▶ Order ─▶ Payment(reserved) ─▶ Charge ═▶ Outcome ─▶ Payment(settled)+entries+Event ─▶ Delivery
//	web/checkout   │        till: one tx          │ gateway │         till: one tx                       work + till.Deliver
//	               └─ till.Pay ──────────────────┴─────────┴────────────┘
//
// Three rules carry the rest:
//
//   - Written down before sent. A payment is committed as Sending, under the key
//     that the gateway will know it by, before a byte leaves.
//   - Unknown is a state. No answer is not a decline; the link's slot and the
//     debt stay taken until there is evidence (see Evidence and table in state.go).
//   - Told in the same transaction. The event that a merchant must hear is
//     committed with the change that made it true.
//
// # The rooms
//
// The acts that use these nouns are in till; persistence is in store/sqlstore;
// gateways are in gateway/…; foreign APIs are in dialect/…; pages are in web/….
// This package promises no API stability before version 1.0.
package paylink
