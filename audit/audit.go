package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"paylink"
)

// Violation is one statement that does not hold.
type Violation struct {
	ID     string `json:"id"` // "I-05"; see the package's documentation
	Object string `json:"object,omitempty"`
	Text   string `json:"text"`
}

func (v Violation) String() string { return fmt.Sprintf("%-5s %s: %s", v.ID, v.Object, v.Text) }

// Options says what is compared.
type Options struct {
	// Book is the gateway's; nil leaves I-02 and I-03 out.
	Book *GatewayBook
	// Quiet: faults are over and workers have drained, so what holds only at rest is
	// checked too.
	Quiet bool
	// Once reports whether references of a scope may be paid one time only. nil asks
	// the books, where they are a paylink.Store, and else checks no debts in I-16.
	Once func(scope string) (bool, error)
	// Most is how many violations are kept; all are counted. Zero means 1000.
	Most int
}

// Report is what was read and checked.
type Report struct {
	At         time.Time      `json:"at"` // of the snapshot, by the store's clock
	Links      int            `json:"links"`
	Payments   int            `json:"payments"`
	Steps      int            `json:"steps"`
	Entries    int            `json:"entries"`
	Debts      int            `json:"debts"`
	Events     int            `json:"events"`
	Deliveries int            `json:"deliveries"`
	Endpoints  int            `json:"endpoints"`
	Claims     int            `json:"claims"`
	Charges    int            `json:"charges"` // in the gateway's book
	States     map[string]int `json:"states"`  // payments by state
	Checked    []string       `json:"checked"`
	Violations int            `json:"violations"` // all, also those that were not kept
	// ByID counts violations by statement.
	ByID map[string]int `json:"by_id,omitempty"`
}

// Run checks every statement over one snapshot of the books. The error is of
// reading; broken statements are violations.
func Run(ctx context.Context, books paylink.Books, o Options) ([]Violation, Report, error) {
	if o.Most == 0 {
		o.Most = 1000
	}
	if o.Once == nil {
		o.Once = onceOf(ctx, books)
	}
	charges, err := readBook(ctx, o.Book)
	if err != nil {
		return nil, Report{}, err
	}
	var a *audit
	err = books.Audit(ctx, func(l paylink.Ledgers) error {
		a = &audit{ctx: ctx, o: o, l: l, charges: charges, report: Report{At: l.Now(), States: map[string]int{}, ByID: map[string]int{}}}
		return a.run()
	})
	if err != nil {
		return nil, Report{}, fmt.Errorf("the books could not be read to their end: %w", err)
	}
	a.report.Checked = o.checked()
	return a.found, a.report, nil
}

var always = []string{"store", "I-01", "I-04", "I-05", "I-06", "I-07", "I-08", "I-11", "I-12", "I-13", "I-14", "I-15", "I-16",
	"I-21", "I-26", "I-27", "I-30", "I-36", "debt", "book", "mail", "find"}

func (o Options) checked() []string {
	all := slices.Clone(always)
	if o.Book != nil {
		all = append(all, "I-02", "I-03")
	}
	if o.Quiet {
		all = append(all, "quiet")
	}
	slices.Sort(all)
	return all
}

// onceOf asks a store about scopes, each one time.
func onceOf(ctx context.Context, books paylink.Books) func(string) (bool, error) {
	store, ok := books.(paylink.Store)
	if !ok {
		return func(string) (bool, error) { return false, nil }
	}
	known := map[string]bool{}
	return func(name string) (bool, error) {
		if once, ok := known[name]; ok {
			return once, nil
		}
		err := store.View(ctx, func(r paylink.Reader) error {
			s, err := r.Scope(name)
			known[name] = s.Once
			return err
		})
		return known[name], err
	}
}

// audit is one run.
type audit struct {
	ctx     context.Context
	o       Options
	l       paylink.Ledgers
	found   []Violation
	report  Report
	charges *charges // nil without a gateway's book

	links    table[link]
	debts    table[debt]
	objects  map[key]struct{} // endpoints, deliveries and debts, for claims
	told     map[key]uint64   // events still expected (+) or unexpected (-) of an object
	reviews  map[key][]int    // versions with a payment.review event
	slots    []span           // of links that may be paid once, and of debts that may
	hooks    map[string][]paylink.Endpoint
	sent     map[uint64]struct{} // (event, endpoint) that have a delivery
	disabled map[string]time.Time
	letters  map[key]int // still to be found of a share
}

func (a *audit) say(id, object, format string, args ...any) {
	a.report.Violations++
	a.report.ByID[id]++
	if len(a.found) < a.o.Most {
		a.found = append(a.found, Violation{ID: id, Object: object, Text: fmt.Sprintf(format, args...)})
	}
}

func (a *audit) run() error {
	if err := a.l.Integrity(); err != nil {
		a.say("store", "", "%v", err)
	}
	a.links.init()
	a.debts.init()
	a.objects, a.told, a.reviews = map[key]struct{}{}, map[key]uint64{}, map[key][]int{}
	a.hooks, a.sent, a.disabled = map[string][]paylink.Endpoint{}, map[uint64]struct{}{}, map[string]time.Time{}
	a.letters = map[key]int{}
	for _, walk := range []func() error{
		a.readEndpoints, a.readDeliveries, a.readEvents, a.readLinks, a.readWords, a.readShares, a.readMails, a.readDebts, a.readPayments,
		a.closeLinks, a.closeDebts, a.closeSlots, a.closeEvents, a.readClaims, a.closeBook,
	} {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		if err := walk(); err != nil {
			return err
		}
	}
	return nil
}
