// Package work is the clock's hand: loops that call one act of the till each,
// again and again, on every node. What is due is decided by the acts and claimed
// by leases in the store, so any number of nodes and hands may run at once.
//
// A loop is adaptive. After a round that found something it runs again at once;
// after one that found nothing it waits for the act's wake-up or, jittered, for
// the tick; after one that failed it waits longer each time.
package work
