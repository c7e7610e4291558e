package storetest

import (
	"context"
	"testing"
	"time"

	"paylink"
)

// store is what the suite needs of a store.
type store interface {
	paylink.Store
	paylink.Books
	// SetClockOffset moves the time that transactions see.
	SetClockOffset(ctx context.Context, d time.Duration) error
}

// Run runs the whole suite. open makes an empty store with a test clock, which is
// closed when the test given to it ends.
func Run(t *testing.T, open func(t *testing.T) paylink.Store) {
	t.Helper()
	for _, test := range []struct {
		claim string
		prove func(*testing.T, store)
	}{
		{"what is put is read back whole", readBack},
		{"unknown things are not found", unknownThings},
		{"a put replaces", putReplaces},
		{"a failing closure changes nothing and its neighbours commit", failureIsAlone},
		{"a closure that fails before it writes is answered with its own error", failureBeforeWriting},
		{"a panic fails its own closure only", panicIsAlone},
		{"a cancelled caller's closure is not run", cancelledIsSkipped},
		{"a swallowed engine error still fails the transaction", swallowedErrorFails},
		{"an update sees its own writes and a view only committed ones", isolation},
		{"now is constant in a transaction", constantNow},
		{"the test clock moves now", movedClock},
		{"an address belongs to one link", takenAddress},
		{"a retired address opens nothing", retiredAddress},
		{"what is no text names nothing", noText},
		{"an offer is the link with its merchant and terminal", offer},
		{"two who lock one link come one after the other", lockedLink},
		{"an offer is read after the wait for its link", heldOffer},
		{"a link gets a new address in place of a retired one", newAddress},
		{"a foreign id is given once, and to one thing", foreignID},
		{"two who lock one debt come one after the other", lockedDebt},
		{"a link's slots can't be oversold", oversoldLink},
		{"a link saved from an old reading is refused", staleLink},
		{"an attempt is inserted once by 64 callers", attemptOnce},
		{"a token is spent once by 64 callers", tokenOnce},
		{"a token is spent while it lives and only a single one", tokenLife},
		{"a claim is made once by 64 callers", claimOnce},
		{"a claim lives 24 hours exactly", claimLife},
		{"a response token is redeemed once", redeemOnce},
		{"a callback is kept once", callbackOnce},
		{"a payment takes no step outside the table", forbiddenStep},
		{"a payment's steps are numbered without gaps", stepNumbers},
		{"a payment saved from an old reading is refused", stalePayment},
		{"a payment's amount never changes", fixedAmount},
		{"entries that do not sum to zero are refused", unbalanced},
		{"due payments are claimed by one", duePaymentsOnce},
		{"a lease that is over is claimed again", leaseOver},
		{"an event makes one delivery for each endpoint that wants it", eventDeliveries},
		{"due deliveries are claimed by one", dueDeliveriesOnce},
		{"a slow endpoint delays no other", fairDeliveries},
		{"cancelled deliveries are not due", cancelledDeliveries},
		{"a try is kept with its delivery", tries},
		{"shares and letters are read back whole", sharesAndMails},
		{"links and shares are found by whom they were sent to", sharedWith},
		{"a payment has one receipt whoever queues it", receiptOnce},
		{"the n-th newest letter is found by sender and by address", nthMail},
		{"due letters are claimed by one", dueMailsOnce},
		{"two who lock one merchant come one after the other", lockedMerchant},
		{"lists page without gap or repeat in both directions", paging},
		{"lists keep to their filters", filters},
		{"products, taxes and files are kept and listed while they exist", catalog},
		{"a customer's address is one living customer's", customers},
		{"an address is one customer's among 64 callers", customerOnce},
		{"debts are kept and listed, mere names are not listed", debts},
		{"links are found by their debt", linksOfDebt},
		{"numbers count from one in each series", numbers},
		{"many numbers are found at once", numberMany},
		{"an object gets one number from 64 callers", numberOnce},
		{"no number is given twice, though callers fail", numbersDiffer},
		{"links are found by their metadata of now", metadata},
		{"a list keeps within its bounds, whichever way it is walked", bounds},
		{"links are found by how they stand, as the vocabulary tells it", standings},
		{"payments and debts are found by what they are now", narrowed},
		{"a page begins beyond what it skips", skipped},
		{"an audit is one snapshot while writers go on", snapshot},
		{"an audit reads everything in order", auditWhole},
		{"an audit ends with the error of its function", auditEnds},
		{"a closed store refuses", closedRefuses},
	} {
		t.Run(test.claim, func(t *testing.T) {
			t.Parallel()
			s, ok := open(t).(store)
			if !ok {
				t.Fatal("a store under test must have SetClockOffset and Audit")
			}
			test.prove(t, s)
		})
	}
}

// Durable proves that what was acknowledged is there when the store is opened
// again. open opens the same store each time.
func Durable(t *testing.T, open func() (paylink.Store, error)) {
	t.Helper()
	const n = 40
	var links []paylink.Link
	for round := range 2 {
		s, err := open()
		if err != nil {
			t.Fatalf("open, round %d: %v", round, err)
		}
		for _, want := range links {
			equal(t, "a link that was acknowledged", view(t, s, func(r paylink.Reader) (paylink.Link, error) { return r.Link(want.ID) }), want)
		}
		if round == 0 {
			seed(t, s)
		}
		for range n {
			l := newLink()
			links = append(links, l)
			update(t, s, func(tx paylink.Tx) error { return tx.AddLink(l) })
		}
		if err := s.Close(); err != nil {
			t.Fatalf("close, round %d: %v", round, err)
		}
	}
}
