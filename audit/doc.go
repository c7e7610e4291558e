// Package audit reads a whole store, in one snapshot, and names every statement
// that must hold and does not. It trusts nothing that the till computed: counters,
// prices, states and ledger are worked out again from the rows below them. Given a
// gateway's book, it compares the two books in both directions.
//
// The statements, by their numbers:
//
//	store  the engine finds its own files whole
//	I-01   the entries of each posting sum to zero in each currency
//	I-02   our book and the gateway's agree on each payment, both ways (quiet; ways in always)
//	I-03   the gateway holds at most one successful charge for a key
//	I-04   no link was paid more often than it may be; surplus is owed back whole
//	I-05   a link's counters are the number of its payments that hold and use slots
//	I-06   a payment's amount is what its link's price makes it, and the sum of its lines with their tax
//	I-07   no more was captured than the amount
//	I-08   no more was refunded than was captured
//	I-11   every amount is in 1..10^15-1 minor units of a known currency
//	I-12   a payment's steps are numbered without gaps, each is in the table, the last is its state
//	I-13   money taken never becomes a decline; a decline becomes money only by two sources
//	I-14   every verdict has evidence
//	I-15   a payment that was sent and has no evidence is sending or unknown
//	I-16   nothing was sent for a slot, or for a debt that is paid once, while another could still take it
//	I-21   an idempotency key with an answer has the object that it made
//	I-26   each visible change has exactly one event, with its version
//	I-27   each event is delivered, scheduled or dead for each endpoint that wants it
//	I-30   the versions of a link or debt have no gap
//	I-36   no payment was reserved at or after the moment in which its link was closed or expired
//	debt   a debt's counters are the number of payments that count in it; one that a merchant
//	       made is paid at most once, and says by which payment
//	book   a payment's entries are what it captured and refunded
//	mail   each recipient of a share has a letter; each letter waits for a moment or has its end
//	find   each pair of a link's metadata finds the link, and nothing else does
//	quiet  nothing is left reserved, sending or unknown (quiet)
//
// Those marked quiet hold only when all work is done (Options.Quiet). The gateway's
// book is read before the snapshot: a payment is written down before its charge is
// sent, so every charge in the older book must be in the younger one of ours.
//
// Rows are streamed. What is kept of each is a few words under a 128-bit hash of
// its id: about 100 bytes for each link, payment and delivery.
package audit
